/*
 * tests/test-content-starter.c - the shipped content rules hit and spare.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tests/vectors/content-rules.tsv holds, for each rule that scores, a message
 * that it must hit and an honest one that it must not.
 */
#include "config.h"

#include <gmime/gmime.h>
#include <string.h>

#include "scanner/content.h"
#include "scanner/content_eval.h"

typedef struct {
	char *rule;             /* "-": no rule in particular */
	gboolean is_hit;
	double points;
	char *text;
} Vector;

static ContentRules *rules;
static ContentEngine *engine;

static void
vector_free(gpointer data)
{
	Vector *vector = data;

	g_free(vector->rule);
	g_free(vector->text);
	g_free(vector);
}

/* Of Vector *. */
static GPtrArray *
read_vectors(void)
{
	GPtrArray *vectors = g_ptr_array_new_with_free_func(vector_free);
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors",
	    "content-rules.tsv", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) fields = g_strsplit(lines[i], "\t", 4);
		Vector *vector;

		if (*lines[i] == '\0' || *lines[i] == '#')
			continue;
		g_assert_cmpuint(g_strv_length(fields), ==, 4);
		vector = g_new0(Vector, 1);
		vector->rule = g_strdup(fields[0]);
		vector->is_hit = strcmp(fields[1], "hit") == 0;
		vector->points = g_ascii_strtod(fields[2], NULL);
		vector->text = g_strcompress(fields[3]);
		g_ptr_array_add(vectors, vector);
	}
	return vectors;
}

static ContentResult *
scan(const char *text)
{
	const char *body = g_str_has_prefix(text, "Subject: ") ?
	    strstr(text, "\n\n") : NULL;
	gsize header_len = body != NULL ? (gsize)(body + 1 - text) : 0;
	/* A Date and a recipient, which every program gives. */
	g_autofree char *message = g_strdup_printf("%.*sDate: Mon, 1 Jun 2026 "
	    "12:00:00 +0800\nTo: reader@example.org\n\n%s", (int)header_len,
	    text, body != NULL ? body + 2 : text);
	const char *start = strstr(message, "\n\n") + 2;
	const ContentPart part = { .content_type = "text/plain",
		.charset = "utf-8", .header = (const guint8 *)message,
		.header_len = (gsize)(start - 1 - message),
		.octets = (const guint8 *)start, .len = strlen(start) };
	const ContentInput input = { .message = (const guint8 *)message,
		.message_len = strlen(message), .header_len = part.header_len,
		.parts = &part, .n_parts = 1 };

	return content_engine_scan(engine, &input, TRUE);
}

static void
test_vector(gconstpointer data)
{
	const Vector *vector = data;
	g_autoptr(ContentResult) result = scan(vector->text);
	gboolean is_hit = FALSE;

	g_test_message("%s", vector->text);
	for (guint i = 0; i < result->hits->len; i++) {
		const ContentHit *hit = g_ptr_array_index(result->hits, i);

		g_test_message("%s %g", hit->rule->name, hit->rule->score);
		is_hit |= strcmp(hit->rule->name, vector->rule) == 0;
	}
	g_assert_false(result->is_unfinished);
	g_assert_cmpint(is_hit, ==, vector->is_hit);
	if (vector->is_hit)
		g_assert_cmpfloat(result->score, >=, vector->points);
	else
		g_assert_cmpfloat(result->score, <=, vector->points);
}

static gboolean
has_vector(const GPtrArray *vectors, const char *rule, gboolean is_hit)
{
	for (guint i = 0; i < vectors->len; i++) {
		const Vector *vector = g_ptr_array_index(vectors, i);

		if (strcmp(vector->rule, rule) == 0 && vector->is_hit == is_hit)
			return TRUE;
	}
	return FALSE;
}

/* Every rule that scores is described and has a row of each kind, every row is
 * about a rule that there is, and nothing shipped cannot be run. */
static void
test_complete(gconstpointer data)
{
	const GPtrArray *vectors = data;

	g_assert_cmpuint(content_rules_unsupported(rules)->len, ==, 0);
	for (guint i = 0; i < content_rules_count(rules); i++) {
		const ContentRule *rule = content_rules_get(rules, i);

		if (rule->score == 0)
			continue;
		g_test_message("%s", rule->name);
		g_assert_nonnull(rule->describe);
		g_assert_true(has_vector(vectors, rule->name, TRUE));
		g_assert_true(has_vector(vectors, rule->name, FALSE));
	}
	for (guint i = 0; i < vectors->len; i++) {
		const Vector *vector = g_ptr_array_index(vectors, i);

		g_test_message("%s", vector->rule);
		g_assert_true(strcmp(vector->rule, "-") == 0 ||
		    content_rules_find(rules, vector->rule) != NULL);
	}
}

int
main(int argc, char **argv)
{
	const ContentSettings settings = { .budget_ms = 10000 };
	g_autoptr(GPtrArray) vectors = NULL;
	int status;

	g_test_init(&argc, &argv, NULL);
	g_mime_init();
	g_test_set_nonfatal_assertions();
	vectors = read_vectors();
	rules = content_rules_load(NULL, TRUE, content_eval_functions());
	engine = content_engine_new(rules, &settings);
	for (guint i = 0; i < vectors->len; i++) {
		const Vector *vector = g_ptr_array_index(vectors, i);
		g_autofree char *path = g_strdup_printf("/starter/%03u-%s-%s",
		    i + 1, vector->rule, vector->is_hit ? "hits" : "spares");

		g_test_add_data_func(path, vector, test_vector);
	}
	g_test_add_data_func("/starter/complete", vectors, test_complete);
	status = g_test_run();
	content_engine_free(engine);
	content_rules_free(rules);
	return status;
}
