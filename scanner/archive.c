/*
 * scanner/archive.c - an archive or compressed file, opened by libarchive.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>

#include "scanner/archive.h"

/* An archive without any member has no more octets. */
#define EMPTY_ARCHIVE_OCTETS 64

/* What libarchive calls a member that has no name. */
#define RAW_NAME "data"

typedef struct archive ArchiveHandle;

static void
archive_handle_free(ArchiveHandle *archive)
{
	archive_read_free(archive);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveHandle, archive_handle_free)

static const struct {
	const char *name;
	ArchiveWay way;
	int (*enable)(struct archive *);
} readers[] = {
	{ "rar", ARCHIVE_FORMATS, archive_read_support_format_rar },
	{ "rar5", ARCHIVE_FORMATS, archive_read_support_format_rar5 },
	{ "7z", ARCHIVE_FORMATS, archive_read_support_format_7zip },
	{ "tar", ARCHIVE_FORMATS, archive_read_support_format_tar },
	{ "cpio", ARCHIVE_FORMATS, archive_read_support_format_cpio },
	{ "ar", ARCHIVE_FORMATS, archive_read_support_format_ar },
	{ "cab", ARCHIVE_FORMATS, archive_read_support_format_cab },
	{ "lha", ARCHIVE_FORMATS, archive_read_support_format_lha },
	{ "iso9660", ARCHIVE_FORMATS, archive_read_support_format_iso9660 },
	{ "xar", ARCHIVE_FORMATS, archive_read_support_format_xar },
	{ "warc", ARCHIVE_FORMATS, archive_read_support_format_warc },
	{ "zip", ARCHIVE_ZIP_DIRECTORY,
	    archive_read_support_format_zip_seekable },
	{ "zip-entries", ARCHIVE_ZIP_ENTRIES,
	    archive_read_support_format_zip_streamable },
	{ "raw", ARCHIVE_FILTERS, archive_read_support_format_raw },
	{ "empty", ARCHIVE_FILTERS, archive_read_support_format_empty },
	{ "gzip", ARCHIVE_FILTERS, archive_read_support_filter_gzip },
	{ "bzip2", ARCHIVE_FILTERS, archive_read_support_filter_bzip2 },
	{ "compress", ARCHIVE_FILTERS, archive_read_support_filter_compress },
	{ "lzip", ARCHIVE_FILTERS, archive_read_support_filter_lzip },
	{ "lzma", ARCHIVE_FILTERS, archive_read_support_filter_lzma },
	{ "xz", ARCHIVE_FILTERS, archive_read_support_filter_xz },
	{ "zstd", ARCHIVE_FILTERS, archive_read_support_filter_zstd },
	{ "lz4", ARCHIVE_FILTERS, archive_read_support_filter_lz4 },
};

/* Names in UTF-16 come through the locale: one that can hold them all. */
static locale_t utf8_locale;

void
archive_init(void)
{
	if (utf8_locale == (locale_t)0)
		utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* Without a library of its own, libarchive would start a program: it says so
 * with ARCHIVE_WARN. Such readers cannot be had one by one, so each is tried. */
static gboolean
is_built_in(gsize reader)
{
	g_autoptr(ArchiveHandle) archive = archive_read_new();

	return archive != NULL && readers[reader].enable(archive) == ARCHIVE_OK;
}

static void
enable(struct archive *archive, ArchiveWay way)
{
	static gsize is_probed = 0;
	static gboolean built_in[G_N_ELEMENTS(readers)];

	if (g_once_init_enter(&is_probed)) {
		for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
			built_in[i] = is_built_in(i);
		g_once_init_leave(&is_probed, 1);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
		if (readers[i].way == way && built_in[i])
			readers[i].enable(archive);
}

/* libarchive has no code for "encrypted": it says it in words. */
static gboolean
speaks_of_encryption(struct archive *archive)
{
	const char *words = archive_error_string(archive);

	return words != NULL && (strstr(words, "ncrypt") != NULL ||
	    strstr(words, "assphrase") != NULL);
}

static MemberState
read_content(struct archive *archive, guint64 max, const Unpacking *unpacking,
    GByteArray *content)
{
	const void *block;
	size_t len;
	la_int64_t offset;
	int result;

	while ((result = archive_read_data_block(archive, &block, &len,
	    &offset)) == ARCHIVE_OK || result == ARCHIVE_WARN) {
		guint64 end;

		if (unpacking_is_late(unpacking))
			return MEMBER_TOO_LONG;
		/* Sparse files have holes; blocks come in order. */
		if (offset < 0 || (guint64)offset < content->len)
			return MEMBER_UNREADABLE;
		if ((guint64)offset > max || len > max - (guint64)offset)
			return MEMBER_TOO_LONG;
		end = (guint64)offset + len;
		if ((guint64)offset > content->len) {
			guint hole = content->len;

			g_byte_array_set_size(content, (guint)offset);
			memset(content->data + hole, 0,
			    (gsize)offset - hole);
		}
		if (len > 0)
			g_byte_array_append(content, block, (guint)len);
		g_assert(content->len == end);
	}
	if (result == ARCHIVE_EOF)
		return MEMBER_WHOLE;
	return speaks_of_encryption(archive) ? MEMBER_ENCRYPTED :
	    MEMBER_UNREADABLE;
}

/*
 * The name in its own octets where the format has them; formats with names in
 * UTF-16 give UTF-8.
 */
static void
set_names(Member *member, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	const char *utf8 = archive_entry_pathname_utf8(entry);
	const char *link = archive_entry_symlink(entry);
	guint n = 0;

	if (name != NULL)
		member->names[n++] = name;
	if (utf8 != NULL && (name == NULL || strcmp(name, utf8) != 0))
		member->names[n++] = utf8;
	if (link != NULL)
		member->names[n++] = link;
	member->is_link = link != NULL;
}

static gboolean
is_tar(struct archive *archive)
{
	return (archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK) ==
	    ARCHIVE_FORMAT_TAR;
}

/* One member; FALSE: no more are wanted. */
static gboolean
show_member(struct archive *archive, struct archive_entry *entry,
    Unpacking *unpacking, gboolean has_name, gboolean *is_broken)
{
	g_autoptr(GByteArray) content = g_byte_array_new();
	/* GByteArray counts in guint. */
	guint64 max = MIN(MIN(unpacking->max_octets, unpacking->room),
	    G_MAXINT32);
	Member member = { .state = MEMBER_EMPTY };
	la_int64_t size = archive_entry_size(entry);

	set_names(&member, entry);
	/* Of the one member of a compressed file it knows the name in gzip's
	 * header only. */
	if (!has_name && g_strcmp0(member.names[0], RAW_NAME) == 0)
		member.names[0] = NULL;
	if (archive_entry_size_is_set(entry) && size > 0)
		member.size = (guint64)size;
	if (archive_entry_filetype(entry) == AE_IFREG ||
	    archive_entry_filetype(entry) == 0)
		member.state = read_content(archive, max, unpacking, content);
	*is_broken = member.state == MEMBER_UNREADABLE;
	/* A file that is one hole ends without data. */
	if (member.state == MEMBER_WHOLE && content->len == 0 &&
	    is_tar(archive))
		member.size = 0;
	if (member.state == MEMBER_WHOLE && content->len == 0)
		member.state = member.size > 0 ? MEMBER_UNREADABLE :
		    MEMBER_EMPTY;
	else if (member.state != MEMBER_EMPTY &&
	    member.state != MEMBER_WHOLE &&
	    archive_entry_is_encrypted(entry))
		member.state = MEMBER_ENCRYPTED;
	member.octets = (Span){ content->data, content->len };
	member.size = MAX(member.size, content->len);
	return unpacking->on_member(unpacking, &member);
}

/* Shows the members behind the first ones that are known, whose number is
 * *n_known; that becomes the number of all. 0: no more are wanted. */
static Opened
read_members(struct archive *archive, ArchiveWay way, gboolean is_tiny,
    guint *n_known, Unpacking *unpacking)
{
	struct archive_entry *entry;
	gboolean has_member = FALSE, is_broken = FALSE;
	guint n = 0;

	for (;;) {
		int result = archive_read_next_header(archive, &entry);

		/* Readers that find nothing they know end at once, too; a tar
		 * may have no members. */
		if (result == ARCHIVE_EOF)
			return has_member || is_tar(archive) ||
			    (is_tiny && archive_errno(archive) == 0) ?
			    OPENED_WHOLE : OPENED_NOT;
		if (result == ARCHIVE_RETRY)
			continue;
		if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
			break;
		if (++n <= *n_known)
			continue;
		*n_known = n;
		has_member = TRUE;
		if (!show_member(archive, entry, unpacking,
		    way != ARCHIVE_FILTERS, &is_broken) ||
		    unpacking_is_late(unpacking)) {
			*n_known = 0;
			return OPENED_WHOLE;
		}
		/* libarchive 3.6 goes astray behind a damaged CAB member. */
		if (is_broken &&
		    archive_format(archive) == ARCHIVE_FORMAT_CAB)
			break;
	}
	if (speaks_of_encryption(archive) ||
	    archive_read_has_encrypted_entries(archive) > 0)
		return has_member ? OPENED_PARTLY : OPENED_ENCRYPTED;
	return has_member ? OPENED_PARTLY : OPENED_NOT;
}

/*
 * What lies behind the end of a tar is another one to some programs; to most it
 * is padding, whatever it holds.
 */
static Opened
read_behind_tar(Span octets, guint n_known, Unpacking *unpacking)
{
	g_autoptr(ArchiveHandle) archive = archive_read_new();

	if (archive == NULL ||
	    archive_read_support_format_tar(archive) != ARCHIVE_OK ||
	    archive_read_set_format_option(archive, "tar",
	        "read_concatenated_archives", "1") != ARCHIVE_OK ||
	    archive_read_open_memory(archive, octets.octets, octets.len) !=
	    ARCHIVE_OK ||
	    read_members(archive, ARCHIVE_FORMATS, FALSE, &n_known,
	        unpacking) != OPENED_PARTLY)
		return OPENED_WHOLE;
	return OPENED_PARTLY;
}

static Opened
open_in_locale(Span octets, ArchiveWay way, const char *password,
    Unpacking *unpacking)
{
	g_autoptr(ArchiveHandle) archive = archive_read_new();
	guint n_members = 0;
	Opened opened;

	if (archive == NULL || octets.len == 0)
		return OPENED_NOT;
	enable(archive, way);
	if (password != NULL &&
	    archive_read_add_passphrase(archive, password) != ARCHIVE_OK)
		return OPENED_NOT;
	if (archive_read_open_memory(archive, octets.octets, octets.len) !=
	    ARCHIVE_OK)
		return OPENED_NOT;
	/* Whatever has no filter would be one raw member. */
	if (way == ARCHIVE_FILTERS && archive_filter_count(archive) < 2)
		return OPENED_NOT;
	opened = read_members(archive, way, octets.len <= EMPTY_ARCHIVE_OCTETS,
	    &n_members, unpacking);
	if (opened == OPENED_WHOLE && n_members > 0 && is_tar(archive))
		return read_behind_tar(octets, n_members, unpacking);
	return opened;
}

Opened
archive_open(Span octets, ArchiveWay way, const char *password,
    Unpacking *unpacking)
{
	locale_t before;
	Opened opened;

	archive_init();
	before = uselocale(utf8_locale);
	opened = open_in_locale(octets, way, password, unpacking);
	uselocale(before);
	return opened;
}

char *
archive_formats(void)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
		if (is_built_in(i) && strcmp(readers[i].name, "raw") != 0 &&
		    strcmp(readers[i].name, "empty") != 0 &&
		    readers[i].way != ARCHIVE_ZIP_ENTRIES)
			g_string_append_printf(names, "%s%s",
			    names->len > 0 ? " " : "", readers[i].name);
	return g_string_free(g_steal_pointer(&names), FALSE);
}

const char *
archive_library_version(void)
{
	return archive_version_string();
}
