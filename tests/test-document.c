/*
 * tests/test-document.c - what documents can do: readers of hostile formats.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What each reader finds is promised by the messages in fixtures/traits. Here:
 * which macros run by themselves, and that no damage to a document matters.
 */
#include "config.h"

#include <string.h>
#include <zlib.h>

#include "scanner/document.h"
#include "scanner/html_file.h"
#include "scanner/html_tokens.h"
#include "scanner/ole2.h"
#include "scanner/table_text.h"
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

/* So many that time in their square would not end. */
static const char *const source_pads[] = { "\n", "\r\n", " ", "\t", ":",
	"_", " _\r\n", "_ ", "public ", "public\n", "static _\n", "x" };

static void
test_source_padded(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(source_pads); i++) {
		g_autofree char *shown = g_strescape(source_pads[i], NULL);
		g_autoptr(GString) source = g_string_new(NULL);

		for (guint n = 0; n < 1000000; n++)
			g_string_append(source, source_pads[i]);
		g_string_append(source, "\nSub AutoOpen()\n");
		g_test_message("behind \"%s\"", shown);
		g_assert_cmpstr(vba_auto_procedure((Span){ (const guint8 *)
			source->str, source->len }), ==, "AutoOpen");
	}
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

/* A compound file: the sectors of the directory, whose entries are all empty
 * streams, those of data, in one chain, and the FAT. Caller frees. */
static guint8 *
compound_file(guint n_directory, guint n_data, gsize *len)
{
	guint n_sectors = n_directory + n_data;
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
		put_u32(fat + 4 * i, i + 1 == n_directory ||
		    i + 1 == n_sectors ? G_MAXUINT32 : i + 1);
	for (guint i = 0; i < n_directory * ENTRIES; i++)
		file[SECTOR + (gsize)i * ENTRY + 66] = 2;
	return file;
}

/* Makes entry i of the directory a stream from that sector on. */
static void
put_stream(guint8 *file, guint i, const char *name, guint32 first, gsize size)
{
	guint8 *entry = file + SECTOR + (gsize)i * ENTRY;

	for (gsize k = 0; name[k] != '\0'; k++)
		entry[2 * k] = (guint8)name[k];
	entry[64] = (guint8)(2 * strlen(name) + 2);
	put_u32(entry + 116, first);
	put_u32(entry + 120, (guint32)size);
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
	g_autofree guint8 *octets = compound_file(tc->n_sectors, 0, &len);
	g_autoptr(Ole2) ole2 = ole2_new((Span){ octets, len });
	g_autoptr(Traits) traits = traits_new();

	g_assert_nonnull(ole2);
	g_assert_cmpuint(ole2_entries(ole2)->len, ==, tc->want_entries);
	document_examine((Span){ octets, len }, "application/x-ole-storage",
	    NULL, traits);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
}

/* Three streams that share their sectors, so many octets more than is read. */
static const struct sharing_case {
	const char *name;
	gssize over;
	gboolean exceeds_limit;
} sharing_cases[] = {
	{ "n-minus-1", -1, FALSE },
	{ "n", 0, FALSE },
	{ "n-plus-1", 1, TRUE },
};

static void
test_sharing(gconstpointer data)
{
	const struct sharing_case *tc = data;
	gsize len, chain = 100 * SECTOR, last_size;
	g_autofree guint8 *octets = compound_file(1, 100, &len);
	g_autoptr(Traits) traits = traits_new();
	g_autoptr(Ole2) ole2 = NULL;
	g_autoptr(GBytes) last = NULL;

	put_stream(octets, 0, "a", 1, chain);
	put_stream(octets, 1, "b", 1, G_MAXINT32);
	last_size = (gsize)((gssize)(OLE2_MAX_SHARING * len - 2 * chain) +
	    tc->over);
	put_stream(octets, 2, "c", 1, last_size);
	ole2 = ole2_new((Span){ octets, len });
	last = ole2_read(ole2, g_ptr_array_index(ole2_entries(ole2), 2));
	g_assert_cmpuint(g_bytes_get_size(last), ==, tc->exceeds_limit ? 0 :
	    last_size);
	document_examine((Span){ octets, len }, "application/x-ole-storage",
	    NULL, traits);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
}

/* Makes entry i of the directory a storage, with its place in the tree. */
static void
put_storage(guint8 *file, guint i, guint32 right, guint32 child)
{
	guint8 *entry = file + SECTOR + (gsize)i * ENTRY;

	entry[66] = 1;
	put_u32(entry + 68, G_MAXUINT32);
	put_u32(entry + 72, right);
	put_u32(entry + 76, child);
}

/* A formula in storage 1, which holds nothing but its stream, 2: sound where no
 * program can see another tree. */
static const struct tree_case {
	const char *name;
	guint32 child;          /* of the object */
	guint32 left;           /* of its stream */
	guint32 other;          /* what another storage holds */
	Trait trait;
} tree_cases[] = {
	{ "tree", 2, G_MAXUINT32, G_MAXUINT32, TRAIT_EQUATION },
	{ "outside", 2, 77, 78, TRAIT_EQUATION },
	{ "no-stream", G_MAXUINT32, G_MAXUINT32, G_MAXUINT32,
	    TRAIT_EQUATION_OBJECT },
	{ "stream-of-another", G_MAXUINT32, G_MAXUINT32, 2,
	    TRAIT_EQUATION_OBJECT },
	{ "stream-of-both", 2, G_MAXUINT32, 2, TRAIT_EQUATION_OBJECT },
	{ "holds-itself", 1, G_MAXUINT32, 2, TRAIT_EQUATION_OBJECT },
	{ "own-neighbour", 2, 2, G_MAXUINT32, TRAIT_EQUATION_OBJECT },
};

static void
test_tree(gconstpointer data)
{
	static const guint8 equation_class[] = { 2, 0xce, 2, 0, 0, 0, 0, 0,
		0xc0, 0, 0, 0, 0, 0, 0, 0x46 };
	static const guint8 formula[] = { 28, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 1, 3, 10,
		1, 0, 0 };
	const struct tree_case *tc = data;
	gsize len;
	g_autofree guint8 *octets = compound_file(1, 1, &len);
	guint8 *stream = octets + SECTOR + 2 * ENTRY;
	g_autoptr(Traits) traits = traits_new();

	put_storage(octets, 0, G_MAXUINT32, 1);
	put_storage(octets, 1, 3, tc->child);
	memcpy(octets + SECTOR + ENTRY + 80, equation_class,
	    sizeof(equation_class));
	put_stream(octets, 2, "Equation Native", 1, sizeof(formula));
	put_u32(stream + 68, tc->left);
	put_u32(stream + 72, G_MAXUINT32);
	put_storage(octets, 3, G_MAXUINT32, tc->other);
	memcpy(octets + 2 * SECTOR, formula, sizeof(formula));
	document_examine((Span){ octets, len }, "application/x-ole-storage",
	    NULL, traits);
	g_assert_nonnull(traits->details[tc->trait]);
	g_assert_null(traits->details[tc->trait == TRAIT_EQUATION ?
	    TRAIT_EQUATION_OBJECT : TRAIT_EQUATION]);
}

static void
put_chunk(GByteArray *module, const char *octets, guint len)
{
	const guint8 header[] = { (guint8)(len - 1), 0xb0 };

	g_byte_array_append(module, header, sizeof(header));
	g_byte_array_append(module, (const guint8 *)octets, len);
}

/* A module whose source is so many octets: of a chunk, all but the first one
 * are a copy of that. */
static GByteArray *
module_of(gsize source_octets)
{
	GByteArray *module = g_byte_array_new();
	gsize left = source_octets - strlen("Attribut");

	g_byte_array_append(module, (const guint8 *)"\1", 1);
	put_chunk(module, "\0Attribut", 9);
	while (left > 0) {
		guint len = (guint)MIN(left, 4096);
		char chunk[] = { 2, ' ', (char)(len - 4), (char)((len - 4) >> 8) };

		put_chunk(module, chunk, sizeof(chunk));
		left -= len;
	}
	return module;
}

static const struct source_octets_case {
	const char *name;
	guint n_modules;
	gsize octets;           /* of the source of each */
	gboolean exceeds_limit;
} source_octets_cases[] = {
	{ "n-minus-1", 1, VBA_MAX_SOURCE_OCTETS - 1, FALSE },
	{ "n", 1, VBA_MAX_SOURCE_OCTETS, FALSE },
	{ "n-plus-1", 1, VBA_MAX_SOURCE_OCTETS + 1, TRUE },
	{ "n-in-two", 2, VBA_MAX_SOURCE_OCTETS / 2, FALSE },
	{ "n-plus-2-in-two", 2, VBA_MAX_SOURCE_OCTETS / 2 + 1, TRUE },
};

static void
test_source_octets(gconstpointer data)
{
	const struct source_octets_case *tc = data;
	g_autoptr(GByteArray) module = module_of(tc->octets);
	gsize len;
	g_autofree guint8 *octets = compound_file(1, module->len / SECTOR + 1,
	    &len);
	g_autoptr(Traits) traits = traits_new();

	memcpy(octets + 2 * SECTOR, module->data, module->len);
	put_stream(octets, 0, "_VBA_PROJECT", 1, 1);
	for (guint i = 1; i <= tc->n_modules; i++)
		put_stream(octets, i, "Module", 1, module->len);
	document_examine((Span){ octets, len }, "application/x-ole-storage",
	    NULL, traits);
	g_assert_nonnull(traits->details[TRAIT_MACROS]);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
}

/* The last of a great many modules is read, and all of it; and so is what may
 * be source behind another. */
static void
test_modules(void)
{
	static const char source[] = "\1\x08\xb0\0Attribut"
	    "\1\x1b\xb0\0Attribut\0e\nSub Au\0toOpen()\n";
	guint n_sectors = 1000;
	gsize len;
	g_autofree guint8 *octets = compound_file(n_sectors, 1, &len);
	g_autoptr(Traits) traits = traits_new();

	memcpy(octets + (1 + n_sectors) * SECTOR, source, sizeof(source));
	put_stream(octets, 0, "_VBA_PROJECT", n_sectors, 1);
	for (guint i = 1; i < n_sectors * ENTRIES; i++)
		put_stream(octets, i, "Module", n_sectors, 1);
	put_stream(octets, n_sectors * ENTRIES - 1, "Module", n_sectors,
	    SECTOR);
	document_examine((Span){ octets, len }, "application/x-ole-storage",
	    NULL, traits);
	g_assert_cmpstr(traits->details[TRAIT_AUTO_MACROS], ==, "AutoOpen");
	g_assert_false(traits->exceeds_limit);
}

static const struct active_mime_case {
	const char *name;
	gsize octets;
	guint8 said;            /* in the header: where they begin, less 46 */
	gsize begin;            /* where they do */
	guint want_files;
	gboolean exceeds_limit;
} active_mime_cases[] = {
	{ "n-minus-1", TRAITS_MAX_FILE_OCTETS - 1, 4, 50, 1, FALSE },
	{ "n", TRAITS_MAX_FILE_OCTETS, 4, 50, 1, FALSE },
	{ "n-plus-1", TRAITS_MAX_FILE_OCTETS + 1, 4, 50, 0, TRUE },
	{ "other-begin", 100, 54, 100, 1, FALSE },
	{ "usual-begin-unsaid", 100, 0, 50, 1, FALSE },
	{ "second-begin-unsaid", 100, 0, 554, 1, FALSE },
	{ "unknown-begin", 100, 0, 51, 0, FALSE },
};

static void
test_active_mime(gconstpointer data)
{
	const struct active_mime_case *tc = data;
	g_autofree guint8 *inflated = g_malloc0(tc->octets);
	uLongf len = compressBound(tc->octets);
	g_autofree guint8 *octets = g_malloc0(tc->begin + len);
	g_autoptr(Traits) traits = traits_new();

	memcpy(octets, "ActiveMime", 10);
	octets[30] = tc->said;
	g_assert_cmpint(compress2(octets + tc->begin, &len, inflated,
	    tc->octets, 1), ==, Z_OK);
	document_examine((Span){ octets, tc->begin + len },
	    "application/x-mso", NULL, traits);
	g_assert_cmpuint(traits->files->len, ==, tc->want_files);
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
	{ "xml-field", "text/xml", "<a><instrText>", "      ", 20000,
	    "DDEAUTO cmd.exe</instrText></a>", TRAIT_DDE_AUTO },
	{ "xml-text", "text/xml", "<a><t>", "0123456789", 1100000,
	    "</t><instrText>DDEAUTO cmd.exe</instrText></a>", TRAIT_DDE_AUTO },
	{ "xml-comment", "text/xml", "<a><!--", "0123456789", 1100000,
	    "--><instrText>DDEAUTO cmd.exe</instrText></a>", TRAIT_DDE_AUTO },
	{ "xml-attribute", "text/xml", "<a><t b=\"", "0123456789", 1100000,
	    "\"/><instrText>DDEAUTO cmd.exe</instrText></a>", TRAIT_DDE_AUTO },
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

/* Pieces of a page, so many times; the files that are taken from it. */
static const struct urls_case {
	const char *name;
	const char *piece;
	guint n;
	guint want_files;
	gboolean exceeds_limit;
} urls_cases[] = {
#define SVG "<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">"
	{ "files-n-minus-1", SVG, TRAITS_MAX_FILES - 1, TRAITS_MAX_FILES - 1,
	    FALSE },
	{ "files-n", SVG, TRAITS_MAX_FILES, TRAITS_MAX_FILES, FALSE },
	{ "files-n-plus-1", SVG, TRAITS_MAX_FILES + 1, TRAITS_MAX_FILES, TRUE },
#undef SVG
	{ "pictures", "<img src='data:image/png;base64,iVBORw0KGgo='>", 5000,
	    0, FALSE },
	{ "fonts", "<style>@font-face { src: url(data:font/woff2;base64,"
	    "d09GMg==) }</style>", 5000, 0, FALSE },
	{ "pictures-in-script", "<script>x = [{data:'data:image/png;base64,"
	    "iVBORw0KGgo='}];</script>", 5000, 0, FALSE },
	{ "words", "<p>data: first, data:second, data:third;</p>", 5000, 0,
	    FALSE },
	{ "not-coded", "<img src='data:image/svg+xml,%3Csvg/%3E'>", 5000, 0,
	    FALSE },
};

static Traits *
examine_page(const GString *page)
{
	Traits *traits = traits_new();

	document_examine((Span){ (const guint8 *)page->str, page->len },
	    "text/html", NULL, traits);
	return traits;
}

static void
append_times(GString *page, const char *piece, guint n)
{
	while (n-- > 0)
		g_string_append(page, piece);
}

static void
test_urls(gconstpointer data)
{
	const struct urls_case *tc = data;
	g_autoptr(GString) page = g_string_new("<html>");
	g_autoptr(Traits) traits = NULL;

	append_times(page, tc->piece, tc->n);
	traits = examine_page(page);
	g_assert_cmpuint(traits->files->len, ==, tc->want_files);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
}

/* One file in a page, however it is written: what it is called. */
static const struct link_case {
	const char *name;
	const char *begin;
	const char *pad;        /* so many times */
	guint n_pads;
	const char *end;
	const char *want;       /* NULL: it has no name */
} link_cases[] = {
#define ZIP "data:application/zip;base64,UEsDBAo="
	{ "before", "<a download='a.vbs' href='" ZIP "'>", "", 0, "", "a.vbs" },
	{ "behind", "<a href='" ZIP "' download=a.vbs>", "", 0, "", "a.vbs" },
	{ "far-before", "<a download='a.vbs' title='", "0123456789", 100000,
	    "' href='" ZIP "'>", "a.vbs" },
	{ "far-behind", "<a href='data:application/zip;base64,UEsDBA", "oAAA",
	    300000, "' download='a.vbs'>", "a.vbs" },
	{ "mark-in-quotes", "<a title='>' href='" ZIP "' alt='<' download='"
	    "a.vbs'>", "", 0, "", "a.vbs" },
	{ "name-in-quotes", "<a title='download=\"a.txt\"' href='" ZIP
	    "' download='a.vbs'>", "", 0, "", "a.vbs" },
	{ "entities", "<a href='&#100;ata:application/zip;base64&#x2C;UEsDBAo="
	    "' download='a&#46;vbs'>", "", 0, "", "a.vbs" },
	{ "line-end", "<a href=' da\nta:application/zip;base64,UEsDBAo='>", "",
	    0, "", NULL },
	{ "escaped", "<a href='data:application/zip;base64,%55EsDBAo='>", "", 0,
	    "", NULL },
	{ "quoted-type", "<a href='data:application/zip;x=\"\";base64,UEsDBAo="
	    "'>", "", 0, "", NULL },
	{ "long-type", "<a href='data:application/zip;x=", "x", 100000,
	    ";base64,UEsDBAo='>", NULL },
	{ "as-picture", "<a href='data:image/png;base64,UEsDBAo='>", "", 0, "",
	    NULL },
	{ "in-comment", "<!--[if IE]><a href='" ZIP "'><![endif]-->", "", 0, "",
	    NULL },
	{ "in-declaration", "<?x '" ZIP "'?>", "", 0, "", NULL },
	{ "in-script", "<script>a.href = '" ZIP "'; a.download = 'a.vbs';"
	    "</script>", "", 0, "", "a.vbs" },
	{ "in-script-by-call", "<script>a.setAttribute('download', 'a.vbs');"
	    "a.href = '" ZIP "';</script>", "", 0, "", "a.vbs" },
	{ "unclosed", "<a href=\"" ZIP, "", 0, "", NULL },
};

static void
test_link(gconstpointer data)
{
	const struct link_case *tc = data;
	g_autoptr(GString) page = g_string_new("<html>");
	g_autoptr(Traits) traits = NULL;
	g_autofree char *got = NULL;
	const HeldFile *file;

	g_string_append(page, tc->begin);
	append_times(page, tc->pad, tc->n_pads);
	g_string_append(page, tc->end);
	traits = examine_page(page);
	g_assert_nonnull(traits->details[TRAIT_HTML_SMUGGLING]);
	g_assert_false(traits->exceeds_limit);
	g_assert_cmpuint(traits->files->len, ==, 1);
	file = g_ptr_array_index(traits->files, 0);
	g_assert_cmpint(file->name != NULL, ==, tc->want != NULL);
	if (file->name == NULL)
		return;
	got = g_strndup(g_bytes_get_data(file->name, NULL),
	    g_bytes_get_size(file->name));
	g_assert_cmpstr(got, ==, tc->want);
}

/* The same link in a page of UTF-16, with its mark. */
static const struct wide_case {
	const char *name;
	const char *mark;
	const char *charset;
	const char *type;       /* detected */
} wide_cases[] = {
	{ "little-endian", "\xff\xfe", "UTF-16LE", "text/html" },
	{ "big-endian", "\xfe\xff", "UTF-16BE", "text/html" },
	{ "as-text", "\xff\xfe", "UTF-16LE", "text/plain" },
	{ "as-picture", "\xfe\xff", "UTF-16BE", "image/svg+xml" },
};

static void
test_wide(gconstpointer data)
{
	const struct wide_case *tc = data;
	g_autoptr(GString) page = g_string_new(tc->mark);
	g_autoptr(Traits) traits = traits_new();
	gsize len;
	g_autofree char *wide = g_convert("<html>\xe6\x96\x87<a href='" ZIP
	    "'>", -1, tc->charset, "UTF-8", NULL, &len, NULL);

	g_string_append_len(page, wide, (gssize)len);
	document_examine((Span){ (const guint8 *)page->str, page->len },
	    tc->type, NULL, traits);
	g_assert_nonnull(traits->details[TRAIT_HTML_SMUGGLING]);
}

static const struct name_case {
	const char *name;
	guint n;
	gboolean exceeds_limit;
} name_cases[] = {
	{ "n-minus-1", HTML_FILE_MAX_NAME_OCTETS - 1, FALSE },
	{ "n", HTML_FILE_MAX_NAME_OCTETS, FALSE },
	{ "n-plus-1", HTML_FILE_MAX_NAME_OCTETS + 1, TRUE },
};

static void
test_name(gconstpointer data)
{
	const struct name_case *tc = data;
	g_autoptr(GString) page = g_string_new("<html><a download='");
	g_autoptr(Traits) traits = NULL;

	append_times(page, "a", tc->n);
	g_string_append(page, "' href='" ZIP "'>");
	traits = examine_page(page);
	g_assert_cmpuint(traits->files->len, ==, tc->exceeds_limit ? 0 : 1);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
	if (!tc->exceeds_limit)
		g_assert_cmpuint(g_bytes_get_size(((const HeldFile *)
		    g_ptr_array_index(traits->files, 0))->name), ==, tc->n);
}

/* Attributes of a tag beyond those that are read: is a file's name one? */
static const struct attributes_case {
	const char *name;
	guint n_before;
	const char *last;
	guint want_files;
	gboolean exceeds_limit;
} attributes_cases[] = {
	{ "n-minus-1", HTML_MAX_ATTRIBUTES - 2, "href='" ZIP "'", 1, FALSE },
	{ "n", HTML_MAX_ATTRIBUTES - 1, "href='" ZIP "'", 1, FALSE },
	{ "n-plus-1", HTML_MAX_ATTRIBUTES, "href='" ZIP "'", 1, FALSE },
	{ "n-plus-1-in-entities", HTML_MAX_ATTRIBUTES,
	    "href='&#100;ata:application/zip;base64,UEsDBAo='", 1, FALSE },
	{ "n-plus-1-with-name", HTML_MAX_ATTRIBUTES, "href='" ZIP
	    "' download=a.vbs", 0, TRUE },
	{ "n-plus-1-harmless", HTML_MAX_ATTRIBUTES, "href='a' download='b'", 0,
	    FALSE },
	{ "n-plus-1-of-words", HTML_MAX_ATTRIBUTES, "{ data: a, download: b }",
	    0, FALSE },
#undef ZIP
};

static void
test_attributes(gconstpointer data)
{
	const struct attributes_case *tc = data;
	g_autoptr(GString) page = g_string_new("<html><a ");
	g_autoptr(Traits) traits = NULL;

	append_times(page, "a=b ", tc->n_before);
	g_string_append_printf(page, "%s>&#32;", tc->last);
	traits = examine_page(page);
	g_assert_cmpuint(traits->files->len, ==, tc->want_files);
	g_assert_cmpint(traits->exceeds_limit, ==, tc->exceeds_limit);
}

/* Pages of 20 MB: time in the square of that would not end. */
static const struct large_page_case {
	const char *name;
	const char *piece;
} large_page_cases[] = {
	{ "tags", "<a <a data: " },
	{ "schemes", "data:" },
	{ "types", "data:a/b" },
	{ "commas", "data:a/b," },
	{ "empty-urls", "data:a/b;base64," },
	{ "quotes", "<a b=\"data:" },
	{ "both-quotes", "<a b=\"data:'" },
	{ "comments", "<!--data:" },
	{ "scripts", "<script>data:a;" },
	{ "downloads", "data:;base64,AAAA download=" },
	{ "entities", "&#100;ata:" },
	{ "names", "data:;base64,AAAA download='a" },
	{ "line-ends", "\n\n\n\n\n\n:" },
};

static void
test_large_page(gconstpointer data)
{
	const struct large_page_case *tc = data;
	g_autoptr(GString) page = g_string_new("<html>");
	g_autoptr(Traits) traits = NULL;

	append_times(page, tc->piece, (20u << 20) / (guint)strlen(tc->piece));
	traits = examine_page(page);
	g_assert_null(traits->details[TRAIT_HTML_SMUGGLING]);
}

/* Pieces of base64, whatever is between them, are one literal. */
static void
test_literal_gaps(void)
{
	g_autoptr(GString) page = g_string_new("<html><script>x = atob('UEsDBA");
	g_autoptr(Traits) traits = NULL;

	append_times(page, "AAAAAAAAAAAAAAAA' +\n                    '", 40);
	g_string_append(page, "');</script>");
	traits = examine_page(page);
	g_assert_nonnull(traits->details[TRAIT_HTML_SMUGGLING]);
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

/* However a field is written. */
static const struct field_case {
	const char *name;
	const char *document;
} field_cases[] = {
	{ "entity-in-attribute", "<!DOCTYPE a [<!ENTITY e \"DDE\">]>"
	    "<a><fldSimple instr=\"&e;AUTO cmd.exe\"/></a>" },
	{ "entity-in-text", "<!DOCTYPE a [<!ENTITY e \"DDE\">]>"
	    "<a><instrText>&e;AUTO cmd.exe</instrText></a>" },
	{ "default-attribute", "<!DOCTYPE a [<!ATTLIST fldSimple instr "
	    "CDATA \"DDEAUTO cmd.exe\">]><a><fldSimple/></a>" },
	{ "reference-in-attribute", "<a><fldSimple instr=\"&#68;DEAUTO &quot;"
	    "cmd.exe&quot;\"/></a>" },
	{ "reference-in-text", "<a><instrText>DDE&#65;UTO cmd.exe</instrText>"
	    "</a>" },
	{ "around-comment", "<a><instrText>DDE<!-- x -->AUTO cmd.exe"
	    "</instrText></a>" },
	{ "cdata", "<a><instrText><![CDATA[DDEAUTO]]> cmd.exe</instrText></a>" },
	{ "behind-a-mistake", "<a><b></c><d e=f><instrText>DDEAUTO cmd.exe"
	    "</instrText></a>" },
};

static void
test_field(gconstpointer data)
{
	const struct field_case *tc = data;
	g_autoptr(Traits) traits = traits_new();

	document_examine((Span){ (const guint8 *)tc->document,
		strlen(tc->document) }, "text/xml", NULL, traits);
	g_assert_nonnull(traits->details[TRAIT_DDE_AUTO]);
	g_assert_false(traits->exceeds_limit);
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
		table_text_examine((Span){ copy, len }, i % 2 == 0, traits);
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
	ADD_TABLE("/document/ole2-sharing/", sharing_cases, test_sharing);
	ADD_TABLE("/document/equation-in-tree/", tree_cases, test_tree);
	ADD_TABLE("/document/vba-source-octets/", source_octets_cases,
	    test_source_octets);
	ADD_TABLE("/document/active-mime/", active_mime_cases, test_active_mime);
	ADD_TABLE("/document/xml-depth/", depth_cases, test_depth);
	ADD_TABLE("/document/xml-field/", field_cases, test_field);
	ADD_TABLE("/document/html-urls/", urls_cases, test_urls);
	ADD_TABLE("/document/html-link/", link_cases, test_link);
	ADD_TABLE("/document/html-in-utf-16/", wide_cases, test_wide);
	ADD_TABLE("/document/html-name/", name_cases, test_name);
	ADD_TABLE("/document/html-attributes/", attributes_cases,
	    test_attributes);
	ADD_TABLE("/document/html-large/", large_page_cases, test_large_page);
	g_test_add_func("/document/html-literal-gaps", test_literal_gaps);
	ADD_TABLE("/document/padded/", padded_cases, test_padded);
	g_test_add_func("/document/source-padded", test_source_padded);
	g_test_add_func("/document/vba-modules", test_modules);
	g_test_add_func("/document/compiled-names", test_compiled_names);
	g_test_add_func("/document/cut-anywhere", test_cut);
	g_test_add_func("/document/damaged-anywhere", test_damage);
	return g_test_run();
}
