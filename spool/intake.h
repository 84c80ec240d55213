/*
 * spool/intake.h - sees the messages of a spool through, from claim to answer.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It claims entries as workers become idle, hands them to the pool, and
 * answers. What a failed scan means is decided here:
 *   the worker died, or answered nonsense   the entry is put back, one attempt
 *                                           more in its name, until
 *                                           [work] max-attempts; then 451
 *   the worker ran out of time              451 at once: there is no time for
 *                                           another try
 *   nobody waits any more                   dropped, the worker is killed
 * Runs from the default GLib main context and never blocks for long.
 */
#ifndef SPOOL_INTAKE_H
#define SPOOL_INTAKE_H

#include "spool/pool.h"
#include "spool/spool.h"

typedef struct intake Intake;

/* All arguments are borrowed and must outlive it. NULL and error. */
Intake *intake_new(Spool *spool, const Settings *settings, Pool *pool,
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

/* Messages under scan. */
guint intake_active(const Intake *intake);

/* Drops the messages under scan that nobody waits for any more. */
void intake_drop_abandoned(Intake *intake);

#endif
