/*
 * tests/test-filename.c - the vectors of file names, and limits.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/filename.h"
#include "scanner/name_text.h"
#include "tests/table.h"

enum column { ID, SOURCE, RAW, EXTENSION, ODDITIES, VERDICT, NOTE, N_COLUMNS };

static const char *const banned[] = { "exe", "com", "vbs", "scr", "pif", "bat",
	"cmd", "js", "lnk", FILENAME_CLASS_ID, NULL };

static GString *
unescape(const char *text)
{
	GString *octets = g_string_new(NULL);

	if (strcmp(text, "-") == 0)
		return octets;
	for (; *text != '\0'; text++)
		if (*text == '%') {
			g_string_append_c(octets, (char)(
			    g_ascii_xdigit_value(text[1]) << 4 |
			    g_ascii_xdigit_value(text[2])));
			text += 2;
		} else {
			g_string_append_c(octets, *text);
		}
	return octets;
}

static FilenameSource
source_of(const char *word)
{
	if (strcmp(word, "extended") == 0)
		return FILENAME_EXTENDED;
	if (strcmp(word, "member") == 0)
		return FILENAME_MEMBER;
	g_assert_cmpstr(word, ==, "parameter");
	return FILENAME_PARAMETER;
}

/* "-" where there is none. Caller frees. */
static char *
join_oddities(guint oddities)
{
	g_autoptr(GString) joined = g_string_new(NULL);

	for (guint bit = 0; bit < N_FILENAME_ODDITIES; bit++)
		if ((oddities & 1u << bit) != 0)
			g_string_append_printf(joined, "%s%s",
			    joined->len > 0 ? "," : "",
			    filename_oddity_name(bit));
	if (joined->len == 0)
		g_string_append_c(joined, '-');
	return g_string_free(g_steal_pointer(&joined), FALSE);
}

/* All canonical forms are what the header promises. */
static void
check_forms(const Filename *name)
{
	g_assert_true(g_utf8_validate(name->display, -1, NULL));
	g_assert_cmpuint(name->forms->len, <=, FILENAME_MAX_FORMS);
	g_assert_cmpuint(name->extensions->len, <=, FILENAME_MAX_EXTENSIONS);
	for (guint i = 0; i < name->forms->len; i++) {
		const char *form = g_ptr_array_index(name->forms, i);

		g_assert_true(g_utf8_validate(form, -1, NULL));
		g_assert_cmpstr(form, !=, "");
		for (const char *p = form; *p != '\0'; p++) {
			g_assert_false(g_ascii_iscntrl(*p));
			g_assert_false(g_ascii_isupper(*p));
		}
	}
}

static void
test_vector(gconstpointer data)
{
	char *const *columns = data;
	g_autoptr(GString) raw = unescape(columns[RAW]);
	g_autoptr(Filename) name = filename_new(raw->str, raw->len,
	    source_of(columns[SOURCE]));
	g_autofree char *oddities = join_oddities(name->oddities);
	g_auto(GStrv) allowed = g_strsplit(columns[EXTENSION], ",", -1);
	gboolean is_refused = strcmp(columns[VERDICT], "refuse") == 0;
	gboolean has_banned = FALSE, has_wanted = FALSE;

	check_forms(name);
	g_assert_cmpuint(name->octets, ==, raw->len);
	g_assert_cmpstr(oddities, ==, columns[ODDITIES]);
	for (guint i = 0; i < name->extensions->len; i++) {
		const char *extension = g_ptr_array_index(name->extensions, i);

		has_banned |= g_strv_contains(banned, extension);
		if (strcmp(extension, columns[EXTENSION]) == 0)
			has_wanted = TRUE;
		if (!is_refused && !g_strv_contains(
		    (const char *const *)allowed, extension)) {
			g_test_message("sees %s", extension);
			g_test_fail();
		}
	}
	g_assert_cmpint(has_banned, ==, is_refused);
	g_assert_cmpint(has_wanted, ==, is_refused || has_wanted);
}

/* Adds a test for each row; the rows are never freed. */
static void
add_vectors(void)
{
	g_autofree char *path = g_build_filename(g_getenv("G_TEST_SRCDIR"),
	    "vectors", "filenames.tsv", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) lines = NULL;
	guint count = 0;

	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) columns = NULL;
		g_autofree char *test = NULL;

		if (*lines[i] == '#' || *lines[i] == '\0')
			continue;
		columns = g_strsplit(lines[i], "\t", -1);
		g_assert_cmpuint(g_strv_length(columns), ==, N_COLUMNS);
		test = g_strdup_printf("/filename/vectors/%s", columns[ID]);
		g_test_add_data_func_full(test, g_steal_pointer(&columns),
		    test_vector, (GDestroyNotify)g_strfreev);
		count++;
	}
	g_assert_cmpuint(count, >=, 150);
}

/* --- limits ---------------------------------------------------------------- */

static Filename *
name_of(const char *begin, gsize fill, char c, const char *end)
{
	g_autoptr(GString) raw = g_string_new(begin);

	for (gsize i = 0; i < fill; i++)
		g_string_append_c(raw, c);
	g_string_append(raw, end);
	return filename_new(raw->str, raw->len, FILENAME_PARAMETER);
}

static gboolean
has_extension(const Filename *name, const char *extension)
{
	return g_ptr_array_find_with_equal_func(name->extensions, extension,
	    g_str_equal, NULL);
}

static void
test_characters(void)
{
	for (gsize len = FILENAME_MAX_CHARACTERS - 1;
	     len <= FILENAME_MAX_CHARACTERS + 1; len++) {
		g_autoptr(Filename) name = name_of("a.exe.", len - 10, 'x',
		    ".pdf");
		gboolean is_long = len > FILENAME_MAX_CHARACTERS;

		g_assert_cmpint((name->oddities & FILENAME_ODD_LONG) != 0, ==,
		    is_long);
		g_assert_cmpint(has_extension(name, "exe"), ==, is_long);
		g_assert_true(has_extension(name, "pdf"));
	}
}

static void
test_blanks(void)
{
	for (gsize run = FILENAME_LONG_BLANKS - 1;
	     run <= FILENAME_LONG_BLANKS + 1; run++) {
		g_autoptr(Filename) name = name_of("a.pdf", run, ' ', ".exe");

		g_assert_cmpint((name->oddities & FILENAME_ODD_BLANKS) != 0, ==,
		    run >= FILENAME_LONG_BLANKS);
		g_assert_true(has_extension(name, "exe"));
	}
}

/*
 * Line ends cut forms out of a name: with a line each, "exceeds" begins at
 * one form more than are kept.
 */
static void
test_forms(void)
{
	for (guint count = FILENAME_MAX_FORMS - 1;
	     count <= FILENAME_MAX_FORMS + 1; count++) {
		g_autoptr(GString) raw = g_string_new(NULL);
		g_autoptr(Filename) name = NULL;

		/* The first form is all lines without their ends. */
		for (guint i = 1; i < count; i++)
			g_string_append_printf(raw, "%sx%u.txt",
			    i > 1 ? "\n" : "", i);
		name = filename_new(raw->str, raw->len, FILENAME_MEMBER);
		g_assert_cmpuint(name->forms->len, ==,
		    MIN(count, FILENAME_MAX_FORMS));
		g_assert_cmpint((name->oddities & FILENAME_ODD_EXCEEDS) != 0,
		    ==, count > FILENAME_MAX_FORMS);
	}
}

/* The dot that counts is at the very end of a name of any length. */
static void
test_window(void)
{
	static const gsize lengths[] = { 2 * NAME_WINDOW_OCTETS - 5,
		2 * NAME_WINDOW_OCTETS - 4, 2 * NAME_WINDOW_OCTETS - 3,
		4u << 20 };

	for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
		g_autoptr(Filename) name = name_of("", lengths[i], '%',
		    ".exe");

		g_assert_true(has_extension(name, "exe"));
		g_assert_cmpuint(name->octets, ==, lengths[i] + 4);
	}
}

/* Whatever the octets are. */
static void
test_random(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20231);
	static const char alphabet[] = "=?utf-8BQ_%2e&#46;.'*:/\\ \x80\xe2\x80"
	    "\xae\xc0\xae\xff{}exe\n";

	for (guint round = 0; round < 4000; round++) {
		gsize len = (gsize)g_rand_int_range(rand, 0, 120);
		g_autofree char *raw = g_malloc(len + 1);

		for (gsize i = 0; i < len; i++)
			raw[i] = round % 2 == 0 ?
			    (char)g_rand_int_range(rand, 0, 256) :
			    alphabet[g_rand_int_range(rand, 0,
			        sizeof(alphabet))];
		for (int source = FILENAME_PARAMETER;
		     source <= FILENAME_MEMBER; source++) {
			g_autoptr(Filename) name = filename_new(raw, len,
			    (FilenameSource)source);

			check_forms(name);
		}
	}
}

static void
test_inner_documents(void)
{
	static const struct {
		const char *form;
		const char *want;
	} cases[] = {
		{ "invoice.pdf.exe", "pdf" },
		{ "invoice.pdf      .exe", "pdf" },
		{ "invoice.pdf_____.exe", "pdf" },
		{ "a.doc.scr.exe", NULL },
		{ "report.2024.pdf", NULL },
		{ "post.pdf_copy.zip", NULL },
		{ "pdf.exe", NULL },
		{ "run.exe", NULL },
		{ "run", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpstr(filename_inner_document(cases[i].form), ==,
		    cases[i].want);
}

/* What is shown to people. */
static const struct display_case {
	const char *name;
	const char *raw;
	const char *display;
} display_cases[] = {
	{ "utf-8", "发票.pdf", "发票.pdf" },
	{ "utf-8-cut-in-a-character", "Счёт за октябр\xd1",
	    "Счёт за октябр" },
	{ "utf-8-cut-after-two-octets", "发票\xe5\x8f", "发票" },
	{ "gb18030", "\xb7\xa2\xc6\xb1.pdf", "发票.pdf" },
	{ "latin-1", "report\xe9", "reporté" },
};

static void
test_display(gconstpointer data)
{
	const struct display_case *tc = data;
	g_autoptr(Filename) name = filename_new(tc->raw, strlen(tc->raw),
	    FILENAME_PARAMETER);

	g_assert_cmpstr(name->display, ==, tc->display);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add_vectors();
	ADD_TABLE("/filename/display/", display_cases, test_display)
	g_test_add_func("/filename/limits/characters", test_characters);
	g_test_add_func("/filename/limits/blanks", test_blanks);
	g_test_add_func("/filename/limits/forms", test_forms);
	g_test_add_func("/filename/limits/window", test_window);
	g_test_add_func("/filename/random", test_random);
	g_test_add_func("/filename/inner-documents", test_inner_documents);
	return g_test_run();
}
