/*
 * scanner/remainder.c - what of a message lies in no part's body.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/remainder.h"

#define MIN_BASE64_OCTETS 24

static int
compare_spans(gconstpointer a, gconstpointer b)
{
	const Span *x = a, *y = b;

	return x->octets < y->octets ? -1 : x->octets > y->octets;
}

GBytes *
remainder_new(Span message, const GPtrArray *entities)
{
	g_autoptr(GArray) bodies = g_array_new(FALSE, FALSE, sizeof(Span));
	GByteArray *remainder = g_byte_array_new();
	const guint8 *from = message.octets;
	const guint8 *end = message.octets + message.len;

	for (guint i = 0; i < entities->len; i++) {
		const Entity *entity = g_ptr_array_index(entities, i);

		if (!entity->is_entered && entity->body.len > 0)
			g_array_append_val(bodies, entity->body);
	}
	g_array_sort(bodies, compare_spans);
	for (guint i = 0; i < bodies->len; i++) {
		Span body = g_array_index(bodies, Span, i);

		if (body.octets > from)
			g_byte_array_append(remainder, from,
			    (guint)(body.octets - from));
		from = MAX(from, body.octets + body.len);
	}
	if (end > from)
		g_byte_array_append(remainder, from, (guint)(end - from));
	return g_byte_array_free_to_bytes(remainder);
}

static gboolean
is_base64_line(const guint8 *octets, gsize len)
{
	for (gsize i = 0; i < len; i++)
		if (!g_ascii_isalnum(octets[i]) && octets[i] != '+' &&
		    octets[i] != '/' && octets[i] != '=')
			return FALSE;
	return len > 0;
}

gboolean
remainder_next_base64(Span remainder, gsize *offset, Span *run)
{
	gsize i = *offset, begin = i, characters = 0;

	while (i < remainder.len) {
		const guint8 *line = remainder.octets + i;
		const guint8 *lf = memchr(line, '\n', remainder.len - i);
		gsize next = lf != NULL ?
		    (gsize)(lf - remainder.octets) + 1 : remainder.len;
		gsize len = next - i;

		while (len > 0 && (line[len - 1] == '\n' ||
		    line[len - 1] == '\r'))
			len--;
		while (len > 0 && *line == '\r') {
			line++;
			len--;
		}
		if (is_base64_line(line, len)) {
			if (characters == 0)
				begin = i;
			characters += len;
		} else if (characters >= MIN_BASE64_OCTETS) {
			break;
		} else {
			characters = 0;
		}
		i = next;
	}
	*offset = i;
	*run = (Span){ remainder.octets + begin, i - begin };
	return characters >= MIN_BASE64_OCTETS;
}
