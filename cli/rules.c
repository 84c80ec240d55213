/*
 * cli/rules.c - mailweir rules: what content rules there are, and what they do.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "scanner/content.h"
#include "scanner/content_eval.h"

static void
print_unsupported(const UnsupportedRule *row)
{
	printf("%s:%u: ", row->file, row->line);
	if (*row->name != '\0')
		printf("%s: ", row->name);
	fputs(row->reason, stdout);
	if (row->score != 0)
		printf(", score %g", row->score);
	if (row->starved > 0)
		printf(", starves %u metas", row->starved);
	putchar('\n');
}

static void
print_totals(const ContentRules *rules)
{
	const GPtrArray *unsupported = content_rules_unsupported(rules);
	double points = 0, lost = 0;
	guint run = 0, named = 0;

	for (guint kind = 0; kind < N_RULE_KINDS; kind++) {
		guint n = content_rules_of_kind(rules, kind)->len;

		if (n > 0)
			printf("%-10s %6u\n", rule_kind_name(kind), n);
		run += n;
	}
	for (guint i = 0; i < content_rules_count(rules); i++) {
		const ContentRule *rule = content_rules_get(rules, i);

		if (rule->is_run)
			points += fabs(rule->score);
	}
	for (guint i = 0; i < unsupported->len; i++) {
		const UnsupportedRule *row = g_ptr_array_index(unsupported, i);

		named += *row->name != '\0' ? 1 : 0;
		lost += fabs(row->score);
	}
	printf("%u rules run (%g points); %u do not (%g points); "
	    "%u other lines have no effect\n", run, points, named, lost,
	    unsupported->len - named);
}

static int
check(int argc, char **argv)
{
	gboolean is_strict = FALSE, has_starter = FALSE;
	const GOptionEntry options[] = {
		{ "strict", 0, 0, G_OPTION_ARG_NONE, &is_strict,
		    "Fail if any rule cannot be run", NULL },
		{ "starter", 0, 0, G_OPTION_ARG_NONE, &has_starter,
		    "Load the shipped rules first", NULL },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(ContentRules) rules = NULL;
	const GPtrArray *unsupported;

	if (!cli_parse(&argc, &argv, options, "DIR...",
	    "Loads content rules and lists those that will not be run."))
		return EX_USAGE;
	if (argc < 2 && !has_starter)
		return cli_fail(EX_USAGE, "rules", "check which directory?");
	rules = content_rules_load((const char *const *)argv + 1, has_starter,
	    content_eval_functions());
	unsupported = content_rules_unsupported(rules);
	for (guint i = 0; i < unsupported->len; i++)
		print_unsupported(g_ptr_array_index(unsupported, i));
	print_totals(rules);
	return is_strict && unsupported->len > 0 ? 1 : EX_OK;
}

static void
print_hit(const ContentHit *hit)
{
	const char *describe = hit->rule->describe;

	printf("%7.2f  %-24s %s", hit->rule->score, hit->rule->name,
	    describe != NULL ? describe : "");
	if (hit->excerpt != NULL)
		printf("  \"%s\"", hit->excerpt);
	putchar('\n');
}

/* Rules on how the message came would only disturb: the text has no header
 * but its subject. */
static gboolean
is_about_text(const ContentRule *rule)
{
	return rule->kind == RULE_BODY || rule->kind == RULE_HANBODY ||
	    rule->kind == RULE_RAWBODY || rule->kind == RULE_URI ||
	    rule->kind == RULE_META;
}

static int
test(int argc, char **argv)
{
	g_auto(GStrv) paths = NULL;
	const GOptionEntry options[] = {
		{ "rules", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &paths,
		    "Load these rules after the shipped ones", "DIR" },
		G_OPTION_ENTRY_NULL
	};
	const ContentSettings settings = { 0 };
	ContentPart part = { .content_type = "text/plain", .charset = "utf-8" };
	ContentInput input = { .parts = &part, .n_parts = 1 };
	g_autoptr(ContentRules) rules = NULL;
	g_autoptr(ContentEngine) engine = NULL;
	g_autoptr(ContentResult) result = NULL;
	double score = 0;

	if (!cli_parse(&argc, &argv, options, "TEXT",
	    "Says which rules hit a text, sub-rules too."))
		return EX_USAGE;
	if (argc != 2)
		return cli_fail(EX_USAGE, "rules", "test which text?");
	part.octets = input.message = (const guint8 *)argv[1];
	part.len = input.message_len = strlen(argv[1]);
	part.header = input.message;
	rules = content_rules_load((const char *const *)paths, TRUE,
	    content_eval_functions());
	engine = content_engine_new(rules, &settings);
	result = content_engine_scan(engine, &input, TRUE);
	for (guint i = 0; i < result->hits->len; i++) {
		const ContentHit *hit = g_ptr_array_index(result->hits, i);

		if (!is_about_text(hit->rule))
			continue;
		print_hit(hit);
		score += hit->rule->score;
	}
	printf("%7.2f  in all%s\n", score,
	    result->is_unfinished ? ", unfinished: out of time" : "");
	return EX_OK;
}

int
cli_rules(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (strcmp(word, "check") == 0)
		return check(argc - 1, argv + 1);
	if (strcmp(word, "test") == 0)
		return test(argc - 1, argv + 1);
	if (strcmp(word, "--help") == 0) {
		printf("Usage:\n"
		    "  mailweir rules check [--strict] [--starter] DIR...\n"
		    "  mailweir rules test [--rules DIR] TEXT\n");
		return EX_OK;
	}
	return cli_fail(EX_USAGE, "rules",
	    "rules check DIR..., or rules test TEXT");
}
