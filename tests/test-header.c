/*
 * tests/test-header.c - which fields and which borders some client sees.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/header.h"
#include "tests/table.h"

#define MAX_FIELDS 2000
#define MAX_OCTETS (1u << 20)

static const HeaderLimits limits = { MAX_FIELDS, 200, MAX_OCTETS };

static Span
span(const char *octets, gsize len)
{
	return (Span){ (const guint8 *)octets, len };
}

/* "name=body" of each field, with oddities, joined by "|". */
static char *
describe_fields(const HeaderSection *section)
{
	static const struct {
		guint bit;
		char letter;
	} letters[] = {
		{ FIELD_BLANK_BEFORE_COLON, 'b' },
		{ FIELD_COMMENT_IN_NAME, 'c' },
		{ FIELD_NUL_IN_NAME, '0' },
		{ FIELD_DAMAGED_NAME, 'd' },
		{ FIELD_FOLDED_NAME, 'f' },
		{ FIELD_NAME_REPEATED, 'r' },
		{ FIELD_NOT_INDENTED, 'n' },
		{ FIELD_INDENTED, 'i' },
		{ FIELD_BEHIND_CR, 'h' },
		{ FIELD_BEHIND_BORDER, 'B' },
		{ FIELD_BEHIND_EMPTY_LINE, 'E' },
	};
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < section->fields->len; i++) {
		const HeaderField *field = &g_array_index(section->fields,
		    HeaderField, i);
		g_autofree char *body = g_strndup(
		    (const char *)field->body.octets, field->body.len);
		g_autofree char *escaped = g_strescape(body, NULL);

		if (i > 0)
			g_string_append_c(text, '|');
		for (gsize l = 0; l < G_N_ELEMENTS(letters); l++)
			if ((field->oddities & letters[l].bit) != 0)
				g_string_append_c(text, letters[l].letter);
		g_string_append_printf(text, "%s%s=%s",
		    field->oddities != 0 ? "!" : "", field->name, escaped);
	}
	return g_string_free(text, FALSE);
}

/* --- fields -------------------------------------------------------------- */

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct field_case {
	const char *name;
	const char *octets;
	gsize len;
	const char *want;
} field_cases[] = {
	{ "crlf", TEXT("From: a\r\nTo: b\r\n\r\nbody: x"),
	    "from= a|to= b" },
	{ "lf", TEXT("From: a\nTo: b\n\nbody: x"), "from= a|to= b" },
	{ "no-octets", TEXT(""), "" },
	{ "empty-body", TEXT("A:\r\n\r\n"), "a=" },
	{ "no-line-end", TEXT("A: b"), "a= b" },
	{ "fold-is-kept", TEXT("A: b\r\n c\r\n\td\r\nE: f\r\n\r\n"),
	    "a= b\\r\\n c\\r\\n\\td|e= f" },
	{ "blank-before-colon", TEXT("Content-Type \t: x\r\n\r\n"),
	    "b!content-type= x" },
	{ "nul-before-colon", TEXT("Content-Type\0: x\r\n\r\n"),
	    "0!content-type= x" },
	{ "nul-in-name", TEXT("Content\0-Type: x\r\n\r\n"),
	    "0!content-type= x" },
	{ "control-in-name", TEXT("Content-\001Type: x\r\n\r\n"),
	    "d!content-type= x" },
	{ "blank-in-name", TEXT("Content- Type: x\r\n\r\n"),
	    "d!content-type= x" },
	{ "8-bit-in-name", TEXT("\240Content-Type\240: x\r\n\r\n"),
	    "d!content-type= x" },
	{ "comment-in-name", TEXT("Content(a:b(c))-Type: x\r\n\r\n"),
	    "c!content-type= x" },
	{ "comment-before-colon", TEXT("Content-Type (:a) : x\r\n\r\n"),
	    "bc!content-type= x" },
	{ "comment-unclosed", TEXT("Content-Type: (x\r\nA(: y\r\n\r\n"),
	    "content-type= (x|a(= y" },
	{ "name-repeated", TEXT("Content-Type:Content-Type : x\r\n\r\n"),
	    "r!content-type= x" },
	{ "name-repeated-often",
	    TEXT("Mime-A:mime-a: MIME-A:x\r\n\r\n"), "r!mime-a=x" },
	{ "other-names-may-repeat", TEXT("To: To: x\r\n\r\n"),
	    "to= To: x" },
	{ "fold-before-colon", TEXT("Content-Type\r\n : x\r\n\r\n"),
	    "bfB!content-type= x" },
	{ "indented-first", TEXT(" Content-Type: x\r\nA: b\r\n\r\n"),
	    "i!content-type= x|a= b" },
	{ "indented-and-folded",
	    TEXT("A: b\r\n Content-Type: x/;\r\n  y=z\r\nC: d\r\n\r\n"),
	    "a= b\\r\\n Content-Type: x/;\\r\\n  y=z|"
	    "i!content-type= x/;\\r\\n  y=z|c= d" },
	{ "two-indented",
	    TEXT("A: b\n Content-Type: x\n Content-Id: y\n\n"),
	    "a= b\\n Content-Type: x\\n Content-Id: y|"
	    "i!content-type= x|i!content-id= y" },
	{ "indented-name-list",
	    TEXT("A: h=to:\n content-type:content-id:from;\n"
	        " content-type : from;\n content-type:content-type:\n\n"),
	    "a= h=to:\\n content-type:content-id:from;\\n"
	    " content-type : from;\\n content-type:content-type:" },
	{ "indented-without-blank",
	    TEXT("A: b\n content-type:a/b;\n"
	        " content-transfer-encoding:base64;\n\n"),
	    "a= b\\n content-type:a/b;\\n content-transfer-encoding:base64;|"
	    "i!content-type=a/b;|i!content-transfer-encoding=base64;" },
	{ "indented-others-are-folds", TEXT("A: b\r\n To: x\r\n\r\n"),
	    "a= b\\r\\n To: x" },
	{ "behind-cr", TEXT("A: b\rContent-Type: x\r\n\r\n"),
	    "a= b\\rContent-Type: x|h!content-type= x" },
	{ "behind-vt", TEXT("A: b\vContent-Type: x\r\n\r\n"),
	    "a= b\\vContent-Type: x|h!content-type= x" },
	{ "behind-ff", TEXT("A: b\fContent-Type: x\r\n\r\n"),
	    "a= b\\fContent-Type: x|h!content-type= x" },
	{ "behind-cr-ends-at-cr",
	    TEXT("A: b\rContent-Type: x\r y\rC: d\r\n\r\n"),
	    "a= b\\rContent-Type: x\\r y\\rC: d|h!content-type= x\\r y" },
	{ "behind-cr-folded",
	    TEXT("A: b\rContent-Type: x\r\n y\r\n\r\n"),
	    "a= b\\rContent-Type: x\\r\\n y|h!content-type= x\\r\\n y" },
	{ "folded-with-vt", TEXT("Content-Type: x;\r\n\vb=y\r\n\r\n"),
	    "content-type= x;\\r\\n\\vb=y" },
	{ "folded-with-ff", TEXT("Content-Type: x;\r\n\fb=y\r\n\r\n"),
	    "content-type= x;\\r\\n\\fb=y" },
	{ "of-sun", TEXT("A: b\rX-Sun-Data-Name: x\r\n\r\n"),
	    "a= b\\rX-Sun-Data-Name: x|h!x-sun-data-name= x" },
	{ "indented-with-vt-in-name",
	    TEXT("A: b\r\n Content-\vType: x\r\n\r\n"),
	    "a= b\\r\\n Content-\\vType: x|di!content-type= x" },
	{ "all-bare-cr", TEXT("A: b\rContent-Type: x\r\rbody\r"),
	    "a= b\\rContent-Type: x\\r\\rbody|h!content-type= x" },
	{ "crcrlf", TEXT("A: b\r\r\nContent-Type: x\r\r\n y\r\r\nC: d\n\n"),
	    "a= b|hB!content-type= x\\r\\r\\n y|hB!c= d" },
	{ "lfcr", TEXT("A: b\n\rContent-Type: x;\n\r y=z\n\rC: d\n\r\n"),
	    "a= b|hB!content-type= x;\\n\\r y=z" },
	{ "line-without-colon", TEXT("A: b\r\nno colon\r\nC: d\r\n\r\n"),
	    "a= b|B!c= d" },
	{ "parameter-not-indented",
	    TEXT("Content-Type: x;\r\nboundary=\"y:z\"\r\n w\r\nC: d\r\n\r\n"),
	    "n!content-type= x;\\r\\nboundary=\\\"y:z\\\"\\r\\n w|B!c= d" },
	{ "parameter-of-no-mime-field",
	    TEXT("A: b\r\nboundary=x\r\nC: d\r\n\r\n"), "a= b|B!c= d" },
	{ "blank-line", TEXT("A: b\r\n \t\r\nC: d\r\n\r\n"),
	    "a= b|B!c= d" },
	{ "nul-line", TEXT("A: b\r\n\0\r\nC: d\r\n\r\n"),
	    "a= b|B!c= d" },
	{ "empty-line-between",
	    TEXT("A: b\r\n\r\nContent-Type: x\r\nC: d\r\n\r\nE: f"),
	    "a= b|E!content-type= x|E!c= d" },
	{ "empty-line-first", TEXT("\r\nA: b\r\nC: d\r\n\r\n"),
	    "E!a= b|E!c= d" },
	{ "empty-line-ends", TEXT("A: b\r\n\r\nC: d\r\n\r\n"), "a= b" },
	{ "parameter-behind-empty-line",
	    TEXT("Content-Type: x;\n\nname=\"y\"\nContent-Id: z\n\n"),
	    "n!content-type= x;\\n\\nname=\\\"y\\\"|BE!content-id= z" },
	{ "form-behind-empty-line",
	    TEXT("Content-Type: x;\n\nname=y\nContent-Id: z\n\n"),
	    "content-type= x;" },
	{ "text-behind-empty-line",
	    TEXT("Content-Type: x\n\nname=\"y\"\nContent-Id: z\n\n"),
	    "content-type= x" },
	{ "garbage-ends-stray-group",
	    TEXT("A: b\n\nContent-Type: x\ntext\nContent-Id: y\n\n"),
	    "a= b|E!content-type= x" },
	{ "byte-order-mark", TEXT("\357\273\277A: b\r\n\r\n"), "a= b" },
	{ "mbox-line", TEXT("From a@b Mon Jan  1 1:1:1 2024\r\nA: b\r\n\r\n"),
	    "a= b" },
	{ "quoted-mbox-line", TEXT(">From a@b\nFrom c\nA: b\n\n"), "a= b" },
	{ "long-name-is-cut",
	    TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: b\n\n"),
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa= b" },
	{ "no-name", TEXT(": b\r\nC: d\r\n\r\n"), "B!c= d" },
};

static void
test_fields(gconstpointer data)
{
	const struct field_case *tc = data;
	g_autoptr(HeaderSection) section = header_section_new(
	    span(tc->octets, tc->len), &limits);
	g_autofree char *got = describe_fields(section);

	g_assert_cmpstr(got, ==, tc->want);
}

/* --- borders ------------------------------------------------------------- */

#define NO HEADER_NO_BODY

static const struct border_case {
	const char *name;
	const char *octets;
	gsize len;
	/* empty, last empty, blank line, bare CR, no field */
	gsize want[N_BORDERS];
	guint oddities;
} border_cases[] = {
	{ "strict", TEXT("A: b\r\n\r\nbody"), { 8, NO, NO, NO, NO }, 0 },
	{ "lf", TEXT("A: b\n\nbody"), { 6, NO, NO, NO, NO }, 0 },
	{ "mixed", TEXT("A: b\r\n\nbody"), { 7, NO, NO, NO, NO }, 0 },
	{ "no-end", TEXT("A: b\r\n"), { NO, NO, NO, NO, NO },
	    HEADER_NO_END },
	{ "blank-line", TEXT("A: b\r\n \r\nbody\r\n\r\n"),
	    { 17, NO, 9, NO, 9 }, 0 },
	{ "crcrlf", TEXT("A: b\r\r\n\r\r\nbody\r\n"),
	    { NO, NO, 10, 7, 10 }, HEADER_NO_END },
	{ "bare-cr", TEXT("A: b\r\rbody\r\n\r\n"), { 14, NO, NO, 6, NO }, 0 },
	{ "lfcr", TEXT("A: b\n\rC: d\n\r\n\rbody"),
	    { 13, NO, NO, 6, NO }, 0 },
	{ "no-blank-line", TEXT("A: b\r\n--x\r\nC: d\r\n\r\n"),
	    { 19, NO, NO, NO, 6 }, 0 },
	{ "damaged-field", TEXT("Content-\001Type: b\r\n\r\n"),
	    { 20, NO, NO, NO, 0 }, 0 },
	{ "stray-empty-line", TEXT("A: b\n\nContent-Id: x\n\nbody"),
	    { 6, 21, NO, NO, NO }, 0 },
	{ "leading-empty-lines", TEXT("\n\nA: b\n\nbody"),
	    { 1, 8, NO, NO, NO }, 0 },
	{ "message-in-message", TEXT("A: b\n\nC: d\n\nbody"),
	    { 6, NO, NO, NO, NO }, 0 },
	{ "byte-order-mark", TEXT("\357\273\277A: b\n\n"),
	    { 9, NO, NO, NO, NO }, HEADER_BYTE_ORDER_MARK },
	{ "mbox", TEXT("From a\nA: b\n\n"), { 13, NO, NO, NO, NO },
	    HEADER_MBOX_LINE },
	{ "mbox-only", TEXT("From a"), { NO, NO, NO, NO, NO },
	    HEADER_MBOX_LINE | HEADER_NO_END },
};

static void
test_borders(gconstpointer data)
{
	const struct border_case *tc = data;
	g_autoptr(HeaderSection) section = header_section_new(
	    span(tc->octets, tc->len), &limits);

	for (guint i = 0; i < N_BORDERS; i++) {
		g_test_message("border %u: want %zd, got %zd", i,
		    (gssize)tc->want[i], (gssize)section->bodies[i]);
		g_assert_cmpuint(section->bodies[i], ==, tc->want[i]);
	}
	g_assert_cmphex(section->oddities, ==, tc->oddities);
}

/* --- limits -------------------------------------------------------------- */

static GString *
repeated(const char *unit, gsize n)
{
	GString *text = g_string_sized_new(strlen(unit) * n + 64);

	while (n-- > 0)
		g_string_append(text, unit);
	return text;
}

static void
test_field_limit(void)
{
	for (guint n = MAX_FIELDS - 1; n <= MAX_FIELDS + 1; n++) {
		g_autoptr(GString) text = repeated("A: b\r\n", n);
		g_autoptr(HeaderSection) section = NULL;

		g_string_append(text, "\r\n");
		section = header_section_new(span(text->str, text->len),
		    &limits);
		g_assert_cmpuint(section->fields->len, ==,
		    MIN(n, MAX_FIELDS));
		g_assert_cmphex(section->oddities, ==, n > MAX_FIELDS ?
		    HEADER_TOO_MANY_FIELDS : 0);
	}
}

static void
test_octet_limit(void)
{
	for (gsize n = MAX_OCTETS - 1; n <= MAX_OCTETS + 1;
	     n++) {
		g_autoptr(GString) text = g_string_new("A:");
		g_autoptr(HeaderSection) section = NULL;

		while (text->len < n - 4)
			g_string_append_c(text, 'x');
		g_string_append(text, "\r\n\r\nbody");
		section = header_section_new(span(text->str, text->len),
		    &limits);
		g_assert_cmphex(section->oddities, ==,
		    n > MAX_OCTETS ? HEADER_TOO_LONG : 0);
		g_assert_cmpuint(section->fields->len, ==, 1);
	}
}

static void
test_garbage_limit(void)
{
	for (guint n = HEADER_MAX_GARBAGE_LINES - 1;
	     n <= HEADER_MAX_GARBAGE_LINES + 1; n++) {
		gboolean exceeds = n > HEADER_MAX_GARBAGE_LINES;
		g_autoptr(GString) text = repeated("no colon\r\n", n);
		g_autoptr(HeaderSection) section = NULL;

		g_string_append(text, "Content-Type: x\r\n\r\n");
		section = header_section_new(span(text->str, text->len),
		    &limits);
		g_assert_cmpuint(section->fields->len, ==, exceeds ? 0 : 1);
		g_assert_cmphex(section->oddities, ==,
		    exceeds ? HEADER_TOO_MUCH_GARBAGE : 0);
	}
}

/* --- any cut, any size --------------------------------------------------- */

/* In its own allocation, for the address sanitizer. */
static void
read_copy(const char *octets, gsize len)
{
	g_autofree guint8 *copy = g_malloc(len + 1);
	g_autoptr(HeaderSection) section = NULL;

	memcpy(copy + 1, octets, len);
	section = header_section_new((Span){ copy + 1, len }, &limits);
	g_assert_cmpuint(section->end, <=, len);
	for (guint i = 0; i < section->fields->len; i++) {
		const HeaderField *field = &g_array_index(section->fields,
		    HeaderField, i);

		g_assert_true(field->body.octets > copy + 1);
		g_assert_true(field->body.octets + field->body.len <=
		    copy + 1 + len);
	}
}

static void
test_every_cut(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(field_cases); i++)
		for (gsize len = 0; len <= field_cases[i].len; len++)
			read_copy(field_cases[i].octets, len);
}

/* Ends soon, or the test runner will say so. */
static void
test_large(void)
{
	static const char *const units[] = {
		"A: b\r\n", " Content-Type: x\r\n", "\rContent-Type: x",
		"Content-Type:", "(", "\"", ";", ":", "\r", "\r\r\n", "\n",
		" ", " \r\n", "x\r\n", "x\r\n y\r\n", "From \n", "x\r\n y:\r\n",
		"Content-Type(:", "\n\nContent-Type: x",
	};

	const HeaderLimits octets_only = { G_MAXUINT, 200, MAX_OCTETS };

	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autoptr(GString) text = repeated(units[i], 1000000);
		g_autoptr(HeaderSection) section = header_section_new(
		    span(text->str, text->len), &octets_only);

		g_assert_cmpuint(section->end, <=, MAX_OCTETS);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/header/fields/", field_cases, test_fields)
	ADD_TABLE("/header/borders/", border_cases, test_borders)
	g_test_add_func("/header/limits/fields", test_field_limit);
	g_test_add_func("/header/limits/octets", test_octet_limit);
	g_test_add_func("/header/limits/garbage", test_garbage_limit);
	g_test_add_func("/header/cut-at-every-octet", test_every_cut);
	g_test_add_func("/header/a-million-units", test_large);
	return g_test_run();
}
