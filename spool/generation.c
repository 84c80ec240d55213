/*
 * spool/generation.c - the process that holds one rule set and forks workers.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/content_eval.h"
#include "scanner/scan.h"
#include "signatures/ruleset.h"
#include "spool/envelope_file.h"
#include "spool/generation.h"
#include "spool/scratch.h"

gboolean
generation_send(int socket, const void *octets, gsize len, const int fds[2])
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)octets, len };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	gsize n = (fds[0] != -1) + (gsize)(fds[1] != -1);
	ssize_t sent;

	if (n > 0) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(n * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, n * sizeof(int));
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	return sent == (ssize_t)len;
}

gssize
generation_receive(int socket, void *octets, gsize size, int fds[2])
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec iov = { octets, size };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	ssize_t got;

	fds[0] = fds[1] = -1;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got == -1 && errno == EINTR);
	if (got == -1)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_level == SOL_SOCKET &&
	    header->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(header),
		    MIN(header->cmsg_len - CMSG_LEN(0), 2 * sizeof(int)));
	return got;
}

/* --- the worker ----------------------------------------------------------- */

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
answer(int socket, const Scanner *scanner, int envelope_fd, int message_fd)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Envelope) envelope = envelope_file_read(envelope_fd, &error);
	g_autoptr(Record) record = NULL;
	g_autofree char *json = NULL;
	guint32 len;

	/* The owner has written the text itself: this is a bug of ours. */
	if (envelope == NULL)
		return FALSE;
	record = scanner_scan(scanner, envelope, message_fd);
	json = record_to_json(record);
	len = (guint32)strlen(json);
	return write_all(socket, &len, sizeof(len)) &&
	    write_all(socket, json, len);
}

/* Here the worker gives up what it does not need before the first octet of
 * mail is read: a core dump would hold somebody's mail. */
static void
confine_worker(void)
{
	static const struct rlimit no_core = { 0, 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &no_core);
}

/* A worker's own folder. Caller frees. */
static char *
scratch_of(const char *scratch, pid_t pid)
{
	return g_strdup_printf("%s/%d", scratch, (int)pid);
}

static G_NORETURN void
run_worker(int socket, const RuleSet *rules, const Scanner *scanner,
    const char *scratch)
{
	g_autofree char *folder = scratch_of(scratch, getpid());
	char octet;
	int fds[2];

	if (mkdir(folder, 0700) == -1 ||
	    !engine_set_scratch(ruleset_engine(rules), folder))
		_exit(1);
	confine_worker();
	while (generation_receive(socket, &octet, 1, fds) == 1) {
		gboolean is_answered = fds[0] != -1 && fds[1] != -1 &&
		    answer(socket, scanner, fds[0], fds[1]);

		close(fds[0]);
		close(fds[1]);
		if (!is_answered)
			_exit(1);
	}
	_exit(0);
}

/* --- the generation --------------------------------------------------------- */

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
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
send_text(int control, char kind, const char *text)
{
	static const int no_fds[2] = { -1, -1 };
	g_autofree char *packet = g_strdup_printf("%c%s", kind, text);

	generation_send(control, packet,
	    MIN(strlen(packet), GENERATION_MAX_PACKET), no_fds);
}

/* The owner watches the workers; here they are only waited for, and what they
 * have left is removed. */
static void
reap_workers(int options, const char *scratch)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, options)) > 0) {
		g_autofree char *folder = scratch_of(scratch, pid);

		scratch_remove(folder);
	}
}

/* The owner stops waiting when the answer does not come: nothing to undo. */
static void
fork_worker(int control, int socket, const RuleSet *rules,
    const Scanner *scanner, const char *scratch)
{
	pid_t pid = fork();
	int fds[2] = { -1, -1 };

	if (pid == 0) {
		close(control);
		run_worker(socket, rules, scanner, scratch);
	}
	if (pid != -1)
		fds[0] = (int)syscall(SYS_pidfd_open, pid, 0);
	generation_send(control, "W", 1, fds);
	if (fds[0] != -1)
		close(fds[0]);
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

static G_NORETURN void
run_generation(int control, const Settings *settings, const char *scratch)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *summary = NULL;
	RuleSources sources = settings->rules;
	RuleSet *rules;
	Scanner *scanner;
	char octet;
	int fds[2];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	reset_signals();
	sources.eval_functions = content_eval_functions();
	rules = ruleset_load(&sources, &error);
	if (rules == NULL) {
		send_text(control, 'E', error->message);
		_exit(1);
	}
	scanner = scanner_new(rules, &settings->policy);
	summary = summary_of(rules);
	send_text(control, 'R', summary);
	while (generation_receive(control, &octet, 1, fds) == 1) {
		reap_workers(WNOHANG, scratch);
		if (fds[0] != -1) {
			fork_worker(control, fds[0], rules, scanner,
			    scratch);
			close(fds[0]);
		}
	}
	reap_workers(0, scratch);
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
