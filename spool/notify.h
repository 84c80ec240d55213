/*
 * spool/notify.h - tells the service manager how far a service is.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The protocol of sd_notify(3): one datagram to the socket that NOTIFY_SOCKET
 * names. It is documented as stable and meant to be written out; libsystemd
 * would bring half a dozen libraries into the supervisor for these lines.
 */
#ifndef SPOOL_NOTIFY_H
#define SPOOL_NOTIFY_H

#include <glib.h>

/* state: assignments separated by newlines, "READY=1". Nothing happens where
 * no service manager listens. */
void notify_send(const char *state);

/* RELOADING=1, with the time that the protocol wants. */
void notify_reloading(void);

#endif
