/*
 * spool/log.h - what the supervisor says, one line an event.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * To standard error. A line about a message begins with its id.
 */
#ifndef SPOOL_LOG_H
#define SPOOL_LOG_H

#include "scanner/record.h"

/* Control characters in the arguments cannot forge a line. */
void log_line(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The reply, and the finding that explains it. */
void log_record(const Record *record);

#endif
