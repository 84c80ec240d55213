/*
 * scanner/tnef.c - the files in a winmail.dat ([MS-OXTNEF]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "scanner/cursor.h"
#include "scanner/mapi.h"
#include "scanner/tnef.h"

#define SIGNATURE 0x223e9f78u

/* Attributes ([MS-OXTNEF] 2.1.3.2), without their types: senders vary them. */
#define ATT_BODY 0x800cu
#define ATT_ATTACH_DATA 0x800fu
#define ATT_ATTACH_TITLE 0x8010u
#define ATT_ATTACH_REND_DATA 0x9002u    /* begins an attachment */
#define ATT_MESSAGE_PROPS 0x9003u
#define ATT_ATTACHMENT 0x9005u          /* its properties */

/* Messages within messages. */
#define MAX_DEPTH 8

#define MULTIPLE_VALUES 0x1000u
#define NAMED_PROPERTY 0x8000u
#define IID_OCTETS 16u

typedef struct {
	Unpacking *unpacking;
	MapiAttachment attachment;
	guint depth;
	gboolean is_enough;
} Reading;

static Opened read_stream(Span octets, Unpacking *unpacking, guint depth,
    gboolean *is_enough);

/* --- properties ------------------------------------------------------------ */

/* Octets of a value that has no length in front; 0: it has one. */
static guint
fixed_octets(guint type)
{
	switch (type) {
	case 0x0005:
	case 0x0006:
	case 0x0007:
	case 0x0014:
	case 0x0040:
		return 8;
	case 0x0048:
		return 16;
	case MAPI_OBJECT:
	case MAPI_STRING8:
	case MAPI_UNICODE:
	case MAPI_BINARY:
		return 0;
	default:
		return 4;
	}
}

static void
skip_name(Cursor *cursor)
{
	guint32 kind, len;

	cursor_take(cursor, IID_OCTETS);
	kind = cursor_u32(cursor);
	len = cursor_u32(cursor);
	if (kind != 0)
		cursor_take(cursor, len + (-len & 3u));
}

/* No name is lost: what has too many is shown once more. */
static void
on_name(Reading *reading, guint type, Span value)
{
	if (mapi_attachment_is_full(&reading->attachment))
		reading->is_enough |= !mapi_attachment_show(
		    &reading->attachment, reading->unpacking);
	mapi_attachment_add_name(&reading->attachment, type, value);
}

/* The content of an attachment: an object's begins with the id of what it is,
 * and a message is a TNEF stream of its own. */
static void
on_data(Reading *reading, guint type, Span value)
{
	Cursor cursor = { value, FALSE };

	if (type == MAPI_OBJECT && value.len >= IID_OCTETS)
		cursor_take(&cursor, IID_OCTETS);
	if (reading->depth < MAX_DEPTH && read_stream(cursor.rest,
	    reading->unpacking, reading->depth + 1, &reading->is_enough) !=
	    OPENED_NOT)
		return;
	reading->attachment.octets = cursor.rest;
	reading->attachment.has_octets = TRUE;
}

static void
on_property(Reading *reading, guint id, guint type, Span value,
    gboolean is_attachment)
{
	if (is_attachment) {
		if (id == MAPI_ATTACH_DATA)
			on_data(reading, type, value);
		else if (id == MAPI_ATTACH_LONG_FILENAME ||
		    id == MAPI_ATTACH_FILENAME || id == MAPI_DISPLAY_NAME)
			on_name(reading, type, value);
	} else if (id == MAPI_BODY || id == MAPI_RTF_COMPRESSED ||
	    id == MAPI_HTML) {
		reading->is_enough |= !mapi_show_body(id, value,
		    reading->unpacking);
	}
}

static void
read_properties(Reading *reading, Span octets, gboolean is_attachment)
{
	Cursor cursor = { octets, FALSE };
	guint32 n = cursor_u32(&cursor);

	while (n-- > 0 && !cursor.has_failed && !reading->is_enough) {
		guint type = cursor_u16(&cursor);
		guint id = cursor_u16(&cursor);
		guint fixed = fixed_octets(type & ~MULTIPLE_VALUES);
		guint32 values = 1;

		if (id >= NAMED_PROPERTY)
			skip_name(&cursor);
		if (fixed == 0 || (type & MULTIPLE_VALUES) != 0)
			values = cursor_u32(&cursor);
		while (values-- > 0 && !cursor.has_failed &&
		    !reading->is_enough) {
			guint32 len = fixed == 0 ? cursor_u32(&cursor) :
			    fixed;
			Span value = cursor_take(&cursor, len);

			/* The last value may lack its padding. */
			cursor_take(&cursor, MIN(-len & 3u,
			    cursor.rest.len));
			if (fixed == 0 && !cursor.has_failed)
				on_property(reading, id,
				    type & ~MULTIPLE_VALUES, value,
				    is_attachment);
		}
	}
}

/* --- attributes ------------------------------------------------------------ */

static void
on_attribute(Reading *reading, guint id, Span value)
{
	switch (id) {
	case ATT_BODY:
		reading->is_enough |= !mapi_show_body(MAPI_BODY, value,
		    reading->unpacking);
		break;
	case ATT_ATTACH_REND_DATA:
		reading->is_enough |= !mapi_attachment_show(
		    &reading->attachment, reading->unpacking);
		break;
	case ATT_ATTACH_TITLE:
		on_name(reading, MAPI_STRING8, value);
		break;
	case ATT_ATTACH_DATA:
		reading->attachment.octets = value;
		reading->attachment.has_octets = TRUE;
		break;
	case ATT_MESSAGE_PROPS:
		read_properties(reading, value, FALSE);
		break;
	case ATT_ATTACHMENT:
		read_properties(reading, value, TRUE);
		break;
	default:
		break;
	}
}

static Opened
read_stream(Span octets, Unpacking *unpacking, guint depth,
    gboolean *is_enough)
{
	Cursor cursor = { octets, FALSE };
	Reading reading = { .unpacking = unpacking, .depth = depth };

	if (cursor_u32(&cursor) != SIGNATURE)
		return OPENED_NOT;
	(void)cursor_u16(&cursor);
	while (cursor.rest.len > 0 && !cursor.has_failed &&
	    !reading.is_enough) {
		guint32 id, len;
		Span value;

		(void)cursor_u8(&cursor);
		id = cursor_u32(&cursor);
		len = cursor_u32(&cursor);
		value = cursor_take(&cursor, MIN(len, cursor.rest.len));
		if (value.len > 0)
			on_attribute(&reading, id & 0xffffu, value);
		(void)cursor_u16(&cursor);
	}
	if (!reading.is_enough)
		reading.is_enough = !mapi_attachment_show(&reading.attachment,
		    unpacking);
	mapi_attachment_clear(&reading.attachment);
	*is_enough |= reading.is_enough;
	return cursor.has_failed ? OPENED_PARTLY : OPENED_WHOLE;
}

Opened
tnef_open(Span octets, Unpacking *unpacking)
{
	gboolean is_enough = FALSE;

	return read_stream(octets, unpacking, 0, &is_enough);
}
