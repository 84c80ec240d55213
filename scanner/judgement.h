/*
 * scanner/judgement.h - what the content rules say about a message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules judge what the recipient reads: the message in its canonical reading.
 * Their score, each hit and the finding that follows from the score go into
 * the record. Rules that run out of time have decided nothing: the message is
 * deferred.
 */
#ifndef SCANNER_JUDGEMENT_H
#define SCANNER_JUDGEMENT_H

#include "scanner/content.h"
#include "scanner/entity.h"
#include "scanner/policy.h"
#include "scanner/record.h"

/*
 * entities: of Entity *; those of the GMime reading are judged. policy,
 * envelope and the like are borrowed for the call.
 */
void judgement_add(const ContentEngine *engine, const ScanPolicy *policy,
    const Envelope *envelope, Span message, const GPtrArray *entities,
    Record *record);

/* The same, without a verdict. with_subrules: list __ rules too. Caller owns
 * the result; hits borrow from the engine's rules. */
ContentResult *judgement_scan(const ContentEngine *engine,
    const ScanPolicy *policy, const Envelope *envelope, Span message,
    const GPtrArray *entities, gboolean with_subrules);

#endif
