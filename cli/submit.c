/*
 * cli/submit.c - mailweir submit: put a message into a spool, print the reply.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/inject.h"
#include "spool/settings.h"
#include "spool/submission.h"

/* Exit status: accept the message and deliver it to nobody. */
#define EXIT_DISCARD 99

/* How the answer is given. */
enum style {
	STYLE_REPLY,            /* "552 5.7.0 Illegal Attachment" or "accept" */
	STYLE_EXIM,             /* the reply, or "accept" and header fields */
	STYLE_PIPE,             /* "5.7.0 Illegal Attachment"; Postfix pipe(8) */
};

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

/* Exim's $recipients is one text: addresses with ", " between them. */
static void
add_recipients(Envelope *envelope, const char *text, gboolean is_list)
{
	g_auto(GStrv) list = g_strsplit(text, ", ", is_list ? -1 : 1);

	for (guint i = 0; list[i] != NULL; i++)
		g_ptr_array_add(envelope->recipients, g_strdup(list[i]));
}

/* The answer for trouble on our side, or for a message that is too large. */
static VerdictFile *
own_verdict(const Catalogue *catalogue, const GError *error)
{
	VerdictFile *verdict = g_new0(VerdictFile, 1);
	Verdict outcome = g_error_matches(error, SPOOL_ERROR,
	    SPOOL_ERROR_TOO_LARGE) ? VERDICT_TOO_BIG : VERDICT_DEFER;

	verdict->action = g_strdup(verdict_action(outcome));
	verdict->reply = reply_line(catalogue_reply(catalogue, outcome));
	verdict->reason = g_strdup(error->message);
	verdict->headers = g_ptr_array_new_with_free_func(g_free);
	return verdict;
}

/* NULL and error. The message stays in the spool as long as *submission. */
static VerdictFile *
ask(Spool *spool, const Settings *settings, int fd, Envelope *envelope,
    Submission **submission, GError **error)
{
	*submission = submission_new(spool,
	    settings->policy.max_message_octets, error);
	if (*submission == NULL)
		return NULL;
	submission_limit_unclaimed(*submission,
	    settings->spool.unclaimed_wait_ms);
	if (envelope->format == MESSAGE_FORMAT_EXIM_MBOX ?
	    !submission_link(*submission, fd, error) :
	    !submission_copy(*submission, fd, error))
		return NULL;
	return submission_ask(*submission, envelope, NULL, error);
}

/* Gives the message, which is accepted, back to the mail server. */
static gboolean
give_back(Submission *submission, const Envelope *envelope,
    const char *sendmail, GError **error)
{
	int fd = submission_reopen(submission);

	if (fd != -1)
		return inject(fd, envelope, sendmail, error);
	g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_TEMPFAIL,
	    "the message is gone: %s", g_strerror(errno));
	return FALSE;
}

/* --- the answer ------------------------------------------------------------ */

static int
exit_status(const VerdictFile *verdict, enum style style)
{
	/* For pipe(8) the message is dealt with. */
	if (strcmp(verdict->action, "discard") == 0)
		return style == STYLE_PIPE ? EX_OK : EXIT_DISCARD;
	if (strcmp(verdict->action, "accept") == 0)
		return EX_OK;
	return strcmp(verdict->action, "reject") == 0 ? EX_UNAVAILABLE :
	    EX_TEMPFAIL;
}

static void
print_for_exim(const VerdictFile *verdict)
{
	puts(verdict->reply != NULL ? verdict->reply : verdict->action);
	for (guint i = 0; strcmp(verdict->action, "accept") == 0 &&
	     i < verdict->headers->len; i++)
		puts(g_ptr_array_index(verdict->headers, i));
}

static void
print_answer(const VerdictFile *verdict, enum style style)
{
	/* pipe(8) knows enhanced status codes, but not reply codes, and one
	 * line, of which it would show the end too. */
	if (style == STYLE_EXIM)
		print_for_exim(verdict);
	else if (verdict->reply == NULL && style == STYLE_REPLY)
		puts(verdict->action);
	else if (verdict->reply != NULL && style == STYLE_REPLY)
		puts(verdict->reply);
	else if (verdict->reply != NULL)
		printf("%.*s", (int)strcspn(verdict->reply + 4, "\n"),
		    verdict->reply + 4);
}

/* --- time ------------------------------------------------------------------ */

/* Beyond --wait, for reading the message and giving it back. */
#define GRACE_SECONDS 20

/* What is printed when even that is over; set before the alarm. */
static char last_words[VERDICT_MAX_REPLY_OCTETS + 2];
static gsize n_last_words;

static void
on_alarm(int number)
{
	(void)number;
	if (write(STDOUT_FILENO, last_words, n_last_words) == -1)
		_exit(EX_IOERR);
	_exit(EX_TEMPFAIL);
}

/* Exim and pipe(8) do not watch the clock for us, and standard input or a file
 * system may hang. What is left in the spool then is swept. */
static void
set_alarm(const Catalogue *catalogue, enum style style, guint wait)
{
	g_autofree char *reply = reply_line(catalogue_reply(catalogue,
	    VERDICT_DEFER));

	n_last_words = (gsize)g_snprintf(last_words, sizeof(last_words),
	    "%s%s", style == STYLE_PIPE ? reply + 4 : reply,
	    style == STYLE_PIPE ? "" : "\n");
	signal(SIGALRM, on_alarm);
	alarm(wait + GRACE_SECONDS);
}

/* Exim's ${run} and pipe(8) take standard error for a part of the answer. */
static void
report(enum style style, const char *problem)
{
	if (style == STYLE_REPLY) {
		cli_fail(0, "submit", "%s", problem);
		return;
	}
	openlog("mailweir", LOG_PID, LOG_MAIL);
	syslog(LOG_WARNING, "submit: %s", problem);
}

static int
submit(Spool *spool, const Settings *settings, const Catalogue *catalogue,
    Envelope *envelope, int fd, enum style style, const char *sendmail,
    gboolean is_verbose, GError *error)
{
	g_autoptr(Submission) submission = NULL;
	g_autoptr(VerdictFile) verdict = NULL;
	g_autoptr(GError) problem = error;

	if (problem == NULL)
		verdict = ask(spool, settings, fd, envelope, &submission,
		    &problem);
	if (verdict != NULL && style == STYLE_PIPE &&
	    strcmp(verdict->action, "accept") == 0 &&
	    !give_back(submission, envelope, sendmail, &problem))
		g_clear_pointer(&verdict, verdict_file_free);
	if (verdict == NULL) {
		report(style, problem->message);
		verdict = own_verdict(catalogue, problem);
	}
	print_answer(verdict, style);
	if (is_verbose)
		puts(verdict->reason != NULL ? verdict->reason : "");
	return exit_status(verdict, style);
}

int
cli_submit(int argc, char **argv)
{
	g_autoptr(Envelope) envelope = envelope_new();
	g_autofree char *config = NULL, *sendmail = NULL;
	g_auto(GStrv) recipients = NULL;
	gboolean is_verbose = FALSE, is_exim = FALSE;
	int wait = SUBMISSION_DEFAULT_WAIT;
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
		{ "exim", 0, 0, G_OPTION_ARG_NONE, &is_exim,
		    "FILE is Exim's scan file; below accept, print the header "
		    "fields to add", NULL },
		{ "pipe", 0, 0, G_OPTION_ARG_FILENAME, &sendmail,
		    "Be Postfix's content filter: print 'X.Y.Z text', on "
		    "accept run SENDMAIL", "SENDMAIL" },
		{ "wait", 0, 0, G_OPTION_ARG_INT, &wait,
		    "Seconds to wait for the answer (240)", "SECONDS" },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		{ "verbose", 0, 0, G_OPTION_ARG_NONE, &is_verbose,
		    "Print the reason on a second line", NULL },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = NULL;
	g_autoptr(Catalogue) catalogue = NULL;
	g_autoptr(Spool) spool = NULL;
	enum style style;
	int fd, status;

	if (!cli_parse(&argc, &argv, options, "SPOOL FILE|- [RECIPIENT...]",
	    "Puts a message into SPOOL, waits, and prints the SMTP reply or "
	    "'accept'.\nExit status: 0 accept, 69 refused (5xx), 75 deferred "
	    "(4xx), 99 discard."))
		return EX_USAGE;
	if (argc < 3)
		return cli_fail(EX_USAGE, "submit", "name a spool directory and "
		    "a message file; try 'mailweir submit --help'");
	if (wait < 1 || wait > SUBMISSION_MAX_WAIT)
		return cli_fail(EX_USAGE, "submit", "--wait must be from 1 to "
		    "%d seconds", SUBMISSION_MAX_WAIT);
	if (is_exim && sendmail != NULL)
		return cli_fail(EX_USAGE, "submit",
		    "--exim and --pipe exclude each other");
	style = is_exim ? STYLE_EXIM : sendmail != NULL ? STYLE_PIPE :
	    STYLE_REPLY;
	fd = open_message(argv[2]);
	if (fd == -1)
		return cli_fail(EX_NOINPUT, "submit", "%s: cannot be read: %s",
		    argv[2], errno == EISDIR ? "not a regular file" :
		    g_strerror(errno));
	for (guint i = 0; recipients != NULL && recipients[i] != NULL; i++)
		add_recipients(envelope, recipients[i], is_exim);
	for (int i = 3; i < argc; i++)
		add_recipients(envelope, argv[i], is_exim);
	envelope->format = style == STYLE_EXIM ? MESSAGE_FORMAT_EXIM_MBOX :
	    style == STYLE_PIPE ? MESSAGE_FORMAT_LF : MESSAGE_FORMAT_SMTP_CRLF;
	envelope->wait = (guint)wait;
	envelope->submitter = g_strdup("submit");
	settings = settings_load(config, &error);
	if (settings != NULL)
		catalogue = catalogue_load(settings->rules.replies, &error);
	if (catalogue == NULL)
		catalogue = catalogue_load(NULL, NULL);
	set_alarm(catalogue, style, envelope->wait);
	if (error == NULL)
		spool = spool_open(argv[1], &error);
	if (spool != NULL)
		spool->fsync = settings->spool.fsync;
	status = submit(spool, settings, catalogue, envelope, fd, style,
	    sendmail, is_verbose, g_steal_pointer(&error));
	close(fd);
	return status;
}
