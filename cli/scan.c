/*
 * cli/scan.c - mailweir scan: examine message files and say what is wrong.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/batch.h"
#include "cli/cli.h"
#include "cli/report.h"

/* From so many files on a terminal shows how far the run is. */
#define PROGRESS_FROM_FILES 20

struct run {
	guint n_files;
	gboolean is_json;
	gboolean use_colour;
	gboolean shows_progress;
	gboolean has_unreadable;
	ReportTotals totals;
};

static void
on_answer(const char *file, const Record *record, gboolean is_readable,
    gpointer data)
{
	struct run *run = data;

	report_count(&run->totals, record);
	run->has_unreadable |= !is_readable;
	if (run->shows_progress)
		fprintf(stderr, "\r\033[K");
	if (run->is_json) {
		g_autofree char *json = record_to_json(record);

		puts(json);
	} else {
		report_print(file, record, run->use_colour);
	}
	if (run->shows_progress && run->totals.messages < run->n_files)
		fprintf(stderr, "%u of %u", run->totals.messages, run->n_files);
	fflush(stdout);
}

/* One name a line; "-" is standard input. */
static gboolean
add_listed_files(GPtrArray *files, const char *list, GError **error)
{
	g_autoptr(GIOChannel) channel = strcmp(list, "-") == 0 ?
	    g_io_channel_unix_new(STDIN_FILENO) :
	    g_io_channel_new_file(list, "r", error);
	GIOStatus status;
	char *line = NULL;
	gsize end;

	if (channel == NULL)
		return FALSE;
	/* File names are octets, not text. */
	g_io_channel_set_encoding(channel, NULL, NULL);
	while ((status = g_io_channel_read_line(channel, &line, NULL, &end,
	    error)) == G_IO_STATUS_NORMAL) {
		line[end] = '\0';
		if (*line != '\0')
			g_ptr_array_add(files, line);
		else
			g_free(line);
	}
	return status == G_IO_STATUS_EOF;
}

static int
exit_status(const struct run *run)
{
	if (run->has_unreadable)
		return EX_NOINPUT;
	if (run->totals.refused > 0)
		return 1;
	return run->totals.deferred > 0 ? 2 : EX_OK;
}

int
cli_scan(int argc, char **argv)
{
	g_autofree char *config = NULL, *list = NULL;
	g_auto(GStrv) databases = NULL;
	gboolean is_json = FALSE;
	int jobs = 0;
	const GOptionEntry options[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &is_json,
		    "Print one verdict record a line", NULL },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		{ "database", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &databases,
		    "One more ClamAV database, file or directory", "DIR" },
		{ "jobs", 0, 0, G_OPTION_ARG_INT, &jobs,
		    "Messages to examine at the same time", "N" },
		{ "files-from", 0, 0, G_OPTION_ARG_FILENAME, &list,
		    "Read the names of the files from LIST, one a line",
		    "LIST" },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = NULL;
	struct run run = { 0 };

	if (!cli_parse(&argc, &argv, options, "FILE... | DIR | -",
	    "Examines messages as a mail server's worker does, and reports."))
		return EX_USAGE;
	if (argc < 2 && list == NULL)
		return cli_fail(EX_USAGE, "scan", "name a message file, a "
		    "directory, or - for standard input");
	if (jobs < 0 || jobs > 256)
		return cli_fail(EX_USAGE, "scan", "--jobs must be from 1 to 256");
	settings = settings_load(config, &error);
	if (settings == NULL)
		return cli_fail(EX_CONFIG, "scan", "%s", error->message);
	settings_add_databases(settings, databases);
	for (int i = 1; i < argc; i++)
		if (!batch_add_path(files, argv[i], NULL, &error))
			return cli_fail(EX_NOINPUT, "scan", "%s",
			    error->message);
	if (list != NULL && !add_listed_files(files, list, &error))
		return cli_fail(EX_NOINPUT, "scan", "--files-from: %s",
		    error->message);
	settings->workers = MAX(MIN(jobs > 0 ? (guint)jobs :
	    g_get_num_processors(), files->len), 1);
	run.n_files = files->len;
	run.is_json = is_json;
	run.use_colour = isatty(STDOUT_FILENO) && g_getenv("NO_COLOR") == NULL;
	run.shows_progress = isatty(STDERR_FILENO) &&
	    files->len >= PROGRESS_FROM_FILES;
	if (!batch_scan(settings, files, on_answer, &run, &error))
		return cli_fail(EX_CONFIG, "scan", "%s", error->message);
	if (!is_json)
		report_print_totals(&run.totals, run.use_colour);
	return exit_status(&run);
}
