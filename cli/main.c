/*
 * cli/main.c - mailweir: finds the subcommand and runs it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <gmime/gmime.h>
#include <locale.h>
#include <magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "signatures/engine.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} subcommands[] = {
	{ "scan", cli_scan, "examine message files and say what is wrong" },
	{ "check", cli_check, "compare sample messages with expected replies" },
	{ "spool", cli_spool, "make a spool directory, or check one" },
	{ "work", cli_work, "answer the messages that arrive in a spool" },
	{ "submit", cli_submit, "put a message into a spool, print the reply" },
	{ "status", cli_status, "tell what a spool's worker is doing" },
	{ "quarantine", cli_quarantine, "list, show, release what is kept" },
	{ "poison", cli_poison, "list, show, release what killed workers" },
	{ "explain", cli_explain, "say what an SMTP reply means" },
	{ "rules", cli_rules, "check content rules, try a text on them" },
	{ "signatures", cli_signatures, "show the rules that are loaded" },
	{ "check-sandbox", cli_check_sandbox, "show how workers are confined" },
};

int
cli_fail(int status, const char *subcommand, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	/* One line, whatever a library has put into its message. */
	g_strdelimit(message, "\r\n", ' ');
	fprintf(stderr, "mailweir %s: %s\n", subcommand, message);
	return status;
}

gboolean
cli_parse(int *argc, char ***argv, const GOptionEntry *options,
    const char *operands, const char *summary)
{
	g_autoptr(GOptionContext) context = g_option_context_new(operands);
	g_autoptr(GError) error = NULL;
	g_autofree char *subcommand = g_strdup((*argv)[0]);
	g_autofree char *program = g_strdup_printf("mailweir %s", subcommand);

	g_set_prgname(program);
	g_option_context_set_summary(context, summary);
	g_option_context_add_main_entries(context, options, NULL);
	if (g_option_context_parse(context, argc, argv, &error)) {
		/* "--" only says where the options end. */
		if (*argc > 1 && strcmp((*argv)[1], "--") == 0)
			memmove(*argv + 1, *argv + 2,
			    sizeof(char *) * (size_t)(--*argc));
		return TRUE;
	}
	cli_fail(EX_USAGE, subcommand, "%s; try 'mailweir %s --help'",
	    error->message, subcommand);
	return FALSE;
}

static void
print_help(FILE *out)
{
	fputs("Usage: mailweir SUBCOMMAND [OPTION...] ...\n"
	      "Examines mail before the mail server accepts it.\n\n", out);
	for (gsize i = 0; i < G_N_ELEMENTS(subcommands); i++)
		fprintf(out, "  %-13s %s\n", subcommands[i].name,
		    subcommands[i].help);
	fputs("\n'mailweir SUBCOMMAND --help' tells the options.\n", out);
}

static void
print_version(void)
{
	printf("mailweir %s\n", PACKAGE_VERSION);
	printf("libclamav %s, GMime %u.%u.%u, libmagic %d.%02d, GLib %u.%u.%u\n",
	    engine_library_version(), gmime_major_version,
	    gmime_minor_version, gmime_micro_version, magic_version() / 100,
	    magic_version() % 100, glib_major_version, glib_minor_version,
	    glib_micro_version);
}

int
main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	setlocale(LC_ALL, "");
	for (gsize i = 0; i < G_N_ELEMENTS(subcommands); i++)
		if (strcmp(word, subcommands[i].name) == 0)
			return subcommands[i].run(argc - 1, argv + 1);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		print_help(stdout);
		return EX_OK;
	}
	if (strcmp(word, "--version") == 0) {
		print_version();
		return EX_OK;
	}
	if (*word == '\0')
		print_help(stderr);
	else
		fprintf(stderr, "mailweir: unknown subcommand '%s'; "
		    "try 'mailweir --help'\n", word);
	return EX_USAGE;
}
