/*
 * spool/submitter.h - the MTA's side: puts a message into a spool and waits.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SPOOL_SUBMITTER_H
#define SPOOL_SUBMITTER_H

#include "scanner/envelope.h"
#include "spool/spool.h"
#include "spool/verdict_file.h"

/*
 * Copies the message from message_fd (to its end), hands it over with the
 * envelope, whose id and size are set here, and waits at most
 * envelope->wait seconds for the verdict. What it put into the spool is
 * removed. Caller owns the result. NULL and error: there is no verdict, which
 * means 451, never accept.
 */
VerdictFile *submitter_submit(Spool *spool, Envelope *envelope,
    int message_fd, GError **error);

#endif
