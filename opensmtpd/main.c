/*
 * opensmtpd/main.c - mailweir-opensmtpd: the filter that OpenSMTPD runs.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "opensmtpd/session.h"
#include "spool/settings.h"
#include "spool/submission.h"

/* At the end, how long answers that are on their way may take. */
#define STOP_SECONDS 5

static int G_GNUC_PRINTF(2, 3)
fail(int status, const char *format, ...)
{
	va_list arguments;

	fputs("mailweir-opensmtpd: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

/* Until OpenSMTPD closes standard input: a filter must not leave before. */
static int
serve(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) != -1) {
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (strcmp(line, "config|ready") == 0)
			sessions_register();
		else if (!g_str_has_prefix(line, "config|") &&
		    !sessions_line(line))
			return fail(EX_PROTOCOL, "this is not the protocol "
			    "of OpenSMTPD 6.7 or later");
	}
	free(line);
	return EX_OK;
}

static void
finish(SessionShared *shared)
{
	gint64 until = g_get_monotonic_time() +
	    STOP_SECONDS * G_USEC_PER_SEC;

	waiter_stop(shared->waiter);
	while (g_atomic_int_get(&shared->n_waiting) > 0 &&
	    g_get_monotonic_time() < until)
		g_usleep(10000);
}

int
main(int argc, char **argv)
{
	g_autofree char *path = NULL, *config = NULL;
	int wait = SUBMISSION_DEFAULT_WAIT, status;
	const GOptionEntry options[] = {
		{ "spool", 0, 0, G_OPTION_ARG_FILENAME, &path,
		    "Spool directory", "SPOOL" },
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

	g_option_context_set_summary(context, "Asks the spool about every "
	    "message before OpenSMTPD accepts it: a filter (proc-exec).");
	g_option_context_add_main_entries(context, options, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return fail(EX_USAGE, "%s; try --help", error->message);
	if (argc != 1 || path == NULL)
		return fail(EX_USAGE, "--spool is needed; try --help");
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
	signal(SIGPIPE, SIG_IGN);
	shared.spool = spool;
	shared.catalogue = catalogue;
	shared.max_message_octets = settings->policy.max_message_octets;
	shared.wait = (guint)wait;
	shared.waiter = waiter_new(&error);
	if (shared.waiter == NULL)
		return fail(EX_OSERR, "%s", error->message);
	sessions_start(&shared);
	status = serve();
	finish(&shared);
	/* Threads may still run: what they share lives as long as we do. */
	exit(status);
}
