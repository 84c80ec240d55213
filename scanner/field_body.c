/*
 * scanner/field_body.c - a structured field body, read as text.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "scanner/field_body.h"

/* --- the texts that a body may be ---------------------------------------- */

enum comments { COMMENTS_NESTED, COMMENTS_KEPT, COMMENTS_FLAT };

/* Without the line ends of folds, or also without the blanks behind them, or
 * without any control octet. */
static GString *
unfold(Span body, gboolean drop_blanks, gboolean drop_controls)
{
	GString *text = g_string_sized_new(body.len + 1);

	for (gsize i = 0; i < body.len; i++) {
		char c = (char)body.octets[i];
		gsize behind = i;

		while (behind < body.len && (body.octets[behind] == '\r' ||
		    body.octets[behind] == '\n'))
			behind++;
		if (behind > i && (behind == body.len ||
		    is_blank((char)body.octets[behind]))) {
			while (drop_blanks && behind < body.len &&
			    is_blank((char)body.octets[behind]))
				behind++;
			i = behind - 1;
		} else if (!drop_controls || c == '\t' ||
		    !g_ascii_iscntrl(c)) {
			g_string_append_c(text, c);
		}
	}
	return text;
}

/* Comments (RFC 5322 3.2.2) removed; those inside quotes are text. Some
 * clients know that they nest and some do not. */
static GString *
strip_comments(const GString *text, gboolean may_nest)
{
	GString *stripped = g_string_sized_new(text->len + 1);
	gboolean is_quoted = FALSE;
	guint depth = 0;

	for (gsize i = 0; i < text->len; i++) {
		char c = text->str[i];

		if (c == '\\' && i + 1 < text->len &&
		    (is_quoted || depth > 0)) {
			if (depth == 0)
				g_string_append_len(stripped, text->str + i, 2);
			i++;
		} else if (c == '(' && !is_quoted) {
			depth = may_nest ? depth + 1 : 1;
		} else if (depth > 0) {
			depth -= c == ')';
		} else {
			is_quoted ^= c == '"';
			g_string_append_c(stripped, c);
		}
	}
	return stripped;
}

static void
string_free(gpointer data)
{
	g_string_free(data, TRUE);
}

static void
add_text(GPtrArray *texts, GString *text)
{
	for (guint i = 0; i < texts->len; i++)
		if (g_string_equal(g_ptr_array_index(texts, i), text)) {
			string_free(text);
			return;
		}
	g_ptr_array_add(texts, text);
}

static void
add_stripped(GPtrArray *texts, GString *text)
{
	if (memchr(text->str, '(', text->len) != NULL) {
		add_text(texts, strip_comments(text, TRUE));
		add_text(texts, strip_comments(text, FALSE));
	}
	add_text(texts, text);
}

GPtrArray *
field_body_texts(Span body)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(string_free);
	gboolean has_control = FALSE;

	for (gsize i = 0; i < body.len && !has_control; i++)
		has_control = body.octets[i] != '\t' &&
		    g_ascii_iscntrl((char)body.octets[i]);
	add_stripped(texts, unfold(body, FALSE, FALSE));
	if (has_control) {
		add_stripped(texts, unfold(body, TRUE, FALSE));
		add_stripped(texts, unfold(body, FALSE, TRUE));
		add_stripped(texts, unfold(body, TRUE, TRUE));
	}
	return texts;
}

/* --- the plain grammar --------------------------------------------------- */

/* Blanks and folds; NULL: a line end that is none. */
static const char *
skip_folds(const char *p, const char *end)
{
	for (;;) {
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (p == end || (*p != '\r' && *p != '\n'))
			return p;
		if (*p == '\r' && (++p == end || *p != '\n'))
			return NULL;
		if (++p == end || (*p != ' ' && *p != '\t'))
			return NULL;
	}
}

/* Whether somebody who does not care for quotes sees the parameter there. */
static gboolean
mentions(Span text, const char *name)
{
	gsize len = strlen(name);

	for (gsize i = 0; text.len - i > len; i++)
		if (text.octets[i + len] == '=' && g_ascii_strncasecmp(
		    (const char *)text.octets + i, name, len) == 0)
			return TRUE;
	return FALSE;
}

/*
 * Most fields keep to RFC 2045 and have nothing that clients differ in: then
 * this finds the one value there is (octets NULL: none), and it takes no copy
 * of the body to do so. FALSE: not so.
 */
gboolean
field_body_read_plain(Span body, const char *name, Span *value)
{
	const char *p = (const char *)body.octets, *end = p + body.len;

	*value = (Span){ NULL, 0 };
	if ((p = skip_folds(p, end)) == NULL)
		return FALSE;
	while (p < end && (is_token(*p) || *p == '/'))
		p++;
	while ((p = skip_folds(p, end)) != NULL && p < end) {
		const char *word = p + 1;
		gboolean is_wanted, is_quoted;
		gsize len;
		Span text;

		if (*p != ';' || (word = skip_folds(word, end)) == NULL)
			return FALSE;
		if (word == end)
			return TRUE;
		for (p = word; p < end && is_token(*p);)
			p++;
		len = (gsize)(p - word);
		if (len == 0 || p == end || *p++ != '=' || p == end)
			return FALSE;
		is_wanted = len == strlen(name) &&
		    g_ascii_strncasecmp(word, name, len) == 0;
		is_quoted = *p == '"';
		word = is_quoted ? ++p : p;
		while (p < end && (is_quoted ? *p >= ' ' && *p < 0x7f &&
		    *p != '"' && *p != '\\' : is_token(*p)))
			p++;
		text = (Span){ (const guint8 *)word, (gsize)(p - word) };
		if (is_quoted ? p == end || *p++ != '"' : text.len == 0)
			return FALSE;
		if (!is_wanted) {
			if (mentions(text, name))
				return FALSE;
			continue;
		}
		if (value->octets != NULL || *word == '\'' ||
		    until(word, word + text.len, BLANKS ",;(") < text.len)
			return FALSE;
		*value = text;
	}
	return p != NULL;
}

/* --- encoded words ------------------------------------------------------- */

static void
append_decoded(GString *text, char encoding, const char *p, const char *end)
{
	if (g_ascii_tolower(encoding) == 'b') {
		g_autofree guchar *octets = g_malloc(
		    (gsize)(end - p) / 4 * 3 + 6);
		gint state = 0;
		guint save = 0;
		gsize len = g_base64_decode_step(p, (gsize)(end - p), octets,
		    &state, &save);

		/* It keeps back what is not padded. */
		for (guint n = 0; n < 3 && state != 0; n++)
			len += g_base64_decode_step("=", 1, octets + len,
			    &state, &save);
		g_string_append_len(text, (const char *)octets, (gssize)len);
		return;
	}
	for (; p < end; p++) {
		if (*p == '=' && end - p > 2 && g_ascii_isxdigit(p[1]) &&
		    g_ascii_isxdigit(p[2])) {
			g_string_append_c(text, (char)(
			    g_ascii_xdigit_value(p[1]) << 4 |
			    g_ascii_xdigit_value(p[2])));
			p += 2;
		} else {
			g_string_append_c(text, *p == '_' ? ' ' : *p);
		}
	}
}

/* Behind "?=" of the word at p, decoded into text; NULL: it is none. */
static const char *
decode_word(GString *text, const char *p, const char *end)
{
	const char *charset_end, *word, *word_end;

	if (end - p < 8 || p[0] != '=' || p[1] != '?')
		return NULL;
	charset_end = p + 2 + token_length(p + 2, end);
	if (charset_end < end && *charset_end == '*')   /* language, RFC 2231 */
		charset_end += 1 + token_length(charset_end + 1, end);
	if (end - charset_end < 5 || charset_end[0] != '?' ||
	    charset_end[2] != '?' ||
	    strchr("bBqQ", charset_end[1]) == NULL || charset_end[1] == '\0')
		return NULL;
	word = charset_end + 3;
	word_end = word + until(word, end, "?");
	if (end - word_end < 2 || word_end[1] != '=')
		return NULL;
	append_decoded(text, charset_end[1], word, word_end);
	return word_end + 2;
}

GString *
field_body_decode_words(Span body)
{
	const char *p = (const char *)body.octets, *end = p + body.len;
	g_autoptr(GString) text = NULL;
	gboolean has_word = FALSE;
	const char *behind;

	if (memchr(p, '?', body.len) == NULL)
		return NULL;
	text = g_string_sized_new(body.len + 1);
	while (p < end) {
		behind = *p == '=' ? decode_word(text, p, end) : NULL;
		if (behind == NULL) {
			g_string_append_c(text, *p++);
			continue;
		}
		has_word = TRUE;
		p = skip_blanks(behind, end);
		/* Blanks between two words are not text. */
		if (end - p < 2 || p[0] != '=' || p[1] != '?')
			p = behind;
	}
	return has_word ? g_steal_pointer(&text) : NULL;
}
