/*
 * spool/recovery.h - brings a spool back to order.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only the supervisor may: it holds run/alive.
 */
#ifndef SPOOL_RECOVERY_H
#define SPOOL_RECOVERY_H

#include "spool/settings.h"
#include "spool/spool.h"

/* At start, when no worker is at work: every claimed entry is put back with
 * one more attempt counted, or only unlinked if it was answered. */
void spool_recover(Spool *spool);

/* Removes what nobody will fetch: answers whose message is gone, and all that
 * nobody has changed for leftover-age; messages only when there is no envelope
 * of them; of what is kept, the oldest beyond the caps. */
void spool_sweep(Spool *spool, const SpoolSettings *settings);

/* At start: if the system was started anew since the spool was used last
 * nobody can be waiting: everything is removed. */
void spool_forget_last_boot(Spool *spool);

#endif
