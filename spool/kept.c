/*
 * spool/kept.c - messages that are kept: quarantine/ and corrupt/.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/envelope_file.h"
#include "spool/ids.h"
#include "spool/kept.h"
#include "spool/lines.h"

#define LIST_MAX 1000000

/* ID.eml is the last, in which it is renamed, and the first to be deleted. */
static const char *const suffixes[] = { "env", "verdict", "json", "file",
	"eml" };

struct store {
	KeptDone done;
	gpointer data;
};

/* --- the copying process ---------------------------------------------------- */

static gboolean
write_all(int fd, const char *octets, gsize len)
{
	while (len > 0) {
		ssize_t n = write(fd, octets, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return FALSE;
		octets += n;
		len -= (gsize)n;
	}
	return TRUE;
}

/* Exactly size octets from the beginning; reading does not move the offset,
 * which the descriptor shares with others. */
static gboolean
copy_octets(int from, int to, guint64 size)
{
	char octets[65536];
	guint64 done = 0;

	while (done < size) {
		ssize_t got = pread(from, octets,
		    (gsize)MIN(sizeof(octets), size - done), (off_t)done);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;
		if (got <= 0 || !write_all(to, octets, (gsize)got))
			return FALSE;
		done += (guint64)got;
	}
	return TRUE;
}

static gboolean
write_file(int folder, const char *id, const char *suffix, int from,
    guint64 size, const char *text, gboolean is_synced)
{
	g_autofree char *name = g_strdup_printf(".%s.%s", id, suffix);
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC |
	    O_NOFOLLOW | O_CLOEXEC, 0640);
	gboolean is_written;

	if (fd == -1)
		return FALSE;
	is_written = fchmod(fd, 0640) == 0 && (from != -1 ?
	    copy_octets(from, fd, size) :
	    write_all(fd, text, strlen(text))) &&
	    (!is_synced || fsync(fd) == 0);
	/* close(2) must not hide why. */
	if (close(fd) == -1 || !is_written)
		return FALSE;
	return TRUE;
}

static gboolean
publish(int folder, const char *id)
{
	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *from = g_strdup_printf(".%s.%s", id,
		    suffixes[i]);

		if (renameat(folder, from, folder, from + 1) == -1 &&
		    (errno != ENOENT || strcmp(suffixes[i], "file") != 0))
			return FALSE;
	}
	return TRUE;
}

/* FALSE: there was none of its files. */
static gboolean
remove_all(int folder, const char *id)
{
	gboolean was_there = FALSE;

	for (gsize i = G_N_ELEMENTS(suffixes); i > 0; i--) {
		g_autofree char *name = g_strdup_printf(".%s.%s", id,
		    suffixes[i - 1]);

		was_there |= unlinkat(folder, name + 1, 0) == 0;
		unlinkat(folder, name, 0);
	}
	return was_there;
}

/* 0, or errno. */
static int
store(int folder, const SpoolEntry *entry, const char *verdict,
    const char *json, gboolean is_synced)
{
	struct stat ticket = { 0 };
	int saved_errno;

	if (entry->ticket != -1 && fstat(entry->ticket, &ticket) == 0 &&
	    write_file(folder, entry->id, "env", entry->ticket,
	        (guint64)ticket.st_size, NULL, is_synced) &&
	    write_file(folder, entry->id, "verdict", -1, 0, verdict,
	        is_synced) &&
	    write_file(folder, entry->id, "json", -1, 0, json, is_synced) &&
	    write_file(folder, entry->id, "eml", entry->message, entry->size,
	        NULL, is_synced) &&
	    publish(folder, entry->id) && (!is_synced || fsync(folder) == 0))
		return 0;
	saved_errno = errno != 0 ? errno : EIO;
	remove_all(folder, entry->id);
	return saved_errno;
}

static void
on_exit_status(GPid pid, gint status, gpointer data)
{
	g_autofree struct store *waiting = data;

	(void)pid;
	waiting->done(WIFEXITED(status) ? WEXITSTATUS(status) : EIO,
	    waiting->data);
}

void
kept_store(Spool *spool, SpoolFolder folder, const SpoolEntry *entry,
    const char *verdict, const char *json, KeptDone done, gpointer data)
{
	struct store *waiting = g_new(struct store, 1);
	pid_t pid;

	waiting->done = done;
	waiting->data = data;
	pid = fork();
	if (pid == 0) {
		int fd = openat(spool->folders[folder], ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGTERM, SIG_IGN);
		signal(SIGINT, SIG_IGN);
		_exit(fd == -1 ? errno : store(fd, entry, verdict, json,
		    folder == SPOOL_QUARANTINE));
	}
	if (pid != -1) {
		g_child_watch_add(pid, on_exit_status, waiting);
		return;
	}
	g_free(waiting);
	done(errno, data);
}

/* --- what is kept ----------------------------------------------------------- */

static void
kept_free(gpointer data)
{
	Kept *kept = data;

	g_free(kept->id);
	g_free(kept);
}

static int
compare_times(gconstpointer a, gconstpointer b)
{
	const Kept *x = *(const Kept *const *)a, *y = *(const Kept *const *)b;

	return x->time != y->time ? (x->time < y->time ? -1 : 1) :
	    strcmp(x->id, y->id);
}

GPtrArray *
kept_list(Spool *spool, SpoolFolder folder)
{
	g_autoptr(GPtrArray) names = spool_list(spool, folder, LIST_MAX);
	GPtrArray *list = g_ptr_array_new_with_free_func(kept_free);
	Kept *kept = NULL;

	if (names == NULL) {
		g_ptr_array_unref(list);
		return NULL;
	}
	/* Sorted by name: the files of one message stand together. */
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		gsize len = strcspn(name, ".");
		struct stat status;

		if (fstatat(spool->folders[folder], name, &status,
		    AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		if (kept == NULL || strlen(kept->id) != len ||
		    strncmp(kept->id, name, len) != 0) {
			kept = g_new0(Kept, 1);
			kept->id = g_strndup(name, len);
			g_ptr_array_add(list, kept);
		}
		kept->time = MAX(kept->time, status.st_mtime);
		kept->octets += (guint64)status.st_size;
		kept->is_message |= strcmp(name + len, ".eml") == 0;
	}
	g_ptr_array_sort(list, compare_times);
	return list;
}

char *
kept_read(Spool *spool, SpoolFolder folder, const char *id, const char *suffix,
    gsize max)
{
	g_autofree char *name = g_strdup_printf("%s.%s", id, suffix);
	g_autofree char *text = NULL;
	uid_t owner;
	ssize_t got;
	int fd;

	if (!spool_id_is_valid(id)) {
		errno = ENOENT;
		return NULL;
	}
	fd = spool_open_file(spool, folder, name, &owner);
	if (fd == -1)
		return NULL;
	text = g_malloc(max + 1);
	got = read(fd, text, max);
	close(fd);
	if (got == -1)
		return NULL;
	text[got] = '\0';
	return g_steal_pointer(&text);
}

gboolean
kept_delete(Spool *spool, SpoolFolder folder, const char *id)
{
	if (!spool_id_is_valid(id)) {
		errno = ENOENT;
		return FALSE;
	}
	return remove_all(spool->folders[folder], id);
}

void
kept_prune(Spool *spool, SpoolFolder folder, guint max_messages,
    guint64 max_octets)
{
	g_autoptr(GPtrArray) list = kept_list(spool, folder);
	guint64 octets = 0;
	guint n = list != NULL ? list->len : 0;

	for (guint i = 0; i < n; i++)
		octets += ((Kept *)g_ptr_array_index(list, i))->octets;
	for (guint i = 0; n - i > 0 && (n - i > max_messages ||
	     octets > max_octets); i++) {
		const Kept *kept = g_ptr_array_index(list, i);

		remove_all(spool->folders[folder], kept->id);
		octets -= kept->octets;
	}
}
