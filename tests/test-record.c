/*
 * tests/test-record.c - what the verdict record promises.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/record.h"
#include "tests/table.h"

static const struct decision_case {
	const char *name;
	Verdict verdicts[3];
	guint n;
	const char *want;       /* action and reply */
} decision_cases[] = {
	{ "nothing-found-is-accepted", { 0 }, 0, "accept 250 2.0.0" },
	{ "a-note-is-accepted", { VERDICT_ACCEPT }, 1, "accept 250 2.0.0" },
	{ "size-before-illegal", { VERDICT_ILLEGAL, VERDICT_TOO_BIG }, 2,
	    "reject 552 5.3.4" },
	{ "illegal-before-virus", { VERDICT_NOT_PERMITTED, VERDICT_ILLEGAL },
	    2, "reject 552 5.7.0" },
	{ "virus-before-trouble", { VERDICT_DEFER, VERDICT_NOT_PERMITTED }, 2,
	    "reject 550 5.7.1" },
	{ "trouble-before-suspicion", { VERDICT_SUSPECT, VERDICT_DEFER }, 2,
	    "defer 451 4.3.0" },
	{ "suspicion-before-accept", { VERDICT_ACCEPT, VERDICT_SUSPECT }, 2,
	    "defer 450 4.7.1" },
	{ "out-of-range-is-trouble", { (Verdict)99 }, 1, "defer 451 4.3.0" },
};

static Record *
decided(const Verdict *verdicts, guint n)
{
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	Record *record = record_new();

	record->id = g_strdup("0000000000000000");
	for (guint i = 0; i < n; i++) {
		g_autofree char *rule = g_strdup_printf("rule-%u", i);

		record_add_finding(record, FINDING_TYPE, rule, verdicts[i],
		    "1", NULL, NULL, NULL);
	}
	record_decide(record, catalogue);
	return record;
}

static void
test_decision(gconstpointer data)
{
	const struct decision_case *tc = data;
	g_autoptr(Record) record = decided(tc->verdicts, tc->n);
	g_autofree char *got = g_strdup_printf("%s %u %s", record->action,
	    record->code, record->enhanced);

	g_assert_cmpstr(got, ==, tc->want);
}

static void
test_unread_part_defers(void)
{
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	g_autoptr(Record) record = record_new();

	record_add_part(record, "1", "");
	record_decide(record, catalogue);
	g_assert_cmpstr(record->action, ==, "defer");
	g_assert_cmpuint(record->findings->len, ==, 1);
}

static void
test_equal_findings_once(void)
{
	g_autoptr(Record) record = record_new();

	for (int i = 0; i < 3; i++)
		record_add_finding(record, FINDING_NAME, "r", VERDICT_ILLEGAL,
		    "1", "a", NULL, "%d", i);
	g_assert_cmpuint(record->findings->len, ==, 1);
}

/* Every octet that JSON or a terminal minds survives the way out and back. */
static void
test_round_trip(void)
{
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	g_autoptr(Record) record = record_new();
	g_autoptr(Record) copy = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *json = NULL, *again = NULL;
	PartRecord *part = record_add_part(record, "2>1", "2");
	ScoreHit *hit = g_new0(ScoreHit, 1);

	record->id = g_strdup("0000000000000000");
	record->file = g_strdup("a \"b\"\\\x01\x7f 发票.eml");
	record->size = G_GUINT64_CONSTANT(5000000000);
	record->signatures = 2;
	record->newest = 1700000000;
	record->policy = g_strdup("0123456789abcdef");
	record->elapsed_ms = 3.25;
	record->score = 7.1;
	hit->rule = g_strdup("GTUBE");
	hit->score = 1000;
	g_ptr_array_add(record->hits, hit);
	part->content_type = g_strdup("text/plain");
	part->coverage = COVERAGE_SCANNED;
	g_ptr_array_add(part->names, g_strdup("x\n.txt"));
	record_add_finding(record, FINDING_VIRUS, "Eicar", VERDICT_NOT_PERMITTED,
	    "2>1", "x\n.txt", "gmime", "detail");
	record_decide(record, catalogue);
	json = record_to_json(record);
	g_assert_null(strchr(json, '\n'));
	g_assert_nonnull(strstr(json, "\"total\":7.1,"));
	copy = record_from_json(json, strlen(json), &error);
	g_assert_no_error(error);
	again = record_to_json(copy);
	g_assert_cmpstr(again, ==, json);
}

#define HEAD "{\"record\":1,\"id\":\"x\",\"size\":1,"
#define REPLY(code, class) "\"reply\":{\"code\":" code ",\"enhanced\":\"" \
	class ".7.0\",\"text\":\"t\"},"
#define FOUND(code) "\"findings\":[{\"class\":\"type\",\"rule\":\"r\"," \
	"\"reply\":" code "}],"
#define TAIL "\"parts\":[],\"elapsed_ms\":1}"

/* What a worker that mail has taken over might answer. */
static const struct hostile_case {
	const char *name;
	const char *json;
	gboolean is_valid;
} hostile_cases[] = {
	{ "a-refusal", HEAD "\"action\":\"reject\"," REPLY("552", "5")
	    FOUND("552") TAIL, TRUE },
	{ "accept-with-a-refusing-finding", HEAD "\"action\":\"accept\","
	    REPLY("250", "2") FOUND("552") TAIL, FALSE },
	{ "refusal-without-a-reason", HEAD "\"action\":\"reject\","
	    REPLY("552", "5") "\"findings\":[]," TAIL, FALSE },
	{ "action-and-reply-differ", HEAD "\"action\":\"accept\","
	    REPLY("552", "5") FOUND("552") TAIL, FALSE },
	{ "classes-differ", HEAD "\"action\":\"reject\"," REPLY("552", "4")
	    FOUND("552") TAIL, FALSE },
	{ "unknown-action", HEAD "\"action\":\"maybe\"," REPLY("250", "2")
	    "\"findings\":[]," TAIL, FALSE },
	{ "unknown-coverage", HEAD "\"action\":\"accept\"," REPLY("250", "2")
	    "\"findings\":[],\"parts\":[{\"path\":\"1\",\"parent\":\"\","
	    "\"size\":1,\"encrypted\":false,\"coverage\":\"no\"}],"
	    "\"elapsed_ms\":1}", FALSE },
	{ "another-version", "{\"record\":2,\"id\":\"x\"}", FALSE },
	{ "not-an-object", "[]", FALSE },
	{ "nothing", "", FALSE },
	{ "not-json", "accept", FALSE },
	{ "wrong-types", "{\"record\":\"1\",\"id\":1,\"findings\":{}}", FALSE },
	{ "negative-size", "{\"record\":1,\"id\":\"x\",\"size\":-1}", FALSE },
	{ "not-utf-8", "{\"record\":1,\"id\":\"\xff\"}", FALSE },
	{ "nested-deep", "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", FALSE },
};

static void
test_hostile(gconstpointer data)
{
	const struct hostile_case *tc = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) record = record_from_json(tc->json, strlen(tc->json),
	    &error);

	g_assert_true((record != NULL) == tc->is_valid);
	g_assert_true((error == NULL) == tc->is_valid);
}

/* A valid record cut at every octet is refused, never misread. */
static void
test_cut(void)
{
	const char *json = hostile_cases[0].json;

	for (gsize len = 0; len < strlen(json); len++) {
		g_autoptr(Record) record = record_from_json(json, len, NULL);

		g_assert_null(record);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/record/decision/", decision_cases, test_decision);
	g_test_add_func("/record/unread-part-defers", test_unread_part_defers);
	g_test_add_func("/record/equal-findings-once", test_equal_findings_once);
	g_test_add_func("/record/round-trip", test_round_trip);
	ADD_TABLE("/record/hostile/", hostile_cases, test_hostile);
	g_test_add_func("/record/cut-at-every-octet", test_cut);
	return g_test_run();
}
