/*
 * spool/worker.h - the process that scans: one message at a time, confined.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A worker is forked by a generation and shares its memory. Its owner (the
 * process that has the pool) sends one octet with two descriptors attached
 * over a stream socket, the envelope as text and the message, and reads back a
 * WorkerHeader and so many octets of JSON, the record. A header without a
 * record comes first, when the worker is confined and ready. It exits when the
 * owner closes the socket.
 *
 * A worker that ends otherwise leaves its last words in memory that it shares
 * with the generation: hostile octets like all that comes from it.
 */
#ifndef SPOOL_WORKER_H
#define SPOOL_WORKER_H

#include <sys/types.h>

#include "scanner/scan.h"
#include "spool/settings.h"

/* In host order; both ends are one program. */
typedef struct {
	guint32 len;            /* of the record; 0: ready */
	guint32 private_kib;    /* memory shared with nobody, some messages ago */
} WorkerHeader;

typedef enum {
	LAST_WORDS_NONE = 0,
	LAST_WORDS_CALL,        /* a forbidden system call: number */
	LAST_WORDS_MEMORY,      /* no memory within the limit */
	LAST_WORDS_CONFINEMENT, /* it could not be confined: text */
} LastWordsReason;

#define LAST_WORDS_OCTETS 240
typedef struct {
	volatile gint32 reason;
	volatile gint32 number;
	char text[LAST_WORDS_OCTETS];   /* "" or what was logged last */
} LastWords;

/* Never returns. folder: its scratch folder; uid and gid as for
 * confinement_enter(). */
G_NORETURN void worker_run(int socket, const Scanner *scanner,
    const RuleSet *rules, const Settings *settings, const char *folder,
    uid_t uid, gid_t gid, LastWords *words);

#endif
