/*
 * scanner/document.c - what an object can do, by the kind of file it is.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/container.h"
#include "scanner/cursor.h"
#include "scanner/document.h"
#include "scanner/html_file.h"
#include "scanner/inflate.h"
#include "scanner/octet_search.h"
#include "scanner/office.h"
#include "scanner/onenote.h"
#include "scanner/pdf.h"
#include "scanner/pdf_lexer.h"
#include "scanner/rtf.h"

/* Viewers look for "%PDF-" in so many octets (ISO 32000-1 annex H). */
#define PDF_HEADER_OCTETS 1024
/* The end of a ZIP archive: a record of 22 octets and a comment. */
#define ZIP_END_OCTETS 22
#define ZIP_MAX_COMMENT_OCTETS 65535
/* How the optional header of a program for 32 or 64 bits begins. */
#define PE32 0x10b
#define PE32_PLUS 0x20b

static gboolean
has_prefix(const char *type, const char *const *prefixes)
{
	for (; *prefixes != NULL; prefixes++)
		if (g_str_has_prefix(type, *prefixes))
			return TRUE;
	return FALSE;
}

/* --- two files in one ------------------------------------------------------------- */

/* Browsers show a page whatever octets are behind it. */
static gboolean
begins_as_page(Span octets)
{
	static const char *const tags[] = { "<!doctype html", "<html", "<head",
		"<body", "<script", "<svg", "<meta", "<title" };
	gsize i = 0;

	while (i < octets.len && (g_ascii_isspace(octets.octets[i]) ||
	    octets.octets[i] >= 0xbb))
		i++;
	for (gsize k = 0; k < G_N_ELEMENTS(tags); k++)
		if (octets.len - i > strlen(tags[k]) && g_ascii_strncasecmp(
		    (const char *)octets.octets + i, tags[k],
		    strlen(tags[k])) == 0)
			return TRUE;
	return FALSE;
}

/* What is opened for itself, and what an archive must not be behind. */
static gboolean
is_showable(Span octets, const char *type)
{
	static const char *const prefixes[] = { "image/", "audio/", "video/",
		"text/html", "text/rtf", "application/pdf",
		"application/postscript", NULL };

	return has_prefix(type, prefixes) || begins_as_page(octets);
}

/* What Windows opens as a ZIP archive for its name and its end, and others as
 * another archive for its beginning. None of them ends in what it holds. */
static gboolean
is_other_archive(const char *type)
{
	static const char *const types[] = { "application/gzip",
		"application/x-gzip", "application/x-bzip2", "application/x-xz",
		"application/x-lzma", "application/x-lzip",
		"application/x-compress", "application/zstd",
		"application/x-zstd", "application/x-lz4", "application/x-rar",
		"application/vnd.rar", "application/x-7z-compressed",
		"application/x-tar", "application/x-gtar", NULL };

	return g_strv_contains(types, type);
}

/*
 * Whether the octets end as a ZIP archive does, to the last one: its directory
 * is where the record says, counted from the beginning of the archive, which
 * may have anything before it.
 */
static gboolean
ends_as_zip(Span octets)
{
	gsize lowest = octets.len > ZIP_END_OCTETS + ZIP_MAX_COMMENT_OCTETS ?
	    octets.len - ZIP_END_OCTETS - ZIP_MAX_COMMENT_OCTETS : 0;

	if (octets.len < ZIP_END_OCTETS)
		return FALSE;
	for (gsize i = octets.len - ZIP_END_OCTETS + 1; i-- > lowest;) {
		Cursor end = cursor_at(octets, i);
		guint32 size;

		if (octets.octets[i] != 'P' || cursor_u32(&end) != 0x06054b50)
			continue;
		cursor_take(&end, 8);
		size = cursor_u32(&end);
		cursor_u32(&end);
		if (cursor_u16(&end) != end.rest.len || size > i || size == 0)
			continue;
		end = cursor_at(octets, i - size);
		if (cursor_u32(&end) == 0x02014b50)
			return TRUE;
	}
	return FALSE;
}

/* "%PDF-1." with a PDF behind it. */
static gboolean
holds_pdf(Span octets)
{
	Span begin = { octets.octets, MIN(octets.len, PDF_HEADER_OCTETS) };

	return octets_find(begin, "%PDF-") != NULL &&
	    octets_find(octets, "endobj") != NULL;
}

/*
 * Whether the "PE" at the offset belongs to a Windows program: the header
 * behind it begins as one, and the DOS header, some octets before, points here.
 */
static gboolean
is_windows_program(Span octets, gsize offset)
{
	Cursor optional = cursor_at(octets, (guint64)offset + 24);
	guint magic = cursor_u16(&optional);

	if (magic != PE32 && magic != PE32_PLUS)
		return FALSE;
	for (gsize back = 64; back <= MIN(offset, 1024); back++) {
		const guint8 *dos = octets.octets + offset - back;
		Cursor pointer = cursor_at(octets,
		    (guint64)(offset - back) + 60);

		if (dos[0] == 'M' && dos[1] == 'Z' &&
		    cursor_u32(&pointer) == back)
			return TRUE;
	}
	return FALSE;
}

/* The identification of an ELF file: class, byte order, version, then zeros. */
static gboolean
is_elf(Span octets, gsize offset)
{
	const guint8 *elf = octets.octets + offset;

	return octets.len - offset > 16 && (elf[4] == 1 || elf[4] == 2) &&
	    (elf[5] == 1 || elf[5] == 2) && elf[6] == 1 && elf[10] == 0 &&
	    elf[12] == 0 && elf[14] == 0;
}

/* A program for Windows or Linux anywhere in the octets. */
static gboolean
holds_program(Span octets)
{
	static const struct {
		char mark[4];
		gboolean (*is_program)(Span octets, gsize offset);
	} kinds[] = {
		{ { 'P', 'E', 0, 0 }, is_windows_program },
		{ { 0x7f, 'E', 'L', 'F' }, is_elf },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		Span rest = octets;
		const guint8 *at;

		while ((at = memmem(rest.octets, rest.len, kinds[i].mark,
		    sizeof(kinds[i].mark))) != NULL) {
			if (kinds[i].is_program(octets,
			    (gsize)(at - octets.octets)))
				return TRUE;
			rest = octets_behind(octets, at + 1);
		}
	}
	return FALSE;
}

/* Archives are opened; programs are refused for themselves. */
static gboolean
is_opened(const char *type)
{
	static const char *const prefixes[] = { "application/zip",
		"application/gzip", "application/x-", "application/java",
		"application/vnd.ms-cab", "application/zstd",
		"application/vnd.rar", "application/vnd.microsoft.portable",
		"application/vnd.debian", "application/vnd.openxml",
		"application/vnd.oasis", "application/epub", "message/",
		"application/mac-binhex", "application/vnd.ms-tnef", NULL };

	return has_prefix(type, prefixes) &&
	    strcmp(type, "application/x-ole-storage") != 0;
}

static void
examine_pairs(Span octets, const char *type, Traits *traits)
{
	if ((is_showable(octets, type) || is_other_archive(type)) &&
	    ends_as_zip(octets))
		traits_add(traits, TRAIT_POLYGLOT, "it is a ZIP archive too");
	if (is_showable(octets, type)) {
		if (strcmp(type, "application/pdf") != 0 &&
		    container_find_archive(octets).len > 0)
			traits_add(traits, TRAIT_POLYGLOT,
			    "it is an archive too");
		if (strcmp(type, "application/pdf") != 0 && holds_pdf(octets))
			traits_add(traits, TRAIT_POLYGLOT, "it is a PDF too");
	}
	if (!is_opened(type) && holds_program(octets))
		traits_add(traits, TRAIT_EMBEDDED_PROGRAM,
		    "a program is somewhere in it");
}

/* --- formats ------------------------------------------------------------------------ */

/*
 * What old Word saves macros in, outside of compound files: a zlib stream
 * behind a header. How long that is the header says; some programs know two
 * lengths.
 */
static void
examine_active_mime(Span octets, Traits *traits)
{
	Cursor cursor = cursor_at(octets, 30);
	gsize begins[] = { 46u + (gsize)cursor_u16(&cursor), 50, 554 };

	for (gsize i = 0; i < G_N_ELEMENTS(begins); i++) {
		/* One more than is kept: traits_add_file() says so. */
		GBytes *inflated = i > 0 && begins[i] == begins[0] ? NULL :
		    inflate_zlib(cursor_at(octets, begins[i]).rest,
		    TRAITS_MAX_FILE_OCTETS + 1, NULL);

		if (inflated != NULL)
			traits_add_file(traits, (Span){ NULL, 0 }, inflated);
	}
}

static gboolean
begins(Span octets, const char *mark, gsize len)
{
	return octets.len >= len && memcmp(octets.octets, mark, len) == 0;
}

static gboolean
is_xml(Span octets, const char *type)
{
	return strcmp(type, "text/xml") == 0 ||
	    strcmp(type, "application/xml") == 0 ||
	    g_str_has_suffix(type, "+xml") || begins(octets, "<?xml", 5) ||
	    begins(octets, "\xef\xbb\xbf<?xml", 8) ||
	    begins(octets, "\xff\xfe<\0?\0", 6) ||
	    begins(octets, "\xfe\xff\0<\0?", 6);
}

/* As the object streams of a PDF do, behind blanks and comments. */
static gboolean
begins_with_number(Span octets)
{
	g_autoptr(PdfLexer) lexer = pdf_lexer_new(octets);

	return g_ascii_isdigit(pdf_lexer_skip_blank(lexer));
}

/* A page in UTF-16 with its mark, in UTF-8; pairs of units, which are no mark of
 * HTML, become U+FFFD. NULL: it is none. Caller unrefs. */
static GBytes *
decode_utf16(Span octets)
{
	gboolean is_big = begins(octets, "\xfe\xff", 2);
	Cursor cursor = { octets, FALSE };
	GString *text;
	gsize len;

	if (!is_big && !begins(octets, "\xff\xfe", 2))
		return NULL;
	text = g_string_sized_new(octets.len);
	cursor_u16(&cursor);
	while (cursor.rest.len >= 2) {
		guint16 unit = (guint16)(is_big ?
		    cursor_big_endian(&cursor, 2) : cursor_u16(&cursor));

		g_string_append_unichar(text, g_unichar_validate(unit) ? unit :
		    0xfffd);
	}
	len = text->len;
	return g_bytes_new_take(g_string_free(text, FALSE), len);
}

static void
examine_page(Span octets, const char *type, Traits *traits)
{
	if (strcmp(type, "image/svg+xml") == 0 || (is_xml(octets, type) &&
	    octets_find(octets, "<svg") != NULL))
		html_file_examine_svg(octets, traits);
	else if (begins_as_page(octets) || is_xml(octets, type) ||
	    strcmp(type, "text/html") == 0 ||
	    octets_find(octets, "<script") != NULL ||
	    octets_find(octets, "<SCRIPT") != NULL)
		html_file_examine(octets, traits);
}

static void
examine_text(Span octets, const char *type, Traits *traits)
{
	g_autoptr(GBytes) decoded = decode_utf16(octets);

	if (is_xml(octets, type))
		office_examine_xml(octets, traits);
	if (decoded != NULL)
		octets = span_of_bytes(decoded);
	if (octets.len > 0)
		examine_page(octets, type, traits);
}

void
document_examine(Span octets, const char *type, const char *holder_type,
    Traits *traits)
{
	gboolean is_in_pdf = g_strcmp0(holder_type, "application/pdf") == 0;

	if (octets.len == 0)
		return;
	if (begins(octets, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
		office_examine_ole2(octets, traits);
	else if (begins(octets, "{\\rt", 4))
		rtf_examine(octets, traits);
	else if (begins(octets, "ActiveMime", 10))
		examine_active_mime(octets, traits);
	else if (strcmp(type, "application/onenote") == 0)
		onenote_examine(octets, traits);
	else if (g_str_has_prefix(type, "text/") || is_xml(octets, type) ||
	    begins_as_page(octets))
		examine_text(octets, type, traits);
	else if (holder_type != NULL && strstr(holder_type, "spreadsheet"))
		office_examine_binary(octets, traits);
	if (strcmp(type, "application/pdf") == 0 || holds_pdf(octets) ||
	    (is_in_pdf && begins_with_number(octets)))
		pdf_examine(octets, traits);
	examine_pairs(octets, type, traits);
}
