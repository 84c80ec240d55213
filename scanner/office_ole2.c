/*
 * scanner/office_ole2.c - what compound files can do: VBA, Excel 4 macros, packages.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/dde.h"
#include "scanner/equation.h"
#include "scanner/octet_search.h"
#include "scanner/office.h"
#include "scanner/ole2.h"
#include "scanner/vba.h"
#include "scanner/word_binary.h"

/* What OLE 1 would have saved. */
#define OLE10_NATIVE "\1Ole10Native"
#define OLE_STREAM "\1Ole"
/* Of PowerPoint, where all but this is encrypted. */
#define TOKEN_ENCRYPTED 0xf3d1c4dfu

/* --- packages ------------------------------------------------------------- */

/* The name without its folders: they are the sender's. */
static Span
base_name(Span path)
{
	gsize i = path.len;

	while (i > 0 && path.octets[i - 1] != '\\' && path.octets[i - 1] != '/')
		i--;
	return (Span){ path.octets + i, path.len - i };
}

void
office_examine_package(Span octets, Traits *traits)
{
	Cursor cursor = { octets, FALSE };
	Span label, path, data;
	guint32 len;

	cursor_u16(&cursor);
	label = cursor_string(&cursor);
	path = cursor_string(&cursor);
	cursor_u32(&cursor);
	cursor_take(&cursor, cursor_u32(&cursor));
	len = cursor_u32(&cursor);
	if (cursor.has_failed)
		return;
	/* Cut where the stream ends. */
	data = cursor_take(&cursor, MIN(len, cursor.rest.len));
	path = base_name(path.len > 0 ? path : label);
	traits_add_file(traits, path, g_bytes_new(data.octets, data.len));
}

/* --- workbooks ([MS-XLS]) ------------------------------------------------- */

enum {
	RECORD_EXTERNSHEET = 0x0017,    /* before Excel 97: one link */
	RECORD_LBL = 0x0018,
	RECORD_FILEPASS = 0x002f,
	RECORD_BOUNDSHEET = 0x0085,
	RECORD_SUPBOOK = 0x01ae,        /* since then: one link */
	RECORD_BOF = 0x0809,
};
#define VERSION_EXCEL_97 0x0600
/* Between a program and what it is asked for; in front, the mark of a path. */
#define LINK_SEPARATOR '\3'
#define MAX_LINK_CHARACTERS 255

/* So many characters of one octet or two, in lower case. Caller frees. */
static char *
characters(Span octets, gsize step, guint len)
{
	GString *text = g_string_sized_new(len);

	for (gsize i = 0; i + step <= octets.len && text->len < len; i += step)
		g_string_append_c(text, step == 2 && octets.octets[i + 1] != 0 ?
		    '?' : g_ascii_tolower((char)octets.octets[i]));
	return g_string_free(text, FALSE);
}

/* Behind a flag, which says whether they are of two octets (2.5.293). Caller
 * frees. */
static char *
flagged_characters(Cursor record, guint len)
{
	guint flag = cursor_u8(&record);

	return characters(record.rest, (flag & 1) != 0 ? 2 : 1, len);
}

/* A defined name ([MS-XLS] 2.4.150) that Excel runs: built in, by its number, or
 * spelt. */
static gboolean
is_auto_label(Cursor record)
{
	guint flags = cursor_u16(&record);
	g_autofree char *name = NULL;
	guint len;

	cursor_take(&record, 1);
	len = (guint)cursor_little_endian(&record, 1);
	cursor_take(&record, 10);
	if (record.has_failed || len == 0)
		return FALSE;
	name = flagged_characters(record, len);
	if ((flags & 0x20) != 0)
		return strchr("\1\2\12\13", *name) != NULL && *name != '\0';
	return strstr(name, "auto_") != NULL;
}

/* A link to a program or a file (2.5.277), or to a sheet. */
static void
examine_link(const char *link, Traits *traits)
{
	const char *separator = strchr(link, LINK_SEPARATOR);

	if (separator != NULL && *link >= ' ')
		dde_add_link((Span){ (const guint8 *)link,
			(gsize)(separator - link) },
		    span_of_string(separator + 1), traits);
}

static void
examine_link_record(Cursor record, gboolean is_old, Traits *traits)
{
	g_autofree char *link = NULL;
	guint len;

	if (is_old) {
		len = cursor_u8(&record);
		link = characters(record.rest, 1, len);
	} else {
		cursor_u16(&record);
		len = cursor_u16(&record);
		/* Else the workbook itself, or its add-ins. */
		link = len <= MAX_LINK_CHARACTERS ?
		    flagged_characters(record, len) : g_strdup("");
	}
	examine_link(link, traits);
}

static void
examine_workbook(Span octets, Traits *traits)
{
	Cursor cursor = { octets, FALSE };
	gboolean has_macros = FALSE, is_automatic = FALSE, is_old = FALSE;

	while (cursor.rest.len >= 4) {
		guint type = cursor_u16(&cursor);
		gsize len = cursor_u16(&cursor);
		Span data = cursor_take(&cursor, len);

		/* Position, whether hidden, and 1 for a sheet of macros. */
		if (type == RECORD_BOUNDSHEET && data.len > 6)
			has_macros |= data.octets[5] == 1;
		if (type == RECORD_LBL)
			is_automatic |= is_auto_label((Cursor){ data, FALSE });
		if (type == RECORD_BOF && data.len >= 2)
			is_old = (data.octets[0] | data.octets[1] << 8) <
			    VERSION_EXCEL_97;
		if (type == RECORD_FILEPASS)
			traits->encryption = "an encrypted Excel workbook";
		if (traits->encryption == NULL && type == (is_old ?
		    RECORD_EXTERNSHEET : RECORD_SUPBOOK))
			examine_link_record((Cursor){ data, FALSE }, is_old,
			    traits);
		if (cursor.has_failed)
			break;
	}
	if (has_macros)
		traits_add(traits, TRAIT_MACROS, "Excel 4 macros");
	/* The name may be that of a procedure in Visual Basic. */
	if (is_automatic && traits->details[TRAIT_MACROS] != NULL)
		traits_add(traits, TRAIT_AUTO_MACROS,
		    "a defined name that runs when it is opened");
}

/* --- VBA ------------------------------------------------------------------ */

static gboolean
has_entry(const Ole2 *ole2, const char *name, gboolean is_stream)
{
	const GPtrArray *entries = ole2_entries(ole2);

	for (guint i = 0; i < entries->len; i++) {
		const Ole2Entry *entry = g_ptr_array_index(entries, i);

		if (entry->is_stream == is_stream &&
		    g_ascii_strcasecmp(entry->name, name) == 0)
			return TRUE;
	}
	return FALSE;
}

/* *room: octets of source that may still be read. */
static void
examine_module(Span stream, const char *name, gsize *room, Traits *traits)
{
	g_autoptr(GBytes) source = vba_source(stream, *room);
	const char *procedure = NULL;

	if (source != NULL) {
		Span text = span_of_bytes(source);

		traits->exceeds_limit |= text.len > *room;
		*room -= MIN(text.len, *room);
		procedure = vba_auto_procedure(text);
	} else if (g_ascii_strcasecmp(name, "_VBA_PROJECT") == 0) {
		procedure = vba_auto_name(stream);
	}
	if (procedure != NULL)
		traits_add(traits, TRAIT_AUTO_MACROS, procedure);
}

static void
examine_vba(const Ole2 *ole2, Traits *traits)
{
	const GPtrArray *entries = ole2_entries(ole2);
	gsize room = VBA_MAX_SOURCE_OCTETS;

	traits_add(traits, TRAIT_MACROS, "VBA");
	for (guint i = 0; i < entries->len; i++) {
		const Ole2Entry *entry = g_ptr_array_index(entries, i);
		g_autoptr(GBytes) stream = NULL;

		if (!entry->is_stream || entry->size == 0)
			continue;
		stream = ole2_read(ole2, entry);
		examine_module(span_of_bytes(stream), entry->name, &room,
		    traits);
	}
}

/* --- formulas ------------------------------------------------------------- */

/* An object that Windows starts Equation Editor 3 for: version 2 is replaced. */
static gboolean
is_equation(const Ole2Entry *storage)
{
	/* 0002CE02-0000-0000-C000-000000000046 and 00021700-... */
	static const guint8 classes[][16] = {
		{ 2, 0xce, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 },
		{ 0, 0x17, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
		if (memcmp(storage->class_id, classes[i],
		    sizeof(classes[i])) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
is_sound_equation(const Ole2 *ole2, const Ole2Entry *entry)
{
	g_autoptr(GBytes) stream = ole2_read(ole2, entry);

	return equation_is_sound(span_of_bytes(stream));
}

/*
 * Each object of the editor holds a formula that is sound, and nothing else that
 * the editor would read. Sets how many objects there are.
 */
static gboolean
has_sound_equations(const Ole2 *ole2, guint *n_equations)
{
	const GPtrArray *entries = ole2_entries(ole2);
	g_autoptr(GHashTable) sound = g_hash_table_new(NULL, NULL);
	gboolean is_sound = ole2_is_tree(ole2);

	*n_equations = 0;
	for (guint i = 0; i < entries->len; i++) {
		const Ole2Entry *entry = g_ptr_array_index(entries, i);

		if (!entry->is_stream)
			*n_equations += is_equation(entry) ? 1 : 0;
		else if (entry->parent == NULL || !is_equation(entry->parent))
			continue;
		else if (g_ascii_strcasecmp(entry->name, OLE10_NATIVE) == 0)
			is_sound = FALSE;
		else if (g_ascii_strcasecmp(entry->name, "Equation Native") !=
		    0)
			continue;
		else if (is_sound_equation(ole2, entry))
			g_hash_table_add(sound, (gpointer)entry->parent);
		else
			is_sound = FALSE;
	}
	return is_sound && g_hash_table_size(sound) == *n_equations;
}

static void
examine_equations(const Ole2 *ole2, Traits *traits)
{
	guint n_equations;
	gboolean is_sound = has_sound_equations(ole2, &n_equations);

	if (n_equations == 0)
		return;
	if (is_sound)
		traits_add(traits, TRAIT_EQUATION, "a formula");
	else
		traits_add(traits, TRAIT_EQUATION_OBJECT,
		    "an object of the equation editor that may be an attack");
}

gboolean
office_is_formula(Span octets)
{
	g_autoptr(Ole2) ole2 = ole2_new(octets);
	guint n_equations;

	return ole2 != NULL && !ole2_exceeds_limit(ole2) &&
	    ole2_entries(ole2)->len > 0 &&
	    is_equation(g_ptr_array_index(ole2_entries(ole2), 0)) &&
	    has_sound_equations(ole2, &n_equations);
}

/* --- the file ------------------------------------------------------------- */

/* The first stream of that name at the top; NULL: there is none. Borrowed. */
static const Ole2Entry *
top_stream(const Ole2 *ole2, const char *name)
{
	const GPtrArray *entries = ole2_entries(ole2);

	for (guint i = 1; i < entries->len; i++) {
		const Ole2Entry *entry = g_ptr_array_index(entries, i);

		if (entry->is_stream &&
		    entry->parent == g_ptr_array_index(entries, 0) &&
		    g_ascii_strcasecmp(entry->name, name) == 0)
			return entry;
	}
	return NULL;
}

/* is_main: it is the document itself; embedded ones are not opened with their
 * templates. */
static void
examine_word(const Ole2 *ole2, const Ole2Entry *entry, gboolean is_main,
    Traits *traits)
{
	g_autoptr(GBytes) document = ole2_read(ole2, entry);
	g_autoptr(GBytes) table = NULL;
	const char *name = word_binary_table(span_of_bytes(document));
	const Ole2Entry *beside = is_main && name != NULL ?
	    top_stream(ole2, name) : NULL;

	word_binary_examine(span_of_bytes(document), traits);
	if (beside == NULL)
		return;
	table = ole2_read(ole2, beside);
	word_binary_examine_template(span_of_bytes(document),
	    span_of_bytes(table), traits);
}

/* The atom of the current user ([MS-PPT] 2.3.2) says so. */
static void
examine_user(Span octets, Traits *traits)
{
	Cursor token = cursor_at(octets, 12);

	if (cursor_u32(&token) == TOKEN_ENCRYPTED)
		traits->encryption = "an encrypted PowerPoint presentation";
}

/* Where a linked object is ([MS-OLEDS] 2.3.3): by an address of the web, or by
 * what runs a script. Paths are those of the author. */
static void
examine_moniker(Span stream, Traits *traits)
{
	/* 79EAC9E0-BAF9-11CE-8C82-00AA004BA90B and
	 * 06290BD3-48AA-11D2-8432-006008C3FBFC */
	static const guint8 classes[][16] = {
		{ 0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11, 0x8c, 0x82, 0,
		    0xaa, 0, 0x4b, 0xa9, 0x0b },
		{ 0xd3, 0x0b, 0x29, 0x06, 0xaa, 0x48, 0xd2, 0x11, 0x84, 0x32, 0,
		    0x60, 0x08, 0xc3, 0xfb, 0xfc },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
		if (memmem(stream.octets, stream.len, classes[i],
		    sizeof(classes[i])) != NULL)
			traits_add(traits, TRAIT_EXTERNAL_OBJECT,
			    "an object on a server");
}

static void
examine_stream(const Ole2 *ole2, const Ole2Entry *entry,
    const Ole2Entry *main_document, Traits *traits)
{
	g_autoptr(GBytes) stream = NULL;
	Cursor cursor;

	if (g_ascii_strcasecmp(entry->name, "Workbook") == 0 ||
	    g_ascii_strcasecmp(entry->name, "Book") == 0) {
		stream = ole2_read(ole2, entry);
		examine_workbook(span_of_bytes(stream), traits);
	} else if (g_ascii_strcasecmp(entry->name, OLE10_NATIVE) == 0) {
		stream = ole2_read(ole2, entry);
		cursor = (Cursor){ span_of_bytes(stream), FALSE };
		cursor_u32(&cursor);
		office_examine_package(cursor.rest, traits);
	} else if (g_ascii_strcasecmp(entry->name, OLE_STREAM) == 0) {
		stream = ole2_read(ole2, entry);
		examine_moniker(span_of_bytes(stream), traits);
	} else if (g_ascii_strcasecmp(entry->name, "WordDocument") == 0) {
		examine_word(ole2, entry, entry == main_document, traits);
	} else if (g_ascii_strcasecmp(entry->name, "Current User") == 0) {
		stream = ole2_read(ole2, entry);
		examine_user(span_of_bytes(stream), traits);
	}
}

void
office_examine_ole2(Span octets, Traits *traits)
{
	g_autoptr(Ole2) ole2 = ole2_new(octets);
	const Ole2Entry *main_document;
	const GPtrArray *entries;

	if (ole2 == NULL)
		return;
	entries = ole2_entries(ole2);
	main_document = top_stream(ole2, "WordDocument");
	traits->exceeds_limit |= ole2_exceeds_limit(ole2);
	if (has_entry(ole2, "_VBA_PROJECT", TRUE) ||
	    has_entry(ole2, "VBA", FALSE))
		examine_vba(ole2, traits);
	for (guint i = 0; i < entries->len; i++) {
		const Ole2Entry *entry = g_ptr_array_index(entries, i);

		if (entry->is_stream)
			examine_stream(ole2, entry, main_document, traits);
	}
	examine_equations(ole2, traits);
}
