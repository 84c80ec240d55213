/*
 * cli/report.h - a verdict record as a postmaster reads it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "scanner/record.h"

/* What the messages of one run came to. */
typedef struct {
	guint messages;
	guint accepted;
	guint refused;
	guint deferred;
	guint64 octets;         /* of all parts that were looked at */
	guint parts;
	guint64 member_octets;  /* of members of containers, unpacked */
	guint members;
	guint unseen;           /* parts and members that were not looked at */
} ReportTotals;

void report_count(ReportTotals *totals, const Record *record);

/*
 * Prints one message to standard output: its reply, the tree of its parts
 * with name, declared and detected type and size, and the findings. Names are
 * escaped: nothing in a mail can move the cursor.
 */
void report_print(const char *file, const Record *record, gboolean use_colour);

/* Prints one line that says what was looked at. */
void report_print_totals(const ReportTotals *totals, gboolean use_colour);

#endif
