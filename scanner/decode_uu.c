/*
 * scanner/decode_uu.c - uuencode and begin-base64 (POSIX uuencode(1)).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *	begin 644 name
 *	M<length><four characters for each three octets>
 *	`
 *	end
 *
 * Zero is a blank or a grave accent. Mail servers cut blanks from the ends of
 * lines, and old encoders add a checksum there: a line may be shorter or longer
 * than its length says.
 */
#include "config.h"

#include <string.h>

#include "scanner/decoders.h"

/* Where none of so many lines behind "begin" is data, it is a sentence that
 * begins so. */
#define MAX_LEADING_LINES 4

/*
 * Whether line is "begin", mode and name, which is put in *name, or
 * "begin-base64" and the like. Outlook Express needs no mode behind "begin" and
 * two blanks.
 */
static gboolean
is_begin(Span line, Span *name, gboolean *is_base64)
{
	static const char uu[] = "begin ", base64[] = "begin-base64";
	gsize i;

	*is_base64 = line_begins(line, base64);
	if (!*is_base64 && !line_begins(line, uu))
		return FALSE;
	i = strlen(*is_base64 ? base64 : uu);
	*name = trim_blanks((Span){ line.octets + i, line.len - i });
	for (i = 0; i < name->len && g_ascii_isdigit(name->octets[i]); i++)
		;
	if (i == 0 || (i < name->len && !is_blank(name->octets[i])))
		return *is_base64 || line_begins(line, "begin  ");
	*name = trim_blanks((Span){ name->octets + i, name->len - i });
	return TRUE;
}

static gboolean
is_end(Span line)
{
	line = trim_blanks(line);
	return line.len == 3 && line_begins(line, "end");
}

/* Of a data line. All decoders mask what is outside the alphabet. */
static guint8
value_at(Span line, gsize i)
{
	return i < line.len ? (guint8)((line.octets[i] - ' ') & 63) : 0;
}

static gboolean
is_in_alphabet(Span line)
{
	for (gsize i = 0; i < line.len; i++)
		if (line.octets[i] < ' ' || line.octets[i] > '`')
			return FALSE;
	return TRUE;
}

/* Characters that a line of so many octets should have behind its length. */
static gsize
data_characters(guint8 octets)
{
	return (octets + 2u) / 3 * 4;
}

/* Whether line may be data: any line of the alphabet, and any of the right
 * length whose first character is. */
static gboolean
is_data(Span line)
{
	gsize wanted = data_characters(value_at(line, 0));

	if (line.octets[0] < ' ' || line.octets[0] > '`')
		return FALSE;
	return is_in_alphabet(line) ||
	    (line.len > wanted && line.len - 1 - wanted <= 2);
}

/* Whether line surely is data: too little may be lost for it to be words. */
static gboolean
is_convincing(Span line)
{
	gsize wanted = data_characters(value_at(line, 0));

	return wanted > 0 && (line.len - 1) * 2 >= wanted;
}

static void
decode_line(Span line, Output *output)
{
	guint left = value_at(line, 0);

	for (gsize i = 1; left > 0; i += 4) {
		guint32 bits = (guint32)value_at(line, i) << 18 |
		    (guint32)value_at(line, i + 1) << 12 |
		    (guint32)value_at(line, i + 2) << 6 |
		    value_at(line, i + 3);

		for (int shift = 16; shift >= 0 && left > 0; shift -= 8, left--)
			output_octet(output, (guint8)(bits >> shift));
	}
}

static Decoded *
decoded_prefix(const Decoded *decoded, gsize len)
{
	Decoded *prefix = g_new0(Decoded, 1);

	prefix->octets = g_bytes_new_from_bytes(decoded->octets, 0, len);
	prefix->oddities = decoded->oddities;
	return prefix;
}

static void
add_named(GPtrArray *readings, Span name, Decoded *decoded)
{
	decoded_set_name(decoded, name);
	g_ptr_array_add(readings, decoded);
}

/*
 * The data lines from offset on. The strict reading stops at the first line
 * that is none or has no octets; the lenient one skips it and goes on, to
 * "end" or to the next file. is_bare: the body has the encoding and no file
 * begins in it, so that nothing more is needed to believe in it.
 */
static void
add_uuencoded(Span text, gsize offset, gboolean is_bare, Span name,
    gsize max_octets, GPtrArray *readings)
{
	Output output = output_new(0, max_octets);
	gboolean is_file = is_bare, is_base64;
	guint oddities = ODD_NO_END, leading = 0;
	gsize strict_len = G_MAXSIZE, len;
	Decoded *lenient;

	while (offset < text.len && !output.exceeds_limit &&
	    leading < MAX_LEADING_LINES) {
		Span line = next_line(text, &offset), next_name;

		if (line.len == 0)
			continue;
		if (is_end(line)) {
			oddities &= ~(guint)ODD_NO_END;
			break;
		}
		if (!is_bare && is_begin(line, &next_name, &is_base64))
			break;
		if (is_data(line) && value_at(line, 0) > 0) {
			is_file |= is_convincing(line);
			if (!is_in_alphabet(line))
				oddities |= ODD_ALPHABET;
			decode_line(line, &output);
		} else {
			if (!is_data(line))
				oddities |= ODD_LINE;
			strict_len = MIN(strict_len, output.len);
		}
		if (!is_file)
			leading++;
	}
	if (!is_file) {
		g_free(output.octets);
		return;
	}
	len = output.len;
	lenient = output_finish(&output, oddities);
	if (strict_len > 0 && strict_len < len)
		add_named(readings, name, decoded_prefix(lenient, strict_len));
	add_named(readings, name, lenient);
}

/* Words have blanks between them. */
static gboolean
is_one_word(Span line)
{
	line = trim_blanks(line);
	return memchr(line.octets, ' ', line.len) == NULL;
}

/* Up to a line of four '=', or to the next file. */
static void
add_base64(Span text, gsize offset, Span name, gsize max_octets,
    GPtrArray *readings)
{
	Span body = { text.octets + offset, 0 };
	guint first = readings->len;

	while (offset < text.len) {
		Span line = next_line(text, &offset), next_name;
		gboolean is_base64;

		if (line_begins(line, "====") ||
		    is_begin(line, &next_name, &is_base64))
			break;
		if (body.len == 0 && !is_one_word(line))
			return;
		body.len = (gsize)(line.octets - body.octets) + line.len;
	}
	if (body.len == 0)
		return;
	base64_readings(body, max_octets, readings);
	for (guint i = first; i < readings->len; i++)
		decoded_set_name(g_ptr_array_index(readings, i), name);
}

void
uuencode_file(Span text, Span line, gsize offset, gsize max_octets,
    GPtrArray *readings)
{
	Span name;
	gboolean is_base64;

	if (!is_begin(line, &name, &is_base64))
		return;
	if (is_base64)
		add_base64(text, offset, name, max_octets, readings);
	else
		add_uuencoded(text, offset, FALSE, name, max_octets, readings);
}

void
uuencode_bare(Span body, gsize max_octets, GPtrArray *readings)
{
	add_uuencoded(body, 0, TRUE, (Span){ NULL, 0 }, max_octets, readings);
}
