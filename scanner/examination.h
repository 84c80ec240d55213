/*
 * scanner/examination.h - what is wrong with one object: names, type, members.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An object is some decoded octets with every name that any reading gives
 * them. Its names are matched against the banned names, its detected type
 * against its names, and libclamav is asked about its content; every member
 * of every container inside goes the same way. Equal octets are scanned once,
 * however many readings or containers show them.
 */
#ifndef SCANNER_EXAMINATION_H
#define SCANNER_EXAMINATION_H

#include "scanner/entity.h"
#include "scanner/filename.h"
#include "scanner/policy.h"
#include "scanner/record.h"
#include "signatures/ruleset.h"

/* What libclamav's mail parser shows. */
#define CLAMAV_READING "clamav"

typedef struct examination Examination;

/* Of one message; rules, policy and record are borrowed. */
Examination *examination_new(const RuleSet *rules, const ScanPolicy *policy,
    Record *record);
void examination_free(Examination *examination);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Examination, examination_free)

/*
 * Examines octets as the content of part, whose path, parent and declared
 * type are set: fills in the rest of it, and adds findings and the parts of
 * its members to the record. names: of Filename *, borrowed, may be empty.
 * reading: which reading shows the object.
 */
void examination_object(Examination *examination, PartRecord *part,
    Span octets, const GPtrArray *names, const char *reading);

/* Text of the message: its words may be tried on encrypted archives, once all
 * parts are examined. */
void examination_add_text(Examination *examination, Span text);
void examination_unlock(Examination *examination);

/* The banned-name check alone, for a part without octets of its own. */
void examination_names(Examination *examination, const PartRecord *part,
    const GPtrArray *names, const char *reading);

/* Signatures alone, for octets that are no part but belong to the message (or
 * the part that holds it) with the path. */
void examination_remainder(Examination *examination, Span octets,
    const char *path, const char *reading);

/*
 * The parts that libclamav's mail parser finds in message, where they are not
 * known yet: for messages that can be read in several ways. Their paths hang
 * on that of the part that holds the message, "" the message itself.
 */
void examination_mail(Examination *examination, Span message, const char *path);

#endif
