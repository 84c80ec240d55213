/*
 * spool/submission.h - one message on its way through a spool, as its mail
 * server sees it: written, handed over, answered.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The order is submission_new(), submission_write() as octets arrive,
 * submission_ask() once, submission_free(), which removes from the spool what
 * was put there. Errors are SPOOL_ERROR: TOO_LARGE means that the message has
 * more octets than allowed, every other one that nothing is known of it: 451,
 * never accept. A Submission belongs to one thread; the Spool may be shared.
 */
#ifndef SPOOL_SUBMISSION_H
#define SPOOL_SUBMISSION_H

#include "scanner/envelope.h"
#include "spool/spool.h"
#include "spool/verdict_file.h"
#include "spool/waiter.h"

/* What an adapter waits unless told otherwise, in seconds: below the five
 * minutes that mail servers give a filter, above the time of a scan. */
#define SUBMISSION_DEFAULT_WAIT 240
#define SUBMISSION_MAX_WAIT 3600
#define SUBMISSION_UNCLAIMED_MS 60000

typedef struct submission Submission;

/* Refuses at once when nobody works in the spool, or when it is full. */
Submission *submission_new(Spool *spool, guint64 max_octets, GError **error);

/* Gives up waiting when the entry has not been claimed for so long; without
 * this call, SUBMISSION_UNCLAIMED_MS. */
void submission_limit_unclaimed(Submission *submission, guint milliseconds);

gboolean submission_write(Submission *submission, const void *octets,
    gsize len, GError **error);

/* All that fd gives. */
gboolean submission_copy(Submission *submission, int fd, GError **error);

/* The file of fd as the whole message, by a link rather than a copy where that
 * can be: the file system is the spool's and the file's owner we are. It is
 * given to the spool's group, must not be written to any more, and its own
 * name may be removed at any time. */
gboolean submission_link(Submission *submission, int fd, GError **error);

/* Hands the message over with the envelope, whose id, size and time are set
 * here. Once. */
gboolean submission_begin(Submission *submission, Envelope *envelope,
    GError **error);

/*
 * Hands the message over as submission_begin() does, and waits at most
 * envelope->wait seconds. waiter NULL: waits at run/sock, or polls. Caller owns
 * the result. NULL and error: there is no verdict.
 */
VerdictFile *submission_ask(Submission *submission, Envelope *envelope,
    Waiter *waiter, GError **error);

/* Reads the message back from its beginning, after submission_ask(). A
 * descriptor, which the caller closes. -1 and errno. */
int submission_reopen(Submission *submission);

void submission_free(Submission *submission);   /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Submission, submission_free)

#endif
