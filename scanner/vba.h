/*
 * scanner/vba.h - the source of VBA macros, and which of them run by themselves.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A module is a stream of a VBA project ([MS-OVBA]): compiled code of a form
 * that only one version of Office reads, then its source, compressed.
 */
#ifndef SCANNER_VBA_H
#define SCANNER_VBA_H

#include "scanner/entity.h"

/* The sources of all modules of a document, beyond which they are not read. */
#define VBA_MAX_SOURCE_OCTETS (64u << 20)

/*
 * The source in the stream of a module: whatever may be one, a piece behind
 * another. Where it is more than max_octets, there may be more yet. NULL: there
 * is none. Caller unrefs.
 */
GBytes *vba_source(Span stream, gsize max_octets);

/*
 * The name of the first procedure of the source that Word, Excel or PowerPoint
 * calls by itself; static, NULL: none.
 */
const char *vba_auto_procedure(Span source);

/*
 * The same by the names of a compiled project (stream _VBA_PROJECT): they stay
 * where somebody took the source away.
 */
const char *vba_auto_name(Span project);

#endif
