/*
 * cli/spool.c - mailweir spool: make a spool directory, or check one.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "spool/check.h"
#include "spool/layout.h"

#define EXIT_PROBLEMS 1

/* FALSE: there is no such user; it was said. */
static gboolean
find_user(const char *name, uid_t *uid)
{
	const struct passwd *user = name != NULL ? getpwnam(name) : NULL;

	if (user != NULL)
		*uid = user->pw_uid;
	if (name == NULL || user != NULL)
		return TRUE;
	cli_fail(0, "spool", "there is no user '%s'", name);
	return FALSE;
}

static gboolean
find_group(const char *name, gid_t *gid)
{
	const struct group *group = name != NULL ? getgrnam(name) : NULL;

	if (group != NULL)
		*gid = group->gr_gid;
	if (name == NULL || group != NULL)
		return TRUE;
	cli_fail(0, "spool", "there is no group '%s'", name);
	return FALSE;
}

static void
print_problem(const char *problem, const char *mend, gpointer data)
{
	(void)data;
	printf("%s\n    mend it: %s\n", problem, mend);
}

static int
init(const char *path, const SpoolOwners *owners)
{
	g_autoptr(GError) error = NULL;

	if (spool_init(path, owners, &error))
		return EX_OK;
	return cli_fail(g_error_matches(error, SPOOL_ERROR,
	    SPOOL_ERROR_NOT_A_SPOOL) ? EX_DATAERR : EX_CANTCREAT, "spool",
	    "%s", error->message);
}

int
cli_spool(int argc, char **argv)
{
	g_autofree char *user = NULL, *group = NULL, *readers = NULL;
	int leftover_age = 600;
	const GOptionEntry options[] = {
		{ "user", 0, 0, G_OPTION_ARG_STRING, &user,
		    "init: user who works in the spool", "USER" },
		{ "group", 0, 0, G_OPTION_ARG_STRING, &group,
		    "init: group of those who submit", "GROUP" },
		{ "readers", 0, 0, G_OPTION_ARG_STRING, &readers,
		    "init: group of those who may read the quarantine",
		    "GROUP" },
		{ "leftover-age", 0, 0, G_OPTION_ARG_INT, &leftover_age,
		    "check: seconds after which what nobody waits for is told "
		    "of (600)", "SECONDS" },
		G_OPTION_ENTRY_NULL
	};
	SpoolOwners owners = SPOOL_OWNERS_UNCHANGED;

	if (!cli_parse(&argc, &argv, options, "init|check SPOOL",
	    "init makes the folders of a spool in a new or empty directory, "
	    "and mends those of\nan old one. check tells what is wrong with a "
	    "spool and how to mend it.\nExit status of check: 0 nothing, 1 "
	    "something."))
		return EX_USAGE;
	if (argc != 3 || (strcmp(argv[1], "init") != 0 &&
	    strcmp(argv[1], "check") != 0))
		return cli_fail(EX_USAGE, "spool",
		    "say 'mailweir spool init SPOOL' or 'check SPOOL'");
	if (!find_user(user, &owners.user) ||
	    !find_group(group, &owners.submitters) ||
	    !find_group(readers, &owners.readers))
		return EX_NOUSER;
	if (strcmp(argv[1], "init") == 0)
		return init(argv[2], &owners);
	return spool_check(argv[2], leftover_age, print_problem, NULL) == 0 ?
	    EX_OK : EXIT_PROBLEMS;
}
