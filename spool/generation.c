/*
 * spool/generation.c - the process that holds one rule set and forks workers.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/container.h"
#include "scanner/content_eval.h"
#include "scanner/scan.h"
#include "signatures/ruleset.h"
#include "spool/channel.h"
#include "spool/generation.h"
#include "spool/scratch.h"

static const int no_fds[CHANNEL_MAX_FDS] = { -1, -1 };

struct generation {
	const Settings *settings;
	const char *scratch;
	int control;
	int signals;            /* signalfd of SIGCHLD */
	RuleSet *rules;
	Scanner *scanner;
	uid_t uid;              /* who the workers are */
	gid_t gid;
	GHashTable *children;   /* pid -> struct child */
};

/* One worker, as its parent sees it. */
struct child {
	guint32 number;
	char *folder;
	LastWords *words;       /* shared with it */
};

static void
child_free(gpointer data)
{
	struct child *child = data;

	scratch_remove(child->folder);
	g_free(child->folder);
	munmap(child->words, sizeof(*child->words));
	g_free(child);
}

/* --- what it tells ------------------------------------------------------------ */

/* Who opens which containers: "containers TAB reader TAB kinds". */
static void
add_readers(GString *text, const Engine *engine)
{
	g_autofree char *report = container_report(engine);
	g_auto(GStrv) lines = g_strsplit(report, "\n", -1);

	for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
		g_string_append_printf(text, "containers\t%s\n", lines[i]);
}

static char *
summary_of(const RuleSet *rules)
{
	const Engine *engine = ruleset_engine(rules);
	g_autoptr(GString) text = g_string_new(NULL);
	const GPtrArray *databases = engine_databases(engine);

	g_string_append_printf(text, "signatures\t%" G_GUINT64_FORMAT "\n",
	    engine_signature_count(engine));
	for (guint i = 0; i < databases->len; i++) {
		const EngineDatabase *database =
		    g_ptr_array_index(databases, i);

		g_string_append_printf(text, "database\t%s\t%u\t%"
		    G_GINT64_FORMAT "\n", database->path, database->signatures,
		    database->build_time);
	}
	g_string_append_printf(text, "content\t%u\t%u\n",
	    content_rules_count(ruleset_content(rules)),
	    content_rules_unsupported(ruleset_content(rules))->len);
	g_string_append_printf(text, "extensions\t%u\ntypes\t%u\npolicy\t%s\n",
	    attachments_count(ruleset_attachments(rules)),
	    types_count(ruleset_types(rules)), ruleset_fingerprint(rules));
	add_readers(text, engine);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
send_text(int control, char kind, const char *text)
{
	g_autofree GenerationPacket *packet = g_new0(GenerationPacket, 1);
	gsize len = MIN(strlen(text), sizeof(packet->text));

	packet->kind = (guint32)kind;
	memcpy(packet->text, text, len);
	channel_send(control, packet, sizeof(packet->kind) + len, no_fds);
}

/* --- workers -------------------------------------------------------------------- */

static void
tell_death(struct generation *generation, const struct child *child,
    int status)
{
	struct {
		guint32 kind;
		WorkerDeath death;
	} packet = { 'D', {
		.number = child->number,
		.status = status,
		.reason = child->words->reason,
		.call = child->words->number,
	} };

	/* The worker may have written anything, the end of the text too. */
	memcpy(packet.death.text, child->words->text,
	    sizeof(packet.death.text) - 1);
	channel_send(generation->control, &packet, sizeof(packet), no_fds);
}

static void
reap_children(struct generation *generation)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *child = g_hash_table_lookup(generation->children,
		    GINT_TO_POINTER(pid));

		if (child == NULL)
			continue;
		tell_death(generation, child, status);
		g_hash_table_remove(generation->children,
		    GINT_TO_POINTER(pid));
	}
}

/* NULL: no memory, or no room for its folder. */
static struct child *
child_new(const struct generation *generation, guint32 number)
{
	g_autofree char *folder = g_strdup_printf("%s/%u", generation->scratch,
	    number);
	LastWords *words = mmap(NULL, sizeof(*words), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct child *child;

	if (words == MAP_FAILED)
		return NULL;
	child = g_new0(struct child, 1);
	child->number = number;
	child->words = words;
	child->folder = g_steal_pointer(&folder);
	if (mkdir(child->folder, 0700) == 0 && (generation->uid == (uid_t)-1 ||
	    chown(child->folder, generation->uid, generation->gid) == 0))
		return child;
	child_free(child);
	return NULL;
}

/* Descriptors of the generation are not the worker's. */
static G_NORETURN void
become_worker(const struct generation *generation, int socket,
    const struct child *child)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close(generation->control);
	close(generation->signals);
	worker_run(socket, generation->scanner, generation->rules,
	    generation->settings, child->folder, generation->uid,
	    generation->gid, child->words);
}

static void
fork_worker(struct generation *generation, guint32 number, int socket)
{
	struct {
		guint32 kind;
		WorkerStart start;
	} packet = { 'W', { number } };
	struct child *child = child_new(generation, number);
	pid_t pid = child != NULL ? fork() : -1;
	int fds[CHANNEL_MAX_FDS] = { -1, -1 };

	if (pid == 0)
		become_worker(generation, socket, child);
	if (pid != -1) {
		g_hash_table_insert(generation->children, GINT_TO_POINTER(pid),
		    child);
		fds[0] = (int)syscall(SYS_pidfd_open, pid, 0);
	} else if (child != NULL) {
		child_free(child);
	}
	channel_send(generation->control, &packet, sizeof(packet), fds);
	if (fds[0] != -1)
		close(fds[0]);
}

/* FALSE at the end. */
static gboolean
take_request(struct generation *generation)
{
	struct {
		guint32 kind;
		WorkerStart start;
	} packet;
	int fds[CHANNEL_MAX_FDS];
	gssize got = channel_receive(generation->control, &packet,
	    sizeof(packet), fds);

	if (got == (gssize)sizeof(packet) && fds[0] != -1)
		fork_worker(generation, packet.start.number, fds[0]);
	if (fds[0] != -1)
		close(fds[0]);
	return got > 0;
}

static void
serve(struct generation *generation)
{
	struct pollfd fds[] = {
		{ .fd = generation->control, .events = POLLIN },
		{ .fd = generation->signals, .events = POLLIN },
	};
	struct signalfd_siginfo siginfo;
	gboolean goes_on = TRUE;

	while (goes_on) {
		if (poll(fds, G_N_ELEMENTS(fds), -1) == -1)
			continue;
		if (fds[1].revents != 0 && read(generation->signals, &siginfo,
		    sizeof(siginfo)) > 0)
			reap_children(generation);
		if (fds[0].revents != 0)
			goes_on = take_request(generation);
	}
}

/* Who waits for a message has seen its socket close; who spins has not. */
static void
end_children(struct generation *generation)
{
	GHashTableIter iter;
	gpointer pid;

	g_hash_table_iter_init(&iter, generation->children);
	while (g_hash_table_iter_next(&iter, &pid, NULL))
		kill(GPOINTER_TO_INT(pid), SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* --- the process ------------------------------------------------------------------ */

/* The owner's descriptors are not ours: while somebody had them, a socket that
 * it closes would stay open, and its lock of the spool would outlive it. */
static int
keep_descriptor(int control)
{
	const int kept = STDERR_FILENO + 1;

	if (control != kept) {
		dup2(control, kept);
		fcntl(kept, F_SETFD, FD_CLOEXEC);
	}
	if (close_range((unsigned)kept + 1, ~0U, 0) == -1)
		for (int fd = kept + 1; fd < (int)sysconf(_SC_OPEN_MAX); fd++)
			close(fd);
	return kept;
}

static void
reset_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE,
		SIGUSR1, SIGUSR2 };
	sigset_t none;

	/* A terminal's Ctrl-C goes to the whole group: the owner decides when
	 * its children end. */
	for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
		signal(signals[i], signals[i] == SIGINT ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Whether memory runs out: better a set of rules that nobody uses yet, or one
 * message, than the process that answers. */
static void
set_oom_score(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	if (write(fd, score, strlen(score)) == -1)
		g_debug("oom_score_adj: %s", g_strerror(errno));
	close(fd);
}

static gboolean
load(struct generation *generation, GError **error)
{
	const Confinement *confinement = &generation->settings->confinement;
	RuleSources sources = generation->settings->rules;

	/* What costs nothing first. */
	if (!confinement_is_possible(confinement, error) ||
	    !confinement_find_user(confinement, &generation->uid,
	        &generation->gid, error))
		return FALSE;
	confinement_isolate(confinement);
	sources.eval_functions = content_eval_functions();
	generation->rules = ruleset_load(&sources, error);
	if (generation->rules == NULL)
		return FALSE;
	generation->scanner = scanner_new(generation->rules,
	    &generation->settings->policy);
	return TRUE;
}

static int
open_signals(void)
{
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

static G_NORETURN void
run_generation(int control, const Settings *settings, const char *scratch)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *summary = NULL;
	struct generation generation = { .settings = settings,
		.scratch = scratch, .control = keep_descriptor(control) };

	reset_signals();
	set_oom_score("500");
	generation.signals = open_signals();
	generation.children = g_hash_table_new_full(NULL, NULL, NULL,
	    child_free);
	if (!load(&generation, &error)) {
		send_text(generation.control, 'E', error->message);
		_exit(1);
	}
	summary = summary_of(generation.rules);
	send_text(generation.control, 'R', summary);
	serve(&generation);
	end_children(&generation);
	scratch_remove(scratch);
	_exit(0);
}

gboolean
generation_start(const Settings *settings, const char *scratch, int *control,
    pid_t *pid)
{
	int sockets[2], saved_errno;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) ==
	    -1)
		return FALSE;
	*pid = fork();
	if (*pid == 0) {
		close(sockets[0]);
		run_generation(sockets[1], settings, scratch);
	}
	saved_errno = errno;
	close(sockets[1]);
	if (*pid == -1) {
		close(sockets[0]);
		errno = saved_errno;
		return FALSE;
	}
	*control = sockets[0];
	return TRUE;
}
