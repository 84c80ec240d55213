/*
 * spool/pool.h - messages in, records out, through worker processes.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The pool is the process side of DESIGN.md's "Processes": it starts a crew (a
 * generation that loads one rule set, and its workers), hands each worker one
 * message at a time, and replaces the crew by one with new rules while the old
 * one finishes its messages. The process that owns the pool parses no mail and
 * never blocks: everything runs from the default GLib main context. The
 * one-shot scan and the spool's supervisor use the same pool.
 */
#ifndef SPOOL_POOL_H
#define SPOOL_POOL_H

#include <glib.h>

#include "scanner/envelope.h"
#include "scanner/record.h"
#include "spool/crew.h"
#include "spool/settings.h"

typedef struct pool Pool;

#define POOL_ERROR (pool_error_quark())
GQuark pool_error_quark(void);
typedef enum {
	POOL_ERROR_RULES,       /* no rule set could be loaded, no worker confined */
} PoolError;

typedef enum {
	POOL_REMARK,            /* about a worker: a line for the log */
	POOL_RELOADED,          /* new rules are in force */
	POOL_RELOAD_FAILED,     /* the old ones stay; text says why */
	POOL_LOST,              /* the generation has died; another one is loading,
	                         * and until it is ready no worker is idle */
} PoolEvent;

/*
 * Starts settings->workers workers and returns when the rule set is loaded and
 * proven; the default main context runs meanwhile. Takes a reference of
 * settings. NULL and error when it cannot be; the message is the generation's
 * own.
 */
Pool *pool_new(Settings *settings, GError **error);

/* Stops every process it started, and waits for them. NULL is allowed. */
void pool_free(Pool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

/* Whether pool_scan() may be called now. */
gboolean pool_has_idle_worker(const Pool *pool);

/* Called from the main context whenever a worker becomes idle. */
void pool_set_idle_callback(Pool *pool, void (*on_idle)(gpointer data),
    gpointer data);

/* Called from the main context. text: borrowed, hostile octets possible. */
void pool_set_event_callback(Pool *pool,
    void (*on_event)(PoolEvent event, const char *text, gpointer data),
    gpointer data);

/* Takes envelope and fd over, closes fd as soon as the worker has it.
 * Only while pool_has_idle_worker(). */
void pool_scan(Pool *pool, Envelope *envelope, int fd, PoolDone done,
    gpointer data);

/* Ends the scan that was begun with data, by killing its worker. Its done() is
 * not called. Nothing happens when there is none. */
void pool_cancel(Pool *pool, gconstpointer data);

/*
 * Loads rules anew, as settings say, beside those in force. POOL_RELOADED or
 * POOL_RELOAD_FAILED tells the end. A load that is under way already is given
 * up for this one. Takes a reference of settings.
 */
void pool_reload(Pool *pool, Settings *settings);

/* Which rules are in force: 1 for the first ones since the pool was made; 0:
 * none are. */
guint pool_generation(const Pool *pool);

/* Seconds since the epoch when the load that is under way began; 0: nothing
 * loads. */
gint64 pool_loading_since(const Pool *pool);

/* Those of the rules in force. Borrowed until the next POOL_RELOADED. */
Settings *pool_settings(const Pool *pool);

/*
 * What the generation told of its rule set, borrowed: lines of words separated
 * by tabs: "signatures N", "database PATH N BUILD-TIME", "content N UNUSED",
 * "extensions N", "types N", "policy FINGERPRINT".
 */
const char *pool_rules_summary(const Pool *pool);

#endif
