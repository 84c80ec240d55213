/*
 * cli/submit.c - mailweir submit: put a message into a spool, print the reply.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/cli.h"
#include "spool/settings.h"
#include "spool/submitter.h"

/* Seconds; below the five minutes that MTAs give a filter. */
#define DEFAULT_WAIT 240
#define MAX_WAIT 3600

/* Without a verdict the reply is the one for trouble on our side. */
static int
print_deferral(const char *config, const char *problem)
{
	g_autoptr(Settings) settings = settings_load(config, NULL);
	g_autoptr(Catalogue) catalogue = catalogue_load(settings != NULL ?
	    settings->rules.replies : NULL, NULL);
	g_autofree char *line = NULL;

	cli_fail(EX_TEMPFAIL, "submit", "%s", problem);
	if (catalogue == NULL)
		catalogue = catalogue_load(NULL, NULL);
	line = reply_line(catalogue_reply(catalogue, VERDICT_DEFER));
	puts(line);
	return EX_TEMPFAIL;
}

static int
open_message(const char *file)
{
	struct stat status;
	int fd = strcmp(file, "-") == 0 ? dup(STDIN_FILENO) :
	    open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1 || strcmp(file, "-") == 0)
		return fd;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		return fd;
	close(fd);
	errno = EISDIR;
	return -1;
}

int
cli_submit(int argc, char **argv)
{
	g_autoptr(Envelope) envelope = envelope_new();
	g_autofree char *config = NULL;
	g_auto(GStrv) recipients = NULL;
	gboolean is_verbose = FALSE;
	int wait = DEFAULT_WAIT;
	const GOptionEntry options[] = {
		{ "sender", 0, 0, G_OPTION_ARG_STRING,
		    &envelope->reverse_path, "Reverse-path; '' is <>",
		    "ADDRESS" },
		{ "recipient", 0, 0, G_OPTION_ARG_STRING_ARRAY, &recipients,
		    "Recipient; may be repeated", "ADDRESS" },
		{ "client-address", 0, 0, G_OPTION_ARG_STRING,
		    &envelope->client_address, "IP address of the client",
		    "IP" },
		{ "client-name", 0, 0, G_OPTION_ARG_STRING,
		    &envelope->client_name, "Host name of the client", "NAME" },
		{ "helo", 0, 0, G_OPTION_ARG_STRING, &envelope->helo,
		    "What the client said in HELO", "NAME" },
		{ "queue-id", 0, 0, G_OPTION_ARG_STRING, &envelope->queue_id,
		    "The mail server's name for the message", "ID" },
		{ "wait", 0, 0, G_OPTION_ARG_INT, &wait,
		    "Seconds to wait for the answer (240)", "SECONDS" },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		{ "verbose", 0, 0, G_OPTION_ARG_NONE, &is_verbose,
		    "Print the reason on a second line", NULL },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Spool) spool = NULL;
	g_autoptr(VerdictFile) verdict = NULL;
	int fd;

	if (!cli_parse(&argc, &argv, options, "SPOOL FILE|-",
	    "Puts a message into SPOOL, waits, and prints the SMTP reply or "
	    "'accept'.\nExit status: 0 accept, 69 refused (5xx), 75 deferred "
	    "(4xx)."))
		return EX_USAGE;
	if (argc != 3)
		return cli_fail(EX_USAGE, "submit", "name a spool directory and "
		    "a message file; try 'mailweir submit --help'");
	if (wait < 1 || wait > MAX_WAIT)
		return cli_fail(EX_USAGE, "submit",
		    "--wait must be from 1 to %d seconds", MAX_WAIT);
	fd = open_message(argv[2]);
	if (fd == -1)
		return cli_fail(EX_NOINPUT, "submit", "%s: cannot be read: %s",
		    argv[2], errno == EISDIR ? "not a regular file" :
		    g_strerror(errno));
	for (guint i = 0; recipients != NULL && recipients[i] != NULL; i++)
		g_ptr_array_add(envelope->recipients,
		    g_strdup(recipients[i]));
	envelope->wait = (guint)wait;
	envelope->submitter = g_strdup("submit");
	spool = spool_open(argv[1], &error);
	if (spool != NULL)
		verdict = submitter_submit(spool, envelope, fd, &error);
	close(fd);
	if (verdict == NULL)
		return print_deferral(config, error->message);
	puts(verdict->reply != NULL ? verdict->reply : "accept");
	if (is_verbose)
		puts(verdict->reason != NULL ? verdict->reason : "");
	if (strcmp(verdict->action, "accept") == 0)
		return EX_OK;
	return strcmp(verdict->action, "reject") == 0 ? EX_UNAVAILABLE :
	    EX_TEMPFAIL;
}
