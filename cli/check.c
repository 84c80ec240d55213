/*
 * cli/check.c - mailweir check: regression over sample messages.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * NAME.eml stands beside NAME.want. The first line of NAME.want is the
 * expected reply ("552 5.7.0 Illegal Attachment") or "accept"; further lines
 * are "finding RULE [PART]" for findings that must be there and
 * "!finding RULE" for those that must not. Output is TAP.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/batch.h"
#include "cli/cli.h"

struct run {
	const char *root;
	guint number;
	guint failures;
	GString *junit;         /* NULL: not wanted */
};

static gboolean
has_finding(const Record *record, const char *rule, const char *part)
{
	for (guint i = 0; i < record->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);

		if (strcmp(finding->rule, rule) == 0 && (part == NULL ||
		    g_strcmp0(finding->part, part) == 0))
			return TRUE;
	}
	return FALSE;
}

/* What is wrong with one line of NAME.want; NULL: it holds. Caller frees. */
static char *
check_line(const Record *record, const char *line)
{
	g_auto(GStrv) words = g_strsplit_set(line, " \t", 3);
	guint n = g_strv_length(words);

	if (n == 0)
		return NULL;
	if (strcmp(words[0], "finding") == 0 && n >= 2)
		return has_finding(record, words[1], n > 2 ? words[2] : NULL) ?
		    NULL : g_strdup_printf("want %s, not found", line);
	if (strcmp(words[0], "!finding") == 0 && n == 2)
		return !has_finding(record, words[1], NULL) ? NULL :
		    g_strdup_printf("want no finding %s, found", words[1]);
	return g_strdup_printf("cannot understand the line \"%s\"", line);
}

/* What is wrong with the message's record, a line each. Caller frees. */
static GPtrArray *
check_record(const char *file, const Record *record)
{
	GPtrArray *problems = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *stem = g_strndup(file, strlen(file) - strlen(".eml"));
	g_autofree char *want_file = g_strconcat(stem, ".want", NULL);
	g_autofree char *want = NULL, *got = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(want_file, &want, NULL, &error)) {
		g_ptr_array_add(problems, g_strdup(error->message));
		return problems;
	}
	lines = g_strsplit(want, "\n", -1);
	got = strcmp(record->action, "accept") == 0 ? g_strdup("accept") :
	    g_strdup_printf("%u %s %s", record->code, record->enhanced,
	        record->text);
	if (lines[0] == NULL || strcmp(g_strstrip(lines[0]), got) != 0)
		g_ptr_array_add(problems, g_strdup_printf(
		    "want \"%s\", got \"%s\"", lines[0] != NULL ? lines[0] :
		    "", got));
	for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
		char *problem = check_line(record, g_strstrip(lines[i]));

		if (problem != NULL)
			g_ptr_array_add(problems, problem);
	}
	return problems;
}

static void
add_junit_case(GString *junit, const char *name, const GPtrArray *problems)
{
	g_autofree char *escaped = g_markup_escape_text(name, -1);

	g_string_append_printf(junit,
	    "  <testcase classname=\"mailweir\" name=\"%s\">", escaped);
	for (guint i = 0; i < problems->len; i++) {
		g_autofree char *message = g_markup_escape_text(
		    g_ptr_array_index(problems, i), -1);

		g_string_append_printf(junit, "<failure message=\"%s\"/>",
		    message);
	}
	g_string_append(junit, "</testcase>\n");
}

static void
on_answer(const char *file, const Record *record, gboolean is_readable,
    gpointer data)
{
	struct run *run = data;
	g_autoptr(GPtrArray) problems = check_record(file, record);
	const char *name = file + strlen(run->root);

	(void)is_readable;
	name += strspn(name, "/");
	printf("%sok %u - %s\n", problems->len > 0 ? "not " : "",
	    ++run->number, name);
	for (guint i = 0; i < problems->len; i++)
		printf("# %s\n", (const char *)g_ptr_array_index(problems, i));
	for (guint i = 0; problems->len > 0 && i < record->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);

		printf("# got: finding %s %s (%s) %u\n", finding->rule,
		    finding->part != NULL ? finding->part : "",
		    finding->detail != NULL ? finding->detail : "",
		    finding->reply);
	}
	run->failures += problems->len > 0;
	if (run->junit != NULL)
		add_junit_case(run->junit, name, problems);
	fflush(stdout);
}

static gboolean
write_junit(const struct run *run, const char *path, GError **error)
{
	g_autofree char *text = g_strdup_printf(
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuite name=\"mailweir check\" tests=\"%u\" failures=\"%u\">\n"
	    "%s</testsuite>\n", run->number, run->failures, run->junit->str);

	return g_file_set_contents(path, text, -1, error);
}

int
cli_check(int argc, char **argv)
{
	g_autofree char *config = NULL, *junit_path = NULL;
	const GOptionEntry options[] = {
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		{ "junit", 0, 0, G_OPTION_ARG_FILENAME, &junit_path,
		    "Also write the results as JUnit XML", "FILE" },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) junit = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = NULL;
	struct run run = { 0 };

	if (!cli_parse(&argc, &argv, options, "DIR",
	    "Compares each NAME.eml below DIR with NAME.want; prints TAP."))
		return EX_USAGE;
	if (argc != 2)
		return cli_fail(EX_USAGE, "check",
		    "name one directory with sample messages");
	settings = settings_load(config, &error);
	if (settings == NULL)
		return cli_fail(EX_CONFIG, "check", "%s", error->message);
	if (!g_file_test(argv[1], G_FILE_TEST_IS_DIR))
		return cli_fail(EX_NOINPUT, "check", "%s: not a directory",
		    argv[1]);
	if (!batch_add_path(files, argv[1], ".eml", &error))
		return cli_fail(EX_NOINPUT, "check", "%s", error->message);
	if (files->len == 0)
		return cli_fail(EX_NOINPUT, "check", "%s: no file in it ends "
		    "in .eml", argv[1]);
	settings->workers = MAX(MIN(g_get_num_processors(), files->len), 1);
	run.root = argv[1];
	run.junit = junit_path != NULL ? junit : NULL;
	printf("1..%u\n", files->len);
	if (!batch_scan(settings, files, on_answer, &run, &error))
		return cli_fail(EX_CONFIG, "check", "%s", error->message);
	if (junit_path != NULL && !write_junit(&run, junit_path, &error))
		return cli_fail(EX_CANTCREAT, "check", "%s", error->message);
	return run.failures > 0 ? 1 : EX_OK;
}
