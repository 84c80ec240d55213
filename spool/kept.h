/*
 * spool/kept.h - messages that are kept: quarantine/ and corrupt/.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each is a copy of our own in four files: ID.env (the envelope), ID.verdict,
 * ID.json (the record) and ID.eml, which appears last: with it, the message is
 * complete. corrupt/ also holds ID.file: what was no entry.
 */
#ifndef SPOOL_KEPT_H
#define SPOOL_KEPT_H

#include "spool/entry.h"
#include "spool/settings.h"

/* saved_errno is 0 when the copy is complete. */
typedef void (*KeptDone)(int saved_errno, gpointer data);

/*
 * Copies the entry (its message and its ticket) into the folder, in a process
 * of its own: it takes as long as the disk. In quarantine/ the files and the
 * folder are synchronised (fsync) before done() is called, from the default
 * GLib main context. Everything given is used before this returns.
 */
void kept_store(Spool *spool, SpoolFolder folder, const SpoolEntry *entry,
    const char *verdict, const char *json, KeptDone done, gpointer data);

typedef struct {
	char *id;
	gint64 time;            /* seconds since the epoch, when it was kept */
	guint64 octets;         /* of all its files */
	gboolean is_message;    /* there is an ID.eml */
} Kept;

/* All, oldest first (of Kept *). Caller owns the array; NULL and errno. */
GPtrArray *kept_list(Spool *spool, SpoolFolder folder);

/* The text of ID.env, ID.verdict or ID.json (suffix "env", ...), at most max
 * octets. Caller frees. NULL and errno. */
char *kept_read(Spool *spool, SpoolFolder folder, const char *id,
    const char *suffix, gsize max);

/* FALSE and errno. */
gboolean kept_delete(Spool *spool, SpoolFolder folder, const char *id);

/* Deletes the oldest until no more are left than may be. */
void kept_prune(Spool *spool, SpoolFolder folder, guint max_messages,
    guint64 max_octets);

#endif
