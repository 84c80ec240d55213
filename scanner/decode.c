/*
 * scanner/decode.c - the octets behind a content transfer encoding.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/decode.h"

void
decoded_free(Decoded *decoded)
{
	if (decoded == NULL)
		return;
	g_bytes_unref(decoded->octets);
	g_free(decoded->name);
	g_free(decoded);
}

/* Takes octets over; gives back what the decoder did not need. */
static Decoded *
decoded_new(guint8 *octets, gsize len, guint oddities)
{
	Decoded *decoded = g_new0(Decoded, 1);

	decoded->octets = g_bytes_new_take(g_realloc(octets, len + 1), len);
	decoded->oddities = oddities;
	return decoded;
}

/* --- base64 (RFC 2045 6.8) --------------------------------------------- */

enum { B64_OTHER = 0xff, B64_PAD = 0xfe, B64_SPACE = 0xfd };

/* The value of each octet; '-' and '_' stand for '+' and '/' in the URL-safe
 * alphabet (RFC 4648 5), which some decoders accept anywhere. */
static const guint8 *
base64_values(void)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static guint8 values[256];

	if (values['B'] == 1)
		return values;
	memset(values, B64_OTHER, sizeof(values));
	for (guint8 i = 0; i < 64; i++)
		values[(guchar)alphabet[i]] = i;
	values['='] = B64_PAD;
	values['\r'] = values['\n'] = values[' '] = values['\t'] = B64_SPACE;
	return values;
}

/* How a client reads on when something is in the way. */
enum base64_mode {
	BASE64_RESTART,         /* '=' ends a quantum, and the next begins a new one */
	BASE64_IGNORE_PADDING,  /* '=' is skipped like any odd character */
	BASE64_STOP,            /* the first '=' is the end */
	BASE64_URL_SAFE,        /* as RESTART, with '-' and '_' in the alphabet */
};

/* The octets of a quantum that has only n characters; returns how many. */
static gsize
flush_quantum(guint8 *out, guint32 bits, guint n)
{
	if (n < 2)
		return 0;
	bits <<= 6 * (4 - n);
	out[0] = (guint8)(bits >> 16);
	if (n == 3)
		out[1] = (guint8)(bits >> 8);
	return n - 1;
}

static Decoded *
decode_base64(Span body, enum base64_mode mode)
{
	const guint8 *values = base64_values();
	const guint8 *in = body.octets, *end = body.octets + body.len;
	guint8 *octets = g_malloc(body.len / 4 * 3 + 4), *out = octets;
	gboolean is_behind_padding = FALSE;
	guint oddities = 0, n = 0;
	guint32 bits = 0;

	while (in < end) {
		guint8 value;

		/* Whole quanta, as long as nothing is in the way. */
		while (n == 0 && end - in >= 4 && !is_behind_padding) {
			guint8 a = values[in[0]], b = values[in[1]];
			guint8 c = values[in[2]], d = values[in[3]];

			if ((a | b | c | d) >= 64)
				break;
			out[0] = (guint8)(a << 2 | b >> 4);
			out[1] = (guint8)(b << 4 | c >> 2);
			out[2] = (guint8)(c << 6 | d);
			out += 3;
			in += 4;
		}
		if (in == end)
			break;
		value = values[*in];
		if (mode == BASE64_URL_SAFE && (*in == '-' || *in == '_'))
			value = *in == '-' ? 62 : 63;
		in++;
		if (value == B64_SPACE)
			continue;
		if (value == B64_OTHER) {
			oddities |= ODD_ALPHABET;
			continue;
		}
		if (value == B64_PAD) {
			if (mode == BASE64_STOP)
				break;
			if (mode == BASE64_IGNORE_PADDING)
				continue;
			out += flush_quantum(out, bits, n);
			is_behind_padding = TRUE;
			n = 0;
			bits = 0;
			continue;
		}
		if (is_behind_padding)
			oddities |= ODD_INNER_PADDING;
		is_behind_padding = FALSE;
		bits = bits << 6 | value;
		if (++n == 4) {
			*out++ = (guint8)(bits >> 16);
			*out++ = (guint8)(bits >> 8);
			*out++ = (guint8)bits;
			n = 0;
			bits = 0;
		}
	}
	if (n > 0) {
		oddities |= ODD_TAIL;
		out += flush_quantum(out, bits, n);
	}
	return decoded_new(octets, (gsize)(out - octets), oddities);
}

/* --- quoted-printable (RFC 2045 6.7) ----------------------------------- */

static gsize
skip_blanks(Span body, gsize i)
{
	while (i < body.len && (body.octets[i] == ' ' ||
	    body.octets[i] == '\t' || (body.octets[i] < ' ' &&
	        body.octets[i] != '\r' && body.octets[i] != '\n')))
		i++;
	return i;
}

/* Past any of LF, CRLF, CR and CRCRLF. */
static gsize
skip_line_end(Span body, gsize i)
{
	while (i < body.len && body.octets[i] == '\r')
		i++;
	if (i < body.len && body.octets[i] == '\n')
		i++;
	return i;
}

static gboolean
is_hex_pair(Span body, gsize i)
{
	return body.len - i >= 2 && g_ascii_isxdigit(body.octets[i]) &&
	    g_ascii_isxdigit(body.octets[i + 1]);
}

/* keep_stray: whether an '=' that introduces nothing stays, or is dropped. */
static Decoded *
decode_quoted_printable(Span body, gboolean keep_stray)
{
	guint8 *octets = g_malloc(body.len + 1), *out = octets;
	guint oddities = 0;
	gsize i = 0;

	while (i < body.len) {
		const guint8 *equals = memchr(body.octets + i, '=',
		    body.len - i);
		gsize run = equals != NULL ?
		    (gsize)(equals - body.octets) - i : body.len - i;
		gsize blanks;

		memcpy(out, body.octets + i, run);
		out += run;
		i += run + 1;
		if (i > body.len)
			break;
		if (is_hex_pair(body, i)) {
			*out++ = (guint8)(g_ascii_xdigit_value(
			    (char)body.octets[i]) << 4 |
			    g_ascii_xdigit_value((char)body.octets[i + 1]));
			i += 2;
			continue;
		}
		blanks = skip_blanks(body, i);
		if (blanks == body.len || body.octets[blanks] == '\r' ||
		    body.octets[blanks] == '\n') {
			gsize next = skip_line_end(body, blanks);

			if (blanks > i || next - blanks > 2 ||
			    (next - blanks == 1 &&
			        body.octets[blanks] == '\r'))
				oddities |= ODD_SOFT_BREAK;
			i = next;
			continue;
		}
		oddities |= ODD_ESCAPE;
		if (keep_stray)
			*out++ = '=';
	}
	return decoded_new(octets, (gsize)(out - octets), oddities);
}

/* --- uuencode ----------------------------------------------------------- */

/* The line that begins at i, without its end; *next is where the next begins. */
static Span
line_at(Span text, gsize i, gsize *next)
{
	Span line = { text.octets + i, 0 };
	const guint8 *lf = memchr(text.octets + i, '\n', text.len - i);
	gsize end = lf != NULL ? (gsize)(lf - text.octets) : text.len;

	*next = lf != NULL ? end + 1 : end;
	while (end > i && text.octets[end - 1] == '\r')
		end--;
	line.len = end - i;
	return line;
}

static gboolean
line_is(Span line, const char *word)
{
	while (line.len > 0 && (line.octets[line.len - 1] == ' ' ||
	    line.octets[line.len - 1] == '\t'))
		line.len--;
	return line.len == strlen(word) &&
	    memcmp(line.octets, word, line.len) == 0;
}

static gboolean
line_begins(Span line, const char *word)
{
	gsize len = strlen(word);

	return line.len >= len && memcmp(line.octets, word, len) == 0;
}

/* The file name of "begin 644 name"; NULL: the line is not one. Any octal mode
 * counts. Caller frees. */
static char *
uu_begin_name(Span line, const char *word)
{
	gsize i = strlen(word), digits = 0;

	if (!line_begins(line, word))
		return NULL;
	while (i < line.len && line.octets[i] >= '0' && line.octets[i] <= '7' &&
	    digits < 5) {
		i++;
		digits++;
	}
	if (digits == 0 || i == line.len || line.octets[i] != ' ')
		return NULL;
	while (i < line.len && line.octets[i] == ' ')
		i++;
	return i == line.len ? NULL :
	    g_strndup((const char *)line.octets + i, line.len - i);
}

static guint8
uu_value(Span line, gsize i)
{
	/* Mail servers cut blanks from the ends of lines: they were zeros. */
	return i < line.len ? (guint8)((line.octets[i] - ' ') & 63) : 0;
}

/* Lines of uuencode from *offset, up to "end" or a line that is none. */
static Decoded *
decode_uu_lines(Span text, gsize *offset)
{
	/* No line gives more than twice its length: shorter ones end it. */
	guint8 *octets = g_malloc(2 * (text.len - *offset) + 64);
	guint8 *out = octets;
	guint oddities = ODD_NO_END;
	gsize next;

	for (; *offset < text.len; *offset = next) {
		Span line = line_at(text, *offset, &next);
		guint wanted = uu_value(line, 0);
		gsize i = 1;

		if (line_is(line, "end")) {
			oddities &= ~(guint)ODD_NO_END;
			*offset = next;
			break;
		}
		if (line.len == 0)
			continue;
		if (line.octets[0] < ' ' || line.octets[0] > '`')
			break;
		/* A line that is far shorter than it says is other text. */
		if (wanted > 0 && (line.len - 1) * 2 < wanted)
			break;
		for (; wanted > 0; i += 4) {
			guint32 bits = (guint32)uu_value(line, i) << 18 |
			    (guint32)uu_value(line, i + 1) << 12 |
			    (guint32)uu_value(line, i + 2) << 6 |
			    uu_value(line, i + 3);

			for (int shift = 16; shift >= 0 && wanted > 0;
			     shift -= 8, wanted--)
				*out++ = (guint8)(bits >> shift);
		}
	}
	return decoded_new(octets, (gsize)(out - octets), oddities);
}

/* A body whose transfer encoding is uuencode: with its begin line or without. */
static Decoded *
decode_uuencode(Span body)
{
	gsize offset = 0, next, scan;

	for (scan = 0; scan < body.len; scan = next) {
		g_autofree char *name = uu_begin_name(line_at(body, scan,
		    &next), "begin ");
		Decoded *decoded;

		if (name == NULL)
			continue;
		offset = next;
		decoded = decode_uu_lines(body, &offset);
		decoded->name = g_steal_pointer(&name);
		return decoded;
	}
	return decode_uu_lines(body, &offset);
}

/* --- all readings -------------------------------------------------------- */

static void
add_reading(GPtrArray *readings, Decoded *decoded)
{
	for (guint i = 0; i < readings->len; i++) {
		Decoded *other = g_ptr_array_index(readings, i);

		if (g_bytes_equal(other->octets, decoded->octets)) {
			other->oddities |= decoded->oddities;
			decoded_free(decoded);
			return;
		}
	}
	g_ptr_array_add(readings, decoded);
}

GPtrArray *
decode_readings(Span body, TransferEncoding encoding)
{
	GPtrArray *readings = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)decoded_free);
	Decoded *first;

	switch (encoding) {
	case ENCODING_BASE64:
		first = decode_base64(body, BASE64_RESTART);
		g_ptr_array_add(readings, first);
		if (first->oddities & ODD_INNER_PADDING) {
			add_reading(readings,
			    decode_base64(body, BASE64_IGNORE_PADDING));
			add_reading(readings, decode_base64(body, BASE64_STOP));
		}
		if (first->oddities & ODD_ALPHABET &&
		    (memchr(body.octets, '-', body.len) != NULL ||
		        memchr(body.octets, '_', body.len) != NULL))
			add_reading(readings,
			    decode_base64(body, BASE64_URL_SAFE));
		return readings;
	case ENCODING_QUOTED_PRINTABLE:
		first = decode_quoted_printable(body, TRUE);
		g_ptr_array_add(readings, first);
		if (first->oddities & ODD_ESCAPE)
			add_reading(readings,
			    decode_quoted_printable(body, FALSE));
		return readings;
	case ENCODING_UUENCODE:
		g_ptr_array_add(readings, decode_uuencode(body));
		return readings;
	case ENCODING_IDENTITY:
		break;
	}
	first = g_new0(Decoded, 1);
	first->octets = g_bytes_new_static(body.octets, body.len);
	g_ptr_array_add(readings, first);
	return readings;
}

Decoded *
decode_next_inline(Span text, gsize *offset)
{
	gsize next;

	for (; *offset < text.len; *offset = next) {
		Span line = line_at(text, *offset, &next);
		g_autofree char *name = NULL;
		Decoded *decoded;

		name = uu_begin_name(line, "begin ");
		if (name == NULL)
			continue;
		*offset = next;
		decoded = decode_uu_lines(text, offset);
		next = *offset;
		/* "begin 7 days before" is a sentence. */
		if (g_bytes_get_size(decoded->octets) == 0) {
			decoded_free(decoded);
			continue;
		}
		decoded->name = g_steal_pointer(&name);
		return decoded;
	}
	return NULL;
}
