/*
 * spool/channel.h - packets with descriptors, between processes of ours.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SPOOL_CHANNEL_H
#define SPOOL_CHANNEL_H

#include <glib.h>

/* Descriptors that one packet can carry. */
#define CHANNEL_MAX_FDS 2

/* One packet with up to two descriptors (-1: none), which stay the caller's.
 * FALSE and errno. */
gboolean channel_send(int socket, const void *octets, gsize len,
    const int fds[CHANNEL_MAX_FDS]);

/* The length of the packet, 0 at the end, -1 and errno; fds[i] is -1 where
 * none came. Received descriptors are close-on-exec and the caller's. */
gssize channel_receive(int socket, void *octets, gsize size,
    int fds[CHANNEL_MAX_FDS]);

#endif
