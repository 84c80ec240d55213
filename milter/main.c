/*
 * milter/main.c - mailweir-milter: the filter that Postfix and Sendmail ask.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/session.h"
#include "spool/settings.h"
#include "spool/submission.h"

/* At the end, how long messages that wait may go on waiting, and then how long
 * it may take to answer the others 451. */
#define STOP_SECONDS 5
/* libmilter gives no sign when it has sent the last answer. */
#define SEND_MICROSECONDS (G_USEC_PER_SEC / 2)
/* Connections that the kernel holds until they are accepted. */
#define BACKLOG 200

static int G_GNUC_PRINTF(2, 3)
fail(int status, const char *format, ...)
{
	va_list arguments;

	fputs("mailweir-milter: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

/* The path of "unix:PATH"; NULL: another kind of socket. Borrowed. */
static const char *
socket_path(const char *listen)
{
	return g_str_has_prefix(listen, "unix:") ? listen + strlen("unix:") :
	    NULL;
}

/* Who may connect may have mail examined, and nothing else: the mail server,
 * by the socket's group. */
static gboolean
give_socket(const char *path, const char *group)
{
	const struct group *entry = group != NULL ? getgrnam(group) : NULL;

	if (group == NULL)
		return TRUE;
	if (entry == NULL) {
		fail(EX_NOUSER, "--group: there is no group '%s'", group);
		return FALSE;
	}
	if (chown(path, (uid_t)-1, entry->gr_gid) == 0)
		return TRUE;
	fail(EX_NOPERM, "%s: cannot be given to group '%s': %s", path, group,
	    g_strerror(errno));
	return FALSE;
}

/* Whether path is free: missing, or left by an instance that is gone. */
static gboolean
is_free(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat status;
	gboolean is_answered;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		fail(EX_CANTCREAT, "%s: the path of a socket has at most %u "
		    "octets", path, (guint)sizeof(address.sun_path) - 1);
		return FALSE;
	}
	if (lstat(path, &status) == -1)
		return TRUE;
	if (!S_ISSOCK(status.st_mode)) {
		fail(EX_CANTCREAT, "%s: is there, and is no socket", path);
		return FALSE;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	is_answered = fd != -1 && connect(fd,
	    (const struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd != -1)
		close(fd);
	if (is_answered)
		fail(EX_CANTCREAT, "%s: another instance listens there; stop "
		    "it first", path);
	return !is_answered;
}

static gboolean
open_socket(char *listen, const char *group, mode_t mode)
{
	const char *path = socket_path(listen);

	if (path != NULL && !is_free(path))
		return FALSE;
	umask(~mode & 0777);
	if (smfi_setconn(listen) == MI_FAILURE ||
	    smfi_setbacklog(BACKLOG) == MI_FAILURE ||
	    smfi_opensocket(path != NULL) == MI_FAILURE) {
		fail(EX_CANTCREAT, "cannot listen on %s: %s", listen,
		    g_strerror(errno));
		return FALSE;
	}
	umask(0077);
	return path == NULL || give_socket(path, group);
}

static void
await_messages(SessionShared *shared)
{
	gint64 until = g_get_monotonic_time() +
	    STOP_SECONDS * G_USEC_PER_SEC;

	while (g_atomic_int_get(&shared->n_messages) > 0 &&
	    g_get_monotonic_time() < until)
		g_usleep(10000);
}

/* Messages get their answers, or 451, and leave nothing in the spool. */
static void
finish(SessionShared *shared)
{
	await_messages(shared);
	waiter_stop(shared->waiter);
	await_messages(shared);
	g_usleep(SEND_MICROSECONDS);
}

/* A message that waits takes two descriptors, and a few while it arrives. */
static void
allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* "660". FALSE: it is no mode. */
static gboolean
parse_mode(const char *text, mode_t *mode)
{
	guint64 value;
	char *end;

	if (text == NULL)
		return TRUE;
	value = g_ascii_strtoull(text, &end, 8);
	*mode = (mode_t)value;
	return g_ascii_isdigit(*text) && *end == '\0' && value <= 0777;
}

static int
serve(char *listen, const char *group, mode_t mode, SessionShared *shared)
{
	/* libmilter opens no socket before it knows the callbacks. */
	if (smfi_register(session_callbacks) == MI_FAILURE)
		return fail(EX_SOFTWARE, "libmilter takes no callbacks");
	if (!open_socket(listen, group, mode))
		return EX_CANTCREAT;
	session_share(shared);
	fprintf(stderr, "ready: %s\n", listen);
	if (smfi_main() == MI_FAILURE)
		return fail(EX_SOFTWARE, "%s: libmilter gave up", listen);
	finish(shared);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	g_autofree char *listen = NULL, *path = NULL, *config = NULL,
	    *group = NULL, *mode_text = NULL;
	mode_t mode = 0660;
	int wait = SUBMISSION_DEFAULT_WAIT;
	const GOptionEntry options[] = {
		{ "listen", 0, 0, G_OPTION_ARG_STRING, &listen,
		    "Where the mail server connects", "unix:PATH" },
		{ "spool", 0, 0, G_OPTION_ARG_FILENAME, &path,
		    "Spool directory", "SPOOL" },
		{ "group", 0, 0, G_OPTION_ARG_STRING, &group,
		    "Group that may connect to the socket", "GROUP" },
		{ "mode", 0, 0, G_OPTION_ARG_STRING, &mode_text,
		    "Mode of the socket (660)", "OCTAL" },
		{ "wait", 0, 0, G_OPTION_ARG_INT, &wait,
		    "Seconds to wait for an answer (240)", "SECONDS" },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = NULL;
	g_autoptr(Catalogue) catalogue = NULL;
	g_autoptr(Spool) spool = NULL;
	SessionShared shared = { 0 };
	sigset_t signals;

	setlocale(LC_ALL, "");
	g_option_context_set_summary(context, "Asks the spool about every "
	    "message before Postfix or Sendmail accepts it.");
	g_option_context_add_main_entries(context, options, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return fail(EX_USAGE, "%s; try --help", error->message);
	if (argc != 1 || listen == NULL || path == NULL)
		return fail(EX_USAGE, "--listen and --spool are needed, and "
		    "nothing else; try --help");
	if (wait < 1 || wait > SUBMISSION_MAX_WAIT)
		return fail(EX_USAGE, "--wait must be from 1 to %d seconds",
		    SUBMISSION_MAX_WAIT);
	if (!parse_mode(mode_text, &mode))
		return fail(EX_USAGE, "--mode must be octal, at most 777");
	settings = settings_load(config, &error);
	if (settings != NULL)
		catalogue = catalogue_load(settings->rules.replies, &error);
	if (catalogue == NULL)
		return fail(EX_CONFIG, "%s", error->message);
	spool = spool_open(path, &error);
	if (spool == NULL)
		return fail(EX_NOINPUT, "%s", error->message);
	spool->fsync = settings->spool.fsync;
	/* libmilter has a thread that waits for signals: no other takes them. */
	sigfillset(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	shared.spool = spool;
	shared.catalogue = catalogue;
	shared.max_message_octets = settings->policy.max_message_octets;
	shared.wait = (guint)wait;
	allow_descriptors();
	shared.waiter = waiter_new(&error);
	if (shared.waiter == NULL)
		return fail(EX_OSERR, "%s", error->message);
	/* Sessions may still run: what they share lives as long as we do. */
	exit(serve(listen, group, mode, &shared));
}
