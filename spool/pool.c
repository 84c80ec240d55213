/*
 * spool/pool.c - messages in, records out, through worker processes.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "spool/pool.h"

/* Between two tries to load when there are no rules in force: it doubles. */
#define FIRST_RETRY_MS 500
#define LAST_RETRY_MS 60000

struct pool {
	Settings *settings;     /* what was asked for last */
	Crew *current;          /* NULL: there are no rules in force */
	Crew *next;             /* that loads; NULL: none */
	gint64 loading_since;   /* seconds since the epoch */
	guint generation;       /* how many have come into force */
	GPtrArray *old;         /* of Crew *: finishing, or of no more use */
	char *failure;          /* why the first crew could not load */
	guint cleaning;         /* GSource */
	guint retry;            /* GSource */
	guint retry_ms;
	void (*on_idle)(gpointer data);
	gpointer idle_data;
	void (*on_event)(PoolEvent event, const char *text, gpointer data);
	gpointer event_data;
};

G_DEFINE_QUARK(mailweir-pool-error, pool_error)

static void load(Pool *pool);

static void
tell(Pool *pool, PoolEvent event, const char *text)
{
	if (pool->on_event != NULL)
		pool->on_event(event, text, pool->event_data);
}

/* --- old crews ----------------------------------------------------------------- */

/* A crew cannot be freed from its own callbacks. */
static gboolean
on_cleaning(gpointer data)
{
	Pool *pool = data;

	pool->cleaning = 0;
	for (guint i = pool->old->len; i-- > 0;)
		if (crew_busy(g_ptr_array_index(pool->old, i)) == 0)
			g_ptr_array_remove_index(pool->old, i);
	return G_SOURCE_REMOVE;
}

static void
clean_soon(Pool *pool)
{
	if (pool->cleaning == 0 && pool->old->len > 0)
		pool->cleaning = g_idle_add(on_cleaning, pool);
}

static void
put_away(Pool *pool, Crew **crew)
{
	if (*crew == NULL)
		return;
	crew_retire(*crew);
	g_ptr_array_add(pool->old, g_steal_pointer(crew));
	clean_soon(pool);
}

/* --- what crews tell -------------------------------------------------------------- */

static void
on_crew_ready(Crew *crew, gpointer data)
{
	Pool *pool = data;
	gboolean is_first = pool->current == NULL;

	if (crew != pool->next)
		return;
	put_away(pool, &pool->current);
	pool->current = g_steal_pointer(&pool->next);
	pool->generation++;
	pool->retry_ms = FIRST_RETRY_MS;
	tell(pool, POOL_RELOADED, is_first ? "the rules are loaded" :
	    "new rules are in force");
}

static gboolean
on_retry(gpointer data)
{
	Pool *pool = data;

	pool->retry = 0;
	load(pool);
	return G_SOURCE_REMOVE;
}

/* With no rules in force, there is nothing to do but to try again. */
static void
retry_later(Pool *pool)
{
	if (pool->current != NULL || pool->next != NULL || pool->retry != 0 ||
	    pool->retry_ms == 0)
		return;
	pool->retry = g_timeout_add(pool->retry_ms, on_retry, pool);
	pool->retry_ms = MIN(2 * pool->retry_ms, LAST_RETRY_MS);
}

static void
on_crew_failed(Crew *crew, const char *reason, gpointer data)
{
	Pool *pool = data;

	if (crew == pool->next) {
		put_away(pool, &pool->next);
		g_free(pool->failure);
		pool->failure = g_strdup(reason);
		tell(pool, POOL_RELOAD_FAILED, reason);
	} else if (crew == pool->current) {
		put_away(pool, &pool->current);
		tell(pool, POOL_LOST, reason);
		if (pool->next == NULL)
			load(pool);
	}
	retry_later(pool);
}

static void
on_crew_idle(Crew *crew, gpointer data)
{
	Pool *pool = data;

	(void)crew;
	clean_soon(pool);
	if (pool->on_idle != NULL)
		pool->on_idle(pool->idle_data);
}

static void
on_crew_remark(Crew *crew, const char *text, gpointer data)
{
	(void)crew;
	tell(data, POOL_REMARK, text);
}

static const CrewEvents crew_events = { on_crew_ready, on_crew_failed,
	on_crew_idle, on_crew_remark };

static void
load(Pool *pool)
{
	g_autoptr(GError) error = NULL;

	put_away(pool, &pool->next);
	pool->loading_since = g_get_real_time() / G_USEC_PER_SEC;
	pool->next = crew_new(pool->settings, &crew_events, pool, &error);
	if (pool->next != NULL)
		return;
	g_free(pool->failure);
	pool->failure = g_strdup(error->message);
	tell(pool, POOL_RELOAD_FAILED, error->message);
	retry_later(pool);
}

/* --- the pool ------------------------------------------------------------------------ */

static void
free_crew(gpointer crew)
{
	crew_free(crew);
}

Pool *
pool_new(Settings *settings, GError **error)
{
	g_autoptr(Pool) pool = g_new0(Pool, 1);

	pool->settings = settings_ref(settings);
	pool->old = g_ptr_array_new_with_free_func(free_crew);
	load(pool);
	while (pool->next != NULL)
		g_main_context_iteration(NULL, TRUE);
	if (pool->current != NULL)
		return g_steal_pointer(&pool);
	g_set_error_literal(error, POOL_ERROR, POOL_ERROR_RULES,
	    pool->failure);
	return NULL;
}

void
pool_free(Pool *pool)
{
	if (pool == NULL)
		return;
	if (pool->cleaning != 0)
		g_source_remove(pool->cleaning);
	if (pool->retry != 0)
		g_source_remove(pool->retry);
	crew_free(pool->current);
	crew_free(pool->next);
	g_ptr_array_unref(pool->old);
	g_free(pool->failure);
	settings_unref(pool->settings);
	g_free(pool);
}

gboolean
pool_has_idle_worker(const Pool *pool)
{
	return pool->current != NULL && crew_has_idle_worker(pool->current);
}

void
pool_set_idle_callback(Pool *pool, void (*on_idle)(gpointer data),
    gpointer data)
{
	pool->on_idle = on_idle;
	pool->idle_data = data;
}

void
pool_set_event_callback(Pool *pool,
    void (*on_event)(PoolEvent event, const char *text, gpointer data),
    gpointer data)
{
	pool->on_event = on_event;
	pool->event_data = data;
}

void
pool_scan(Pool *pool, Envelope *envelope, int fd, PoolDone done, gpointer data)
{
	g_return_if_fail(pool->current != NULL);
	crew_scan(pool->current, envelope, fd, done, data);
}

void
pool_reload(Pool *pool, Settings *settings)
{
	settings_ref(settings);
	settings_unref(pool->settings);
	pool->settings = settings;
	if (pool->retry != 0)
		g_source_remove(pool->retry);
	pool->retry = 0;
	load(pool);
}

guint
pool_generation(const Pool *pool)
{
	return pool->current != NULL ? pool->generation : 0;
}

gint64
pool_loading_since(const Pool *pool)
{
	return pool->next != NULL ? pool->loading_since : 0;
}

Settings *
pool_settings(const Pool *pool)
{
	return pool->current != NULL ? crew_settings(pool->current) :
	    pool->settings;
}

void
pool_cancel(Pool *pool, gconstpointer data)
{
	if (pool->current != NULL && crew_cancel(pool->current, data))
		return;
	for (guint i = 0; i < pool->old->len; i++)
		if (crew_cancel(g_ptr_array_index(pool->old, i), data))
			break;
	clean_soon(pool);
}

const char *
pool_rules_summary(const Pool *pool)
{
	return pool->current != NULL ? crew_rules_summary(pool->current) : "";
}
