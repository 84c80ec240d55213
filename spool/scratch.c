/*
 * spool/scratch.c - folders for the files that libclamav extracts.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/scratch.h"

#define MEMORY_FOLDER "/dev/shm"
#define PREFIX "mailweir-scratch-"
/* Descriptors that the walk may hold open. */
#define MAX_OPEN_FOLDERS 16
/* A younger folder may not be locked yet. */
#define ABANDONED_SECONDS 60

/* The descriptor is the lock: the kernel frees it however its owner ends. -1
 * where another process has it, or the folder is gone. */
static int
lock_folder(int base, const char *name)
{
	int folder = openat(base, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder == -1 || flock(folder, LOCK_EX | LOCK_NB) == 0)
		return folder;
	close(folder);
	return -1;
}

static gboolean
is_ours_and_old(int base, const char *name)
{
	struct stat status;

	return g_str_has_prefix(name, PREFIX) &&
	    fstatat(base, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
	    status.st_mtime < time(NULL) - ABANDONED_SECONDS;
}

/* Removes what a kill of all its users has left in memory. */
static void
remove_abandoned(const char *base)
{
	DIR *folder = opendir(base);
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		g_autofree char *path = g_build_filename(base, entry->d_name,
		    NULL);
		int lock;

		if (!is_ours_and_old(dirfd(folder), entry->d_name))
			continue;
		lock = lock_folder(dirfd(folder), entry->d_name);
		if (lock == -1)
			continue;
		scratch_remove(path);
		close(lock);
	}
	if (folder != NULL)
		closedir(folder);
}

char *
scratch_new(int *lock, GError **error)
{
	const char *base = access(MEMORY_FOLDER, W_OK | X_OK) == 0 ?
	    MEMORY_FOLDER : g_get_tmp_dir();
	g_autofree char *path = g_build_filename(base, PREFIX "XXXXXX", NULL);

	remove_abandoned(base);
	if (g_mkdtemp(path) != NULL) {
		*lock = lock_folder(AT_FDCWD, path);
		return g_steal_pointer(&path);
	}
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
