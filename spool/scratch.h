/*
 * spool/scratch.h - folders for the files that libclamav extracts.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each worker has a folder of its own: forked processes would invent the same
 * temporary names, and take each other's files for theirs. The folder is gone
 * with the worker, however that ended.
 */
#ifndef SPOOL_SCRATCH_H
#define SPOOL_SCRATCH_H

#include <glib.h>

/*
 * Makes a folder that only this user may enter, in memory (/dev/shm) where
 * that exists. *lock: a descriptor that says it is in use, for the caller to
 * close after scratch_remove(); folders of this user without such a lock, whose
 * processes were all killed, are removed. Caller frees the path. NULL and error.
 */
char *scratch_new(int *lock, GError **error);

/* Removes the folder and everything in it; links are not followed. */
void scratch_remove(const char *path);

#endif
