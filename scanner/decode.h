/*
 * scanner/decode.h - the octets behind a content transfer encoding.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A strict floor and a lenient ceiling: mail clients differ in what they make
 * of damaged encodings, so decode_readings() returns every result that some
 * client might see, and they are all examined. An undamaged body has exactly
 * one. Incomplete tails are kept. Time is linear in the input; the only
 * allocation is the output, at most twice the input.
 */
#ifndef SCANNER_DECODE_H
#define SCANNER_DECODE_H

#include <glib.h>

#include "scanner/entity.h"

typedef enum {
	ENCODING_IDENTITY = 0,  /* 7bit, 8bit, binary, and whatever is unknown */
	ENCODING_BASE64,
	ENCODING_QUOTED_PRINTABLE,
	ENCODING_UUENCODE,
} TransferEncoding;
#define N_ENCODINGS (ENCODING_UUENCODE + 1)

/* What is odd about the encoded text. */
typedef enum {
	ODD_NONE = 0,
	ODD_ALPHABET = 1 << 0,          /* characters outside the alphabet */
	ODD_INNER_PADDING = 1 << 1,     /* base64 goes on behind '=' */
	ODD_TAIL = 1 << 2,              /* base64 ends in an incomplete quantum */
	ODD_ESCAPE = 1 << 3,            /* '=' without two hex digits */
	ODD_SOFT_BREAK = 1 << 4,        /* blanks or odd line ends in a soft break */
	ODD_NO_END = 1 << 5,            /* the end mark is missing */
} DecodeOddity;

/* One reading of an encoded body. */
typedef struct {
	GBytes *octets;
	guint oddities;         /* bits of DecodeOddity */
	char *name;             /* uuencode: the raw file name; else NULL */
} Decoded;

void decoded_free(Decoded *decoded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decoded, decoded_free)

/*
 * Every different reading of body under the encoding, the one that most
 * clients see first (of Decoded *, at least one). ENCODING_IDENTITY copies
 * nothing: its octets are borrowed from body, which must outlive them.
 */
GPtrArray *decode_readings(Span body, TransferEncoding encoding);

/*
 * Files that are uuencoded inside plain text ("begin 644 name"). Finds the
 * next one at or behind *offset, and sets *offset behind it; NULL: there is
 * none. Caller owns the result.
 */
Decoded *decode_next_inline(Span text, gsize *offset);

#endif
