/*
 * cli/spool.c - mailweir spool init: make a spool directory.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "spool/spool.h"

int
cli_spool(int argc, char **argv)
{
	const GOptionEntry options[] = { G_OPTION_ENTRY_NULL };
	g_autoptr(GError) error = NULL;

	if (!cli_parse(&argc, &argv, options, "init SPOOL",
	    "Makes the folders of a spool in a new or empty directory, and "
	    "mends those of an old one."))
		return EX_USAGE;
	if (argc != 3 || strcmp(argv[1], "init") != 0)
		return cli_fail(EX_USAGE, "spool",
		    "say 'mailweir spool init SPOOL'");
	if (spool_init(argv[2], &error))
		return EX_OK;
	return cli_fail(g_error_matches(error, SPOOL_ERROR,
	    SPOOL_ERROR_NOT_A_SPOOL) ? EX_DATAERR : EX_CANTCREAT, "spool",
	    "%s", error->message);
}
