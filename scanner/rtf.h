/*
 * scanner/rtf.h - what an RTF document can do: OLE objects, templates, fields.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RTF is read as loosely as Word does: control words between the digits of an
 * object, groups inside groups, binary data.
 */
#ifndef SCANNER_RTF_H
#define SCANNER_RTF_H

#include "scanner/trait.h"

/* Decoded octets of one object. */
#define RTF_MAX_OBJECT_OCTETS (64u << 20)

void rtf_examine(Span octets, Traits *traits);

#endif
