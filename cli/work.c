/*
 * cli/work.c - mailweir work: answer the messages that arrive in a spool.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <sysexits.h>

#include "cli/cli.h"
#include "spool/layout.h"
#include "spool/supervisor.h"

static int
exit_status(const GError *error)
{
	if (error->domain != SPOOL_ERROR)
		return EX_CONFIG;
	switch ((SpoolError)error->code) {
	case SPOOL_ERROR_NOT_A_SPOOL:
		return EX_NOINPUT;
	case SPOOL_ERROR_ACCESS:
		return EX_NOPERM;
	case SPOOL_ERROR_IN_USE:
	case SPOOL_ERROR_TEMPFAIL:
		return EX_TEMPFAIL;
	case SPOOL_ERROR_CORRUPT:
	case SPOOL_ERROR_TOO_LARGE:
		break;
	}
	return EX_DATAERR;
}

int
cli_work(int argc, char **argv)
{
	g_autofree char *config = NULL;
	gboolean once = FALSE;
	int workers = 0;
	const GOptionEntry options[] = {
		{ "once", 0, 0, G_OPTION_ARG_NONE, &once,
		    "Leave when nothing waits", NULL },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		{ "workers", 0, 0, G_OPTION_ARG_INT, &workers,
		    "Worker processes", "N" },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = NULL;
	g_autoptr(Spool) spool = NULL;

	if (!cli_parse(&argc, &argv, options, "SPOOL",
	    "Answers the messages that arrive in SPOOL until it is stopped "
	    "(SIGTERM); an empty directory becomes a spool."))
		return EX_USAGE;
	if (argc != 2)
		return cli_fail(EX_USAGE, "work",
		    "name one spool directory; try 'mailweir work --help'");
	if (workers < 0 || workers > 256)
		return cli_fail(EX_USAGE, "work",
		    "--workers must be from 1 to 256");
	settings = settings_load(config, &error);
	if (settings == NULL)
		return cli_fail(EX_CONFIG, "work", "%s", error->message);
	if (workers > 0)
		settings_set_workers(settings, (guint)workers);
	if (g_file_test(argv[1], G_FILE_TEST_IS_DIR) &&
	    spool_is_empty(argv[1]) && !spool_init(argv[1],
	    &SPOOL_OWNERS_UNCHANGED, &error))
		return cli_fail(EX_CANTCREAT, "work", "%s", error->message);
	spool = spool_open(argv[1], &error);
	if (spool == NULL ||
	    !supervisor_run(spool, settings, once, &error))
		return cli_fail(exit_status(error), "work", "%s",
		    error->message);
	return EX_OK;
}
