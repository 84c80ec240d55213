/*
 * scanner/member.h - what a reader of containers shows of one.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libclamav opens most containers while it scans them (signatures/engine.h);
 * archive.h, tnef.h, outlook_message.h and mac_file.h open others. Each calls
 * a function for every member, whose content it holds in memory for the time
 * of the call only.
 */
#ifndef SCANNER_MEMBER_H
#define SCANNER_MEMBER_H

#include "scanner/entity.h"

typedef enum {
	MEMBER_UNREADABLE = 0,  /* damaged, or in a way the reader does not know */
	MEMBER_ENCRYPTED,
	MEMBER_TOO_LONG,        /* more than there was room for */
	MEMBER_EMPTY,           /* a folder, a link, an empty file */
	MEMBER_WHOLE,
} MemberState;

/* Names that different programs give to one member. */
#define MEMBER_MAX_NAMES 4

typedef struct {
	/* Of hostile octets; NULL: not known. Those behind a NULL do not count. */
	const char *names[MEMBER_MAX_NAMES];
	Span octets;            /* what could be read of it */
	guint64 size;           /* as the container says; at least octets.len */
	MemberState state;
	gboolean is_link;       /* to another file: it has no content */
} Member;

/* A container being opened. */
typedef struct unpacking {
	guint64 max_octets;     /* of one member */
	guint64 room;           /* of all that are still to come */
	gint64 deadline;        /* in g_get_monotonic_time() */
	/* FALSE: that is enough. It may change the room. */
	gboolean (*on_member)(struct unpacking *unpacking,
	    const Member *member);
	gpointer data;
} Unpacking;

static inline gboolean
unpacking_is_late(const Unpacking *unpacking)
{
	return g_get_monotonic_time() > unpacking->deadline;
}

typedef enum {
	OPENED_NOT = 0,         /* it is no such container, or is broken */
	OPENED_ENCRYPTED,       /* not even its members' names can be read */
	OPENED_PARTLY,          /* from some place on it cannot be read */
	OPENED_WHOLE,           /* to its end, or as far as was wanted */
} Opened;

#endif
