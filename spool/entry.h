/*
 * spool/entry.h - one message that the supervisor has claimed.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The states of a message, by the files that exist, and who moves it on:
 *
 *   state      files                                   moved on by
 *   writing    tmp/ID.eml; msg/ID.eml, tmp/ID.a0       submitter: hands over
 *   waiting    msg/ID.eml, incoming/ID.aN              supervisor: claims;
 *                                                      submitter: takes back
 *   claimed    msg/ID.eml, active/ID.aN                supervisor: answers, or
 *                                                      puts back as a(N+1)
 *   answered   msg/ID.eml, verdict/ID, active/ID.aN    supervisor: unlinks the
 *                                                      envelope
 *   read       msg/ID.eml, verdict/ID                  submitter: reads it,
 *                                                      unlinks the message
 *   finished   verdict/ID                              supervisor: sweeps
 *   given up   msg/ID.eml alone                        submitter: unlinks;
 *                                                      supervisor: sweeps
 *
 * Every step is one rename or one unlink, so that a crash leaves one of these
 * states. The envelope's descriptor is the submitter's ticket: as long as the
 * submitter waits, it holds an exclusive flock on it.
 */
#ifndef SPOOL_ENTRY_H
#define SPOOL_ENTRY_H

#include "scanner/envelope.h"
#include "spool/spool.h"

/* Whether files of the user are taken: of the spool's owner, root, ourselves
 * and the submitters (of uid_t). */
gboolean spool_may_submit(const Spool *spool, const GArray *submitters,
    uid_t uid);

typedef struct {
	char *id;
	guint attempts;         /* scans begun before this claim */
	guint64 size;           /* octets its envelope speaks of; 0: not known */
	gint64 deadline;        /* seconds since the epoch: its submitter waits no
	                         * longer; G_MAXINT64: not known */
	int ticket;             /* the envelope file; -1: not opened */
	int message;            /* the message file, its size checked; -1: not
	                         * opened */
	Envelope *envelope;     /* NULL: taken, or broken */
} SpoolEntry;

typedef enum {
	SPOOL_CLAIM_TAKEN,      /* *entry is the caller's */
	SPOOL_CLAIM_BROKEN,     /* *entry breaks the rules, error says which; it is
	                         * to be answered all the same */
	SPOOL_CLAIM_GONE,       /* its submitter has taken it back */
	SPOOL_CLAIM_ABANDONED,  /* its submitter waits no more: dropped */
	SPOOL_CLAIM_NO_ENTRY,   /* not called ID.aN, or no regular file: put out
	                         * of the way, error tells */
	SPOOL_CLAIM_FAILED,     /* error */
} SpoolClaim;

/* Takes incoming/NAME. Errors are SPOOL_ERROR. */
SpoolClaim spool_entry_claim(Spool *spool, const char *name,
    const GArray *submitters, SpoolEntry **entry, GError **error);

/* Whether the submitter still waits. */
gboolean spool_entry_is_awaited(const SpoolEntry *entry);

/* Writes the text as verdict/ID; NULL is an error. FALSE and errno. */
gboolean spool_entry_publish(Spool *spool, const SpoolEntry *entry,
    const char *verdict);

/* Removes the envelope, which wakes the submitter. Without a verdict, that
 * means 451. */
void spool_entry_finish(Spool *spool, const SpoolEntry *entry);

/* Puts the entry back with one more attempt counted, for another try. */
gboolean spool_entry_requeue(Spool *spool, SpoolEntry *entry);

/* Removes an entry that nobody waits for, and its message. */
void spool_entry_drop(Spool *spool, SpoolEntry *entry);

void spool_entry_free(SpoolEntry *entry);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpoolEntry, spool_entry_free)

#endif
