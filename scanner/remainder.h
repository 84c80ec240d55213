/*
 * scanner/remainder.h - what of a message lies in no part's body.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Header sections, delimiters, and the text before, between and behind the
 * parts. With it every octet of a message has been looked at.
 */
#ifndef SCANNER_REMAINDER_H
#define SCANNER_REMAINDER_H

#include "scanner/entity.h"

/* The octets of the message that are in no body of the entities (of Entity *;
 * entered messages do not count: what is in them does). Caller unrefs. */
GBytes *remainder_new(Span message, const GPtrArray *entities);

/*
 * The next run of base64 lines at or behind *offset, which is set behind it:
 * at least 24 characters, none of the lines folded. FALSE: there is none.
 */
gboolean remainder_next_base64(Span remainder, gsize *offset, Span *run);

#endif
