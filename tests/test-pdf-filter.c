/*
 * tests/test-pdf-filter.c - what the streams of a PDF are coded in.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>
#include <zlib.h>

#include "scanner/pdf_filter.h"
#include "tests/table.h"

/* "61 62" -> "ab". Caller unrefs. */
static GBytes *
from_hex(const char *hex)
{
	GByteArray *octets = g_byte_array_new();

	while (*hex != '\0') {
		guint8 octet;

		if (*hex == ' ') {
			hex++;
			continue;
		}
		octet = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 |
		    g_ascii_xdigit_value(hex[1]));
		hex += 2;
		g_byte_array_append(octets, &octet, 1);
	}
	return g_byte_array_free_to_bytes(octets);
}

/* got: NULL: nothing. */
static void
assert_octets(GBytes *got, Span want)
{
	Span octets = got != NULL ? span_of_bytes(got) : (Span){ NULL, 0 };

	g_test_message("want %zu octets, got %zu", want.len, octets.len);
	g_assert_cmpuint(octets.len, ==, want.len);
	g_assert_true(want.len == 0 ||
	    memcmp(octets.octets, want.octets, want.len) == 0);
}

/* In hex; want "": nothing. */
static const struct decode_case {
	const char *name;
	const char *filter;
	const char *coded;
	const char *want;
} decode_cases[] = {
	{ "hex", "ASCIIHexDecode", "36 31 20 36 32 0a 3e 36 33", "61 62" },
	{ "hex-odd", "AHx", "36 31 37 3e", "61 70" },
	{ "hex-without-end", "AHx", "36 31 37", "61 70" },
	{ "hex-empty", "AHx", "3e", "" },
	{ "ascii85", "ASCII85Decode", "39 6a 71 6f 5e 7e 3e", "4d 61 6e 20" },
	{ "ascii85-short", "A85", "39 6a 71 6f 7e 3e", "4d 61 6e" },
	{ "ascii85-blanks", "A85", "39 6a 0a 71 20 6f 5e 7e", "4d 61 6e 20" },
	{ "ascii85-without-end", "A85", "39 6a 71 6f 5e", "4d 61 6e 20" },
	{ "ascii85-zeros", "A85", "7a 39 6a 71 6f 5e 7e",
	    "00 00 00 00 4d 61 6e 20" },
	{ "ascii85-with-begin", "A85", "20 3c 7e 39 6a 71 6f 5e 7e 3e",
	    "4d 61 6e 20" },
	{ "ascii85-one-digit", "A85", "39 7e", "" },
	{ "run-length", "RunLengthDecode", "02 61 62 63 fe 64 80 00 65",
	    "61 62 63 64 64 64" },
	{ "run-length-cut", "RL", "05 61 62", "61 62" },
	{ "run-length-without-end", "RL", "ff 61 81", "61 61" },
	/* The example of ISO 32000-1 7.4.4.2. */
	{ "lzw", "LZWDecode", "80 0b 60 50 22 0c 0c 85 01",
	    "2d 2d 2d 2d 2d 41 2d 2d 2d 42" },
	{ "lzw-cut", "LZW", "80 0b 60 50 22", "2d 2d 2d 2d 2d" },
	{ "lzw-impossible-code", "LZW", "80 0b 7f ff", "2d" },
	{ "flate", "FlateDecode", "78 9c 4b 4c 04 00 01 25 00 c3", "61 61" },
	{ "flate-cut", "Fl", "78 9c 4b 4c 04", "61 61" },
	{ "flate-damaged", "Fl", "78 9c ff ff", "" },
	{ "crypt", "Crypt", "61 62", "61 62" },
	{ "picture", "DCTDecode", "61 62", "" },
	{ "longer-name", "LZWDecoder", "80 0b 60 50 22", "" },
};

static void
test_decode(gconstpointer data)
{
	const struct decode_case *tc = data;
	g_autoptr(GBytes) coded = from_hex(tc->coded);
	g_autoptr(GBytes) want = from_hex(tc->want);
	gboolean exceeds_limit = FALSE;
	g_autoptr(GBytes) got = pdf_filter_decode(pdf_filter_named(tc->filter),
	    NULL, span_of_bytes(coded), 100, &exceeds_limit);

	assert_octets(got, span_of_bytes(want));
	g_assert_false(exceeds_limit);
}

/* Rows in hex, for Flate. */
static const struct predictor_case {
	const char *name;
	PdfFilterParms parms;
	const char *coded;
	const char *want;
} predictor_cases[] = {
	{ "none", { 1, 1, 8, 3, 1 }, "00 01 02", "00 01 02" },
	{ "undefined", { 3, 1, 8, 3, 1 }, "00 01 02", "00 01 02" },
	{ "png-each-kind", { 12, 1, 8, 3, 1 },
	    "00 0a141e 01 0b0b0b 02 1d1c1b 03 f3eda6 04 fa013b",
	    "0a141e 0b1621 28323c 0709c8 010203" },
	{ "png-colors", { 15, 2, 8, 2, 1 }, "01 01020304", "01020406" },
	{ "png-bits", { 15, 1, 4, 2, 1 }, "00 12 02 11", "12 23" },
	{ "png-cut-row", { 10, 1, 8, 3, 1 }, "00 0a141e 01 0b0b",
	    "0a141e 0b16" },
	{ "png-row-too-long", { 15, 1, 8, 4000000000u, 1 }, "01 0101",
	    "0102" },
	{ "png-row-overflows", { 15, 4000000000u, 16, 4000000000u, 1 },
	    "01 0101", "0101" },
	{ "png-unknown-kind", { 15, 1, 8, 2, 1 }, "09 0101", "0101" },
	{ "png-without-columns", { 15, 1, 8, 0, 1 }, "01 02", "01 02" },
	{ "tiff-8", { 2, 1, 8, 3, 1 }, "010101 020202", "010203 020406" },
	{ "tiff-colors", { 2, 3, 8, 2, 1 }, "010203 010101",
	    "010203 020304" },
	{ "tiff-16", { 2, 1, 16, 2, 1 }, "00ff 0001", "00ff 0100" },
	{ "tiff-4", { 2, 1, 4, 4, 1 }, "11 1f", "12 32" },
	{ "tiff-1", { 2, 1, 1, 8, 1 }, "ff", "aa" },
	{ "tiff-colors-too-many", { 2, 4000000000u, 8, 1, 1 }, "0101",
	    "0101" },
};

static void
test_predictor(gconstpointer data)
{
	const struct predictor_case *tc = data;
	g_autoptr(GBytes) rows = from_hex(tc->coded);
	g_autoptr(GBytes) want = from_hex(tc->want);
	guint8 coded[256];
	uLongf len = sizeof(coded);
	gboolean exceeds_limit = FALSE;
	g_autoptr(GBytes) got = NULL;

	g_assert_cmpint(compress(coded, &len, g_bytes_get_data(rows, NULL),
	    g_bytes_get_size(rows)), ==, Z_OK);
	got = pdf_filter_decode(PDF_FILTER_FLATE, &tc->parms,
	    (Span){ coded, len }, 100, &exceeds_limit);
	assert_octets(got, span_of_bytes(want));
}

/* Of each filter 100 times 'a', with room for so many. */
static const struct limit_case {
	const char *name;
	PdfFilter filter;
	gsize max_octets;
	gboolean exceeds_limit;
} limit_cases[] = {
	{ "flate-n-minus-1", PDF_FILTER_FLATE, 101, FALSE },
	{ "flate-n", PDF_FILTER_FLATE, 100, FALSE },
	{ "flate-n-plus-1", PDF_FILTER_FLATE, 99, TRUE },
	{ "lzw-n-minus-1", PDF_FILTER_LZW, 101, FALSE },
	{ "lzw-n", PDF_FILTER_LZW, 100, FALSE },
	{ "lzw-n-plus-1", PDF_FILTER_LZW, 99, TRUE },
	{ "ascii85-n-minus-1", PDF_FILTER_ASCII85, 101, FALSE },
	{ "ascii85-n", PDF_FILTER_ASCII85, 100, FALSE },
	{ "ascii85-n-plus-1", PDF_FILTER_ASCII85, 99, TRUE },
	{ "hex-n-minus-1", PDF_FILTER_ASCII_HEX, 101, FALSE },
	{ "hex-n", PDF_FILTER_ASCII_HEX, 100, FALSE },
	{ "hex-n-plus-1", PDF_FILTER_ASCII_HEX, 99, TRUE },
	{ "run-length-n-minus-1", PDF_FILTER_RUN_LENGTH, 101, FALSE },
	{ "run-length-n", PDF_FILTER_RUN_LENGTH, 100, FALSE },
	{ "run-length-n-plus-1", PDF_FILTER_RUN_LENGTH, 99, TRUE },
};

static void
append(GByteArray *octets, const char *text)
{
	g_byte_array_append(octets, (const guint8 *)text, (guint)strlen(text));
}

static void
put_bits(GByteArray *octets, guint *n_bits, guint value, guint width)
{
	for (guint i = width; i > 0; i--, (*n_bits)++) {
		guint8 zero = 0;

		if (*n_bits % 8 == 0)
			g_byte_array_append(octets, &zero, 1);
		octets->data[*n_bits / 8] |= (guint8)((value >> (i - 1) & 1) <<
		    (7 - *n_bits % 8));
	}
}

/* Each octet as its own code, in as many bits as those so far call for. */
static void
put_lzw(GByteArray *coded, Span octets, guint early_change)
{
	guint n_bits = 0, n = 0;

	put_bits(coded, &n_bits, 256, 9);
	for (gsize i = 0; i < octets.len; i++) {
		/* The decoder has made a code of each pair. */
		guint codes = 258 + (n > 0 ? n - 1 : 0) + early_change;
		guint width = codes >= 2048 ? 12 : codes >= 1024 ? 11 :
		    codes >= 512 ? 10 : 9;

		put_bits(coded, &n_bits, octets.octets[i], width);
		n++;
		if (n == 3838) {
			put_bits(coded, &n_bits, 256, 12);
			n = 0;
		}
	}
}

static void
put_coded(GByteArray *coded, PdfFilter filter, Span octets)
{
	uLongf len = compressBound(octets.len);
	g_autofree guint8 *deflated = g_malloc(len);

	g_assert_cmpint(compress(deflated, &len, octets.octets, octets.len),
	    ==, Z_OK);
	if (filter == PDF_FILTER_FLATE)
		g_byte_array_append(coded, deflated, (guint)len);
	else if (filter == PDF_FILTER_LZW)
		put_lzw(coded, octets, 1);
	else if (filter == PDF_FILTER_RUN_LENGTH)
		append(coded, "\x9d" "a");
	for (gsize i = 0; i < octets.len; i += 4)
		append(coded, filter == PDF_FILTER_ASCII_HEX ? "61616161" :
		    filter == PDF_FILTER_ASCII85 ? "@:<SQ" : "");
}

static void
test_limit(gconstpointer data)
{
	const struct limit_case *tc = data;
	g_autofree char *octets = g_strnfill(100, 'a');
	g_autoptr(GByteArray) coded = g_byte_array_new();
	g_autoptr(GBytes) got = NULL;
	gboolean exceeds_limit = FALSE;

	put_coded(coded, tc->filter, (Span){ (const guint8 *)octets, 100 });
	got = pdf_filter_decode(tc->filter, NULL,
	    (Span){ coded->data, coded->len }, tc->max_octets, &exceeds_limit);
	g_assert_cmpint(exceeds_limit, ==, tc->exceeds_limit);
	assert_octets(got, (Span){ (const guint8 *)octets,
		MIN(tc->max_octets, 100) });
}

/* Codes of 9 to 12 bits, and of all anew, which come one later or sooner. */
static void
test_lzw_widths(gconstpointer data)
{
	guint early_change = GPOINTER_TO_UINT(data);
	const PdfFilterParms parms = { 1, 1, 8, 1, early_change };
	guint8 octets[10000];
	g_autoptr(GByteArray) coded = g_byte_array_new();
	g_autoptr(GBytes) got = NULL;
	gboolean exceeds_limit = FALSE;

	for (guint i = 0; i < sizeof(octets); i++)
		octets[i] = (guint8)(i * i >> 3);
	put_lzw(coded, (Span){ octets, sizeof(octets) }, early_change);
	got = pdf_filter_decode(PDF_FILTER_LZW, &parms,
	    (Span){ coded->data, coded->len }, sizeof(octets),
	    &exceeds_limit);
	assert_octets(got, (Span){ octets, sizeof(octets) });
	g_assert_false(exceeds_limit);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/pdf-filter/decode/", decode_cases, test_decode);
	ADD_TABLE("/pdf-filter/predictor/", predictor_cases, test_predictor);
	ADD_TABLE("/pdf-filter/limit/", limit_cases, test_limit);
	g_test_add_data_func("/pdf-filter/lzw-widths-late",
	    GUINT_TO_POINTER(0), test_lzw_widths);
	g_test_add_data_func("/pdf-filter/lzw-widths-early",
	    GUINT_TO_POINTER(1), test_lzw_widths);
	return g_test_run();
}
