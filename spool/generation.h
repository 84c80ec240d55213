/*
 * spool/generation.h - the process that holds one rule set and forks workers.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A generation is a child of the process that owns the pool. It loads the rule
 * set once; the workers it forks share that memory. Everything it says goes
 * over one SOCK_SEQPACKET socket, in packets:
 *   generation -> owner   'R' and a summary of the rule set: ready
 *                         'E' and a message: could not load, exits
 *                         'W', with the pidfd of a new worker attached
 *   owner -> generation   'W', with the worker's end of a socket attached
 * It exits when the owner closes the socket.
 *
 * A worker scans one message at a time. The owner sends one octet with two
 * descriptors attached (the envelope as text, the message) and reads back a
 * guint32 length in host order and as many octets of JSON, the record. The
 * worker exits when the owner closes its socket.
 */
#ifndef SPOOL_GENERATION_H
#define SPOOL_GENERATION_H

#include <glib.h>
#include <sys/types.h>

#include "spool/settings.h"

/* Longest packet on the control socket, in octets. */
#define GENERATION_MAX_PACKET 65536

/* Starts one; *control is the owner's end of the socket, *pid the process.
 * scratch: a folder in which each worker gets one of its own. FALSE and errno
 * when it cannot. */
gboolean generation_start(const Settings *settings, const char *scratch,
    int *control, pid_t *pid);

/* One packet with up to two descriptors (-1: none). FALSE and errno. */
gboolean generation_send(int socket, const void *octets, gsize len,
    const int fds[2]);

/* The length of the packet, 0 at the end, -1 and errno; fds[i] is -1 where
 * none came. Received descriptors are close-on-exec and the caller's. */
gssize generation_receive(int socket, void *octets, gsize size, int fds[2]);

#endif
