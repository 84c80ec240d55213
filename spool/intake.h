/*
 * spool/intake.h - sees the messages of a spool through, from claim to answer.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It claims entries as workers become idle, hands them to the pool, and
 * answers. What a failed scan means is decided here:
 *   the worker died, overran a limit, or    the entry is put back, one attempt
 *   answered nonsense                       more in its name
 *   the worker ran out of time              the same, if the submitter waits
 *                                           long enough for another try; else
 *                                           451, and the attempt is remembered
 *   [work] max-attempts scans have failed   poison: 451, kept in corrupt/ and
 *                                           remembered, so that what the
 *                                           sender tries again is answered
 *                                           without a scan
 *   the generation died                     the entry is put back; given up, it
 *                                           is answered 451 and not remembered
 *   nobody waits any more                   dropped, the worker is killed
 * Messages whose reply [quarantine] names are kept before they are answered.
 * Runs from the default GLib main context and never blocks for long.
 */
#ifndef SPOOL_INTAKE_H
#define SPOOL_INTAKE_H

#include "spool/pool.h"
#include "spool/spool.h"

typedef struct intake Intake;

/* Messages since the supervisor was started. */
typedef struct {
	guint64 accepted;
	guint64 rejected;
	guint64 deferred;
	guint64 discarded;
	guint64 quarantined;
	guint64 retried;        /* scans that were begun again */
	guint64 poison;         /* given up, or known to be poison */
	guint64 abandoned;      /* nobody waited any more */
	guint64 unanswered;     /* the verdict could not be written */
} IntakeCounts;

/* spool and pool are borrowed and must outlive it, of settings it takes a
 * reference. NULL and error. */
Intake *intake_new(Spool *spool, Settings *settings, Pool *pool,
    GError **error);

/* Works by other settings from here on. FALSE and error: it stays with those it
 * has. */
gboolean intake_change_settings(Intake *intake, Settings *settings,
    GError **error);
void intake_free(Intake *intake);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Intake, intake_free)

/* Claims as many entries as there are idle workers. TRUE: something waits
 * that was not claimed. */
gboolean intake_claim(Intake *intake);

/* Called whenever an entry was answered; verdict: the text of verdict/ID, NULL
 * when there is none. */
void intake_set_answer_callback(Intake *intake, void (*on_answer)(
    const char *id, const char *verdict, gpointer data), gpointer data);

/* Who may submit, of uid_t; borrowed. */
const GArray *intake_submitters(const Intake *intake);
const Catalogue *intake_catalogue(const Intake *intake);

/* Messages claimed and not answered. */
guint intake_active(const Intake *intake);

IntakeCounts intake_counts(const Intake *intake);

/* Once a second: reads again what is remembered of poison. */
void intake_refresh(Intake *intake);

/* Drops the messages under scan that nobody waits for any more. */
void intake_drop_abandoned(Intake *intake);

#endif
