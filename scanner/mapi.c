/*
 * scanner/mapi.c - properties of Outlook's messages, wherever they are stored.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/mapi.h"

/* --- names ----------------------------------------------------------------- */

/* UTF-16LE up to its first NUL, in UTF-8; what is no character becomes U+FFFD.
 * Caller frees. */
static char *
utf8_of_utf16(Span value)
{
	GString *name = g_string_new(NULL);
	Cursor cursor = { value, FALSE };

	while (cursor.rest.len >= 2) {
		gunichar c = cursor_u16(&cursor);

		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xdc00 && cursor.rest.len >= 2) {
			Cursor ahead = cursor;
			gunichar low = cursor_u16(&ahead);

			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + low -
				    0xdc00;
				cursor = ahead;
			}
		}
		g_string_append_unichar(name, c >= 0xd800 && c < 0xe000 ?
		    0xfffd : c);
	}
	return g_string_free(name, FALSE);
}

void
mapi_attachment_clear(MapiAttachment *attachment)
{
	for (guint i = 0; i < MEMBER_MAX_NAMES; i++)
		g_free(attachment->names[i]);
	memset(attachment, 0, sizeof(*attachment));
}

gboolean
mapi_attachment_is_full(const MapiAttachment *attachment)
{
	return attachment->names[MEMBER_MAX_NAMES - 1] != NULL;
}

void
mapi_attachment_add_name(MapiAttachment *attachment, guint type, Span value)
{
	g_autofree char *name = type == MAPI_UNICODE ? utf8_of_utf16(value) :
	    type == MAPI_STRING8 ? g_strndup((const char *)value.octets,
	        value.len) : NULL;

	if (name == NULL || *name == '\0')
		return;
	for (guint i = 0; i < MEMBER_MAX_NAMES; i++) {
		if (attachment->names[i] == NULL) {
			attachment->names[i] = g_steal_pointer(&name);
			return;
		}
		if (strcmp(attachment->names[i], name) == 0)
			return;
	}
}

/* --- members --------------------------------------------------------------- */

static gboolean
show(Member *member, Unpacking *unpacking)
{
	member->size = member->octets.len;
	member->state = MEMBER_WHOLE;
	if (member->octets.len == 0)
		member->state = MEMBER_EMPTY;
	else if (member->octets.len > unpacking->max_octets ||
	    member->octets.len > unpacking->room)
		member->state = MEMBER_TOO_LONG;
	return !unpacking_is_late(unpacking) &&
	    unpacking->on_member(unpacking, member);
}

gboolean
mapi_attachment_show(MapiAttachment *attachment, Unpacking *unpacking)
{
	Member member = { .octets = attachment->octets };
	gboolean go_on = TRUE;

	for (guint i = 0; i < MEMBER_MAX_NAMES; i++)
		member.names[i] = attachment->names[i];
	if (attachment->has_octets || attachment->names[0] != NULL)
		go_on = show(&member, unpacking);
	mapi_attachment_clear(attachment);
	return go_on;
}

/* --- bodies ---------------------------------------------------------------- */

/* What the dictionary holds before the first octet ([MS-OXRTFCP] 2.1.2.1). */
static const char rtf_beginning[] = "{\\rtf1\\ansi\\mac\\deff0\\deftab720"
    "{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    "MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
#define RTF_DICTIONARY_OCTETS 4096u
#define RTF_COMPRESSED 0x75465a4cu      /* "LZFu" */
#define RTF_UNCOMPRESSED 0x414c454du    /* "MELA" */

/* An octet out of the compressed stream, into the dictionary too. */
static void
put_rtf(GByteArray *rtf, guint8 *dictionary, guint *place, guint8 octet)
{
	dictionary[*place] = octet;
	*place = (*place + 1) % RTF_DICTIONARY_OCTETS;
	g_byte_array_append(rtf, &octet, 1);
}

static void
unpack_rtf(Cursor *cursor, gsize max, GByteArray *rtf)
{
	guint8 dictionary[RTF_DICTIONARY_OCTETS] = { 0 };
	guint place = sizeof(rtf_beginning) - 1;

	memcpy(dictionary, rtf_beginning, place);
	while (!cursor->has_failed && rtf->len < max) {
		guint flags = cursor_u8(cursor);

		for (guint bit = 0; bit < 8 && rtf->len < max; bit++) {
			guint reference, from;

			if ((flags & 1u << bit) == 0) {
				guint8 octet = cursor_u8(cursor);

				if (cursor->has_failed)
					return;
				put_rtf(rtf, dictionary, &place, octet);
				continue;
			}
			reference = (guint)cursor_big_endian(cursor, 2);
			from = reference >> 4;
			if (cursor->has_failed || from == place)
				return;
			for (guint i = 0; i < (reference & 15u) + 2; i++)
				put_rtf(rtf, dictionary, &place,
				    dictionary[(from + i) %
				        RTF_DICTIONARY_OCTETS]);
		}
	}
}

gboolean
mapi_show_body(guint property, Span value, Unpacking *unpacking)
{
	g_autoptr(GByteArray) rtf = NULL;
	Cursor cursor = { value, FALSE };
	Member member = { .octets = value };
	guint32 max, kind;

	if (property == MAPI_RTF_COMPRESSED) {
		(void)cursor_u32(&cursor);
		max = cursor_u32(&cursor);
		kind = cursor_u32(&cursor);
		(void)cursor_u32(&cursor);
		if (kind == RTF_UNCOMPRESSED)
			member.octets = cursor.rest;
		if (kind != RTF_COMPRESSED)
			return show(&member, unpacking);
		rtf = g_byte_array_new();
		unpack_rtf(&cursor, (gsize)MIN(MIN(max,
		    unpacking->max_octets), unpacking->room), rtf);
		member.octets = (Span){ rtf->data, rtf->len };
	}
	return show(&member, unpacking);
}
