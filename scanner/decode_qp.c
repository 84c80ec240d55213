/*
 * scanner/decode_qp.c - quoted-printable (RFC 2045 6.7), as clients read it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/decoders.h"

/* What may stand between the '=' of a soft break and the next line. */
enum soft_break {
	BREAK_NONE = 0,
	BREAK_PLAIN,            /* LF or CRLF, or the end of the body */
	BREAK_BLANKS,           /* blanks before it */
	BREAK_ODD,              /* controls before it, or CR or CRCRLF */
};

/* What becomes of an '=' that introduces nothing. */
enum stray {
	STRAY_STAYS,
	STRAY_GOES,
	STRAY_KEEPS_CODE,       /* what stands for its digits stays, too: an
	                         * '=' there introduces nothing (GMime) */
	STRAY_TAKES_LINE,       /* "==" is "=", and behind "=" and CR the rest
	                         * of the line goes (Python) */
};

/* The ways to read. All but the first are tried if its reading is odd. */
static const struct mode {
	enum soft_break soft_break;     /* the oddest that counts */
	enum stray stray;
	gboolean keeps_controls;
	gboolean keeps_trailing_blanks;
} modes[] = {
	{ BREAK_BLANKS, STRAY_STAYS, TRUE, FALSE },     /* RFC 2045 */
	{ BREAK_PLAIN, STRAY_KEEPS_CODE, TRUE, TRUE },
	{ BREAK_PLAIN, STRAY_TAKES_LINE, TRUE, TRUE },
	{ BREAK_ODD, STRAY_STAYS, TRUE, TRUE },
	{ BREAK_ODD, STRAY_GOES, FALSE, TRUE },
};

/* Octets that do not simply stand for themselves. */
static const guint8 is_special[256] = {
	[0 ... '\t' - 1] = TRUE,
	['\n' ... ' ' - 1] = TRUE,
	['='] = TRUE,
	[0x7f] = TRUE,
};

static gboolean
is_control(guint8 octet)
{
	return is_special[octet] && octet != '=' && octet != '\r' &&
	    octet != '\n';
}

/* The soft break whose '=' is before *i; if it is one, *i is set behind it. */
static enum soft_break
find_soft_break(Span body, gsize *i)
{
	enum soft_break found = BREAK_PLAIN;
	gsize line_end, next = *i;

	for (; next < body.len && (is_blank(body.octets[next]) ||
	    is_control(body.octets[next])); next++)
		found = MAX(found, is_blank(body.octets[next]) ?
		    BREAK_BLANKS : BREAK_ODD);
	line_end = next;
	while (next < body.len && body.octets[next] == '\r')
		next++;
	if (next < body.len && body.octets[next] == '\n')
		next++;
	else if (next > line_end)
		found = BREAK_ODD;
	if (next - line_end > 2)
		found = BREAK_ODD;
	if (next == line_end && next < body.len)
		return BREAK_NONE;
	*i = next;
	return found;
}

static gboolean
is_hex_pair(Span body, gsize i)
{
	return body.len - i >= 2 &&
	    g_ascii_isxdigit((char)body.octets[i]) &&
	    g_ascii_isxdigit((char)body.octets[i + 1]);
}

static guint8
hex_pair(Span body, gsize i)
{
	return (guint8)(g_ascii_xdigit_value((char)body.octets[i]) << 4 |
	    g_ascii_xdigit_value((char)body.octets[i + 1]));
}

/* Deletes the blanks before a line end, but none before mark, where the output
 * was not blank in the body. TRUE: there were some. */
static gboolean
has_trailing_blanks(Output *output, gsize mark, gboolean keeps)
{
	gsize len = output->len;

	while (len > mark && is_blank(output->octets[len - 1]))
		len--;
	if (len == output->len)
		return FALSE;
	if (!keeps)
		output->len = len;
	return TRUE;
}

/* Whether a line ends at i: LF, CRLF, or the body's end. */
static gboolean
is_line_end(Span body, gsize i)
{
	return i == body.len || body.octets[i] == '\n' ||
	    (body.len - i >= 2 && body.octets[i] == '\r' &&
	        body.octets[i + 1] == '\n');
}

/* Puts out what an '=' before i stands for that introduces nothing, and returns
 * how many octets behind it are used up. */
static gsize
put_stray(Span body, gsize i, enum stray stray, Output *output)
{
	gsize left = body.len - i;

	if (stray == STRAY_TAKES_LINE && left > 0 && body.octets[i] == '\r') {
		const guint8 *lf = memchr(body.octets + i, '\n', left);

		return lf != NULL ? (gsize)(lf + 1 - body.octets) - i : left;
	}
	if (stray == STRAY_GOES)
		return 0;
	output_octet(output, '=');
	if (stray == STRAY_TAKES_LINE && left > 0 && body.octets[i] == '=')
		return 1;
	if (stray != STRAY_KEEPS_CODE)
		return 0;
	left = MIN(left, 2);
	output_append(output, body.octets + i, left);
	return left;
}

static Decoded *
decode(Span body, const struct mode *mode, gsize max_octets)
{
	Output output = output_new(body.len, max_octets);
	guint oddities = 0;
	gsize mark = 0, i = 0;

	while (!output.exceeds_limit) {
		gsize begin = i, next;
		enum soft_break found;
		guint8 octet;

		while (i < body.len && !is_special[body.octets[i]])
			i++;
		output_append(&output, body.octets + begin, i - begin);
		if (is_line_end(body, i) && has_trailing_blanks(&output, mark,
		    mode->keeps_trailing_blanks))
			oddities |= ODD_TRAILING_BLANK;
		if (i == body.len)
			break;
		octet = body.octets[i++];
		next = i;
		if (octet != '=') {
			if (is_control(octet))
				oddities |= ODD_CONTROL;
			if (mode->keeps_controls || !is_control(octet))
				output_octet(&output, octet);
			continue;
		}
		if (is_hex_pair(body, i)) {
			output_octet(&output, hex_pair(body, i));
			i += 2;
			mark = output.len;
			continue;
		}
		found = find_soft_break(body, &next);
		if (found > BREAK_PLAIN)
			oddities |= ODD_SOFT_BREAK;
		if (found == BREAK_NONE)
			oddities |= ODD_ESCAPE;
		mark = output.len;
		if (found != BREAK_NONE && found <= mode->soft_break)
			i = next;
		else
			i += put_stray(body, i, mode->stray, &output);
	}
	return output_finish(&output, oddities);
}

void
quoted_printable_readings(Span body, gsize max_octets, GPtrArray *readings)
{
	guint first = readings->len;
	Decoded *strict = decode(body, &modes[0], max_octets);
	guint oddities = strict->oddities;

	g_ptr_array_add(readings, strict);
	for (gsize i = 1; oddities != 0 && i < G_N_ELEMENTS(modes); i++)
		add_reading(readings, first,
		    decode(body, &modes[i], max_octets));
}
