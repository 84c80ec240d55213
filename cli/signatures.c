/*
 * cli/signatures.c - mailweir signatures: what is loaded, how many, how old.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "spool/pool.h"

static void
print_database(char **words)
{
	gint64 build_time = g_ascii_strtoll(words[3], NULL, 10);
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(build_time);
	g_autofree char *day = build_time > 0 ?
	    g_date_time_format(date, "%Y-%m-%d") : g_strdup("no date");
	gint64 age = g_get_real_time() / G_USEC_PER_SEC - build_time;

	printf("  %s: %s signatures, %s", words[1], words[2], day);
	if (build_time > 0)
		printf(" (%" G_GINT64_FORMAT " days old)", age / 86400);
	putchar('\n');
}

static void
print_summary(const char *summary)
{
	g_auto(GStrv) lines = g_strsplit(summary, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) words = g_strsplit(lines[i], "\t", -1);

		if (words[0] == NULL)
			continue;
		if (strcmp(words[0], "signatures") == 0)
			printf("ClamAV signatures: %s\n", words[1]);
		else if (strcmp(words[0], "database") == 0)
			print_database(words);
		else if (strcmp(words[0], "content") == 0)
			printf("Content rules: %s, of which %s are not run; "
			    "'mailweir rules check' lists them\n", words[1],
			    words[2]);
		else if (strcmp(words[0], "extensions") == 0)
			printf("Banned or noted extensions: %s\n", words[1]);
		else if (strcmp(words[0], "types") == 0)
			printf("Dangerous or suspicious types: %s\n",
			    words[1]);
		else if (strcmp(words[0], "containers") == 0)
			printf("Containers that %s %s: %s\n", words[1],
			    strcmp(words[1], "nobody") == 0 ?
			    "here opens" : "opens", words[2]);
		else if (strcmp(words[0], "policy") == 0)
			printf("Fingerprint of the policy files: %s\n",
			    words[1]);
	}
}

int
cli_signatures(int argc, char **argv)
{
	g_autofree char *config = NULL;
	g_auto(GStrv) databases = NULL;
	const GOptionEntry options[] = {
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		{ "database", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &databases,
		    "One more ClamAV database, file or directory", "DIR" },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = NULL;
	g_autoptr(Pool) pool = NULL;

	if (!cli_parse(&argc, &argv, options, NULL,
	    "Loads the rules as a worker does, and shows them."))
		return EX_USAGE;
	if (argc > 1)
		return cli_fail(EX_USAGE, "signatures",
		    "takes no operand; try 'mailweir signatures --help'");
	settings = settings_load(config, &error);
	if (settings == NULL)
		return cli_fail(EX_CONFIG, "signatures", "%s", error->message);
	settings_add_databases(settings, databases);
	settings->workers = 1;
	pool = pool_new(settings, &error);
	if (pool == NULL)
		return cli_fail(EX_CONFIG, "signatures", "%s", error->message);
	print_summary(pool_rules_summary(pool));
	return EX_OK;
}
