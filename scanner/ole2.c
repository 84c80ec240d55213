/*
 * scanner/ole2.c - the streams of a compound file ([MS-CFB]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/ole2.h"

#define MAGIC "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#define HEADER_FAT_SECTORS 109
#define MAX_REGULAR_SECTOR 0xfffffffau
#define ENTRY_OCTETS 128
#define TYPE_STREAM 2
#define TYPE_ROOT 5

struct ole2 {
	Span octets;
	guint sector_shift;
	guint mini_shift;
	guint32 mini_cutoff;    /* smaller streams are in the mini stream */
	GArray *fat;            /* of guint32: the next sector of each */
	GArray *mini_fat;
	GBytes *mini_stream;
	GPtrArray *entries;
	GArray *links;          /* of Link, by an entry's number */
	gboolean exceeds_limit;
	gboolean is_tree;
};

/* An entry and the numbers of others: its neighbours in the storage that holds
 * both, and one that it holds. */
typedef struct {
	Ole2Entry *entry;       /* NULL: not used */
	guint32 left;
	guint32 right;
	guint32 child;
} Link;

static void
entry_free(gpointer data)
{
	Ole2Entry *entry = data;

	g_free(entry->name);
	g_free(entry);
}

void
ole2_free(Ole2 *ole2)
{
	if (ole2 == NULL)
		return;
	g_array_unref(ole2->fat);
	g_array_unref(ole2->mini_fat);
	g_clear_pointer(&ole2->mini_stream, g_bytes_unref);
	g_ptr_array_unref(ole2->entries);
	g_array_unref(ole2->links);
	g_free(ole2);
}

/* Part of a span, cut where that ends; empty outside. */
static Span
span_cut(Span span, guint64 offset, gsize len)
{
	if (offset >= span.len)
		return (Span){ NULL, 0 };
	return (Span){ span.octets + offset,
		MIN(len, span.len - (gsize)offset) };
}

static Span
sector(const Ole2 *ole2, guint32 number)
{
	if (number >= MAX_REGULAR_SECTOR)
		return (Span){ NULL, 0 };
	return span_cut(ole2->octets, ((guint64)number + 1) <<
	    ole2->sector_shift, (gsize)1 << ole2->sector_shift);
}

/* The same in the mini stream. */
static Span
mini_sector(const Ole2 *ole2, guint32 number)
{
	return span_cut(span_of_bytes(ole2->mini_stream),
	    (guint64)number << ole2->mini_shift, (gsize)1 << ole2->mini_shift);
}

static void
append_numbers(GArray *numbers, Span octets)
{
	Cursor cursor = { octets, FALSE };

	while (cursor.rest.len >= 4) {
		guint32 number = cursor_u32(&cursor);

		g_array_append_val(numbers, number);
	}
}

/*
 * How many octets a chain of sectors has, up to max_octets: they are appended
 * to octets, unless that is NULL. A chain has no more sectors than its FAT, or
 * it goes in circles.
 */
static guint64
walk_chain(const Ole2 *ole2, gboolean is_mini, guint32 first,
    guint64 max_octets, GByteArray *octets)
{
	const GArray *fat = is_mini ? ole2->mini_fat : ole2->fat;
	guint32 number = first;
	guint64 len = 0;

	for (guint i = 0; i < fat->len && number < fat->len &&
	     len < max_octets; i++) {
		Span span = is_mini ? mini_sector(ole2, number) :
		    sector(ole2, number);

		if (span.len == 0)
			break;
		span.len = (gsize)MIN(span.len, max_octets - len);
		if (octets != NULL)
			g_byte_array_append(octets, span.octets,
			    (guint)span.len);
		len += span.len;
		number = g_array_index(fat, guint32, number);
	}
	return len;
}

static GByteArray *
read_chain(const Ole2 *ole2, guint32 first, gsize max_octets)
{
	GByteArray *octets = g_byte_array_new();

	walk_chain(ole2, FALSE, first, max_octets, octets);
	return octets;
}

/* The FAT: 109 of its sectors are named in the header, others in a chain. */
static void
read_fat(Ole2 *ole2)
{
	guint32 max_sectors =
	    (guint32)(ole2->octets.len >> ole2->sector_shift) + 1;
	Cursor header = cursor_at(ole2->octets, 68);
	guint32 next = cursor_u32(&header);

	cursor_u32(&header);
	for (guint i = 0; i < HEADER_FAT_SECTORS; i++) {
		guint32 number = cursor_u32(&header);

		if (ole2->fat->len < max_sectors)
			append_numbers(ole2->fat, sector(ole2, number));
	}
	for (guint32 i = 0; i < max_sectors; i++) {
		Cursor list = { sector(ole2, next), FALSE };

		if (list.rest.len < 8)
			return;
		while (list.rest.len >= 8) {
			guint32 number = cursor_u32(&list);

			if (ole2->fat->len < max_sectors)
				append_numbers(ole2->fat,
				    sector(ole2, number));
		}
		next = cursor_u32(&list);
	}
}

static void
add_entry(Ole2 *ole2, Cursor entry)
{
	Span name = cursor_take(&entry, 64);
	gsize name_len = cursor_u16(&entry);
	guint type = cursor_u16(&entry) & 0xff;
	Link link = { NULL };
	Ole2Entry *added;
	gunichar2 units[32];

	if (type != 0 && !entry.has_failed)
		link.entry = g_new0(Ole2Entry, 1);
	link.left = cursor_u32(&entry);
	link.right = cursor_u32(&entry);
	link.child = cursor_u32(&entry);
	g_array_append_val(ole2->links, link);
	added = link.entry;
	if (added == NULL)
		return;
	added->is_stream = type == TYPE_STREAM;
	memcpy(added->class_id, cursor_take(&entry, 16).octets, 16);
	cursor_take(&entry, 20);
	added->first_sector = cursor_u32(&entry);
	added->size = cursor_little_endian(&entry, 8);
	/* The upper half is not always cleared where sectors are small. */
	if (ole2->sector_shift == 9)
		added->size &= 0xffffffff;
	for (guint i = 0; i < 32; i++)
		units[i] = (gunichar2)(name.octets[2 * i] |
		    name.octets[2 * i + 1] << 8);
	added->name = g_utf16_to_utf8(units, (glong)MIN(name_len / 2, 32), NULL,
	    NULL, NULL);
	if (added->name == NULL)
		added->name = g_strdup("");
	g_ptr_array_add(ole2->entries, added);
	if (type == TYPE_ROOT && ole2->mini_stream == NULL)
		ole2->mini_stream = g_byte_array_free_to_bytes(read_chain(ole2,
		    added->first_sector, ole2->octets.len));
}

static void
read_directory(Ole2 *ole2, guint32 first)
{
	g_autoptr(GByteArray) directory = read_chain(ole2, first,
	    (OLE2_MAX_ENTRIES + 1) * ENTRY_OCTETS);
	Cursor cursor = { { directory->data, directory->len }, FALSE };

	for (guint n = 0; cursor.rest.len >= ENTRY_OCTETS; n++) {
		if (n == OLE2_MAX_ENTRIES) {
			ole2->exceeds_limit = TRUE;
			return;
		}
		add_entry(ole2, (Cursor){ cursor_take(&cursor, ENTRY_OCTETS),
			FALSE });
	}
}

/* Says of each entry below the storage who holds it. */
static void
adopt(Ole2 *ole2, const Link *storage)
{
	g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(guint32));

	g_array_append_val(numbers, storage->child);
	while (numbers->len > 0) {
		guint32 number = g_array_index(numbers, guint32,
		    numbers->len - 1);
		const Link *link;

		g_array_set_size(numbers, numbers->len - 1);
		if (number >= ole2->links->len)
			continue;
		link = &g_array_index(ole2->links, Link, number);
		if (link->entry == NULL)
			continue;
		if (link->entry->parent != NULL || link == storage) {
			ole2->is_tree = FALSE;
			continue;
		}
		link->entry->parent = storage->entry;
		g_array_append_val(numbers, link->left);
		g_array_append_val(numbers, link->right);
	}
}

static void
read_tree(Ole2 *ole2)
{
	ole2->is_tree = TRUE;
	for (guint i = 0; i < ole2->links->len; i++) {
		const Link *link = &g_array_index(ole2->links, Link, i);

		if (link->entry != NULL && !link->entry->is_stream)
			adopt(ole2, link);
	}
}

/* Finds out how long the streams are; empties those that are too much. */
static void
measure_streams(Ole2 *ole2)
{
	guint64 room = (guint64)ole2->octets.len * OLE2_MAX_SHARING;

	for (guint i = 0; i < ole2->entries->len; i++) {
		Ole2Entry *entry = g_ptr_array_index(ole2->entries, i);

		if (!entry->is_stream)
			continue;
		entry->is_mini = entry->size < ole2->mini_cutoff &&
		    ole2->mini_stream != NULL;
		entry->size = walk_chain(ole2, entry->is_mini,
		    entry->first_sector, entry->size, NULL);
		if (entry->size > room) {
			ole2->exceeds_limit = TRUE;
			entry->size = room = 0;
		}
		room -= entry->size;
	}
}

Ole2 *
ole2_new(Span octets)
{
	g_autoptr(Ole2) ole2 = NULL;
	g_autoptr(GByteArray) mini_fat = NULL;
	Cursor header = { octets, FALSE };
	guint32 directory;

	if (octets.len < 512 || memcmp(octets.octets, MAGIC, 8) != 0)
		return NULL;
	ole2 = g_new0(Ole2, 1);
	ole2->octets = octets;
	ole2->fat = g_array_new(FALSE, FALSE, sizeof(guint32));
	ole2->mini_fat = g_array_new(FALSE, FALSE, sizeof(guint32));
	ole2->entries = g_ptr_array_new_with_free_func(entry_free);
	ole2->links = g_array_new(FALSE, FALSE, sizeof(Link));
	cursor_take(&header, 30);
	ole2->sector_shift = cursor_u16(&header);
	ole2->mini_shift = cursor_u16(&header);
	/* 512 or 4096 octets, and 64: others are not opened by Windows. */
	if (ole2->sector_shift != 9 && ole2->sector_shift != 12)
		return NULL;
	if (ole2->mini_shift == 0 || ole2->mini_shift >= ole2->sector_shift)
		ole2->mini_shift = 6;
	cursor_take(&header, 14);
	directory = cursor_u32(&header);
	cursor_u32(&header);
	ole2->mini_cutoff = cursor_u32(&header);
	read_fat(ole2);
	mini_fat = read_chain(ole2, cursor_u32(&header), octets.len);
	append_numbers(ole2->mini_fat, (Span){ mini_fat->data, mini_fat->len });
	read_directory(ole2, directory);
	read_tree(ole2);
	measure_streams(ole2);
	return g_steal_pointer(&ole2);
}

const GPtrArray *
ole2_entries(const Ole2 *ole2)
{
	return ole2->entries;
}

gboolean
ole2_is_tree(const Ole2 *ole2)
{
	return ole2->is_tree;
}

gboolean
ole2_exceeds_limit(const Ole2 *ole2)
{
	return ole2->exceeds_limit;
}

GBytes *
ole2_read(const Ole2 *ole2, const Ole2Entry *entry)
{
	GByteArray *octets = g_byte_array_new();

	walk_chain(ole2, entry->is_mini, entry->first_sector, entry->size,
	    octets);
	return g_byte_array_free_to_bytes(octets);
}
