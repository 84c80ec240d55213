/*
 * milter/session.h - one SMTP session, as the mail server tells it to a milter.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The mail server tells the envelope, the header fields and the body; each
 * message goes into the spool while it arrives, and the end of the message is
 * answered with the verdict. No other callback asks the mail server to wait
 * for an answer. libmilter runs every session in a thread of its own.
 *
 * What is not decided is deferred: without a spool, a verdict, or memory for
 * the reply, the answer is our 451, and where even that cannot be given the
 * mail server's own 4xx.
 */
#ifndef MILTER_SESSION_H
#define MILTER_SESSION_H

#include <libmilter/mfapi.h>

#include "signatures/replies.h"
#include "spool/spool.h"
#include "spool/waiter.h"

/* What all sessions share; it must outlive them. */
typedef struct {
	Spool *spool;
	Waiter *waiter;
	const Catalogue *catalogue;
	guint64 max_message_octets;
	guint wait;             /* seconds */
	gint n_messages;        /* in the spool now; atomic */
} SessionShared;

/* Called once, before libmilter starts sessions. */
void session_share(SessionShared *shared);

/* What libmilter calls. */
extern const struct smfiDesc session_callbacks;

#endif
