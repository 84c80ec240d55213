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
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/session.h"

/* At the end, how long messages that wait may go on waiting, and then how long
 * it may take to answer the others 451. */
#define STOP_SECONDS 5
/* libmilter gives no sign when it has sent the last answer. */
#define SEND_MICROSECONDS (G_USEC_PER_SEC / 2)
/* Connections that the kernel holds until they are accepted. */
#define BACKLOG 200

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
		adapter_fail(EX_NOUSER, "--group: there is no group '%s'",
		    group);
		return FALSE;
	}
	if (chown(path, (uid_t)-1, entry->gr_gid) == 0)
		return TRUE;
	adapter_fail(EX_NOPERM, "%s: cannot be given to group '%s': %s", path,
	    group, g_strerror(errno));
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
		adapter_fail(EX_CANTCREAT, "%s: the path of a socket has at "
		    "most %u octets", path,
		    (guint)sizeof(address.sun_path) - 1);
		return FALSE;
	}
	if (lstat(path, &status) == -1)
		return TRUE;
	if (!S_ISSOCK(status.st_mode)) {
		adapter_fail(EX_CANTCREAT, "%s: is there, and is no socket",
		    path);
		return FALSE;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	is_answered = fd != -1 && connect(fd,
	    (const struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd != -1)
		close(fd);
	if (is_answered)
		adapter_fail(EX_CANTCREAT, "%s: another instance listens "
		    "there; stop it first", path);
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
		adapter_fail(EX_CANTCREAT, "cannot listen on %s: %s", listen,
		    g_strerror(errno));
		return FALSE;
	}
	umask(0077);
	return path == NULL || give_socket(path, group);
}

/* Messages get their answers, or 451, and leave nothing in the spool. */
static void
finish(Adapter *adapter)
{
	adapter_await(adapter, STOP_SECONDS);
	waiter_stop(adapter->waiter);
	adapter_await(adapter, STOP_SECONDS);
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
serve(char *listen, const char *group, mode_t mode, Adapter *adapter)
{
	/* libmilter opens no socket before it knows the callbacks. */
	if (smfi_register(session_callbacks) == MI_FAILURE)
		return adapter_fail(EX_SOFTWARE,
		    "libmilter takes no callbacks");
	if (!open_socket(listen, group, mode))
		return EX_CANTCREAT;
	session_share(adapter);
	fprintf(stderr, "ready: %s\n", listen);
	if (smfi_main() == MI_FAILURE)
		return adapter_fail(EX_SOFTWARE, "%s: libmilter gave up",
		    listen);
	finish(adapter);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	g_autofree char *listen = NULL, *group = NULL, *mode_text = NULL;
	mode_t mode = 0660;
	const GOptionEntry options[] = {
		{ "listen", 0, 0, G_OPTION_ARG_STRING, &listen,
		    "Where the mail server connects", "unix:PATH" },
		{ "group", 0, 0, G_OPTION_ARG_STRING, &group,
		    "Group that may connect to the socket", "GROUP" },
		{ "mode", 0, 0, G_OPTION_ARG_STRING, &mode_text,
		    "Mode of the socket (660)", "OCTAL" },
		G_OPTION_ENTRY_NULL
	};
	/* At the end sessions may still run. */
	static Adapter adapter;
	sigset_t signals;
	int status;

	setlocale(LC_ALL, "");
	g_set_prgname("mailweir-milter");
	/* libmilter has a thread that waits for signals: no other takes them. */
	sigfillset(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	allow_descriptors();
	status = adapter_open(&adapter, "Asks the spool about every message "
	    "before Postfix or Sendmail accepts it.", options, argc, argv);
	if (status != EX_OK)
		return status;
	if (listen == NULL)
		return adapter_fail(EX_USAGE, "--listen is needed; try --help");
	if (!parse_mode(mode_text, &mode))
		return adapter_fail(EX_USAGE, "--mode must be octal, at most "
		    "777");
	/* libmilter may still use listen. */
	exit(serve(listen, group, mode, &adapter));
}
