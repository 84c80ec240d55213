/*
 * scanner/decoders.h - what the transfer decoders share, for decode*.c alone.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCANNER_DECODERS_H
#define SCANNER_DECODERS_H

#include "scanner/decode.h"

/* Decoded octets in the making: at most max_octets, and whether there would
 * have been more. */
typedef struct {
	guint8 *octets;
	gsize len;
	gsize room;
	gsize max_octets;
	gboolean exceeds_limit;
} Output;

/* Allocates for min(expected, max_octets), and 4 octets beyond that may be
 * written but do not count. */
Output output_new(gsize expected, gsize max_octets);
void output_grow(Output *output);
void output_append(Output *output, const guint8 *octets, gsize len);

static inline void
output_octet(Output *output, guint8 octet)
{
	if (output->len == output->room)
		output_grow(output);
	if (output->len < output->room)
		output->octets[output->len++] = octet;
}

/* Ends the output: gives back the room that was not needed. Caller owns the
 * result. */
Decoded *output_finish(Output *output, guint oddities);

/* Copies the file's name; an empty one is none. */
void decoded_set_name(Decoded *decoded, Span name);

/* Adds decoded unless a reading from first on has the same octets: then only
 * its oddities are added to that one. Takes it over. */
void add_reading(GPtrArray *readings, guint first, Decoded *decoded);

static inline gboolean
is_blank(guint8 octet)
{
	return octet == ' ' || octet == '\t';
}

/* The line at *offset, without its end (LF, CR or CRLF), behind which *offset
 * is set. */
Span next_line(Span text, gsize *offset);
gboolean line_begins(Span line, const char *word);
/* Without blanks at the ends. */
Span trim_blanks(Span line);

/*
 * All readings of a whole body are added; at least one.
 */
void base64_readings(Span body, gsize max_octets, GPtrArray *readings);
void quoted_printable_readings(Span body, gsize max_octets,
    GPtrArray *readings);

/*
 * If line, behind which offset is, begins a file: its readings are added.
 * Each stops where the next file of its kind begins, so that any number of
 * them in one text is read in linear time.
 */
void uuencode_file(Span text, Span line, gsize offset, gsize max_octets,
    GPtrArray *readings);
void yenc_file(Span text, Span line, gsize offset, gsize max_octets,
    GPtrArray *readings);
void binhex_file(Span text, Span line, gsize offset, gsize max_octets,
    GPtrArray *readings);
void calendar_file(Span text, Span line, gsize offset, gsize max_octets,
    GPtrArray *readings);

/*
 * A body that has the encoding but no line that begins a file: at least one
 * reading is added, perhaps without any octets.
 */
void uuencode_bare(Span body, gsize max_octets, GPtrArray *readings);
void yenc_bare(Span body, gsize max_octets, GPtrArray *readings);
void binhex_bare(Span body, gsize max_octets, GPtrArray *readings);

#endif
