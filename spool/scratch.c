/*
 * spool/scratch.c - folders for the files that libclamav extracts.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "spool/scratch.h"

#define MEMORY_FOLDER "/dev/shm"
/* Descriptors that the walk may hold open. */
#define MAX_OPEN_FOLDERS 16

char *
scratch_new(GError **error)
{
	const char *base = access(MEMORY_FOLDER, W_OK | X_OK) == 0 ?
	    MEMORY_FOLDER : g_get_tmp_dir();
	g_autofree char *path = g_build_filename(base, "mailweir-XXXXXX",
	    NULL);

	if (g_mkdtemp(path) != NULL)
		return g_steal_pointer(&path);
	g_set_error(error, G_FILE_ERROR,
	    (int)g_file_error_from_errno(errno),
	    "%s: cannot make a folder for temporary files: %s", base,
	    g_strerror(errno));
	return NULL;
}

static int
remove_one(const char *path, const struct stat *status, int kind,
    struct FTW *position)
{
	(void)status;
	(void)kind;
	(void)position;
	remove(path);
	return 0;
}

void
scratch_remove(const char *path)
{
	nftw(path, remove_one, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}
