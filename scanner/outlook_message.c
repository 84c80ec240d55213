/*
 * scanner/outlook_message.c - the files in an Outlook .msg file ([MS-OXMSG]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/mapi.h"
#include "scanner/ole2.h"
#include "scanner/outlook_message.h"

#define STREAM_PREFIX "__substg1.0_"
#define ATTACHMENT_PREFIX "__attach_version1.0_"

/* "__properties_version1.0" in UTF-16LE: every message has such a stream. */
static const guint8 properties_name[] = "_\0_\0p\0r\0o\0p\0e\0r\0t\0i\0e\0s\0_\0"
    "v\0e\0r\0s\0i\0o\0n\0";

typedef struct {
	const Ole2 *file;
	Unpacking *unpacking;
	MapiAttachment attachment;
	GBytes *octets;         /* that the attachment borrows; NULL: none */
} Reading;

gboolean
outlook_message_is(Span octets)
{
	static const char magic[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

	return octets.len > 512 && memcmp(octets.octets, magic, 8) == 0 &&
	    memmem(octets.octets, octets.len, properties_name,
	        sizeof(properties_name) - 1) != NULL;
}

/* "__substg1.0_3707001F": a property and its type. */
static gboolean
parse_stream_name(const char *name, guint *id, guint *type)
{
	guint64 both;

	if (!g_str_has_prefix(name, STREAM_PREFIX))
		return FALSE;
	both = g_ascii_strtoull(name + strlen(STREAM_PREFIX), NULL, 16);
	*id = (guint)(both >> 16) & 0xffffu;
	*type = (guint)both & 0xffffu;
	return TRUE;
}

static gboolean
show_attachment(Reading *reading)
{
	gboolean go_on = mapi_attachment_show(&reading->attachment,
	    reading->unpacking);

	g_clear_pointer(&reading->octets, g_bytes_unref);
	return go_on;
}

static gboolean
on_name(Reading *reading, guint type, Span value)
{
	if (mapi_attachment_is_full(&reading->attachment) &&
	    !show_attachment(reading))
		return FALSE;
	mapi_attachment_add_name(&reading->attachment, type, value);
	return TRUE;
}

/* FALSE: that is enough. */
static gboolean
on_stream(Reading *reading, const Ole2Entry *entry)
{
	g_autoptr(GBytes) value = NULL;
	guint id, type;
	Span octets;

	if (!parse_stream_name(entry->name, &id, &type) ||
	    (id != MAPI_ATTACH_DATA && id != MAPI_ATTACH_LONG_FILENAME &&
	        id != MAPI_ATTACH_FILENAME && id != MAPI_RTF_COMPRESSED))
		return TRUE;
	value = ole2_read(reading->file, entry);
	octets = span_of_bytes(value);
	if (id == MAPI_RTF_COMPRESSED)
		return mapi_show_body(id, octets, reading->unpacking);
	if (id != MAPI_ATTACH_DATA)
		return on_name(reading, type, octets);
	if (reading->attachment.has_octets && !show_attachment(reading))
		return FALSE;
	reading->attachment.octets = octets;
	reading->attachment.has_octets = TRUE;
	reading->octets = g_steal_pointer(&value);
	return TRUE;
}

Opened
outlook_message_open(Span octets, Unpacking *unpacking)
{
	g_autoptr(Ole2) file = outlook_message_is(octets) ? ole2_new(octets) :
	    NULL;
	Reading reading = { .file = file, .unpacking = unpacking };
	const GPtrArray *entries;
	gboolean go_on = TRUE;

	if (file == NULL)
		return OPENED_NOT;
	entries = ole2_entries(file);
	/* The streams of an attachment follow its storage in the directory;
	 * where they do not, names and contents are shown one by one. */
	for (guint i = 0; go_on && i < entries->len; i++) {
		const Ole2Entry *entry = g_ptr_array_index(entries, i);

		if (entry->is_stream)
			go_on = on_stream(&reading, entry);
		else if (g_str_has_prefix(entry->name, ATTACHMENT_PREFIX))
			go_on = show_attachment(&reading);
	}
	if (go_on)
		show_attachment(&reading);
	mapi_attachment_clear(&reading.attachment);
	g_clear_pointer(&reading.octets, g_bytes_unref);
	return OPENED_WHOLE;
}
