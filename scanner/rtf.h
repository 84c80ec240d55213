/*
 * scanner/rtf.h - what an RTF document can do: OLE objects, templates, fields.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RTF is read as loosely as Word does: control words between the digits of an
 * object, groups inside groups, binary data. There is no limit but those of
 * the files it holds (trait.h): a text or an object is looked at however long.
 */
#ifndef SCANNER_RTF_H
#define SCANNER_RTF_H

#include "scanner/trait.h"

void rtf_examine(Span octets, Traits *traits);

#endif
