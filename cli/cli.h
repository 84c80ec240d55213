/*
 * cli/cli.h - the subcommands of mailweir.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each is one small file. It gets its own arguments (argv[0] is its name) and
 * returns the exit status, as sysexits.h names them.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <glib.h>

int cli_check(int argc, char **argv);
int cli_check_sandbox(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_poison(int argc, char **argv);
int cli_quarantine(int argc, char **argv);
int cli_rules(int argc, char **argv);
int cli_scan(int argc, char **argv);
int cli_signatures(int argc, char **argv);
int cli_spool(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_submit(int argc, char **argv);
int cli_work(int argc, char **argv);

/*
 * Parses the options of a subcommand; what is left in argv are its operands.
 * operands and summary are for --help. FALSE: a usage error was printed.
 */
gboolean cli_parse(int *argc, char ***argv, const GOptionEntry *options,
    const char *operands, const char *summary);

/* Prints "mailweir SUBCOMMAND: MESSAGE" as one line to standard error, and
 * returns status. */
int cli_fail(int status, const char *subcommand, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

#endif
