/*
 * scanner/decode_yenc.c - yEnc (draft 1.3), the encoding of newsgroups.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *	=ybegin line=128 size=600 name=setup.exe
 *	<octets, each 42 more than it should be>
 *	=yend size=600 crc32=86ef5a35
 *
 * '=' escapes the next octet, which is 64 more again. Lines that begin with
 * "=y" are for the decoder: no encoder makes this escape.
 */
#include "config.h"

#include <string.h>

#include "scanner/decoders.h"

static void
decode_line(Span line, gboolean *is_escaped, Output *output)
{
	for (gsize i = 0; i < line.len; i++) {
		guint8 octet = line.octets[i];

		if (!*is_escaped && octet == '=') {
			*is_escaped = TRUE;
			continue;
		}
		output_octet(output,
		    (guint8)(octet - 42u - (*is_escaped ? 64u : 0u)));
		*is_escaped = FALSE;
	}
}

/* The lines from offset on, to "=yend" or to the next file. */
static Decoded *
decode(Span text, gsize offset, gboolean undoes_stuffing, gsize max_octets)
{
	Output output = output_new(0, max_octets);
	gboolean is_escaped = FALSE;
	guint oddities = ODD_NO_END;

	while (offset < text.len && !output.exceeds_limit) {
		Span line = next_line(text, &offset);

		if (line_begins(line, "=yend")) {
			oddities &= ~(guint)ODD_NO_END;
			break;
		}
		if (line_begins(line, "=ybegin"))
			break;
		if (line_begins(line, "=ypart")) {
			oddities |= ODD_FRAGMENT;
			continue;
		}
		/* Two dots may be one, stuffed for news (RFC 3977 3.1.1). */
		if (line_begins(line, "..")) {
			oddities |= ODD_DOTS;
			if (undoes_stuffing) {
				line.octets++;
				line.len--;
			}
		}
		decode_line(line, &is_escaped, &output);
		if (is_escaped)
			oddities |= ODD_ESCAPE;
	}
	return output_finish(&output, oddities);
}

static void
add_yenc(Span text, gsize offset, gboolean is_bare, Span name,
    gsize max_octets, GPtrArray *readings)
{
	guint first = readings->len;
	Decoded *decoded = decode(text, offset, FALSE, max_octets);
	guint oddities = decoded->oddities;

	if (!is_bare && !decoded->exceeds_limit &&
	    g_bytes_get_size(decoded->octets) == 0) {
		decoded_free(decoded);
		return;
	}
	g_ptr_array_add(readings, decoded);
	if (oddities & ODD_DOTS)
		add_reading(readings, first,
		    decode(text, offset, TRUE, max_octets));
	for (guint i = first; i < readings->len && name.len > 0; i++) {
		decoded = g_ptr_array_index(readings, i);
		decoded->name = g_bytes_new(name.octets, name.len);
	}
}

/* The name is the last parameter and may hold blanks; some quote it. */
static gboolean
find_name(Span line, Span *name)
{
	static const char key[] = "name=";
	const guint8 *found = memmem(line.octets, line.len, key, strlen(key));

	if (found == NULL)
		return FALSE;
	found += strlen(key);
	*name = trim_blanks((Span){ found,
	    line.len - (gsize)(found - line.octets) });
	if (name->len >= 2 && name->octets[0] == '"' &&
	    name->octets[name->len - 1] == '"') {
		name->octets++;
		name->len -= 2;
	}
	return TRUE;
}

void
yenc_file(Span text, Span line, gsize offset, gsize max_octets,
    GPtrArray *readings)
{
	Span name;

	if (line_begins(line, "=ybegin ") && find_name(line, &name))
		add_yenc(text, offset, FALSE, name, max_octets, readings);
}

void
yenc_bare(Span body, gsize max_octets, GPtrArray *readings)
{
	add_yenc(body, 0, TRUE, (Span){ NULL, 0 }, max_octets, readings);
}
