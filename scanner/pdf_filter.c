/*
 * scanner/pdf_filter.c - what the streams of a PDF are coded in (ISO 32000-1 7.4).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/inflate.h"
#include "scanner/pdf_filter.h"

#define LZW_CLEAR 256u
#define LZW_END 257u
#define LZW_CODES 4096u
#define RUN_LENGTH_END 128u
#define PREDICTOR_TIFF 2u
#define PREDICTOR_PNG 10u       /* and greater: each row says which */

PdfFilter
pdf_filter_named(const char *name)
{
	static const struct {
		const char *name;
		const char *short_name;
		PdfFilter filter;
	} filters[] = {
		{ "FlateDecode", "Fl", PDF_FILTER_FLATE },
		{ "LZWDecode", "LZW", PDF_FILTER_LZW },
		{ "ASCII85Decode", "A85", PDF_FILTER_ASCII85 },
		{ "ASCIIHexDecode", "AHx", PDF_FILTER_ASCII_HEX },
		{ "RunLengthDecode", "RL", PDF_FILTER_RUN_LENGTH },
		{ "Crypt", "Crypt", PDF_FILTER_CRYPT },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(filters); i++)
		if (strcmp(name, filters[i].name) == 0 ||
		    strcmp(name, filters[i].short_name) == 0)
			return filters[i].filter;
	return PDF_FILTER_UNKNOWN;
}

/* What has been decoded, with an end. */
typedef struct {
	GByteArray *octets;
	gsize max_octets;
	gboolean exceeds_limit;
} Output;

/* FALSE: it is full. */
static gboolean
put(Output *output, const guint8 *octets, gsize len)
{
	gsize room = output->max_octets - output->octets->len;

	output->exceeds_limit |= len > room;
	g_byte_array_append(output->octets, octets, (guint)MIN(len, room));
	return !output->exceeds_limit;
}

/* --- text ------------------------------------------------------------------ */

static void
decode_hex(Output *output, Span octets)
{
	int high = -1;

	for (gsize i = 0; i <= octets.len; i++) {
		guint8 c = i < octets.len ? octets.octets[i] : '>', octet;
		int digit = c == '>' ? 0 : g_ascii_xdigit_value((char)c);

		if (c == '>' && high < 0)
			return;
		if (digit < 0)
			continue;
		if (high < 0) {
			high = digit;
			continue;
		}
		octet = (guint8)(high << 4 | digit);
		high = -1;
		if (!put(output, &octet, 1) || c == '>')
			return;
	}
}

/* A group of n digits is filled up with 'u'; it stands for n - 1 octets. */
static gboolean
put_ascii85(Output *output, guint32 value, guint n)
{
	guint8 word[4];

	for (guint i = n; i < 5; i++)
		value = value * 85 + 84;
	for (guint i = 0; i < 4; i++)
		word[i] = (guint8)(value >> (24 - 8 * i));
	return n < 2 || put(output, word, n - 1);
}

/* The digits may be behind "<~", as outside of PDF. */
static void
decode_ascii85(Output *output, Span octets)
{
	guint32 value = 0;
	guint n = 0;

	for (gsize i = 0; i < octets.len; i++) {
		guint8 c = octets.octets[i];

		if (c == '~' && n == 1 && value == '<' - '!')
			value = n = 0;
		else if (c == '~')
			break;
		if (c == 'z' && n == 0 && !put_ascii85(output, 0, 5))
			return;
		if (c < '!' || c > 'u')
			continue;
		value = value * 85 + (c - '!');
		if (++n < 5)
			continue;
		if (!put_ascii85(output, value, n))
			return;
		value = n = 0;
	}
	put_ascii85(output, value, n);
}

/* --- compressed ---------------------------------------------------------------- */

static void
decode_flate(Output *output, Span octets)
{
	GBytes *inflated = inflate_zlib(octets, output->max_octets + 1,
	    NULL);

	if (inflated == NULL)
		return;
	g_byte_array_unref(output->octets);
	output->octets = g_bytes_unref_to_array(inflated);
	if (output->octets->len <= output->max_octets)
		return;
	output->exceeds_limit = TRUE;
	g_byte_array_set_size(output->octets, (guint)output->max_octets);
}

static void
decode_run_length(Output *output, Span octets)
{
	gsize i = 0;

	while (i < octets.len && octets.octets[i] != RUN_LENGTH_END) {
		guint length = octets.octets[i++];
		guint8 run[128];

		if (length > RUN_LENGTH_END && i < octets.len) {
			length = 257 - length;
			memset(run, octets.octets[i++], length);
			if (!put(output, run, length))
				return;
		} else if (length < RUN_LENGTH_END) {
			length = (guint)MIN(length + 1, octets.len - i);
			if (!put(output, octets.octets + i, length))
				return;
			i += length;
		}
	}
}

/* Code n stands for what n's prefix stands for, and one octet. */
typedef struct {
	guint16 prefixes[LZW_CODES];
	guint16 lengths[LZW_CODES];
	guint8 octets[LZW_CODES];
	guint n;                /* codes so far */
	guint last;             /* the code before; LZW_CLEAR: none */
} Lzw;

static void
lzw_clear(Lzw *lzw)
{
	for (guint i = 0; i < LZW_CLEAR; i++) {
		lzw->octets[i] = (guint8)i;
		lzw->lengths[i] = 1;
	}
	lzw->n = LZW_END + 1;
	lzw->last = LZW_CLEAR;
}

static guint8
lzw_first(const Lzw *lzw, guint code)
{
	while (lzw->lengths[code] > 1)
		code = lzw->prefixes[code];
	return lzw->octets[code];
}

/* The code after the last one makes a new one of both. */
static gboolean
lzw_take(Lzw *lzw, guint code, Output *output)
{
	guint8 octets[LZW_CODES];
	guint length;

	if (code > lzw->n || (code == lzw->n && lzw->last == LZW_CLEAR) ||
	    code >= LZW_CODES)
		return FALSE;
	if (lzw->last != LZW_CLEAR && lzw->n < LZW_CODES) {
		lzw->prefixes[lzw->n] = (guint16)lzw->last;
		lzw->lengths[lzw->n] = lzw->lengths[lzw->last] + 1;
		lzw->octets[lzw->n] = lzw_first(lzw, code == lzw->n ?
		    lzw->last : code);
		lzw->n++;
	}
	lzw->last = code;
	length = lzw->lengths[code];
	for (guint i = length; i > 0; i--) {
		octets[i - 1] = lzw->octets[code];
		code = lzw->prefixes[code];
	}
	return put(output, octets, length);
}

static void
decode_lzw(Output *output, Span octets, guint early_change)
{
	g_autofree Lzw *lzw = g_new0(Lzw, 1);
	guint32 bits = 0;
	guint n_bits = 0, width, code;

	lzw_clear(lzw);
	for (gsize i = 0; i < octets.len; i++) {
		guint next = lzw->n + MIN(early_change, 1);

		bits = bits << 8 | octets.octets[i];
		n_bits += 8;
		width = next >= 2048 ? 12 : next >= 1024 ? 11 :
		    next >= 512 ? 10 : 9;
		if (n_bits < width)
			continue;
		n_bits -= width;
		code = bits >> n_bits & ((1u << width) - 1);
		if (code == LZW_CLEAR)
			lzw_clear(lzw);
		else if (code == LZW_END || !lzw_take(lzw, code, output))
			return;
	}
}

/* --- predictors ---------------------------------------------------------------- */

/* RFC 2083 6.6. */
static guint8
paeth(guint8 left, guint8 above, guint8 corner)
{
	int from_left = abs(above - corner);
	int from_above = abs(left - corner);
	int from_corner = abs(left + above - 2 * corner);

	if (from_left <= from_above && from_left <= from_corner)
		return left;
	return from_above <= from_corner ? above : corner;
}

static guint8
predicted(guint8 kind, guint8 left, guint8 above, guint8 corner)
{
	switch (kind) {
	case 1: return left;
	case 2: return above;
	case 3: return (guint8)((left + above) / 2);
	case 4: return paeth(left, above, corner);
	default: return 0;
	}
}

/* Rows of their kind and so many octets, in place; a row was before this one.
 * Returns how many octets are left. */
static gsize
undo_png(guint8 *octets, gsize len, gsize row, gsize pixel)
{
	const guint8 *above = NULL;
	gsize done = 0;

	for (gsize i = 0; i < len;) {
		guint8 kind = octets[i++], *out = octets + done;
		gsize n = MIN(row, len - i);

		memmove(out, octets + i, n);
		for (gsize k = 0; k < n; k++) {
			guint8 left = k >= pixel ? out[k - pixel] : 0;
			guint8 up = above != NULL ? above[k] : 0;
			guint8 corner = above != NULL && k >= pixel ?
			    above[k - pixel] : 0;

			out[k] = (guint8)(out[k] + predicted(kind, left, up,
			    corner));
		}
		above = out;
		done += n;
		i += n;
	}
	return done;
}

/* Samples of so many bits, each less the one before of its color. */
static void
undo_tiff_bits(guint8 *row, gsize len, guint colors, guint bits)
{
	guint mask = (1u << bits) - 1;

	for (gsize i = colors; i < len * 8 / bits; i++) {
		gsize at = i * bits, before = (i - colors) * bits;
		guint shift = (guint)(8 - bits - at % 8);
		guint last = row[before / 8] >> (8 - bits - before % 8);
		guint value = (row[at / 8] >> shift) + last;

		row[at / 8] = (guint8)((row[at / 8] & ~(mask << shift)) |
		    (value & mask) << shift);
	}
}

static void
undo_tiff(guint8 *octets, gsize len, gsize row, const PdfFilterParms *parms)
{
	gsize colors = parms->colors;

	for (gsize at = 0; at < len; at += row) {
		guint8 *begin = octets + at;
		gsize n = MIN(row, len - at);

		if (parms->bits < 8)
			undo_tiff_bits(begin, n, parms->colors, parms->bits);
		for (gsize i = colors; parms->bits == 8 && i < n; i++)
			begin[i] += begin[i - colors];
		for (gsize i = 2 * colors; parms->bits == 16 && i + 1 < n;
		     i += 2) {
			const guint8 *last = begin + i - 2 * colors;
			guint value = (guint)(begin[i] + last[0]) << 8;

			value += (guint)begin[i + 1] + last[1];
			begin[i] = (guint8)(value >> 8);
			begin[i + 1] = (guint8)value;
		}
	}
}

/* Parameters that make no sense leave the octets as they are. */
static void
undo_predictor(GByteArray *octets, const PdfFilterParms *parms)
{
	guint bits = parms->bits;
	guint64 pixel = (guint64)parms->colors * bits, row;

	if (parms->predictor < PREDICTOR_TIFF || parms->colors == 0 ||
	    parms->columns == 0 || octets->len == 0 ||
	    (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16))
		return;
	/* A row that is longer than all there is ends with it. */
	row = pixel > G_MAXUINT64 / parms->columns - 7 ? octets->len :
	    MIN((pixel * parms->columns + 7) / 8, octets->len);
	pixel = MIN((pixel + 7) / 8, octets->len);
	if (parms->predictor >= PREDICTOR_PNG)
		g_byte_array_set_size(octets, (guint)undo_png(octets->data,
		    octets->len, (gsize)row, (gsize)pixel));
	else if (parms->predictor == PREDICTOR_TIFF)
		undo_tiff(octets->data, octets->len, (gsize)row, parms);
}

/* --- all of them ----------------------------------------------------------------- */

GBytes *
pdf_filter_decode(PdfFilter filter, const PdfFilterParms *parms, Span octets,
    gsize max_octets, gboolean *exceeds_limit)
{
	static const PdfFilterParms no_parms = PDF_FILTER_PARMS;
	Output output = { g_byte_array_new(), max_octets, FALSE };

	parms = parms != NULL ? parms : &no_parms;
	switch (filter) {
	case PDF_FILTER_FLATE:
		decode_flate(&output, octets);
		undo_predictor(output.octets, parms);
		break;
	case PDF_FILTER_LZW:
		decode_lzw(&output, octets, parms->early_change);
		undo_predictor(output.octets, parms);
		break;
	case PDF_FILTER_ASCII85:
		decode_ascii85(&output, octets);
		break;
	case PDF_FILTER_ASCII_HEX:
		decode_hex(&output, octets);
		break;
	case PDF_FILTER_RUN_LENGTH:
		decode_run_length(&output, octets);
		break;
	case PDF_FILTER_CRYPT:
		put(&output, octets.octets, octets.len);
		break;
	case PDF_FILTER_UNKNOWN:
		break;
	}
	*exceeds_limit |= output.exceeds_limit;
	if (output.octets->len > 0)
		return g_byte_array_free_to_bytes(output.octets);
	g_byte_array_unref(output.octets);
	return NULL;
}
