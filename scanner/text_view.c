/*
 * scanner/text_view.c - text cut as SpamAssassin's rules expect it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/text_view.h"

#define LIMIT_SLACK_OCTETS 1024u

static gboolean
is_space(gunichar c)
{
	return c == 0x85 || (c <= 0x20 ? (c >= '\t' && c <= '\r') || c == ' ' :
	    c >= 0x80 && g_unichar_isspace(c));
}

/* The octets of white space at text, and its first and last line end. */
static gsize
space_at(const char *text, const char **first, const char **last)
{
	const char *at = text;

	*first = *last = NULL;
	while (*at != '\0' && is_space(g_utf8_get_char(at))) {
		if (*at == '\n') {
			if (*first == NULL)
				*first = at;
			*last = at;
		}
		at = g_utf8_next_char(at);
	}
	return (gsize)(at - text);
}

char *
text_collapse(const char *text)
{
	g_autoptr(GString) out = g_string_sized_new(strlen(text));

	while (*text != '\0') {
		const char *first, *last;
		gsize n = space_at(text, &first, &last);

		if (n == 0) {
			const char *next = g_utf8_next_char(text);

			g_string_append_len(out, text, next - text);
			text = next;
			continue;
		}
		if (first == last) {
			g_string_append_c(out, ' ');
		} else {
			if (first > text)
				g_string_append_c(out, ' ');
			g_string_append_c(out, '\n');
			if (last + 1 < text + n)
				g_string_append_c(out, ' ');
		}
		text += n;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static void
add_span(GArray *spans, const char *text, gsize len)
{
	TextSpan span = { text, len };

	g_array_append_val(spans, span);
}

/* The last octet c among the first len of text; NULL: none. */
static const char *
last_octet(const char *text, gsize len, char c)
{
	return memrchr(text, c, len);
}

void
text_split_lines(GArray *spans, const char *text, gsize len)
{
	while (len > 0) {
		const char *newline = memchr(text, '\n', len);
		gsize line = newline != NULL ? (gsize)(newline - text) + 1 :
		    len;

		len -= line;
		while (line > TEXT_MAX_LINE_OCTETS) {
			const char *blank = last_octet(text,
			    TEXT_MAX_LINE_OCTETS + 1, ' ');
			gsize n = blank != NULL ? (gsize)(blank - text) + 1 :
			    TEXT_MAX_LINE_OCTETS;

			add_span(spans, text, n);
			text += n;
			line -= n;
		}
		if (line > 0)
			add_span(spans, text, line);
		text += line;
	}
}

void
text_split_chunks(GArray *spans, const char *text, gsize len)
{
	static const char breaks[] = "\n> ";

	while (len > 2 * TEXT_MAX_LINE_OCTETS) {
		gsize n = TEXT_MAX_LINE_OCTETS + 1;

		for (const char *c = breaks; *c != '\0'; c++) {
			const char *found = memchr(text + TEXT_MAX_LINE_OCTETS,
			    *c, TEXT_MAX_LINE_OCTETS);

			if (found != NULL) {
				n = (gsize)(found - text) + 1;
				break;
			}
		}
		add_span(spans, text, n);
		text += n;
		len -= n;
	}
	if (len > 0)
		add_span(spans, text, len);
}

gsize
text_limit(const char *text, gsize len, gsize limit, const char *breaks)
{
	if (len <= limit)
		return len;
	for (; *breaks != '\0'; breaks++) {
		const char *found = memchr(text + limit, *breaks,
		    MIN(len - limit, LIMIT_SLACK_OCTETS));

		if (found != NULL)
			return (gsize)(found - text) + 1;
	}
	return limit;
}
