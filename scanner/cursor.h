/*
 * scanner/cursor.h - reads a binary format, and remembers when it ends too soon.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whoever reads past the end gets zeros and empty spans; has_failed is tested
 * once, where it matters.
 */
#ifndef SCANNER_CURSOR_H
#define SCANNER_CURSOR_H

#include <string.h>

#include "scanner/entity.h"

typedef struct {
	Span rest;
	gboolean has_failed;
} Cursor;

static inline Span
cursor_take(Cursor *cursor, guint64 len)
{
	Span taken = { cursor->rest.octets, 0 };

	if (len > cursor->rest.len) {
		cursor->has_failed = TRUE;
		return taken;
	}
	taken.len = (gsize)len;
	cursor->rest.len -= taken.len;
	if (taken.len > 0)
		cursor->rest.octets += taken.len;
	return taken;
}

static inline guint64
cursor_little_endian(Cursor *cursor, gsize len)
{
	Span octets = cursor_take(cursor, len);
	guint64 value = 0;

	for (gsize i = octets.len; i > 0; i--)
		value = value << 8 | octets.octets[i - 1];
	return value;
}

static inline guint64
cursor_big_endian(Cursor *cursor, gsize len)
{
	Span octets = cursor_take(cursor, len);
	guint64 value = 0;

	for (gsize i = 0; i < octets.len; i++)
		value = value << 8 | octets.octets[i];
	return value;
}

static inline guint8
cursor_u8(Cursor *cursor)
{
	return (guint8)cursor_little_endian(cursor, 1);
}

static inline guint16
cursor_u16(Cursor *cursor)
{
	return (guint16)cursor_little_endian(cursor, 2);
}

static inline guint32
cursor_u32(Cursor *cursor)
{
	return (guint32)cursor_little_endian(cursor, 4);
}

/* Up to the next NUL, which is skipped. */
static inline Span
cursor_string(Cursor *cursor)
{
	const guint8 *end = cursor->rest.len > 0 ?
	    memchr(cursor->rest.octets, 0, cursor->rest.len) : NULL;
	Span string = cursor_take(cursor, end != NULL ?
	    (gsize)(end - cursor->rest.octets) : cursor->rest.len);

	cursor_take(cursor, 1);
	return string;
}

/* At the offset; failed, at the beginning, where it is outside. */
static inline Cursor
cursor_at(Span octets, guint64 offset)
{
	Cursor cursor = { octets, FALSE };

	cursor_take(&cursor, offset);
	return cursor;
}

/* Part of a span; beyond its end: empty. */
static inline Span
span_at(Span span, guint64 offset, guint64 len)
{
	Cursor cursor = { span, FALSE };

	cursor_take(&cursor, offset);
	return cursor.has_failed ? (Span){ span.octets, 0 } :
	    cursor_take(&cursor, len);
}

#endif
