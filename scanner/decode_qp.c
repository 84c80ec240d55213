/*
 * scanner/decode_qp.c - quoted-printable (RFC 2045 6.7), as clients read it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "scanner/decoders.h"

/* The ways to read. All but the first are tried if its reading is odd. */
static const struct mode {
	gboolean is_strict;             /* soft break: '=', blanks, line end */
	gboolean keeps_stray;           /* an '=' that introduces nothing */
	gboolean keeps_controls;
	gboolean keeps_trailing_blanks;
} modes[] = {
	{ TRUE, TRUE, TRUE, FALSE },
	{ FALSE, TRUE, TRUE, TRUE },
	{ FALSE, FALSE, FALSE, TRUE },
};

/* Octets that do not simply stand for themselves. */
static const guint8 is_special[256] = {
	[0 ... '\t' - 1] = TRUE,
	['\n' ... ' ' - 1] = TRUE,
	['='] = TRUE,
	[0x7f] = TRUE,
};

static gboolean
is_blank(guint8 octet)
{
	return octet == ' ' || octet == '\t';
}

static gboolean
is_control(guint8 octet)
{
	return is_special[octet] && octet != '=' && octet != '\r' &&
	    octet != '\n';
}

/*
 * Whether the '=' before *i begins a soft break: blanks or controls, then a
 * line end or the end of the body, behind which *i is set. *is_odd: not every
 * client takes it for one.
 */
static gboolean
is_soft_break(Span body, gsize *i, gboolean *is_odd)
{
	gsize line_end, next = *i;

	*is_odd = FALSE;
	for (; next < body.len && (is_blank(body.octets[next]) ||
	    is_control(body.octets[next])); next++)
		*is_odd |= is_control(body.octets[next]);
	line_end = next;
	while (next < body.len && body.octets[next] == '\r')
		next++;
	if (next < body.len && body.octets[next] == '\n')
		next++;
	else if (next > line_end)
		*is_odd = TRUE;
	if (next - line_end > 2)
		*is_odd = TRUE;
	if (next == line_end && next < body.len)
		return FALSE;
	*i = next;
	return TRUE;
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

static Decoded *
decode(Span body, const struct mode *mode, gsize max_octets)
{
	Output output = output_new(body.len, max_octets);
	guint oddities = 0;
	gsize mark = 0, i = 0;

	while (!output.exceeds_limit) {
		gsize begin = i, next;
		gboolean is_odd;
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
		} else if (is_hex_pair(body, i)) {
			output_octet(&output, hex_pair(body, i));
			i += 2;
			mark = output.len;
		} else if (is_soft_break(body, &next, &is_odd)) {
			if (is_odd)
				oddities |= ODD_SOFT_BREAK;
			if (is_odd && mode->is_strict)
				output_octet(&output, '=');
			else
				i = next;
			mark = output.len;
		} else {
			oddities |= ODD_ESCAPE;
			if (mode->keeps_stray)
				output_octet(&output, '=');
		}
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
