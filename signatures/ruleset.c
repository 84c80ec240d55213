/*
 * signatures/ruleset.c - everything a scan matches against, loaded and proven.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/data.h"
#include "signatures/ruleset.h"

struct ruleset {
	Attachments *attachments;
	Types *types;
	ContentRules *content;
	Catalogue *catalogue;
	MagicType *magic;
	Engine *engine;
	char *fingerprint;
};

G_DEFINE_QUARK(mailweir-ruleset-error, ruleset_error)

/* EICAR's test file in two halves, so that this program is not one. */
static const char eicar_head[] = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR";
static const char eicar_tail[] = "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
static const char clean_sample[] = "Nothing is wrong with this sentence.\r\n";

static void
ignore_name(const char *container_type, const char *name, guint64 size,
    gboolean is_encrypted, gpointer data)
{
	(void)container_type;
	(void)name;
	(void)size;
	(void)is_encrypted;
	(void)data;
}

static EngineVisit
ignore_member(const EngineMember *member, gpointer data)
{
	(void)member;
	(void)data;
	return ENGINE_VISIT_SCAN;
}

static void
ignore_match(const char *signature, gpointer data)
{
	(void)signature;
	(void)data;
}

static gboolean
engine_answers(const Engine *engine, const char *sample, EngineResult want,
    const char *what, GError **error)
{
	static const EngineVisitor visitor = { ignore_name, ignore_member,
		ignore_match };
	const char *detail;
	EngineResult got = engine_scan(engine, sample, strlen(sample),
	    ENGINE_WHOLE,
	    &visitor, NULL, &detail);

	if (got == want)
		return TRUE;
	g_set_error(error, RULESET_ERROR, RULESET_ERROR_SELFTEST,
	    "self-test: the signatures %s%s%s", what,
	    detail != NULL ? ": " : "", detail != NULL ? detail : "");
	return FALSE;
}

static gboolean
self_test(const RuleSet *rules, GError **error)
{
	g_autofree char *eicar = g_strconcat(eicar_head, eicar_tail, NULL);
	const char *type = magic_type_detect(rules->magic, "%PDF-1.4\n", 9,
	    error);

	if (type == NULL)
		return FALSE;
	if (strcmp(type, "application/pdf") != 0) {
		g_set_error(error, RULESET_ERROR, RULESET_ERROR_SELFTEST,
		    "self-test: libmagic calls a PDF file %s", type);
		return FALSE;
	}
	return engine_answers(rules->engine, eicar, ENGINE_MATCHED,
	    "do not find EICAR", error) &&
	    engine_answers(rules->engine, clean_sample, ENGINE_CLEAN,
	    "refuse a clean sample", error);
}

/* One policy file's octets, of the operator's or the embedded one. */
static gboolean
add_to_digest(GChecksum *digest, const char *path, const char *embedded,
    GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *contents = NULL;
	gsize len;

	if (path == NULL) {
		bytes = signature_data_lookup(embedded);
	} else {
		if (!g_file_get_contents(path, &contents, &len, error))
			return FALSE;
		bytes = g_bytes_new_take(g_steal_pointer(&contents), len);
	}
	g_checksum_update(digest, g_bytes_get_data(bytes, NULL),
	    (gssize)g_bytes_get_size(bytes));
	return TRUE;
}

/* Names, scores and places: who changes a rule's text alone has the same. */
static void
add_content_rules(GChecksum *digest, const ContentRules *rules)
{
	for (guint i = 0; i < content_rules_count(rules); i++) {
		const ContentRule *rule = content_rules_get(rules, i);
		g_autofree char *line = g_strdup_printf("%s %g %s:%u\n",
		    rule->name, rule->score, rule->file, rule->line);

		g_checksum_update(digest, (const guchar *)line, -1);
	}
}

static char *
fingerprint_of(const RuleSources *sources, const ContentRules *content,
    GError **error)
{
	g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_SHA256);

	if (!add_to_digest(digest, sources->attachments, "attachments.conf",
	    error) || (sources->attachments_local != NULL &&
	        !add_to_digest(digest, sources->attachments_local, NULL,
	            error)) ||
	    !add_to_digest(digest, sources->types, "types.conf", error) ||
	    !add_to_digest(digest, sources->replies, "replies.conf", error))
		return NULL;
	add_content_rules(digest, content);
	return g_strndup(g_checksum_get_string(digest), 16);
}

RuleSet *
ruleset_load(const RuleSources *sources, GError **error)
{
	g_autoptr(RuleSet) rules = g_new0(RuleSet, 1);

	/* The cheap files first: a typing error is told at once, not after the
	 * databases have been read. */
	rules->catalogue = catalogue_load(sources->replies, error);
	if (rules->catalogue == NULL)
		return NULL;
	rules->attachments = attachments_load(sources->attachments,
	    sources->attachments_local, error);
	if (rules->attachments == NULL)
		return NULL;
	rules->types = types_load(sources->types, error);
	if (rules->types == NULL)
		return NULL;
	rules->content = content_rules_load(
	    (const char *const *)sources->content_rules,
	    sources->use_starter_rules, sources->eval_functions);
	rules->fingerprint = fingerprint_of(sources, rules->content,
	    error);
	if (rules->fingerprint == NULL)
		return NULL;
	rules->magic = magic_type_new(error);
	if (rules->magic == NULL)
		return NULL;
	rules->engine = engine_load((const char *const *)sources->databases,
	    sources->use_system_database, &sources->limits, error);
	if (rules->engine == NULL || !self_test(rules, error))
		return NULL;
	return g_steal_pointer(&rules);
}

void
ruleset_free(RuleSet *rules)
{
	if (rules == NULL)
		return;
	engine_free(rules->engine);
	magic_type_free(rules->magic);
	content_rules_free(rules->content);
	catalogue_free(rules->catalogue);
	types_free(rules->types);
	attachments_free(rules->attachments);
	g_free(rules->fingerprint);
	g_free(rules);
}

const Engine *
ruleset_engine(const RuleSet *rules)
{
	return rules->engine;
}

const Attachments *
ruleset_attachments(const RuleSet *rules)
{
	return rules->attachments;
}

const Types *
ruleset_types(const RuleSet *rules)
{
	return rules->types;
}

const ContentRules *
ruleset_content(const RuleSet *rules)
{
	return rules->content;
}

const Catalogue *
ruleset_catalogue(const RuleSet *rules)
{
	return rules->catalogue;
}

MagicType *
ruleset_magic(const RuleSet *rules)
{
	return rules->magic;
}

const char *
ruleset_fingerprint(const RuleSet *rules)
{
	return rules->fingerprint;
}
