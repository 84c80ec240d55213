/*
 * milter/main.c - mailweir-milter: the filter that Postfix and Sendmail ask.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/session.h"
#include "spool/settings.h"
#include "spool/submission.h"

/* How long messages under way may take to be answered 451 at the end. */
#define STOP_SECONDS 5

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

static gboolean
open_socket(char *listen, const char *group)
{
	const char *path = socket_path(listen);
	struct stat status;

	if (path != NULL && lstat(path, &status) == 0 &&
	    !S_ISSOCK(status.st_mode)) {
		fail(EX_CANTCREAT, "%s: is there, and is no socket", path);
		return FALSE;
	}
	umask(0117);
	if (smfi_setconn(listen) == MI_FAILURE ||
	    smfi_opensocket(path != NULL) == MI_FAILURE) {
		fail(EX_CANTCREAT, "cannot listen on %s: %s", listen,
		    g_strerror(errno));
		return FALSE;
	}
	return path == NULL || give_socket(path, group);
}

/* Messages that wait are answered 451, and leave nothing in the spool. */
static void
finish(SessionShared *shared)
{
	gint64 until = g_get_monotonic_time() +
	    STOP_SECONDS * G_USEC_PER_SEC;

	waiter_stop(shared->waiter);
	while (g_atomic_int_get(&shared->n_messages) > 0 &&
	    g_get_monotonic_time() < until)
		g_usleep(10000);
}

static int
serve(char *listen, const char *group, SessionShared *shared)
{
	/* libmilter opens no socket before it knows the callbacks. */
	if (smfi_register(session_callbacks) == MI_FAILURE)
		return fail(EX_SOFTWARE, "libmilter takes no callbacks");
	if (!open_socket(listen, group))
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
	    *group = NULL;
	int wait = SUBMISSION_DEFAULT_WAIT;
	const GOptionEntry options[] = {
		{ "listen", 0, 0, G_OPTION_ARG_STRING, &listen,
		    "Where the mail server connects", "unix:PATH" },
		{ "spool", 0, 0, G_OPTION_ARG_FILENAME, &path,
		    "Spool directory", "SPOOL" },
		{ "group", 0, 0, G_OPTION_ARG_STRING, &group,
		    "Group that may connect to the socket", "GROUP" },
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
	settings = settings_load(config, &error);
	if (settings != NULL)
		catalogue = catalogue_load(settings->rules.replies, &error);
	if (catalogue == NULL)
		return fail(EX_CONFIG, "%s", error->message);
	spool = spool_open(path, &error);
	if (spool == NULL)
		return fail(EX_NOINPUT, "%s", error->message);
	/* libmilter has a thread that waits for signals: no other takes them. */
	sigfillset(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	shared.spool = spool;
	shared.catalogue = catalogue;
	shared.max_message_octets = settings->policy.max_message_octets;
	shared.wait = (guint)wait;
	shared.waiter = waiter_new(&error);
	if (shared.waiter == NULL)
		return fail(EX_OSERR, "%s", error->message);
	/* Sessions may still run: what they share lives as long as we do. */
	exit(serve(listen, group, &shared));
}
