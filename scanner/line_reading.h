/*
 * scanner/line_reading.h - the message as its lines show it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tolerant reading, for what the canonical one does not see: wherever
 * lines look like MIME header fields (in a preamble, behind a close delimiter,
 * behind a delimiter that is damaged or of an unknown boundary), some mail
 * client may see a part begin. No boundary parameter is needed for that, so
 * none can mislead it. One pass over the octets, no recursion.
 *
 * An entity that the canonical reading has too is not repeated: a message
 * without ambiguity gives none.
 */
#ifndef SCANNER_LINE_READING_H
#define SCANNER_LINE_READING_H

#include "scanner/entity.h"
#include "scanner/policy.h"
#include "scanner/record.h"

#define LINE_READING "lines"

/*
 * Adds the entities that only the lines show to entities, which holds those of
 * gmime_reading() for the same message and base. Their paths are the offset of
 * their header section, "@1234". *has_inline: whether a line begins a coded
 * file (uuencode, yEnc, BinHex) outside the bodies that are known.
 */
void line_reading(Span message, const char *base, const ScanPolicy *policy,
    GPtrArray *entities, Record *record, gboolean *has_inline);

#endif
