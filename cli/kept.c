/*
 * cli/kept.c - mailweir quarantine and mailweir poison: what has been kept.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/inject.h"
#include "spool/envelope_file.h"
#include "spool/kept.h"
#include "spool/lines.h"
#include "spool/poison.h"
#include "spool/verdict_file.h"

#define DEFAULT_SENDMAIL "/usr/sbin/sendmail"

struct folder {
	const char *name;
	SpoolFolder folder;
	const char *summary;
};

/* The envelope of a kept message; NULL: it cannot be read. */
static Envelope *
read_envelope(Spool *spool, const struct folder *folder, const char *id)
{
	g_autofree char *text = kept_read(spool, folder->folder, id, "env",
	    LINES_MAX_OCTETS);

	return text != NULL ? envelope_file_parse(text, strlen(text), NULL) :
	    NULL;
}

static int
fail_at(const struct folder *folder, const char *id)
{
	return cli_fail(errno == EACCES ? EX_NOPERM : EX_NOINPUT, folder->name,
	    "%s: %s", id, errno == ENOENT ? "there is no such message" :
	    g_strerror(errno));
}

static int
list(Spool *spool, const struct folder *folder)
{
	g_autoptr(GPtrArray) messages = kept_list(spool, folder->folder);

	if (messages == NULL)
		return fail_at(folder, "list");
	for (guint i = 0; i < messages->len; i++) {
		const Kept *kept = g_ptr_array_index(messages, i);
		g_autoptr(GDateTime) time =
		    g_date_time_new_from_unix_local(kept->time);
		g_autofree char *when = g_date_time_format(time, "%F %T");
		g_autofree char *text = kept_read(spool, folder->folder,
		    kept->id, "verdict", LINES_MAX_OCTETS);
		g_autoptr(VerdictFile) verdict = text != NULL ?
		    verdict_file_parse(text, strlen(text), NULL) : NULL;

		printf("%s  %s  %" G_GUINT64_FORMAT "  %s\n", kept->id, when,
		    kept->octets, !kept->is_message ? "(no entry)" :
		    verdict == NULL ? "(no verdict)" :
		    verdict->reason != NULL ? verdict->reason : "");
	}
	return EX_OK;
}

static int
show(Spool *spool, const struct folder *folder, const char *id)
{
	static const char *const suffixes[] = { "env", "verdict", "json" };

	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *text = kept_read(spool, folder->folder, id,
		    suffixes[i], 16 << 20);

		if (text == NULL)
			return fail_at(folder, id);
		puts(g_strchomp(text));
	}
	return EX_OK;
}

/* Gives the message to its recipients; of a poisonous one also forgets that it
 * was. */
static int
release(Spool *spool, const struct folder *folder, const char *id,
    const char *sendmail)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Envelope) envelope = read_envelope(spool, folder, id);
	g_autofree char *name = g_strconcat(id, ".eml", NULL);
	uid_t owner;
	int fd;

	if (envelope == NULL)
		return fail_at(folder, id);
	fd = spool_open_file(spool, folder->folder, name, &owner);
	if (fd == -1)
		return fail_at(folder, id);
	if (!inject(fd, envelope, sendmail, &error))
		return cli_fail(EX_TEMPFAIL, folder->name, "%s: not released: "
		    "%s", id, error->message);
	return kept_delete(spool, folder->folder, id) ? EX_OK :
	    fail_at(folder, id);
}

/* A poisonous message was not accepted: its sender tries again, and then it is
 * scanned. */
static int
forget(Spool *spool, const struct folder *folder, const char *id)
{
	gboolean is_forgotten = poison_forget(spool, id);

	return kept_delete(spool, folder->folder, id) || is_forgotten ?
	    EX_OK : fail_at(folder, id);
}

static int
run(Spool *spool, const struct folder *folder, const char *verb,
    const char *id, const char *sendmail)
{
	if (strcmp(verb, "show") == 0)
		return show(spool, folder, id);
	if (strcmp(verb, "delete") == 0)
		return kept_delete(spool, folder->folder, id) ? EX_OK :
		    fail_at(folder, id);
	return folder->folder == SPOOL_CORRUPT ? forget(spool, folder, id) :
	    release(spool, folder, id, sendmail);
}

static int
kept(int argc, char **argv, const struct folder *folder)
{
	static const char *const verbs[] = { "show", "release", "delete",
		NULL };
	g_autofree char *sendmail = NULL;
	const GOptionEntry options[] = {
		{ "sendmail", 0, 0, G_OPTION_ARG_FILENAME, &sendmail,
		    "Program that takes a released message ("
		    DEFAULT_SENDMAIL ")", "SENDMAIL" },
		G_OPTION_ENTRY_NULL
	};
	const GOptionEntry none[] = { G_OPTION_ENTRY_NULL };
	gboolean is_quarantine = folder->folder == SPOOL_QUARANTINE;
	g_autoptr(GError) error = NULL;
	g_autoptr(Spool) spool = NULL;
	int worst = EX_OK;

	if (!cli_parse(&argc, &argv, is_quarantine ? options : none,
	    "list SPOOL | show|release|delete SPOOL ID...", folder->summary))
		return EX_USAGE;
	if (!(argc == 3 && strcmp(argv[1], "list") == 0) &&
	    !(argc > 3 && g_strv_contains(verbs, argv[1])))
		return cli_fail(EX_USAGE, folder->name, "say 'list SPOOL' or "
		    "'show|release|delete SPOOL ID...'; try 'mailweir %s "
		    "--help'", folder->name);
	spool = spool_open(argv[2], &error);
	if (spool == NULL)
		return cli_fail(EX_NOINPUT, folder->name, "%s",
		    error->message);
	if (argc == 3)
		return list(spool, folder);
	for (int i = 3; i < argc; i++) {
		int status = run(spool, folder, argv[1], argv[i],
		    sendmail != NULL ? sendmail : DEFAULT_SENDMAIL);

		worst = status != EX_OK ? status : worst;
	}
	return worst;
}

int
cli_quarantine(int argc, char **argv)
{
	static const struct folder folder = { "quarantine", SPOOL_QUARANTINE,
		"Lists and shows the messages that are kept in quarantine, "
		"releases them to\ntheir recipients, or deletes them." };

	return kept(argc, argv, &folder);
}

int
cli_poison(int argc, char **argv)
{
	static const struct folder folder = { "poison", SPOOL_CORRUPT,
		"Lists and shows the messages that could not be scanned "
		"because they killed\nevery worker that tried, deletes them, "
		"or releases them: forgotten, they are\nscanned again when "
		"their senders try again." };

	return kept(argc, argv, &folder);
}
