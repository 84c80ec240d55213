/*
 * scanner/content.c - what the content rules say about a message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Order: header, mimeheader, uri, body, hanbody, rawbody, full, evals, then
 * metas in the order of their need. There is no short cut: a rule with a
 * negative score may come last.
 */
#include "config.h"

#include <string.h>

#include "scanner/content.h"
#include "scanner/content_eval.h"
#include "scanner/content_views.h"

struct content_engine {
	const ContentRules *rules;
	ContentSettings settings;
	Charsets *charsets;
	Han *han;
	UriFinder *uri_finder;
};

/* One message on its way through the rules. */
typedef struct {
	const ContentRules *rules;
	ContentViews *views;
	RegexRun *run;
	double *counts;         /* hits of each rule, by its index */
	ContentHit *hits;       /* by index: where it hit */
} Scan;

ContentEngine *
content_engine_new(const ContentRules *rules, const ContentSettings *settings)
{
	ContentEngine *engine = g_new0(ContentEngine, 1);

	engine->rules = rules;
	engine->settings = *settings;
	engine->charsets = charsets_new();
	engine->han = han_new();
	engine->uri_finder = uri_finder_new(content_rules_list(rules,
	    "util_rb_tld"));
	return engine;
}

void
content_engine_free(ContentEngine *engine)
{
	if (engine == NULL)
		return;
	charsets_free(engine->charsets);
	han_free(engine->han);
	uri_finder_free(engine->uri_finder);
	g_free(engine);
}

static void
hit_free(gpointer data)
{
	ContentHit *hit = data;

	g_free(hit->excerpt);
	g_free(hit);
}

void
content_result_free(ContentResult *result)
{
	if (result == NULL)
		return;
	g_ptr_array_unref(result->hits);
	g_ptr_array_unref(result->notes);
	g_free(result);
}

/* Counts the matches of a rule in one line, up to its maximum. */
static void
search(Scan *scan, guint index, const char *text, gsize len)
{
	const ContentRule *rule = content_rules_get(scan->rules, index);
	gsize offset = 0, start, end;

	while (scan->counts[index] < rule->max_hits &&
	    rule_regex_search(rule->regex, scan->run, text, len, offset,
	    &start, &end)) {
		ContentHit *hit = &scan->hits[index];

		if (scan->counts[index]++ == 0) {
			hit->excerpt = g_utf8_make_valid(text + start,
			    (gssize)MIN(end - start, CONTENT_EXCERPT_OCTETS));
			hit->offset = start;
		}
		/* The next match begins behind this one; an empty one moves. */
		offset = end > start ? end : end + 1;
	}
}

/* Rules that look for one thing in one value: header and mimeheader. */
static void
match_value(Scan *scan, guint index, const char *value)
{
	const ContentRule *rule = content_rules_get(scan->rules, index);

	if (rule->asks_existence) {
		scan->counts[index] = value != NULL ? 1 : 0;
		return;
	}
	if (value == NULL)
		value = rule->if_unset != NULL ? rule->if_unset : "";
	if (!rule->is_negated) {
		search(scan, index, value, strlen(value));
	} else if (!rule_regex_search(rule->regex, scan->run, value,
	    strlen(value), 0, NULL, NULL) && !regex_run_is_over(scan->run)) {
		scan->counts[index] = 1;
	}
}

static void
run_header(Scan *scan, guint index)
{
	match_value(scan, index, content_views_field(scan->views,
	    content_rules_get(scan->rules, index)->field));
}

static void
run_mimeheader(Scan *scan, guint index)
{
	const ContentInput *input = content_views_input(scan->views);
	const ContentRule *rule = content_rules_get(scan->rules, index);

	for (guint i = 0; i < input->n_parts &&
	    scan->counts[index] < rule->max_hits; i++) {
		g_autofree char *value = header_view_get(
		    content_views_part_header(scan->views, i), rule->field);

		match_value(scan, index, value);
	}
}

static void
run_uri(Scan *scan, guint index)
{
	const GPtrArray *uris = content_views_uris(scan->views)->uris;

	for (guint i = 0; i < uris->len; i++) {
		const char *uri = g_ptr_array_index(uris, i);

		search(scan, index, uri, strlen(uri));
		if (regex_run_is_over(scan->run))
			return;
	}
}

static void
run_spans(Scan *scan, guint index, const GArray *spans, guint first)
{
	const ContentRule *rule = content_rules_get(scan->rules, index);

	for (guint i = first; i < spans->len &&
	    scan->counts[index] < rule->max_hits; i++) {
		const TextSpan *span = &g_array_index(spans, TextSpan, i);

		search(scan, index, span->text, span->len);
	}
}

static void
run_rule(Scan *scan, guint index)
{
	const ContentRule *rule = content_rules_get(scan->rules, index);
	const ContentInput *input = content_views_input(scan->views);

	switch (rule->kind) {
	case RULE_HEADER:
		run_header(scan, index);
		break;
	case RULE_MIMEHEADER:
		run_mimeheader(scan, index);
		break;
	case RULE_URI:
		run_uri(scan, index);
		break;
	case RULE_BODY:
		run_spans(scan, index, content_views_body(scan->views),
		    rule->skips_subject ? 1 : 0);
		break;
	case RULE_HANBODY:
		run_spans(scan, index, content_views_han(scan->views), 0);
		break;
	case RULE_RAWBODY:
		run_spans(scan, index, content_views_rawbody(scan->views), 0);
		break;
	case RULE_FULL:
		search(scan, index, (const char *)input->message,
		    input->message_len);
		break;
	case RULE_EVAL:
		scan->counts[index] = content_eval_holds(rule, scan->views,
		    scan->run) ? 1 : 0;
		break;
	case RULE_META:
		break;
	}
}

static void
run_meta(Scan *scan, guint index)
{
	const ContentRule *rule = content_rules_get(scan->rules, index);
	guint n = g_strv_length((char **)rule_meta_names(rule->meta));
	g_autofree double *values = g_new(double, n + 1);

	for (guint i = 0; i < n; i++)
		values[i] = rule->parts[i] == G_MAXUINT ? 0 :
		    scan->counts[rule->parts[i]];
	scan->counts[index] = rule_meta_value(rule->meta, values);
}

static void
run_rules(Scan *scan)
{
	static const RuleKind order[] = {
		RULE_HEADER, RULE_MIMEHEADER, RULE_URI, RULE_BODY,
		RULE_HANBODY, RULE_RAWBODY, RULE_FULL, RULE_EVAL,
	};
	const GArray *metas = content_rules_of_kind(scan->rules, RULE_META);

	for (gsize kind = 0; kind < G_N_ELEMENTS(order); kind++) {
		const GArray *indexes = content_rules_of_kind(scan->rules,
		    order[kind]);

		for (guint i = 0; i < indexes->len; i++) {
			if (regex_run_is_over(scan->run))
				break;
			run_rule(scan, g_array_index(indexes, guint, i));
		}
	}
	for (guint i = 0; i < metas->len; i++)
		run_meta(scan, g_array_index(metas, guint, i));
}

static void
add_note(ContentResult *result, const char *note)
{
	g_ptr_array_add(result->notes, g_strdup(note));
}

static void
add_notes(ContentResult *result, ContentViews *views)
{
	const GArray *parts = content_views_rendered(views);
	gboolean is_damaged = FALSE, is_cut = FALSE;

	for (guint i = 0; i < parts->len; i++) {
		is_damaged |= g_array_index(parts, RenderedPart, i).is_damaged;
		is_cut |= g_array_index(parts, RenderedPart, i).is_cut;
	}
	if (is_damaged)
		add_note(result, "text does not fit its charset");
	if (is_cut)
		add_note(result, "not all text was looked at");
	if (content_views_uris(views)->is_truncated)
		add_note(result, "not all URIs were looked at");
	if (header_view_is_truncated(content_views_header(views)))
		add_note(result, "header fields were cut");
}

/* What has hit, as the result; the excerpts go with it. */
static ContentResult *
collect(Scan *scan, gboolean with_subrules)
{
	ContentResult *result = g_new0(ContentResult, 1);

	result->hits = g_ptr_array_new_with_free_func(hit_free);
	result->notes = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < content_rules_count(scan->rules); i++) {
		const ContentRule *rule = content_rules_get(scan->rules, i);
		ContentHit *hit;

		if (scan->counts[i] == 0 ||
		    (rule->score == 0 && !with_subrules)) {
			g_free(scan->hits[i].excerpt);
			continue;
		}
		hit = g_new0(ContentHit, 1);
		hit->rule = rule;
		hit->count = (guint)CLAMP(scan->counts[i], 1, G_MAXUINT16);
		hit->excerpt = scan->hits[i].excerpt;
		hit->offset = scan->hits[i].offset;
		g_ptr_array_add(result->hits, hit);
		/* A meta's value is a truth; a rule with tflags multiple
		 * scores once. */
		result->score += rule->score;
	}
	result->rule_score = result->score;
	result->is_unfinished = regex_run_is_over(scan->run);
	add_notes(result, scan->views);
	return result;
}

ContentResult *
content_engine_scan(const ContentEngine *engine, const ContentInput *input,
    gboolean with_subrules)
{
	const ViewTools tools = { engine->charsets, engine->han,
		engine->uri_finder, engine->rules, &engine->settings };
	g_autoptr(RegexRun) run = regex_run_new(
	    engine->settings.budget_ms != 0 ? engine->settings.budget_ms :
	    CONTENT_BUDGET_MS);
	g_autoptr(ContentViews) views = content_views_new(input, &tools, run);
	guint n = content_rules_count(engine->rules);
	g_autofree double *counts = g_new0(double, n + 1);
	g_autofree ContentHit *hits = g_new0(ContentHit, n + 1);
	Scan scan = { engine->rules, views, run, counts, hits };

	run_rules(&scan);
	return collect(&scan, with_subrules);
}

Verdict
content_verdict(const ContentResult *result,
    const ContentThresholds *thresholds)
{
	/* Unfinished: a negative rule may be missing, so the score refuses
	 * nothing; nor does it accept. */
	if (result->is_unfinished)
		return VERDICT_DEFER;
	if (result->score >= thresholds->reject &&
	    result->rule_score >= thresholds->reject_rules)
		return VERDICT_NOT_PERMITTED;
	if (result->score >= thresholds->suspect)
		return VERDICT_SUSPECT;
	return VERDICT_ACCEPT;
}
