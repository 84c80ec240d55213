/*
 * scanner/decode.h - the octets behind a content transfer encoding.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A strict floor and a lenient ceiling: mail clients differ in what they make
 * of damaged encodings, so every result that some client might see is a
 * reading, and all of them are to be examined. An undamaged body has exactly
 * one, made in one pass. Incomplete tails are kept.
 *
 * Time is linear in input and output. The output is the only allocation that
 * grows: it is bounded by max_octets, never larger than what base64, quoted-
 * printable or yEnc can give, and grown as needed for uuencode (lost blanks)
 * and BinHex (run lengths), whose output can be many times the input.
 *
 * Checksums are not looked at: clients show a file whose checksum is wrong.
 */
#ifndef SCANNER_DECODE_H
#define SCANNER_DECODE_H

#include <glib.h>

#include "scanner/entity.h"

typedef enum {
	ENCODING_IDENTITY = 0,  /* 7bit, 8bit, binary, all that is unknown */
	ENCODING_BASE64,
	ENCODING_QUOTED_PRINTABLE,
	ENCODING_UUENCODE,
	ENCODING_YENC,
	ENCODING_BINHEX,
} TransferEncoding;
#define N_ENCODINGS (ENCODING_BINHEX + 1)

/* What is odd about the encoded text. */
typedef enum {
	ODD_NONE = 0,
	ODD_ALPHABET = 1 << 0,          /* octets outside the alphabet */
	ODD_TAIL = 1 << 1,              /* the last quantum or file is cut */
	ODD_NO_END = 1 << 2,            /* the end mark is missing */
	/* base64 */
	ODD_URL_SAFE = 1 << 3,          /* '-' or '_' */
	ODD_INNER_PADDING = 1 << 4,     /* '=' elsewhere than at the end, where
	                                 * it fills the last quantum */
	/* quoted-printable */
	ODD_ESCAPE = 1 << 5,            /* '=' without two hex digits; yEnc: '='
	                                 * before a line end */
	ODD_SOFT_BREAK = 1 << 6,        /* controls, odd line ends behind '=' */
	ODD_CONTROL = 1 << 7,           /* raw control octets */
	ODD_TRAILING_BLANK = 1 << 8,    /* to be deleted (RFC 2045 6.7 rule 3),
	                                 * but not all clients do */
	/* coded files */
	ODD_LINE = 1 << 9,              /* uuencode: other lines in between */
	ODD_DOTS = 1 << 10,             /* yEnc: lines begin with two dots */
	ODD_FRAGMENT = 1 << 11,         /* yEnc: one part of a larger file */
} DecodeOddity;

/* One reading of an encoded body. */
typedef struct {
	GBytes *octets;
	GBytes *name;           /* coded files: their raw file name, which may
	                         * hold any octet; NULL: none */
	guint oddities;         /* bits of DecodeOddity */
	gboolean exceeds_limit; /* there is more than these octets */
} Decoded;

void decoded_free(Decoded *decoded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decoded, decoded_free)

/* Coded files of one body that are looked at. */
#define DECODE_MAX_FILES 1000

/*
 * Every different reading of body under the encoding (of Decoded *, at least
 * one), the one that most clients see first. No reading has more than
 * max_octets; of encodings that name files, all files together have not. More
 * than that, or than DECODE_MAX_FILES, sets exceeds_limit in the last.
 * ENCODING_IDENTITY copies nothing: its octets are borrowed from body.
 */
GPtrArray *decode_readings(Span body, TransferEncoding encoding,
    gsize max_octets);

/*
 * The files that plain text carries, in all their readings: uuencode ("begin
 * 644 name"), begin-base64, yEnc, BinHex 4.0 (data fork, then resource fork)
 * and attachments of calendar entries. Each is looked for on its own: one that
 * lies inside another is found too. May be empty; limits as above.
 */
GPtrArray *decode_inline(Span text, gsize max_octets);

/*
 * Whether body is one run of base64 lines and nothing else, at least 24
 * characters: a client that misses the header field would show it undecoded,
 * one that sees another field decodes it. So does a hex digest look.
 */
gboolean decode_looks_like_base64(Span body);

#endif
