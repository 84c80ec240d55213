/*
 * scanner/scan.h - message octets, envelope, rule set and policy in; record out.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The scanner knows nothing of directories, processes or MTAs, and holds no
 * state between messages. It may loop, crash or eat memory on hostile mail:
 * only a worker process that can be killed may call it.
 */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include "scanner/envelope.h"
#include "scanner/policy.h"
#include "scanner/record.h"
#include "signatures/ruleset.h"

/* What scans need besides the message. rules and policy are borrowed for its
 * life. Opens all files that scans will need: a process that will not be able
 * to open files makes it before. A forked child may go on using it; it is one
 * thread's. Caller owns the result. */
typedef struct scanner Scanner;
Scanner *scanner_new(const RuleSet *rules, const ScanPolicy *policy);
void scanner_free(Scanner *scanner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scanner, scanner_free)

/*
 * Examines the message in fd: a regular file of envelope->size octets, read
 * from offset 0 with read(2); fd stays the caller's. Never NULL: trouble of
 * any kind is a finding of class error in the record. The record has its
 * verdict and reply. Memory: the message once, plus the largest decoded part.
 */
Record *scanner_scan(const Scanner *scanner, const Envelope *envelope, int fd);

#endif
