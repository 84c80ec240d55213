/*
 * tests/parity/parity-hits.c - which content rules hit which messages.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For comparison with SpamAssassin's own hits (sa-hits.pl) by compare.py:
 *
 * parity-hits rules DIR...          the rules that are run, one a line: name,
 *                                   kind, score, names in a meta by commas
 * parity-hits load DIR...           what it costs to load them
 * parity-hits hits DIR... <LIST     one line a message of LIST: path, score,
 *                                   milliseconds of CPU from its octets to the
 *                                   score, hits by commas, sub-rules too
 * parity-hits views DIR... <LIST    the same for views that SpamAssassin has
 *                                   written, so that rules alone differ
 *
 * "starter" in place of a DIR: the shipped rules. Separated by tabs.
 */
#include "config.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "scanner/content_eval.h"
#include "scanner/gmime_reading.h"
#include "scanner/judgement.h"
#include "spool/settings.h"

static double
cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* --- rules -------------------------------------------------------------------- */

static void
print_rules(const ContentRules *rules)
{
	for (guint i = 0; i < content_rules_count(rules); i++) {
		const ContentRule *rule = content_rules_get(rules, i);
		const char *const none[] = { NULL };
		g_autofree char *names = g_strjoinv(",", (char **)
		    (rule->meta != NULL ? rule_meta_names(rule->meta) : none));

		if (rule->is_run)
			printf("%s\t%s\t%g\t%s\n", rule->name,
			    rule_kind_name(rule->kind), rule->score, names);
	}
}

/* Pages of this process that a fork would share, in KiB. */
static guint64
resident_kib(void)
{
	g_autofree char *text = NULL;
	const char *rss;

	if (!g_file_get_contents("/proc/self/smaps_rollup", &text, NULL,
	    NULL) || (rss = strstr(text, "Private_Dirty:")) == NULL)
		return 0;
	return g_ascii_strtoull(rss + strlen("Private_Dirty:"), NULL, 10);
}

static void
print_load(double ms)
{
	printf("rules load in %.0f ms of CPU; with dictionaries and charset "
	    "tables %" G_GUINT64_FORMAT " MiB\n", ms, resident_kib() / 1024);
}

/* --- hits ---------------------------------------------------------------------- */

static void
print_result(const char *path, const ContentResult *result, double ms)
{
	printf("%s\t%.3f\t%.2f\t", path, result->score, ms);
	for (guint i = 0; i < result->hits->len; i++) {
		const ContentHit *hit = g_ptr_array_index(result->hits, i);

		printf("%s%s", i > 0 ? "," : "", hit->rule->name);
	}
	printf("%s\n", result->is_unfinished ? ",UNFINISHED" : "");
}

static void
scan_message(const ContentEngine *engine, const ScanPolicy *policy,
    const char *path)
{
	g_autoptr(GPtrArray) entities = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)entity_free);
	g_autoptr(Record) record = record_new();
	g_autoptr(ContentResult) result = NULL;
	g_autofree char *text = NULL;
	Span message;
	double start;

	if (!g_file_get_contents(path, &text, &message.len, NULL)) {
		fprintf(stderr, "parity-hits: %s: cannot read\n", path);
		return;
	}
	message.octets = (const guint8 *)text;
	start = cpu_ms();
	gmime_reading(message, "", 0, policy, entities, record);
	result = judgement_scan(engine, policy, NULL, message, entities, TRUE);
	print_result(path, result, cpu_ms() - start);
}

/* --- views ---------------------------------------------------------------------- */

typedef struct {
	char kind;              /* B, R, U, F, H: see sa-hits.pl */
	char *key;
	TextSpan text;
} View;

static void
view_clear(gpointer data)
{
	g_free(((View *)data)->key);
}

/* Of View. */
static GArray *
read_views(const char *text, gsize len)
{
	GArray *views = g_array_new(FALSE, FALSE, sizeof(View));
	const char *at = text, *end = text + len;

	g_array_set_clear_func(views, view_clear);
	while (at < end) {
		const char *line_end = memchr(at, '\n', (gsize)(end - at));
		g_autofree char *line = g_strndup(at, line_end != NULL ?
		    (gsize)(line_end - at) : 0);
		char *number = strrchr(line, ' ');
		View view = { .kind = *line };

		if (number == NULL || number < line + 2)
			break;
		view.text.len = g_ascii_strtoull(number, NULL, 10);
		view.text.text = line_end + 1;
		if (view.text.len >= (gsize)(end - line_end))
			break;
		*number = '\0';
		view.key = g_strdup(line + 2);
		g_array_append_val(views, view);
		at = view.text.text + view.text.len + 1;
	}
	return views;
}

static gboolean
is_for(const ContentRule *rule, const View *view, gboolean is_first_line)
{
	switch (view->kind) {
	case 'B':
		return rule->kind == RULE_BODY &&
		    !(is_first_line && rule->skips_subject);
	case 'R':
		return rule->kind == RULE_RAWBODY;
	case 'U':
		return rule->kind == RULE_URI;
	case 'F':
		return rule->kind == RULE_FULL;
	default:
		return rule->kind == RULE_HEADER &&
		    g_strcmp0(rule->field, view->key) == 0;
	}
}

static gboolean
hits_views(const ContentRule *rule, RegexRun *run, const GArray *views)
{
	gboolean is_found = FALSE;
	const View *last = NULL;

	for (guint i = 0; i < views->len; i++) {
		const View *view = &g_array_index(views, View, i);

		if (!is_for(rule, view, i == 0))
			continue;
		last = view;
		if (rule->regex != NULL && rule_regex_search(rule->regex, run,
		    view->text.text, view->text.len, 0, NULL, NULL))
			is_found = TRUE;
	}
	if (rule->asks_existence)
		return last != NULL;
	if (last == NULL && rule->kind == RULE_HEADER) {
		const char *unset = rule->if_unset != NULL ? rule->if_unset :
		    "";

		is_found = rule_regex_search(rule->regex, run, unset,
		    strlen(unset), 0, NULL, NULL);
	}
	return is_found != rule->is_negated;
}

static void
scan_views(const ContentRules *rules, const char *path)
{
	g_autoptr(RegexRun) run = regex_run_new(60000);
	g_autoptr(GArray) views = NULL;
	g_autofree char *text = NULL;
	const char *separator = "";
	gsize len;

	if (!g_file_get_contents(path, &text, &len, NULL)) {
		fprintf(stderr, "parity-hits: %s: cannot read\n", path);
		return;
	}
	views = read_views(text, len);
	printf("%s\t0\t0\t", path);
	for (guint i = 0; i < content_rules_count(rules); i++) {
		const ContentRule *rule = content_rules_get(rules, i);

		if (!rule->is_run || rule->kind == RULE_META ||
		    rule->kind == RULE_EVAL || rule->kind == RULE_MIMEHEADER ||
		    !hits_views(rule, run, views))
			continue;
		printf("%s%s", separator, rule->name);
		separator = ",";
	}
	putchar('\n');
}

/* --------------------------------------------------------------------------------- */

static void
scan_list(const ContentEngine *engine, const ContentRules *rules,
    gboolean is_views)
{
	g_autoptr(Settings) settings = settings_load(NULL, NULL);
	char path[4096];

	while (fgets(path, sizeof path, stdin) != NULL) {
		g_strchomp(path);
		if (is_views)
			scan_views(rules, path);
		else
			scan_message(engine, &settings->policy, path);
	}
}

int
main(int argc, char **argv)
{
	gboolean is_starter = argc > 2 && strcmp(argv[2], "starter") == 0;
	const ContentSettings content = { .budget_ms = 60000 };
	g_autoptr(ContentRules) rules = NULL;
	g_autoptr(ContentEngine) engine = NULL;
	double start = cpu_ms(), loaded;

	if (argc < 3)
		return 64;
	g_mime_init();
	rules = content_rules_load((const char *const *)argv + 2 +
	    (is_starter ? 1 : 0), is_starter, content_eval_functions());
	loaded = cpu_ms() - start;
	engine = content_engine_new(rules, &content);
	if (strcmp(argv[1], "rules") == 0)
		print_rules(rules);
	else if (strcmp(argv[1], "load") == 0)
		print_load(loaded);
	else
		scan_list(engine, rules, strcmp(argv[1], "views") == 0);
	return 0;
}
