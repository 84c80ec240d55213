/*
 * spool/pool.h - messages in, records out, through worker processes.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The pool is the process side of DESIGN.md's "Processes": it starts a
 * generation (a child that loads one rule set and forks workers, which share
 * its memory), hands each worker one message at a time (a file descriptor and
 * the envelope, over a socket), reads the record, and keeps time: a worker
 * that dies or overruns is killed and replaced. The process that owns the pool
 * parses no mail and never blocks: everything runs from the default GLib main
 * context. The one-shot scan and the spool's supervisor use the same pool.
 */
#ifndef SPOOL_POOL_H
#define SPOOL_POOL_H

#include <glib.h>

#include "scanner/envelope.h"
#include "scanner/record.h"
#include "spool/settings.h"

typedef struct pool Pool;

#define POOL_ERROR (pool_error_quark())
GQuark pool_error_quark(void);
typedef enum {
	POOL_ERROR_RULES,       /* the generation could not load its rule set */
	POOL_ERROR_PROCESS,     /* cannot fork, or the generation died */
} PoolError;

/*
 * Starts settings->workers workers and returns when the rule set is loaded and
 * proven. settings are borrowed and must outlive the pool. NULL and error when
 * it cannot be; the message is the generation's own.
 */
Pool *pool_new(const Settings *settings, GError **error);

/* Stops every process it started, and waits for them. NULL is allowed. */
void pool_free(Pool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

/* Why a message has no verdict of a scan. */
typedef enum {
	POOL_SCANNED = 0,       /* it has one */
	POOL_CRASHED,           /* the worker died */
	POOL_TIMED_OUT,         /* the worker overran scan_timeout_ms and was killed */
	POOL_GARBLED,           /* the worker's answer is not a record of this message */
} PoolOutcome;

/* record: owned by the callee, never NULL; unless POOL_SCANNED it defers with
 * an error finding. Called exactly once for each pool_scan(). */
typedef void (*PoolDone)(Record *record, PoolOutcome outcome, gpointer data);

/* Whether pool_scan() may be called now. */
gboolean pool_has_idle_worker(const Pool *pool);

/* Called from the main context whenever a worker becomes idle. */
void pool_set_idle_callback(Pool *pool, void (*on_idle)(gpointer data),
    gpointer data);

/* Takes envelope and fd over, closes fd as soon as the worker has it.
 * Only while pool_has_idle_worker(). */
void pool_scan(Pool *pool, Envelope *envelope, int fd, PoolDone done,
    gpointer data);

/* Ends the scan that was begun with data, by killing its worker. Its done() is
 * not called. Nothing happens when there is none. */
void pool_cancel(Pool *pool, gconstpointer data);

/*
 * What the generation told of its rule set, borrowed: lines of words separated
 * by tabs: "signatures N", "database PATH N BUILD-TIME", "extensions N",
 * "types N", "policy FINGERPRINT".
 */
const char *pool_rules_summary(const Pool *pool);

#endif
