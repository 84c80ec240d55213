/*
 * tests/test-document.c - what documents can do: readers of hostile formats.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What each reader finds is promised by the messages in fixtures/traits. Here:
 * which macros run by themselves, and that no damage to a document matters.
 */
#include "config.h"

#include <string.h>

#include "scanner/document.h"
#include "scanner/ole2.h"
#include "scanner/vba.h"
#include "signatures/file_type.h"
#include "tests/table.h"

static const struct source_case {
	const char *name;
	const char *source;
	const char *want;       /* NULL: none */
} source_cases[] = {
	{ "open", "Sub Document_Open()\r\nEnd Sub\r\n", "Document_Open" },
	{ "any-case", "sub AUTOOPEN()\n", "AutoOpen" },
	{ "private", "Private Sub Workbook_Open()\r\n", "Workbook_Open" },
	{ "static", "Public Static Sub Auto_Open()\r\n", "Auto_Open" },
	{ "function", "Function AutoExec()\r\n", "AutoExec" },
	{ "continued-line", "Sub _\r\n AutoClose()\r\n", "AutoClose" },
	{ "behind-a-colon", "x = 1: Sub AutoNew()\r\n", "AutoNew" },
	{ "bare-cr", "x = 1\rSub AutoOpen()\r", "AutoOpen" },
	{ "control", "Private Sub Ink1_Painted(a)\r\n", "_Painted" },
	{ "comment", "' Sub AutoOpen()\r\n", NULL },
	{ "longer-name", "Sub AutoOpenNot()\r\n", NULL },
	{ "call", "    AutoOpen\r\n", NULL },
	{ "button", "Private Sub Button1_Click()\r\n", NULL },
	{ "end", "End Sub", NULL },
	{ "empty", "", NULL },
};

static void
test_source(gconstpointer data)
{
	const struct source_case *tc = data;

	g_assert_cmpstr(vba_auto_procedure((Span){
		(const guint8 *)tc->source, strlen(tc->source) }), ==,
	    tc->want);
}

static void
test_compiled_names(void)
{
	static const char with[] = "\0\xcc" "a\rDocument_Open\x11z";
	static const char without[] = "\0\xcc" "a\bDocument\x11Open";

	g_assert_cmpstr(vba_auto_name((Span){ (const guint8 *)with,
		sizeof(with) - 1 }), ==, "Document_Open");
	g_assert_null(vba_auto_name((Span){ (const guint8 *)without,
		sizeof(without) - 1 }));
}

/* Files a document may hold: so many, and one of so many octets behind others. */
static const struct held_case {
	const char *name;
	guint n_files;
	gsize last_octets;
	guint want_kept;
	gboolean exceeds_limit;
} held_cases[] = {
	{ "files-n-minus-1", TRAITS_MAX_FILES - 1, 1, TRAITS_MAX_FILES - 1,
	    FALSE },
	{ "files-n", TRAITS_MAX_FILES, 1, TRAITS_MAX_FILES, FALSE },
	{ "files-n-plus-1", TRAITS_MAX_FILES + 1, 1, TRAITS_MAX_FILES, TRUE },
	{ "octets-n-minus-1", 2, TRAITS_MAX_FILE_OCTETS - 2, 2, FALSE },
	{ "octets-n", 2, TRAITS_MAX_FILE_OCTETS - 1, 2, FALSE },
	{ "octets-n-plus-1", 2, TRAITS_MAX_FILE_OCTETS, 1, TRUE },
};

static void
test_held(gconstpointer data)
{
	const struct held_case *tc = data;
	g_autoptr(Traits) traits = traits_new();

	for (guint i = 0; i + 1 < tc->n_files; i++)
		traits_add_file(traits, (Span){ NULL, 0 },
		    g_bytes_new_static("a", 1));
	traits_add_file(traits, (Span){ NULL, 0 }, g_bytes_new_take(
	    g_malloc0(tc->last_octets), tc->last_octets));
	g_assert_cmpuint(traits->files->len, ==, tc->want_kept);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
}

/* Sectors of 512 octets have 128 numbers of the FAT, or 4 directory entries. */
enum { SECTOR = 512, NUMBERS = 128, ENTRIES = 4, ENTRY = 128 };

static void
put_u32(guint8 *at, guint32 value)
{
	value = GUINT32_TO_LE(value);
	memcpy(at, &value, sizeof(value));
}

/* A compound file of nothing but a directory, whose sectors come first; the FAT
 * is behind them. Caller frees. */
static guint8 *
compound_file(guint n_sectors, gsize *len)
{
	guint n_fat = n_sectors / NUMBERS + 1;
	guint8 *file, *fat;

	*len = (gsize)(1 + n_sectors + n_fat) * SECTOR;
	file = g_malloc0(*len);
	memcpy(file, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	file[30] = 9;
	file[32] = 6;
	put_u32(file + 68, G_MAXUINT32);
	for (guint i = 0; i < 109; i++)
		put_u32(file + 76 + 4 * i, i < n_fat ? n_sectors + i :
		    G_MAXUINT32);
	fat = file + (gsize)(1 + n_sectors) * SECTOR;
	for (guint i = 0; i < n_sectors; i++)
		put_u32(fat + 4 * i, i + 1 < n_sectors ? i + 1 : G_MAXUINT32);
	for (guint i = 0; i < n_sectors * ENTRIES; i++)
		file[SECTOR + (gsize)i * ENTRY + 66] = 2;
	return file;
}

/* The directory is a whole number of sectors: N is a multiple of their entries. */
static const struct entries_case {
	const char *name;
	guint n_sectors;
	guint want_entries;
	gboolean exceeds_limit;
} entries_cases[] = {
	{ "n-minus-1", OLE2_MAX_ENTRIES / ENTRIES - 1,
	    OLE2_MAX_ENTRIES - ENTRIES, FALSE },
	{ "n", OLE2_MAX_ENTRIES / ENTRIES, OLE2_MAX_ENTRIES, FALSE },
	{ "n-plus-1", OLE2_MAX_ENTRIES / ENTRIES + 1, OLE2_MAX_ENTRIES, TRUE },
};

static void
test_entries(gconstpointer data)
{
	const struct entries_case *tc = data;
	gsize len;
	g_autofree guint8 *octets = compound_file(tc->n_sectors, &len);
	g_autoptr(Ole2) ole2 = ole2_new((Span){ octets, len });
	g_autoptr(Traits) traits = traits_new();

	g_assert_nonnull(ole2);
	g_assert_cmpuint(ole2_entries(ole2)->len, ==, tc->want_entries);
	document_examine((Span){ octets, len }, "application/x-ole-storage",
	    NULL, traits);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
}

/* However much stands before it, and however often: it is seen. */
static const struct padded_case {
	const char *name;
	const char *type;       /* detected */
	const char *begin;
	const char *pad;        /* so many times */
	guint n_pads;
	const char *end;
	Trait trait;
} padded_cases[] = {
	{ "xml-field", "text/xml", "<a><instrText>", "12345 ", 20000,
	    "DDEAUTO cmd.exe</instrText></a>", TRAIT_DDE_AUTO },
	{ "xml-text", "text/xml", "<a><t>", "0123456789", 1100000,
	    "</t><instrText>DDEAUTO cmd.exe</instrText></a>", TRAIT_DDE_AUTO },
	{ "xml-comment", "text/xml", "<a><!--", "0123456789", 1100000,
	    "--><instrText>DDEAUTO cmd.exe</instrText></a>", TRAIT_DDE_AUTO },
	{ "rtf-template", "text/rtf", "{\\rtf1{\\*\\template ", "     ", 100000,
	    "http://example.net/a.dot}}", TRAIT_EXTERNAL_TEMPLATE },
	{ "rtf-field", "text/rtf", "{\\rtf1{\\*\\fldinst ", "\\'20", 100000,
	    "DDEAUTO cmd.exe}}", TRAIT_DDE_AUTO },
	{ "rtf-class", "text/rtf", "{\\rtf1{\\*\\objclass ", "x", 100000,
	    "Equation.3}}", TRAIT_EQUATION_OBJECT },
	{ "rtf-objects", "text/rtf", "{\\rtf1", "{\\*\\objdata 01}", 2000,
	    "{\\*\\objdata 4571756174696f6e}}", TRAIT_EQUATION_OBJECT },
	{ "rtf-object", "text/rtf", "{\\rtf1{\\*\\objdata ", "0000", 100000,
	    "4571756174696f6e}}", TRAIT_EQUATION_OBJECT },
};

static void
test_padded(gconstpointer data)
{
	const struct padded_case *tc = data;
	g_autoptr(GString) document = g_string_new(tc->begin);
	g_autoptr(Traits) traits = traits_new();

	for (guint i = 0; i < tc->n_pads; i++)
		g_string_append(document, tc->pad);
	g_string_append(document, tc->end);
	document_examine((Span){ (const guint8 *)document->str, document->len },
	    tc->type, NULL, traits);
	g_assert_nonnull(traits->details[tc->trait]);
	g_assert_false(traits->exceeds_limit);
}

/*
 * XML with entities keeps the limit of libxml2 on its depth, 256: the root and
 * so many elements, and then one that is empty.
 */
static const struct depth_case {
	const char *name;
	gboolean has_entity;
	guint n_elements;
	gboolean exceeds_limit;
} depth_cases[] = {
	{ "n-minus-1", TRUE, 254, FALSE },
	{ "n", TRUE, 255, FALSE },
	{ "n-plus-1", TRUE, 256, TRUE },
	{ "none-without-entities", FALSE, 3000, FALSE },
};

static void
test_depth(gconstpointer data)
{
	const struct depth_case *tc = data;
	g_autoptr(GString) document = g_string_new(tc->has_entity ?
	    "<!DOCTYPE a [<!ENTITY e \"e\">]><a>" : "<a>");
	g_autoptr(Traits) traits = traits_new();

	for (guint i = 0; i < tc->n_elements; i++)
		g_string_append(document, "<b>");
	g_string_append(document, "<fldSimple instr=\"DDEAUTO cmd.exe\"/>");
	for (guint i = 0; i < tc->n_elements; i++)
		g_string_append(document, "</b>");
	g_string_append(document, "</a>");
	document_examine((Span){ (const guint8 *)document->str, document->len },
	    "text/xml", NULL, traits);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
	g_assert_cmpint(traits->details[TRAIT_DDE_AUTO] != NULL, ==,
	    !tc->exceeds_limit);
}

static void
examine(const guint8 *octets, gsize len)
{
	static const char *const holders[] = { NULL, "application/pdf",
		"application/vnd.openxmlformats-officedocument."
		"spreadsheetml.sheet" };
	static const char *const types[] = { "application/octet-stream",
		"text/html", "application/pdf", "image/svg+xml",
		"application/onenote" };

	for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
		g_autoptr(Traits) traits = traits_new();

		/* An allocation of its own: reading past it is seen. */
		g_autofree guint8 *copy = g_memdup2(octets, len);

		file_type_refine(copy, len, types[i]);
		document_examine((Span){ copy, len }, types[i],
		    holders[i % G_N_ELEMENTS(holders)], traits);
	}
}

/* The decoded attachment of a sample: its second part. Caller frees. */
static guint8 *
attachment(const char *path, gsize *len)
{
	g_autofree char *message = NULL;
	char *at;

	g_assert_true(g_file_get_contents(path, &message, NULL, NULL));
	at = strstr(message, "Content-Transfer-Encoding: base64\r\n");
	g_assert_nonnull(at);
	at = strstr(at, "\r\n\r\n");
	g_assert_nonnull(at);
	return g_base64_decode(at, len);
}

static void
each_sample(void (*test)(const guint8 *octets, gsize len))
{
	g_autofree char *folder = g_test_build_filename(G_TEST_DIST,
	    "fixtures", "traits", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;
	guint n = 0;

	g_assert_nonnull(dir);
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree guint8 *octets = NULL;
		gsize len;

		if (!g_str_has_suffix(name, ".eml"))
			continue;
		octets = attachment(path, &len);
		test(octets, len);
		n++;
	}
	g_assert_cmpuint(n, >, 50);
}

/* At every octet of short ones, at 400 places of others. */
static void
cut(const guint8 *octets, gsize len)
{
	for (gsize end = 0; end < len; end += MAX(1, len / 400))
		examine(octets, end);
}

static void
damage(const guint8 *octets, gsize len)
{
	for (guint round = 0; round < 50; round++) {
		g_autofree guint8 *copy = g_memdup2(octets, len);

		for (guint i = 0; i < 4; i++)
			copy[g_test_rand_int_range(0, (gint32)len)] =
			    (guint8)g_test_rand_int();
		examine(copy, len);
	}
}

static void
test_cut(void)
{
	each_sample(cut);
}

static void
test_damage(void)
{
	each_sample(damage);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/document/source/", source_cases, test_source);
	ADD_TABLE("/document/held/", held_cases, test_held);
	ADD_TABLE("/document/ole2-entries/", entries_cases, test_entries);
	ADD_TABLE("/document/xml-depth/", depth_cases, test_depth);
	ADD_TABLE("/document/padded/", padded_cases, test_padded);
	g_test_add_func("/document/compiled-names", test_compiled_names);
	g_test_add_func("/document/cut-anywhere", test_cut);
	g_test_add_func("/document/damaged-anywhere", test_damage);
	return g_test_run();
}
