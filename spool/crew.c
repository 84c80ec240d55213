/*
 * spool/crew.c - one generation and its workers, as their owner sees them.
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

#include "spool/channel.h"
#include "spool/crew.h"
#include "spool/envelope_file.h"
#include "spool/generation.h"
#include "spool/scratch.h"
#include "spool/system_calls.h"

/* A worker that dies before it is ready is replaced no sooner. */
#define RETRY_MS 1000

/*
 *   state     entered when                   left when
 *   starting  the generation is asked        it says that it is confined
 *   idle      confined, or its answer taken  a message is handed over
 *   busy      it has a message               its answer is taken
 *   ending    its end is seen or decided     the generation tells of its death
 */
enum state { STARTING, IDLE, BUSY, ENDING };

struct worker {
	Crew *crew;
	guint32 number;
	enum state state;
	int socket;             /* -1: closed */
	int pidfd;              /* -1: not known yet */
	guint watch;            /* GSource of the socket */
	guint timer;            /* GSource of the wall-clock limit */
	GByteArray *answer;     /* what has come of it so far */
	Envelope *envelope;     /* of its message; NULL: none */
	PoolDone done;
	gpointer data;
	PoolOutcome outcome;    /* ENDING: why, as far as this side knows */
	guint scans;
	gboolean is_confined;
	gboolean is_due;        /* for recycling */
};

struct crew {
	Settings *settings;
	Catalogue *catalogue;
	const CrewEvents *events;
	gpointer data;
	pid_t generation;
	int control;
	guint watch;            /* GSource of control */
	guint retry;            /* GSource */
	char *scratch;          /* folder of the workers' folders */
	int scratch_lock;       /* says that it is in use; -1: none */
	char *summary;          /* NULL: still loading */
	GPtrArray *workers;     /* of struct worker * */
	guint32 last_number;
	gboolean is_ready;
	gboolean is_retired;
	gboolean has_failed;
};

/* What the finding and the log say. */
static const struct {
	const char *rule;
	const char *detail;
} reasons[] = {
	[POOL_CRASHED] = { "worker-crashed",
	    "the process that examined the message died" },
	[POOL_TIMED_OUT] = { "scan-timeout",
	    "the examination took longer than scan-timeout" },
	[POOL_OVER_CPU] = { "worker-cpu",
	    "the examination used more CPU time than cpu-limit" },
	[POOL_OVER_MEMORY] = { "worker-memory",
	    "the examination asked for more memory than memory-limit" },
	[POOL_FORBIDDEN] = { "forbidden-call",
	    "the process that examined the message did what it must not" },
	[POOL_GARBLED] = { "bad-answer",
	    "the process that examined the message answered nonsense" },
	[POOL_INTERRUPTED] = { "interrupted",
	    "the process that holds the rules died" },
};

static void keep_complement(Crew *crew);

const char *
pool_outcome_rule(PoolOutcome outcome)
{
	return reasons[outcome].rule;
}

static void G_GNUC_PRINTF(2, 3)
remark(Crew *crew, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	crew->events->on_remark(crew, text, crew->data);
}

/* --- the end of a worker -------------------------------------------------------- */

static void
clear_source(guint *source)
{
	if (*source != 0)
		g_source_remove(*source);
	*source = 0;
}

static void
kill_worker(const struct worker *worker)
{
	if (worker->pidfd != -1)
		syscall(SYS_pidfd_send_signal, worker->pidfd, SIGKILL, NULL, 0);
}

static void
worker_free(gpointer data)
{
	struct worker *worker = data;

	clear_source(&worker->watch);
	clear_source(&worker->timer);
	kill_worker(worker);
	if (worker->pidfd != -1)
		close(worker->pidfd);
	if (worker->socket != -1)
		close(worker->socket);
	envelope_free(worker->envelope);
	g_byte_array_unref(worker->answer);
	g_free(worker);
}

/* Hands the record over. The worker has no message any more before done()
 * runs, so that done() may start the next scan. */
static void
finish_scan(struct worker *worker, Record *record, PoolOutcome outcome)
{
	PoolDone done = worker->done;
	gpointer data = worker->data;

	clear_source(&worker->timer);
	g_free(record->file);
	record->file = worker->envelope->file != NULL ?
	    g_utf8_make_valid(worker->envelope->file, -1) : NULL;
	g_clear_pointer(&worker->envelope, envelope_free);
	g_byte_array_set_size(worker->answer, 0);
	done(record, outcome, data);
}

static void
fail_scan(struct worker *worker, PoolOutcome outcome, const char *how)
{
	g_autofree char *detail = how == NULL ?
	    g_strdup(reasons[outcome].detail) :
	    g_strdup_printf("%s: %s", reasons[outcome].detail, how);

	if (worker->envelope != NULL)
		finish_scan(worker, record_new_error(worker->crew->catalogue,
		    worker->envelope->id, NULL, worker->envelope->size,
		    reasons[outcome].rule, detail), outcome);
}

/* It is killed; its message is answered when the generation has told how it
 * ended. A successor is asked for at once. */
static void
end_worker(struct worker *worker, PoolOutcome outcome)
{
	clear_source(&worker->watch);
	clear_source(&worker->timer);
	worker->state = ENDING;
	worker->outcome = outcome;
	kill_worker(worker);
	if (worker->socket != -1)
		close(worker->socket);
	worker->socket = -1;
	if (worker->is_confined)
		keep_complement(worker->crew);
}

static gboolean
on_retry(gpointer data)
{
	Crew *crew = data;

	crew->retry = 0;
	keep_complement(crew);
	return G_SOURCE_REMOVE;
}

/* There is a worker too few, and another try now would fail too. */
static void
miss_worker(Crew *crew, const char *why)
{
	if (crew->has_failed || crew->is_retired)
		return;
	if (crew->is_ready) {
		remark(crew, "%s", why);
		if (crew->retry == 0)
			crew->retry = g_timeout_add(RETRY_MS, on_retry, crew);
		return;
	}
	crew->has_failed = TRUE;
	crew->events->on_failed(crew, why, crew->data);
}

/* How it ended, in words, and why its message has no verdict. Caller frees. */
static char *
describe_death(const WorkerDeath *death, PoolOutcome *outcome)
{
	g_autofree char *call = NULL;
	int signal = WIFSIGNALED(death->status) ? WTERMSIG(death->status) : 0;

	/* What this side has decided stands. */
	if (*outcome == POOL_CRASHED && death->reason == LAST_WORDS_CALL)
		*outcome = POOL_FORBIDDEN;
	else if (*outcome == POOL_CRASHED &&
	    death->reason == LAST_WORDS_MEMORY)
		*outcome = POOL_OVER_MEMORY;
	else if (*outcome == POOL_CRASHED && signal == SIGXCPU)
		*outcome = POOL_OVER_CPU;
	if (*outcome == POOL_FORBIDDEN) {
		call = system_calls_name(death->call);
		return g_strdup_printf("system call %s", call);
	}
	return signal != 0 ? g_strdup_printf("signal %d, %s", signal,
	    g_strsignal(signal)) : g_strdup_printf("exit status %d",
	    WEXITSTATUS(death->status));
}

static guint
find_worker(const Crew *crew, guint32 number)
{
	for (guint i = 0; i < crew->workers->len; i++) {
		struct worker *worker = g_ptr_array_index(crew->workers, i);

		if (worker->number == number)
			return i;
	}
	return crew->workers->len;
}

static void
take_death(Crew *crew, const WorkerDeath *death)
{
	guint i = find_worker(crew, death->number);
	struct worker *worker;
	g_autofree char *how = NULL;
	g_autofree char *text = g_utf8_make_valid(death->text, -1);
	PoolOutcome outcome;

	if (i == crew->workers->len)
		return;
	worker = g_ptr_array_steal_index_fast(crew->workers, i);
	if (worker->state != ENDING)
		end_worker(worker, POOL_CRASHED);
	outcome = worker->outcome;
	how = describe_death(death, &outcome);
	if (worker->is_confined && outcome != POOL_SCANNED)
		remark(crew, "%s%sworker %u: %s: %s%s%s",
		    worker->envelope != NULL ? worker->envelope->id : "",
		    worker->envelope != NULL ? ": " : "", worker->number,
		    reasons[outcome].rule, how, *text != '\0' ? "; it said: " :
		    "", text);
	else if (death->reason == LAST_WORDS_CONFINEMENT)
		miss_worker(crew, text);
	else if (!worker->is_confined)
		miss_worker(crew, how);
	fail_scan(worker, outcome, how);
	worker_free(worker);
	crew->events->on_idle(crew, crew->data);
}

/* --- answers ---------------------------------------------------------------------- */

static guint
count_workers(const Crew *crew, gboolean (*is_one)(const struct worker *))
{
	guint n = 0;

	for (guint i = 0; i < crew->workers->len; i++)
		n += (guint)is_one(g_ptr_array_index(crew->workers, i));
	return n;
}

static gboolean
is_at_work(const struct worker *worker)
{
	return worker->state == IDLE || worker->state == BUSY;
}

static gboolean
is_to_stay(const struct worker *worker)
{
	return worker->state != ENDING && !worker->is_due;
}

/* Those that are due leave when their successors are there. */
static void
dismiss_surplus(Crew *crew)
{
	guint surplus = count_workers(crew, is_at_work);

	surplus = surplus > crew->settings->workers ?
	    surplus - crew->settings->workers : 0;
	for (guint i = 0; i < crew->workers->len && surplus > 0; i++) {
		struct worker *worker = g_ptr_array_index(crew->workers, i);

		if (worker->state != IDLE || !worker->is_due)
			continue;
		end_worker(worker, POOL_SCANNED);
		surplus--;
	}
}

static void
take_ready(struct worker *worker)
{
	Crew *crew = worker->crew;

	worker->is_confined = TRUE;
	worker->state = IDLE;
	g_byte_array_set_size(worker->answer, 0);
	dismiss_surplus(crew);
	if (!crew->is_ready && count_workers(crew, is_at_work) ==
	    crew->settings->workers) {
		crew->is_ready = TRUE;
		crew->events->on_ready(crew, crew->data);
	}
	crew->events->on_idle(crew, crew->data);
}

static void
recycle(struct worker *worker, guint32 private_kib)
{
	const Settings *settings = worker->crew->settings;

	worker->scans++;
	if (worker->is_due || (worker->scans < settings->recycle_messages &&
	    (guint64)private_kib << 10 <= settings->recycle_memory))
		return;
	worker->is_due = TRUE;
	remark(worker->crew, "worker %u: recycled after %u messages, %u KiB",
	    worker->number, worker->scans, private_kib);
	keep_complement(worker->crew);
}

/* The whole answer has come: is it a record of this message? */
static void
take_answer(struct worker *worker, const WorkerHeader *header)
{
	Crew *crew = worker->crew;
	Record *record = record_from_json(
	    (const char *)worker->answer->data + sizeof(*header), header->len,
	    NULL);

	if (record == NULL || strcmp(record->id, worker->envelope->id) != 0 ||
	    record->size != worker->envelope->size) {
		if (record != NULL)
			record_free(record);
		end_worker(worker, POOL_GARBLED);
		return;
	}
	worker->state = IDLE;
	if (crew->is_retired)
		end_worker(worker, POOL_SCANNED);
	else
		recycle(worker, header->private_kib);
	finish_scan(worker, record, POOL_SCANNED);
	dismiss_surplus(crew);
	crew->events->on_idle(crew, crew->data);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct worker *worker = data;
	guint8 buffer[65536];
	ssize_t got = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	WorkerHeader header;

	(void)condition;
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (got <= 0) {
		end_worker(worker, POOL_CRASHED);
		return G_SOURCE_CONTINUE;
	}
	g_byte_array_append(worker->answer, buffer, (guint)got);
	if (worker->answer->len < sizeof(header))
		return G_SOURCE_CONTINUE;
	memcpy(&header, worker->answer->data, sizeof(header));
	if ((worker->state == STARTING) != (header.len == 0) ||
	    worker->state == IDLE || header.len > RECORD_MAX_OCTETS ||
	    worker->answer->len - sizeof(header) > header.len)
		end_worker(worker, POOL_GARBLED);
	else if (worker->state == STARTING)
		take_ready(worker);
	else if (worker->answer->len - sizeof(header) == header.len)
		take_answer(worker, &header);
	/* Where the watch is to end, it is removed. */
	return G_SOURCE_CONTINUE;
}

/* --- starting workers --------------------------------------------------------------- */

static gboolean
start_worker(Crew *crew)
{
	struct {
		guint32 kind;
		WorkerStart start;
	} packet = { 'W', { crew->last_number + 1 } };
	int sockets[2], fds[CHANNEL_MAX_FDS] = { -1, -1 };
	struct worker *worker;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == -1)
		return FALSE;
	fds[0] = sockets[1];
	if (!channel_send(crew->control, &packet, sizeof(packet), fds)) {
		close(sockets[0]);
		close(sockets[1]);
		return FALSE;
	}
	close(sockets[1]);
	worker = g_new0(struct worker, 1);
	worker->crew = crew;
	worker->number = ++crew->last_number;
	worker->socket = sockets[0];
	worker->pidfd = -1;
	worker->answer = g_byte_array_new();
	worker->watch = g_unix_fd_add(worker->socket, G_IO_IN | G_IO_HUP,
	    on_readable, worker);
	g_ptr_array_add(crew->workers, worker);
	return TRUE;
}

static void
keep_complement(Crew *crew)
{
	guint n = count_workers(crew, is_to_stay);

	if (crew->is_retired || crew->has_failed || crew->summary == NULL)
		return;
	for (; n < crew->settings->workers; n++)
		if (!start_worker(crew)) {
			miss_worker(crew, "cannot start a worker process");
			return;
		}
}

/* The generation has forked one, or could not. */
static void
take_start(Crew *crew, const WorkerStart *start, int pidfd)
{
	guint i = find_worker(crew, start->number);
	struct worker *worker;

	if (i == crew->workers->len) {
		if (pidfd != -1)
			close(pidfd);
		return;
	}
	worker = g_ptr_array_index(crew->workers, i);
	worker->pidfd = pidfd;
	if (pidfd == -1) {
		g_ptr_array_remove_index_fast(crew->workers, i);
		miss_worker(crew, "cannot start a worker process: no memory, "
		    "no process or no room for its folder");
	} else if (worker->state == ENDING) {
		kill_worker(worker);
	}
}

/* --- the generation ------------------------------------------------------------------- */

/* It has closed the control socket, so it ends. Its workers end with it. */
static void
lose_generation(Crew *crew)
{
	g_autofree char *how = NULL;
	int status = 0;

	crew->watch = 0;
	while (waitpid(crew->generation, &status, 0) == -1 && errno == EINTR)
		;
	crew->generation = -1;
	how = WIFSIGNALED(status) ? g_strdup_printf("signal %d, %s",
	    WTERMSIG(status), g_strsignal(WTERMSIG(status))) :
	    g_strdup_printf("exit status %d", WEXITSTATUS(status));
	while (crew->workers->len > 0) {
		struct worker *worker = g_ptr_array_steal_index_fast(
		    crew->workers, 0);

		/* That a worker ended then tells nothing of its message. */
		fail_scan(worker, worker->outcome == POOL_TIMED_OUT ||
		    worker->outcome == POOL_GARBLED ? worker->outcome :
		    POOL_INTERRUPTED, NULL);
		worker_free(worker);
	}
	if (!crew->has_failed) {
		g_autofree char *text = g_strdup_printf(
		    "the process that %s the rules died: %s",
		    crew->summary == NULL ? "loads" : "holds", how);

		crew->has_failed = TRUE;
		crew->events->on_failed(crew, text, crew->data);
	}
}

static gboolean
on_control(gint fd, GIOCondition condition, gpointer data)
{
	Crew *crew = data;
	g_autofree GenerationPacket *packet =
	    g_malloc0(sizeof(GenerationPacket) + 1);
	int fds[CHANNEL_MAX_FDS];
	gssize len = channel_receive(fd, packet, sizeof(*packet), fds);

	(void)condition;
	if (len <= 0) {
		lose_generation(crew);
		return G_SOURCE_REMOVE;
	}
	switch (packet->kind) {
	case 'R':
		crew->summary = g_strdup(packet->text);
		keep_complement(crew);
		break;
	case 'E':
		crew->has_failed = TRUE;
		crew->events->on_failed(crew, packet->text, crew->data);
		break;
	case 'W':
		take_start(crew, &packet->start, fds[0]);
		break;
	case 'D':
		take_death(crew, &packet->death);
		break;
	}
	return G_SOURCE_CONTINUE;
}

Crew *
crew_new(Settings *settings, const CrewEvents *events, gpointer data,
    GError **error)
{
	g_autoptr(Crew) crew = g_new0(Crew, 1);

	crew->settings = settings_ref(settings);
	crew->events = events;
	crew->data = data;
	crew->control = crew->scratch_lock = -1;
	crew->generation = -1;
	crew->workers = g_ptr_array_new_with_free_func(worker_free);
	crew->catalogue = catalogue_load(settings->rules.replies, error);
	if (crew->catalogue == NULL)
		return NULL;
	crew->scratch = scratch_new(&crew->scratch_lock, error);
	if (crew->scratch == NULL)
		return NULL;
	if (!generation_start(settings, crew->scratch, &crew->control,
	    &crew->generation)) {
		g_set_error(error, G_FILE_ERROR,
		    (int)g_file_error_from_errno(errno),
		    "cannot start a process: %s", g_strerror(errno));
		return NULL;
	}
	crew->watch = g_unix_fd_add(crew->control, G_IO_IN | G_IO_HUP,
	    on_control, crew);
	return g_steal_pointer(&crew);
}

void
crew_free(Crew *crew)
{
	if (crew == NULL)
		return;
	clear_source(&crew->watch);
	clear_source(&crew->retry);
	g_ptr_array_unref(crew->workers);
	if (crew->control != -1)
		close(crew->control);
	if (crew->generation > 0) {
		/* Who loads does not listen. */
		if (crew->summary == NULL)
			kill(crew->generation, SIGKILL);
		while (waitpid(crew->generation, NULL, 0) == -1 &&
		    errno == EINTR)
			;
	}
	if (crew->scratch != NULL)
		scratch_remove(crew->scratch);
	if (crew->scratch_lock != -1)
		close(crew->scratch_lock);
	g_free(crew->scratch);
	g_free(crew->summary);
	catalogue_free(crew->catalogue);
	settings_unref(crew->settings);
	g_free(crew);
}

/* --- scanning ----------------------------------------------------------------------- */

static struct worker *
idle_worker(const Crew *crew)
{
	struct worker *due = NULL;

	for (guint i = 0; i < crew->workers->len; i++) {
		struct worker *worker = g_ptr_array_index(crew->workers, i);

		if (worker->state == IDLE && !worker->is_due)
			return worker;
		if (worker->state == IDLE)
			due = worker;
	}
	return due;
}

gboolean
crew_has_idle_worker(const Crew *crew)
{
	return !crew->is_retired && idle_worker(crew) != NULL;
}

static gboolean
has_message(const struct worker *worker)
{
	return worker->envelope != NULL;
}

guint
crew_busy(const Crew *crew)
{
	return count_workers(crew, has_message);
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

static gboolean
on_timeout(gpointer data)
{
	struct worker *worker = data;

	worker->timer = 0;
	end_worker(worker, POOL_TIMED_OUT);
	return G_SOURCE_REMOVE;
}

/* A scan that could not even begin, answered from the main loop. */
static gboolean
on_not_started(gpointer data)
{
	struct worker *worker = data;

	worker->timer = 0;
	end_worker(worker, POOL_CRASHED);
	return G_SOURCE_REMOVE;
}

void
crew_scan(Crew *crew, Envelope *envelope, int fd, PoolDone done, gpointer data)
{
	struct worker *worker = idle_worker(crew);
	int fds[CHANNEL_MAX_FDS] = { envelope_memfd(envelope), fd };

	g_return_if_fail(worker != NULL);
	worker->state = BUSY;
	worker->envelope = envelope;
	worker->done = done;
	worker->data = data;
	if (fds[0] != -1 && channel_send(worker->socket, "S", 1, fds))
		worker->timer = g_timeout_add(crew->settings->scan_timeout_ms,
		    on_timeout, worker);
	else
		worker->timer = g_idle_add(on_not_started, worker);
	if (fds[0] != -1)
		close(fds[0]);
	close(fd);
}

gboolean
crew_cancel(Crew *crew, gconstpointer data)
{
	for (guint i = 0; i < crew->workers->len; i++) {
		struct worker *worker = g_ptr_array_index(crew->workers, i);

		if (worker->envelope == NULL || worker->data != data)
			continue;
		g_clear_pointer(&worker->envelope, envelope_free);
		if (worker->state != ENDING)
			end_worker(worker, POOL_SCANNED);
		return TRUE;
	}
	return FALSE;
}

void
crew_retire(Crew *crew)
{
	crew->is_retired = TRUE;
	for (guint i = 0; i < crew->workers->len; i++) {
		struct worker *worker = g_ptr_array_index(crew->workers, i);

		if (worker->state == IDLE || worker->state == STARTING)
			end_worker(worker, POOL_SCANNED);
	}
}

const char *
crew_rules_summary(const Crew *crew)
{
	return crew->summary;
}

Settings *
crew_settings(const Crew *crew)
{
	return crew->settings;
}
