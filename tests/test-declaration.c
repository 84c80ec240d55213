/*
 * tests/test-declaration.c - what a header section declares, in all readings.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/declaration.h"
#include "scanner/decode.h"
#include "tests/table.h"

#define MAX_FIELDS 2000
#define MAX_OCTETS (1u << 20)
#define TEXT(literal) literal, sizeof(literal) - 1

static const HeaderLimits limits = { MAX_FIELDS, 200, MAX_OCTETS };

static Declaration *
declare(const char *octets, gsize len)
{
	g_autoptr(HeaderSection) section = header_section_new(
	    (Span){ (const guint8 *)octets, len }, &limits);

	return declaration_new(section, &limits);
}

/* --- media types --------------------------------------------------------- */

static const struct type_case {
	const char *name;
	const char *octets;
	gsize len;
	const char *want;       /* joined by blanks */
	gboolean is_ambiguous;
} type_cases[] = {
	{ "none", TEXT("From: a/b\n\n"), "", FALSE },
	{ "plain", TEXT("Content-Type: Text/PLAIN; x=a/b\n\n"), "text/plain",
	    FALSE },
	{ "slash-in-quotes", TEXT("Content-Type: a/b; x=\"c/d\"\n\n"), "a/b",
	    FALSE },
	{ "slash-in-boundary",
	    TEXT("Content-Type: a/b; boundary=\"=_+,-./x\"\n\n"), "a/b",
	    FALSE },
	{ "no-subtype", TEXT("Content-Type: multipart\n\n"), "multipart/",
	    FALSE },
	{ "empty-subtype", TEXT("Content-Type: multipart/; x=y\n\n"),
	    "multipart/", FALSE },
	{ "no-type", TEXT("Content-Type: ;\n\n"), "", FALSE },
	{ "quoted", TEXT("Content-Type: \"a/b\"\n\n"), "a/b", FALSE },
	{ "blanks", TEXT("Content-Type: a / b\n\n"), "a/b", FALSE },
	{ "two-in-one", TEXT("Content-Type: a/b, c/d\n\n"), "a/b c/d", FALSE },
	{ "three-in-one", TEXT("Content-Type: a/b c/d e/f\n\n"),
	    "a/b c/d e/f", FALSE },
	{ "two-fields", TEXT("Content-Type: a/b\nContent-Type: c/d\n\n"),
	    "a/b c/d", TRUE },
	{ "two-equal-fields", TEXT("Content-Type: a/b\nContent-Type: A/B\n\n"),
	    "a/b", FALSE },
	{ "name-twice", TEXT("Content-Type:Content-Type: a/b\n\n"), "a/b",
	    FALSE },
	{ "nul", TEXT("Content-Type: a\0b/c\n\n"), "b/c ab/c", FALSE },
	{ "comment", TEXT("Content-Type: a(x)/(y)b\n\n"), "a/b a/",
	    FALSE },
	{ "comment-inside", TEXT("Content-Type: mul(x)ti/mixed\n\n"),
	    "multi/mixed ti/mixed", FALSE },
	{ "folded", TEXT("Content-Type: mul\n ti/mixed\n\n"),
	    "ti/mixed multi/mixed", FALSE },
	{ "encoded-word", TEXT("Content-Type: =?u?q?a/b?=\n\n"),
	    "a/b", FALSE },
	{ "indented", TEXT("A: x\n Content-Type: a/b\n\n"), "a/b", FALSE },
	{ "dkim-lists-names", TEXT("A: h=from:\n content-type:to;\n\n"),
	    "", FALSE },
	{ "behind-empty-line", TEXT("A: x\n\nContent-Type: a/b\n\n"), "a/b",
	    FALSE },
	{ "of-the-message-inside",
	    TEXT("Content-Type: message/rfc822\n\nContent-Type: a/b\n\n"),
	    "message/rfc822", FALSE },
};

static void
test_types(gconstpointer data)
{
	const struct type_case *tc = data;
	g_autoptr(Declaration) declaration = declare(tc->octets, tc->len);
	g_autofree char *got = NULL;

	g_ptr_array_add(declaration->types, NULL);
	got = g_strjoinv(" ", (char **)declaration->types->pdata);
	g_assert_cmpstr(got, ==, tc->want);
	g_assert_cmpint(declaration->is_ambiguous, ==, tc->is_ambiguous);
}

static void
test_type_limit(void)
{
	for (guint n = DECLARATION_MAX_TYPES - 1;
	     n <= DECLARATION_MAX_TYPES + 1; n++) {
		g_autoptr(GString) text = g_string_new("Content-Type:");
		g_autoptr(Declaration) declaration = NULL;
		const char *last;

		for (guint i = 1; i < n; i++)
			g_string_append_printf(text, " a/b%u", i);
		g_string_append(text, " last/one\n\n");
		declaration = declare(text->str, text->len);
		last = g_ptr_array_index(declaration->types,
		    declaration->types->len - 1);
		g_assert_cmpstr(last, ==, "last/one");
		g_assert_cmpint(declaration->exceeds, ==,
		    n > DECLARATION_MAX_TYPES);
	}
}

/* --- transfer encodings -------------------------------------------------- */

#define ID (1u << ENCODING_IDENTITY)
#define B64 (1u << ENCODING_BASE64)
#define QP (1u << ENCODING_QUOTED_PRINTABLE)
#define UU (1u << ENCODING_UUENCODE)
#define YENC (1u << ENCODING_YENC)
#define HQX (1u << ENCODING_BINHEX)

static const struct encoding_case {
	const char *name;
	const char *body;
	gsize len;
	guint want;
	gboolean is_odd;
} encoding_cases[] = {
	{ "base64", TEXT(" BASE64"), B64, FALSE },
	{ "no-blank", TEXT("base64"), B64, FALSE },
	{ "folded", TEXT("\n base64 "), B64, FALSE },
	{ "quoted-printable", TEXT(" Quoted-Printable"), QP, FALSE },
	{ "7bit", TEXT(" 7bit"), ID, FALSE },
	{ "8bit", TEXT(" 8bit"), ID, FALSE },
	{ "binary", TEXT(" binary"), ID, FALSE },
	{ "unknown", TEXT(" frob"), 0, TRUE },
	{ "empty", TEXT(""), 0, TRUE },
	{ "quotes", TEXT(" \"base64\""), B64, TRUE },
	{ "hyphen", TEXT(" base-64"), B64, TRUE },
	{ "equals", TEXT(" base64="), B64, TRUE },
	{ "semicolon", TEXT(" base64; x=y"), B64, TRUE },
	{ "b", TEXT(" B"), B64, TRUE },
	{ "b-semicolon", TEXT(" b; x=y"), B64, TRUE },
	{ "b64", TEXT(" b64"), B64, TRUE },
	{ "gzip64", TEXT(" x-gzip64"), B64, TRUE },
	{ "q", TEXT(" q"), QP, TRUE },
	{ "underscore", TEXT(" quoted_printable"), QP, TRUE },
	{ "misspelt", TEXT(" quoted-printible"), QP, TRUE },
	{ "half", TEXT(" printable"), QP, TRUE },
	{ "x-qp", TEXT(" x-qp"), QP, TRUE },
	{ "uuencode", TEXT(" uuencode"), UU, TRUE },
	{ "x-uuencode", TEXT(" x-uuencode"), UU, TRUE },
	{ "x-uue", TEXT(" x-uue"), UU, TRUE },
	{ "x-uu", TEXT(" x-uu"), UU, TRUE },
	{ "yenc", TEXT(" x-yenc"), YENC, TRUE },
	{ "binhex", TEXT(" mac-binhex40"), HQX, TRUE },
	{ "two-values", TEXT(" base64 7bit"), B64 | ID, TRUE },
	{ "comment-before", TEXT(" (7bit) base64"), B64 | ID, TRUE },
	{ "comment-behind", TEXT(" base64 (x)"), B64, TRUE },
	{ "comment-inside", TEXT(" bas(x)e64"), B64, TRUE },
	{ "comment-unclosed", TEXT(" base64 (x"), B64, TRUE },
	{ "comment-first-unclosed", TEXT(" (x base64"), B64, TRUE },
	{ "fold-inside", TEXT(" bas\n e64"), B64, TRUE },
	{ "bare-cr", TEXT("\r base64"), B64, TRUE },
	{ "nul-inside", TEXT(" bas\0e64"), B64, TRUE },
	{ "nul-behind", TEXT(" base64\0"), B64, TRUE },
	{ "encoded-word", TEXT(" =?us-ascii?Q?=62ase64?="), B64, TRUE },
	{ "encoded-word-base64", TEXT(" =?us-ascii?B?cXVvdGVkLXByaW50YWJsZQ?="),
	    QP, TRUE },
	{ "another-field", TEXT(" 7bit\rContent-Transfer-Encoding: base64"),
	    ID | B64, TRUE },
	{ "second-field", TEXT(" 7bit\nContent-Transfer-Encoding: base64"),
	    ID | B64, FALSE },
};

static void
test_encodings(gconstpointer data)
{
	const struct encoding_case *tc = data;
	g_autoptr(GString) text = g_string_new("Content-Transfer-Encoding:");
	g_autoptr(Declaration) declaration = NULL;

	g_string_append_len(text, tc->body, (gssize)tc->len);
	g_string_append(text, "\n\n");
	declaration = declare(text->str, text->len);
	g_assert_cmphex(declaration->encodings, ==, tc->want);
	g_assert_cmpint(declaration->has_odd_encoding, ==, tc->is_odd);
}

/* --- boundaries ---------------------------------------------------------- */

#define SEVENTY \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct boundary_case {
	const char *name;
	const char *field;
	const char *want;       /* in quotes, all of them */
	gboolean is_ambiguous;
} boundary_cases[] = {
	{ "none", "Content-Type: a/b", "", FALSE },
	{ "plain", "Content-Type: a/b; boundary=x", "\"x\"", FALSE },
	{ "empty", "Content-Type: a/b; boundary=\"\"", "\"\"", FALSE },
	{ "not-of-disposition", "Content-Disposition: a; boundary=x", "",
	    FALSE },
	{ "two", "Content-Type: a/b; boundary=x; boundary=y", "\"x\"\"y\"",
	    TRUE },
	{ "two-fields",
	    "Content-Type: a/b; boundary=x\nContent-Type: a/b; boundary=y",
	    "\"x\"\"y\"", TRUE },
	{ "not-indented", "Content-Type: a/b;\nboundary=x", "\"x\"", FALSE },
	{ "strict-first", "Content-Type: a/b; q=\"; boundary=x\"; boundary=y",
	    "\"y\"\"x\"\"\"x\"", FALSE },
	{ "extended", "Content-Type: a/b; boundary*=us-ascii''x%2By",
	    "\"x+y\"\"x%2By\"\"us-ascii''x+y\"\"us-ascii''x%2By\"", FALSE },
	{ "extended-bare", "Content-Type: a/b; boundary*=x", "\"x\"", FALSE },
	{ "extended-equal", "Content-Type: a/b; boundary*=''x; boundary=x",
	    "\"x\"\"''x\"", FALSE },
	{ "encoded-word", "Content-Type: a/b; boundary=\"=?u?q?x?=\"",
	    "\"=?u?q?x?=\"\"x\"", FALSE },
	{ "seventy", "Content-Type: a/b; boundary=" SEVENTY,
	    "\"" SEVENTY "\"", FALSE },
	{ "seventy-one", "Content-Type: a/b; boundary=" SEVENTY "y",
	    "\"" SEVENTY "y\"\"" SEVENTY "\"", FALSE },
};

static void
test_boundaries(gconstpointer data)
{
	const struct boundary_case *tc = data;
	g_autofree char *text = g_strconcat(tc->field, "\n\n", NULL);
	g_autoptr(Declaration) declaration = declare(text, strlen(text));
	g_autoptr(GString) got = g_string_new(NULL);

	for (guint i = 0; i < declaration->boundaries->len; i++) {
		gsize len;
		const char *octets = g_bytes_get_data(g_ptr_array_index(
		    declaration->boundaries, i), &len);

		g_string_append_printf(got, "\"%.*s\"", (int)len,
		    len > 0 ? octets : "");
	}
	g_assert_cmpstr(got->str, ==, tc->want);
	g_assert_cmpint(declaration->is_ambiguous, ==, tc->is_ambiguous);
}

/* --- names --------------------------------------------------------------- */

static const struct name_case {
	const char *name;
	const char *fields;
	/* "field/parameter[*]=value;" of each; "?": a title */
	const char *want;
} name_cases[] = {
	{ "none", "Content-Type: a/b", "" },
	{ "filename", "Content-Disposition: attachment; filename=x",
	    "content-disposition/filename=x;" },
	{ "name", "Content-Type: a/b; name=\"x y\"",
	    "content-type/name=x y;" },
	{ "all", "Content-Type: a/b; name=x; filename=y\n"
	    "Content-Disposition: attachment; filename=z; name=w",
	    "content-disposition/filename=z;content-disposition/name=w;"
	    "content-type/name=x;content-type/filename=y;" },
	{ "extended", "Content-Disposition: a; filename*=utf-8''%41",
	    "content-disposition/filename*=utf-8''%41;" },
	{ "description", "Content-Description: my file",
	    "?content-description/=my file;" },
	{ "location", "Content-Location: x", "?content-location/=x;" },
	{ "content-name", "Content-Name: x", "content-name/=x;" },
	{ "sun", "X-Sun-Data-Name: x", "x-sun-data-name/=x;" },
	{ "description-of-a-file", "Content-Type: a/b\n"
	    "Content-Description: x.y", "content-description/=x.y;" },
	{ "description-of-an-attachment", "Content-Disposition: attachment\n"
	    "Content-Description: x.y", "content-description/=x.y;" },
	{ "description-of-text", "Content-Type: text/plain\n"
	    "Content-Description: x.y", "?content-description/=x.y;" },
	{ "description-in-words", "Content-Type: a/b\n"
	    "Content-Description: of x.y", "?content-description/=of x.y;" },
	{ "description-beside-a-name", "Content-Type: a/b; name=z\n"
	    "Content-Description: x.y",
	    "content-type/name=z;?content-description/=x.y;" },
	{ "location-of-a-file", "Content-Type: a/b\n"
	    "Content-Location: x.y", "content-location/=x.y;" },
	{ "location-on-the-web", "Content-Type: a/b\n"
	    "Content-Location: http://x.y", "?content-location/=http://x.y;" },
	{ "encoded-field", "Content-Disposition: =?u?q?a=3B_filename=3Dx?=",
	    "content-disposition/filename=x;" },
	{ "empty", "Content-Disposition: a; filename=\"\"", "" },
	{ "not-cut", "Content-Disposition: a; filename=\"a.exe, (b).pdf\"",
	    "content-disposition/filename=a.exe, (b).pdf;" },
	{ "two-fields", "Content-Disposition: a; filename=x\n"
	    "Content-Disposition: a; filename=y",
	    "content-disposition/filename=x;content-disposition/filename=y;" },
};

static void
test_names(gconstpointer data)
{
	const struct name_case *tc = data;
	g_autofree char *text = g_strconcat(tc->fields, "\n\n", NULL);
	g_autoptr(Declaration) declaration = declare(text, strlen(text));
	g_autoptr(GString) got = g_string_new(NULL);

	for (guint i = 0; i < declaration->names->len; i++) {
		const DeclaredName *name = g_ptr_array_index(
		    declaration->names, i);

		g_string_append_printf(got, "%s%s/%s%s=%s;",
		    name->is_title ? "?" : "", name->field,
		    name->parameter != NULL ? name->parameter : "",
		    name->source == FILENAME_EXTENDED ? "*" : "",
		    name->octets);
	}
	g_assert_cmpstr(got->str, ==, tc->want);
}

/* --- the collection of evasions ------------------------------------------ */

/* The boundary that the delimiter lines of a message use: the one of the close
 * delimiter, as the writers of the collection always put one. NULL: none. */
static GBytes *
used_boundary(const char *octets, gsize len)
{
	const char *end = octets + len, *line = octets;
	GBytes *found = NULL;

	while (line < end) {
		const char *lf = memchr(line, '\n', (gsize)(end - line));
		const char *stop = lf == NULL ? end : lf;
		const char *next = lf == NULL ? end : lf + 1;

		while (stop > line && stop[-1] == '\r')
			stop--;
		if (stop - line > 4 && memcmp(line, "--", 2) == 0 &&
		    memcmp(stop - 2, "--", 2) == 0) {
			g_clear_pointer(&found, g_bytes_unref);
			found = g_bytes_new(line + 2,
			    (gsize)(stop - line) - 4);
		}
		line = next;
	}
	return found;
}

static char *
evasions_folder(void)
{
	const char *shared = g_getenv("MAILWEIR_SHARED");

	if (shared != NULL)
		return g_build_filename(shared, "evasions", NULL);
	return g_test_build_filename(G_TEST_DIST, "..", "..", "shared",
	    "evasions", NULL);
}

/* FALSE: the boundary in use is not among the readings of the header. */
static gboolean
check_evasion(const char *folder, const char *file)
{
	g_autofree char *path = g_build_filename(folder, file, NULL);
	g_autofree char *octets = NULL;
	g_autoptr(Declaration) declaration = NULL;
	g_autoptr(GBytes) used = NULL;
	gsize len;

	g_assert_true(g_file_get_contents(path, &octets, &len, NULL));
	used = used_boundary(octets, len);
	if (used == NULL)
		return TRUE;
	declaration = declare(octets, len);
	return g_ptr_array_find_with_equal_func(declaration->boundaries, used,
	    g_bytes_equal, NULL);
}

/* Whether a row is one whose boundary should be found: "header" or "filename",
 * known or likely, and not without a boundary at all. */
static gboolean
is_wanted(char **columns)
{
	return g_strv_length(columns) >= 6 &&
	    (strcmp(columns[2], "header") == 0 ||
	        strcmp(columns[2], "filename") == 0) &&
	    (strcmp(columns[4], "known") == 0 ||
	        strcmp(columns[4], "likely") == 0) &&
	    strcmp(columns[1], "h-bnd-empty") != 0;
}

static void
test_evasions(void)
{
	g_autofree char *folder = evasions_folder();
	g_autofree char *manifest = g_build_filename(folder, "manifest.tsv",
	    NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) rows = NULL;
	guint count = 0, missed = 0;

	if (!g_file_get_contents(manifest, &text, NULL, NULL)) {
		g_test_skip("no evasions here: set MAILWEIR_SHARED");
		return;
	}
	rows = g_strsplit(text, "\n", -1);
	for (guint i = 1; rows[i] != NULL; i++) {
		g_auto(GStrv) columns = g_strsplit(rows[i], "\t", -1);

		if (!is_wanted(columns))
			continue;
		count++;
		if (!check_evasion(folder, columns[0])) {
			missed++;
			g_test_message("missed: %s %s", columns[0],
			    columns[1]);
		}
	}
	g_test_message("%u messages, %u missed", count, missed);
	g_assert_cmpuint(missed, ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/declaration/types/", type_cases, test_types)
	ADD_TABLE("/declaration/encodings/", encoding_cases, test_encodings)
	ADD_TABLE("/declaration/boundaries/", boundary_cases, test_boundaries)
	ADD_TABLE("/declaration/names/", name_cases, test_names)
	g_test_add_func("/declaration/limits/types", test_type_limit);
	g_test_add_func("/declaration/evasions", test_evasions);
	return g_test_run();
}
