/*
 * scanner/decode_binhex.c - BinHex 4.0 (RFC 1741), files of old Macintoshes.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *	(This file must be converted with BinHex 4.0)
 *	:<lines of a base64 with another alphabet>:
 *
 * Decoded, 0x90 and a count repeat the octet before them. Then there are a
 * header, the data fork and the resource fork, each with a checksum behind it.
 */
#include "config.h"

#include <string.h>

#include "scanner/decoders.h"

/* What one line of the text may hold that is not of the alphabet. */
enum foreign {
	FOREIGN_SKIPPED,        /* the octet alone */
	FOREIGN_SKIPS_LINE,     /* the line, as hexbin does: "--- part 2 ---" */
};

#define MARK "(This file must be converted with BinHex"
#define REPEAT_MARK 0x90
#define NO_DIGIT 0xff

/* name length, name, version, type, creator, flags, two lengths, checksum */
#define HEADER_OCTETS(name_len) (1u + (name_len) + 1 + 4 + 4 + 2 + 4 + 4 + 2)
#define CHECKSUM_OCTETS 2
/* All that the stream has besides the forks. */
#define FRAME_OCTETS (HEADER_OCTETS(255) + 2 * CHECKSUM_OCTETS)

/* The second layer: octets in, repeats undone. */
struct expander {
	Output output;
	guint8 last;
	gboolean is_marked;     /* the octet before was REPEAT_MARK */
};

static void
expand(struct expander *expander, guint8 octet)
{
	if (!expander->is_marked && octet == REPEAT_MARK) {
		expander->is_marked = TRUE;
		return;
	}
	if (!expander->is_marked || octet == 0) {
		expander->last = expander->is_marked ? REPEAT_MARK : octet;
		output_octet(&expander->output, expander->last);
	} else {
		for (guint i = 1; i < octet; i++)
			output_octet(&expander->output, expander->last);
	}
	expander->is_marked = FALSE;
}

static void
digits_init(guint8 digits[256])
{
	static const char alphabet[] = "!\"#$%&'()*+,-012345689@"
	    "ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";

	memset(digits, NO_DIGIT, 256);
	for (guint8 value = 0; value < 64; value++)
		digits[(guint8)alphabet[value]] = value;
}

/* Whether the line has only digits, up to the ':' that may end it. */
static gboolean
is_clean(Span line, const guint8 digits[256])
{
	for (gsize i = 0; i < line.len && line.octets[i] != ':'; i++)
		if (digits[line.octets[i]] == NO_DIGIT &&
		    !is_blank(line.octets[i]))
			return FALSE;
	return TRUE;
}

/* The stream from offset on, which is behind the ':' that begins it, to the one
 * that ends it. */
static Decoded *
decode(Span text, gsize offset, enum foreign foreign, gsize max_octets)
{
	struct expander expander = { output_new(0, max_octets), 0, FALSE };
	guint oddities = ODD_NO_END, n_digits = 0;
	guint32 bits = 0;
	guint8 digits[256];

	digits_init(digits);
	while (offset < text.len && (oddities & ODD_NO_END) != 0 &&
	    !expander.output.exceeds_limit) {
		Span line = next_line(text, &offset);

		if (!is_clean(line, digits)) {
			oddities |= ODD_ALPHABET;
			if (foreign == FOREIGN_SKIPS_LINE)
				continue;
		}
		for (gsize i = 0; i < line.len; i++) {
			guint8 digit = digits[line.octets[i]];

			if (line.octets[i] == ':') {
				oddities &= ~(guint)ODD_NO_END;
				break;
			}
			if (digit == NO_DIGIT)
				continue;
			bits = bits << 6 | digit;
			n_digits = (n_digits + 1) % 4;
			if (n_digits != 1)
				expand(&expander, (guint8)(bits >>
				    (n_digits == 2 ? 4 :
				        n_digits == 3 ? 2 : 0)));
		}
	}
	return output_finish(&expander.output, oddities);
}

static guint32
read_be32(const guint8 *octets)
{
	return (guint32)octets[0] << 24 | (guint32)octets[1] << 16 |
	    (guint32)octets[2] << 8 | octets[3];
}

/* Adds len octets of the stream from offset on: what there is of them. */
static void
add_slice(GPtrArray *readings, guint first, const Decoded *stream, gsize offset,
    gsize len, gsize max_octets, Span name)
{
	gsize left = g_bytes_get_size(stream->octets) - offset;
	Decoded *slice = g_new0(Decoded, 1);

	slice->oddities = stream->oddities;
	if (len > left) {
		slice->exceeds_limit = stream->exceeds_limit;
		slice->oddities |= ODD_TAIL;
		len = left;
	}
	if (len > max_octets) {
		slice->exceeds_limit = TRUE;
		len = max_octets;
	}
	slice->octets = g_bytes_new_from_bytes(stream->octets, offset, len);
	if (name.len > 0)
		slice->name = g_bytes_new(name.octets, name.len);
	add_reading(readings, first, slice);
}

/* FALSE: the stream is too short to have the header. */
static gboolean
add_forks(GPtrArray *readings, guint first, const Decoded *stream,
    gsize max_octets)
{
	gsize len, offset, data_len, resource_len;
	const guint8 *octets = g_bytes_get_data(stream->octets, &len);
	Span name;

	if (len == 0 || len < HEADER_OCTETS(octets[0]))
		return FALSE;
	name = (Span){ octets + 1, octets[0] };
	offset = HEADER_OCTETS(octets[0]);
	data_len = read_be32(octets + offset - 10);
	resource_len = read_be32(octets + offset - 6);
	add_slice(readings, first, stream, offset, data_len, max_octets, name);
	if (resource_len == 0)
		return TRUE;
	offset += MIN(data_len + CHECKSUM_OCTETS, len - offset);
	add_slice(readings, first, stream, offset, resource_len,
	    max_octets - MIN(max_octets, data_len), name);
	return TRUE;
}

/* Every reading of the stream from offset on. Without a header, what there is
 * counts only where the body is bare. */
static void
add_binhex(Span text, gsize offset, gboolean is_bare, gsize max_octets,
    GPtrArray *readings)
{
	gsize max_stream = MIN(max_octets, G_MAXSIZE - FRAME_OCTETS) +
	    FRAME_OCTETS;
	guint first = readings->len;

	for (guint foreign = FOREIGN_SKIPPED; foreign <= FOREIGN_SKIPS_LINE;
	     foreign++) {
		Decoded *stream = decode(text, offset, (enum foreign)foreign,
		    max_stream);
		guint oddities = stream->oddities;

		if (!add_forks(readings, first, stream, max_octets) && is_bare)
			add_slice(readings, first, stream, 0,
			    g_bytes_get_size(stream->octets), max_octets,
			    (Span){ NULL, 0 });
		decoded_free(stream);
		if ((oddities & ODD_ALPHABET) == 0)
			return;
	}
}

/* Sets *offset behind the first line's ':'s that begin a stream, unless another
 * file begins before. */
static gboolean
find_stream(Span text, gsize *offset)
{
	while (*offset < text.len) {
		gsize next = *offset;
		Span line = next_line(text, &next);

		if (line_begins(line, MARK))
			return FALSE;
		if (line_begins(line, ":")) {
			while (*offset < text.len &&
			    text.octets[*offset] == ':')
				++*offset;
			return TRUE;
		}
		*offset = next;
	}
	return FALSE;
}

void
binhex_file(Span text, Span line, gsize offset, gsize max_octets,
    GPtrArray *readings)
{
	if (line_begins(line, MARK) && find_stream(text, &offset))
		add_binhex(text, offset, FALSE, max_octets, readings);
}

void
binhex_bare(Span body, gsize max_octets, GPtrArray *readings)
{
	gsize offset = 0;

	if (!find_stream(body, &offset))
		offset = 0;
	add_binhex(body, offset, TRUE, max_octets, readings);
}
