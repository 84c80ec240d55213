/*
 * scanner/html_file.c - files that a page of HTML or SVG makes in the browser.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/html_file.h"
#include "scanner/html_tokens.h"
#include "scanner/octet_search.h"

/* A literal that is shorter carries no file worth to be hidden. */
#define MIN_LITERAL_OCTETS 512u
/* Literals may be in pieces, '"abc", "def"'; words of a language are shorter. */
#define MIN_PIECE_OCTETS 16u
/* Of a picture: enough to see whether it is one. */
#define BEGINNING_OCTETS 64u

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

/* The words of a page are looked for up to a NUL. */
static void
replace_nuls(char *text, gsize len)
{
	char *end = text + len;

	while ((text = memchr(text, '\0', (gsize)(end - text))) != NULL)
		*text++ = ' ';
}

/* Caller frees. */
static char *
copy_without_nul(Span octets)
{
	char *copy = g_malloc(octets.len + 1);

	memcpy(copy, octets.octets, octets.len);
	copy[octets.len] = '\0';
	replace_nuls(copy, octets.len);
	return copy;
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

/* Pictures, fonts and styles are what pages are made of. */
static gboolean
is_harmless_type(Span type)
{
	static const char *const types[] = { "image/png", "image/jp",
		"image/gif", "image/webp", "image/x-icon", "image/vnd.",
		"image/bmp", "image/avif", "font/", "audio/", "video/",
		"text/css", "application/font", "application/x-font",
		"application/vnd.ms-fontobject" };

	for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
		if (type.len >= strlen(types[i]) && g_ascii_strncasecmp(
		    (const char *)type.octets, types[i], strlen(types[i])) == 0)
			return TRUE;
	return FALSE;
}

/* Browsers leave these out of a URL. */
static gboolean
is_line_end(guint8 c)
{
	return c == '\t' || c == '\r' || c == '\n';
}

/* "data", in any case, is what stands before the colon. */
static gboolean
ends_in_data(const guint8 *begin, const guint8 *colon)
{
	gsize left = strlen("data");

	while (colon > begin && left > 0) {
		guint8 c = *--colon;

		if (is_line_end(c))
			continue;
		if (g_ascii_tolower((char)c) != "data"[--left])
			return FALSE;
	}
	return left == 0;
}

/* Takes text up to behind the next "data:". FALSE: there is none. */
static gboolean
take_scheme(Span *text)
{
	const guint8 *begin = text->octets, *colon;

	while (text->len > 0 && (colon = memchr(text->octets, ':',
	    text->len)) != NULL) {
		*text = octets_behind(*text, colon + 1);
		if (ends_in_data(begin, colon))
			return TRUE;
		begin = colon;
	}
	return FALSE;
}

/* What is behind "data:" is a URL, and no words of script or of people. */
static gboolean
begins_as_url(Span text)
{
	gsize i = 0;

	while (i < text.len && (g_ascii_isalnum(text.octets[i]) ||
	    strchr("-+._", text.octets[i]) != NULL))
		i++;
	return i < text.len && strchr("/;,", text.octets[i]) != NULL;
}

/* RFC 2397: what stands before the comma ends so. */
static gboolean
ends_in_base64(Span type)
{
	static const char word[] = "base64";

	while (type.len > 0 && type.octets[type.len - 1] == ' ')
		type.len--;
	return type.len >= strlen(word) && g_ascii_strncasecmp((const char *)
	    type.octets + type.len - strlen(word), word, strlen(word)) == 0;
}

/* Takes what may be base64 in a URL. */
static Span
take_data(Span *text)
{
	Cursor cursor = { *text, FALSE };
	gsize len = 0;
	Span data;

	while (len < text->len && (is_base64(text->octets[len]) ||
	    text->octets[len] == '%' || g_ascii_isspace(text->octets[len])))
		len++;
	data = cursor_take(&cursor, len);
	*text = cursor.rest;
	return data;
}

/* Caller unrefs. */
static GBytes *
decode_data(Span data)
{
	g_autoptr(GBytes) unescaped = NULL;

	if (memchr(data.octets, '%', data.len) != NULL)
		unescaped = g_uri_unescape_bytes((const char *)data.octets,
		    (gssize)data.len, NULL, NULL);
	if (unescaped != NULL)
		data = span_of_bytes(unescaped);
	return decode(data);
}

/* What a picture says it is, it need not be; that is seen when it is opened. */
static gboolean
is_picture_of_page(Span type, Span data)
{
	g_autoptr(GBytes) octets = NULL;
	gsize len;
	const guint8 *decoded;

	if (!is_harmless_type(type))
		return FALSE;
	/* Not where an escaped octet could be cut. */
	if (memchr(data.octets, '%', data.len) == NULL)
		data.len = MIN(data.len, BEGINNING_OCTETS);
	octets = decode_data(data);
	decoded = g_bytes_get_data(octets, &len);
	return !is_carrier(decoded, len);
}

/*
 * The data: URLs in a piece of the page. name: what the reader's file will be
 * called; NULL: not known. is_link: it is saved under that name, even if it is a
 * picture.
 */
static void
examine_urls(Page *page, Span text, const char *name, gboolean is_link)
{
	Span file_name = { (const guint8 *)name, name != NULL ? strlen(name) :
		0 };
	const guint8 *begin = text.octets, *comma;

	if (file_name.len > HTML_FILE_MAX_NAME_OCTETS) {
		page->traits->exceeds_limit |= take_scheme(&text);
		return;
	}

	while (take_scheme(&text)) {
		Span type = text, data;

		if (text.octets - begin > 5 && !begins_as_url(text))
			continue;
		comma = memchr(text.octets, ',', text.len);
		if (comma == NULL)
			return;
		type.len = (gsize)(comma - text.octets);
		text = octets_behind(text, comma + 1);
		if (!ends_in_base64(type))
			continue;
		data = take_data(&text);
		if (data.len == 0 ||
		    (!is_link && is_picture_of_page(type, data)))
			continue;
		if (keep(page, file_name, decode_data(data)))
			traits_add(page->traits, TRAIT_HTML_SMUGGLING,
			    "a link that holds an archive or a program");
	}
}

/* --- tags ------------------------------------------------------------------------------ */

/* The name that script gives to a file, download = "...", or setAttribute(
 * "download", "..."). Caller frees; NULL: none. */
static char *
download_of_script(Span script)
{
	const guint8 *at = octets_find(script, "download");
	Cursor cursor = { { NULL, 0 }, FALSE };
	gboolean has_joint = FALSE, is_quoted = FALSE;
	gsize len = 0;

	if (at == NULL)
		return NULL;
	cursor.rest = octets_behind(script, at + strlen("download"));
	while (cursor.rest.len > 0 && strchr(" \t\r\n\"'`]=,",
	    *cursor.rest.octets) != NULL) {
		guint8 c = cursor_u8(&cursor);

		has_joint |= c == '=' || c == ',';
		is_quoted = c == '"' || c == '\'' || c == '`';
	}
	while (len < cursor.rest.len && strchr("\"'`\r\n",
	    cursor.rest.octets[len]) == NULL)
		len++;
	return has_joint && is_quoted ?
	    g_strndup((const char *)cursor.rest.octets, len) : NULL;
}

static void
examine_text(Page *page, Span text)
{
	Span rest = text;
	g_autofree char *name = NULL;

	if (!take_scheme(&rest))
		return;
	name = download_of_script(text);
	examine_urls(page, text, name, FALSE);
}

static void
remove_line_ends(char *value)
{
	char *to = value;

	for (const char *at = value; *at != '\0'; at++)
		if (!is_line_end((guint8)*at))
			*to++ = *at;
	*to = '\0';
}

static void
examine_tag(Page *page, const HtmlTag *tag)
{
	const char *download = html_tag_attribute(tag, "download");

	for (guint i = 0; i < tag->attributes->len; i++) {
		const HtmlAttribute *attribute = &g_array_index(
		    tag->attributes, HtmlAttribute, i);
		const char *value;

		if (attribute->value == NULL || attribute->value == download)
			continue;
		remove_line_ends(attribute->value);
		value = html_skip_blanks(attribute->value);
		examine_urls(page, (Span){ (const guint8 *)value,
			strlen(value) }, download, download != NULL);
	}
}

/*
 * A tag of which not all attributes were read: often none at all, "a <b" in a
 * text. It counts where it may give a file a name that is not known.
 */
static void
examine_large_tag(Page *page, Span tag)
{
	g_autofree char *plain = html_decode_entities((const char *)tag.octets,
	    tag.len);
	Span text = { (const guint8 *)plain, strlen(plain) };
	g_autofree char *lower = octets_lower(text);

	if (strstr(lower, "download") == NULL)
		examine_urls(page, text, NULL, FALSE);
	else if (take_scheme(&text) && strstr(lower, "base64") != NULL)
		page->traits->exceeds_limit = TRUE;
}

/* Most XML has none, and need not be taken apart. */
static gboolean
may_have_url(const Page *page)
{
	Span text = page->octets;

	return octets_find(text, "&#") != NULL || take_scheme(&text);
}

static void
examine_data_urls(Page *page)
{
	g_autofree char *text = may_have_url(page) ?
	    copy_without_nul(page->octets) : NULL;
	g_autoptr(HtmlTokens) tokens = html_tokens_new(text);
	const char *markup = text;
	HtmlToken token = { .kind = HTML_TOKEN_TAG };
	gboolean goes_on = text != NULL, exceeds_limit = FALSE;

	while (goes_on) {
		gboolean was_tag = token.kind == HTML_TOKEN_TAG;
		Span last;

		goes_on = html_tokens_next(tokens, &token);
		last = (Span){ (const guint8 *)markup,
			(gsize)(token.text - markup) };
		if (!was_tag)
			examine_text(page, last);
		else if (exceeds_limit)
			examine_large_tag(page, last);
		examine_text(page, (Span){ (const guint8 *)token.text,
			token.text_len });
		markup = token.text + token.text_len;
		exceeds_limit = token.tag.exceeds_limit;
		if (token.kind == HTML_TOKEN_TAG)
			examine_tag(page, &token.tag);
	}
}

/* --- literals -------------------------------------------------------------------------- */

/* Skips what is between the pieces of a literal; whether it is '" + "', so that
 * however short a piece follows. */
static gboolean
skip_gap(Span octets, gsize *offset)
{
	gboolean has_quote = FALSE, has_plus = FALSE;

	for (; *offset < octets.len; ++*offset) {
		guint8 c = octets.octets[*offset];

		if (c == '\0' || strchr("\"'`+,\\ \t\r\n", c) == NULL)
			break;
		has_quote |= c == '"' || c == '\'' || c == '`';
		has_plus |= c == '+' && has_quote;
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
	Span decoded = span_of_bytes(octets);

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
	replace_nuls(page.lower, octets.len);
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
