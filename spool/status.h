/*
 * spool/status.h - run/status: what the supervisor is doing, for people.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Written once a second, complete or absent, in the grammar of lines.h:
 * "Key: value", numbers or coded text.
 */
#ifndef SPOOL_STATUS_H
#define SPOOL_STATUS_H

#include "spool/intake.h"
#include "spool/room.h"

typedef struct {
	gint64 started;         /* seconds since the epoch */
	gint64 now;
	const char *problem;    /* why the spool is full; NULL: it is not */
	SpoolLoad load;
	guint active;           /* messages under scan */
	guint workers;
	guint generation;       /* pool_generation() */
	gint64 loading_since;   /* pool_loading_since() */
	gint64 reload_time;     /* when the last reload ended; 0: there was none */
	const char *reload;     /* "in force", or why not; NULL: there was none */
	IntakeCounts counts;
	const char *rules;      /* pool_rules_summary() */
} Status;

/* Caller frees. */
char *status_format(const Status *status);

/* The keys and values (of Line *, values decoded), as they stand in
 * run/status. Caller owns the array. NULL and error. */
GPtrArray *status_read(Spool *spool, GError **error);

#endif
