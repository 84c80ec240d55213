/*
 * scanner/mac_file.h - the file in a MacBinary, AppleSingle or AppleDouble file.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Mail programs for the Mac wrap a file with its resource fork: its real name
 * is inside. AppleDouble (RFC 1740) has the data fork in a part of its own.
 */
#ifndef SCANNER_MAC_FILE_H
#define SCANNER_MAC_FILE_H

#include "scanner/member.h"

/* Whether it is one: the lengths in it must fit its own. */
gboolean mac_file_is(Span octets);

/* Shows the data fork and the resource fork, both under the real name. */
Opened mac_file_open(Span octets, Unpacking *unpacking);

#endif
