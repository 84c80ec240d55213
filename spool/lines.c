/*
 * spool/lines.c - the "Key: value" grammar of envelope and verdict files.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "spool/lines.h"

G_DEFINE_QUARK(mailweir-lines-error, lines_error)

static void
line_free(gpointer data)
{
	Line *line = data;

	g_free(line->key);
	g_free(line->value);
	g_free(line);
}

/* "Key: value"; NULL: not such a line. */
static Line *
parse_line(const char *text, gsize len)
{
	const char *colon = memchr(text, ':', len);
	gsize key_len = colon != NULL ? (gsize)(colon - text) : 0;
	Line *line;

	if (len > LINES_MAX_LINE_OCTETS || key_len == 0)
		return NULL;
	for (gsize i = 0; i < key_len; i++)
		if (!g_ascii_isalnum(text[i]) && text[i] != '-')
			return NULL;
	for (gsize i = key_len; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return NULL;
	if (len > key_len + 1 && text[key_len + 1] != ' ')
		return NULL;
	line = g_new(Line, 1);
	line->key = g_strndup(text, key_len);
	line->value = len > key_len + 2 ?
	    g_strndup(text + key_len + 2, len - key_len - 2) : g_strdup("");
	return line;
}

static gboolean
line_is_end(const Line *line)
{
	return strcmp(line->key, "End") == 0 && strcmp(line->value, "1") == 0;
}

GPtrArray *
lines_parse(const char *text, gsize len, const char *format, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(line_free);
	gsize offset = 0;
	guint number = 0;

	if (len > LINES_MAX_OCTETS) {
		g_set_error(error, LINES_ERROR, LINES_ERROR_BROKEN,
		    "longer than %u octets", LINES_MAX_OCTETS);
		return NULL;
	}
	while (offset < len) {
		const char *lf = memchr(text + offset, '\n', len - offset);
		Line *line = lf != NULL ? parse_line(text + offset,
		    (gsize)(lf - text) - offset) : NULL;

		number++;
		if (line == NULL) {
			g_set_error(error, LINES_ERROR, LINES_ERROR_BROKEN,
			    "line %u: not \"Key: value\" and a line end",
			    number);
			return NULL;
		}
		g_ptr_array_add(lines, line);
		offset = (gsize)(lf - text) + 1;
		if (number == 1 && (strcmp(line->key, format) != 0 ||
		    strspn(line->value, "0123456789") != strlen(line->value) ||
		    *line->value == '\0')) {
			g_set_error(error, LINES_ERROR, LINES_ERROR_BROKEN,
			    "line 1: not \"%s: %d\"", format, LINES_VERSION);
			return NULL;
		}
		if (number == 1 && atoi(line->value) != LINES_VERSION) {
			g_set_error(error, LINES_ERROR, LINES_ERROR_VERSION,
			    "line 1: version %s is not known", line->value);
			return NULL;
		}
		if (line_is_end(line) && offset < len) {
			g_set_error(error, LINES_ERROR, LINES_ERROR_BROKEN,
			    "line %u: text behind the end", number + 1);
			return NULL;
		}
	}
	if (lines->len < 2 ||
	    !line_is_end(g_ptr_array_index(lines, lines->len - 1))) {
		g_set_error(error, LINES_ERROR, LINES_ERROR_BROKEN,
		    "not complete: the last line is not \"End: 1\"");
		return NULL;
	}
	g_ptr_array_remove_index(lines, lines->len - 1);
	g_ptr_array_remove_index(lines, 0);
	return g_steal_pointer(&lines);
}

GString *
lines_begin(const char *format)
{
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%s: %d\n", format, LINES_VERSION);
	return text;
}

void
lines_add_coded(GString *text, const char *key, const char *value)
{
	g_string_append_printf(text, "%s: ", key);
	for (const char *p = value; *p != '\0'; p++) {
		if (*p > ' ' && *p <= '~' && *p != '%')
			g_string_append_c(text, *p);
		else
			g_string_append_printf(text, "%%%02X", (guchar)*p);
	}
	g_string_append_c(text, '\n');
}

void
lines_add_plain(GString *text, const char *key, const char *value)
{
	g_string_append_printf(text, "%s: %s\n", key, value);
}

void
lines_end(GString *text)
{
	g_string_append(text, "End: 1\n");
}

char *
lines_decode(const char *coded)
{
	g_autoptr(GString) plain = g_string_new(NULL);

	for (const char *p = coded; *p != '\0'; p++) {
		char octet = *p;

		if (octet == '%') {
			/* One spelling for each octet: upper case. */
			if (strspn(p + 1, "0123456789ABCDEF") < 2)
				return NULL;
			octet = (char)(g_ascii_xdigit_value(p[1]) << 4 |
			    g_ascii_xdigit_value(p[2]));
			p += 2;
		} else if (octet <= ' ' || octet > '~') {
			return NULL;
		}
		if (octet == '\0')
			return NULL;
		g_string_append_c(plain, octet);
	}
	return g_string_free(g_steal_pointer(&plain), FALSE);
}
