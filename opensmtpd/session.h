/*
 * opensmtpd/session.h - the SMTP sessions, as OpenSMTPD tells them to a filter.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * OpenSMTPD writes a line for each event and for each line of a message, of all
 * sessions mixed (smtpd-filters(7), protocol 0.6 and later), and goes on with a
 * session when its request is answered. A message goes into the spool line by
 * line; at its last line a thread takes it over (message.h), so that nobody
 * waits for another's verdict.
 */
#ifndef OPENSMTPD_SESSION_H
#define OPENSMTPD_SESSION_H

#include "spool/adapter.h"

/* Called once, before the first line; adapter outlives the sessions. */
void sessions_start(Adapter *adapter);

/* Asks for the events that session_line() understands. */
void sessions_register(void);

/* A line without its end; it is written into. FALSE: it is none of the
 * protocol's, or of an older one. */
gboolean sessions_line(char *line);

/*
 * Called by the thread of a message: its reply, one line, "accept" (the message
 * is then to be echoed) or NULL: our 451. It is given when OpenSMTPD asks
 * whether to commit.
 */
void sessions_set_reply(const char *session, const char *reply);

#endif
