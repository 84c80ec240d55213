/*
 * scanner/onenote.h - files in a OneNote section ([MS-ONESTORE] 2.6.13).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCANNER_ONENOTE_H
#define SCANNER_ONENOTE_H

#include "scanner/trait.h"

void onenote_examine(Span octets, Traits *traits);

#endif
