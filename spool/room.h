/*
 * spool/room.h - how much the spool can still take: back-pressure.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The supervisor looks once a second. When there is too much to do, or too
 * little room, it raises the flag run/full, which is all that submitters look
 * at; it lowers it when the value has come 30 % away from the mark. Raising it
 * is one rename (of run/.full), so that it works on a full disk.
 */
#ifndef SPOOL_ROOM_H
#define SPOOL_ROOM_H

#include "spool/settings.h"
#include "spool/spool.h"

typedef struct {
	guint depth;            /* entries that wait to be claimed */
	guint oldest_ms;        /* how long the oldest of them has waited */
	guint64 free_octets;    /* of the file system, for W */
	guint64 free_inodes;    /* G_MAXUINT64: it does not count them */
} SpoolLoad;

/* What there is now. names: the entries in incoming/ (of char *). */
SpoolLoad room_measure(Spool *spool, const GPtrArray *names);

/* Why nothing more should come; NULL: it may. was_full: what the answer was
 * the last time. A phrase for people. */
const char *room_problem(const SpoolLoad *load, const SpoolSettings *settings,
    gboolean was_full);

/* Raises or lowers the flag. */
void room_set_full(Spool *spool, gboolean is_full);

/* Keeps a file of some octets, run/reserve, unless it is there already. */
void room_make_reserve(Spool *spool);

/* Gives the file up, so that a verdict can be written on a full disk. FALSE:
 * there was none. */
gboolean room_use_reserve(Spool *spool);

#endif
