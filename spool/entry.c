/*
 * spool/entry.c - one message that the supervisor has claimed.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/entry.h"
#include "spool/envelope_file.h"
#include "spool/ids.h"
#include "spool/verdict_file.h"

/* Ages in seconds at which files that nobody has removed are swept. */
#define VERDICT_AGE_MAX 600
#define TEMPORARY_AGE_MAX 3600
#define MESSAGE_AGE_MAX 600
/* Files looked at in one sweep of one folder. */
#define SWEEP_MAX 100000

void
spool_entry_free(SpoolEntry *entry)
{
	if (entry == NULL)
		return;
	if (entry->ticket != -1)
		close(entry->ticket);
	if (entry->message != -1)
		close(entry->message);
	envelope_free(entry->envelope);
	g_free(entry->id);
	g_free(entry);
}

static gboolean
may_submit(const Spool *spool, const GArray *submitters, uid_t uid)
{
	if (uid == spool->owner || uid == 0 || uid == geteuid())
		return TRUE;
	for (guint i = 0; i < submitters->len; i++)
		if (g_array_index(submitters, uid_t, i) == uid)
			return TRUE;
	return FALSE;
}

static gboolean
corrupt_error(GError **error, const char *id, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean
corrupt_error(GError **error, const char *id, const char *format, ...)
{
	g_autofree char *problem = NULL;
	va_list arguments;

	va_start(arguments, format);
	problem = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_CORRUPT, "%s: %s", id,
	    problem);
	return FALSE;
}

/* Opens and checks what the claimed entry consists of. */
static gboolean
open_entry(Spool *spool, SpoolEntry *entry, const GArray *submitters,
    GError **error)
{
	g_autofree char *name = spool_entry_name(entry->id, entry->attempts);
	g_autofree char *message = g_strconcat(entry->id, ".eml", NULL);
	g_autoptr(GError) reason = NULL;
	struct stat status;
	uid_t owner;

	entry->ticket = spool_open_file(spool, SPOOL_ACTIVE, name, &owner);
	if (entry->ticket == -1)
		return corrupt_error(error, entry->id,
		    "the envelope cannot be opened: %s", g_strerror(errno));
	if (!may_submit(spool, submitters, owner))
		return corrupt_error(error, entry->id, "the envelope belongs "
		    "to uid %u, which is not among the submitters",
		    (guint)owner);
	entry->envelope = envelope_file_read(entry->ticket, &reason);
	if (entry->envelope == NULL)
		return corrupt_error(error, entry->id, "envelope: %s",
		    reason->message);
	if (strcmp(entry->envelope->id, entry->id) != 0)
		return corrupt_error(error, entry->id,
		    "the envelope has another id: %s", entry->envelope->id);
	entry->message = spool_open_file(spool, SPOOL_MSG, message, &owner);
	if (entry->message == -1)
		return corrupt_error(error, entry->id,
		    "the message cannot be opened: %s", g_strerror(errno));
	if (!may_submit(spool, submitters, owner))
		return corrupt_error(error, entry->id, "the message belongs "
		    "to uid %u, which is not among the submitters",
		    (guint)owner);
	if (fstat(entry->message, &status) == -1 ||
	    (guint64)status.st_size != entry->envelope->size)
		return corrupt_error(error, entry->id, "the message has %"
		    G_GINT64_FORMAT " octets, its envelope says %"
		    G_GUINT64_FORMAT, (gint64)status.st_size,
		    entry->envelope->size);
	return TRUE;
}

/* A name that is none: out of the way, under one of our own making. */
static void
set_aside(Spool *spool, const char *name)
{
	g_autofree char *id = spool_id_new();

	if (renameat(spool->folders[SPOOL_INCOMING], name,
	    spool->folders[SPOOL_CORRUPT], id) == -1)
		unlinkat(spool->folders[SPOOL_INCOMING], name, AT_REMOVEDIR);
}

gboolean
spool_entry_is_awaited(const SpoolEntry *entry)
{
	if (flock(entry->ticket, LOCK_SH | LOCK_NB) == -1)
		return errno == EWOULDBLOCK;
	flock(entry->ticket, LOCK_UN);
	return FALSE;
}

SpoolEntry *
spool_entry_claim(Spool *spool, const char *name, const GArray *submitters,
    SpoolEntry **corrupt, GError **error)
{
	g_autoptr(SpoolEntry) entry = g_new0(SpoolEntry, 1);

	*corrupt = NULL;
	entry->ticket = entry->message = -1;
	entry->id = spool_entry_name_parse(name, &entry->attempts);
	if (entry->id == NULL) {
		set_aside(spool, name);
		corrupt_error(error, "incoming", "a file that is not called "
		    "ID.aN was moved to corrupt/");
		return NULL;
	}
	/* rename(2) decides: exactly one of several succeeds. */
	if (renameat(spool->folders[SPOOL_INCOMING], name,
	    spool->folders[SPOOL_ACTIVE], name) == -1) {
		if (errno != ENOENT)
			g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_TEMPFAIL,
			    "%s: cannot claim: %s", entry->id,
			    g_strerror(errno));
		return NULL;
	}
	if (!open_entry(spool, entry, submitters, error)) {
		*corrupt = g_steal_pointer(&entry);
		return NULL;
	}
	if (spool_entry_is_awaited(entry))
		return g_steal_pointer(&entry);
	spool_remove(spool, SPOOL_ACTIVE, name);
	return NULL;
}

gboolean
spool_entry_answer(Spool *spool, SpoolEntry *entry, const Record *record)
{
	g_autofree char *name = spool_entry_name(entry->id, entry->attempts);
	g_autofree char *text = verdict_file_format(record, FALSE);
	gboolean is_published = text != NULL &&
	    spool_write_file(spool, SPOOL_VERDICT, SPOOL_VERDICT, entry->id,
	        text, strlen(text));
	int saved_errno = text != NULL ? errno : EINVAL;

	spool_remove(spool, SPOOL_ACTIVE, name);
	errno = saved_errno;
	return is_published;
}

gboolean
spool_entry_requeue(Spool *spool, SpoolEntry *entry)
{
	g_autofree char *from = spool_entry_name(entry->id, entry->attempts);
	g_autofree char *to = spool_entry_name(entry->id, entry->attempts + 1);

	return renameat(spool->folders[SPOOL_ACTIVE], from,
	    spool->folders[SPOOL_INCOMING], to) == 0;
}

static gboolean
file_exists(Spool *spool, SpoolFolder folder, const char *name)
{
	return faccessat(spool->folders[folder], name, F_OK,
	    AT_SYMLINK_NOFOLLOW) == 0;
}

void
spool_recover(Spool *spool)
{
	g_autoptr(GPtrArray) names = spool_list(spool, SPOOL_ACTIVE,
	    SWEEP_MAX);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		guint attempts = 0;
		g_autofree char *id = spool_entry_name_parse(name, &attempts);
		g_autofree char *to = NULL;

		if (id == NULL || file_exists(spool, SPOOL_VERDICT, id)) {
			spool_remove(spool, SPOOL_ACTIVE, name);
			continue;
		}
		to = spool_entry_name(id, attempts + 1);
		renameat(spool->folders[SPOOL_ACTIVE], name,
		    spool->folders[SPOOL_INCOMING], to);
	}
}

/* Seconds since the file was changed; -1: it is gone. */
static gint64
file_age(Spool *spool, SpoolFolder folder, const char *name)
{
	struct stat status;

	if (fstatat(spool->folders[folder], name, &status,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	return MAX(g_get_real_time() / G_USEC_PER_SEC - status.st_ctime, 0);
}

/* Ids that have an envelope somewhere. Caller unrefs. */
static GHashTable *
enveloped_ids(Spool *spool)
{
	static const SpoolFolder folders[] = { SPOOL_INCOMING, SPOOL_ACTIVE };
	GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal,
	    g_free, NULL);

	for (gsize f = 0; f < G_N_ELEMENTS(folders); f++) {
		g_autoptr(GPtrArray) names = spool_list(spool, folders[f],
		    SWEEP_MAX);

		for (guint i = 0; names != NULL && i < names->len; i++) {
			guint attempts;
			char *id = spool_entry_name_parse(
			    g_ptr_array_index(names, i), &attempts);

			if (id != NULL)
				g_hash_table_add(ids, id);
		}
	}
	return ids;
}

static void
sweep_messages(Spool *spool)
{
	g_autoptr(GPtrArray) names = spool_list(spool, SPOOL_MSG, SWEEP_MAX);
	g_autoptr(GHashTable) ids = NULL;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *id = g_strndup(name, strcspn(name, "."));

		if (file_age(spool, SPOOL_MSG, name) <= MESSAGE_AGE_MAX)
			continue;
		if (ids == NULL)
			ids = enveloped_ids(spool);
		if (!g_hash_table_contains(ids, id))
			spool_remove(spool, SPOOL_MSG, name);
	}
}

void
spool_sweep(Spool *spool)
{
	g_autoptr(GPtrArray) verdicts = spool_list(spool, SPOOL_VERDICT,
	    SWEEP_MAX);
	g_autoptr(GPtrArray) temporaries = spool_list(spool, SPOOL_TMP,
	    SWEEP_MAX);

	for (guint i = 0; verdicts != NULL && i < verdicts->len; i++) {
		const char *id = g_ptr_array_index(verdicts, i);
		g_autofree char *message = g_strconcat(id, ".eml", NULL);

		if (!file_exists(spool, SPOOL_MSG, message) ||
		    file_age(spool, SPOOL_VERDICT, id) > VERDICT_AGE_MAX)
			spool_remove(spool, SPOOL_VERDICT, id);
	}
	for (guint i = 0; temporaries != NULL && i < temporaries->len; i++) {
		const char *name = g_ptr_array_index(temporaries, i);

		if (file_age(spool, SPOOL_TMP, name) > TEMPORARY_AGE_MAX)
			spool_remove(spool, SPOOL_TMP, name);
	}
	sweep_messages(spool);
}

void
spool_forget_last_boot(Spool *spool)
{
	static const SpoolFolder folders[] = { SPOOL_TMP, SPOOL_MSG,
		SPOOL_INCOMING, SPOOL_ACTIVE, SPOOL_VERDICT };
	g_autofree char *now = NULL;
	char last[64] = "";
	uid_t owner;
	int fd;

	if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &now, NULL,
	    NULL))
		return;
	fd = spool_open_file(spool, SPOOL_RUN, "boot", &owner);
	if (fd != -1) {
		if (read(fd, last, sizeof(last) - 1) == -1)
			last[0] = '\0';
		close(fd);
		for (gsize f = 0; strcmp(last, now) != 0 &&
		     f < G_N_ELEMENTS(folders); f++) {
			g_autoptr(GPtrArray) names = spool_list(spool,
			    folders[f], SWEEP_MAX);

			for (guint i = 0; names != NULL && i < names->len; i++)
				spool_remove(spool, folders[f],
				    g_ptr_array_index(names, i));
		}
	}
	if (strcmp(last, now) != 0)
		spool_write_file(spool, SPOOL_RUN, SPOOL_RUN, "boot", now,
		    strlen(now));
}
