/*
 * spool/channel.c - packets with descriptors, between processes of ours.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "spool/channel.h"

gboolean
channel_send(int socket, const void *octets, gsize len,
    const int fds[CHANNEL_MAX_FDS])
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(CHANNEL_MAX_FDS * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)octets, len };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	gsize n = (fds[0] != -1) + (gsize)(fds[1] != -1);
	ssize_t sent;

	if (n > 0) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(n * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, n * sizeof(int));
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	return sent == (ssize_t)len;
}

gssize
channel_receive(int socket, void *octets, gsize size,
    int fds[CHANNEL_MAX_FDS])
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(CHANNEL_MAX_FDS * sizeof(int))];
	} control;
	struct iovec iov = { octets, size };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	ssize_t got;

	fds[0] = fds[1] = -1;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got == -1 && errno == EINTR);
	if (got == -1)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_level == SOL_SOCKET &&
	    header->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(header),
		    MIN(header->cmsg_len - CMSG_LEN(0), CHANNEL_MAX_FDS * sizeof(int)));
	return got;
}

/* --- the worker ----------------------------------------------------------- */
