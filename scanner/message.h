/*
 * scanner/message.h - examines every object in every reading of a message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The message is read as GMime, as its lines and (where it is ambiguous) as
 * libclamav show it; each body in each transfer decoding; and messages inside
 * decoded bodies again. docs/ambiguity.md says why. Whatever is found goes
 * through examination.h; what belongs to no body is scanned as a whole.
 */
#ifndef SCANNER_MESSAGE_H
#define SCANNER_MESSAGE_H

#include "scanner/content.h"
#include "scanner/entity.h"
#include "scanner/envelope.h"
#include "scanner/policy.h"
#include "scanner/record.h"
#include "signatures/ruleset.h"

/* Adds parts and findings to the record. content NULL: there are no content
 * rules. The octets are not changed. */
void message_examine(Span message, const RuleSet *rules,
    const ScanPolicy *policy, const ContentEngine *content,
    const Envelope *envelope, Record *record);

#endif
