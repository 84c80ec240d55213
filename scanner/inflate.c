/*
 * scanner/inflate.c - data in zlib's formats, bounded.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <zlib.h>

#include "scanner/inflate.h"

#define STEP_OCTETS 65536u

GBytes *
inflate_zlib(Span octets, gsize max_octets, gboolean *is_whole)
{
	g_autoptr(GByteArray) inflated = g_byte_array_new();
	z_stream stream = { 0 };
	int result = Z_OK;

	if (is_whole != NULL)
		*is_whole = FALSE;
	if (octets.len == 0 || inflateInit(&stream) != Z_OK)
		return NULL;
	stream.next_in = (Bytef *)octets.octets;
	stream.avail_in = (uInt)MIN(octets.len, G_MAXUINT);
	while (result == Z_OK && inflated->len < max_octets) {
		guint done = inflated->len;
		guint room = (guint)MIN(STEP_OCTETS, max_octets - done);

		g_byte_array_set_size(inflated, done + room);
		stream.next_out = inflated->data + done;
		stream.avail_out = room;
		result = inflate(&stream, Z_SYNC_FLUSH);
		g_byte_array_set_size(inflated,
		    done + room - stream.avail_out);
		if (inflated->len == done)
			break;
	}
	inflateEnd(&stream);
	if (is_whole != NULL)
		*is_whole = result == Z_STREAM_END;
	return inflated->len > 0 ?
	    g_byte_array_free_to_bytes(g_steal_pointer(&inflated)) : NULL;
}
