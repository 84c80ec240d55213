/*
 * tests/test-pdf.c - what a PDF can do, and how it hides that.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * PDFs here have objects and no cross-references, which nobody reads.
 */
#include "config.h"

#include <string.h>
#include <zlib.h>

#include "scanner/document.h"
#include "scanner/pdf.h"
#include "scanner/pdf_object.h"
#include "tests/table.h"

static Traits *
examine(const GString *pdf)
{
	Traits *traits = traits_new();
	/* An allocation of its own: reading past it is seen. */
	g_autofree guint8 *copy = g_memdup2(pdf->str, pdf->len);

	pdf_examine((Span){ copy, pdf->len }, traits);
	return traits;
}

/* --- names -------------------------------------------------------------------- */

#define JS TRAIT_PDF_JAVASCRIPT
#define LAUNCH TRAIT_PDF_LAUNCH
#define FILE TRAIT_PDF_FILE
#define NOTHING N_TRAITS

static const struct name_case {
	const char *name;
	const char *pdf;
	Trait want;
} name_cases[] = {
	{ "launch", "1 0 obj<</S/Launch/F(a)>>endobj", LAUNCH },
	{ "launch-last", "1 0 obj<</F(a)/Type/Action/S/Launch>>endobj",
	    LAUNCH },
	{ "launch-blank", "1 0 obj<</S \t\r\n\f/Launch>>endobj", LAUNCH },
	{ "launch-comment", "1 0 obj<</S%/a\n%b\r/Launch>>endobj", LAUNCH },
	{ "launch-escaped", "1 0 obj<</#53/#4Caunc#68>>endobj", LAUNCH },
	{ "launch-twice", "1 0 obj<</S/URI/S/Launch>>endobj", LAUNCH },
	{ "launch-s-s", "1 0 obj<</S/S/Launch>>endobj", LAUNCH },
	{ "launch-behind-stray", "1 0 obj<</S)/Launch>>endobj", LAUNCH },
	{ "launch-next", "1 0 obj<</S/URI/Next<</S/Launch>>>>endobj", LAUNCH },
	{ "launch-next-of-many", "1 0 obj<</S/URI/Next[<</S/URI>><</S/Launch>>"
	    "]>>endobj", LAUNCH },
	{ "launch-additional", "1 0 obj<</AA<</O<</S/Launch>>>>>>endobj",
	    LAUNCH },
	{ "launch-reference", "1 0 obj<</S 5 0 R>>endobj 5 0 obj/Launch "
	    "endobj", LAUNCH },
	{ "launch-reference-comment", "1 0 obj<</S 5 0 R>>endobj 5 0 obj%obj\n"
	    "%\n/Launch endobj", LAUNCH },
	{ "launch-reference-lines", "1 0 obj<</S 5 0 R>>endobj\n5%\n0%\nobj\n"
	    "/Launch\nendobj", LAUNCH },
	{ "launch-references", "1 0 obj<</S 5 0 R>>endobj 5 0 obj 6 0 R endobj "
	    "6 0 obj/Launch endobj", LAUNCH },
	{ "launch-update", "5 0 obj/URI endobj 1 0 obj<</S 5 0 R>>endobj "
	    "5 0 obj/L#61unch", LAUNCH },
	{ "launch-in-string", "1 0 obj(<</S/Launch>>)endobj", LAUNCH },
	{ "launch-in-comment", "%<</S/Launch>>\n", LAUNCH },
	{ "launch-in-stream", "1 0 obj<<>>stream\n<</S/Launch>>endstream",
	    LAUNCH },
	{ "launch-in-members", "1 0 obj<</Type/ObjStm/First 8>>stream\n"
	    "5 0 6 7 /Launch <</S 5 0 R>>endstream", LAUNCH },
	{ "launch-in-members-unbalanced", "1 0 obj<</Type/ObjStm/First 9>>"
	    "stream\n4 0 5 3  << /Launch endstream", LAUNCH },
	{ "launch-in-members-alone", "1 0 obj<</Type 9 0 R>>stream\n"
	    "5 0 6 7 /Launch <</S 5 0 R>>endstream", LAUNCH },
	{ "launch-of-shown-members", "5 0 6 7 /Launch <</S 5 0 R>>", LAUNCH },
	{ "launch-behind-members", "5 0 (x) 1 0 obj<</S 2 0 R>>endobj 2 0 obj "
	    "/Launch endobj", LAUNCH },
	{ "word", "1 0 obj(Launch and /Launch)endobj", NOTHING },
	{ "resource", "1 0 obj<<>>stream\n1 0 0 1 0 0 cm /Launch Do endstream",
	    NOTHING },
	{ "state", "1 0 obj<</AP<</N<</Launch 5 0 R/Off 6 0 R>>>>/AS/Launch>>"
	    "endobj", NOTHING },
	{ "list", "1 0 obj[/Launch/S]endobj", NOTHING },
	{ "list-in-members", "1 0 obj<</Type/ObjStm>>stream\n5 0 [/Launch /S]"
	    "endstream", NOTHING },
	{ "longer-name", "1 0 obj<</S/Launched/SS/Launch>>endobj", NOTHING },
	{ "end-is-no-begin", "1 0 obj 1 endobj /Launch", NOTHING },
	{ "between", "1 0 obj<</S null/Launch 1>>endobj", NOTHING },

	{ "script", "1 0 obj<</S/JavaScript/JS(a\\(\\))>>endobj", JS },
	{ "script-without-js", "1 0 obj<</S/JavaScript>>endobj", JS },
	{ "script-in-reference", "1 0 obj<</S 5 0 R/JS 6 0 R>>endobj", JS },
	{ "script-in-hex", "1 0 obj<</JS<612829>>>endobj", JS },
	{ "script-utf-16", "1 0 obj<</JS(\xfe\xff\1a)>>endobj", JS },
	{ "script-utf-8", "1 0 obj<</JS(\xef\xbb\xbf" "a)>>endobj", JS },
	{ "script-letters", "1 0 obj<</JS(\xe4\xf6\xfc=1)>>endobj", JS },
	{ "script-short", "1 0 obj<</JS(a)>>endobj", JS },
	{ "script-escaped", "1 0 obj<</J#53%\n(a)>>endobj", JS },
	{ "script-in-string", "1 0 obj(<</JS\\(a\\(1\\)\\)>>)endobj "
	    "2 0 obj(<</JS(a(1))>>)endobj", JS },
	{ "script-reference-in-string", "1 0 obj(<</JS 5 0 R>>)endobj", JS },
	{ "script-in-stream", "1 0 obj<<>>stream\n<</JS(a(1))>>endstream",
	    JS },
	{ "script-in-members", "1 0 obj<</Type/ObjStm>>stream\n5 0 <</JS(a)>>"
	    "endstream", JS },
	{ "script-of-page", "1 0 obj<</AA<</O<</S/Rendition/JS(a)>>>>>>endobj",
	    JS },
	{ "script-form", "1 0 obj<</XFA[(a)5 0 R]>>endobj", JS },
	{ "script-form-alone", "1 0 obj<</XFA 5 0 R>>endobj", JS },
	{ "script-word", "1 0 obj(JavaScript, /JavaScript, /JS, /XFA)endobj",
	    NOTHING },
	{ "script-key", "1 0 obj<</JS 1>>endobj", JS },
	{ "script-names", "1 0 obj<</Names<</JavaScript 5 0 R>>>>endobj",
	    NOTHING },
	{ "script-in-picture", "1 0 obj<<>>stream\n/JS(\1\2\3\4/JS<xyz>/JS 1 "
	    "/XFA(endstream", NOTHING },

	{ "file", "1 0 obj<</Type/EmbeddedFile>>stream\na\nendstream", FILE },
	{ "file-encrypted", "1 0 obj<</Type/EmbeddedFile/Filter/Fl>>stream\n"
	    "\xf7\x9a\x01\nendstream endobj trailer<</Encrypt 9 0 R>>", FILE },
	{ "file-untyped", "1 0 obj<</EF<</F 5 0 R>>/F(a)>>endobj "
	    "5 0 obj<<>>stream\na\nendstream", FILE },
	{ "file-untyped-reference", "1 0 obj<</EF 4 0 R/F(a)>>endobj 4 0 obj"
	    "<</F 5 0 R>>endobj 5 0 obj<<>>stream\na\nendstream", FILE },
	{ "file-missing", "1 0 obj<</EF<</F 5 0 R>>/F(a)>>endobj", NOTHING },
};

static void
test_name(gconstpointer data)
{
	const struct name_case *tc = data;
	g_autoptr(GString) pdf = g_string_new(tc->pdf);
	g_autoptr(Traits) traits = examine(pdf);

	for (guint trait = 0; trait < N_TRAITS; trait++) {
		g_test_message("%s: %s", trait_name((Trait)trait),
		    traits->details[trait]);
		g_assert_cmpint(traits->details[trait] != NULL, ==,
		    trait == tc->want);
	}
	g_assert_false(traits->exceeds_limit);
}

/* --- names of files --------------------------------------------------------------- */

#define CONTENT "5 0 obj<</Type/EmbeddedFile>>stream\na\nendstream endobj "

static const struct file_case {
	const char *name;
	const char *pdf;
	const char *want;       /* names, "|" between */
} file_cases[] = {
	{ "f", CONTENT "1 0 obj<</F(a.txt)/EF<</F 5 0 R>>>>endobj", "a.txt" },
	{ "behind", CONTENT "1 0 obj<</EF<</F 5 0 R>>/F(a.txt)>>endobj",
	    "a.txt" },
	{ "uf", CONTENT "1 0 obj<</F(a.txt)/UF(b.txt)/EF<</F 5 0 R>>>>endobj",
	    "b.txt" },
	{ "uf-first", CONTENT "1 0 obj<</UF(b.txt)/F(a.txt)/EF<</F 5 0 R>>>>"
	    "endobj", "b.txt" },
	{ "utf-16", CONTENT "1 0 obj<</UF<FEFF0061>/EF<</F 5 0 R>>>>endobj",
	    "a" },
	{ "continued-line", CONTENT "1 0 obj<</F(a.\\\ntx\\164)/EF<</F 5 0 R>>"
	    ">>endobj", "a.txt" },
	{ "two-in-one-object", CONTENT "6 0 obj<</Type/EmbeddedFile>>stream\n"
	    "b\nendstream endobj 1 0 obj[<</F(a)/EF<</F 5 0 R>>>><</EF<</F "
	    "6 0 R>>/F(b)>>]endobj", "a|b" },
	{ "two-names", CONTENT "1 0 obj<</F(a)/EF<</F 5 0 R>>>>endobj "
	    "2 0 obj<</F(b)/EF<</F 5 0 R>>>>endobj", "a|b" },
	{ "same-name", CONTENT "1 0 obj<</F(a)/EF<</F 5 0 R/UF 5 0 R>>>>"
	    "endobj", "a" },
	{ "string-in-ef", CONTENT "1 0 obj<</F(a)/EF<</F(b)/F 5 0 R>>>>"
	    "endobj", "a" },
	{ "in-annotation", CONTENT "1 0 obj<</Contents(c)/FS<</F(a)/EF<</F "
	    "5 0 R>>>>/T(d)>>endobj", "a" },
	{ "in-members", CONTENT "1 0 obj<</Type/ObjStm>>stream\n8 0 9 26 "
	    "<</F(a)/EF<</F 5 0 R>>>>  <</F(c)>>endstream", "a" },
	{ "untyped", "1 0 obj<</F(a)/EF<</F 5 0 R>>>>endobj 5 0 obj<<>>stream\n"
	    "a\nendstream", "a" },
	{ "untyped-two", "1 0 obj<</F(b)/EF<</F 6 0 R>>>>endobj 2 0 obj<</F(a)"
	    "/EF<</F 5 0 R>>>>endobj 5 0 obj<<>>stream\na\nendstream endobj "
	    "6 0 obj<<>>stream\nb\nendstream endobj", "b|a" },
	{ "reference", CONTENT "1 0 obj<</F(a)/EF 4 0 R>>endobj 4 0 obj<</F "
	    "5 0 R>>endobj", "a" },
	{ "comment-in-number", "5%\n0 %\nobj<</Type/EmbeddedFile>>stream\na\n"
	    "endstream endobj 1 0 obj<</F(a)/EF<</F 5 0 R>>>>endobj", "a" },
	{ "name-reference", CONTENT "1 0 obj<</F 7 0 R/EF<</F 5 0 R>>>>endobj "
	    "7 0 obj(a.txt)endobj", "a.txt" },
	{ "name-reference-behind", "7 0 obj%a\n<62> endobj 1 0 obj<</EF<</F "
	    "5 0 R>>/UF 7 0 R/F(a)>>endobj " CONTENT, "b" },
	{ "name-reference-better", CONTENT "1 0 obj<</UF(b)/F 7 0 R/EF<</F "
	    "5 0 R>>>>endobj 7 0 obj(a)endobj", "b" },
	{ "name-reference-to-two", CONTENT "1 0 obj<</F 7 0 R/EF<</F 5 0 R>>>>"
	    "endobj 7 0 obj(a)endobj 7 0 obj(b)endobj", "a|b" },
	{ "name-reference-to-member", CONTENT "1 0 obj<</F 7 0 R/EF<</F 5 0 R"
	    ">>>>endobj 2 0 obj<</Type/ObjStm>>stream\n6 0 7 4 (a) (b)"
	    "endstream", "b" },
	{ "name-reference-in-member", CONTENT "2 0 obj<</Type/ObjStm/First 8>>"
	    "stream\n1 4 7 0 (a) <</EF<</F 5 0 R>>/F 7 0 R>>endstream", "a" },
	{ "name-reference-of-two-files", CONTENT "6 0 obj<</Type/EmbeddedFile"
	    ">>stream\nb\nendstream endobj 1 0 obj<</F 7 0 R/EF<</F 5 0 R>>>>"
	    "endobj 2 0 obj<</F 7 0 R/EF<</F 6 0 R>>>>endobj 7 0 obj(a)"
	    "endobj", "a|a" },
	{ "name-reference-to-ef", CONTENT "1 0 obj<</F 7 0 R/EF 4 0 R>>endobj "
	    "4 0 obj<</F 5 0 R>>endobj 7 0 obj(a)endobj", "a" },
	{ "name-reference-to-nothing", CONTENT "1 0 obj<</F 7 0 R/EF<</F 5 0 R"
	    ">>>>endobj", "-" },
	{ "name-reference-to-number", CONTENT "1 0 obj<</F 7 0 R/EF<</F 5 0 R"
	    ">>>>endobj 7 0 obj 1 endobj", "-" },
	{ "none", CONTENT, "-" },
};

static void
test_file(gconstpointer data)
{
	const struct file_case *tc = data;
	g_autoptr(GString) pdf = g_string_new(tc->pdf);
	g_autoptr(Traits) traits = examine(pdf);
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; i < traits->files->len; i++) {
		const HeldFile *file = g_ptr_array_index(traits->files, i);

		g_assert_cmpuint(g_bytes_get_size(file->octets), ==, 2);
		g_string_append(names, i > 0 ? "|" : "");
		g_string_append_len(names, file->name != NULL ?
		    g_bytes_get_data(file->name, NULL) : "-",
		    file->name != NULL ?
		    (gssize)g_bytes_get_size(file->name) : 1);
	}
	g_assert_cmpstr(names->str, ==, tc->want);
	g_assert_false(traits->exceeds_limit);
}

static void
test_long_name(void)
{
	g_autofree char *pad = g_strnfill(1 << 20, 'a');
	g_autoptr(GString) pdf = g_string_new(CONTENT);
	g_autoptr(Traits) traits = NULL;
	const HeldFile *file;

	g_string_append_printf(pdf, "1 0 obj<</F(%s.vbs)/EF<</F 5 0 R>>>>"
	    "endobj", pad);
	traits = examine(pdf);
	g_assert_cmpuint(traits->files->len, ==, 1);
	file = g_ptr_array_index(traits->files, 0);
	g_assert_cmpuint(g_bytes_get_size(file->name), ==, (1 << 20) + 4);
}

/* --- filters -------------------------------------------------------------------- */

static const struct filter_case {
	const char *name;
	const char *text;       /* in the dictionary of the stream */
	const char *coded;      /* see code(); the last one is undone first */
	const char *more;       /* objects */
	gboolean is_read;
	gboolean exceeds_limit;
} filter_cases[] = {
	{ "none", "", "", "", TRUE, FALSE },
	{ "flate", "/Filter/FlateDecode", "F", "", TRUE, FALSE },
	{ "short", "/Filter/Fl", "F", "", TRUE, FALSE },
	{ "escaped", "/F#69lter/F#6c", "F", "", TRUE, FALSE },
	{ "array", "/Filter[/FlateDecode]", "F", "", TRUE, FALSE },
	{ "hex", "/Filter/ASCIIHexDecode", "H", "", TRUE, FALSE },
	{ "run-length", "/Filter/RunLengthDecode", "R", "", TRUE, FALSE },
	{ "lzw", "/Filter/LZWDecode", "L", "", TRUE, FALSE },
	{ "hex-of-flate", "/Filter[/AHx/Fl]", "FH", "", TRUE, FALSE },
	{ "flate-of-hex", "/Filter[/Fl/AHx]", "HF", "", TRUE, FALSE },
	{ "all", "/Filter[/RL/Fl/LZW/AHx]", "HLFR", "", TRUE, FALSE },
	{ "predictor", "/Filter/Fl/DecodeParms<</Predictor 12/Columns 4>>",
	    "PF", "", TRUE, FALSE },
	{ "predictor-first", "/DecodeParms<</Columns 4/Predictor 12>>/Filter"
	    "/Fl", "PF", "", TRUE, FALSE },
	{ "predictor-short", "/Filter/Fl/DP<</Predictor 12/Columns 4>>",
	    "PF", "", TRUE, FALSE },
	{ "predictor-in-array", "/Filter[/AHx/Fl]/DecodeParms[null<<"
	    "/Predictor 12/Columns 4>>]", "PFH", "", TRUE, FALSE },
	{ "predictor-reference", "/Filter/Fl/DecodeParms 7 0 R", "PF",
	    "7 0 obj<</Predictor 12/Columns 4>>endobj", TRUE, FALSE },
	{ "predictor-number-reference", "/Filter/Fl/DecodeParms<</Predictor "
	    "7 0 R/Columns 4>>", "PF", "7 0 obj 12 endobj", TRUE, FALSE },
	{ "reference", "/Filter 7 0 R", "F", "7 0 obj/Fl endobj", TRUE,
	    FALSE },
	{ "reference-to-array", "/Filter 7 0 R", "FH", "7 0 obj[/AHx/Fl]"
	    "endobj", TRUE, FALSE },
	{ "references-in-array", "/Filter[7 0 R 8 0 R]", "FH", "7 0 obj/AHx "
	    "endobj 8 0 obj/Fl endobj", TRUE, FALSE },
	{ "reference-unclosed", "/Filter 7 0 R/X 1", "F", "7 0 obj/Fl<<[ "
	    "endobj", TRUE, FALSE },
	{ "reference-to-nothing", "/Filter 7 0 R", "F", "", FALSE, TRUE },
	{ "reference-to-two", "/Filter 7 0 R", "F", "7 0 obj/Fl endobj "
	    "7 0 obj/AHx endobj", FALSE, TRUE },
	{ "reference-to-number", "/Filter 7 0 R", "F", "7 0 obj 1 endobj",
	    FALSE, TRUE },
	{ "twice", "/Filter/AHx/Filter/Fl", "F", "", FALSE, TRUE },
	{ "instead", "/F/Fl", "F", "", TRUE, FALSE },
	{ "f-behind-filter", "/Filter/Fl/F/AHx", "F", "", TRUE, FALSE },
	{ "decoy", "/X/AHx/Y[/Fl]/Z<</Filter/RL>>/Filter/Fl", "F", "", TRUE,
	    FALSE },
	{ "word-in-dictionary", "/X endobj/Y stream/Filter/Fl", "F", "", TRUE,
	    FALSE },
	{ "comment-in-dictionary", "/X 1%3 0 obj(\n/Filter/Fl", "F", "", TRUE,
	    FALSE },
	{ "unknown", "/Filter/Mine", "F", "", FALSE, TRUE },
	{ "unknown-second", "/Filter[/Fl/DCTDecode]", "F", "", FALSE, TRUE },
	{ "crypt", "/Filter[/Crypt/Fl]", "F", "", TRUE, FALSE },
	{ "damaged", "/Filter/Fl", "H", "", FALSE, FALSE },
	{ "empty", "/Filter[/Fl/AHx/LZW]", "0", "", FALSE, FALSE },
};

static void
put_bits(GString *octets, guint *n_bits, guint value)
{
	for (guint i = 9; i > 0; i--, (*n_bits)++) {
		if (*n_bits % 8 == 0)
			g_string_append_c(octets, '\0');
		octets->str[*n_bits / 8] |= (char)((value >> (i - 1) & 1) <<
		    (7 - *n_bits % 8));
	}
}

/* By Flate, Hex, LZW, Run-length, or the Predictor of rows of four octets; 0:
 * nothing is left. Caller frees. */
static GString *
code(const GString *plain, char filter)
{
	GString *coded = g_string_new(NULL);
	uLongf len = compressBound(plain->len);
	guint n_bits = 0;

	if (filter == 'F') {
		g_string_set_size(coded, len);
		g_assert_cmpint(compress2((Bytef *)coded->str, &len,
		    (const Bytef *)plain->str, plain->len, 1), ==, Z_OK);
		g_string_set_size(coded, len);
	}
	for (gsize i = 0; i < plain->len; i++) {
		guint8 c = (guint8)plain->str[i];

		if (filter == 'H')
			g_string_append_printf(coded, "%02x", c);
		if (filter == 'L' && i % 100 == 0)
			put_bits(coded, &n_bits, 256);
		if (filter == 'L')
			put_bits(coded, &n_bits, c);
		if (filter == 'R')
			g_string_append_c(coded, '\0');
		/* Each octet of a row less the one above. */
		if (filter == 'P' && i % 4 == 0)
			g_string_append_c(coded, '\2');
		if (filter == 'P')
			c = (guint8)(c - (i < 4 ? 0 : plain->str[i - 4]));
		if (filter == 'R' || filter == 'P')
			g_string_append_c(coded, (char)c);
	}
	if (filter == 'L')
		put_bits(coded, &n_bits, 257);
	return coded;
}

/* An object with a stream, coded by these in their order. */
static void
append_stream(GString *pdf, const char *dictionary, const GString *plain,
    const char *filters)
{
	g_autoptr(GString) coded = g_string_new_len(plain->str,
	    (gssize)plain->len);

	for (; *filters != '\0'; filters++) {
		GString *next = code(coded, *filters);

		g_string_free(coded, TRUE);
		coded = next;
	}
	g_string_append_printf(pdf, "3 0 obj<<%s>>stream\n", dictionary);
	g_string_append_len(pdf, coded->str, (gssize)coded->len);
	g_string_append(pdf, "\nendstream endobj\n");
}

/* What is in an object stream is found, and so is a file, whatever it is in. */
static void
test_filter(gconstpointer data)
{
	const struct filter_case *tc = data;
	g_autoptr(GString) plain = g_string_new("5 0 6 8 /Launch  <</S 5 0 R>>");
	g_autoptr(GString) objects = g_string_new("%PDF-1.7\n");
	g_autoptr(GString) file = g_string_new("%PDF-1.7\n");
	g_autofree char *objects_text = g_strconcat("/Type/ObjStm", tc->text,
	    NULL);
	g_autofree char *file_text = g_strconcat("/Type/EmbeddedFile",
	    tc->text, NULL);
	g_autoptr(Traits) objects_traits = NULL;
	g_autoptr(Traits) file_traits = NULL;

	append_stream(objects, objects_text, plain, tc->coded);
	append_stream(file, file_text, plain, tc->coded);
	g_string_append(objects, tc->more);
	g_string_append(file, tc->more);
	objects_traits = examine(objects);
	file_traits = examine(file);
	g_assert_cmpint(objects_traits->details[LAUNCH] != NULL, ==,
	    tc->is_read);
	g_assert_cmpint(file_traits->files->len > 0, ==, tc->is_read);
	g_assert_cmpint(objects_traits->exceeds_limit, ==, tc->exceeds_limit);
	g_assert_cmpint(file_traits->exceeds_limit, ==, tc->exceeds_limit);
	if (tc->is_read && *tc->coded != '\0') {
		const HeldFile *held = g_ptr_array_index(file_traits->files,
		    file_traits->files->len - 1);
		g_autoptr(GBytes) want = g_bytes_new_static(plain->str,
		    plain->len);

		g_assert_true(g_bytes_equal(held->octets, want));
	}
}

/* What is between the word and the stream. */
static const struct line_case {
	const char *name;
	const char *line;
} line_cases[] = {
	{ "lf", "\n" },
	{ "cr-lf", "\r\n" },
	{ "cr", "\r" },
	{ "blank", " \t\r\n" },
	{ "comment", "%a\n" },
	{ "words", " a b\r\n" },
};

static void
test_line(gconstpointer data)
{
	const struct line_case *tc = data;
	g_autoptr(GString) plain = g_string_new("5 0 <</S/Launch>>");
	g_autoptr(GString) coded = code(plain, 'F');
	g_autoptr(GString) pdf = g_string_new("1 0 obj<</Type/ObjStm/Filter/Fl"
	    ">>stream");
	g_autoptr(Traits) traits = NULL;

	g_string_append(pdf, tc->line);
	g_string_append_len(pdf, coded->str, (gssize)coded->len);
	g_string_append(pdf, "endstream endobj");
	traits = examine(pdf);
	g_assert_nonnull(traits->details[LAUNCH]);
	g_assert_false(traits->exceeds_limit);
}

/* "endstream" in a stream is no end where /Length says more. */
static const struct length_case {
	const char *name;
	const char *length;
	const char *more;       /* objects */
} length_cases[] = {
	{ "number", "30", "" },
	{ "plus", "+30", "" },
	{ "too-great", "300", "" },
	{ "twice", "1/Length 30/Length 2", "" },
	{ "and-array", "30/Length[1 0 R]", "" },
	{ "and-reference", "30 1 0 R", "" },
	{ "reference", "7 0 R", "7 0 obj 30 endobj" },
	{ "references", "7 0 R", "7 0 obj 1 endobj 7 0 obj 30 endobj "
	    "7 0 obj 2 endobj" },
	{ "member", "7 0 R", "2 0 obj<</Type/ObjStm>>stream\n6 0 7 4 (a) 30 "
	    "endstream endobj" },
	{ "members", "7 0 R", "2 0 obj<</Type/ObjStm/First 12>>stream\n7 0 7 2 7 5 "
	    "1 30 2 endstream endobj" },
	{ "member-and-object", "7 0 R", "7 0 obj 1 endobj 2 0 obj<</Type/ObjStm"
	    "/First 4>>stream\n7 0 30 endstream endobj" },
};

static void
test_length(gconstpointer data)
{
	const struct length_case *tc = data;
	g_autoptr(GString) pdf = g_string_new(NULL);
	g_autoptr(Traits) traits = NULL;

	g_string_printf(pdf, "1 0 obj<</Type/ObjStm/Length %s>>stream\n"
	    "5 10 6 0  endstream /Launch  endstream endobj %s", tc->length,
	    tc->more);
	traits = examine(pdf);
	g_assert_nonnull(traits->details[LAUNCH]);
	g_assert_false(traits->exceeds_limit);
}

/* A file that is no longer than it seemed is held once, any other as it seemed
 * and as it is. */
static const struct file_length_case {
	const char *name;
	guint length;
	guint want;             /* files */
} file_length_cases[] = {
	{ "less", 1, 1 },
	{ "as-it-seemed", 2, 1 },
	{ "one-more", 3, 2 },
};

static void
test_file_length(gconstpointer data)
{
	const struct file_length_case *tc = data;
	g_autoptr(GString) pdf = g_string_new(NULL);
	g_autoptr(Traits) traits = NULL;

	g_string_printf(pdf, "1 0 obj<</Type/EmbeddedFile/Length 7 0 R>>stream"
	    "\na\nendstream endobj 2 0 obj<</Type/ObjStm/First 4>>stream\n7 0 %u "
	    "endstream endobj", tc->length);
	traits = examine(pdf);
	g_assert_cmpuint(traits->files->len, ==, tc->want);
	for (guint i = 0; i < tc->want; i++) {
		const HeldFile *file = g_ptr_array_index(traits->files, i);

		g_assert_cmpuint(g_bytes_get_size(file->octets), ==, 2 + i);
	}
	g_assert_false(traits->exceeds_limit);
}

/* What libclamav shows of an encrypted file. */
static void
test_member(void)
{
	static const char objects[] = "% a\n 5 0 <</S/Launch>>";
	g_autoptr(Traits) traits = traits_new();

	document_examine((Span){ (const guint8 *)objects,
		sizeof(objects) - 1 }, "application/octet-stream",
	    "application/pdf", traits);
	g_assert_nonnull(traits->details[LAUNCH]);
}

/* --- limits ----------------------------------------------------------------------- */

static void
append_objects(GString *pdf, guint n, const char *object)
{
	for (guint i = 0; i < n; i++)
		g_string_append_printf(pdf, "%u 0 obj%s endobj\n", i + 10,
		    object);
}

static void
make_filters(GString *pdf, guint n)
{
	g_autoptr(GString) plain = g_string_new("5 0 /Launch");
	g_autofree char *coded = g_strnfill(n, 'H');
	g_autoptr(GString) text = g_string_new("/Type/ObjStm/Filter[");

	for (guint i = 0; i < n; i++)
		g_string_append(text, "/AHx");
	g_string_append(text, "]");
	append_stream(pdf, text->str, plain, coded);
}

static void
make_depth(GString *pdf, guint n)
{
	g_string_append(pdf, "1 0 obj");
	for (guint i = 0; i < n; i++)
		g_string_append(pdf, "<<");
}

static void
make_names(GString *pdf, guint n)
{
	g_string_append(pdf, CONTENT);
	append_objects(pdf, n, "<</F(a)/EF<</F 5 0 R>>>>");
}

/* One file, whose name is n objects. */
static void
make_found_names(GString *pdf, guint n)
{
	g_string_append(pdf, CONTENT "1 0 obj<</F 7 0 R/EF<</F 5 0 R>>>>endobj ");
	for (guint i = 0; i < n; i++)
		g_string_append(pdf, "7 0 obj(a) endobj\n");
}

static void
make_files(GString *pdf, guint n)
{
	append_objects(pdf, n, "<</Type/EmbeddedFile>>stream\na\nendstream");
}

/* Strings without an end: of ten objects, nine are read to the end of the file
 * before the last one is refused. 9 n - 351 octets are 8 (n + 65,536). */
static void
make_unclosed(GString *pdf, guint n)
{
	g_string_truncate(pdf, 0);
	for (guint i = 0; i < 10; i++)
		g_string_append(pdf, "1 0 obj(");
	while (pdf->len < n)
		g_string_append_c(pdf, 'a');
}

#define OVERLAPPING "1 0 obj<</Type/ObjStm/Length 999999>>stream\n"

/* Three streams, each to the end of the file. */
static void
make_overlap(GString *pdf, guint n)
{
	g_string_truncate(pdf, 0);
	for (guint i = 0; i < 3; i++)
		g_string_append(pdf, OVERLAPPING);
	while (pdf->len < n)
		g_string_append_c(pdf, ' ');
}

/* Deflated once: it takes its time. */
static void
append_blank(GString *pdf, const char *type, gsize len)
{
	static GHashTable *streams;
	GString *deflated;

	if (streams == NULL)
		streams = g_hash_table_new(NULL, NULL);
	deflated = g_hash_table_lookup(streams, GSIZE_TO_POINTER(len));
	if (deflated == NULL) {
		g_autoptr(GString) plain = g_string_sized_new(len);

		memcpy(plain->str, "1 0 ", 4);
		memset(plain->str + 4, ' ', len - 4);
		plain->len = len;
		deflated = code(plain, 'F');
		g_hash_table_insert(streams, GSIZE_TO_POINTER(len), deflated);
	}
	append_stream(pdf, type, deflated, "");
}

static void
make_stream(GString *pdf, guint n)
{
	append_blank(pdf, "/Type/ObjStm/Filter/Fl", n);
}

static void
make_file(GString *pdf, guint n)
{
	append_blank(pdf, "/Type/EmbeddedFile/Filter/Fl", n);
}

/* The greatest stream, and others for the rest. */
static void
make_all(GString *pdf, guint n, const char *type)
{
	append_blank(pdf, type, PDF_MAX_STREAM_OCTETS);
	append_blank(pdf, type, PDF_MAX_STREAM_OCTETS - 5);
	append_blank(pdf, type, n + 5 - 2 * PDF_MAX_STREAM_OCTETS);
}

static void
make_streams(GString *pdf, guint n)
{
	make_all(pdf, n, "/Type/ObjStm/Filter/Fl");
}

static void
make_file_octets(GString *pdf, guint n)
{
	make_all(pdf, n, "/Type/EmbeddedFile/Filter/Fl");
}

static const struct limit_case {
	const char *name;
	void (*make)(GString *pdf, guint n);
	guint limit;            /* and one less and one more */
} limit_cases[] = {
	{ "filters", make_filters, PDF_MAX_FILTERS },
	{ "depth", make_depth, PDF_MAX_DEPTH },
	{ "names", make_names, PDF_MAX_FILE_NAMES },
	{ "found-names", make_found_names, PDF_MAX_FILE_NAMES - 1 },
	{ "files", make_files, TRAITS_MAX_FILES },
	{ "file-octets", make_file, PDF_MAX_STREAM_OCTETS },
	{ "all-file-octets", make_file_octets, TRAITS_MAX_FILE_OCTETS },
	{ "stream-octets", make_stream, PDF_MAX_STREAM_OCTETS },
	{ "all-stream-octets", make_streams, PDF_MAX_OBJECT_STREAM_OCTETS },
	{ "unclosed", make_unclosed, PDF_MAX_READ_RATIO * PDF_SMALL_OCTETS +
	    351 },
	{ "overlap", make_overlap, 6 * (sizeof(OVERLAPPING) - 1) },
};

static void
test_limit(gconstpointer data)
{
	const struct limit_case *tc = data;

	for (guint n = tc->limit - 1; n <= tc->limit + 1; n++) {
		g_autoptr(GString) pdf = g_string_new("%PDF-1.7\n");
		g_autoptr(Traits) traits = NULL;

		tc->make(pdf, n);
		traits = examine(pdf);
		g_test_message("%u of %u", n, tc->limit);
		g_assert_cmpint(traits->exceeds_limit, ==, n > tc->limit);
	}
}

/* However much of them there is: no object stream, no file, no limit. */
static const struct honest_case {
	const char *name;
	const char *dictionary;
	gsize len;
} honest_cases[] = {
	{ "picture", "/Subtype/Image/Filter/Fl", PDF_MAX_STREAM_OCTETS + 1 },
	{ "unknown-filter", "/Filter[/Fl/JBIG2Decode]", 1000 },
	{ "filter-reference", "/Filter 99 0 R", 1000 },
	{ "many-filters", "/Filter[/Fl/Fl/Fl/Fl/Fl/Fl/Fl/Fl/Fl/Fl]", 1000 },
};

static void
test_honest(gconstpointer data)
{
	const struct honest_case *tc = data;
	g_autoptr(GString) pdf = g_string_new("%PDF-1.7\n");
	g_autoptr(GString) plain = g_string_new(NULL);
	g_autoptr(Traits) traits = NULL;

	g_string_set_size(plain, tc->len);
	memset(plain->str, 'a', tc->len);
	append_stream(pdf, tc->dictionary, plain, "F");
	traits = examine(pdf);
	g_assert_false(traits->exceeds_limit);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/pdf/name/", name_cases, test_name);
	ADD_TABLE("/pdf/file/", file_cases, test_file);
	ADD_TABLE("/pdf/filter/", filter_cases, test_filter);
	ADD_TABLE("/pdf/line/", line_cases, test_line);
	ADD_TABLE("/pdf/length/", length_cases, test_length);
	ADD_TABLE("/pdf/file-length/", file_length_cases, test_file_length);
	ADD_TABLE("/pdf/limit/", limit_cases, test_limit);
	ADD_TABLE("/pdf/honest/", honest_cases, test_honest);
	g_test_add_func("/pdf/long-name", test_long_name);
	g_test_add_func("/pdf/member", test_member);
	return g_test_run();
}
