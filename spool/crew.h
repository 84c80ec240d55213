/*
 * spool/crew.h - one generation and its workers, as their owner sees them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A crew loads its rules in a process of its own, then keeps settings->workers
 * workers at hand: one that dies or overruns its time is replaced at once, one
 * that is due for recycling only when its successor is ready. Everything runs
 * from the default GLib main context; nothing here blocks but crew_free(),
 * which waits for processes that it has told to end.
 */
#ifndef SPOOL_CREW_H
#define SPOOL_CREW_H

#include <glib.h>

#include "scanner/envelope.h"
#include "scanner/record.h"
#include "spool/settings.h"

typedef struct crew Crew;

/* Why a message has no verdict of a scan. */
typedef enum {
	POOL_SCANNED = 0,       /* it has one */
	POOL_CRASHED,           /* the worker died */
	POOL_TIMED_OUT,         /* it overran scan_timeout_ms and was killed */
	POOL_OVER_CPU,          /* it used more than its CPU time */
	POOL_OVER_MEMORY,       /* it asked for more than its memory */
	POOL_FORBIDDEN,         /* it made a system call that it must not */
	POOL_GARBLED,           /* its answer is not a record of this message */
	POOL_INTERRUPTED,       /* the generation died, and its workers with it */
} PoolOutcome;

/* The rule of its finding: "worker-crashed". Static. */
const char *pool_outcome_rule(PoolOutcome outcome);

/* record: owned by the callee, never NULL; unless POOL_SCANNED it defers with
 * an error finding. Called exactly once for each crew_scan(). */
typedef void (*PoolDone)(Record *record, PoolOutcome outcome, gpointer data);

typedef struct {
	/* The rules are loaded and proven, every worker is confined. */
	void (*on_ready)(Crew *crew, gpointer data);
	/* It could not load, or its generation has died. It is of no more use;
	 * its messages have been answered. */
	void (*on_failed)(Crew *crew, const char *reason, gpointer data);
	/* A worker has become idle, or (after crew_retire()) is gone. */
	void (*on_idle)(Crew *crew, gpointer data);
	/* One line for the log about a worker. */
	void (*on_remark)(Crew *crew, const char *text, gpointer data);
} CrewEvents;

/* Takes a reference of settings. NULL and error when no process can be
 * started. From a callback of its own a crew must not be freed. */
Crew *crew_new(Settings *settings, const CrewEvents *events, gpointer data,
    GError **error);
void crew_free(Crew *crew);     /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crew, crew_free)

gboolean crew_has_idle_worker(const Crew *crew);
/* Messages under scan. */
guint crew_busy(const Crew *crew);

/* Takes envelope and fd over. Only while crew_has_idle_worker(). */
void crew_scan(Crew *crew, Envelope *envelope, int fd, PoolDone done,
    gpointer data);

/* Ends the scan that was begun with data, by killing its worker; its done() is
 * not called. FALSE: there is none. */
gboolean crew_cancel(Crew *crew, gconstpointer data);

/* Idle workers leave now, the others after their message. */
void crew_retire(Crew *crew);

/* What the generation told of its rules, see pool.h; borrowed, NULL until it
 * is ready. */
const char *crew_rules_summary(const Crew *crew);
Settings *crew_settings(const Crew *crew);

#endif
