/*
 * cli/batch.c - many message files through the worker pool, answers in order.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/batch.h"
#include "spool/ids.h"
#include "spool/pool.h"

/* Folders within folders, of the operator's own making. */
#define MAX_FOLDER_DEPTH 64

struct batch {
	Pool *pool;
	Catalogue *catalogue;
	const GPtrArray *files;
	BatchAnswer answer;
	gpointer data;
	GMainLoop *loop;
	Record **records;       /* answers that came before their turn */
	gboolean *is_readable;
	guint next_to_start;
	guint next_to_answer;
};

/* One scan under way. */
struct job {
	struct batch *batch;
	guint number;
};

static void
keep_answer(struct batch *batch, guint number, Record *record,
    gboolean is_readable)
{
	batch->records[number] = record;
	batch->is_readable[number] = is_readable;
	while (batch->next_to_answer < batch->files->len &&
	    batch->records[batch->next_to_answer] != NULL) {
		guint turn = batch->next_to_answer++;

		batch->answer(g_ptr_array_index(batch->files, turn),
		    batch->records[turn], batch->is_readable[turn],
		    batch->data);
		g_clear_pointer(&batch->records[turn], record_free);
	}
	if (batch->next_to_answer == batch->files->len)
		g_main_loop_quit(batch->loop);
}

static void
on_done(Record *record, PoolOutcome outcome, gpointer data)
{
	struct job *job = data;

	(void)outcome;
	keep_answer(job->batch, job->number, record, TRUE);
	g_free(job);
}

static gboolean
copy_octets(int from, int to)
{
	char buffer[64 << 10];
	ssize_t got;

	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		for (ssize_t written = 0, n; written < got; written += n) {
			n = write(to, buffer + written,
			    (size_t)(got - written));
			if (n == -1)
				return FALSE;
		}
	return got == 0;
}

/* A descriptor of a regular file, and its size; -1 with errno set. */
static int
open_message(const char *file, guint64 *size)
{
	struct stat status;
	int fd, saved_errno;

	if (strcmp(file, "-") == 0) {
		fd = memfd_create("message", MFD_CLOEXEC);
		if (fd != -1 && !copy_octets(STDIN_FILENO, fd)) {
			saved_errno = errno;
			close(fd);
			errno = saved_errno;
			return -1;
		}
	} else {
		fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	if (fd == -1)
		return -1;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		*size = (guint64)status.st_size;
		return fd;
	}
	close(fd);
	errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
	return -1;
}

static void
start_scans(gpointer data)
{
	struct batch *batch = data;

	while (batch->next_to_start < batch->files->len &&
	    pool_has_idle_worker(batch->pool)) {
		guint number = batch->next_to_start++;
		const char *file = g_ptr_array_index(batch->files, number);
		Envelope *envelope = envelope_new();
		struct job *job;
		int fd;

		envelope->id = spool_id_new();
		envelope->file = g_strdup(file);
		fd = open_message(file, &envelope->size);
		if (fd == -1) {
			g_autofree char *detail = g_strdup_printf(
			    "cannot be read: %s", errno == EINVAL ?
			    "not a regular file" : g_strerror(errno));

			keep_answer(batch, number,
			    record_new_error(batch->catalogue, envelope->id,
			        file, 0, "unreadable-file", detail), FALSE);
			envelope_free(envelope);
			continue;
		}
		job = g_new(struct job, 1);
		job->batch = batch;
		job->number = number;
		pool_scan(batch->pool, envelope, fd, on_done, job);
	}
}

gboolean
batch_scan(Settings *settings, const GPtrArray *files,
    BatchAnswer answer, gpointer data, GError **error)
{
	g_autoptr(Catalogue) catalogue =
	    catalogue_load(settings->rules.replies, error);
	g_autoptr(Pool) pool = catalogue != NULL ? pool_new(settings, error) :
	    NULL;
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autofree Record **records = g_new0(Record *, files->len);
	g_autofree gboolean *is_readable = g_new0(gboolean, files->len);
	struct batch batch = { pool, catalogue, files, answer, data, loop,
		records, is_readable, 0, 0 };

	if (pool == NULL)
		return FALSE;
	pool_set_idle_callback(pool, start_scans, &batch);
	start_scans(&batch);
	if (batch.next_to_answer < files->len)
		g_main_loop_run(loop);
	return TRUE;
}

static int
compare_strings(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean
add_folder(GPtrArray *files, const char *path, const char *suffix,
    guint depth, GError **error)
{
	g_autoptr(GDir) dir = NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	if (depth > MAX_FOLDER_DEPTH) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_LOOP,
		    "%s: more than %d folders within one another", path,
		    MAX_FOLDER_DEPTH);
		return FALSE;
	}
	dir = g_dir_open(path, 0, error);
	if (dir == NULL)
		return FALSE;
	while ((name = g_dir_read_name(dir)) != NULL)
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_strings);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *child = g_build_filename(path,
		    g_ptr_array_index(names, i), NULL);
		struct stat status;

		if (lstat(child, &status) == -1)
			continue;
		if (S_ISDIR(status.st_mode)) {
			if (!add_folder(files, child, suffix, depth + 1, error))
				return FALSE;
		} else if (S_ISREG(status.st_mode) &&
		    (suffix == NULL || g_str_has_suffix(child, suffix))) {
			g_ptr_array_add(files, g_steal_pointer(&child));
		}
	}
	return TRUE;
}

gboolean
batch_add_path(GPtrArray *files, const char *path, const char *suffix,
    GError **error)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return add_folder(files, path, suffix, 0, error);
	g_ptr_array_add(files, g_strdup(path));
	return TRUE;
}
