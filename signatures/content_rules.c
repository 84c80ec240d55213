/*
 * signatures/content_rules.c - the content rules: loaded, compiled, in order.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Loading has two passes: first every line is read into a draft of the rule
 * of that name (rule_draft.h); then, when all tags and scores are known, the
 * rules are compiled and put in order.
 */
#include "config.h"

#include <string.h>

#include "signatures/content_rules.h"
#include "signatures/data.h"
#include "signatures/rule_draft.h"

/* "multiple" without maxhits. */
#define DEFAULT_MAX_HITS 1000u

struct content_rules {
	RuleDrafts *drafts;
	GPtrArray *rules;       /* of RuleDraft *, those that are defined */
	GArray *kinds[N_RULE_KINDS];
	const char *const *functions;   /* while loading */
};

static const char *const kind_names[N_RULE_KINDS] = {
	"header", "body", "rawbody", "uri", "full", "mimeheader", "hanbody",
	"eval", "meta",
};

const char *
rule_kind_name(RuleKind kind)
{
	return kind_names[kind];
}

/* A defined rule that will not run. */
static void
drop(ContentRules *rules, RuleDraft *draft, const char *reason)
{
	UnsupportedRule *row = rule_drafts_add_unsupported(rules->drafts,
	    draft->rule.name, draft->rule.file, draft->rule.line, reason);

	row->score = draft->rule.score;
	draft->rule.is_run = FALSE;
	g_hash_table_replace(rules->drafts->skipped, draft->rule.name, row);
}

/* What tflags say. FALSE: the rule asks the network. */
static gboolean
read_tflags(ContentRule *rule, char *tflags)
{
	gboolean is_local = TRUE;
	guint limit = DEFAULT_MAX_HITS;

	rule->max_hits = 1;
	while (*tflags != '\0') {
		const char *flag = rule_take_word(&tflags);

		if (strcmp(flag, "nice") == 0)
			rule->is_nice = TRUE;
		else if (strcmp(flag, "nosubject") == 0)
			rule->skips_subject = TRUE;
		else if (strcmp(flag, "net") == 0)
			is_local = FALSE;
		else if (strcmp(flag, "multiple") == 0)
			rule->max_hits = DEFAULT_MAX_HITS;
		else if (g_str_has_prefix(flag, "maxhits="))
			limit = (guint)CLAMP(g_ascii_strtoull(
			    flag + strlen("maxhits="), NULL, 10), 1,
			    DEFAULT_MAX_HITS);
	}
	rule->max_hits = MIN(rule->max_hits, limit);
	return is_local;
}

static void
compile_eval(ContentRules *rules, RuleDraft *draft)
{
	g_autofree char *reason = NULL;

	if (g_strv_contains(rules->functions, draft->rule.function))
		return;
	reason = g_strconcat("eval ", draft->rule.function, NULL);
	drop(rules, draft, reason);
}

static void
compile_rule(ContentRules *rules, RuleDraft *draft)
{
	ContentRule *rule = &draft->rule;
	g_autoptr(GError) error = NULL;
	g_autofree char *tflags =
	    g_strdup(draft->tflags != NULL ? draft->tflags : "");
	gboolean is_local = read_tflags(rule, tflags);

	if (!draft->has_score)
		rule->score = (g_str_has_prefix(rule->name, "T_") ? 0.01 : 1) *
		    (rule->is_nice ? -1 : 1);
	rule->is_run = rule->score != 0;
	if (g_str_has_prefix(rule->name, "__"))
		rule->score = 0;
	/* A meta asks nobody itself; its parts that would ask count as 0. */
	if (!is_local && rule->kind != RULE_META) {
		drop(rules, draft, "network");
	} else if (rule->kind == RULE_EVAL) {
		compile_eval(rules, draft);
	} else if (rule->kind == RULE_META) {
		rule->meta = rule_meta_new(draft->source, &error);
	} else if (draft->source != NULL) {
		rule->regex = rule_regex_new(draft->source,
		    draft->has_tags ? &rules->drafts->tags : NULL,
		    rule->kind == RULE_HANBODY, &error);
	}
	if (error != NULL)
		drop(rules, draft, error->message);
}

static void
place(ContentRules *rules, RuleDraft *draft, guint index)
{
	g_array_append_val(rules->kinds[draft->rule.kind], index);
	draft->order = PLACED;
}

/* The parts of a meta, as indexes; what it starves of is counted. */
static void
link_meta(ContentRules *rules, RuleDraft *draft, GHashTable *indexes)
{
	const char *const *names = rule_meta_names(draft->rule.meta);
	guint n = g_strv_length((char **)names);

	draft->rule.parts = g_new(guint, n);
	for (guint i = 0; i < n; i++) {
		UnsupportedRule *row = g_hash_table_lookup(rules->drafts->skipped,
		    names[i]);
		gpointer index;

		draft->rule.parts[i] = G_MAXUINT;
		if (g_hash_table_lookup_extended(indexes, names[i], NULL,
		    &index))
			draft->rule.parts[i] = GPOINTER_TO_UINT(index);
		if (row != NULL)
			row->starved++;
	}
}

/*
 * Metas in the order of their need, without recursion: a meta waits on the
 * stack until its parts are placed. A ring is broken where it closes, and the
 * closing part counts as 0.
 */
static void
order_meta(ContentRules *rules, guint index)
{
	g_autoptr(GArray) waiting = g_array_new(FALSE, FALSE, sizeof(guint));

	g_array_append_val(waiting, index);
	while (waiting->len > 0) {
		guint top = g_array_index(waiting, guint, waiting->len - 1);
		RuleDraft *draft = g_ptr_array_index(rules->rules, top);
		const char *const *names;
		gboolean is_ready = TRUE;

		if (draft->order == PLACED) {
			g_array_set_size(waiting, waiting->len - 1);
			continue;
		}
		draft->order = OPEN;
		names = rule_meta_names(draft->rule.meta);
		for (guint i = 0; names[i] != NULL; i++) {
			guint part = draft->rule.parts[i];
			const RuleDraft *other;

			if (part == G_MAXUINT)
				continue;
			other = g_ptr_array_index(rules->rules, part);
			if (other->rule.kind != RULE_META ||
			    !other->rule.is_run || other->order == PLACED)
				continue;
			if (other->order == OPEN) {
				draft->rule.parts[i] = G_MAXUINT;
				continue;
			}
			g_array_append_val(waiting, part);
			is_ready = FALSE;
		}
		if (is_ready) {
			place(rules, draft, top);
			g_array_set_size(waiting, waiting->len - 1);
		}
	}
}

static gint
compare_places(gconstpointer a, gconstpointer b)
{
	const RuleDraft *left = *(RuleDraft *const *)a;
	const RuleDraft *right = *(RuleDraft *const *)b;
	int order = strcmp(left->rule.file, right->rule.file);

	if (order != 0)
		return order;
	return left->rule.line < right->rule.line ? -1 :
	    left->rule.line > right->rule.line;
}

static void
finish(ContentRules *rules)
{
	g_autoptr(GHashTable) indexes = g_hash_table_new(g_str_hash,
	    g_str_equal);
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, rules->drafts->by_name);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((RuleDraft *)value)->is_defined)
			g_ptr_array_add(rules->rules, value);
	g_ptr_array_sort(rules->rules, compare_places);
	for (guint i = 0; i < rules->rules->len; i++) {
		RuleDraft *draft = g_ptr_array_index(rules->rules, i);

		/* Skipped once, defined elsewhere: it is there after all. */
		g_hash_table_remove(rules->drafts->skipped, draft->rule.name);
		compile_rule(rules, draft);
		g_hash_table_insert(indexes, draft->rule.name,
		    GUINT_TO_POINTER(i));
	}
	for (guint i = 0; i < rules->rules->len; i++) {
		RuleDraft *draft = g_ptr_array_index(rules->rules, i);

		if (draft->rule.meta != NULL)
			link_meta(rules, draft, indexes);
	}
	for (guint i = 0; i < rules->rules->len; i++) {
		RuleDraft *draft = g_ptr_array_index(rules->rules, i);

		if (!draft->rule.is_run)
			continue;
		if (draft->rule.kind == RULE_META)
			order_meta(rules, i);
		else
			place(rules, draft, i);
	}
	/* A row about a rule that another file defines says nothing. */
	for (guint i = rules->drafts->unsupported->len; i-- > 0; ) {
		UnsupportedRule *row = g_ptr_array_index(rules->drafts->unsupported, i);

		if (*row->name != '\0' &&
		    g_hash_table_contains(indexes, row->name) &&
		    g_hash_table_lookup(rules->drafts->skipped, row->name) != row) {
			g_ptr_array_remove_index(rules->drafts->unsupported, i);
			continue;
		}
		if (g_hash_table_contains(rules->drafts->by_name, row->name) &&
		    !g_str_has_prefix(row->name, "__"))
			row->score = ((RuleDraft *)g_hash_table_lookup(
			    rules->drafts->by_name, row->name))->rule.score;
	}
}

static ContentRules *
rules_new(const char *const *functions)
{
	ContentRules *rules = g_new0(ContentRules, 1);

	rules->drafts = rule_drafts_new();
	rules->rules = g_ptr_array_new();
	for (guint i = 0; i < N_RULE_KINDS; i++)
		rules->kinds[i] = g_array_new(FALSE, FALSE, sizeof(guint));
	rules->functions = functions;
	return rules;
}

/* What is shipped; the operator's own rules are files. */
static const char *const starter_files[] = {
	"rules/10_english.cf", "rules/20_chinese.cf",
};

ContentRules *
content_rules_load(const char *const *paths, gboolean use_starter,
    const char *const *functions)
{
	ContentRules *rules = rules_new(functions);

	for (gsize i = 0; use_starter && i < G_N_ELEMENTS(starter_files); i++) {
		g_autoptr(GBytes) bytes = signature_data_lookup(starter_files[i]);
		gsize len;
		const char *text = g_bytes_get_data(bytes, &len);

		rule_drafts_parse(rules->drafts, starter_files[i], text, len);
	}
	for (; paths != NULL && *paths != NULL; paths++)
		rule_drafts_read(rules->drafts, *paths);
	finish(rules);
	return rules;
}

ContentRules *
content_rules_parse(const char *name, const char *text, gsize len,
    const char *const *functions)
{
	ContentRules *rules = rules_new(functions);

	rule_drafts_parse(rules->drafts, name, text, len);
	finish(rules);
	return rules;
}

void
content_rules_free(ContentRules *rules)
{
	if (rules == NULL)
		return;
	g_ptr_array_unref(rules->rules);
	for (guint i = 0; i < N_RULE_KINDS; i++)
		g_array_unref(rules->kinds[i]);
	rule_drafts_free(rules->drafts);
	g_free(rules);
}

guint
content_rules_count(const ContentRules *rules)
{
	return rules->rules->len;
}

const ContentRule *
content_rules_get(const ContentRules *rules, guint i)
{
	return g_ptr_array_index(rules->rules, i);
}

const ContentRule *
content_rules_find(const ContentRules *rules, const char *name)
{
	const RuleDraft *draft = g_hash_table_lookup(rules->drafts->by_name, name);

	return draft != NULL && draft->is_defined ? &draft->rule : NULL;
}

const GArray *
content_rules_of_kind(const ContentRules *rules, RuleKind kind)
{
	return rules->kinds[kind];
}

const GPtrArray *
content_rules_unsupported(const ContentRules *rules)
{
	return rules->drafts->unsupported;
}

const GHashTable *
content_rules_list(const ContentRules *rules, const char *key)
{
	return g_hash_table_lookup(rules->drafts->lists, key);
}
