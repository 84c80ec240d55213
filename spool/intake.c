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
#include "spool/kept.h"
#include "spool/log.h"
#include "spool/poison.h"
#include "spool/room.h"
#include "spool/verdict_file.h"

/* Names read from incoming/ at once. */
#define LIST_MAX 10000
/* Entries looked at in one pass, claimed or not, and lines logged in a second
 * about what is none: whoever plants a million gets no more. */
#define PASS_MAX 1000
#define LOG_MAX 6

struct intake {
	Spool *spool;
	Settings *settings;
	Pool *pool;
	Catalogue *catalogue;
	GArray *submitters;     /* of uid_t */
	int journal;            /* -1: none */
	GPtrArray *names;       /* of char *: waiting entries, last listing */
	guint next;             /* of names */
	guint log_room;         /* lines that may still be logged of LOG_MAX */
	GPtrArray *jobs;        /* of struct job * */
	Poison *poison;
	IntakeCounts counts;
	void (*on_answer)(const char *id, const char *verdict, gpointer data);
	gpointer answer_data;
};

/* One message, claimed and not answered. */
struct job {
	Intake *intake;
	SpoolEntry *entry;
	guint attempts_before;  /* scans of the same octets in other entries */
	Record *record;         /* NULL: under scan */
	gboolean is_discarded;
	gboolean is_kept;       /* it is being copied */
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
count(Intake *intake, const Record *record, gboolean is_discarded)
{
	IntakeCounts *counts = &intake->counts;

	if (is_discarded)
		counts->discarded++;
	else if (record->code / 100 == 2)
		counts->accepted++;
	else if (record->code / 100 == 5)
		counts->rejected++;
	else
		counts->deferred++;
}

static void
publish(Intake *intake, SpoolEntry *entry, const Record *record,
    gboolean is_discarded)
{
	g_autofree char *verdict = verdict_file_format(record, is_discarded);
	gboolean is_published = spool_entry_publish(intake->spool, entry,
	    verdict);

	/* What is kept for a full disk is given up. */
	if (!is_published && verdict != NULL &&
	    room_use_reserve(intake->spool))
		is_published = spool_entry_publish(intake->spool, entry,
		    verdict);
	if (!is_published) {
		log_line("%s: the verdict cannot be written: %s; the submitter "
		    "answers 451", entry->id, g_strerror(errno));
		intake->counts.unanswered++;
	}
	spool_entry_finish(intake->spool, entry);
	if (intake->on_answer != NULL)
		intake->on_answer(entry->id, is_published ? verdict : NULL,
		    intake->answer_data);
}

static void
answer(Intake *intake, SpoolEntry *entry, const Record *record,
    gboolean is_discarded)
{
	append_journal(intake, record);
	log_record(record);
	count(intake, record, is_discarded);
	publish(intake, entry, record, is_discarded);
}

/* Without a scan, or in place of its answer. */
static void
answer_error(Intake *intake, SpoolEntry *entry, const char *rule,
    const char *detail)
{
	g_autoptr(Record) record = record_new_error(intake->catalogue,
	    entry->id, NULL, entry->size, rule, detail);

	answer(intake, entry, record, FALSE);
}

/* --- messages that are kept ------------------------------------------------- */

static void
job_free(struct job *job)
{
	spool_entry_free(job->entry);
	if (job->record != NULL)
		record_free(job->record);
	g_free(job);
}

/* Whether the record's reply begins with one of the list. */
static gboolean
has_reply(const Record *record, char **list)
{
	g_autofree char *reply = g_strdup_printf("%u %s %s", record->code,
	    record->enhanced, record->text);

	for (guint i = 0; list != NULL && list[i] != NULL; i++)
		if (g_str_has_prefix(reply, list[i]))
			return TRUE;
	return FALSE;
}

static void
on_quarantined(int saved_errno, gpointer data)
{
	struct job *job = data;
	Intake *intake = job->intake;

	if (saved_errno == 0) {
		intake->counts.quarantined++;
		answer(intake, job->entry, job->record, job->is_discarded);
	} else {
		answer_error(intake, job->entry, "quarantine-failed",
		    g_strerror(saved_errno));
	}
	g_ptr_array_remove_fast(intake->jobs, job);
}

static void
on_poison_kept(int saved_errno, gpointer data)
{
	struct job *job = data;
	Intake *intake = job->intake;

	if (saved_errno != 0)
		log_line("%s: corrupt: %s", job->entry->id,
		    g_strerror(saved_errno));
	answer(intake, job->entry, job->record, FALSE);
	g_ptr_array_remove_fast(intake->jobs, job);
}

/* From here on the job is no longer under scan, and done() ends it. */
static void
keep(struct job *job, SpoolFolder folder, KeptDone done)
{
	g_autofree char *verdict = verdict_file_format(job->record,
	    job->is_discarded);
	g_autofree char *json = record_to_json(job->record);

	job->is_kept = TRUE;
	kept_store(job->intake->spool, folder, job->entry,
	    verdict != NULL ? verdict : "", json, done, job);
}

/* --- scans ------------------------------------------------------------------ */

/* Whether the submitter waits long enough for another whole scan. */
static gboolean
has_time(const Intake *intake, const SpoolEntry *entry)
{
	gint64 left = entry->deadline - g_get_real_time() / G_USEC_PER_SEC;

	return left > intake->settings->scan_timeout_ms / 1000;
}

static void
remember(Intake *intake, const SpoolEntry *entry, guint attempts)
{
	if (!poison_remember(intake->poison, entry->message, entry->size,
	    attempts, entry->id))
		log_line("%s: poison: %s", entry->id, g_strerror(errno));
}

/* The scan failed. TRUE: the job is at its end. */
static gboolean
retry(struct job *job, PoolOutcome outcome)
{
	Intake *intake = job->intake;
	SpoolEntry *entry = job->entry;
	guint attempts = job->attempts_before + entry->attempts + 1;
	gboolean is_last = attempts >= intake->settings->max_attempts;

	log_line("%s: attempt %u failed: %s", entry->id, attempts,
	    pool_outcome_rule(outcome));
	if (!is_last &&
	    (outcome != POOL_TIMED_OUT || has_time(intake, entry)) &&
	    spool_entry_requeue(intake->spool, entry)) {
		intake->counts.retried++;
		return TRUE;
	}
	/* The message is not to blame for that. */
	if (outcome == POOL_INTERRUPTED) {
		answer(intake, entry, job->record, FALSE);
		return TRUE;
	}
	remember(intake, entry, attempts);
	if (!is_last) {
		answer(intake, entry, job->record, FALSE);
		return TRUE;
	}
	intake->counts.poison++;
	keep(job, SPOOL_CORRUPT, on_poison_kept);
	return FALSE;
}

static void
abandon(Intake *intake, SpoolEntry *entry)
{
	log_line("%s: nobody waits any more, dropped", entry->id);
	intake->counts.abandoned++;
	spool_entry_drop(intake->spool, entry);
}

static void
on_done(Record *record, PoolOutcome outcome, gpointer data)
{
	struct job *job = data;
	Intake *intake = job->intake;

	job->record = record;
	if (outcome != POOL_SCANNED) {
		if (!retry(job, outcome))
			return;
	} else if (!spool_entry_is_awaited(job->entry)) {
		abandon(intake, job->entry);
	} else if (has_reply(record, intake->settings->spool.quarantine)) {
		job->is_discarded = has_reply(record,
		    intake->settings->spool.discard);
		keep(job, SPOOL_QUARANTINE, on_quarantined);
		return;
	} else {
		answer(intake, job->entry, record, FALSE);
	}
	g_ptr_array_remove_fast(intake->jobs, job);
}

/* Takes the entry over. */
static void
scan(Intake *intake, SpoolEntry *entry, guint attempts_before)
{
	struct job *job;
	int message = fcntl(entry->message, F_DUPFD_CLOEXEC, 0);

	if (message == -1) {
		answer_error(intake, entry, "no-descriptor",
		    g_strerror(errno));
		spool_entry_free(entry);
		return;
	}
	job = g_new0(struct job, 1);
	job->intake = intake;
	job->entry = entry;
	job->attempts_before = attempts_before;
	g_ptr_array_add(intake->jobs, job);
	pool_scan(intake->pool, g_steal_pointer(&entry->envelope), message,
	    on_done, job);
}

/* The entry is in order and awaited. Takes it over. */
static void
begin(Intake *intake, SpoolEntry *entry)
{
	guint max_attempts = intake->settings->max_attempts;
	guint before = poison_attempts(intake->poison, entry->message,
	    entry->size);

	if (before < max_attempts && entry->attempts < max_attempts) {
		scan(intake, entry, before);
		return;
	}
	/* In the second case the supervisor died so often while this was under
	 * scan, perhaps for another reason: it is not remembered. */
	intake->counts.poison++;
	answer_error(intake, entry, "poison", before >= max_attempts ?
	    "every scan of these octets has failed; see 'mailweir poison'" :
	    "every scan of this entry was cut short");
	spool_entry_free(entry);
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

IntakeCounts
intake_counts(const Intake *intake)
{
	return intake->counts;
}

void
intake_refresh(Intake *intake)
{
	poison_refresh(intake->poison,
	    intake->settings->spool.poison_memory_ms / 1000);
	intake->log_room = LOG_MAX;
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

		if (job->is_kept || spool_entry_is_awaited(job->entry))
			continue;
		pool_cancel(intake->pool, job);
		abandon(intake, job->entry);
		g_ptr_array_remove_index_fast(intake->jobs, i - 1);
	}
}

/* --- claims ----------------------------------------------------------------- */

/* The next name that waits; NULL: none. Borrowed until the next call. The folder
 * is listed once a pass: for what comes later inotify begins another one. */
static const char *
next_name(Intake *intake, gboolean *is_listed)
{
	gboolean is_used_up = intake->names == NULL ||
	    intake->next >= intake->names->len;

	if (is_used_up && !*is_listed) {
		g_clear_pointer(&intake->names, g_ptr_array_unref);
		intake->names = spool_list(intake->spool, SPOOL_INCOMING,
		    LIST_MAX);
		intake->next = 0;
		*is_listed = TRUE;
	}
	if (intake->names == NULL || intake->next >= intake->names->len)
		return NULL;
	return g_ptr_array_index(intake->names, intake->next++);
}

static void
claim(Intake *intake, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SpoolEntry) entry = NULL;

	switch (spool_entry_claim(intake->spool, name, intake->submitters,
	    &entry, &error)) {
	case SPOOL_CLAIM_TAKEN:
		begin(intake, g_steal_pointer(&entry));
		return;
	case SPOOL_CLAIM_BROKEN:
		/* Its submitter waits. */
		log_line("%s", error->message);
		answer_error(intake, entry, "broken-entry", error->message);
		return;
	case SPOOL_CLAIM_NO_ENTRY:
		if (intake->log_room == 0)
			return;
		log_line("%s", --intake->log_room > 0 ? error->message :
		    "incoming: and more of them");
		return;
	case SPOOL_CLAIM_FAILED:
		log_line("%s", error->message);
		return;
	case SPOOL_CLAIM_ABANDONED:
		intake->counts.abandoned++;
		return;
	case SPOOL_CLAIM_GONE:
		return;
	}
}

gboolean
intake_claim(Intake *intake)
{
	gboolean is_listed = FALSE;

	for (guint i = 0; i < PASS_MAX &&
	     pool_has_idle_worker(intake->pool); i++) {
		const char *name = next_name(intake, &is_listed);

		if (name == NULL)
			return FALSE;
		claim(intake, name);
	}
	return TRUE;
}

/* --- settings --------------------------------------------------------------- */

/* The uids of the users that may submit besides the spool's owner. NULL and
 * error. */
static GArray *
find_submitters(const Settings *settings, GError **error)
{
	g_autoptr(GArray) submitters = g_array_new(FALSE, FALSE,
	    sizeof(uid_t));
	char **names = settings->submitters;

	for (guint i = 0; names != NULL && names[i] != NULL; i++) {
		const struct passwd *user = getpwnam(names[i]);

		if (user == NULL) {
			g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_ACCESS,
			    "[work] submitters: there is no user '%s'",
			    names[i]);
			return NULL;
		}
		g_array_append_val(submitters, user->pw_uid);
	}
	return g_steal_pointer(&submitters);
}

/* *journal is -1 where there is to be none. */
static gboolean
open_journal(const Settings *settings, int *journal, GError **error)
{
	const char *path = settings->journal;

	*journal = -1;
	if (path == NULL)
		return TRUE;
	*journal = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (*journal != -1)
		return TRUE;
	g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_ACCESS,
	    "[work] journal: %s: %s", path, g_strerror(errno));
	return FALSE;
}

static void
clear_settings(Intake *intake)
{
	if (intake->journal != -1)
		close(intake->journal);
	if (intake->submitters != NULL)
		g_array_unref(intake->submitters);
	catalogue_free(intake->catalogue);
	settings_unref(intake->settings);
}

gboolean
intake_change_settings(Intake *intake, Settings *settings, GError **error)
{
	g_autoptr(Catalogue) catalogue =
	    catalogue_load(settings->rules.replies, error);
	g_autoptr(GArray) submitters = catalogue != NULL ?
	    find_submitters(settings, error) : NULL;
	int journal;

	if (submitters == NULL || !open_journal(settings, &journal, error))
		return FALSE;
	clear_settings(intake);
	intake->settings = settings_ref(settings);
	intake->catalogue = g_steal_pointer(&catalogue);
	intake->submitters = g_steal_pointer(&submitters);
	intake->journal = journal;
	return TRUE;
}

Intake *
intake_new(Spool *spool, Settings *settings, Pool *pool, GError **error)
{
	g_autoptr(Intake) intake = g_new0(Intake, 1);

	intake->spool = spool;
	intake->pool = pool;
	intake->jobs = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)job_free);
	intake->poison = poison_new(spool);
	intake->journal = -1;
	if (!intake_change_settings(intake, settings, error))
		return NULL;
	intake_refresh(intake);
	return g_steal_pointer(&intake);
}

void
intake_free(Intake *intake)
{
	if (intake == NULL)
		return;
	if (intake->names != NULL)
		g_ptr_array_unref(intake->names);
	g_ptr_array_unref(intake->jobs);
	poison_free(intake->poison);
	clear_settings(intake);
	g_free(intake);
}
