/*
 * scanner/filename.c - a file name in canonical form, whatever was done to it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/filename.h"

/* Different decodings of one name that are kept. */
#define MAX_FORMS 16

/* Tried in this order where octets are not UTF-8. */
static const char *const fallback_charsets[] = {
	"GB18030", "BIG5-HKSCS", "SHIFT_JIS", "ISO-8859-1",
};

/* --- strings of UTF-8 --------------------------------------------------- */

static void
add_unique(GPtrArray *strings, const char *string)
{
	if (strings->len < MAX_FORMS &&
	    !g_ptr_array_find_with_equal_func(strings, string, g_str_equal,
	        NULL))
		g_ptr_array_add(strings, g_strdup(string));
}

/* In UTF-8, NULs kept out; NULL: the octets are not text in this charset. */
static char *
convert(const char *raw, gsize len, const char *charset)
{
	gsize written;
	char *text;

	if (g_ascii_strcasecmp(charset, "UTF-8") == 0)
		return g_utf8_validate_len(raw, len, NULL) ?
		    g_strndup(raw, len) : NULL;
	/* What senders call gb2312 is GBK at least. */
	if (g_ascii_strncasecmp(charset, "gb", 2) == 0)
		charset = "GB18030";
	text = g_convert(raw, (gssize)len, "UTF-8", charset, NULL, &written,
	    NULL);
	if (text != NULL && strlen(text) != written)
		g_clear_pointer(&text, g_free);
	return text;
}

/* Every text the octets may be, without NULs among them; charset: declared,
 * may be NULL. */
static void
add_texts_of_octets(GPtrArray *texts, const char *raw, gsize len,
    const char *charset)
{
	g_autofree char *declared = charset != NULL && *charset != '\0' ?
	    convert(raw, len, charset) : NULL;

	if (declared != NULL)
		add_unique(texts, declared);
	if (g_utf8_validate_len(raw, len, NULL)) {
		g_autofree char *text = g_strndup(raw, len);

		add_unique(texts, text);
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(fallback_charsets); i++) {
		g_autofree char *text = convert(raw, len,
		    fallback_charsets[i]);

		if (text != NULL)
			add_unique(texts, text);
	}
}

/* For some clients a NUL ends the name, others leave it out; and UTF-16 is
 * full of them. */
static void
add_texts(GPtrArray *texts, const char *raw, gsize len, const char *charset)
{
	const char *nul = memchr(raw, '\0', len);
	g_autoptr(GString) without = NULL;

	if (nul == NULL) {
		add_texts_of_octets(texts, raw, len, charset);
		return;
	}
	if (charset != NULL && *charset != '\0') {
		g_autofree char *declared = convert(raw, len, charset);

		if (declared != NULL)
			add_unique(texts, declared);
	}
	without = g_string_new(NULL);
	for (gsize i = 0; i < len; i++)
		if (raw[i] != '\0')
			g_string_append_c(without, raw[i]);
	add_texts_of_octets(texts, raw, (gsize)(nul - raw), charset);
	add_texts_of_octets(texts, without->str, without->len, charset);
}

/* --- RFC 2231 and RFC 2047 ------------------------------------------------ */

static GString *
percent_decode(const char *raw, gsize len)
{
	GString *octets = g_string_sized_new(len + 1);

	for (gsize i = 0; i < len; i++) {
		if (raw[i] == '%' && len - i > 2 &&
		    g_ascii_isxdigit(raw[i + 1]) &&
		    g_ascii_isxdigit(raw[i + 2])) {
			g_string_append_c(octets,
			    (char)(g_ascii_xdigit_value(raw[i + 1]) << 4 |
			        g_ascii_xdigit_value(raw[i + 2])));
			i += 2;
		} else {
			g_string_append_c(octets, raw[i]);
		}
	}
	return octets;
}

/* charset'language'percent-encoded; senders leave parts of it out. */
static void
add_extended(GPtrArray *texts, const char *raw, gsize len)
{
	const char *first = memchr(raw, '\'', len);
	const char *second = first != NULL ? memchr(first + 1, '\'',
	    len - (gsize)(first + 1 - raw)) : NULL;
	g_autoptr(GString) whole = percent_decode(raw, len);

	if (second != NULL) {
		g_autofree char *charset = g_strndup(raw,
		    (gsize)(first - raw));
		g_autoptr(GString) octets = percent_decode(second + 1,
		    len - (gsize)(second + 1 - raw));

		add_texts(texts, octets->str, octets->len, charset);
	}
	add_texts(texts, whole->str, whole->len, NULL);
}

/* One encoded word "=?charset?B?text?=" at p; the mark at its end may be
 * missing. Returns behind it, or NULL: there is none. */
static const char *
read_word(const char *p, const char *end, char **charset, GString *octets)
{
	const char *mark, *text, *close, *star;
	char encoding;

	if (end - p < 6 || p[0] != '=' || p[1] != '?')
		return NULL;
	mark = memchr(p + 2, '?', (gsize)(end - p - 2));
	if (mark == NULL || end - mark < 3 || mark[2] != '?')
		return NULL;
	encoding = g_ascii_tolower(mark[1]);
	text = mark + 3;
	close = g_strstr_len(text, end - text, "?=");
	/* In Q text "?=" may be preceded by "=3F"; the first mark ends it. */
	if (close == NULL)
		close = end;
	star = memchr(p + 2, '*', (gsize)(mark - p - 2));
	*charset = g_strndup(p + 2, (gsize)((star != NULL ? star : mark) - p - 2));
	if (encoding == 'b') {
		g_autofree char *copy = g_strndup(text, (gsize)(close - text));
		gsize len = 0;

		if (*copy != '\0')
			g_base64_decode_inplace(copy, &len);
		g_string_append_len(octets, copy, (gssize)len);
	} else if (encoding == 'q') {
		for (const char *q = text; q < close; q++) {
			if (*q == '=' && close - q > 2 &&
			    g_ascii_isxdigit(q[1]) && g_ascii_isxdigit(q[2])) {
				g_string_append_c(octets, (char)
				    (g_ascii_xdigit_value(q[1]) << 4 |
				        g_ascii_xdigit_value(q[2])));
				q += 2;
			} else {
				g_string_append_c(octets, *q == '_' ? ' ' : *q);
			}
		}
	} else {
		g_clear_pointer(charset, g_free);
		return NULL;
	}
	return close == end ? end : close + 2;
}

static gboolean
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Encoded words decoded. Blanks between two words are no text. Words of one
 * charset are put together before they are converted: senders split them in
 * the middle of a character.
 */
static void
add_words(GPtrArray *texts, const char *raw, gsize len)
{
	const char *p = raw, *end = raw + len;
	g_autoptr(GString) decoded = g_string_new(NULL);
	g_autoptr(GString) octets = g_string_new(NULL);
	g_autofree char *charset = NULL;
	gboolean has_word = FALSE;

	while (p <= end) {
		g_autofree char *next_charset = NULL;
		g_autoptr(GString) word = g_string_new(NULL);
		const char *next = p < end ?
		    read_word(p, end, &next_charset, word) : NULL;
		const char *q = p;

		if (next != NULL && (charset == NULL ||
		    g_ascii_strcasecmp(charset, next_charset) == 0)) {
			g_string_append_len(octets, word->str,
			    (gssize)word->len);
			if (charset == NULL)
				charset = g_steal_pointer(&next_charset);
			has_word = TRUE;
			p = next;
			continue;
		}
		while (q < end && is_blank(*q))
			q++;
		if (charset != NULL && q > p && q < end && *q == '=' &&
		    q[1] == '?') {
			p = q;
			continue;
		}
		if (charset != NULL) {
			g_autoptr(GPtrArray) candidates =
			    g_ptr_array_new_with_free_func(g_free);

			add_texts(candidates, octets->str, octets->len,
			    charset);
			if (candidates->len > 0)
				g_string_append(decoded,
				    g_ptr_array_index(candidates, 0));
			g_string_truncate(octets, 0);
			g_clear_pointer(&charset, g_free);
			continue;
		}
		if (p < end)
			g_string_append_c(decoded, *p);
		p++;
	}
	if (has_word)
		add_texts(texts, decoded->str, decoded->len, NULL);
}

/* --- canonical forms --------------------------------------------------------- */

/* Letters that look like Latin ones; in an extension they are meant to. */
static const struct {
	gunichar look_alike;
	char letter;
} look_alikes[] = {
	/* Cyrillic */
	{ 0x0430, 'a' }, { 0x0432, 'b' }, { 0x0441, 'c' }, { 0x0501, 'd' },
	{ 0x0435, 'e' }, { 0x04bb, 'h' }, { 0x0456, 'i' }, { 0x0458, 'j' },
	{ 0x043a, 'k' }, { 0x04cf, 'l' }, { 0x043c, 'm' }, { 0x043e, 'o' },
	{ 0x0440, 'p' }, { 0x0455, 's' }, { 0x0442, 't' }, { 0x0475, 'v' },
	{ 0x051d, 'w' }, { 0x0445, 'x' }, { 0x0443, 'y' },
	/* Greek */
	{ 0x03b1, 'a' }, { 0x03f2, 'c' }, { 0x03b5, 'e' }, { 0x03b9, 'i' },
	{ 0x03f3, 'j' }, { 0x03ba, 'k' }, { 0x03bf, 'o' }, { 0x03c1, 'p' },
	{ 0x03c4, 't' }, { 0x03c5, 'u' }, { 0x03bd, 'v' }, { 0x03c7, 'x' },
	/* Latin that is not ASCII */
	{ 0x0131, 'i' }, { 0x017f, 's' }, { 0x0251, 'a' }, { 0x0261, 'g' },
};

static gunichar
latin_letter(gunichar c)
{
	for (gsize i = 0; c >= 0x80 && i < G_N_ELEMENTS(look_alikes); i++)
		if (look_alikes[i].look_alike == c)
			return (gunichar)look_alikes[i].letter;
	return c;
}

/* Dots of other scripts that some systems take for one (NFKC knows the
 * full-width one, the one-dot leader and the small one already). */
static gboolean
is_dot(gunichar c)
{
	return c == '.' || c == 0x3002 || c == 0xff61 || c == 0x06d4;
}

/* Characters nobody sees. */
static gboolean
is_invisible(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
	    (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef) ||
	    c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0x034f;
}

/* "%2e", "&#46;", "&#x2e;" and "&period;" as dots: web mail undoes them. */
static char *
undo_entities(const char *text)
{
	static const char *const dots[] = { "%2e", "&#46;", "&#x2e;",
		"&#046;", "&period;" };
	GString *plain = g_string_new(NULL);

	while (*text != '\0') {
		gsize len = 0;

		for (gsize i = 0; i < G_N_ELEMENTS(dots) && len == 0; i++)
			if (g_ascii_strncasecmp(text, dots[i],
			    strlen(dots[i])) == 0)
				len = strlen(dots[i]);
		if (len > 0)
			g_string_append_c(plain, '.');
		else
			g_string_append_len(plain, text, (gssize)(len = 1));
		text += len;
	}
	return g_string_free(plain, FALSE);
}

static void
chomp_dots(GString *form)
{
	while (form->len > 0 && strchr(". \t\"';,", form->str[form->len - 1]))
		g_string_truncate(form, form->len - 1);
}

/*
 * One form of one text. Path separators and stream names are cut; a class id
 * ("note.{0002…}") stays, as the extension that it is to Windows.
 */
static void
add_form(GPtrArray *forms, const char *text)
{
	g_autofree char *normal = g_utf8_normalize(text, -1,
	    G_NORMALIZE_ALL_COMPOSE);
	g_autofree char *lower = normal != NULL ?
	    g_utf8_strdown(normal, -1) : NULL;
	g_autofree char *plain = lower != NULL ? undo_entities(lower) : NULL;
	g_autoptr(GString) form = g_string_new(NULL);

	for (const char *p = plain; p != NULL && *p != '\0';
	     p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (is_invisible(c))
			continue;
		if (c == '/' || c == '\\')
			g_string_truncate(form, 0);
		else if (is_dot(c))
			g_string_append_c(form, '.');
		else if (g_unichar_isspace(c))
			g_string_append_c(form, ' ');
		else if (c == ':' && form->len > 1)
			/* name.exe::$DATA and name.exe:stream */
			break;
		else if (c == ':')
			/* c:name */
			g_string_truncate(form, 0);
		else
			g_string_append_unichar(form, c);
	}
	chomp_dots(form);
	if (form->len > 0)
		add_unique(forms, form->str);
}

/* The last extension of a form, look-alike letters made Latin. */
static void
add_extension(GPtrArray *extensions, const char *form)
{
	const char *dot = strrchr(form, '.');
	g_autoptr(GString) extension = g_string_new(NULL);

	if (dot == NULL)
		return;
	for (const char *p = dot + 1; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c != ' ')
			g_string_append_unichar(extension, latin_letter(c));
	}
	if (extension->len > 0)
		add_unique(extensions, extension->str);
	if (extension->len > 2 && *extension->str == '{' &&
	    g_str_has_suffix(extension->str, "}"))
		add_unique(extensions, FILENAME_CLASS_ID);
}

/* The text as a whole, and each part of it that some client stops at. */
static void
add_forms(GPtrArray *forms, const char *text)
{
	gsize line = strcspn(text, "\r\n");

	add_form(forms, text);
	if (text[line] != '\0') {
		g_autofree char *head = g_strndup(text, line);

		add_form(forms, head);
		add_form(forms, text + line);
	}
}

/* The raw name, its middle left out if it is very long: the beginning is for
 * display, the end has the extension. */
static GString *
cut_middle(const char *raw, gsize len)
{
	GString *name;

	if (len <= 2 * FILENAME_WINDOW_OCTETS)
		return g_string_new_len(raw, (gssize)len);
	name = g_string_new_len(raw, FILENAME_WINDOW_OCTETS);
	g_string_append_len(name, raw + len - FILENAME_WINDOW_OCTETS,
	    FILENAME_WINDOW_OCTETS);
	return name;
}

static void
add_raw_texts(GPtrArray *texts, const char *raw, gsize len,
    FilenameSource source)
{
	switch (source) {
	case FILENAME_EXTENDED:
		add_extended(texts, raw, len);
		break;
	case FILENAME_PARAMETER:
		add_words(texts, raw, len);
		add_texts(texts, raw, len, NULL);
		if (memchr(raw, '%', len) != NULL)
			add_extended(texts, raw, len);
		break;
	case FILENAME_MEMBER:
		add_texts(texts, raw, len, NULL);
		break;
	}
}

Filename *
filename_new(const char *raw, gsize len, FilenameSource source)
{
	Filename *filename = g_new0(Filename, 1);
	g_autoptr(GString) name = cut_middle(raw, len);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	filename->octets = len;
	filename->forms = g_ptr_array_new_with_free_func(g_free);
	filename->extensions = g_ptr_array_new_with_free_func(g_free);
	add_raw_texts(texts, name->str, name->len, source);
	for (guint i = 0; i < texts->len; i++)
		add_forms(filename->forms, g_ptr_array_index(texts, i));
	for (guint i = 0; i < filename->forms->len; i++)
		add_extension(filename->extensions,
		    g_ptr_array_index(filename->forms, i));
	filename->display = texts->len > 0 ?
	    g_strdup(g_ptr_array_index(texts, 0)) :
	    g_utf8_make_valid(name->str, (gssize)name->len);
	return filename;
}

void
filename_free(Filename *filename)
{
	if (filename == NULL)
		return;
	g_free(filename->display);
	g_ptr_array_unref(filename->forms);
	g_ptr_array_unref(filename->extensions);
	g_free(filename);
}
