/*
 * scanner/html_file.c - files that a page of HTML or SVG makes in the browser.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/html_file.h"
#include "scanner/octet_search.h"

/* data: URLs of one page beyond these are not decoded. */
#define MAX_DATA_URLS 1000u
/* A data: URL says what it is in so many octets. */
#define MAX_MEDIA_TYPE_OCTETS 256
/* A literal that is shorter carries no file worth to be hidden. */
#define MIN_LITERAL_OCTETS 512u
/* Literals may be in pieces, '"abc", "def"'; words of a language are shorter. */
#define MIN_PIECE_OCTETS 16u
#define MAX_GAP_OCTETS 8u
#define MAX_ATTRIBUTE_OCTETS 256
/* Of a tag, before and behind the URL in it. */
#define MAX_TAG_OCTETS 4096u

typedef struct {
	Span octets;
	char *lower;            /* a copy in lower case, NUL behind it */
	gboolean has_builder;   /* script that can make a file */
	gboolean has_decoder;   /* ... from text */
	gboolean has_trigger;   /* ... and open or save it */
	Traits *traits;
} Page;

/* How programs, archives, documents that run programs, and pages begin. */
static const struct {
	const char *octets;
	gsize len;
} carriers[] = {
	{ "MZ", 2 }, { "PK\3\4", 4 }, { "Rar!\x1a\7", 6 },
	{ "7z\xbc\xaf\x27\x1c", 6 }, { "MSCF", 4 }, { "\x7f" "ELF", 4 },
	{ "L\0\0\0\1\x14\2\0", 8 }, { "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8 },
	{ "\x1f\x8b\x08", 3 }, { "{\\rtf", 5 }, { "ITSF", 4 },
	{ "vhdxfile", 8 }, { "conectix", 8 }, { "MSWIM", 5 }, { "BZh", 3 },
	{ "\xfd" "7zXZ", 5 }, { "<hta:", 5 }, { "#@~^", 4 },
};

static gboolean
is_carrier(const guint8 *octets, gsize len)
{
	for (gsize i = 0; i < G_N_ELEMENTS(carriers); i++)
		if (len > carriers[i].len && memcmp(octets,
		    carriers[i].octets, carriers[i].len) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
has_any(const Page *page, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(page->lower, *words) != NULL)
			return TRUE;
	return FALSE;
}

/* --- base64 ------------------------------------------------------------------------- */

static gboolean
is_base64(guint8 c)
{
	return g_ascii_isalnum(c) || c == '+' || c == '/' || c == '=';
}

/* Decodes what of octets is base64, and no '+' that joins two pieces. Caller
 * unrefs. */
static GBytes *
decode(Span octets)
{
	guchar *out = g_malloc(octets.len / 4 * 3 + 4);
	gint state = 0;
	guint save = 0;
	gsize len = 0, begin = 0;

	for (gsize i = 0; i <= octets.len; i++) {
		gboolean is_joint = i < octets.len && octets.octets[i] == '+' &&
		    i > 0 && strchr(" \"'`\t\r\n", octets.octets[i - 1]) !=
		    NULL && octets.octets[i - 1] != '\0';

		if (!is_joint && i < octets.len)
			continue;
		len += g_base64_decode_step((const char *)octets.octets + begin,
		    i - begin, out + len, &state, &save);
		begin = i + 1;
	}
	return g_bytes_new_take(out, len);
}

/* Takes decoded octets as a file of the page. */
static gboolean
keep(Page *page, Span name, GBytes *file)
{
	gsize len;
	const guint8 *octets = g_bytes_get_data(file, &len);
	gboolean carries = is_carrier(octets, len);

	traits_add_file(page->traits, name, file);
	return carries;
}

/* --- data: URLs ----------------------------------------------------------------------- */

/* The value of download="..." in the tag that the place is in; empty: none. */
static Span
download_name(const Page *page, gsize place)
{
	gsize begin = place, end = place;
	const char *at;
	Span value = { NULL, 0 };
	char quote;

	while (begin > 0 && place - begin < MAX_TAG_OCTETS &&
	    page->lower[begin] != '<')
		begin--;
	while (end < page->octets.len && end - place < MAX_TAG_OCTETS &&
	    page->lower[end] != '>')
		end++;
	at = g_strstr_len(page->lower + begin, (gssize)(end - begin),
	    "download=");
	if (at == NULL)
		return value;
	at += strlen("download=");
	quote = *at == '"' || *at == '\'' ? *at++ : ' ';
	value.octets = page->octets.octets + (at - page->lower);
	while (value.len < MAX_ATTRIBUTE_OCTETS && at[value.len] != '\0' &&
	    at[value.len] != quote && at[value.len] != '>')
		value.len++;
	return value;
}

/* Pictures, fonts and styles are what pages are made of. */
static gboolean
is_harmless_type(const char *type)
{
	static const char *const types[] = { "image/png", "image/jp",
		"image/gif", "image/webp", "image/x-icon", "image/vnd.",
		"image/bmp", "image/avif", "font/", "audio/", "video/",
		"text/css", "application/font", "application/x-font",
		"application/vnd.ms-fontobject" };

	for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
		if (g_str_has_prefix(type, types[i]))
			return TRUE;
	return FALSE;
}

/* The URL whose scheme ends at the offset. */
static void
examine_data_url(Page *page, gsize offset)
{
	const char *type = page->lower + offset;
	const char *comma = memchr(type, ',',
	    MIN(MAX_MEDIA_TYPE_OCTETS, page->octets.len - offset));
	const char *coded;
	Span data, name;

	if (comma == NULL || is_harmless_type(type))
		return;
	coded = g_strstr_len(type, comma - type, "base64");
	if (coded == NULL)
		return;
	offset += (gsize)(comma - type) + 1;
	data = octets_behind(page->octets, page->octets.octets + offset);
	for (gsize i = 0; i < data.len; i++)
		if (!is_base64(data.octets[i]) && data.octets[i] != '%' &&
		    !g_ascii_isspace(data.octets[i])) {
			data.len = i;
			break;
		}
	name = download_name(page, offset);
	if (data.len > 0 && keep(page, name, decode(data)))
		traits_add(page->traits, TRAIT_HTML_SMUGGLING,
		    "a link that holds an archive or a program");
}

static void
examine_data_urls(Page *page)
{
	const char *at = page->lower;

	for (guint n = 0; (at = strstr(at, "data:")) != NULL; n++) {
		if (n >= MAX_DATA_URLS) {
			page->traits->exceeds_limit = TRUE;
			return;
		}
		at += strlen("data:");
		examine_data_url(page, (gsize)(at - page->lower));
	}
}

/* --- literals -------------------------------------------------------------------------- */

/* Skips what is between the pieces of a literal; whether it is '" + "', so that
 * however short a piece follows. */
static gboolean
skip_gap(Span octets, gsize *offset)
{
	gsize gap = 0;
	gboolean has_quote = FALSE, has_plus = FALSE;

	for (; *offset < octets.len && gap < MAX_GAP_OCTETS; gap++) {
		guint8 c = octets.octets[*offset];

		if (c == '\0' || strchr("\"'`+,\\ \t\r\n", c) == NULL)
			break;
		has_quote |= c == '"' || c == '\'' || c == '`';
		has_plus |= c == '+' && has_quote;
		++*offset;
	}
	return has_plus;
}

/* Takes the run of base64 pieces at *offset; its length without what is between
 * the pieces. */
static gsize
take_base64(Span octets, gsize *offset)
{
	gsize i = *offset, total = 0;
	gsize min = i > 0 && strchr("\"'`", octets.octets[i - 1]) != NULL ?
	    1 : MIN_PIECE_OCTETS;

	for (;;) {
		gsize begin = i;

		while (i < octets.len && is_base64(octets.octets[i]))
			i++;
		if (i - begin < min)
			break;
		total += i - begin;
		*offset = i;
		min = skip_gap(octets, &i) ? 1 : MIN_PIECE_OCTETS;
		if (i == *offset)
			break;
	}
	return total;
}

/* The same for numbers of one octet each, "77,90,144,0". */
static gsize
take_numbers(Span octets, gsize *offset)
{
	gsize i = *offset, begin = i;

	while (i < octets.len) {
		guint value = 0, digits = 0;

		while (i < octets.len && g_ascii_isdigit(octets.octets[i]) &&
		    digits < 4) {
			value = value * 10 + (guint)
			    g_ascii_digit_value((char)octets.octets[i++]);
			digits++;
		}
		if (digits == 0 || value > 255)
			break;
		*offset = i;
		while (i < octets.len && (octets.octets[i] == ',' ||
		    g_ascii_isspace(octets.octets[i])))
			i++;
	}
	return *offset - begin;
}

static gboolean
is_picture(Span octets)
{
	static const char *const marks[] = { "\x89PNG", "\xff\xd8\xff", "GIF8",
		"RIFF", "wOFF", "wOF2", "OTTO", "<svg" };

	for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
		if (octets.len >= strlen(marks[i]) && memcmp(octets.octets,
		    marks[i], strlen(marks[i])) == 0)
			return TRUE;
	return FALSE;
}

/*
 * A long literal that decodes to a carrier is one, whatever script does.
 * Whether it counts as a coded file: pictures and fonts are what pages are made
 * of.
 */
static gboolean
examine_literal(Page *page, Span literal)
{
	Span begin = { literal.octets, MIN(literal.len, MIN_LITERAL_OCTETS) };
	g_autoptr(GBytes) octets = decode(begin);
	Span decoded;

	decoded.octets = g_bytes_get_data(octets, &decoded.len);
	if (!is_carrier(decoded.octets, decoded.len))
		return !is_picture(decoded);
	keep(page, (Span){ NULL, 0 }, decode(literal));
	traits_add(page->traits, TRAIT_HTML_SMUGGLING,
	    "script that holds an archive or a program");
	return TRUE;
}

/* Octets of all long literals of the page that may be coded files. */
static gsize
examine_literals(Page *page)
{
	Span octets = page->octets;
	gsize total = 0, i = 0;

	while (i < octets.len) {
		gsize begin = i, len = 0;

		if (g_ascii_isdigit(octets.octets[i])) {
			len = take_numbers(octets, &i);
			/* A short one may be the beginning of base64. */
			if (len < MIN_PIECE_OCTETS)
				i = begin;
		}
		if (i == begin && is_base64(octets.octets[i])) {
			len = take_base64(octets, &i);
			if (len >= MIN_LITERAL_OCTETS && !examine_literal(page,
			    (Span){ octets.octets + begin, i - begin }))
				len = 0;
		}
		total += len >= MIN_LITERAL_OCTETS ? len : 0;
		/* Not again in the middle of a word. */
		if (i == begin)
			while (i < octets.len && is_base64(octets.octets[i]))
				i++;
		if (i == begin)
			i++;
	}
	return total;
}

/* --- the page --------------------------------------------------------------------------- */

static void
examine_script(Page *page)
{
	static const char *const builders[] = { "createobjecturl",
		"mssaveblob", "mssaveoropenblob", "new blob", "new file(",
		"data:application", "data:text/html", "filereader", NULL };
	static const char *const decoders[] = { "atob", "fromcharcode",
		"uint8array", "charcodeat", "unescape", "decodeuri", "base64",
		NULL };
	static const char *const triggers[] = { "mssave", ".download",
		"download=", "'download'", "\"download\"", ".click",
		"location", "window.open", "saveas", NULL };
	gsize literals;

	page->has_builder = has_any(page, builders);
	page->has_decoder = has_any(page, decoders);
	page->has_trigger = has_any(page, triggers);
	if (!page->has_decoder)
		return;
	literals = examine_literals(page);
	if (!page->has_builder || !page->has_trigger)
		return;
	if (literals > page->octets.len / 2)
		traits_add(page->traits, TRAIT_HTML_SMUGGLING,
		    "script that makes a file, and little else");
	else if (literals > 0)
		traits_add(page->traits, TRAIT_HTML_FILE,
		    "script that can make a file");
}

static gboolean
page_has_script(const Page *page)
{
	static const char *const words[] = { "<script", ":script",
		"javascript:", "onload=", "onload =", "onerror=", "onclick=",
		"onbegin=", "onmouseover=", NULL };

	return has_any(page, words);
}

static Page
page_new(Span octets, Traits *traits)
{
	Page page = { .octets = octets, .traits = traits };

	page.lower = octets_lower(octets);
	/* The words of the page are looked for up to a NUL. */
	for (gsize i = 0; i < octets.len; i++)
		if (page.lower[i] == '\0')
			page.lower[i] = ' ';
	return page;
}

void
html_file_examine(Span octets, Traits *traits)
{
	Page page = page_new(octets, traits);

	examine_data_urls(&page);
	if (page_has_script(&page))
		examine_script(&page);
	g_free(page.lower);
}

void
html_file_examine_svg(Span octets, Traits *traits)
{
	Page page = page_new(octets, traits);

	examine_data_urls(&page);
	if (page_has_script(&page)) {
		traits_add(traits, TRAIT_SVG_SCRIPT, "a picture with script");
		examine_script(&page);
	}
	g_free(page.lower);
}
