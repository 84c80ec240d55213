/*
 * scanner/onenote.c - files in a OneNote section ([MS-ONESTORE] 2.6.13).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/onenote.h"

/* A FileDataStoreObject begins with this GUID, BDE316E7-2665-4511-A4C4-
 * 8D4D0B7A9EAC. */
static const char header[] =
    "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac";

static gboolean
is_picture(Span octets)
{
	static const struct {
		const char *octets;
		gsize len;
	} pictures[] = { { "\x89PNG", 4 }, { "\xff\xd8\xff", 3 },
		{ "GIF8", 4 }, { "BM", 2 }, { "II*\0", 4 }, { "MM\0*", 4 },
		{ "\1\0\0\0", 4 }, { "\xd7\xcd\xc6\x9a", 4 } };

	for (gsize i = 0; i < G_N_ELEMENTS(pictures); i++)
		if (octets.len >= pictures[i].len && memcmp(octets.octets,
		    pictures[i].octets, pictures[i].len) == 0)
			return TRUE;
	return FALSE;
}

void
onenote_examine(Span octets, Traits *traits)
{
	const guint8 *at = octets.octets;
	const guint8 *end = octets.octets + octets.len;

	while ((at = memmem(at, (gsize)(end - at), header,
	    sizeof(header) - 1)) != NULL) {
		Cursor cursor = cursor_at(octets,
		    (guint64)(at - octets.octets) + sizeof(header) - 1);
		guint64 len = cursor_little_endian(&cursor, 8);
		Span file;

		/* Twelve octets are not used. Cut where the section ends. */
		cursor_take(&cursor, 12);
		at += sizeof(header) - 1;
		if (cursor.has_failed)
			continue;
		file = cursor_take(&cursor, MIN(len, cursor.rest.len));
		if (file.len == 0)
			continue;
		if (!is_picture(file))
			traits_add(traits, TRAIT_ONENOTE_FILE,
			    "a file that is no picture");
		traits_add_file(traits, (Span){ NULL, 0 },
		    g_bytes_new(file.octets, file.len));
		if (traits->exceeds_limit)
			return;
	}
}
