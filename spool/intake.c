/*
 * spool/intake.c - sees the messages of a spool through, from claim to answer.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "spool/entry.h"
#include "spool/intake.h"
#include "spool/log.h"
#include "spool/verdict_file.h"

/* Names read from incoming/ at once. */
#define LIST_MAX 10000
/* Entries looked at in one pass, claimed or not, and lines that one pass logs
 * about names that are none: whoever plants a million is given no more. */
#define PASS_MAX 1000
#define PASS_LOG_MAX 5

struct intake {
	Spool *spool;
	const Settings *settings;
	Pool *pool;
	Catalogue *catalogue;
	GArray *submitters;     /* of uid_t */
	int journal;            /* -1: none */
	GPtrArray *names;       /* of char *: waiting entries, last listing */
	guint next;             /* of names */
	GPtrArray *jobs;        /* of struct job *: under scan */
	void (*on_answer)(const char *id, const char *verdict, gpointer data);
	gpointer answer_data;
};

/* One message under scan. */
struct job {
	Intake *intake;
	SpoolEntry *entry;
};

/* --- answers ---------------------------------------------------------------- */

static void
append_journal(Intake *intake, const Record *record)
{
	g_autofree char *json = NULL;
	g_autofree char *line = NULL;

	if (intake->journal == -1)
		return;
	json = record_to_json(record);
	line = g_strconcat(json, "\n", NULL);
	/* One write, so that lines of several processes do not mix. */
	if (write(intake->journal, line, strlen(line)) == -1)
		log_line("%s: journal: %s", record->id, g_strerror(errno));
}

static void
answer(Intake *intake, SpoolEntry *entry, const Record *record)
{
	g_autofree char *verdict = verdict_file_format(record, FALSE);
	gboolean is_published;

	append_journal(intake, record);
	log_record(record);
	is_published = spool_entry_answer(intake->spool, entry, verdict);
	if (!is_published)
		log_line("%s: the verdict cannot be written: %s; the submitter "
		    "answers 451", entry->id, g_strerror(errno));
	if (intake->on_answer != NULL)
		intake->on_answer(entry->id, is_published ? verdict : NULL,
		    intake->answer_data);
}

/* Without a scan. */
static void
answer_error(Intake *intake, SpoolEntry *entry, const char *rule,
    const char *detail)
{
	g_autoptr(Record) record = record_new_error(intake->catalogue,
	    entry->id, NULL, entry->size, rule, detail);

	answer(intake, entry, record);
}

/* --- scans ------------------------------------------------------------------ */

static void
job_free(struct job *job)
{
	spool_entry_free(job->entry);
	g_free(job);
}

static void
on_done(Record *record, PoolOutcome outcome, gpointer data)
{
	struct job *job = data;
	g_autoptr(Record) owned = record;
	Intake *intake = job->intake;
	SpoolEntry *entry = job->entry;

	/* A message that kills workers is given up after some attempts; one
	 * that has used up its time has had enough. */
	if ((outcome == POOL_CRASHED || outcome == POOL_GARBLED) &&
	    entry->attempts + 1 < intake->settings->max_attempts &&
	    spool_entry_requeue(intake->spool, entry))
		log_line("%s: the worker died, attempt %u", entry->id,
		    entry->attempts + 1);
	else
		answer(intake, entry, record);
	g_ptr_array_remove_fast(intake->jobs, job);
}

static void
scan(Intake *intake, SpoolEntry *entry)
{
	struct job *job = g_new(struct job, 1);
	int message = entry->message;

	job->intake = intake;
	job->entry = entry;
	g_ptr_array_add(intake->jobs, job);
	entry->message = -1;
	pool_scan(intake->pool, g_steal_pointer(&entry->envelope), message,
	    on_done, job);
}

void
intake_set_answer_callback(Intake *intake, void (*on_answer)(const char *id,
    const char *verdict, gpointer data), gpointer data)
{
	intake->on_answer = on_answer;
	intake->answer_data = data;
}

const GArray *
intake_submitters(const Intake *intake)
{
	return intake->submitters;
}

const Catalogue *
intake_catalogue(const Intake *intake)
{
	return intake->catalogue;
}

guint
intake_active(const Intake *intake)
{
	return intake->jobs->len;
}

void
intake_drop_abandoned(Intake *intake)
{
	for (guint i = intake->jobs->len; i > 0; i--) {
		struct job *job = g_ptr_array_index(intake->jobs, i - 1);

		if (spool_entry_is_awaited(job->entry))
			continue;
		log_line("%s: nobody waits any more, dropped under scan",
		    job->entry->id);
		pool_cancel(intake->pool, job);
		spool_entry_drop(intake->spool, job->entry);
		g_ptr_array_remove_index_fast(intake->jobs, i - 1);
	}
}

/* --- claims ----------------------------------------------------------------- */

/* The next name that waits; NULL: none. Borrowed until the next call. */
static const char *
next_name(Intake *intake)
{
	if (intake->names == NULL || intake->next >= intake->names->len) {
		g_clear_pointer(&intake->names, g_ptr_array_unref);
		intake->names = spool_list(intake->spool, SPOOL_INCOMING,
		    LIST_MAX);
		intake->next = 0;
	}
	if (intake->names == NULL || intake->names->len == 0)
		return NULL;
	return g_ptr_array_index(intake->names, intake->next++);
}

/* log_room: lines that may still be logged about what is no entry. */
static void
claim(Intake *intake, const char *name, guint *log_room)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SpoolEntry) entry = NULL;

	switch (spool_entry_claim(intake->spool, name, intake->submitters,
	    &entry, &error)) {
	case SPOOL_CLAIM_TAKEN:
		scan(intake, g_steal_pointer(&entry));
		return;
	case SPOOL_CLAIM_BROKEN:
		/* Its submitter waits. */
		log_line("%s", error->message);
		answer_error(intake, entry, "broken-entry", error->message);
		return;
	case SPOOL_CLAIM_NO_ENTRY:
		if (*log_room > 0 && --*log_room > 0)
			log_line("%s", error->message);
		else if (*log_room == 0)
			log_line("incoming: and more of them");
		return;
	case SPOOL_CLAIM_FAILED:
		log_line("%s", error->message);
		return;
	case SPOOL_CLAIM_GONE:
	case SPOOL_CLAIM_ABANDONED:
		return;
	}
}

gboolean
intake_claim(Intake *intake)
{
	guint log_room = PASS_LOG_MAX + 1;
	const char *name = NULL;

	for (guint i = 0; i < PASS_MAX &&
	     pool_has_idle_worker(intake->pool); i++) {
		name = next_name(intake);
		if (name == NULL)
			return FALSE;
		claim(intake, name, &log_room);
	}
	return TRUE;
}

/* --- starting --------------------------------------------------------------- */

/* The uids of the users that may submit besides the spool's owner. */
static gboolean
find_submitters(Intake *intake, GError **error)
{
	char **names = intake->settings->submitters;

	for (guint i = 0; names != NULL && names[i] != NULL; i++) {
		const struct passwd *user = getpwnam(names[i]);

		if (user == NULL) {
			g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_ACCESS,
			    "[work] submitters: there is no user '%s'",
			    names[i]);
			return FALSE;
		}
		g_array_append_val(intake->submitters, user->pw_uid);
	}
	return TRUE;
}

static gboolean
open_journal(Intake *intake, GError **error)
{
	const char *path = intake->settings->journal;

	if (path == NULL)
		return TRUE;
	intake->journal = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
	    0640);
	if (intake->journal != -1)
		return TRUE;
	g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_ACCESS,
	    "[work] journal: %s: %s", path, g_strerror(errno));
	return FALSE;
}

Intake *
intake_new(Spool *spool, const Settings *settings, Pool *pool, GError **error)
{
	g_autoptr(Intake) intake = g_new0(Intake, 1);

	intake->spool = spool;
	intake->settings = settings;
	intake->pool = pool;
	intake->submitters = g_array_new(FALSE, FALSE, sizeof(uid_t));
	intake->jobs = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)job_free);
	intake->journal = -1;
	intake->catalogue = catalogue_load(settings->rules.replies, error);
	if (intake->catalogue != NULL && find_submitters(intake, error) &&
	    open_journal(intake, error))
		return g_steal_pointer(&intake);
	return NULL;
}

void
intake_free(Intake *intake)
{
	if (intake == NULL)
		return;
	if (intake->journal != -1)
		close(intake->journal);
	if (intake->names != NULL)
		g_ptr_array_unref(intake->names);
	g_ptr_array_unref(intake->jobs);
	g_array_unref(intake->submitters);
	catalogue_free(intake->catalogue);
	g_free(intake);
}
