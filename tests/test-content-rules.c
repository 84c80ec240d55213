/*
 * tests/test-content-rules.c - what the reader of .cf files understands.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/content_rules.h"
#include "signatures/rule_condition.h"
#include "tests/table.h"

static const char *const functions[] = { "known", NULL };

static const struct condition_case {
	const char *name;
	const char *condition;
	gboolean is_understood;
	gboolean holds;
} condition_cases[] = {
	{ "version-reached", "(version >= 3.004002)", TRUE, TRUE },
	{ "version-not-reached", "version >= 5.0", TRUE, FALSE },
	{ "plugin-known",
	    "plugin(Mail::SpamAssassin::Plugin::MIMEHeader)", TRUE, TRUE },
	{ "plugin-unknown", "plugin(Mail::SpamAssassin::Plugin::SPF)",
	    TRUE, FALSE },
	{ "not", "!plugin(Mail::SpamAssassin::Plugin::SPF)", TRUE, TRUE },
	{ "not-not", "!(!plugin(Mailweir))", TRUE, TRUE },
	{ "feature", "can(Mail::SpamAssassin::Conf::feature_bug6558_free)",
	    TRUE, TRUE },
	{ "feature-unknown", "can(Mail::SpamAssassin::Conf::feature_dns)",
	    TRUE, FALSE },
	{ "method",
	    "can(Mail::SpamAssassin::Plugin::BodyEval::has_check_body_length)",
	    TRUE, TRUE },
	{ "method-of-other",
	    "can(Mail::SpamAssassin::Plugin::DKIM::has_arc)", TRUE, FALSE },
	{ "and-or", "version < 1 && 1 || 1", TRUE, TRUE },
	{ "nonsense-is-false", "banana", FALSE, FALSE },
	{ "empty-is-false", "", FALSE, FALSE },
	{ "open-parenthesis-is-false", "(version > 1", FALSE, FALSE },
	{ "name-only-is-false", "can(", FALSE, FALSE },
};

static void
test_condition(gconstpointer data)
{
	const struct condition_case *tc = data;
	gboolean is_understood;

	g_assert_cmpint(rule_condition_holds(tc->condition, &is_understood), ==,
	    tc->holds);
	g_assert_cmpint(is_understood, ==, tc->is_understood);
}

static const struct regex_case {
	const char *name;
	const char *source;
	const char *text;
	gboolean is_valid;
	gboolean matches;
} regex_cases[] = {
	{ "slashes", "/a.c/", "xabcx", TRUE, TRUE },
	{ "case-counts", "/ABC/", "abc", TRUE, FALSE },
	{ "flag-i", "/ABC/i", "abc", TRUE, TRUE },
	{ "m-braces", "m{a/{2}c}", "a//c", TRUE, TRUE },
	{ "m-comma", "m,^https?://,", "http://x", TRUE, TRUE },
	{ "flag-x", "/a b/x", "ab", TRUE, TRUE },
	{ "flag-s", "/a.b/s", "a\nb", TRUE, TRUE },
	{ "octets-not-characters", "/^\\xc3\\xa4$/", "\xc3\xa4", TRUE, TRUE },
	{ "classes-are-ascii", "/\\w/", "\xc3\xa4", TRUE, FALSE },
	{ "tag", "/^<A><B>$/", "4b", TRUE, TRUE },
	{ "tag-inter", "/<inter W>^<A><B>$/", "a-b", TRUE, TRUE },
	{ "tag-post", "/<post P>^<A>$/", "aaa", TRUE, TRUE },
	{ "tag-in-tag", "/^<C>$/", "a", TRUE, TRUE },
	{ "tag-unknown-is-text", "/<Z>/", "<Z>", TRUE, TRUE },
	{ "tag-shifts-no-group", "/^(x)<D>\\1$/", "xyx", TRUE, TRUE },
	{ "no-delimiter", "abc", "", FALSE, FALSE },
	{ "no-end", "/abc", "", FALSE, FALSE },
	{ "unknown-flag", "/abc/q", "", FALSE, FALSE },
	{ "syntax", "/(abc/", "", FALSE, FALSE },
	{ "capture-of-another-rule", "/%{NAME}/", "", FALSE, FALSE },
	{ "empty-source", "", "", FALSE, FALSE },
	{ "m-alone", "m", "", FALSE, FALSE },
};

static GHashTable *
table_of(const char *name, const char *text)
{
	GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);

	g_hash_table_insert(table, (gpointer)(guintptr)name,
	    (gpointer)(guintptr)text);
	return table;
}

static void
test_regex(gconstpointer data)
{
	const struct regex_case *tc = data;
	g_autoptr(GHashTable) tag = table_of("A", "[a4]");
	g_autoptr(GHashTable) pre = table_of("N", "");
	g_autoptr(GHashTable) inter = table_of("W", "\\W?");
	g_autoptr(GHashTable) post = table_of("P", "{1,3}");
	const RuleTags tags = { tag, pre, inter, post };
	g_autoptr(RegexRun) run = regex_run_new(1000);
	g_autoptr(GError) error = NULL;
	g_autoptr(RuleRegex) regex = NULL;

	g_hash_table_insert(tag, (gpointer)"B", (gpointer)"[b8]");
	g_hash_table_insert(tag, (gpointer)"C", (gpointer)"(?:<A>|c)");
	g_hash_table_insert(tag, (gpointer)"D", (gpointer)"(y)");
	regex = rule_regex_new(tc->source, &tags, FALSE, &error);
	g_assert_cmpint(regex != NULL, ==, tc->is_valid);
	g_assert_cmpint(error == NULL, ==, tc->is_valid);
	if (regex == NULL)
		return;
	g_assert_cmpint(rule_regex_search(regex, run, tc->text,
	    strlen(tc->text), 0, NULL, NULL), ==, tc->matches);
	g_assert_false(regex_run_is_over(run));
}

/* Rules on text: what holds for characters also holds where all are ASCII. */
static const struct text_regex_case {
	const char *name;
	const char *source;
	const char *text;
	gboolean matches;
} text_regex_cases[] = {
	{ "ascii-word", "/\\bfree\\b/", "all free now", TRUE },
	{ "ascii-part-of-a-word", "/\\bfree\\b/", "all freed now", FALSE },
	{ "letter-is-of-a-word", "/\\bfree\\b/", "all freeé now", FALSE },
	{ "han-is-of-a-word", "/\\bqq\\b/", "加qq", FALSE },
	{ "han-alone", "/^.$/", "票", TRUE },
	{ "han-class", "/[号是]a/", "是a", TRUE },
	{ "han-class-in-ascii", "/[号是]a/", "ba", FALSE },
	{ "not-of-a-han-class-in-ascii", "/[^号是]a/", "ba", TRUE },
	{ "code-point", "/\\x{7968}/", "票", TRUE },
	{ "code-point-in-ascii", "/\\x{7968}|b/", "abc", TRUE },
	{ "property", "/\\p{Han}/", "票", TRUE },
	{ "property-in-ascii", "/\\p{L}\\d/", "a1", TRUE },
	{ "case", "/é/i", "É", TRUE },
	{ "case-in-ascii", "/FREE/i", "free", TRUE },
	{ "kelvin-is-a-k", "/k/i", "\xe2\x84\xaa", TRUE },
};

static void
test_text_regex(gconstpointer data)
{
	const struct text_regex_case *tc = data;
	g_autoptr(RegexRun) run = regex_run_new(1000);
	g_autoptr(RuleRegex) regex = rule_regex_new(tc->source, NULL, TRUE,
	    NULL);

	g_assert_nonnull(regex);
	g_assert_cmpint(rule_regex_search(regex, run, tc->text,
	    strlen(tc->text), 0, NULL, NULL), ==, tc->matches);
	g_assert_false(regex_run_is_over(run));
}

/* What a match has to remember grows with the text. */
static const struct stack_case {
	const char *name;
	gsize len;
	gboolean is_over;
} stack_cases[] = {
	{ "of-the-machine", 200, FALSE },
	{ "of-its-own", 5000, FALSE },
	{ "too-small", 200000, TRUE },
};

static void
test_stack(gconstpointer data)
{
	const struct stack_case *tc = data;
	g_autoptr(RegexRun) run = regex_run_new(10000);
	g_autoptr(RuleRegex) regex = rule_regex_new("/^(?:(a|ab)(c|))*$/",
	    NULL, FALSE, NULL);
	g_autofree char *text = g_strnfill(tc->len, 'a');

	g_assert_nonnull(regex);
	g_assert_cmpint(rule_regex_search(regex, run, text, tc->len, 0, NULL,
	    NULL), ==, !tc->is_over);
	g_assert_cmpint(regex_run_is_over(run), ==, tc->is_over);
}

static const struct meta_case {
	const char *name;
	const char *expression;         /* A is 1, B is 0, C is 3 */
	gboolean is_valid;
	double want;
} meta_cases[] = {
	{ "name", "A", TRUE, 1 },
	{ "and", "A && B", TRUE, 0 },
	{ "or", "A || B", TRUE, 1 },
	{ "not", "!B", TRUE, 1 },
	{ "not-binds-tightest", "!A && B || C", TRUE, 3 },
	{ "sum", "A + B + C > 3", TRUE, 1 },
	{ "sum-from-the-left", "C - A - A", TRUE, 1 },
	{ "product-first", "A + C * 2", TRUE, 7 },
	{ "division-by-zero", "C / B", TRUE, 0 },
	{ "parentheses", "(A + C) * 2 == 8", TRUE, 1 },
	{ "compare-before-and", "A > B && C >= 3", TRUE, 1 },
	{ "negative", "-A < 0", TRUE, 1 },
	{ "empty", "", FALSE, 0 },
	{ "operator-missing", "A B", FALSE, 0 },
	{ "operand-missing", "A &&", FALSE, 0 },
	{ "parenthesis-missing", "(A", FALSE, 0 },
	{ "function", "rules_matching(A)", FALSE, 0 },
};

static void
test_meta(gconstpointer data)
{
	const struct meta_case *tc = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(RuleMeta) meta = rule_meta_new(tc->expression, &error);
	double values[3] = { 0 };

	g_assert_cmpint(meta != NULL, ==, tc->is_valid);
	if (meta == NULL)
		return;
	for (guint i = 0; rule_meta_names(meta)[i] != NULL; i++)
		values[i] = *rule_meta_names(meta)[i] == 'A' ? 1 :
		    *rule_meta_names(meta)[i] == 'C' ? 3 : 0;
	g_assert_cmpfloat(rule_meta_value(meta, values), ==, tc->want);
}

static void
test_meta_depth(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(RuleMeta) meta = NULL;

	for (guint i = 0; i < 100000; i++)
		g_string_append_c(text, '(');
	meta = rule_meta_new(text->str, NULL);
	g_assert_null(meta);
}

/* What a file makes of the rule R, and how many rows it leaves as
 * unsupported. */
static const struct file_case {
	const char *name;
	const char *text;
	const char *rule;       /* NULL: R must not be run */
	double score;
	guint unsupported;
} file_cases[] = {
	{ "default-score", "body R /a/\n", "R", 1, 0 },
	{ "default-score-of-test-rules", "body T_R /a/\n", "T_R", 0.01, 0 },
	{ "nice-is-negative", "body R /a/\ntflags R nice\n", "R", -1, 0 },
	{ "score-may-come-first", "score R 2\nbody R /a/\n", "R", 2, 0 },
	{ "first-of-four-scores", "body R /a/\nscore R 1.5 2 3 4\n", "R", 1.5,
	    0 },
	{ "score-0-is-not-run", "body R /a/\nscore R 0\n", NULL, 0, 0 },
	{ "subrules-score-nothing", "body __R /a/\nscore __R 5\n", "__R", 0, 0 },
	{ "last-definition-counts", "body R /(/\nbody R /a/\n", "R", 1, 0 },
	{ "comment", "body R /a/ # b\n", "R", 1, 0 },
	{ "escaped-hash", "body R /a\\#b/\n", "R", 1, 0 },
	{ "crlf", "body R /a/\r\n", "R", 1, 0 },
	{ "no-line-end", "body R /a/", "R", 1, 0 },
	{ "if-holds", "if (version > 1)\nbody R /a/\nendif\n", "R", 1, 0 },
	{ "if-fails", "if (version < 1)\nbody R /a/\nendif\n", NULL, 0, 0 },
	{ "else", "if version < 1\nelse\nbody R /a/\nendif\n", "R", 1, 0 },
	{ "ifplugin-ours", "ifplugin Mailweir\nhanbody R /a/\nendif\n", "R", 1,
	    0 },
	{ "ifplugin-other-is-told",
	    "ifplugin Mail::SpamAssassin::Plugin::DKIM\nbody R /a/\nendif\n",
	    NULL, 0, 1 },
	{ "eval-known", "header R eval:known('a', 2)\n", "R", 1, 0 },
	{ "eval-unknown", "header R eval:nobody()\n", NULL, 0, 1 },
	{ "eval-cut-off", "header R eval:known('a\n", NULL, 0, 1 },
	{ "header-unset",
	    "header R Subject =~ /a/ [if-unset: b]\n", "R", 1, 0 },
	{ "header-exists", "header R exists:Subject\n", "R", 1, 0 },
	{ "header-without-sign", "header R Subject /a/\n", NULL, 0, 1 },
	{ "bad-regex", "body R /(a/\n", NULL, 0, 1 },
	{ "bad-meta", "meta R A &&\n", NULL, 0, 1 },
	{ "ring-of-metas", "meta R S\nmeta S R\n", "R", 1, 0 },
	{ "meta-of-itself", "meta R R\n", "R", 1, 0 },
	{ "network", "header R eval:known()\ntflags R net\n", NULL, 0, 1 },
	{ "unknown-directive", "frobnicate R\nbody R /a/\n", "R", 1, 1 },
	{ "no-name", "body\nbody R /a/\n", "R", 1, 1 },
	{ "name-with-odd-octets", "body R! /a/\nbody R /a/\n", "R", 1, 1 },
	{ "score-without-number", "score R x\nbody R /a/\n", "R", 1, 1 },
	{ "endif-without-if", "endif\nbody R /a/\n", "R", 1, 1 },
	{ "if-without-endif", "if 1\nbody R /a/\n", "R", 1, 1 },
	{ "damage-loads-the-rest", "\x01\xff(((\nbody R /a/\n", "R", 1, 1 },
	{ "other-language", "lang de describe R x\nbody R /a/\n", "R", 1, 0 },
};

static void
test_file(gconstpointer data)
{
	const struct file_case *tc = data;
	g_autoptr(ContentRules) rules = content_rules_parse("x.cf", tc->text,
	    strlen(tc->text), functions);
	const ContentRule *rule = content_rules_find(rules,
	    tc->rule != NULL ? tc->rule : "R");

	g_assert_cmpuint(content_rules_unsupported(rules)->len, ==,
	    tc->unsupported);
	if (tc->rule == NULL) {
		g_assert_true(rule == NULL || !rule->is_run);
		return;
	}
	g_assert_nonnull(rule);
	g_assert_true(rule->is_run);
	g_assert_cmpfloat(rule->score, ==, tc->score);
}

static void
test_starved(void)
{
	static const char text[] =
	    "body A /(/\nscore A 3\nmeta M A || B\nbody B /b/\n";
	g_autoptr(ContentRules) rules = content_rules_parse("dir/x.cf", text,
	    strlen(text), functions);
	const UnsupportedRule *row;

	g_assert_cmpuint(content_rules_unsupported(rules)->len, ==, 1);
	row = g_ptr_array_index(content_rules_unsupported(rules), 0);
	g_assert_cmpstr(row->name, ==, "A");
	g_assert_cmpstr(row->file, ==, "dir/x.cf");
	g_assert_cmpuint(row->line, ==, 1);
	g_assert_cmpfloat(row->score, ==, 3);
	g_assert_cmpuint(row->starved, ==, 1);
	g_assert_true(g_str_has_prefix(row->reason, "regex: "));
}

/* A file cut at any octet loads, and says no more than its lines could. */
static void
test_cut(void)
{
	static const char text[] =
	    "if (version > 1)\nheader A Subject =~ /a/ [if-unset: x]\n"
	    "score A 1 2 3 4\nmeta M (A + B > 1) && !C\nendif\n"
	    "replace_tag A [a4]\nreplace_rules B\nbody B /<A>b/i\n";

	for (gsize len = 0; len < strlen(text); len++) {
		g_autoptr(ContentRules) rules = content_rules_parse("x.cf",
		    text, len, functions);

		g_assert_cmpuint(content_rules_unsupported(rules)->len, <=, 3);
	}
}

/* Octets changed, taken away and doubled at random: it loads, and each row says
 * which file and which of its lines. */
static void
test_damage(void)
{
	static const char text[] =
	    "if (version > 1) && plugin(Mailweir)\n"
	    "header A Subject:raw =~ /a\\#b{2,3}/i [if-unset: x]\n"
	    "score A 1 2 3 4\nmeta M (A + B > 1) && !C\nelse\nendif\n"
	    "replace_tag A [a4]\nreplace_inter W \\W?\nreplace_rules B\n"
	    "body B /<inter W><A>b(?:c|d)+/i\ntflags B multiple maxhits=3\n"
	    "header E eval:known('a', 2)\nuri U m{^https?://x}\n"
	    "enlist_uri_host (L) example.org\nifplugin Mailweir\n"
	    "hanbody H /\xe5\x8f\x91\xe7\xa5\xa8/\nendif\nlang de x\n"
	    "include nowhere.cf\nfull F /x/s\nmimeheader G X !~ /y/\n";

	for (guint round = 0; round < 2000; round++) {
		g_autoptr(GString) damaged = g_string_new(text);
		g_autoptr(ContentRules) rules = NULL;

		for (guint i = 0; i < 1 + round % 4; i++) {
			gsize at = (gsize)g_test_rand_int_range(0,
			    (gint32)damaged->len);

			if (round % 3 == 0)
				damaged->str[at] =
				    (char)g_test_rand_int_range(0, 256);
			else if (round % 3 == 1)
				g_string_erase(damaged, (gssize)at, 1);
			else
				g_string_insert_len(damaged, (gssize)at,
				    damaged->str + at / 2, 3);
		}
		rules = content_rules_parse("x.cf", damaged->str, damaged->len,
		    functions);
		for (guint i = 0; i < content_rules_unsupported(rules)->len;
		    i++) {
			const UnsupportedRule *row = g_ptr_array_index(
			    content_rules_unsupported(rules), i);

			g_assert_cmpstr(row->file, ==, "x.cf");
			g_assert_cmpuint(row->line, >=, 1);
			g_assert_cmpuint(row->line, <=, 60);
			g_assert_cmpuint(strlen(row->reason), >, 0);
		}
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/rule-condition/", condition_cases, test_condition);
	ADD_TABLE("/rule-regex/", regex_cases, test_regex);
	ADD_TABLE("/regex-stack/", stack_cases, test_stack);
	ADD_TABLE("/text-regex/", text_regex_cases, test_text_regex);
	ADD_TABLE("/rule-meta/", meta_cases, test_meta);
	g_test_add_func("/rule-meta/depth-is-bounded", test_meta_depth);
	ADD_TABLE("/content-rules/", file_cases, test_file);
	g_test_add_func("/content-rules/starved-metas-are-counted",
	    test_starved);
	g_test_add_func("/content-rules/cut-at-every-octet", test_cut);
	g_test_add_func("/content-rules/random-damage", test_damage);
	return g_test_run();
}
