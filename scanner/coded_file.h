/*
 * scanner/coded_file.h - a file that holds others as text.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * In uuencode, yEnc, BinHex, or as attachments of an iCalendar file (RFC 5545).
 * Archive programs open such files like any archive. Those in the text of a
 * message itself are found by decode_inline() without this.
 */
#ifndef SCANNER_CODED_FILE_H
#define SCANNER_CODED_FILE_H

#include "scanner/member.h"

/* Whether one may begin in octets of the type: a word of its first line is
 * there. */
gboolean coded_file_is(const char *detected_type, Span octets);

/* Shows each file, in all its readings, under its own name. */
Opened coded_file_open(Span octets, Unpacking *unpacking);

#endif
