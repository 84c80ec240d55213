/*
 * scanner/rar_survey.c - what in a RAR 5 file is encrypted.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/rar_survey.h"

#define BLOCK_FILE 2
#define BLOCK_ENCRYPTION 4
#define BLOCK_END 5
#define FLAG_EXTRA 1u
#define FLAG_DATA 2u
#define EXTRA_ENCRYPTION 1

/* Seven bits an octet, the lowest first. */
static guint64
cursor_vint(Cursor *cursor)
{
	guint64 value = 0;

	for (guint shift = 0; shift < 63; shift += 7) {
		guint8 octet = cursor_u8(cursor);

		value |= (guint64)(octet & 0x7fu) << shift;
		if ((octet & 0x80u) == 0)
			return value;
	}
	cursor->has_failed = TRUE;
	return 0;
}

static gboolean
has_encryption_record(Span extra)
{
	Cursor cursor = { extra, FALSE };

	while (cursor.rest.len > 0 && !cursor.has_failed) {
		guint64 len = cursor_vint(&cursor);
		Cursor record = { cursor_take(&cursor, len), FALSE };

		if (!cursor.has_failed &&
		    cursor_vint(&record) == EXTRA_ENCRYPTION &&
		    !record.has_failed)
			return TRUE;
	}
	return FALSE;
}

RarEncryption
rar_survey(Span octets)
{
	static const char signature[] = "Rar!\x1a\x07\x01";
	Cursor cursor = { octets, FALSE };
	Span begin = cursor_take(&cursor, sizeof(signature));
	RarEncryption encryption = RAR_OPEN;

	if (begin.len == 0 ||
	    memcmp(begin.octets, signature, sizeof(signature)) != 0)
		return RAR_OPEN;
	while (!cursor.has_failed && cursor.rest.len > 0) {
		guint64 len, type, flags, extra_len, data_len;
		Cursor header;

		(void)cursor_u32(&cursor);
		len = cursor_vint(&cursor);
		header = (Cursor){ cursor_take(&cursor, len), FALSE };
		type = cursor_vint(&header);
		flags = cursor_vint(&header);
		extra_len = (flags & FLAG_EXTRA) != 0 ?
		    cursor_vint(&header) : 0;
		data_len = (flags & FLAG_DATA) != 0 ?
		    cursor_vint(&header) : 0;
		if (cursor.has_failed || header.has_failed ||
		    type == BLOCK_END)
			break;
		if (type == BLOCK_ENCRYPTION)
			return RAR_ALL_ENCRYPTED;
		if (type == BLOCK_FILE && extra_len <= header.rest.len &&
		    has_encryption_record(span_at(header.rest,
		        header.rest.len - extra_len, extra_len)))
			encryption = RAR_MEMBERS_ENCRYPTED;
		cursor_take(&cursor, data_len);
	}
	return encryption;
}
