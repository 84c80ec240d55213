/*
 * scanner/inflate.h - data in zlib's formats, bounded.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCANNER_INFLATE_H
#define SCANNER_INFLATE_H

#include "scanner/entity.h"

/*
 * What octets give that begin as a zlib stream (RFC 1950): as far as it is
 * sound, and at most max_octets. NULL: nothing. Caller unrefs. is_whole (may be
 * NULL): whether the stream was read to its end.
 */
GBytes *inflate_zlib(Span octets, gsize max_octets, gboolean *is_whole);

#endif
