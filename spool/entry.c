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

/* Files that are no entries and are kept, between two sweeps. */
#define SET_ASIDE_MAX 100

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

gboolean
spool_may_submit(const Spool *spool, const GArray *submitters, uid_t uid)
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
	if (!spool_may_submit(spool, submitters, owner))
		return corrupt_error(error, entry->id, "the envelope belongs "
		    "to uid %u, which is not among the submitters",
		    (guint)owner);
	entry->envelope = envelope_file_read(entry->ticket, &reason);
	if (entry->envelope == NULL)
		return corrupt_error(error, entry->id, "envelope: %s",
		    reason->message);
	entry->size = entry->envelope->size;
	entry->deadline = entry->envelope->wait > 0 &&
	    entry->envelope->submit_time > 0 ? entry->envelope->submit_time +
	    entry->envelope->wait : G_MAXINT64;
	if (strcmp(entry->envelope->id, entry->id) != 0)
		return corrupt_error(error, entry->id,
		    "the envelope has another id: %s", entry->envelope->id);
	entry->message = spool_open_file(spool, SPOOL_MSG, message, &owner);
	if (entry->message == -1)
		return corrupt_error(error, entry->id,
		    "the message cannot be opened: %s", g_strerror(errno));
	if (!spool_may_submit(spool, submitters, owner))
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

/*
 * What is no entry gets out of the way: a regular file to corrupt/, under a
 * name of our own making; the rest is removed. Somebody else's directory that
 * is not empty can be neither moved nor removed: its inode is remembered.
 */
static SpoolClaim
put_away(Spool *spool, const char *name, const struct stat *status,
    GError **error)
{
	g_autofree char *id = spool_id_new();
	g_autofree char *to = g_strconcat(id, ".file", NULL);
	gboolean is_directory = S_ISDIR(status->st_mode);
	/* Whoever plants a million gets few of them kept. */
	gboolean is_kept = S_ISREG(status->st_mode) &&
	    spool->n_set_aside++ < SET_ASIDE_MAX;
	gboolean is_away = is_kept ?
	    renameat(spool->folders[SPOOL_INCOMING], name,
	        spool->folders[SPOOL_CORRUPT], to) == 0 :
	    unlinkat(spool->folders[SPOOL_INCOMING], name,
	        is_directory ? AT_REMOVEDIR : 0) == 0;

	if (!is_away && !g_hash_table_add(spool->stuck,
	    g_memdup2(&status->st_ino, sizeof(status->st_ino))))
		return SPOOL_CLAIM_GONE;
	corrupt_error(error, "incoming", "a %s of uid %u that is no entry %s",
	    S_ISREG(status->st_mode) ? "file" :
	    is_directory ? "directory" : "special file",
	    (guint)status->st_uid, !is_away ? "cannot be removed" :
	    is_kept ? "was moved to corrupt/" : "was removed");
	return SPOOL_CLAIM_NO_ENTRY;
}

gboolean
spool_entry_is_awaited(const SpoolEntry *entry)
{
	if (flock(entry->ticket, LOCK_SH | LOCK_NB) == -1)
		return errno == EWOULDBLOCK;
	flock(entry->ticket, LOCK_UN);
	return FALSE;
}

void
spool_entry_drop(Spool *spool, SpoolEntry *entry)
{
	g_autofree char *name = spool_entry_name(entry->id, entry->attempts);
	g_autofree char *message = g_strconcat(entry->id, ".eml", NULL);

	/* In this order there is never an envelope without its message. */
	spool_remove(spool, SPOOL_ACTIVE, name);
	spool_remove(spool, SPOOL_MSG, message);
}

SpoolClaim
spool_entry_claim(Spool *spool, const char *name, const GArray *submitters,
    SpoolEntry **result, GError **error)
{
	g_autoptr(SpoolEntry) entry = g_new0(SpoolEntry, 1);
	struct stat status;

	entry->ticket = entry->message = -1;
	entry->id = spool_entry_name_parse(name, &entry->attempts);
	if (fstatat(spool->folders[SPOOL_INCOMING], name, &status,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return SPOOL_CLAIM_GONE;
	if (entry->id == NULL || !S_ISREG(status.st_mode))
		return put_away(spool, name, &status, error);
	/* rename(2) decides: exactly one of several succeeds. */
	if (renameat(spool->folders[SPOOL_INCOMING], name,
	    spool->folders[SPOOL_ACTIVE], name) == -1) {
		if (errno == ENOENT)
			return SPOOL_CLAIM_GONE;
		g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_TEMPFAIL,
		    "%s: cannot claim: %s", entry->id, g_strerror(errno));
		return SPOOL_CLAIM_FAILED;
	}
	if (!open_entry(spool, entry, submitters, error)) {
		*result = g_steal_pointer(&entry);
		return SPOOL_CLAIM_BROKEN;
	}
	if (spool_entry_is_awaited(entry)) {
		*result = g_steal_pointer(&entry);
		return SPOOL_CLAIM_TAKEN;
	}
	spool_entry_drop(spool, entry);
	return SPOOL_CLAIM_ABANDONED;
}

gboolean
spool_entry_publish(Spool *spool, const SpoolEntry *entry, const char *verdict)
{
	errno = EINVAL;
	return verdict != NULL && spool_write_file(spool, SPOOL_VERDICT,
	    SPOOL_VERDICT, entry->id, verdict, strlen(verdict));
}

void
spool_entry_finish(Spool *spool, const SpoolEntry *entry)
{
	g_autofree char *name = spool_entry_name(entry->id, entry->attempts);

	spool_remove(spool, SPOOL_ACTIVE, name);
}

gboolean
spool_entry_requeue(Spool *spool, SpoolEntry *entry)
{
	g_autofree char *from = spool_entry_name(entry->id, entry->attempts);
	g_autofree char *to = spool_entry_name(entry->id, MIN(entry->attempts + 1,
	    SPOOL_ATTEMPTS_MAX));

	return renameat(spool->folders[SPOOL_ACTIVE], from,
	    spool->folders[SPOOL_INCOMING], to) == 0;
}
