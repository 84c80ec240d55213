/*
 * spool/worker.c - the process that scans: one message at a time, confined.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spool/channel.h"
#include "spool/envelope_file.h"
#include "spool/worker.h"

/* Blocks from this size on are given back to the kernel when they are freed. */
#define LARGE_BLOCK (1 << 20)
/* What a worker keeps of the memory that a message needed. */
#define KEPT_MEMORY (8 << 20)
/* Messages between two looks at the memory in use, which cost a walk through
 * all that is mapped; after a large message it is done at once. */
#define MESSAGES_PER_LOOK 256
#define LARGE_MESSAGE (4u << 20)

/* What a signal handler and a log function must reach. */
static LastWords *last_words;

struct worker {
	int socket;
	const Scanner *scanner;
	const Confinement *confinement;
	int memory;             /* /proc/self/smaps_rollup; -1: none */
	guint messages;
	guint32 private_kib;
};

/* --- last words --------------------------------------------------------------- */

static void
on_forbidden_call(int number)
{
	last_words->number = number;
	last_words->reason = LAST_WORDS_CALL;
	_exit(1);
}

/* GLib ends the process after an error; in it there may be no memory left. */
static GLogWriterOutput
keep_message(GLogLevelFlags level, const GLogField *fields, gsize n,
    gpointer data)
{
	(void)data;
	if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL |
	    G_LOG_LEVEL_WARNING)) == 0)
		return G_LOG_WRITER_HANDLED;
	for (gsize i = 0; i < n; i++)
		if (strcmp(fields[i].key, "MESSAGE") == 0)
			g_strlcpy(last_words->text, fields[i].value,
			    sizeof(last_words->text));
	if ((level & G_LOG_LEVEL_ERROR) != 0 &&
	    strstr(last_words->text, "failed to allocate") != NULL)
		last_words->reason = LAST_WORDS_MEMORY;
	return G_LOG_WRITER_HANDLED;
}

#ifndef __SANITIZE_ADDRESS__
/* C++ and Rust code aborts where C gets NULL: was that for want of memory? */
static void
on_abort(int number)
{
	if (mmap(NULL, LARGE_BLOCK, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	    0) == MAP_FAILED)
		last_words->reason = LAST_WORDS_MEMORY;
	/* SA_RESETHAND: this time it ends the process. */
	raise(number);
}
#endif

/* --- memory -------------------------------------------------------------------- */

/* Kibibytes that no other process shares. */
static guint32
private_kib(int file)
{
	char text[2048];
	ssize_t len = file != -1 ? pread(file, text, sizeof(text) - 1, 0) : 0;
	guint64 sum = 0;

	if (len <= 0)
		return 0;
	text[len] = '\0';
	for (const char *p = text; (p = strstr(p, "\nPrivate_")) != NULL;) {
		p = strchr(p, ':');
		if (p == NULL)
			break;
		sum += g_ascii_strtoull(p + 1, NULL, 10);
	}
	return (guint32)MIN(sum, G_MAXUINT32);
}

/* Between two messages, when nobody waits. */
static void
tidy_up(struct worker *worker, guint64 size)
{
	worker->messages++;
	if (size >= LARGE_MESSAGE)
		malloc_trim(0);
	else if (worker->messages % MESSAGES_PER_LOOK != 1)
		return;
	worker->private_kib = private_kib(worker->memory);
}

/* --- messages -------------------------------------------------------------------- */

static gboolean
write_all(int fd, const void *octets, gsize len)
{
	const char *p = octets;

	while (len > 0) {
		ssize_t written = send(fd, p, len, MSG_NOSIGNAL);

		if (written == -1 && errno == EINTR)
			continue;
		if (written == -1)
			return FALSE;
		p += written;
		len -= (gsize)written;
	}
	return TRUE;
}

static gboolean
answer(struct worker *worker, int envelope_fd, int message_fd)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Envelope) envelope = envelope_file_read(envelope_fd, &error);
	g_autoptr(Record) record = NULL;
	g_autofree char *json = NULL;
	WorkerHeader header = { .private_kib = worker->private_kib };

	/* The owner has written the text itself: this is a bug of ours. */
	if (envelope == NULL)
		return FALSE;
	confinement_begin_message(worker->confinement);
	record = scanner_scan(worker->scanner, envelope, message_fd);
	json = record_to_json(record);
	header.len = (guint32)strlen(json);
	if (!write_all(worker->socket, &header, sizeof(header)) ||
	    !write_all(worker->socket, json, header.len))
		return FALSE;
	tidy_up(worker, envelope->size);
	return TRUE;
}

static void
answer_all(struct worker *worker)
{
	char octet;
	int fds[CHANNEL_MAX_FDS];

	while (channel_receive(worker->socket, &octet, 1, fds) == 1) {
		gboolean is_answered = fds[0] != -1 && fds[1] != -1 &&
		    answer(worker, fds[0], fds[1]);

		close(fds[0]);
		close(fds[1]);
		if (!is_answered)
			_exit(1);
	}
}

/* --- start ----------------------------------------------------------------------- */

/* Mail must not reach the terminal or the log. AddressSanitizer must. */
static void
close_standard_files(void)
{
#ifndef __SANITIZE_ADDRESS__
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null != -1 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
#endif
}

static void
set_up_process(void)
{
#ifndef __SANITIZE_ADDRESS__
	const struct sigaction aborting = { .sa_handler = on_abort,
		.sa_flags = (int)(SA_RESETHAND | SA_NODEFER) };
#endif

	/* One thread; large blocks lie alone, and are gone when freed. A page
	 * costs less to keep for the next message than to ask for again. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
	mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
	mallopt(M_TOP_PAD, KEPT_MEMORY / 8);
	g_log_set_writer_func(keep_message, NULL, NULL);
	signal(SIGXFSZ, SIG_IGN);       /* a write fails instead */
#ifndef __SANITIZE_ADDRESS__
	sigaction(SIGABRT, &aborting, NULL);
#endif
	close_standard_files();
}

void
worker_run(int socket, const Scanner *scanner, const RuleSet *rules,
    const Settings *settings, const char *folder, uid_t uid, gid_t gid,
    LastWords *words)
{
	g_autoptr(GError) error = NULL;
	struct worker worker = { .socket = socket, .scanner = scanner,
		.confinement = &settings->confinement,
		.memory = open("/proc/self/smaps_rollup",
		    O_RDONLY | O_CLOEXEC) };
	static const WorkerHeader ready = { 0, 0 };

	last_words = words;
	set_up_process();
	if (!engine_set_scratch(ruleset_engine(rules), ".") ||
	    !confinement_enter(&settings->confinement, uid, gid, folder,
	        on_forbidden_call, &error)) {
		g_strlcpy(words->text, error != NULL ? error->message :
		    "no memory", sizeof(words->text));
		words->reason = LAST_WORDS_CONFINEMENT;
		_exit(1);
	}
	if (write_all(socket, &ready, sizeof(ready)))
		answer_all(&worker);
	_exit(0);
}
