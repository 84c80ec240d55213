/*
 * spool/entry.h - one message that the supervisor has claimed.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The states of a message, by the files that exist, and who moves it on:
 *
 *   state      files                                   moved on by
 *   writing    tmp/ID.* or msg/ID.eml                  submitter
 *   waiting    msg/ID.eml, incoming/ID.aN              supervisor: claims
 *   claimed    msg/ID.eml, active/ID.aN                supervisor: answers
 *   answered   msg/ID.eml, verdict/ID, active/ID.aN    supervisor: unlinks the
 *                                                      envelope
 *   read       msg/ID.eml, verdict/ID                  submitter: reads it,
 *                                                      unlinks the message
 *   finished   verdict/ID                              supervisor: sweeps
 *   given up   msg/ID.eml only, nobody waits           supervisor: sweeps
 *
 * Every step is one rename or one unlink, so that a crash leaves one of these
 * states. The envelope's descriptor is the submitter's ticket: as long as the
 * submitter waits, it holds an exclusive flock on it.
 */
#ifndef SPOOL_ENTRY_H
#define SPOOL_ENTRY_H

#include "scanner/envelope.h"
#include "scanner/record.h"
#include "spool/spool.h"

typedef struct {
	char *id;
	guint attempts;         /* scans begun before this claim */
	int ticket;             /* the envelope file */
	int message;            /* the message file, its size checked; -1: taken */
	Envelope *envelope;
} SpoolEntry;

/*
 * Takes incoming/NAME. NULL and no error: somebody else has taken it, or its
 * submitter waits no more (it is dropped). NULL and error: SPOOL_ERROR_CORRUPT
 * when the entry breaks the rules; *corrupt is then an entry with what is
 * known of it, to be answered, or NULL when it has not even a valid name and
 * was moved to corrupt/. submitters: uids that may own the files besides the
 * spool's owner, root and ourselves (of uid_t).
 */
SpoolEntry *spool_entry_claim(Spool *spool, const char *name,
    const GArray *submitters, SpoolEntry **corrupt, GError **error);

/* Whether the submitter still waits. */
gboolean spool_entry_is_awaited(const SpoolEntry *entry);

/* Publishes verdict/ID and then removes the envelope, which wakes the
 * submitter. When the verdict cannot be written the envelope is removed all
 * the same: an answer without a verdict means 451. FALSE and errno. */
gboolean spool_entry_answer(Spool *spool, SpoolEntry *entry,
    const Record *record);

/* Puts the entry back with one more attempt counted, for another try. */
gboolean spool_entry_requeue(Spool *spool, SpoolEntry *entry);

void spool_entry_free(SpoolEntry *entry);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpoolEntry, spool_entry_free)

/* At start, when no worker is at work: every claimed entry is put back with
 * one more attempt counted, or only unlinked if it was answered. */
void spool_recover(Spool *spool);

/* Removes what nobody will fetch: answers whose message is gone or that are
 * older than ten minutes, temporary files older than an hour, messages that
 * nobody waits for. */
void spool_sweep(Spool *spool);

/* At start: if the system was started anew since the spool was used last
 * nobody can be waiting: everything is removed. */
void spool_forget_last_boot(Spool *spool);

#endif
