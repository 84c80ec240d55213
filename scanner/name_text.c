/*
 * scanner/name_text.c - the octets of a file name as text, in every reading.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/charset.h"
#include "scanner/name_text.h"
#include "signatures/ascii.h"

/* Tried where octets are not UTF-8. In each of them '.', '/' and ':' are never
 * half of a character: a wrong one garbles what stands between the dots, but
 * neither hides nor invents an extension in ASCII. */
static const char *const fallback_charsets[] = {
	"GB18030", "BIG5-HKSCS", "SHIFT_JIS", "WINDOWS-1252",
};

static Charsets *charsets;

void
name_text_init(void)
{
	if (charsets == NULL)
		charsets = charsets_new();
}

/* --- the texts ----------------------------------------------------------- */

static void
string_free(gpointer data)
{
	g_string_free(data, TRUE);
}

static gboolean
string_equal(gconstpointer a, gconstpointer b)
{
	return g_string_equal(a, b);
}

static gboolean
is_continuation(char c)
{
	return ((guchar)c & 0xc0) == 0x80;
}

/* Keeps about window octets at each end, and whole characters of UTF-8. */
static void
cut_middle(GString *text, gsize window)
{
	gsize from = window, to;

	if (text->len / 2 <= window)
		return;
	to = text->len - window;
	while (from > 0 && is_continuation(text->str[from]))
		from--;
	while (to < text->len && is_continuation(text->str[to]))
		to++;
	g_string_erase(text, (gssize)from, (gssize)(to - from));
}

/* Takes over the text. */
static void
add_text(NameTexts *texts, GString *text)
{
	cut_middle(text, NAME_TEXT_WINDOW_OCTETS);
	if (g_ptr_array_find_with_equal_func(texts->texts, text, string_equal,
	    NULL)) {
		string_free(text);
	} else if (texts->texts->len == NAME_MAX_TEXTS) {
		texts->exceeds = TRUE;
		string_free(text);
	} else {
		g_ptr_array_add(texts->texts, text);
	}
}

/* --- charsets -------------------------------------------------------------- */

/* The ASCII character that an overlong sequence of octets has the bits of, and
 * how many octets it has; 0: it is none. */
static gsize
read_overlong(const char *octets, gsize len, char *c)
{
	const guchar *p = (const guchar *)octets;

	if (len >= 2 && (p[0] & 0xfe) == 0xc0 && is_continuation(octets[1])) {
		*c = (char)((p[0] & 1) << 6 | (p[1] & 0x3f));
		return 2;
	}
	if (len >= 3 && p[0] == 0xe0 && (p[1] & 0xfe) == 0x80 &&
	    is_continuation(octets[2])) {
		*c = (char)((p[1] & 1) << 6 | (p[2] & 0x3f));
		return 3;
	}
	return 0;
}

/*
 * With what is not UTF-8 as U+FFFD. Old decoders take the overlong C0 AE for
 * the dot whose bits it has.
 */
static void
append_utf8(GString *text, const char *octets, gsize len)
{
	while (len > 0) {
		const char *end;
		gsize used = 1;
		char c = '\0';

		g_utf8_validate_len(octets, len, &end);
		g_string_append_len(text, octets, end - octets);
		len -= (gsize)(end - octets);
		octets = end;
		if (len == 0)
			break;
		/* NUL is not valid for GLib, but text for us. */
		if (*octets == '\0' ||
		    (used = read_overlong(octets, len, &c)) > 0) {
			g_string_append_c(text, c);
		} else {
			g_string_append(text, "\xef\xbf\xbd");
			used = 1;
		}
		octets += used;
		len -= used;
	}
}

/* In exactly this charset; FALSE: it is not known. */
static gboolean
append_charset(GString *text, const char *octets, gsize len,
    const char *charset)
{
	g_autofree char *decoded = NULL;

	if (g_ascii_strcasecmp(charset, "utf-8") == 0 ||
	    g_ascii_strcasecmp(charset, "utf8") == 0) {
		append_utf8(text, octets, len);
		return TRUE;
	}
	name_text_init();
	decoded = charset_decode(charsets, (const guint8 *)octets, len,
	    charset);
	if (decoded == NULL)
		return FALSE;
	g_string_append(text, decoded);
	return TRUE;
}

/* The same, with the NULs that single octets of value 0 are; in UTF-16 they
 * are halves of letters. */
static gboolean
append_text(GString *text, const char *octets, gsize len, const char *charset)
{
	const char *nul;

	if (g_ascii_strncasecmp(charset, "utf-16", 6) == 0 ||
	    g_ascii_strncasecmp(charset, "utf-32", 6) == 0)
		return append_charset(text, octets, len, charset);
	while ((nul = memchr(octets, '\0', len)) != NULL) {
		gsize before = (gsize)(nul - octets);

		if (!append_charset(text, octets, before, charset))
			return FALSE;
		g_string_append_c(text, '\0');
		octets += before + 1;
		len -= before + 1;
	}
	return append_charset(text, octets, len, charset);
}

static gboolean
is_utf8(const char *octets, gsize len)
{
	const char *end;

	while (!g_utf8_validate_len(octets, len, &end)) {
		if (*end != '\0')
			return FALSE;
		len -= (gsize)(end + 1 - octets);
		octets = end + 1;
	}
	return TRUE;
}

/* Where a name in UTF-8 ends that was cut within its last character, as a
 * program does that counts octets; 0: it is none. */
static gsize
end_before_cut(const char *octets, gsize len)
{
	const char *end;
	gsize whole;

	if (len == 0 || g_utf8_validate_len(octets, len, &end))
		return 0;
	whole = (gsize)(end - octets);
	return (gsize)g_utf8_strlen(octets, (gssize)whole) < whole &&
	    g_utf8_get_char_validated(end, (gssize)(len - whole)) ==
	    (gunichar)-2 ? whole : 0;
}

static void
add_in_charset(NameTexts *texts, const char *octets, gsize len,
    const char *charset)
{
	GString *text = g_string_sized_new(len + 1);

	if (append_text(text, octets, len, charset))
		add_text(texts, text);
	else
		string_free(text);
}

/* Every text that the octets may be; declared: a charset, may be NULL. */
static void
add_octets(NameTexts *texts, const char *octets, gsize len,
    const char *declared)
{
	gboolean is_valid = is_utf8(octets, len);
	gsize whole = end_before_cut(octets, len);

	if (declared != NULL)
		add_in_charset(texts, octets, len, declared);
	/* For people to read. */
	if (whole > 0)
		add_in_charset(texts, octets, whole, "UTF-8");
	for (gsize i = 0; !is_valid && i < G_N_ELEMENTS(fallback_charsets);
	     i++)
		add_in_charset(texts, octets, len, fallback_charsets[i]);
	add_in_charset(texts, octets, len, "UTF-8");
	/* The one charset that hides in ASCII and is common without a label. */
	if (memchr(octets, '\033', len) != NULL)
		add_in_charset(texts, octets, len, "ISO-2022-JP");
}

/* --- RFC 2047 ------------------------------------------------------------------ */

struct word {
	char *charset;          /* "": none */
	char encoding;          /* 'b' or 'q' */
	const char *text;       /* encoded */
	const char *text_end;
	const char *end;        /* behind the end mark */
};

/* Octets in the making: of one word, or of neighbours in one charset. */
struct pending {
	GString *octets;
	char *charset;          /* NULL: these are not of a word */
	guint32 bits;           /* base64, not yet an octet */
	guint n_bits;
};

/*
 * The end of Q text: a "?=" in front of two hex digits is a question mark and
 * the code of an octet. A missing end mark ends with the name.
 */
static const char *
find_text_end(const char *text, const char *end, char encoding)
{
	const char *mark = text;

	while ((mark = memchr(mark, '?', (gsize)(end - mark))) != NULL) {
		if (end - mark > 1 && mark[1] == '=' && !(encoding == 'q' &&
		    end - mark > 3 && g_ascii_isxdigit(mark[2]) &&
		    g_ascii_isxdigit(mark[3])))
			return mark;
		mark++;
	}
	return end;
}

/* The encoded word "=?charset*language?B?text?=" at p; FALSE: there is none. */
static gboolean
read_word(const char *p, const char *end, struct word *word)
{
	const char *mark, *star;

	if (end - p < 5 || p[0] != '=' || p[1] != '?')
		return FALSE;
	p += 2;
	mark = memchr(p, '?', (gsize)(end - p));
	if (mark == NULL || end - mark < 3 || mark[2] != '?')
		return FALSE;
	word->encoding = g_ascii_tolower(mark[1]);
	if (word->encoding != 'b' && word->encoding != 'q')
		return FALSE;
	star = memchr(p, '*', (gsize)(mark - p));
	word->charset = g_strndup(p, (gsize)((star != NULL ? star : mark) - p));
	word->text = mark + 3;
	word->text_end = find_text_end(word->text, end, word->encoding);
	word->end = MIN(end - word->text_end, 2) + word->text_end;
	return TRUE;
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (g_ascii_isdigit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Lenient: other characters are skipped, padding may be missing, and the bits
 * of a quantum may go on in the next word. */
static void
append_base64(struct pending *pending, const char *p, const char *end)
{
	for (; p < end; p++) {
		int value = base64_value(*p);

		if (*p == '=')
			pending->n_bits = 0;
		if (value < 0)
			continue;
		pending->bits = pending->bits << 6 | (guint32)value;
		pending->n_bits += 6;
		if (pending->n_bits >= 8) {
			pending->n_bits -= 8;
			g_string_append_c(pending->octets,
			    (char)(pending->bits >> pending->n_bits));
		}
	}
}

/* "mark75" with the mark '%' or '='; others stay. */
static void
append_hex(GString *octets, const char *p, const char *end, char mark)
{
	for (; p < end; p++) {
		if (*p == mark && end - p > 2 && g_ascii_isxdigit(p[1]) &&
		    g_ascii_isxdigit(p[2])) {
			g_string_append_c(octets,
			    (char)(g_ascii_xdigit_value(p[1]) << 4 |
			    g_ascii_xdigit_value(p[2])));
			p += 2;
		} else {
			g_string_append_c(octets, mark == '=' && *p == '_' ?
			    ' ' : *p);
		}
	}
}

/* charset: instead of the declared one; may be NULL. What has no charset that
 * is known is UTF-8, or else the first of those that are tried. */
static void
flush(GString *text, struct pending *pending, const char *charset)
{
	const char *octets = pending->octets->str;
	gsize len = pending->octets->len;

	if (charset == NULL)
		charset = pending->charset;
	if (charset == NULL || !append_text(text, octets, len, charset))
		append_text(text, octets, len, is_utf8(octets, len) ? "UTF-8" :
		    fallback_charsets[0]);
	g_string_truncate(pending->octets, 0);
	g_clear_pointer(&pending->charset, g_free);
	pending->n_bits = 0;
}

static gboolean
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Blanks between two words are not text. */
static const char *
skip_to_word(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && is_blank(*q))
		q++;
	return end - q > 1 && q[0] == '=' && q[1] == '?' ? q : p;
}

/*
 * raw with its encoded words decoded. is_joined: neighbours in one charset are
 * one text, because senders split them in the middle of a character or of a
 * base64 quantum; other clients decode each on its own. Caller frees; NULL:
 * there are no words.
 */
static GString *
decode_words(const char *raw, gsize len, gboolean is_joined,
    const char *charset)
{
	const char *p = raw, *end = raw + len;
	g_autoptr(GString) text = NULL;
	g_autoptr(GString) octets = NULL;
	struct pending pending = { 0 };
	gboolean has_word = FALSE;
	struct word word;

	if (memmem(raw, len, "=?", 2) == NULL)
		return NULL;
	text = g_string_sized_new(len + 1);
	pending.octets = octets = g_string_sized_new(len + 1);
	while (p < end) {
		if (!read_word(p, end, &word)) {
			if (pending.charset != NULL)
				flush(text, &pending, charset);
			g_string_append_c(octets, *p++);
			continue;
		}
		has_word = TRUE;
		if (!is_joined || pending.charset == NULL ||
		    g_ascii_strcasecmp(pending.charset, word.charset) != 0)
			flush(text, &pending, charset);
		g_free(pending.charset);
		pending.charset = word.charset;
		if (word.encoding == 'b')
			append_base64(&pending, word.text, word.text_end);
		else
			append_hex(octets, word.text, word.text_end, '=');
		p = skip_to_word(word.end, end);
	}
	flush(text, &pending, charset);
	return has_word ? g_steal_pointer(&text) : NULL;
}

/* The labels may be wrong. */
static void
add_words(NameTexts *texts, const char *raw, gsize len)
{
	for (guint is_joined = 2; is_joined-- > 0;) {
		GString *text = decode_words(raw, len, is_joined != 0, NULL);
		gboolean has_octets;

		if (text == NULL)
			return;
		add_text(texts, text);
		text = decode_words(raw, len, is_joined != 0, "UTF-8");
		has_octets = !is_ascii(text->str, text->len);
		add_text(texts, text);
		for (gsize i = 0; has_octets &&
		     i < G_N_ELEMENTS(fallback_charsets); i++)
			add_text(texts, decode_words(raw, len, is_joined != 0,
			    fallback_charsets[i]));
	}
}

/* --- RFC 2231 and the web --------------------------------------------------- */

static void
add_octets_and_words(NameTexts *texts, const char *octets, gsize len,
    const char *declared)
{
	add_words(texts, octets, len);
	add_octets(texts, octets, len, declared);
}

static void
add_percent_decoded(NameTexts *texts, const char *raw, gsize len,
    const char *declared)
{
	g_autoptr(GString) octets = g_string_sized_new(len + 1);

	append_hex(octets, raw, raw + len, '%');
	add_octets_and_words(texts, octets->str, octets->len, declared);
}

/* charset'language'percent-encoded (RFC 2231 4); senders leave the first two
 * out, and their quotes. */
static void
add_extended(NameTexts *texts, const char *raw, gsize len)
{
	const char *end = raw + len;
	const char *first = memchr(raw, '\'', len);
	const char *second = first == NULL ? NULL :
	    memchr(first + 1, '\'', (gsize)(end - first - 1));

	if (second != NULL) {
		g_autofree char *charset = g_strndup(raw,
		    (gsize)(first - raw));

		add_percent_decoded(texts, second + 1,
		    (gsize)(end - second - 1), charset);
	}
	add_percent_decoded(texts, raw, len, NULL);
}

/* Behind "%2e" or "%u002e" at p, which is *c in ASCII; NULL: there is none. */
static const char *
read_percent_code(const char *p, const char *end, gunichar *c)
{
	guint digits = p + 1 < end && p[1] == 'u' ? 4 : 2;

	p += digits == 4 ? 2 : 1;
	if (end - p < (gssize)digits)
		return NULL;
	for (*c = 0; digits > 0 && g_ascii_isxdigit(*p); p++, digits--)
		*c = *c * 16 + (gunichar)g_ascii_xdigit_value(*p);
	return digits == 0 && *c < 0x80 ? p : NULL;
}

/*
 * Behind the character reference at p ("&#46", "&#x2e;", "&period;", or "%2e"
 * in what was decoded already), which is *c; NULL: there is none. HTML does
 * not need the semicolon behind digits.
 */
static const char *
read_reference(const char *p, const char *end, gunichar *c)
{
	static const char dot[] = "&period;";
	gboolean is_hex;
	const char *digits;

	if (*p == '%')
		return read_percent_code(p, end, c);
	if ((gsize)(end - p) >= strlen(dot) &&
	    g_ascii_strncasecmp(p, dot, strlen(dot)) == 0) {
		*c = '.';
		return p + strlen(dot);
	}
	if (end - p < 3 || p[0] != '&' || p[1] != '#')
		return NULL;
	is_hex = g_ascii_tolower(p[2]) == 'x';
	p = digits = p + (is_hex ? 3 : 2);
	for (*c = 0; p < end && (is_hex ? g_ascii_isxdigit(*p) :
	     g_ascii_isdigit(*p)) && *c < 0x110000; p++)
		*c = *c * (is_hex ? 16 : 10) +
		    (gunichar)g_ascii_xdigit_value(*p);
	if (p == digits || !g_unichar_validate(*c))
		return NULL;
	return p < end && *p == ';' ? p + 1 : p;
}

static void
add_dereferenced(NameTexts *texts, const GString *text)
{
	const char *p = text->str, *end = p + text->len;
	GString *plain;

	if (memchr(p, '&', text->len) == NULL &&
	    memchr(p, '%', text->len) == NULL)
		return;
	plain = g_string_sized_new(text->len + 1);
	while (p < end) {
		gunichar c;
		const char *next = *p == '&' || *p == '%' ?
		    read_reference(p, end, &c) : NULL;

		if (next == NULL) {
			g_string_append_c(plain, *p++);
			continue;
		}
		if (c == 0)
			g_string_append_c(plain, '\0');
		else
			g_string_append_unichar(plain, c);
		p = next;
	}
	add_text(texts, plain);
}

/* --- the whole ---------------------------------------------------------------- */

/* There is nothing in it to decode. */
static gboolean
is_plain(const char *raw, gsize len)
{
	for (gsize i = 0; i < len; i++)
		if (raw[i] < ' ' || raw[i] > '~' || raw[i] == '%' ||
		    raw[i] == '&' ||
		    (raw[i] == '=' && i + 1 < len && raw[i + 1] == '?'))
			return FALSE;
	return TRUE;
}

static void
read_name(NameTexts *texts, const char *raw, gsize len, FilenameSource source)
{
	guint n;

	if (source == FILENAME_EXTENDED) {
		add_extended(texts, raw, len);
		add_octets(texts, raw, len, NULL);
	} else if (source == FILENAME_MEMBER || is_plain(raw, len)) {
		add_octets(texts, raw, len, NULL);
		return;
	} else {
		add_octets_and_words(texts, raw, len, NULL);
		if (memchr(raw, '%', len) != NULL)
			add_extended(texts, raw, len);
	}
	/* Some decode the field, and then the parameter again. */
	n = texts->texts->len;
	for (guint i = 0; i < n; i++) {
		const GString *text = g_ptr_array_index(texts->texts, i);

		if (text->len != len || memcmp(text->str, raw, len) != 0)
			add_words(texts, text->str, text->len);
	}
	n = texts->texts->len;
	for (guint i = 0; i < n; i++)
		add_dereferenced(texts, g_ptr_array_index(texts->texts, i));
}

NameTexts *
name_texts_new(const char *raw, gsize len, FilenameSource source)
{
	NameTexts *texts = g_new0(NameTexts, 1);

	texts->texts = g_ptr_array_new_with_free_func(string_free);
	if (len > 2 * NAME_WINDOW_OCTETS) {
		g_autoptr(GString) name = g_string_new_len(raw, (gssize)len);

		cut_middle(name, NAME_WINDOW_OCTETS);
		read_name(texts, name->str, name->len, source);
	} else {
		read_name(texts, raw, len, source);
	}
	return texts;
}

void
name_texts_free(NameTexts *texts)
{
	if (texts == NULL)
		return;
	g_ptr_array_unref(texts->texts);
	g_free(texts);
}
