/*
 * scanner/outlook_message.h - the files in an Outlook .msg file ([MS-OXMSG]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libclamav shows the streams of such a file without the names of the
 * attachments.
 */
#ifndef SCANNER_OUTLOOK_MESSAGE_H
#define SCANNER_OUTLOOK_MESSAGE_H

#include "scanner/member.h"

/* A compound file with a message's properties in it. */
gboolean outlook_message_is(Span octets);

/* Shows every attachment with its names, those of messages inside the message
 * too, and the bodies. */
Opened outlook_message_open(Span octets, Unpacking *unpacking);

#endif
