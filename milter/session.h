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

#include "spool/adapter.h"

/* Called once, before libmilter starts sessions, which adapter outlives. */
void session_share(Adapter *adapter);

/* What libmilter calls. */
extern const struct smfiDesc session_callbacks;

#endif
