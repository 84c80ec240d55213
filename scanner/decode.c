/*
 * scanner/decode.c - the octets behind a content transfer encoding.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/decoders.h"

void
decoded_free(Decoded *decoded)
{
	if (decoded == NULL)
		return;
	g_bytes_unref(decoded->octets);
	g_clear_pointer(&decoded->name, g_bytes_unref);
	g_free(decoded);
}

/* --- output -------------------------------------------------------------- */

#define OUTPUT_SLACK_OCTETS 4

Output
output_new(gsize expected, gsize max_octets)
{
	Output output = { .max_octets = max_octets };

	output.room = MIN(expected, max_octets);
	output.octets = g_malloc(output.room + OUTPUT_SLACK_OCTETS);
	return output;
}

void
output_grow(Output *output)
{
	if (output->room == output->max_octets) {
		output->exceeds_limit = TRUE;
		return;
	}
	output->room = output->max_octets / 2 > output->room ?
	    MAX(2 * output->room, 64) : output->max_octets;
	output->room = MIN(output->room, output->max_octets);
	output->octets = g_realloc(output->octets,
	    output->room + OUTPUT_SLACK_OCTETS);
}

void
output_append(Output *output, const guint8 *octets, gsize len)
{
	while (output->room - output->len < len && !output->exceeds_limit)
		output_grow(output);
	len = MIN(len, output->room - output->len);
	memcpy(output->octets + output->len, octets, len);
	output->len += len;
}

Decoded *
output_finish(Output *output, guint oddities)
{
	Decoded *decoded = g_new0(Decoded, 1);

	decoded->octets = g_bytes_new_take(
	    g_realloc(output->octets, MAX(output->len, 1)), output->len);
	decoded->oddities = oddities;
	decoded->exceeds_limit = output->exceeds_limit;
	return decoded;
}

void
decoded_set_name(Decoded *decoded, Span name)
{
	if (name.len > 0)
		decoded->name = g_bytes_new(name.octets, name.len);
}

void
add_reading(GPtrArray *readings, guint first, Decoded *decoded)
{
	for (guint i = first; i < readings->len; i++) {
		Decoded *other = g_ptr_array_index(readings, i);

		if (g_bytes_equal(other->octets, decoded->octets)) {
			other->oddities |= decoded->oddities;
			other->exceeds_limit |= decoded->exceeds_limit;
			decoded_free(decoded);
			return;
		}
	}
	g_ptr_array_add(readings, decoded);
}

/* --- lines --------------------------------------------------------------- */

Span
next_line(Span text, gsize *offset)
{
	Span line = { text.octets + *offset, 0 };
	gsize i = *offset;

	while (i < text.len && text.octets[i] != '\n' &&
	    text.octets[i] != '\r')
		i++;
	line.len = i - *offset;
	if (text.len - i >= 2 && text.octets[i] == '\r' &&
	    text.octets[i + 1] == '\n')
		i++;
	*offset = i < text.len ? i + 1 : i;
	return line;
}

gboolean
line_begins(Span line, const char *word)
{
	gsize len = strlen(word);

	return line.len >= len && memcmp(line.octets, word, len) == 0;
}

Span
trim_blanks(Span line)
{
	while (line.len > 0 && is_blank(line.octets[line.len - 1]))
		line.len--;
	while (line.len > 0 && is_blank(line.octets[0])) {
		line.octets++;
		line.len--;
	}
	return line;
}

/* --- all readings -------------------------------------------------------- */

static GPtrArray *
readings_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)decoded_free);
}

/* The span of an empty body may have no octets to point to, which even an
 * offset of 0 must not be added to. */
static Span
pointing(Span body)
{
	return body.len > 0 ? body : (Span){ (const guint8 *)"", 0 };
}

static void
identity_reading(Span body, gsize max_octets, GPtrArray *readings)
{
	Decoded *decoded = g_new0(Decoded, 1);

	decoded->octets = g_bytes_new_static(body.octets,
	    MIN(body.len, max_octets));
	decoded->exceeds_limit = body.len > max_octets;
	g_ptr_array_add(readings, decoded);
}

GPtrArray *
decode_readings(Span body, TransferEncoding encoding, gsize max_octets)
{
	GPtrArray *readings;

	body = pointing(body);
	if (encoding >= ENCODING_UUENCODE && encoding < N_ENCODINGS) {
		/* Whatever the label: clients look at what begins the file. */
		readings = decode_inline(body, max_octets);
		if (readings->len > 0)
			return readings;
	} else {
		readings = readings_new();
	}
	switch (encoding) {
	case ENCODING_IDENTITY:
		break;
	case ENCODING_BASE64:
		base64_readings(body, max_octets, readings);
		break;
	case ENCODING_QUOTED_PRINTABLE:
		quoted_printable_readings(body, max_octets, readings);
		break;
	case ENCODING_UUENCODE:
		uuencode_bare(body, max_octets, readings);
		break;
	case ENCODING_YENC:
		yenc_bare(body, max_octets, readings);
		break;
	case ENCODING_BINHEX:
		binhex_bare(body, max_octets, readings);
		break;
	}
	if (readings->len == 0)
		identity_reading(body, max_octets, readings);
	return readings;
}

GPtrArray *
decode_inline(Span text, gsize max_octets)
{
	GPtrArray *readings = readings_new();
	gsize offset = 0;
	guint counted = 0;

	text = pointing(text);
	while (offset < text.len) {
		Span line = next_line(text, &offset);

		if (line.len == 0)
			continue;
		switch (line.octets[0]) {
		case 'b':
			uuencode_file(text, line, offset, max_octets, readings);
			break;
		case '=':
			yenc_file(text, line, offset, max_octets, readings);
			break;
		case '(':
			binhex_file(text, line, offset, max_octets, readings);
			break;
		case 'A':
		case 'a':
			calendar_file(text, line, offset, max_octets,
			    readings);
			break;
		}
		for (; counted < readings->len; counted++) {
			Decoded *decoded = g_ptr_array_index(readings,
			    MIN(counted, DECODE_MAX_FILES - 1));
			gsize len = g_bytes_get_size(decoded->octets);

			if (counted == DECODE_MAX_FILES) {
				g_ptr_array_set_size(readings, (gint)counted);
				decoded->exceeds_limit = TRUE;
			}
			if (decoded->exceeds_limit)
				return readings;
			max_octets -= MIN(len, max_octets);
		}
	}
	return readings;
}
