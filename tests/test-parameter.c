/*
 * tests/test-parameter.c - which values of a parameter some client sees.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/field_body.h"
#include "scanner/parameter.h"
#include "tests/table.h"

#define MAX_OCCURRENCES 200

#define TEXT(literal) literal, sizeof(literal) - 1

static Span
span(const char *octets, gsize len)
{
	return (Span){ (const guint8 *)octets, len };
}

/* "<value>", an extended one "*<value>", in order. */
static char *
describe(const ParameterReadings *readings)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < readings->values->len; i++) {
		const ParameterValue *value = g_ptr_array_index(
		    readings->values, i);

		g_string_append_printf(text, "%s<",
		    value->is_extended ? "*" : "");
		for (gsize j = 0; j < value->len; j++)
			if (value->octets[j] == '\0')
				g_string_append(text, "\\0");
			else
				g_string_append_c(text, value->octets[j]);
		g_string_append_c(text, '>');
	}
	return g_string_free(text, FALSE);
}

/* --- values -------------------------------------------------------------- */

/* The parameter is "p". */
static const struct value_case {
	const char *name;
	const char *body;
	gsize len;
	const char *first;      /* what strict clients see */
	const char *want[6];    /* what else must be there */
} value_cases[] = {
	{ "absent", TEXT("a/b; q=x"), NULL, { NULL } },
	{ "token", TEXT("a/b; p=x"), "x", { NULL } },
	{ "quoted", TEXT("a/b; p=\"x\""), "x", { NULL } },
	{ "empty", TEXT("a/b; p=\"\""), "", { NULL } },
	{ "missing", TEXT("a/b; p="), "", { NULL } },
	{ "capitals", TEXT("a/b; P=x"), "x", { NULL } },
	{ "twice", TEXT("a/b; p=x; p=y; p=z"), "x", { "y", "z" } },
	{ "no-semicolon", TEXT("a/b p=x"), "x", { NULL } },
	{ "comma-before", TEXT("a/b, p=x"), "x", { NULL } },
	{ "unreadable-before", TEXT("a/b; x:y=1; p=x"), "x", { NULL } },
	{ "8-bit-before", TEXT("a/b; \344=1;\344\344; p=x"), "x", { NULL } },
	{ "empty-before", TEXT("a/b;; ;p=x"), "x", { NULL } },
	{ "open-quote-before", TEXT("a/b; x=\"y; p=x"), "x", { NULL } },
	{ "inside-quotes", TEXT("a/b; x=\"; p=x; \"; p=y"), "x", { "y" } },
	{ "open-comment-before", TEXT("a/b (; p=x"), "x", { NULL } },
	{ "other-name-ends-alike", TEXT("a/b; xp=y; x-p=z"), NULL, { NULL } },
	{ "other-name-begins-alike", TEXT("a/b; px=y; p-x=z"), NULL,
	    { NULL } },
	{ "blanks-around-equals", TEXT("a/b; p = x"), "x", { NULL } },
	{ "fold-behind-equals", TEXT("a/b; p=\r\n x"), "x", { NULL } },
	{ "nul-behind-name", TEXT("a/b; p\0=x"), "x", { NULL } },
	{ "8-bit-blank-behind-name", TEXT("a/b; p\240=x"), "x", { NULL } },
	{ "quoted-name", TEXT("a/b; \"p\"=\"x\""), "x", { NULL } },
	{ "comment-behind-name", TEXT("a/b; p(c)=x"), "x", { NULL } },
	{ "comment-before-name", TEXT("a/b; (c)p=x"), "x", { NULL } },
	{ "comment-before-value", TEXT("a/b; p=(c)x"), "x", { "(c)x" } },
	{ "comment-behind-value", TEXT("a/b; p=x(c)"), "x", { "x(c)" } },
	{ "comment-in-value", TEXT("a/b; p=x(c)y"), "xy",
	    { "x(c)y", "x" } },
	{ "comment-nested", TEXT("a/b; p=x(c(d)e)y"), "xy",
	    { "xe)y", "x(c(d)e)y", "x" } },
	{ "comment-in-quotes", TEXT("a/b; p=\"x(c)y\""), "x(c)y", { "x" } },
	{ "comment-with-decoy", TEXT("a/b; (p=y) p=x"), "x", { "y" } },
	{ "comment-with-quote", TEXT("a/b; (\") p=\"x\""), "x", { NULL } },
	{ "quoted-pair", TEXT("a/b; p=\"x\\y\""), "xy", { "x\\y" } },
	{ "quoted-quote", TEXT("a/b; p=\"x\\\"y\""), "x\"y",
	    { "x\\\"y", "x\\" } },
	{ "backslash-unquoted", TEXT("a/b; p=x\\y"), "x\\y", { "xy", "x" } },
	{ "shift-jis-closing", TEXT("a/b; p=\"\225\\\"; q=\"z\""),
	    "\225\"; q=", { "\225\\" } },
	{ "text-behind-quote", TEXT("a/b; p=\"x\"y"), "x",
	    { "xy", "x\"y" } },
	{ "two-strings", TEXT("a/b; p=\"x\"\"y\""), "x", { "xy" } },
	{ "half-quoted", TEXT("a/b; p=x\"; q=z"), "x\"", { "x" } },
	{ "unclosed", TEXT("a/b; p=\"x; q=z"), "x; q=z", { "x" } },
	{ "unclosed-with-blank", TEXT("a/b; p=\"x y"), "x y", { "x" } },
	{ "single-quotes", TEXT("a/b; p='x'"), "'x'", { "x" } },
	{ "single-quotes-semicolon", TEXT("a/b; p='x;y'"), "'x",
	    { "x;y" } },
	{ "two-equals", TEXT("a/b; p==\"x\""), "=\"x\"", { "x" } },
	{ "leading-blank", TEXT("a/b; p=\"  x\""), "  x", { "x" } },
	{ "trailing-blank", TEXT("a/b; p=\"x \""), "x ", { "x" } },
	{ "blank-unquoted", TEXT("a/b; p=x y z; q=1"), "x y z", { "x" } },
	{ "blank-quoted", TEXT("a/b; p=\"x y z\""), "x y z", { "x" } },
	{ "comma-unquoted", TEXT("a/b; p=x,y"), "x,y", { "x" } },
	{ "comma-quoted", TEXT("a/b; p=\"x,y\""), "x,y", { "x" } },
	{ "semicolon-unquoted", TEXT("a/b; p=x;y; q=z"), "x", { "x;y" } },
	{ "semicolon-last", TEXT("a/b; p=x; "), "x", { NULL } },
	{ "escaped-quotes", TEXT("a/b; p=\\\"x\\\""), "\\\"x\\\"",
	    { "\"x\"", "x" } },
	{ "semicolon-quoted", TEXT("a/b; p=\"x;y\""), "x;y", { "x" } },
	{ "tspecial-unquoted", TEXT("a/b; p=x=y"), "x=y", { "x" } },
	{ "nul-unquoted", TEXT("a/b; p=x\0y"), "x\\0y", { "x", "xy" } },
	{ "nul-quoted", TEXT("a/b; p=\"x\0y\""), "x\\0y", { "x", "xy" } },
	{ "control-quoted", TEXT("a/b; p=\"x\001y\""), "x\001y", { "xy" } },
	{ "fold-quoted", TEXT("a/b; p=\"x\r\n y\""), "x y", { "xy", "x" } },
	{ "fold-unquoted", TEXT("a/b; p=x\r\n y"), "x y", { "xy", "x" } },
	{ "bare-cr-fold", TEXT("a/b; p=\"x\r y\""), "x y", { "xy", "x" } },
	{ "bare-cr-ends", TEXT("a/b; p=x\rTo: y"), "x\rTo: y", { "x" } },
	{ "encoded-word", TEXT("a/b; p==?u?q?x?="), "=?u?q?x?=", { NULL } },
	{ "extended", TEXT("a/b; p*=us-ascii'en'x%41"), "us-ascii'en'x%41",
	    { NULL } },
	{ "extended-blank", TEXT("a/b; p *= us-ascii''x"), "us-ascii''x",
	    { NULL } },
	{ "extended-and-plain", TEXT("a/b; p*=''x; p=y"), "''x", { "y" } },
	{ "sections", TEXT("a/b; p*0=x; p*1=\"y\""), "xy", { NULL } },
	{ "sections-unordered", TEXT("a/b; p*2=z; p*0=x; p*1=y"), "zxy",
	    { "xyz" } },
	{ "sections-numeric", TEXT("a/b; p*0=a; p*1=b; p*2=c; p*3=d; p*4=e;"
	    " p*5=f; p*6=g; p*7=h; p*8=i; p*9=j; p*10=k"), "abcdefghijk",
	    { NULL } },
	{ "sections-repeated", TEXT("a/b; p*0=x; p*0=y; p*0=w; p*1=z"),
	    "xywz", { "xz", "yz", "wz" } },
	{ "sections-gap", TEXT("a/b; p*0=x; p*2=z"), "xz", { "x" } },
	{ "sections-from-one", TEXT("a/b; p*1=x; p*2=z"), "xz", { NULL } },
	{ "sections-leading-zero", TEXT("a/b; p*00=x; p*01=z"), "xz",
	    { NULL } },
	{ "sections-and-plain", TEXT("a/b; p*0=x; p=w; p*1=z"), "w",
	    { "xz" } },
	{ "sections-extended", TEXT("a/b; p*0*=us-ascii''%41; p*1=%'b"),
	    "us-ascii''%41%25%27b", { NULL } },
	{ "sections-extended-late", TEXT("a/b; p*0=a'b'; p*1*=%41"),
	    "''a%27b%27%41", { NULL } },
};

static void
test_values(gconstpointer data)
{
	const struct value_case *tc = data;
	g_autoptr(ParameterReadings) readings = parameter_readings_new("p", MAX_OCCURRENCES);
	g_autofree char *got = NULL, *first = NULL;

	parameter_readings_add(readings, span(tc->body, tc->len), TRUE);
	got = describe(readings);
	g_test_message("%s", got);
	if (tc->first == NULL) {
		g_assert_cmpstr(got, ==, "");
		return;
	}
	first = g_strdup_printf("<%s>", tc->first);
	g_assert_true(g_str_has_prefix(*got == '*' ? got + 1 : got, first));
	for (gsize i = 0; i < G_N_ELEMENTS(tc->want) && tc->want[i] != NULL;
	     i++) {
		g_autofree char *want = g_strdup_printf("<%s>", tc->want[i]);

		g_assert_nonnull(strstr(got, want));
	}
}

/* --- plain bodies -------------------------------------------------------- */

static const struct plain_case {
	const char *name;
	const char *body;
	gboolean is_plain;
	const char *want;       /* all values of "p" */
} plain_cases[] = {
	{ "no-parameter", "text/plain", TRUE, "" },
	{ "no-slash", "attachment", TRUE, "" },
	{ "usual", " multipart/mixed; p=\"----=_Part_1/2:3\"", TRUE,
	    "<----=_Part_1/2:3>" },
	{ "folded", " a/b;\r\n\tx=y;\n p=z;\r\n q=\"; u\"", TRUE, "<z>" },
	{ "last-semicolon", "a/b; p=x;", TRUE, "<x>" },
	{ "bare-cr", "a/b;\r p=x", FALSE, "<x>" },
	{ "comment", "a/b (c); p=x", FALSE, "<x>" },
	{ "section-of-another", "a/b; q*0=y; p=x", FALSE, "<x>" },
	{ "mentioned", "a/b; q=\"; p=y\"; p=x", FALSE, "<y\"><y><x>" },
	{ "8-bit", "a/b; p=\"\344\"", FALSE, "<\344>" },
};

static void
test_plain(gconstpointer data)
{
	const struct plain_case *tc = data;
	g_autoptr(ParameterReadings) readings = parameter_readings_new("p", MAX_OCCURRENCES);
	Span body = span(tc->body, strlen(tc->body)), value;
	g_autofree char *got = NULL;

	g_assert_cmpint(field_body_read_plain(body, "p", &value), ==,
	    tc->is_plain);
	parameter_readings_add(readings, body, TRUE);
	got = describe(readings);
	if (tc->is_plain)
		g_assert_cmpstr(got, ==, tc->want);
	else
		g_assert_true(g_str_has_prefix(got, tc->want));
}

/* --- which are strict ---------------------------------------------------- */

static const struct strict_case {
	const char *name;
	const char *body;
	guint want;             /* values that strict clients may see */
} strict_cases[] = {
	{ "one", "a/b; p=x", 1 },
	{ "repeated-equal", "a/b; p=x; p=\"x\"", 1 },
	{ "repeated", "a/b; p=x; p=y", 2 },
	{ "sections-and-plain", "a/b; p=x; p*0=y; p*1=z", 2 },
	{ "comment", "a/b (c); p=x (c)", 1 },
	{ "in-comment", "a/b (p=y); p=x", 1 },
	{ "in-quotes", "a/b; q=\"; p=y\"; p=x", 1 },
	{ "unclosed", "a/b; p=\"x", 0 },
	{ "blank-quoted", "a/b; p=\"x y\"", 1 },
	{ "blank-unquoted", "a/b; p=x y", 0 },
	{ "sections-gap", "a/b; p*0=x; p*2=y", 1 },
};

static void
test_strict(gconstpointer data)
{
	const struct strict_case *tc = data;
	g_autoptr(ParameterReadings) readings = parameter_readings_new("p", MAX_OCCURRENCES);
	guint count = 0;

	parameter_readings_add(readings, span(tc->body, strlen(tc->body)),
	    TRUE);
	for (guint i = 0; i < readings->values->len; i++) {
		const ParameterValue *value = g_ptr_array_index(
		    readings->values, i);

		count += value->is_strict ? 1 : 0;
	}
	g_assert_cmpuint(count, ==, tc->want);
}

/* Names are not cut where they are quoted well. */
static void
test_cut(void)
{
	g_autoptr(ParameterReadings) readings = parameter_readings_new("p", MAX_OCCURRENCES);
	const char *body = "a; p=\"run.exe (1), x; y.pdf\"";

	parameter_readings_add(readings, span(body, strlen(body)), TRUE);
	g_assert_cmpuint(readings->values->len, >, 1);
	for (guint i = 0; i < readings->values->len; i++) {
		const ParameterValue *value = g_ptr_array_index(
		    readings->values, i);

		g_assert_cmpint(value->is_cut, ==, i > 0);
	}
}

/* --- encoded words ------------------------------------------------------- */

static const struct word_case {
	const char *name;
	const char *body;
	const char *want;       /* NULL: no word */
} word_cases[] = {
	{ "none", "a/b", NULL },
	{ "question", "a?b", NULL },
	{ "q", "=?us-ascii?Q?base=364?=", "base64" },
	{ "b", "=?us-ascii?b?YmFzZTY0?=", "base64" },
	{ "b-unpadded", "=?us-ascii?b?YmFzZTY?=", "base6" },
	{ "b-padded", "=?us-ascii?b?YmFzZTY=?=", "base6" },
	{ "language", "=?us-ascii*en?Q?x?=", "x" },
	{ "in-quotes", "a/b; p=\"=?u?Q?x_y?=\"", "a/b; p=\"x y\"" },
	{ "two", "=?u?q?x?=\r\n =?u?q?y?= z", "xy z" },
	{ "unfinished", "=?u?q?x", NULL },
	{ "unknown-encoding", "=?u?x?x?=", NULL },
	{ "short", "=?", NULL },
};

static void
test_words(gconstpointer data)
{
	const struct word_case *tc = data;
	g_autoptr(GString) got = field_body_decode_words(
	    span(tc->body, strlen(tc->body)));

	g_assert_cmpstr(got != NULL ? got->str : NULL, ==, tc->want);
}

/* --- limits -------------------------------------------------------------- */

static void
test_occurrence_limit(void)
{
	for (guint n = MAX_OCCURRENCES - 1;
	     n <= MAX_OCCURRENCES + 1; n++) {
		g_autoptr(GString) body = g_string_new("a/b");
		g_autoptr(ParameterReadings) readings =
		    parameter_readings_new("p", MAX_OCCURRENCES);

		for (guint i = 0; i < n; i++)
			g_string_append(body, "; p=x");
		parameter_readings_add(readings, span(body->str, body->len),
		    TRUE);
		g_assert_cmpint(readings->exceeds, ==,
		    n > MAX_OCCURRENCES);
	}
	/* Others do not count. */
	{
		g_autoptr(GString) body = g_string_new("a/b");
		g_autoptr(ParameterReadings) readings =
		    parameter_readings_new("p", MAX_OCCURRENCES);

		for (guint i = 0; i < 5000; i++)
			g_string_append(body, "; q=\"x");
		g_string_append(body, "; p=x");
		parameter_readings_add(readings, span(body->str, body->len),
		    TRUE);
		g_assert_false(readings->exceeds);
		g_assert_cmpuint(readings->values->len, ==, 1);
	}
}

static void
test_value_limit(void)
{
	for (guint n = PARAMETER_MAX_VALUES - 1;
	     n <= PARAMETER_MAX_VALUES + 1; n++) {
		g_autoptr(ParameterReadings) readings =
		    parameter_readings_new("p", MAX_OCCURRENCES);

		for (guint i = 0; i < n; i++) {
			g_autofree char *body = g_strdup_printf("a; p=%u", i);

			parameter_readings_add(readings,
			    span(body, strlen(body)), TRUE);
		}
		g_assert_cmpuint(readings->values->len, ==,
		    MIN(n, PARAMETER_MAX_VALUES));
		g_assert_cmpint(readings->exceeds, ==,
		    n > PARAMETER_MAX_VALUES);
	}
}

struct around {
	const char *before;
	const char *behind;
};

static void
test_octet_limit(gconstpointer data)
{
	const struct around *around = data;

	for (gsize n = PARAMETER_MAX_OCTETS - 1;
	     n <= PARAMETER_MAX_OCTETS + 1; n++) {
		g_autofree char *value = g_strnfill(n, 'x');
		g_autofree char *body = g_strconcat(around->before, value,
		    around->behind, NULL);
		g_autoptr(ParameterReadings) readings =
		    parameter_readings_new("p", MAX_OCCURRENCES);
		const ParameterValue *first;

		parameter_readings_add(readings, span(body, strlen(body)),
		    TRUE);
		first = g_ptr_array_index(readings->values, 0);
		g_assert_cmpuint(first->len, ==,
		    MIN(n, PARAMETER_MAX_OCTETS));
		g_assert_cmpint(readings->exceeds, ==,
		    n > PARAMETER_MAX_OCTETS);
	}
}

/* --- any cut, any size --------------------------------------------------- */

static void
test_every_cut(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(value_cases); i++)
		for (gsize len = 0; len <= value_cases[i].len; len++) {
			g_autofree guint8 *copy = g_malloc(len + 1);
			Span body = { copy + 1, len };
			g_autoptr(ParameterReadings) readings =
			    parameter_readings_new("p", MAX_OCCURRENCES);
			g_autoptr(GString) words = NULL;

			memcpy(copy + 1, value_cases[i].body, len);
			parameter_readings_add(readings, body, TRUE);
			words = field_body_decode_words(body);
			g_assert_false(readings->exceeds);
		}
}

/* Ends soon, or the test runner will say so. */
static void
test_large(void)
{
	static const char *const units[] = {
		"(", ")", "\"", ";", "p=", "p=\"", "p*0=x;", "p*1*=\"y;", "\\",
		"\r\n ", "p p ", "p*", "p*0", "=?u?q?", "=?", "p=';", "/", " ",
		"a/", "\"(", "p=x,y (z);", "\r", "\\\"", "(\\",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autoptr(GString) body = g_string_new("a/b; ");
		g_autoptr(ParameterReadings) readings =
		    parameter_readings_new("p", MAX_OCCURRENCES);
		g_autoptr(GString) words = NULL;

		while (body->len < 1 << 20)
			g_string_append(body, units[i]);
		parameter_readings_add(readings, span(body->str, body->len),
		    TRUE);
		words = field_body_decode_words(span(body->str, body->len));
		g_assert_cmpuint(readings->values->len, <=,
		    PARAMETER_MAX_VALUES);
	}
}

int
main(int argc, char **argv)
{
	static const struct around token = { "a/b; p=", "; q=y" };
	static const struct around quoted = { "a/b; p=\"", "\"; q=y" };
	static const struct around sections = { "a/b; p*0=", "; p*2=; q=y" };

	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/parameter/values/", value_cases, test_values)
	ADD_TABLE("/parameter/plain/", plain_cases, test_plain)
	ADD_TABLE("/parameter/strict/", strict_cases, test_strict)
	ADD_TABLE("/parameter/words/", word_cases, test_words)
	g_test_add_func("/parameter/cut", test_cut);
	g_test_add_func("/parameter/limits/occurrences", test_occurrence_limit);
	g_test_add_func("/parameter/limits/values", test_value_limit);
	g_test_add_data_func("/parameter/limits/octets-token", &token,
	    test_octet_limit);
	g_test_add_data_func("/parameter/limits/octets-quoted", &quoted,
	    test_octet_limit);
	g_test_add_data_func("/parameter/limits/octets-sections", &sections,
	    test_octet_limit);
	g_test_add_func("/parameter/cut-at-every-octet", test_every_cut);
	g_test_add_func("/parameter/a-mebioctet", test_large);
	return g_test_run();
}
