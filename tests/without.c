/*
 * tests/without.c - runs a command as on a kernel that lacks something.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Usage: without landlock|seccomp COMMAND...
 */
#include "config.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int result = filter != NULL ? 0 : -1;

	if (argc < 3 || result != 0) {
		fputs("usage: without landlock|seccomp COMMAND...\n", stderr);
		return 64;
	}
	if (strcmp(argv[1], "landlock") == 0) {
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
		    SCMP_SYS(landlock_create_ruleset), 0);
	} else {
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL),
		    SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ,
		    PR_SET_SECCOMP));
		if (result == 0)
			result = seccomp_rule_add(filter,
			    SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0);
	}
	if (result != 0 || seccomp_load(filter) != 0) {
		fputs("without: cannot filter system calls here\n", stderr);
		return 71;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
