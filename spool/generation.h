/*
 * spool/generation.h - the process that holds one rule set and forks workers.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A generation is a child of the process that owns the pool. It loads the rule
 * set once; the workers it forks share that memory. Owner and generation talk
 * over one SOCK_SEQPACKET socket, in packets that begin with a letter:
 *   generation -> owner   'R' and a summary of the rule set: ready
 *                         'E' and a message: could not load, exits
 *                         'W' and a WorkerStart, with the pidfd of the new
 *                             worker attached; without it, there is none
 *                         'D' and a WorkerDeath
 *   owner -> generation   'W' and a WorkerStart, with the worker's end of a
 *                             socket attached
 * When the owner closes the socket, or dies, the generation ends its workers,
 * removes the scratch folder and exits.
 */
#ifndef SPOOL_GENERATION_H
#define SPOOL_GENERATION_H

#include <glib.h>
#include <sys/types.h>

#include "spool/settings.h"
#include "spool/worker.h"

/* Numbers are the owner's, never used twice. */
typedef struct {
	guint32 number;
} WorkerStart;

typedef struct {
	guint32 number;
	gint32 status;          /* of waitpid(2) */
	gint32 reason;          /* LastWordsReason, hostile */
	gint32 call;            /* with LAST_WORDS_CALL */
	char text[LAST_WORDS_OCTETS];   /* hostile octets; ends in NUL */
} WorkerDeath;

#define GENERATION_TEXT_OCTETS 65520

typedef struct {
	guint32 kind;           /* the letter */
	union {
		WorkerStart start;
		WorkerDeath death;
		char text[GENERATION_TEXT_OCTETS];      /* without NUL */
	};
} GenerationPacket;
/* Starts one; *control is the owner's end of the socket, *pid the process.
 * scratch: a folder in which each worker gets one of its own. FALSE and errno
 * when it cannot. */
gboolean generation_start(const Settings *settings, const char *scratch,
    int *control, pid_t *pid);

#endif
