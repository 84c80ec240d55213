/*
 * spool/spool.h - a spool directory: its layout, opened and checked.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The layout is docs/spool-protocol.md's. All access goes through descriptors
 * of the folders, opened once, so that nobody can exchange a folder under us.
 * A Spool belongs to one process.
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <glib.h>
#include <sys/types.h>

typedef enum {
	SPOOL_TMP,              /* being written */
	SPOOL_MSG,              /* ID.eml: message octets */
	SPOOL_INCOMING,         /* ID.aN: envelopes that wait */
	SPOOL_ACTIVE,           /* ID.aN: envelopes under scan */
	SPOOL_VERDICT,          /* ID: answers */
	SPOOL_QUARANTINE,
	SPOOL_CORRUPT,          /* what broke the rules */
	SPOOL_POISON,           /* SIZE-SHA256: what killed workers */
	SPOOL_RUN,              /* locks and status */
} SpoolFolder;
#define N_SPOOL_FOLDERS (SPOOL_RUN + 1)

/* What is synchronised with the disk. The client keeps its copy of a message
 * until it has the reply, so that nothing needs to be; but for the quarantine,
 * which always is. */
typedef enum {
	SPOOL_FSYNC_NONE = 0,
	SPOOL_FSYNC_FILES,      /* messages, envelopes and verdicts */
	SPOOL_FSYNC_FULL,       /* and the folders */
} SpoolFsync;

typedef struct {
	int root;
	int folders[N_SPOOL_FOLDERS];
	uid_t owner;
	SpoolFsync fsync;       /* the caller's to set; NONE at first */
	guint n_set_aside;      /* files moved to corrupt/ since the last sweep */
	GHashTable *stuck;      /* inodes (ino_t) in incoming/ that are no entries
	                         * and cannot be removed; told of once */
} Spool;

#define SPOOL_ERROR (spool_error_quark())
GQuark spool_error_quark(void);
typedef enum {
	SPOOL_ERROR_NOT_A_SPOOL,        /* missing, or not what init makes */
	SPOOL_ERROR_ACCESS,             /* no permission, wrong owner */
	SPOOL_ERROR_IN_USE,             /* another supervisor works in it */
	SPOOL_ERROR_TEMPFAIL,           /* trouble that may pass: disk full, ... */
	SPOOL_ERROR_CORRUPT,            /* an entry that breaks the rules */
	SPOOL_ERROR_TOO_LARGE,          /* a message beyond the submitter's limit */
} SpoolError;

/* Caller owns the result. */
Spool *spool_open(const char *path, GError **error);
void spool_free(Spool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spool, spool_free)

/*
 * The lock of run/alive: exactly one supervisor holds it, and the kernel frees
 * it when that process dies. Returns the descriptor that holds it, -1 and
 * error (SPOOL_ERROR_IN_USE names the process).
 */
int spool_lock_alive(Spool *spool, GError **error);

/* Whether a supervisor works in the spool. Asked by submitters. */
gboolean spool_is_alive(Spool *spool);

/* Whether the supervisor takes no new messages: the flag run/full. */
gboolean spool_is_full(Spool *spool);

/* A regular file of the folder, opened for reading without following a link or
 * waiting for a FIFO. -1 and errno; ELOOP or EINVAL: it is something else. */
int spool_open_file(Spool *spool, SpoolFolder folder, const char *name,
    uid_t *owner);

/* Whether there is such a file. */
gboolean spool_has(Spool *spool, SpoolFolder folder, const char *name);

/* Makes a file complete or absent: written under a temporary name in folder
 * staging, then renamed to name in folder. FALSE and errno. */
gboolean spool_write_file(Spool *spool, SpoolFolder staging,
    SpoolFolder folder, const char *name, const char *text, gsize len);

/* With SPOOL_FSYNC_FULL, synchronises a folder that this process may read.
 * FALSE and errno. */
gboolean spool_sync_folder(Spool *spool, SpoolFolder folder);

/* Names in a folder that do not begin with a dot, sorted (of char *), at most
 * max. Caller owns the array; NULL and errno. */
GPtrArray *spool_list(Spool *spool, SpoolFolder folder, guint max);

/* The others: files being written. */
GPtrArray *spool_list_hidden(Spool *spool, SpoolFolder folder, guint max);

/* Removes a file; that it is gone already is no error. */
void spool_remove(Spool *spool, SpoolFolder folder, const char *name);

#endif
