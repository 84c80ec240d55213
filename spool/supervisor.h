/*
 * spool/supervisor.h - answers the messages that arrive in a spool.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The supervisor claims entries, hands them to the worker pool, writes the
 * verdicts and keeps the spool clean. It parses no mail. What it does is
 * logged to standard error, one line an event, beginning with the entry's id.
 */
#ifndef SPOOL_SUPERVISOR_H
#define SPOOL_SUPERVISOR_H

#include "spool/settings.h"
#include "spool/spool.h"

/*
 * Works until SIGTERM or SIGINT (which let the messages under scan finish; a
 * second one does not), or with once until nothing waits. FALSE and error when
 * it cannot start.
 */
gboolean supervisor_run(Spool *spool, Settings *settings, gboolean once,
    GError **error);

#endif
