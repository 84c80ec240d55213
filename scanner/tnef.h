/*
 * scanner/tnef.h - the files in a winmail.dat ([MS-OXTNEF]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every attachment with its short, long and Unicode names, those of messages
 * inside the message too, and the bodies. Checksums are not looked at: Outlook
 * shows a file whose checksum is wrong.
 */
#ifndef SCANNER_TNEF_H
#define SCANNER_TNEF_H

#include "scanner/member.h"

Opened tnef_open(Span octets, Unpacking *unpacking);

#endif
