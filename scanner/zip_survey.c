/*
 * scanner/zip_survey.c - whether the two directories of a ZIP file agree.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/zip_survey.h"

#define LOCAL_SIGNATURE 0x04034b50u
#define CENTRAL_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define END64_SIGNATURE 0x06064b50u
#define LOCATOR64_SIGNATURE 0x07064b50u

#define END_OCTETS 22u
#define END64_OCTETS 56u
#define LOCATOR64_OCTETS 20u
#define MAX_COMMENT_OCTETS 65535u
/* Behind a member's octets, where its sizes were not known in front of it. */
#define MAX_DESCRIPTOR_OCTETS 24u

/* Of one header that are looked at: honest ones have a handful. */
#define MAX_EXTRA_FIELDS 64u

#define FLAG_ENCRYPTED 1u
#define FLAG_DESCRIPTOR 8u
#define IN_EXTRA 0xffffffffu
/* What iWork calls its encryption, which is older than 2013: methods, and a
 * member with what verifies the password since. */
#define METHOD_IWORK_STORED 25451u
#define METHOD_IWORK_DEFLATED 25452u
#define NAME_IWORK_VERIFIER ".iwpv2"
#define EXTRA_ZIP64 0x0001u
#define EXTRA_UNICODE_PATH 0x7075u

/* What both kinds of headers say of a member. */
struct entry {
	Span name;
	Span unicode_name;
	guint flags, method;
	guint64 packed, size;
	guint64 local;          /* offset of the local header, as it is written */
	gsize end;              /* of the header */
};

/* The central directory that an end record points to. */
struct directory {
	gsize begin, end;
	gsize shift;            /* octets in front of the ZIP file */
	gsize end_record;
	gsize after;            /* behind the end record and its comment */
};

/* --- headers --------------------------------------------------------------- */

static void
read_zip64(struct entry *entry, Cursor cursor)
{
	if (entry->size == IN_EXTRA)
		entry->size = cursor_little_endian(&cursor, 8);
	if (entry->packed == IN_EXTRA)
		entry->packed = cursor_little_endian(&cursor, 8);
	if (entry->local == IN_EXTRA)
		entry->local = cursor_little_endian(&cursor, 8);
}

static void
read_extra(struct entry *entry, Span extra)
{
	Cursor cursor = { extra, FALSE };

	for (guint n = 0; n < MAX_EXTRA_FIELDS && cursor.rest.len >= 4; n++) {
		guint id = cursor_u16(&cursor);
		guint len = cursor_u16(&cursor);
		Span field = cursor_take(&cursor, len);

		if (cursor.has_failed)
			return;
		if (id == EXTRA_ZIP64)
			read_zip64(entry, (Cursor){ field, FALSE });
		/* A version and the check sum of the other name come first. */
		else if (id == EXTRA_UNICODE_PATH && len > 5)
			entry->unicode_name = span_at(field, 5, len - 5);
	}
}

static gboolean
read_local(Span octets, guint64 offset, struct entry *entry)
{
	Cursor cursor = { octets, FALSE };
	guint name_len, extra_len;

	memset(entry, 0, sizeof(*entry));
	cursor_take(&cursor, offset);
	if (cursor_u32(&cursor) != LOCAL_SIGNATURE)
		return FALSE;
	cursor_take(&cursor, 2);
	entry->flags = cursor_u16(&cursor);
	entry->method = cursor_u16(&cursor);
	cursor_take(&cursor, 8);
	entry->packed = cursor_u32(&cursor);
	entry->size = cursor_u32(&cursor);
	name_len = cursor_u16(&cursor);
	extra_len = cursor_u16(&cursor);
	entry->name = cursor_take(&cursor, name_len);
	read_extra(entry, cursor_take(&cursor, extra_len));
	entry->end = octets.len - cursor.rest.len;
	return !cursor.has_failed;
}

static gboolean
read_central(Span octets, gsize offset, struct entry *entry)
{
	Cursor cursor = { octets, FALSE };
	guint name_len, extra_len, comment_len;

	memset(entry, 0, sizeof(*entry));
	cursor_take(&cursor, offset);
	if (cursor_u32(&cursor) != CENTRAL_SIGNATURE)
		return FALSE;
	cursor_take(&cursor, 4);
	entry->flags = cursor_u16(&cursor);
	entry->method = cursor_u16(&cursor);
	cursor_take(&cursor, 8);
	entry->packed = cursor_u32(&cursor);
	entry->size = cursor_u32(&cursor);
	name_len = cursor_u16(&cursor);
	extra_len = cursor_u16(&cursor);
	comment_len = cursor_u16(&cursor);
	cursor_take(&cursor, 8);
	entry->local = cursor_u32(&cursor);
	entry->name = cursor_take(&cursor, name_len);
	read_extra(entry, cursor_take(&cursor, extra_len));
	cursor_take(&cursor, comment_len);
	entry->end = octets.len - cursor.rest.len;
	return !cursor.has_failed;
}

/* The ZIP64 end record in front of the end record at offset, if there is one:
 * sets size and begin of the directory, as written, and how much lies between
 * the directory and the end record. */
static gsize
read_end64(Span octets, gsize offset, guint64 *size, guint64 *begin)
{
	Cursor cursor = { octets, FALSE };

	if (offset < LOCATOR64_OCTETS + END64_OCTETS)
		return 0;
	cursor_take(&cursor, offset - LOCATOR64_OCTETS);
	if (cursor_u32(&cursor) != LOCATOR64_SIGNATURE)
		return 0;
	cursor = (Cursor){ octets, FALSE };
	cursor_take(&cursor, offset - LOCATOR64_OCTETS - END64_OCTETS);
	if (cursor_u32(&cursor) != END64_SIGNATURE)
		return 0;
	cursor_take(&cursor, 36);
	*size = cursor_little_endian(&cursor, 8);
	*begin = cursor_little_endian(&cursor, 8);
	return LOCATOR64_OCTETS + END64_OCTETS;
}

/* The directory that the end record at offset points to; FALSE: to none. */
static gboolean
read_directory(Span octets, gsize offset, struct directory *directory)
{
	Cursor cursor = { octets, FALSE };
	guint64 size, begin;
	gsize between;
	struct entry entry;
	guint comment_len;

	cursor_take(&cursor, offset);
	if (cursor_u32(&cursor) != END_SIGNATURE)
		return FALSE;
	cursor_take(&cursor, 8);
	size = cursor_u32(&cursor);
	begin = cursor_u32(&cursor);
	comment_len = cursor_u16(&cursor);
	if (cursor.has_failed)
		return FALSE;
	directory->end_record = offset;
	directory->after = MIN(offset + END_OCTETS + comment_len, octets.len);
	between = read_end64(octets, offset, &size, &begin);
	/* Whatever is in front of the file shifts all offsets. */
	if (size > offset - between)
		return FALSE;
	directory->end = offset - between;
	directory->begin = directory->end - (gsize)size;
	if (size == 0) {
		directory->shift = 0;
		return directory->begin == 0;
	}
	if (!read_central(octets, directory->begin, &entry)) {
		/* Or something lies between the directory and its end. */
		if (begin >= offset ||
		    !read_central(octets, (gsize)begin, &entry))
			return FALSE;
		directory->begin = (gsize)begin;
	}
	directory->shift = begin <= directory->begin ?
	    directory->begin - (gsize)begin : 0;
	return TRUE;
}

/* --- where signatures are -------------------------------------------------- */

/* The next "PK" and two octets in octets from offset on; octets.len: none. */
static gsize
find_signature(Span octets, gsize offset, gsize end, guint32 signature)
{
	const guint8 mark[] = { (guint8)signature, (guint8)(signature >> 8),
		(guint8)(signature >> 16), (guint8)(signature >> 24) };
	const guint8 *found = offset < end ? memmem(octets.octets + offset,
	    end - offset, mark, sizeof(mark)) : NULL;

	return found != NULL ? (gsize)(found - octets.octets) : octets.len;
}

/* The last end record that points to a directory: the one most programs use. */
static gboolean
find_directory(Span octets, struct directory *directory)
{
	gsize earliest = octets.len > END_OCTETS + MAX_COMMENT_OCTETS ?
	    octets.len - END_OCTETS - MAX_COMMENT_OCTETS : 0;

	if (find_signature(octets, earliest, octets.len, END_SIGNATURE) ==
	    octets.len)
		return FALSE;
	for (gsize i = octets.len; i > earliest; i--)
		if (octets.octets[i - 1] == 'P' &&
		    read_directory(octets, i - 1, directory))
			return TRUE;
	return FALSE;
}

static void
add_alias(ZipSurvey *survey, Span name)
{
	char *alias;

	if (name.len == 0 || survey->aliases->len >= ZIP_MAX_UNLISTED)
		return;
	alias = g_strndup((const char *)name.octets, name.len);
	g_ptr_array_add(survey->aliases, alias);
}

/* Octets that no listed member takes, and that are not the directory. */
static void
survey_gap(ZipSurvey *survey, Span octets, gsize begin, gsize end)
{
	gsize at = begin;
	struct entry entry;

	while ((at = find_signature(octets, at, end, LOCAL_SIGNATURE)) <
	    octets.len) {
		if (!read_local(octets, at, &entry)) {
			at += 4;
			continue;
		}
		survey->oddities |= ZIP_ODD_UNLISTED;
		if (survey->unlisted->len < ZIP_MAX_UNLISTED)
			g_array_append_val(survey->unlisted, at);
		/* What lies inside a member is not one of this file. */
		at = entry.packed < end - entry.end ?
		    entry.end + (gsize)entry.packed : end;
	}
	at = begin;
	while ((at = find_signature(octets, at, end, CENTRAL_SIGNATURE)) <
	    octets.len) {
		if (read_central(octets, at, &entry)) {
			survey->oddities |= ZIP_ODD_DIRECTORIES;
			add_alias(survey, entry.name);
			at = entry.end;
		} else {
			at += 4;
		}
	}
	if (find_signature(octets, begin, end, END_SIGNATURE) < octets.len)
		survey->oddities |= ZIP_ODD_DIRECTORIES;
}

/* --- members --------------------------------------------------------------- */

static gboolean
is_same(Span a, Span b)
{
	return a.len == b.len && (a.len == 0 ||
	    memcmp(a.octets, b.octets, a.len) == 0);
}

static gboolean
sizes_differ(const struct entry *central, const struct entry *local)
{
	/* The descriptor has the sizes, and the local header zeros. */
	if ((local->flags & FLAG_DESCRIPTOR) != 0 && local->packed == 0 &&
	    local->size == 0)
		return FALSE;
	return central->packed != local->packed || central->size != local->size;
}

/* Methods that libclamav knows: stored, implode, Deflate, Deflate64, bzip2. */
static gboolean
is_rare_method(guint method)
{
	return method != 0 && method != 6 && method != 8 && method != 9 &&
	    method != 12;
}

static void
survey_iwork(ZipSurvey *survey, const struct entry *central)
{
	static const char verifier[] = NAME_IWORK_VERIFIER;

	survey->has_iwork_verifier |= is_same(central->name,
	    (Span){ (const guint8 *)verifier, sizeof(verifier) - 1 });
	if (central->method == METHOD_IWORK_STORED ||
	    central->method == METHOD_IWORK_DEFLATED)
		survey->has_iwork_method = TRUE;
	else
		survey->has_other_method |= central->size > 0;
}

static void
survey_member(ZipSurvey *survey, Span octets, const struct entry *central,
    const struct directory *directory, GHashTable *names)
{
	struct entry local;
	ZipRange range;
	gsize offset;
	g_autofree char *name = g_strndup((const char *)central->name.octets,
	    central->name.len);

	if (!g_hash_table_add(names, g_steal_pointer(&name)))
		survey->oddities |= ZIP_ODD_DUPLICATE;
	survey->has_rare_method |= is_rare_method(central->method);
	survey->has_encrypted |= (central->flags & FLAG_ENCRYPTED) != 0;
	survey_iwork(survey, central);
	if (!is_same(central->unicode_name, central->name))
		add_alias(survey, central->unicode_name);
	if (central->local > octets.len) {
		survey->oddities |= ZIP_ODD_MISSING;
		return;
	}
	/* The extra octets may lie between the members. */
	offset = (gsize)central->local + directory->shift;
	if (!read_local(octets, offset, &local))
		offset = (gsize)central->local;
	if (!read_local(octets, offset, &local)) {
		survey->oddities |= ZIP_ODD_MISSING;
		return;
	}
	if (!is_same(central->name, local.name)) {
		survey->oddities |= ZIP_ODD_NAMES;
		add_alias(survey, central->name);
	}
	if (!is_same(local.unicode_name, central->name))
		add_alias(survey, local.unicode_name);
	if (central->method != local.method ||
	    ((central->flags ^ local.flags) & FLAG_ENCRYPTED) != 0 ||
	    sizes_differ(central, &local))
		survey->oddities |= ZIP_ODD_SIZES;
	range.begin = offset;
	range.end = local.end + (gsize)MIN(central->packed,
	    octets.len - local.end);
	g_array_append_val(survey->ranges, range);
}

static int
compare_ranges(gconstpointer a, gconstpointer b)
{
	const ZipRange *left = a, *right = b;

	return left->begin < right->begin ? -1 : left->begin > right->begin;
}

/* What lies between the members, and in front of the first. */
static void
survey_ranges(ZipSurvey *survey, Span octets,
    const struct directory *directory)
{
	GArray *ranges = survey->ranges;
	gsize end = 0;

	g_array_sort(ranges, compare_ranges);
	for (guint i = 0; i < ranges->len; i++) {
		const ZipRange *range = &g_array_index(ranges, ZipRange, i);

		if (i == 0 && range->begin > 0)
			survey->oddities |= ZIP_ODD_BEFORE;
		if (i > 0 && range->begin < end)
			survey->oddities |= ZIP_ODD_OVERLAP;
		/* Less than a local header: a descriptor, or padding. */
		if (range->begin > end + MAX_DESCRIPTOR_OCTETS)
			survey_gap(survey, octets, end, range->begin);
		end = MAX(end, range->end);
	}
	if (end < directory->begin)
		survey_gap(survey, octets, end, directory->begin);
}

/* From offset on. */
static gboolean
is_all_zero(Span octets, gsize offset)
{
	while (offset < octets.len && octets.octets[offset] == 0)
		offset++;
	return offset == octets.len;
}

static void
survey_directory(ZipSurvey *survey, Span octets,
    const struct directory *directory)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash,
	    g_str_equal, g_free, NULL);
	gsize at = directory->begin;
	struct entry central;

	while (at < directory->end && read_central(octets, at, &central)) {
		survey_member(survey, octets, &central, directory, names);
		at = central.end;
	}
	survey_ranges(survey, octets, directory);
	survey_gap(survey, octets, at, directory->end_record);
	/* The comment may hold another end record. */
	survey_gap(survey, octets, directory->end_record + END_OCTETS,
	    octets.len);
	if (!is_all_zero(octets, directory->after))
		survey->oddities |= ZIP_ODD_AFTER;
}

ZipSurvey *
zip_survey_new(Span octets)
{
	g_autoptr(ZipSurvey) survey = NULL;
	struct directory directory;
	gboolean has_directory;
	struct entry entry;

	if (octets.len < END_OCTETS)
		return NULL;
	has_directory = find_directory(octets, &directory);
	/* A document may well hold a ZIP file somewhere, as a stream. */
	if (!read_local(octets, 0, &entry) && (!has_directory ||
	    !is_all_zero(octets, directory.after)))
		return NULL;
	survey = g_new0(ZipSurvey, 1);
	survey->aliases = g_ptr_array_new_with_free_func(g_free);
	survey->unlisted = g_array_new(FALSE, FALSE, sizeof(gsize));
	survey->ranges = g_array_new(FALSE, FALSE, sizeof(ZipRange));
	if (has_directory) {
		survey_directory(survey, octets, &directory);
	} else {
		survey->oddities |= ZIP_ODD_DIRECTORIES;
		survey_gap(survey, octets, 0, octets.len);
	}
	return g_steal_pointer(&survey);
}

void
zip_survey_free(ZipSurvey *survey)
{
	if (survey == NULL)
		return;
	g_ptr_array_unref(survey->aliases);
	g_array_unref(survey->unlisted);
	g_array_unref(survey->ranges);
	g_free(survey);
}

gboolean
zip_survey_needs_reader(const ZipSurvey *survey)
{
	return survey->has_rare_method ||
	    (survey->oddities & ~(guint)ZIP_ODD_AFTER) != 0;
}

gboolean
zip_survey_is_all_iwork(const ZipSurvey *survey)
{
	return survey->has_iwork_method && !survey->has_other_method &&
	    survey->oddities == 0;
}

static int
compare_with_range(gconstpointer a, gconstpointer b)
{
	const ZipRange *range = a;
	const gsize *offset = b;

	return range->end <= *offset ? -1 : range->begin > *offset;
}

gboolean
zip_survey_is_in_member(const ZipSurvey *survey, gsize offset)
{
	return survey->oddities == 0 && g_array_binary_search(survey->ranges,
	    &offset, compare_with_range, NULL);
}

char *
zip_survey_describe(const ZipSurvey *survey)
{
	static const char *const words[N_ZIP_ODDITIES] = {
		"a member with two names", "two members with one name",
		"sizes that differ", "a member that is not listed",
		"a listed member that is not there",
		"members that share octets",
		"not exactly one directory", "octets in front",
		"octets behind the end",
	};
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < N_ZIP_ODDITIES; i++)
		if ((survey->oddities & 1u << i) != 0)
			g_string_append_printf(text, "%s%s",
			    text->len > 0 ? ", " : "", words[i]);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
