/*
 * cli/inject.h - gives an accepted message back to the mail server.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CLI_INJECT_H
#define CLI_INJECT_H

#include "scanner/envelope.h"

/*
 * Runs "SENDMAIL -G -i -f SENDER -- RECIPIENT..." without a shell, with the
 * message (fd, which is taken) as its standard input, and waits for it. FALSE
 * and error.
 */
gboolean inject(int fd, const Envelope *envelope, const char *sendmail,
    GError **error);

#endif
