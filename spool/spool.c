/*
 * spool/spool.c - a spool directory: its layout, opened and checked.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/layout.h"
#include "spool/spool.h"

/* ino_t is hashed as such. */
G_STATIC_ASSERT(sizeof(ino_t) == sizeof(gint64));

G_DEFINE_QUARK(mailweir-spool-error, spool_error)

static gboolean G_GNUC_PRINTF(3, 4)
fail(GError **error, SpoolError code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_propagate_error(error,
	    g_error_new_valist(SPOOL_ERROR, (int)code, format, arguments));
	va_end(arguments);
	return FALSE;
}

Spool *
spool_open(const char *path, GError **error)
{
	g_autoptr(Spool) spool = g_new0(Spool, 1);
	struct stat status, folder_status;

	spool->root = -1;
	spool->stuck = g_hash_table_new_full(g_int64_hash, g_int64_equal,
	    g_free, NULL);
	for (gsize i = 0; i < N_SPOOL_FOLDERS; i++)
		spool->folders[i] = -1;
	if (!spool_check_version(path, error))
		return NULL;
	spool->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (spool->root == -1 || fstat(spool->root, &status) == -1) {
		fail(error, SPOOL_ERROR_ACCESS, "%s: %s", path,
		    g_strerror(errno));
		return NULL;
	}
	for (gsize i = 0; i < N_SPOOL_FOLDERS; i++) {
		spool->folders[i] = openat(spool->root, spool_layout[i].name,
		    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (spool->folders[i] == -1 ||
		    fstat(spool->folders[i], &folder_status) == -1) {
			fail(error, SPOOL_ERROR_NOT_A_SPOOL,
			    "%s/%s: %s; 'mailweir spool init %s' mends it",
			    path, spool_layout[i].name, g_strerror(errno), path);
			return NULL;
		}
		if (folder_status.st_dev != status.st_dev ||
		    folder_status.st_uid != status.st_uid) {
			fail(error, SPOOL_ERROR_NOT_A_SPOOL, "%s/%s: on "
			    "another file system or of another owner than the "
			    "spool; remove it and run 'mailweir spool init "
			    "%s'", path, spool_layout[i].name, path);
			return NULL;
		}
	}
	spool->owner = status.st_uid;
	return g_steal_pointer(&spool);
}

void
spool_free(Spool *spool)
{
	if (spool == NULL)
		return;
	for (gsize i = 0; i < N_SPOOL_FOLDERS; i++)
		if (spool->folders[i] != -1)
			close(spool->folders[i]);
	if (spool->root != -1)
		close(spool->root);
	g_hash_table_unref(spool->stuck);
	g_free(spool);
}

int
spool_lock_alive(Spool *spool, GError **error)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());
	char holder[32] = "";
	int fd = openat(spool->folders[SPOOL_RUN], "alive",
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd == -1) {
		fail(error, SPOOL_ERROR_ACCESS, "run/alive: %s; run this as "
		    "the spool's owner", g_strerror(errno));
		return -1;
	}
	/* An open-file lock belongs to the descriptor: it is gone when the last
	 * copy of it is closed, which is when the supervisor dies. */
	if (fcntl(fd, F_OFD_SETLK, &lock) == -1) {
		if (read(fd, holder, sizeof(holder) - 1) > 0)
			holder[strcspn(holder, "\n")] = '\0';
		fail(error, SPOOL_ERROR_IN_USE, "another process (%s) works "
		    "in this spool; stop it first", holder);
		close(fd);
		return -1;
	}
	/* For people only. */
	if (ftruncate(fd, 0) == 0 &&
	    pwrite(fd, pid, strlen(pid), 0) == (ssize_t)strlen(pid))
		fchmod(fd, 0644);
	return fd;
}

gboolean
spool_is_alive(Spool *spool)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = openat(spool->folders[SPOOL_RUN], "alive",
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	gboolean is_locked;

	if (fd == -1)
		return FALSE;
	is_locked = fcntl(fd, F_OFD_GETLK, &lock) == 0 &&
	    lock.l_type != F_UNLCK;
	close(fd);
	return is_locked;
}

gboolean
spool_is_full(Spool *spool)
{
	return spool_has(spool, SPOOL_RUN, "full");
}

int
spool_open_file(Spool *spool, SpoolFolder folder, const char *name,
    uid_t *owner)
{
	int fd = openat(spool->folders[folder], name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;

	if (fd == -1)
		return -1;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		*owner = status.st_uid;
		return fd;
	}
	close(fd);
	errno = EINVAL;
	return -1;
}

gboolean
spool_has(Spool *spool, SpoolFolder folder, const char *name)
{
	return faccessat(spool->folders[folder], name, F_OK,
	    AT_SYMLINK_NOFOLLOW) == 0;
}

gboolean
spool_write_file(Spool *spool, SpoolFolder staging, SpoolFolder folder,
    const char *name, const char *text, gsize len)
{
	g_autofree char *temporary = g_strconcat(".", name, NULL);
	int fd = openat(spool->folders[staging], temporary,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	gboolean is_written;
	int saved_errno;

	if (fd == -1)
		return FALSE;
	/* The umask must not take the group's right to read. */
	is_written = fchmod(fd, 0640) == 0 &&
	    write(fd, text, len) == (ssize_t)len &&
	    (spool->fsync == SPOOL_FSYNC_NONE || fsync(fd) == 0);
	saved_errno = is_written ? 0 : errno != 0 ? errno : ENOSPC;
	if (close(fd) == -1 && is_written) {
		is_written = FALSE;
		saved_errno = errno;
	}
	if (is_written && renameat(spool->folders[staging], temporary,
	    spool->folders[folder], name) == 0)
		return spool_sync_folder(spool, folder);
	if (is_written)
		saved_errno = errno;
	unlinkat(spool->folders[staging], temporary, 0);
	errno = saved_errno;
	return FALSE;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
list(Spool *spool, SpoolFolder folder, guint max, gboolean is_hidden)
{
	GPtrArray *names;
	struct dirent *entry;
	DIR *dir;
	int fd = openat(spool->folders[folder], ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return NULL;
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return NULL;
	}
	names = g_ptr_array_new_with_free_func(g_free);
	while (names->len < max && (entry = readdir(dir)) != NULL)
		if ((*entry->d_name == '.') == is_hidden &&
		    strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			g_ptr_array_add(names, g_strdup(entry->d_name));
	closedir(dir);
	g_ptr_array_sort(names, compare_names);
	return names;
}

GPtrArray *
spool_list(Spool *spool, SpoolFolder folder, guint max)
{
	return list(spool, folder, max, FALSE);
}

GPtrArray *
spool_list_hidden(Spool *spool, SpoolFolder folder, guint max)
{
	return list(spool, folder, max, TRUE);
}

gboolean
spool_sync_folder(Spool *spool, SpoolFolder folder)
{
	int fd;
	gboolean is_synced;

	if (spool->fsync != SPOOL_FSYNC_FULL)
		return TRUE;
	fd = openat(spool->folders[folder], ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Only the owner may open the folders that others write to. */
	if (fd == -1)
		return errno == EACCES;
	is_synced = fsync(fd) == 0;
	close(fd);
	return is_synced;
}

void
spool_remove(Spool *spool, SpoolFolder folder, const char *name)
{
	unlinkat(spool->folders[folder], name, 0);
}
