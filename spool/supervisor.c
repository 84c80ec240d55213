/*
 * spool/supervisor.c - answers the messages that arrive in a spool.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "spool/databases.h"
#include "spool/intake.h"
#include "spool/listener.h"
#include "spool/log.h"
#include "spool/notify.h"
#include "spool/recovery.h"
#include "spool/room.h"
#include "spool/status.h"
#include "spool/supervisor.h"

/* inotify tells of new entries at once; this finds what it has missed. */
#define RESCAN_SECONDS 1
#define DROP_SECONDS 2
#define SWEEP_SECONDS 10
/* Entries that are counted, and asked how long they wait. */
#define LOOK_MAX 20000

struct supervisor {
	Spool *spool;
	Settings *settings;     /* those in force */
	Pool *pool;
	Intake *intake;
	Listener *listener;     /* NULL: no socket */
	Databases *databases;   /* as they were loaded */
	guint watch;            /* GSource that looks at them; 0: none */
	GMainLoop *loop;
	gint64 started;         /* seconds since the epoch */
	const char *problem;    /* why the spool is full; NULL: it is not */
	gint64 reload_time;     /* when the last reload ended; 0: none has */
	char *reload;           /* "in force", or why not; NULL: none has */
	gboolean is_once;
	gboolean is_stopping;
};

/* As many as there are idle workers. */
static void
claim_waiting(gpointer data)
{
	struct supervisor *supervisor = data;
	gboolean is_waiting = FALSE;

	if (!supervisor->is_stopping)
		is_waiting = intake_claim(supervisor->intake);
	if ((supervisor->is_stopping || supervisor->is_once) && !is_waiting &&
	    intake_active(supervisor->intake) == 0)
		g_main_loop_quit(supervisor->loop);
	/* What else there is to do comes first. */
	else if (is_waiting && pool_has_idle_worker(supervisor->pool))
		g_idle_add_once(claim_waiting, supervisor);
}

static gboolean
on_inotify(gint fd, GIOCondition condition, gpointer data)
{
	char events[4096];

	(void)condition;
	/* What happened is in the folder; how often does not matter. */
	while (read(fd, events, sizeof(events)) > 0)
		;
	claim_waiting(data);
	return G_SOURCE_CONTINUE;
}

/* Once a second: is there room, and what is going on? */
static void
look(struct supervisor *supervisor)
{
	g_autoptr(GPtrArray) names = spool_list(supervisor->spool,
	    SPOOL_INCOMING, LOOK_MAX);
	Status status = { .started = supervisor->started,
		.now = g_get_real_time() / G_USEC_PER_SEC,
		.load = room_measure(supervisor->spool, names),
		.active = intake_active(supervisor->intake),
		.workers = supervisor->settings->workers,
		.generation = pool_generation(supervisor->pool),
		.loading_since = pool_loading_since(supervisor->pool),
		.reload_time = supervisor->reload_time,
		.reload = supervisor->reload,
		.counts = intake_counts(supervisor->intake),
		.rules = pool_rules_summary(supervisor->pool) };
	const char *before = supervisor->problem;
	g_autofree char *text = NULL;

	status.problem = room_problem(&status.load,
	    &supervisor->settings->spool, before != NULL);
	if ((before == NULL) != (status.problem == NULL)) {
		room_set_full(supervisor->spool, status.problem != NULL);
		log_line("%s", status.problem == NULL ?
		    "the spool takes messages again" : status.problem);
	}
	supervisor->problem = status.problem;
	room_make_reserve(supervisor->spool);
	intake_refresh(supervisor->intake);
	text = status_format(&status);
	/* Where there is no room for it, run/full says the most of it. */
	spool_write_file(supervisor->spool, SPOOL_RUN, SPOOL_RUN, "status",
	    text, strlen(text));
}

static gboolean
on_rescan(gpointer data)
{
	look(data);
	claim_waiting(data);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_drop(gpointer data)
{
	struct supervisor *supervisor = data;

	intake_drop_abandoned(supervisor->intake);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_sweep(gpointer data)
{
	struct supervisor *supervisor = data;

	spool_sweep(supervisor->spool, &supervisor->settings->spool);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_signal(gpointer data)
{
	struct supervisor *supervisor = data;

	if (supervisor->is_stopping || intake_active(supervisor->intake) == 0) {
		g_main_loop_quit(supervisor->loop);
	} else {
		notify_send("STOPPING=1");
		log_line("stopping: %u messages under scan finish first",
		    intake_active(supervisor->intake));
		supervisor->is_stopping = TRUE;
	}
	return G_SOURCE_CONTINUE;
}

/* --- new rules --------------------------------------------------------------- */

static void
end_reload(struct supervisor *supervisor, const char *result)
{
	g_free(supervisor->reload);
	supervisor->reload = g_strdup(result);
	supervisor->reload_time = g_get_real_time() / G_USEC_PER_SEC;
}

/* The configuration is read anew, and with it all rules. */
static void
reload(struct supervisor *supervisor)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = settings_reload(supervisor->settings,
	    &error);

	if (settings == NULL) {
		log_line("reload: %s; nothing is changed", error->message);
		end_reload(supervisor, error->message);
		return;
	}
	notify_reloading();
	pool_reload(supervisor->pool, settings);
}

static gboolean
on_hangup(gpointer data)
{
	log_line("reload: asked for by SIGHUP");
	reload(data);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_watch(gpointer data)
{
	struct supervisor *supervisor = data;

	if (databases_have_changed(supervisor->databases,
	    supervisor->settings)) {
		log_line("reload: the databases have changed");
		reload(supervisor);
	}
	return G_SOURCE_CONTINUE;
}

/* From now on, at the pace and for the databases of the settings in force. */
static void
watch_databases(struct supervisor *supervisor)
{
	guint pace = supervisor->settings->watch_ms;

	if (supervisor->watch != 0)
		g_source_remove(supervisor->watch);
	supervisor->watch = pace != 0 ? g_timeout_add(pace, on_watch,
	    supervisor) : 0;
}

/* What comes from the new configuration besides the rules. */
static void
change_settings(struct supervisor *supervisor)
{
	Settings *settings = pool_settings(supervisor->pool);
	g_autoptr(GError) error = NULL;

	if (!intake_change_settings(supervisor->intake, settings, &error)) {
		log_line("reload: %s; the old setting stays", error->message);
		return;
	}
	listener_change_settings(supervisor->listener, settings,
	    intake_catalogue(supervisor->intake),
	    intake_submitters(supervisor->intake));
	supervisor->spool->fsync = settings->spool.fsync;
	settings_ref(settings);
	settings_unref(supervisor->settings);
	supervisor->settings = settings;
	watch_databases(supervisor);
}

static void
on_pool_event(PoolEvent event, const char *text, gpointer data)
{
	struct supervisor *supervisor = data;

	switch (event) {
	case POOL_REMARK:
		log_line("%s", text);
		return;
	case POOL_LOST:
		log_line("%s; loading them anew", text);
		return;
	case POOL_RELOAD_FAILED:
		log_line("reload: %s; the old rules stay", text);
		end_reload(supervisor, text);
		notify_send("READY=1");
		return;
	case POOL_RELOADED:
		log_line("reload: %s", text);
		end_reload(supervisor, "in force");
		notify_send("READY=1");
		change_settings(supervisor);
		return;
	}
}

static void
on_answer(const char *id, const char *verdict, gpointer data)
{
	struct supervisor *supervisor = data;

	listener_answer(supervisor->listener, id, verdict);
}

/* Nobody shall connect to a socket on which nobody is heard. */
static gboolean
serve_socket(struct supervisor *supervisor, GError **error)
{
	spool_remove(supervisor->spool, SPOOL_RUN, "sock");
	if (!supervisor->settings->spool.has_socket || supervisor->is_once)
		return TRUE;
	supervisor->listener = listener_new(supervisor->spool,
	    supervisor->settings, intake_catalogue(supervisor->intake),
	    intake_submitters(supervisor->intake), error);
	if (supervisor->listener == NULL)
		return FALSE;
	intake_set_answer_callback(supervisor->intake, on_answer, supervisor);
	return TRUE;
}

static void
run_loop(struct supervisor *supervisor)
{
	g_autofree char *incoming = g_strdup_printf("/proc/self/fd/%d",
	    supervisor->spool->folders[SPOOL_INCOMING]);
	int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	guint sources[] = {
		g_timeout_add_seconds(RESCAN_SECONDS, on_rescan, supervisor),
		g_timeout_add_seconds(DROP_SECONDS, on_drop, supervisor),
		g_timeout_add_seconds(SWEEP_SECONDS, on_sweep, supervisor),
		g_unix_signal_add(SIGTERM, on_signal, supervisor),
		g_unix_signal_add(SIGINT, on_signal, supervisor),
		g_unix_signal_add(SIGHUP, on_hangup, supervisor),
		inotify != -1 && inotify_add_watch(inotify, incoming,
		    IN_MOVED_TO) != -1 ? g_unix_fd_add(inotify, G_IO_IN,
		    on_inotify, supervisor) : 0,
	};

	pool_set_idle_callback(supervisor->pool, claim_waiting, supervisor);
	pool_set_event_callback(supervisor->pool, on_pool_event, supervisor);
	watch_databases(supervisor);
	log_line("ready: %u workers", supervisor->settings->workers);
	notify_send("READY=1");
	g_idle_add_once(claim_waiting, supervisor);
	g_main_loop_run(supervisor->loop);
	notify_send("STOPPING=1");
	for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
		if (sources[i] != 0)
			g_source_remove(sources[i]);
	if (supervisor->watch != 0)
		g_source_remove(supervisor->watch);
	if (inotify != -1)
		close(inotify);
}

gboolean
supervisor_run(Spool *spool, Settings *settings, gboolean once,
    GError **error)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	/* What changes while it loads is loaded again. */
	g_autoptr(Databases) databases = databases_new(settings);
	/* The rules first: run/alive promises answers. */
	g_autoptr(Pool) pool = pool_new(settings, error);
	g_autoptr(Intake) intake = pool != NULL ?
	    intake_new(spool, settings, pool, error) : NULL;
	struct supervisor supervisor = { .spool = spool,
		.settings = settings, .pool = pool, .intake = intake,
		.started = g_get_real_time() / G_USEC_PER_SEC,
		.databases = databases, .loop = loop, .is_once = once };
	gboolean is_serving;
	int alive;

	if (intake == NULL)
		return FALSE;
	alive = spool_lock_alive(spool, error);
	if (alive == -1)
		return FALSE;
	spool->fsync = settings->spool.fsync;
	spool_forget_last_boot(spool);
	spool_recover(spool);
	room_set_full(spool, FALSE);
	look(&supervisor);
	settings_ref(supervisor.settings);
	is_serving = serve_socket(&supervisor, error);
	if (is_serving)
		run_loop(&supervisor);
	listener_free(supervisor.listener);
	spool_sweep(spool, &supervisor.settings->spool);
	settings_unref(supervisor.settings);
	g_free(supervisor.reload);
	close(alive);
	return is_serving;
}
