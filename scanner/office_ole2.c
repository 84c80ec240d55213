/*
 * scanner/office_ole2.c - what compound files can do: VBA, Excel 4 macros, packages.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/equation.h"
#include "scanner/octet_search.h"
#include "scanner/office.h"
#include "scanner/ole2.h"
#include "scanner/vba.h"

/* What OLE 1 would have saved. */
#define OLE10_NATIVE "\1Ole10Native"

/* --- packages ------------------------------------------------------------------ */

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

/* --- Excel 4 macros ([MS-XLS]) --------------------------------------------------- */

enum {
	RECORD_LBL = 0x0018,
	RECORD_BOUNDSHEET = 0x0085,
};

/* The name of a defined name ([MS-XLS] 2.5.293), in lower case: len characters
 * behind a flag, of two octets each where it is set. Caller frees. */
static char *
label_name(Span name, guint len)
{
	gsize step = name.len > 0 && (name.octets[0] & 1) != 0 ? 2 : 1;
	GString *text = g_string_sized_new(len);

	for (gsize i = 1; i + step <= name.len && text->len < len; i += step)
		g_string_append_c(text, step == 2 && name.octets[i + 1] != 0 ?
		    '?' : g_ascii_tolower((char)name.octets[i]));
	return g_string_free(text, FALSE);
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
	name = label_name(record.rest, len);
	if ((flags & 0x20) != 0)
		return strchr("\1\2\12\13", *name) != NULL && *name != '\0';
	return strstr(name, "auto_") != NULL;
}

static void
examine_workbook(Span octets, Traits *traits)
{
	Cursor cursor = { octets, FALSE };
	gboolean has_macros = FALSE, is_automatic = FALSE;

	while (cursor.rest.len >= 4) {
		guint type = cursor_u16(&cursor);
		gsize len = cursor_u16(&cursor);
		Span data = cursor_take(&cursor, len);

		/* Position, whether hidden, and 1 for a sheet of macros. */
		if (type == RECORD_BOUNDSHEET && data.len > 6)
			has_macros |= data.octets[5] == 1;
		if (type == RECORD_LBL)
			is_automatic |= is_auto_label((Cursor){ data, FALSE });
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

/* --- VBA ---------------------------------------------------------------------------- */

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

/* --- formulas ------------------------------------------------------------------------ */

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
 * the editor would read.
 */
static void
examine_equations(const Ole2 *ole2, Traits *traits)
{
	const GPtrArray *entries = ole2_entries(ole2);
	g_autoptr(GHashTable) sound = g_hash_table_new(NULL, NULL);
	guint n_equations = 0;
	gboolean is_sound = ole2_is_tree(ole2);

	for (guint i = 0; i < entries->len; i++) {
		const Ole2Entry *entry = g_ptr_array_index(entries, i);

		if (!entry->is_stream)
			n_equations += is_equation(entry) ? 1 : 0;
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
	if (n_equations == 0)
		return;
	if (is_sound && g_hash_table_size(sound) == n_equations)
		traits_add(traits, TRAIT_EQUATION, "a formula");
	else
		traits_add(traits, TRAIT_EQUATION_OBJECT,
		    "an object of the equation editor that may be an attack");
}

/* --- the file ------------------------------------------------------------------------ */

static void
examine_stream(const Ole2 *ole2, const Ole2Entry *entry, Traits *traits)
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
	}
}

void
office_examine_ole2(Span octets, Traits *traits)
{
	g_autoptr(Ole2) ole2 = ole2_new(octets);
	const GPtrArray *entries;

	if (ole2 == NULL)
		return;
	entries = ole2_entries(ole2);
	traits->exceeds_limit |= ole2_exceeds_limit(ole2);
	if (has_entry(ole2, "_VBA_PROJECT", TRUE) ||
	    has_entry(ole2, "VBA", FALSE))
		examine_vba(ole2, traits);
	for (guint i = 0; i < entries->len; i++) {
		const Ole2Entry *entry = g_ptr_array_index(entries, i);

		if (entry->is_stream)
			examine_stream(ole2, entry, traits);
	}
	examine_equations(ole2, traits);
}
