/*
 * opensmtpd/message.h - a complete message: asks, and gives it back.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * OpenSMTPD keeps of a message the lines that the filter gives back, and the
 * verdict comes before the first of them: so header fields can be added, and
 * nothing of a message that is refused is written twice.
 */
#ifndef OPENSMTPD_MESSAGE_H
#define OPENSMTPD_MESSAGE_H

#include "opensmtpd/session.h"
#include "spool/submission.h"

typedef struct {
	Adapter *adapter;
	char *session, *token;  /* names of the request */
	Envelope *envelope;
	Submission *submission; /* NULL: failure says why */
	Verdict failure;        /* VERDICT_DEFER or VERDICT_TOO_BIG */
} Message;

/* Takes message, and a thread of its own. */
void message_ask(Message *message);

void message_free(Message *message);    /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_free)

#endif
