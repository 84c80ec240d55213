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

struct reader {
	const struct mode *mode;
	struct digits digits;
	Output output;
	/* The quantum that is not whole yet. */
	guint32 bits;           /* as in struct digits */
	guint n_digits;
	gboolean is_lost[4];    /* by place: the octet that its digit ends */
	/* The '='s since the last digit, and the digits of the quantum that
	 * they follow. */
	guint padding, padded;
	guint oddities;
};

/* Puts out the whole octets, and begins the next quantum. */
static void
flush(struct reader *reader)
{
	for (guint place = 1; place < reader->n_digits; place++) {
		if (!reader->is_lost[place])
			output_octet(&reader->output,
			    (guint8)(reader->bits >> 24));
		reader->bits <<= 8;
	}
	reader->bits = 0;
	reader->n_digits = 0;
	memset(reader->is_lost, 0, sizeof(reader->is_lost));
}

static void
add_digit(struct reader *reader, guint8 octet)
{
	reader->bits |= reader->digits.bits[reader->n_digits++][octet];
	if (reader->n_digits == 4)
		flush(reader);
}

static void
end_padding(struct reader *reader)
{
	if (reader->padding > 0)
		reader->oddities |= ODD_INNER_PADDING;
	reader->padding = 0;
}

/* FALSE: the text ends here. */
static gboolean
read_padding(struct reader *reader)
{
	if (reader->padding++ == 0)
		reader->padded = reader->n_digits;
	if (reader->padded < 2 || reader->padded + reader->padding > 4)
		reader->oddities |= ODD_INNER_PADDING;
	switch (reader->mode->padding) {
	case PADDING_RESTARTS:
		if (reader->n_digits == 1)
			reader->oddities |= ODD_TAIL;
		flush(reader);
		return TRUE;
	case PADDING_ENDS:
		return FALSE;
	case PADDING_COMPLETES:
		return reader->n_digits < 2 ||
		    reader->n_digits + reader->padding < 4;
	case PADDING_SKIPPED:
		return TRUE;
	case PADDING_LOSES_OCTET:
		reader->is_lost[reader->n_digits] = reader->n_digits >= 2;
		add_digit(reader, 'A');
		return TRUE;
	case PADDING_IS_ZERO:
		add_digit(reader, 'A');
		return TRUE;
	}
	return FALSE;
}

static gboolean
is_white(guint8 octet)
{
	return is_blank(octet) || octet == '\r' || octet == '\n';
}

/* FALSE: the text ends here. */
static gboolean
read_octet(struct reader *reader, guint8 octet)
{
	if (reader->digits.bits[0][octet] != NO_DIGIT) {
		end_padding(reader);
		add_digit(reader, octet);
		return TRUE;
	}
	if (octet == '=')
		return read_padding(reader);
	if (is_white(octet))
		return TRUE;
	reader->oddities |= ODD_ALPHABET;
	if (octet == '-' || octet == '_')
		reader->oddities |= ODD_URL_SAFE;
	return !reader->mode->ends_at_foreign;
}

static Decoded *
decode(Span body, const struct mode *mode, gsize max_octets)
{
	struct reader reader = {
		.mode = mode,
		.output = output_new(body.len / 4 * 3 + 3, max_octets),
	};
	Output *output = &reader.output;
	gboolean goes_on = TRUE;
	gsize i = 0;

	digits_init(&reader.digits, mode->is_url_safe);
	while (i < body.len && goes_on && !output->exceeds_limit) {
		gsize whole = 0;

		if (reader.n_digits == 0)
			whole = decode_quanta(&reader.digits, body.octets + i,
			    output->octets + output->len,
			    MIN((body.len - i) / 4,
			        (output->room - output->len) / 3));
		if (whole > 0)
			end_padding(&reader);
		i += 4 * whole;
		output->len += 3 * whole;
		while (i < body.len && is_white(body.octets[i]))
			i++;
		if (i < body.len)
			goes_on = read_octet(&reader, body.octets[i++]);
	}
	if (mode->padding == PADDING_IS_ZERO && reader.n_digits == 0 &&
	    !output->exceeds_limit)
		output->len -= MIN(output->len, MIN(reader.padding, 2));
	if (reader.n_digits > 0 && reader.padding == 0)
		reader.oddities |= ODD_TAIL;
	flush(&reader);
	return output_finish(output, reader.oddities);
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
