/*
 * spool/pool.c - messages in, records out, through worker processes.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/envelope_file.h"
#include "spool/generation.h"
#include "spool/pool.h"
#include "spool/scratch.h"

/* One worker process, as its owner sees it. */
struct worker {
	Pool *pool;
	int socket;             /* -1: there is no process */
	int pidfd;
	guint watch;            /* GSource of the socket */
	guint timer;            /* GSource of the wall-clock limit; 0: idle */
	GByteArray *answer;     /* what has come of it so far */
	Envelope *envelope;     /* of the message under scan; NULL: idle */
	PoolDone done;
	gpointer data;
};

struct pool {
	const Settings *settings;
	Catalogue *catalogue;
	pid_t generation;
	int control;
	char *summary;
	char *scratch;          /* folder of the workers' folders */
	struct worker *workers;
	void (*on_idle)(gpointer data);
	gpointer idle_data;
};

G_DEFINE_QUARK(mailweir-pool-error, pool_error)

static gboolean start_worker(struct worker *worker);

/* --- the end of a scan ------------------------------------------------------- */

static void
close_worker(struct worker *worker)
{
	if (worker->watch != 0)
		g_source_remove(worker->watch);
	if (worker->timer != 0)
		g_source_remove(worker->timer);
	worker->watch = worker->timer = 0;
	if (worker->pidfd != -1) {
		syscall(SYS_pidfd_send_signal, worker->pidfd, SIGKILL, NULL, 0);
		close(worker->pidfd);
	}
	if (worker->socket != -1)
		close(worker->socket);
	worker->pidfd = worker->socket = -1;
	g_byte_array_set_size(worker->answer, 0);
}

/* Hands the record over; the worker is idle again before done() runs, so that
 * done() may start the next scan. */
static void
finish_scan(struct worker *worker, Record *record, PoolOutcome outcome)
{
	Pool *pool = worker->pool;
	PoolDone done = worker->done;
	gpointer data = worker->data;

	if (worker->timer != 0)
		g_source_remove(worker->timer);
	worker->timer = 0;
	g_free(record->file);
	record->file = worker->envelope->file != NULL ?
	    g_utf8_make_valid(worker->envelope->file, -1) : NULL;
	g_clear_pointer(&worker->envelope, envelope_free);
	g_byte_array_set_size(worker->answer, 0);
	done(record, outcome, data);
	if (pool->on_idle != NULL)
		pool->on_idle(pool->idle_data);
}

/* Kills what is left of the worker, starts another, and answers for it. */
static void
fail_scan(struct worker *worker, PoolOutcome outcome)
{
	static const struct {
		const char *rule;
		const char *detail;
	} reasons[] = {
		[POOL_CRASHED] = { "worker-crashed",
		    "the process that examined the message died" },
		[POOL_TIMED_OUT] = { "scan-timeout",
		    "the examination took longer than scan-timeout" },
		[POOL_GARBLED] = { "bad-answer",
		    "the process that examined the message answered nonsense" },
	};
	Record *record = NULL;

	if (worker->envelope != NULL)
		record = record_new_error(worker->pool->catalogue,
		    worker->envelope->id, NULL, worker->envelope->size,
		    reasons[outcome].rule, reasons[outcome].detail);
	close_worker(worker);
	start_worker(worker);
	if (record != NULL)
		finish_scan(worker, record, outcome);
}

static gboolean
on_timeout(gpointer data)
{
	struct worker *worker = data;

	worker->timer = 0;
	fail_scan(worker, POOL_TIMED_OUT);
	return G_SOURCE_REMOVE;
}

/* The whole answer has come: is it a record of this message? */
static void
take_answer(struct worker *worker)
{
	g_autoptr(Record) record = record_from_json(
	    (const char *)worker->answer->data + sizeof(guint32),
	    worker->answer->len - sizeof(guint32), NULL);

	if (record == NULL || worker->envelope == NULL ||
	    strcmp(record->id, worker->envelope->id) != 0 ||
	    record->size != worker->envelope->size)
		fail_scan(worker, POOL_GARBLED);
	else
		finish_scan(worker, g_steal_pointer(&record), POOL_SCANNED);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct worker *worker = data;
	guint8 buffer[65536];
	ssize_t got = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	guint32 len;

	(void)condition;
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (got <= 0) {
		worker->watch = 0;
		fail_scan(worker, POOL_CRASHED);
		return G_SOURCE_REMOVE;
	}
	g_byte_array_append(worker->answer, buffer, (guint)got);
	if (worker->answer->len < sizeof(len))
		return G_SOURCE_CONTINUE;
	memcpy(&len, worker->answer->data, sizeof(len));
	if (len > RECORD_MAX_OCTETS || worker->envelope == NULL ||
	    worker->answer->len - sizeof(len) > len) {
		worker->watch = 0;
		fail_scan(worker, POOL_GARBLED);
		return G_SOURCE_REMOVE;
	}
	if (worker->answer->len - sizeof(len) == len)
		take_answer(worker);
	/* A garbled answer has replaced the worker and its socket. */
	return worker->socket == fd ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- starting --------------------------------------------------------------- */

static gboolean
start_worker(struct worker *worker)
{
	int sockets[2], fds[2] = { -1, -1 };
	char octet = 'W';
	gboolean is_started;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == -1)
		return FALSE;
	fds[0] = sockets[1];
	is_started = generation_send(worker->pool->control, &octet, 1, fds) &&
	    generation_receive(worker->pool->control, &octet, 1, fds) == 1 &&
	    fds[0] != -1;
	close(sockets[1]);
	if (!is_started) {
		close(sockets[0]);
		return FALSE;
	}
	worker->socket = sockets[0];
	worker->pidfd = fds[0];
	worker->watch = g_unix_fd_add(worker->socket, G_IO_IN | G_IO_HUP,
	    on_readable, worker);
	return TRUE;
}

/* Waits for the generation's first word. */
static gboolean
await_rules(Pool *pool, GError **error)
{
	g_autofree char *packet = g_malloc(GENERATION_MAX_PACKET + 1);
	int fds[2];
	gssize len = generation_receive(pool->control, packet,
	    GENERATION_MAX_PACKET, fds);

	if (len < 1) {
		g_set_error(error, POOL_ERROR, POOL_ERROR_PROCESS,
		    "the process that loads the rules died");
		return FALSE;
	}
	packet[len] = '\0';
	if (*packet != 'R') {
		g_set_error(error, POOL_ERROR, POOL_ERROR_RULES, "%s",
		    packet + 1);
		return FALSE;
	}
	pool->summary = g_strdup(packet + 1);
	return TRUE;
}

Pool *
pool_new(const Settings *settings, GError **error)
{
	g_autoptr(Pool) pool = g_new0(Pool, 1);

	pool->settings = settings;
	pool->control = -1;
	pool->workers = g_new0(struct worker, settings->workers);
	for (guint i = 0; i < settings->workers; i++) {
		pool->workers[i].pool = pool;
		pool->workers[i].socket = pool->workers[i].pidfd = -1;
		pool->workers[i].answer = g_byte_array_new();
	}
	pool->catalogue = catalogue_load(settings->rules.replies, error);
	if (pool->catalogue == NULL)
		return NULL;
	pool->scratch = scratch_new(error);
	if (pool->scratch == NULL)
		return NULL;
	if (!generation_start(settings, pool->scratch, &pool->control,
	    &pool->generation)) {
		g_set_error(error, POOL_ERROR, POOL_ERROR_PROCESS,
		    "cannot start a process: %s", g_strerror(errno));
		return NULL;
	}
	if (!await_rules(pool, error))
		return NULL;
	for (guint i = 0; i < settings->workers; i++)
		if (!start_worker(&pool->workers[i])) {
			g_set_error(error, POOL_ERROR, POOL_ERROR_PROCESS,
			    "cannot start a worker process");
			return NULL;
		}
	return g_steal_pointer(&pool);
}

void
pool_free(Pool *pool)
{
	if (pool == NULL)
		return;
	for (guint i = 0; i < pool->settings->workers; i++) {
		close_worker(&pool->workers[i]);
		envelope_free(pool->workers[i].envelope);
		g_byte_array_unref(pool->workers[i].answer);
	}
	if (pool->control != -1)
		close(pool->control);
	if (pool->generation > 0)
		while (waitpid(pool->generation, NULL, 0) == -1 &&
		    errno == EINTR)
			;
	if (pool->scratch != NULL)
		scratch_remove(pool->scratch);
	g_free(pool->scratch);
	g_free(pool->workers);
	g_free(pool->summary);
	catalogue_free(pool->catalogue);
	g_free(pool);
}

/* --- scanning ----------------------------------------------------------------- */

static struct worker *
idle_worker(const Pool *pool)
{
	for (guint i = 0; i < pool->settings->workers; i++)
		if (pool->workers[i].envelope == NULL)
			return &pool->workers[i];
	return NULL;
}

gboolean
pool_has_idle_worker(const Pool *pool)
{
	return idle_worker(pool) != NULL;
}

void
pool_set_idle_callback(Pool *pool, void (*on_idle)(gpointer data),
    gpointer data)
{
	pool->on_idle = on_idle;
	pool->idle_data = data;
}

/* The envelope as a file of its own: however long it is, handing it over does
 * not block. -1: no memory. */
static int
envelope_memfd(const Envelope *envelope)
{
	g_autofree char *text = envelope_file_format(envelope);
	gsize len = strlen(text);
	int fd = memfd_create("envelope", MFD_CLOEXEC);

	if (fd == -1 || write(fd, text, len) == (ssize_t)len)
		return fd;
	close(fd);
	return -1;
}

/* A scan that could not even begin, answered from the main loop. */
static gboolean
on_not_started(gpointer data)
{
	struct worker *worker = data;

	worker->timer = 0;
	fail_scan(worker, POOL_CRASHED);
	return G_SOURCE_REMOVE;
}

void
pool_scan(Pool *pool, Envelope *envelope, int fd, PoolDone done, gpointer data)
{
	struct worker *worker = idle_worker(pool);
	int fds[2] = { envelope_memfd(envelope), fd };

	g_return_if_fail(worker != NULL);
	worker->envelope = envelope;
	worker->done = done;
	worker->data = data;
	/* A worker that could not be replaced when it died gets a new chance. */
	if ((worker->socket != -1 || start_worker(worker)) && fds[0] != -1 &&
	    generation_send(worker->socket, "S", 1, fds))
		worker->timer = g_timeout_add(pool->settings->scan_timeout_ms,
		    on_timeout, worker);
	else
		worker->timer = g_idle_add(on_not_started, worker);
	if (fds[0] != -1)
		close(fds[0]);
	close(fd);
}

void
pool_cancel(Pool *pool, gconstpointer data)
{
	for (guint i = 0; i < pool->settings->workers; i++) {
		struct worker *worker = &pool->workers[i];

		if (worker->envelope == NULL || worker->data != data)
			continue;
		g_clear_pointer(&worker->envelope, envelope_free);
		close_worker(worker);
		start_worker(worker);
		if (pool->on_idle != NULL)
			pool->on_idle(pool->idle_data);
		return;
	}
}

const char *
pool_rules_summary(const Pool *pool)
{
	return pool->summary;
}
