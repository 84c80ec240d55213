/*
 * scanner/parameter.c - what a structured MIME field body may mean.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/decode.h"
#include "scanner/parameter.h"

/* Longest field body that is looked at, in octets. */
#define MAX_BODY_OCTETS (256u << 10)
/* RFC 2231 sections of one parameter: name*0 to name*99. */
#define MAX_SECTIONS 100

static void
value_free(gpointer data)
{
	ParameterValue *value = data;

	g_free(value->octets);
	g_free(value);
}

static void
add_value(GPtrArray *values, const char *octets, gsize len,
    gboolean is_extended)
{
	ParameterValue *value;

	if (values->len >= PARAMETER_MAX_VALUES)
		return;
	for (guint i = 0; i < values->len; i++) {
		value = g_ptr_array_index(values, i);
		if (value->len == len && value->is_extended == is_extended &&
		    memcmp(value->octets, octets, len) == 0)
			return;
	}
	value = g_new(ParameterValue, 1);
	value->octets = g_malloc(len + 1);
	memcpy(value->octets, octets, len);
	value->octets[len] = '\0';
	value->len = len;
	value->is_extended = is_extended;
	g_ptr_array_add(values, value);
}

/* --- the text of a body, in its readings -------------------------------- */

static gboolean
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' ||
	    c == '\f';
}

/* Folds removed, with the line ends only or with the blanks behind them. */
static GString *
unfold(Span body, gboolean keep_blank)
{
	GString *text = g_string_sized_new(body.len + 1);

	for (gsize i = 0; i < body.len; i++) {
		char c = (char)body.octets[i];

		if (c != '\r' && c != '\n') {
			g_string_append_c(text, c);
			continue;
		}
		if (keep_blank)
			continue;
		while (i + 1 < body.len && is_space((char)body.octets[i + 1]))
			i++;
	}
	return text;
}

/* Comments (RFC 5322 3.2.2) removed; those inside quotes are text. */
static GString *
strip_comments(const GString *text)
{
	GString *stripped = g_string_sized_new(text->len + 1);
	gboolean is_quoted = FALSE;
	guint depth = 0;

	for (gsize i = 0; i < text->len; i++) {
		char c = text->str[i];

		if (c == '\\' && i + 1 < text->len) {
			if (depth == 0) {
				g_string_append_c(stripped, c);
				g_string_append_c(stripped, text->str[i + 1]);
			}
			i++;
		} else if (depth == 0 && c == '"') {
			is_quoted = !is_quoted;
			g_string_append_c(stripped, c);
		} else if (!is_quoted && c == '(') {
			depth++;
		} else if (depth > 0 && c == ')') {
			depth--;
		} else if (depth == 0) {
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

/* The readings of a whole body (of GString *): one, if it is clean. */
static GPtrArray *
body_texts(Span body)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(string_free);
	guint n;

	body.len = MIN(body.len, MAX_BODY_OCTETS);
	while (body.len > 0 && is_space((char)body.octets[body.len - 1]))
		body.len--;
	add_text(texts, unfold(body, TRUE));
	if (memchr(body.octets, '\n', body.len) != NULL ||
	    memchr(body.octets, '\r', body.len) != NULL)
		add_text(texts, unfold(body, FALSE));
	n = texts->len;
	if (memchr(body.octets, '(', body.len) != NULL)
		for (guint i = 0; i < n; i++)
			add_text(texts,
			    strip_comments(g_ptr_array_index(texts, i)));
	return texts;
}

/* --- parameter values ----------------------------------------------------- */

/* One occurrence of "name=", "name*=", "name*3=" or "name*3*=" in a text. */
struct occurrence {
	const char *value;      /* behind the '=' and blanks */
	int section;            /* -1: not in sections */
	gboolean is_extended;
};

static gboolean
is_token(char c)
{
	return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?=*", c) == NULL;
}

/* Whether the parameter stands at p; what is odd about it was removed. */
static gboolean
read_occurrence(const char *text, const char *p, const char *end,
    const char *name, struct occurrence *occurrence)
{
	gsize len = strlen(name);

	if ((gsize)(end - p) <= len ||
	    g_ascii_strncasecmp(p, name, len) != 0 ||
	    (p > text && is_token(p[-1])))
		return FALSE;
	p += len;
	occurrence->section = -1;
	occurrence->is_extended = FALSE;
	while (p < end && (is_space(*p) || *p == '\0'))
		p++;
	if (p < end && *p == '*') {
		p++;
		if (p < end && g_ascii_isdigit(*p)) {
			occurrence->section = 0;
			for (; p < end && g_ascii_isdigit(*p); p++)
				occurrence->section = MIN(MAX_SECTIONS,
				    occurrence->section * 10 + (*p - '0'));
			if (p < end && *p == '*') {
				occurrence->is_extended = TRUE;
				p++;
			}
		} else {
			occurrence->is_extended = TRUE;
		}
		while (p < end && is_space(*p))
			p++;
	}
	if (p == end || *p != '=')
		return FALSE;
	for (p++; p < end && is_space(*p);)
		p++;
	occurrence->value = p;
	return TRUE;
}

/* Up to the end of a quoted string; quoted pairs undone when undo is set, else
 * a backslash is text and the first quote ends it (raw Shift_JIS). */
static const char *
read_quoted(const char *p, const char *end, gboolean undo, GString *value)
{
	for (; p < end && *p != '"'; p++) {
		if (*p == '\\' && undo && p + 1 < end)
			p++;
		g_string_append_c(value, *p);
	}
	return p;
}

static gsize
trimmed(const char *text, gsize len)
{
	while (len > 0 && is_space(text[len - 1]))
		len--;
	return len;
}

/* The octets of p up to any of stops. */
static gsize
until(const char *p, const char *end, const char *stops)
{
	const char *q = p;

	while (q < end && (*q == '\0' || strchr(stops, *q) == NULL))
		q++;
	return (gsize)(q - p);
}

/* Every value that may begin here, the one of RFC 2045 first. */
static void
add_values_at(GPtrArray *values, const char *p, const char *end,
    gboolean is_extended)
{
	gsize len;

	if (p < end && *p == '"') {
		gboolean has_pair = memchr(p, '\\', (gsize)(end - p)) != NULL;

		for (int undo = 1; undo >= (has_pair ? 0 : 1); undo--) {
			g_autoptr(GString) value = g_string_new(NULL);
			const char *close = read_quoted(p + 1, end, undo != 0,
			    value);

			add_value(values, value->str, value->len, is_extended);
			if (close == end) {
				/* Never closed: to the next ';' as well. */
				len = until(p + 1, end, ";");
				add_value(values, p + 1, trimmed(p + 1, len),
				    is_extended);
				continue;
			}
			/* Text behind the closing quote may belong to it. */
			len = until(close + 1, end, ";");
			len = trimmed(close + 1, len);
			if (len == 0 || is_space(close[1]))
				continue;
			g_string_append_len(value, close + 1, (gssize)len);
			add_value(values, value->str, value->len, is_extended);
		}
		return;
	}
	len = trimmed(p, until(p, end, ";"));
	add_value(values, p, len, is_extended);
	if (until(p, p + len, " \t,(") < len) {
		add_value(values, p, until(p, p + len, " \t"), is_extended);
		add_value(values, p, until(p, p + len, " \t,("), is_extended);
	}
}

/*
 * RFC 2231 sections put together in numeric order. Where one is repeated, some
 * clients take the first and some the last. One extended section makes the
 * whole value extended; plain sections in it are escaped to stay themselves.
 */
static void
add_sections(GPtrArray *values, const GArray *occurrences, const char *end,
    gboolean take_last)
{
	const struct occurrence *sections[MAX_SECTIONS] = { NULL };
	g_autoptr(GString) joined = g_string_new(NULL);
	gboolean is_extended = FALSE;

	for (guint i = 0; i < occurrences->len; i++) {
		const struct occurrence *occurrence =
		    &g_array_index(occurrences, struct occurrence, i);
		int section = occurrence->section;

		if (section < 0 || section >= MAX_SECTIONS ||
		    (sections[section] != NULL && !take_last))
			continue;
		sections[section] = occurrence;
		is_extended |= occurrence->is_extended;
	}
	for (int i = 0; i < MAX_SECTIONS; i++) {
		g_autoptr(GPtrArray) parts =
		    g_ptr_array_new_with_free_func(value_free);
		const ParameterValue *part;

		if (sections[i] == NULL)
			continue;
		add_values_at(parts, sections[i]->value, end, FALSE);
		part = g_ptr_array_index(parts, 0);
		for (gsize j = 0; j < part->len; j++) {
			if (is_extended && !sections[i]->is_extended &&
			    strchr("%'", part->octets[j]) != NULL)
				g_string_append_printf(joined, "%%%02X",
				    (guchar)part->octets[j]);
			else
				g_string_append_c(joined, part->octets[j]);
		}
	}
	if (joined->len > 0)
		add_value(values, joined->str, joined->len, is_extended);
}

GPtrArray *
parameter_values(Span body, const char *name)
{
	GPtrArray *values = g_ptr_array_new_with_free_func(value_free);
	g_autoptr(GPtrArray) texts = body_texts(body);

	for (guint t = 0; t < texts->len; t++) {
		const GString *text = g_ptr_array_index(texts, t);
		const char *end = text->str + text->len;
		g_autoptr(GArray) occurrences = g_array_new(FALSE, FALSE,
		    sizeof(struct occurrence));
		gboolean has_sections = FALSE;
		struct occurrence occurrence;

		for (const char *p = text->str; p < end &&
		     occurrences->len < PARAMETER_MAX_VALUES; p++) {
			if (!read_occurrence(text->str, p, end, name,
			    &occurrence))
				continue;
			g_array_append_val(occurrences, occurrence);
			has_sections |= occurrence.section >= 0;
			if (occurrence.section < 0)
				add_values_at(values, occurrence.value, end,
				    occurrence.is_extended);
		}
		if (has_sections) {
			add_sections(values, occurrences, end, FALSE);
			add_sections(values, occurrences, end, TRUE);
		}
	}
	return values;
}

/* --- transfer encodings ---------------------------------------------------- */

/* What a field body says once everything but letters and digits is gone:
 * "base-64", "\"base64\"" and "base64=" all mean the same to some client. */
static const struct {
	const char *word;
	TransferEncoding encoding;
} encoding_words[] = {
	{ "base64", ENCODING_BASE64 },
	{ "b64", ENCODING_BASE64 },
	{ "quotedprintable", ENCODING_QUOTED_PRINTABLE },
	{ "uuencode", ENCODING_UUENCODE },
	{ "xuue", ENCODING_UUENCODE },
	{ "xuu", ENCODING_UUENCODE },
	{ "yenc", ENCODING_YENC },
	{ "binhex", ENCODING_BINHEX },
	{ "hqx", ENCODING_BINHEX },
	{ "7bit", ENCODING_IDENTITY },
	{ "8bit", ENCODING_IDENTITY },
	{ "binary", ENCODING_IDENTITY },
};

guint
parameter_encodings(Span body)
{
	g_autoptr(GPtrArray) texts = body_texts(body);
	guint encodings = 0;

	for (guint t = 0; t < texts->len; t++) {
		const GString *text = g_ptr_array_index(texts, t);
		g_autoptr(GString) word = g_string_new(NULL);

		for (gsize i = 0; i < text->len; i++)
			if (g_ascii_isalnum(text->str[i]))
				g_string_append_c(word,
				    g_ascii_tolower(text->str[i]));
		for (gsize i = 0; i < G_N_ELEMENTS(encoding_words); i++)
			if (strstr(word->str, encoding_words[i].word) != NULL)
				encodings |= 1u << encoding_words[i].encoding;
		/* The names of RFC 2047's encodings, where nothing else is. */
		if (strcmp(word->str, "b") == 0)
			encodings |= 1u << ENCODING_BASE64;
		if (strcmp(word->str, "q") == 0)
			encodings |= 1u << ENCODING_QUOTED_PRINTABLE;
	}
	return encodings;
}
