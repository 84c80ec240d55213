/*
 * scanner/decode_base64.c - base64 (RFC 2045 6.8), as clients read it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * They agree on clean text, and differ in what '=' means before the end and in
 * whether other octets are skipped. Attackers replace 'A' by '=' (zero to
 * GMime), or put every two octets into a stream of their own.
 */
#include "config.h"

#include <string.h>

#include "scanner/decoders.h"

enum padding {
	PADDING_RESTARTS,       /* the next character begins a quantum */
	PADDING_ENDS,           /* of the text, wherever it stands */
	PADDING_COMPLETES,      /* ends the text where it fills a quantum;
	                         * elsewhere it is skipped */
	PADDING_SKIPPED,
	PADDING_IS_ZERO,        /* a digit like 'A'; but not at the very end */
	PADDING_LOSES_OCTET,    /* the same, less the octet that it ends */
};

/* The ways to read. A row is only tried if the first row's reading has one of
 * its oddities. */
static const struct mode {
	enum padding padding;
	gboolean ends_at_foreign;
	gboolean is_url_safe;           /* RFC 4648 5, beside the usual */
	guint oddities;
} modes[] = {
	{ PADDING_RESTARTS, FALSE, FALSE, ODD_NONE },   /* Thunderbird */
	{ PADDING_ENDS, TRUE, FALSE,                    /* the strict floor */
	    ODD_INNER_PADDING | ODD_ALPHABET },
	{ PADDING_ENDS, FALSE, FALSE, ODD_INNER_PADDING },      /* Perl */
	{ PADDING_COMPLETES, FALSE, FALSE, ODD_INNER_PADDING }, /* Python */
	{ PADDING_SKIPPED, FALSE, FALSE, ODD_INNER_PADDING },
	{ PADDING_IS_ZERO, FALSE, FALSE, ODD_INNER_PADDING },   /* GMime */
	{ PADDING_LOSES_OCTET, FALSE, FALSE, ODD_INNER_PADDING }, /* GLib */
	{ PADDING_RESTARTS, FALSE, TRUE, ODD_URL_SAFE },        /* Node.js */
};

/* The bits of each octet at each of the four places of a quantum, whose three
 * octets are the upper ones of the word; or NO_DIGIT. */
struct digits {
	guint32 bits[4][256];
};
#define NO_DIGIT 1u

static void
set_digit(struct digits *digits, guint8 octet, guint32 value)
{
	for (guint place = 0; place < 4; place++)
		digits->bits[place][octet] = value << (26 - 6 * place);
}

static void
digits_init(struct digits *digits, gboolean is_url_safe)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (guint place = 0; place < 4; place++)
		for (guint octet = 0; octet < 256; octet++)
			digits->bits[place][octet] = NO_DIGIT;
	for (guint32 value = 0; value < 64; value++)
		set_digit(digits, (guint8)alphabet[value], value);
	if (is_url_safe) {
		set_digit(digits, '-', 62);
		set_digit(digits, '_', 63);
	}
}

/* The main path: up to n whole quanta, as long as nothing is in the way.
 * Returns how many there were. Writes one octet more than it decodes. */
static gsize
decode_quanta(const struct digits *digits, const guint8 *in, guint8 *out,
    gsize n)
{
	for (gsize i = 0; i < n; i++) {
		guint32 quantum = digits->bits[0][in[0]] |
		    digits->bits[1][in[1]] | digits->bits[2][in[2]] |
		    digits->bits[3][in[3]];

		if (quantum & NO_DIGIT)
			return i;
		quantum = GUINT32_TO_BE(quantum);
		memcpy(out, &quantum, sizeof(quantum));
		in += 4;
		out += 3;
	}
	return n;
}

/* A quantum that may not be whole yet. */
struct quantum {
	guint32 bits;           /* as in struct digits */
	guint n_digits;
	gboolean is_lost[4];    /* by place: the octet that its digit ends */
};

/* Puts out the whole octets, and begins the next quantum. */
static void
flush(struct quantum *quantum, Output *output)
{
	for (guint place = 1; place < quantum->n_digits; place++) {
		if (!quantum->is_lost[place])
			output_octet(output, (guint8)(quantum->bits >> 24));
		quantum->bits <<= 8;
	}
	*quantum = (struct quantum){ 0 };
}

static void
add_digit(struct quantum *quantum, const struct digits *digits, guint8 octet,
    Output *output)
{
	quantum->bits |= digits->bits[quantum->n_digits++][octet];
	if (quantum->n_digits == 4)
		flush(quantum, output);
}

static gboolean
is_white(guint8 octet)
{
	return octet == '\r' || octet == '\n' || octet == ' ' || octet == '\t';
}

static Decoded *
decode(Span body, const struct mode *mode, gsize max_octets)
{
	Output output = output_new(body.len / 4 * 3 + 3, max_octets);
	const guint8 *in = body.octets, *end = body.octets + body.len;
	struct quantum quantum = { 0 };
	guint oddities = 0;
	guint padding = 0;      /* '=' since the last digit */
	guint padded = 0;       /* digits of the quantum that they follow */
	struct digits digits;

	digits_init(&digits, mode->is_url_safe);
	while (in < end && !output.exceeds_limit) {
		guint8 octet;

		if (quantum.n_digits == 0) {
			gsize whole = decode_quanta(&digits, in,
			    output.octets + output.len,
			    MIN((gsize)(end - in) / 4,
			        (output.room - output.len) / 3));

			in += 4 * whole;
			output.len += 3 * whole;
			if (whole > 0 && padding > 0) {
				oddities |= ODD_INNER_PADDING;
				padding = 0;
			}
			while (in < end && is_white(*in))
				in++;
			if (in == end)
				break;
		}
		octet = *in++;
		if (digits.bits[0][octet] != NO_DIGIT) {
			if (padding > 0)
				oddities |= ODD_INNER_PADDING;
			padding = 0;
			add_digit(&quantum, &digits, octet, &output);
		} else if (octet != '=') {
			if (is_white(octet))
				continue;
			oddities |= octet == '-' || octet == '_' ?
			    ODD_ALPHABET | ODD_URL_SAFE : ODD_ALPHABET;
			if (mode->ends_at_foreign)
				break;
		} else {
			if (padding++ == 0)
				padded = quantum.n_digits;
			if (padded < 2 || padded + padding > 4)
				oddities |= ODD_INNER_PADDING;
			if (mode->padding == PADDING_ENDS ||
			    (mode->padding == PADDING_COMPLETES &&
			        quantum.n_digits >= 2 &&
			        quantum.n_digits + padding >= 4))
				break;
			if (mode->padding == PADDING_LOSES_OCTET)
				quantum.is_lost[quantum.n_digits] =
				    quantum.n_digits >= 2;
			if (mode->padding == PADDING_IS_ZERO ||
			    mode->padding == PADDING_LOSES_OCTET)
				add_digit(&quantum, &digits, 'A', &output);
			if (mode->padding == PADDING_RESTARTS) {
				if (quantum.n_digits == 1)
					oddities |= ODD_TAIL;
				flush(&quantum, &output);
			}
		}
	}
	if (mode->padding == PADDING_IS_ZERO && quantum.n_digits == 0 &&
	    !output.exceeds_limit)
		output.len -= MIN(output.len, MIN(padding, 2));
	if (quantum.n_digits > 0 && padding == 0)
		oddities |= ODD_TAIL;
	flush(&quantum, &output);
	return output_finish(&output, oddities);
}

void
base64_readings(Span body, gsize max_octets, GPtrArray *readings)
{
	guint first = readings->len;
	guint oddities = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
		Decoded *decoded;

		if (i > 0 && (modes[i].oddities & oddities) == 0)
			continue;
		decoded = decode(body, &modes[i], max_octets);
		if (i == 0)
			oddities = decoded->oddities;
		add_reading(readings, first, decoded);
	}
}

#define BASE64_MIN_CHARACTERS 24

gboolean
decode_looks_like_base64(Span body)
{
	gsize offset = 0, characters = 0;
	gboolean is_padded = FALSE;

	while (offset < body.len) {
		Span line = trim_blanks(next_line(body, &offset));

		for (gsize i = 0; i < line.len; i++) {
			guint8 octet = line.octets[i];

			if (octet == '=')
				is_padded = TRUE;
			else if (is_padded || (!g_ascii_isalnum(octet) &&
			    octet != '+' && octet != '/'))
				return FALSE;
			else
				characters++;
		}
	}
	return characters >= BASE64_MIN_CHARACTERS;
}
