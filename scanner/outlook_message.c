/*
 * scanner/outlook_message.c - the files in an Outlook .msg file ([MS-OXMSG]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-infile.h>
#include <gsf/gsf-input-memory.h>
#include <string.h>

#include "scanner/mapi.h"
#include "scanner/outlook_message.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GsfInput, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GsfInfile, g_object_unref)

/* Folders within folders: each message inside another takes two. */
#define MAX_DEPTH 16
#define MAX_CHILDREN 10000

#define STREAM_PREFIX "__substg1.0_"
#define ATTACHMENT_PREFIX "__attach_version1.0_"

/* "__properties_version1.0" in UTF-16LE: every message has such a stream. */
static const guint8 properties_name[] = "_\0_\0p\0r\0o\0p\0e\0r\0t\0i\0e\0s\0_\0"
    "v\0e\0r\0s\0i\0o\0n\0";

typedef struct {
	Unpacking *unpacking;
	gboolean is_enough;
} Reading;

gboolean
outlook_message_is(Span octets)
{
	static const char magic[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

	return octets.len > 512 && memcmp(octets.octets, magic, 8) == 0 &&
	    memmem(octets.octets, octets.len, properties_name,
	        sizeof(properties_name) - 1) != NULL;
}

/* The octets of a stream; NULL: it is damaged. Caller frees. */
static GBytes *
read_stream(GsfInput *stream)
{
	gsf_off_t size = gsf_input_size(stream);
	g_autofree guint8 *octets = NULL;

	if (size < 0 || size > G_MAXINT32)
		return NULL;
	if (size == 0)
		return g_bytes_new(NULL, 0);
	octets = g_try_malloc((gsize)size);
	if (octets == NULL || gsf_input_seek(stream, 0, G_SEEK_SET) ||
	    gsf_input_read(stream, (gsize)size, octets) == NULL)
		return NULL;
	return g_bytes_new_take(g_steal_pointer(&octets), (gsize)size);
}

/* "__substg1.0_3707001F": a property and its type. */
static gboolean
parse_stream_name(const char *name, guint *id, guint *type)
{
	guint64 both;

	if (name == NULL || !g_str_has_prefix(name, STREAM_PREFIX) ||
	    strlen(name) < strlen(STREAM_PREFIX) + 8)
		return FALSE;
	both = g_ascii_strtoull(name + strlen(STREAM_PREFIX), NULL, 16);
	*id = (guint)(both >> 16) & 0xffffu;
	*type = (guint)both & 0xffffu;
	return TRUE;
}

static void
on_attachment_stream(MapiAttachment *attachment, guint id, guint type,
    GBytes *value, GPtrArray *kept)
{
	Span octets;

	octets.octets = g_bytes_get_data(value, &octets.len);
	if (id == MAPI_ATTACH_DATA) {
		attachment->octets = octets;
		attachment->has_octets = TRUE;
		g_ptr_array_add(kept, g_bytes_ref(value));
	} else if (id == MAPI_ATTACH_LONG_FILENAME ||
	    id == MAPI_ATTACH_FILENAME || id == MAPI_DISPLAY_NAME) {
		mapi_attachment_add_name(attachment, type, octets);
	}
}

/* A folder: a message, an attachment, or an object in one. */
static void
read_folder(Reading *reading, GsfInfile *folder, gboolean is_attachment,
    guint depth)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)g_bytes_unref);
	int n = MIN(gsf_infile_num_children(folder), MAX_CHILDREN);
	MapiAttachment attachment = { 0 };

	for (int i = 0; i < n && !reading->is_enough; i++) {
		g_autoptr(GsfInput) child = gsf_infile_child_by_index(folder,
		    i);
		const char *name = gsf_infile_name_by_index(folder, i);
		g_autoptr(GBytes) value = NULL;
		guint id, type;

		if (child == NULL || name == NULL)
			continue;
		if (GSF_IS_INFILE(child) &&
		    gsf_infile_num_children(GSF_INFILE(child)) >= 0) {
			if (depth < MAX_DEPTH)
				read_folder(reading, GSF_INFILE(child),
				    g_str_has_prefix(name, ATTACHMENT_PREFIX),
				    depth + 1);
			continue;
		}
		if (!parse_stream_name(name, &id, &type))
			continue;
		value = read_stream(child);
		if (value == NULL)
			continue;
		if (is_attachment)
			on_attachment_stream(&attachment, id, type, value,
			    kept);
		else if (id == MAPI_RTF_COMPRESSED)
			reading->is_enough = !mapi_show_body(id,
			    (Span){ g_bytes_get_data(value, NULL),
			        g_bytes_get_size(value) },
			    reading->unpacking);
	}
	if (!reading->is_enough)
		reading->is_enough = !mapi_attachment_show(&attachment,
		    reading->unpacking);
	mapi_attachment_clear(&attachment);
}

Opened
outlook_message_open(Span octets, Unpacking *unpacking)
{
	Reading reading = { .unpacking = unpacking };
	g_autoptr(GsfInput) input = NULL;
	g_autoptr(GsfInfile) file = NULL;

	if (!outlook_message_is(octets))
		return OPENED_NOT;
	input = gsf_input_memory_new(octets.octets, (gsf_off_t)octets.len,
	    FALSE);
	file = input != NULL ? gsf_infile_msole_new(input, NULL) : NULL;
	if (file == NULL)
		return OPENED_NOT;
	read_folder(&reading, file, FALSE, 0);
	return OPENED_WHOLE;
}
