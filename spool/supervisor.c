/*
 * spool/supervisor.c - answers the messages that arrive in a spool.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "spool/entry.h"
#include "spool/pool.h"
#include "spool/supervisor.h"

/* inotify tells of new entries at once; this finds what it has missed. */
#define RESCAN_SECONDS 1
#define SWEEP_SECONDS 10
/* Entries looked at in one pass over incoming/. */
#define CLAIM_MAX 10000

struct supervisor {
	Spool *spool;
	const Settings *settings;
	Pool *pool;
	Catalogue *catalogue;
	GArray *submitters;     /* of uid_t */
	GMainLoop *loop;
	int journal;            /* -1: none */
	guint active;           /* messages under scan */
	gboolean is_once;
	gboolean is_stopping;
};

/* One message under scan. */
struct job {
	struct supervisor *supervisor;
	SpoolEntry *entry;
};

/* Control characters cannot forge a log line. */
static void G_GNUC_PRINTF(1, 2)
log_line(const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	for (char *p = line; *p != '\0'; p++)
		if ((guchar)*p < ' ' || *p == 0x7f)
			*p = '?';
	fprintf(stderr, "%s\n", line);
}

static void
log_record(const Record *record)
{
	const Finding *reason = NULL;

	for (guint i = 0; i < record->findings->len && reason == NULL; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);

		if (finding->reply == record->code)
			reason = finding;
	}
	log_line("%s: %s, %u %s %s%s%s%s%s%s%s, %" G_GUINT64_FORMAT
	    " octets, %.1f ms", record->id, record->action, record->code,
	    record->enhanced, record->text, reason != NULL ? ", " : "",
	    reason != NULL ? reason->rule : "",
	    reason != NULL && reason->part != NULL ? " part " : "",
	    reason != NULL && reason->part != NULL ? reason->part : "",
	    reason != NULL && reason->name != NULL ? " name " : "",
	    reason != NULL && reason->name != NULL ? reason->name : "",
	    record->size, record->elapsed_ms);
}

static void
append_journal(struct supervisor *supervisor, const Record *record)
{
	g_autofree char *json = NULL;
	g_autofree char *line = NULL;

	if (supervisor->journal == -1)
		return;
	json = record_to_json(record);
	line = g_strconcat(json, "\n", NULL);
	/* One write, so that lines of several processes do not mix. */
	if (write(supervisor->journal, line, strlen(line)) == -1)
		log_line("%s: journal: %s", record->id, g_strerror(errno));
}

static void
answer(struct supervisor *supervisor, SpoolEntry *entry, const Record *record)
{
	append_journal(supervisor, record);
	log_record(record);
	if (!spool_entry_answer(supervisor->spool, entry, record))
		log_line("%s: the verdict cannot be written: %s; the submitter "
		    "answers 451", entry->id, g_strerror(errno));
}

static void
on_done(Record *record, PoolOutcome outcome, gpointer data)
{
	g_autofree struct job *job = data;
	g_autoptr(Record) owned = record;
	g_autoptr(SpoolEntry) entry = job->entry;
	struct supervisor *supervisor = job->supervisor;

	supervisor->active--;
	/* A message that kills workers is given up after some attempts; one
	 * that has used up its time has had enough. */
	if ((outcome == POOL_CRASHED || outcome == POOL_GARBLED) &&
	    entry->attempts + 1 < supervisor->settings->max_attempts) {
		log_line("%s: the worker died, attempt %u", entry->id,
		    entry->attempts + 1);
		if (spool_entry_requeue(supervisor->spool, entry))
			return;
	}
	answer(supervisor, entry, record);
}

/* An entry that breaks the rules is answered too: its submitter waits. */
static void
answer_corrupt(struct supervisor *supervisor, SpoolEntry *entry,
    const char *detail)
{
	g_autoptr(Record) record = record_new_error(supervisor->catalogue,
	    entry->id, NULL, entry->envelope != NULL ? entry->envelope->size :
	    0, "broken-entry", detail);

	answer(supervisor, entry, record);
}

static void
claim(struct supervisor *supervisor, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SpoolEntry) corrupt = NULL;
	SpoolEntry *entry = spool_entry_claim(supervisor->spool, name,
	    supervisor->submitters, &corrupt, &error);
	Envelope *envelope;
	struct job *job;
	int message;

	if (entry == NULL) {
		if (error != NULL)
			log_line("%s", error->message);
		if (corrupt != NULL)
			answer_corrupt(supervisor, corrupt, error->message);
		return;
	}
	job = g_new(struct job, 1);
	job->supervisor = supervisor;
	job->entry = entry;
	supervisor->active++;
	message = entry->message;
	entry->message = -1;
	envelope = g_steal_pointer(&entry->envelope);
	pool_scan(supervisor->pool, envelope, message, on_done, job);
}

/* As many as there are idle workers. */
static void
claim_waiting(gpointer data)
{
	struct supervisor *supervisor = data;
	g_autoptr(GPtrArray) names = NULL;

	if (supervisor->is_stopping) {
		if (supervisor->active == 0)
			g_main_loop_quit(supervisor->loop);
		return;
	}
	if (!pool_has_idle_worker(supervisor->pool))
		return;
	names = spool_list(supervisor->spool, SPOOL_INCOMING, CLAIM_MAX);
	for (guint i = 0; names != NULL && i < names->len &&
	     pool_has_idle_worker(supervisor->pool); i++)
		claim(supervisor, g_ptr_array_index(names, i));
	if (supervisor->is_once && supervisor->active == 0 &&
	    (names == NULL || names->len == 0))
		g_main_loop_quit(supervisor->loop);
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

static gboolean
on_rescan(gpointer data)
{
	claim_waiting(data);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_sweep(gpointer data)
{
	struct supervisor *supervisor = data;

	spool_sweep(supervisor->spool);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_signal(gpointer data)
{
	struct supervisor *supervisor = data;

	if (supervisor->is_stopping || supervisor->active == 0) {
		g_main_loop_quit(supervisor->loop);
	} else {
		log_line("stopping: %u messages under scan finish first",
		    supervisor->active);
		supervisor->is_stopping = TRUE;
	}
	return G_SOURCE_CONTINUE;
}

/* The uids of the users that may submit besides the spool's owner. */
static gboolean
find_submitters(struct supervisor *supervisor, GError **error)
{
	char **names = supervisor->settings->submitters;

	for (guint i = 0; names != NULL && names[i] != NULL; i++) {
		const struct passwd *user = getpwnam(names[i]);

		if (user == NULL) {
			g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_ACCESS,
			    "[work] submitters: there is no user '%s'",
			    names[i]);
			return FALSE;
		}
		g_array_append_val(supervisor->submitters, user->pw_uid);
	}
	return TRUE;
}

static gboolean
open_journal(struct supervisor *supervisor, GError **error)
{
	const char *path = supervisor->settings->journal;

	if (path == NULL)
		return TRUE;
	supervisor->journal = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (supervisor->journal != -1)
		return TRUE;
	g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_ACCESS,
	    "[work] journal: %s: %s", path, g_strerror(errno));
	return FALSE;
}

static void
run_loop(struct supervisor *supervisor)
{
	g_autofree char *incoming = g_strdup_printf("/proc/self/fd/%d",
	    supervisor->spool->folders[SPOOL_INCOMING]);
	int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	guint sources[] = {
		g_timeout_add_seconds(RESCAN_SECONDS, on_rescan, supervisor),
		g_timeout_add_seconds(SWEEP_SECONDS, on_sweep, supervisor),
		g_unix_signal_add(SIGTERM, on_signal, supervisor),
		g_unix_signal_add(SIGINT, on_signal, supervisor),
		inotify != -1 && inotify_add_watch(inotify, incoming,
		    IN_MOVED_TO) != -1 ? g_unix_fd_add(inotify, G_IO_IN,
		    on_inotify, supervisor) : 0,
	};

	pool_set_idle_callback(supervisor->pool, claim_waiting, supervisor);
	log_line("ready: %u workers", supervisor->settings->workers);
	g_idle_add_once(claim_waiting, supervisor);
	g_main_loop_run(supervisor->loop);
	for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
		if (sources[i] != 0)
			g_source_remove(sources[i]);
	if (inotify != -1)
		close(inotify);
}

gboolean
supervisor_run(Spool *spool, const Settings *settings, gboolean once,
    GError **error)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GArray) submitters = g_array_new(FALSE, FALSE,
	    sizeof(uid_t));
	g_autoptr(Catalogue) catalogue = catalogue_load(
	    settings->rules.replies, error);
	struct supervisor supervisor = { .spool = spool,
		.settings = settings, .catalogue = catalogue,
		.submitters = submitters, .loop = loop, .journal = -1,
		.is_once = once };
	int alive;

	if (catalogue == NULL || !find_submitters(&supervisor, error) ||
	    !open_journal(&supervisor, error))
		return FALSE;
	/* The rules first: run/alive promises answers. */
	supervisor.pool = pool_new(settings, error);
	if (supervisor.pool == NULL)
		return FALSE;
	alive = spool_lock_alive(spool, error);
	if (alive != -1) {
		spool_forget_last_boot(spool);
		spool_recover(spool);
		run_loop(&supervisor);
		spool_sweep(spool);
		close(alive);
	}
	pool_free(supervisor.pool);
	if (supervisor.journal != -1)
		close(supervisor.journal);
	return alive != -1;
}
