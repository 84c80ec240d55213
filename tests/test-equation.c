/*
 * tests/test-equation.c - which formulas for Equation Editor 3 are sound.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/equation.h"
#include "tests/table.h"

/* Version 3, Windows, Equation Editor 3.10; then full size. */
#define HEAD "030101030a 0a"
#define X "02 83 7800 "
/* A fraction: N = Lc / d002 + 1, as the editor saved it. */
#define FRACTION                                                              \
	"0112834e0002863d00030e00000112834c00030f01000b0112836300001100000a01"  \
	"12836400030f01000b0102883000028830000288320000110000000a02862b000288"  \
	"31000000"
#define NAME_30 "61616161616161616161616161616161616161616161616161616161 6161"
/* Of four cells, aligned; then their lines. */
#define MATRIX "05 01 02 00 02 02 00 00 "
#define CELL "01 " X "00 "

static const struct formula_case {
	const char *name;
	const char *octets;     /* hexadecimal, behind the header of the stream */
	gboolean is_sound;
} formula_cases[] = {
	{ "fraction", HEAD FRACTION, TRUE },
	{ "greek", HEAD "0112836400030f01000b010288300002883000028832000011000"
	    "a02863d00030e0000010284bb03000102883200128273001282690012826e00"
	    "0284b80300000000", TRUE },
	{ "padded", HEAD "01" X "00 00 00 0000", TRUE },
	{ "mark", HEAD "01 22 83 7800 06 09 06 05 00 00 00", TRUE },
	{ "sizes", HEAD "0b0c0d0e 09 0090 09 6401 0001 09 65 e0ff 01 00 00",
	    TRUE },
	{ "pile", HEAD "04 01 00 01" X "00 11 00 00", TRUE },
	{ "matrix", HEAD "01" MATRIX CELL CELL CELL "11 00 00 00", TRUE },
	{ "moved", HEAD "81 0405 82 8080 00010002" "83 7800 00 00", TRUE },
	{ "spaced", HEAD "41 2001 " X "00 00", TRUE },
	{ "ruler", HEAD "21 07 02 00 0001 04 0002" X "00 00", TRUE },
	{ "ruler-of-pile", HEAD "24 01 00 07 01 00 0001 01 00 00 00", TRUE },
	{ "font", HEAD "01 08 01 00 " NAME_30 "61 00 02 7f 7800 00 00", TRUE },
	{ "font-in-chinese", HEAD "01 08 02 02 cbcecce5 00 00 00", TRUE },

	{ "empty", "", FALSE },
	{ "version-2", "020101030a 0a" "01 00 00", FALSE },
	{ "version-5", "050101030a 0a" "01 00 00", FALSE },
	{ "other-platform", "030201030a 0a" "01 00 00", FALSE },
	{ "no-end", HEAD "01" X "00", FALSE },
	{ "more-behind", HEAD "01" X "00 00 00 01", FALSE },
	{ "font-of-32", HEAD "01 08 01 00 " NAME_30 "61 61 00 00 00", FALSE },
	{ "font-without-end", HEAD "01 08 01 00 " NAME_30, FALSE },
	{ "font-without-name", HEAD "01 08 01 00 00 00 00", FALSE },
	{ "font-of-code", HEAD "01 08 01 00 9012 0c43 00 00 00 00", FALSE },
	{ "font-of-attacks", HEAD "01 08 5a 5a 61616161 00 00 00", FALSE },
	{ "unknown-font", HEAD "01 08 01 00 6161 00 02 7e 7800 00 00", FALSE },
	{ "unknown-typeface", HEAD "01 02 99 7800 00 00", FALSE },
	{ "typeface-0", HEAD "01 02 00 7800 00 00", FALSE },
	{ "typeface-128", HEAD "01 02 80 7800 00 00", FALSE },
	{ "unknown-record", HEAD "01 0f 00 00", FALSE },
	{ "unknown-option", HEAD "01 13 0e 00 00 00 00 00", FALSE },
	{ "unknown-template", HEAD "01 03 30 00 00 00 00 00", FALSE },
	{ "unknown-variation", HEAD "01 03 0e 10 00 00 00 00", FALSE },
	{ "unknown-mark", HEAD "01 22 83 7800 06 26 00 00 00", FALSE },
	{ "unknown-size", HEAD "09 0790 01 00 00", FALSE },
	{ "mark-of-nothing", HEAD "01 06 09 00 00", FALSE },
	{ "character-as-mark", HEAD "01 22 83 7800 " X "00 00 00", FALSE },
	{ "no-ruler", HEAD "21 " X "00 00", FALSE },
	{ "matrix-too-small", HEAD "01" MATRIX CELL CELL CELL "00 00 00",
	    FALSE },
	{ "matrix-too-large", HEAD "01" MATRIX CELL CELL CELL CELL CELL
	    "00 00 00", FALSE },
	{ "matrix-of-no-rows", HEAD "01 05 01 02 00 00 02 00 00 00 00 00",
	    FALSE },
};

/* Appends octets from hexadecimal; what is no digit is passed. */
static void
append_hex(GByteArray *octets, const char *hex)
{
	int high = -1;

	for (; *hex != '\0'; hex++) {
		int digit = g_ascii_xdigit_value(*hex);
		guint8 octet = (guint8)(high * 16 + digit);

		if (digit < 0)
			continue;
		if (high >= 0)
			g_byte_array_append(octets, &octet, 1);
		high = high < 0 ? digit : -1;
	}
}

/* The stream of a formula. */
static GByteArray *
stream_of(const GByteArray *mtef)
{
	GByteArray *stream = g_byte_array_new();

	append_hex(stream, "1c00 00000200 96c2 00000000 00000000 48905d00"
	    "6c9c5b00 00000000");
	stream->data[8] = (guint8)mtef->len;
	stream->data[9] = (guint8)(mtef->len >> 8);
	g_byte_array_append(stream, mtef->data, mtef->len);
	return stream;
}

static gboolean
is_sound(const GByteArray *mtef)
{
	g_autoptr(GByteArray) stream = stream_of(mtef);

	return equation_is_sound((Span){ stream->data, stream->len });
}

static void
test_formula(gconstpointer data)
{
	const struct formula_case *tc = data;
	g_autoptr(GByteArray) mtef = g_byte_array_new();

	append_hex(mtef, tc->octets);
	g_assert_cmpint(is_sound(mtef), ==, tc->is_sound);
}

/* A formula that has so many of something. */
typedef void (*Builder)(GByteArray *mtef, guint n);

static void
append_times(GByteArray *mtef, const char *hex, guint n)
{
	while (n-- > 0)
		append_hex(mtef, hex);
}

static void
build_font_name(GByteArray *mtef, guint n)
{
	append_hex(mtef, "01 08 01 00");
	append_times(mtef, "61", n);
	append_hex(mtef, "00 00");
}

static void
build_matrix(GByteArray *mtef, guint8 rows, guint8 columns)
{
	append_hex(mtef, "01 05 01 02 00");
	g_byte_array_append(mtef, &rows, 1);
	g_byte_array_append(mtef, &columns, 1);
	append_times(mtef, "00", (2u * rows + 9) / 8 + (2u * columns + 9) / 8);
	append_times(mtef, "11", (guint)rows * columns);
	append_hex(mtef, "00 00");
}

static void
build_rows(GByteArray *mtef, guint n)
{
	build_matrix(mtef, (guint8)n, 1);
}

static void
build_columns(GByteArray *mtef, guint n)
{
	build_matrix(mtef, 1, (guint8)n);
}

/* Of n lists, the formula itself is the first. */
static void
build_depth(GByteArray *mtef, guint n)
{
	append_times(mtef, "01", n - 1);
	append_times(mtef, "00", n - 1);
}

static void
build_tab_stops(GByteArray *mtef, guint n)
{
	guint8 octet = (guint8)n;

	append_hex(mtef, "01 07");
	g_byte_array_append(mtef, &octet, 1);
	append_times(mtef, "00 0001", n);
	append_hex(mtef, "00");
}

static const struct limit_case {
	const char *name;
	Builder build;
	guint n;
	gboolean is_sound;
} limit_cases[] = {
#define LIMIT(name, build, n)                                                 \
	{ name "-n-minus-1", build, (n)-1, TRUE }, { name "-n", build, n, TRUE }, \
	{ name "-n-plus-1", build, (n) + 1, FALSE }
	LIMIT("font-name", build_font_name, EQUATION_MAX_FONT_NAME_OCTETS),
	LIMIT("rows", build_rows, EQUATION_MAX_MATRIX_SIDE),
	LIMIT("columns", build_columns, EQUATION_MAX_MATRIX_SIDE),
	LIMIT("depth", build_depth, EQUATION_MAX_DEPTH),
	LIMIT("tab-stops", build_tab_stops, EQUATION_MAX_TAB_STOPS),
#undef LIMIT
};

static void
test_limit(gconstpointer data)
{
	const struct limit_case *tc = data;
	g_autoptr(GByteArray) mtef = g_byte_array_new();

	append_hex(mtef, HEAD);
	tc->build(mtef, tc->n);
	append_hex(mtef, "00");
	g_assert_cmpint(is_sound(mtef), ==, tc->is_sound);
}

/* Cut at any octet, by the file or by the length that the header says. */
static void
test_cut(void)
{
	g_autoptr(GByteArray) mtef = g_byte_array_new();
	g_autoptr(GByteArray) stream = NULL;

	append_hex(mtef, HEAD FRACTION);
	stream = stream_of(mtef);
	for (guint len = 0; len < stream->len; len++) {
		g_autofree guint8 *copy = g_memdup2(stream->data, len);

		g_assert_false(equation_is_sound((Span){ copy, len }));
	}
	while (mtef->len > 0) {
		g_byte_array_set_size(mtef, mtef->len - 1);
		g_assert_false(is_sound(mtef));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/equation/formula/", formula_cases, test_formula);
	ADD_TABLE("/equation/limit/", limit_cases, test_limit);
	g_test_add_func("/equation/cut-anywhere", test_cut);
	return g_test_run();
}
