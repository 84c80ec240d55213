/*
 * scanner/mapi.h - properties of Outlook's messages, wherever they are stored.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TNEF and .msg files hold the same properties ([MS-OXPROPS]); this module
 * knows those that name or carry a file.
 */
#ifndef SCANNER_MAPI_H
#define SCANNER_MAPI_H

#include "scanner/member.h"

/* Identifiers and types ([MS-OXCDATA] 2.11.1). */
#define MAPI_BODY 0x1000u
#define MAPI_RTF_COMPRESSED 0x1009u
#define MAPI_HTML 0x1013u
#define MAPI_DISPLAY_NAME 0x3001u
#define MAPI_ATTACH_DATA 0x3701u
#define MAPI_ATTACH_FILENAME 0x3704u
#define MAPI_ATTACH_LONG_FILENAME 0x3707u

#define MAPI_OBJECT 0x000du
#define MAPI_STRING8 0x001eu
#define MAPI_UNICODE 0x001fu
#define MAPI_BINARY 0x0102u

/* An attachment in the making: names are owned, octets are borrowed. */
typedef struct {
	char *names[MEMBER_MAX_NAMES];
	Span octets;
	gboolean has_octets;
} MapiAttachment;

void mapi_attachment_clear(MapiAttachment *attachment);

/* Whether there is no room for another name: show it first. */
gboolean mapi_attachment_is_full(const MapiAttachment *attachment);

/* Adds a name; unknown types and what is no name are left out. */
void mapi_attachment_add_name(MapiAttachment *attachment, guint type,
    Span value);

/* Shows it, if there is anything to show, and clears it. FALSE: that is
 * enough. */
gboolean mapi_attachment_show(MapiAttachment *attachment,
    Unpacking *unpacking);

/* A body of the message: shown as a member without a name. Compressed RTF
 * ([MS-OXRTFCP]) is unpacked. FALSE: that is enough. */
gboolean mapi_show_body(guint property, Span value, Unpacking *unpacking);

#endif
