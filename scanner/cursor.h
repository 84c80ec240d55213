/*
 * scanner/cursor.h - reads little-endian binary formats, never past the end.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The error is sticky: after the first read past the end every read gives 0 or
 * an empty span. Whoever reads a record tests has_failed once, behind it.
 */
#ifndef SCANNER_CURSOR_H
#define SCANNER_CURSOR_H

#include "scanner/entity.h"

typedef struct {
	Span rest;              /* what is not read yet */
	gboolean has_failed;
} Cursor;

static inline Span
cursor_take(Cursor *cursor, guint64 len)
{
	Span taken = { cursor->rest.octets, (gsize)len };

	if (cursor->has_failed || len > cursor->rest.len) {
		cursor->has_failed = TRUE;
		return (Span){ (const guint8 *)"", 0 };
	}
	cursor->rest.octets += len;
	cursor->rest.len -= (gsize)len;
	return taken;
}

static inline guint64
cursor_number(Cursor *cursor, guint octets)
{
	Span taken = cursor_take(cursor, octets);
	guint64 number = 0;

	for (gsize i = taken.len; i > 0; i--)
		number = number << 8 | taken.octets[i - 1];
	return number;
}

static inline guint16
cursor_u16(Cursor *cursor)
{
	return (guint16)cursor_number(cursor, 2);
}

static inline guint32
cursor_u32(Cursor *cursor)
{
	return (guint32)cursor_number(cursor, 4);
}

/* Up to the next NUL, which is skipped. */
static inline Span
cursor_string(Cursor *cursor)
{
	gsize len = 0;
	Span string;

	while (len < cursor->rest.len && cursor->rest.octets[len] != 0)
		len++;
	string = cursor_take(cursor, len);
	cursor_take(cursor, 1);
	return string;
}

/* What lies behind offset; empty and failed where it is outside. */
static inline Cursor
cursor_at(Span octets, guint64 offset)
{
	Cursor cursor = { octets, FALSE };

	cursor_take(&cursor, offset);
	return cursor;
}

#endif
