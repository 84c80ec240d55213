/*
 * signatures/content_rules.h - the content rules: loaded, compiled, in order.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules are written in SpamAssassin's .cf format (see rule_file.h), so that
 * the field's rules can be used as they are. Of a rule that is defined twice
 * the later definition counts; a rule without a score has 1 (nice: -1, a name
 * that begins with T_: 0.01); a name that begins with __ has none and serves
 * metas only. Of four scores the first counts: no network, no statistics.
 *
 * One kind is our own: "hanbody NAME /.../", characters on the normalised
 * view of the text (scanner/han.h). In files that SpamAssassin reads too it
 * belongs between "ifplugin Mailweir" and "endif".
 *
 * The set never changes after it is loaded, so that forked workers share it.
 * What cannot be run is listed, never dropped in silence.
 */
#ifndef SIGNATURES_CONTENT_RULES_H
#define SIGNATURES_CONTENT_RULES_H

#include <glib.h>

#include "signatures/rule_meta.h"
#include "signatures/rule_regex.h"

typedef enum {
	RULE_HEADER,
	RULE_BODY,              /* rendered text, paragraph by paragraph */
	RULE_RAWBODY,           /* decoded text before rendering */
	RULE_URI,
	RULE_FULL,              /* the message as it came */
	RULE_MIMEHEADER,
	RULE_HANBODY,           /* rendered text in normal form */
	RULE_EVAL,              /* a function, see scanner/content_eval.h */
	RULE_META,
} RuleKind;
#define N_RULE_KINDS (RULE_META + 1)

/* Borrowed from the set. */
typedef struct {
	char *name;
	const char *file;
	guint line;
	RuleKind kind;
	char *describe;         /* NULL: none */
	double score;           /* 0 for __ names */
	gboolean is_run;        /* FALSE: its score is 0, or it cannot be run */
	gboolean is_nice;
	guint max_hits;         /* 1; more under tflags multiple */
	gboolean skips_subject; /* body: tflags nosubject */
	RuleRegex *regex;       /* NULL for evals, metas and exists: */
	gboolean is_negated;    /* !~ */
	char *field;            /* header: "Subject", "From:addr"; else NULL */
	gboolean asks_existence;        /* header: exists:NAME */
	char *if_unset;         /* header: the value when there is no such field */
	char *function;         /* eval */
	char **arguments;       /* eval: NULL-terminated */
	RuleMeta *meta;
	guint *parts;           /* meta: index of each name; G_MAXUINT: no rule */
} ContentRule;

/* One directive that has no effect here. */
typedef struct {
	char *name;             /* of the rule; "": not about one rule */
	char *file;
	guint line;
	char *reason;           /* one phrase */
	double score;
	guint starved;          /* metas that count it as 0 */
} UnsupportedRule;

typedef struct content_rules ContentRules;

/*
 * paths: directories or files, NULL-terminated, read after the embedded
 * starter rules (use_starter). functions: the eval functions that the caller
 * has, NULL-terminated. Never fails: see content_rules_unsupported(). Caller
 * owns the result.
 */
ContentRules *content_rules_load(const char *const *paths,
    gboolean use_starter, const char *const *functions);
void content_rules_free(ContentRules *rules);  /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContentRules, content_rules_free)

/* One file from memory, for tests and for trying a rule. */
ContentRules *content_rules_parse(const char *name, const char *text,
    gsize len, const char *const *functions);

guint content_rules_count(const ContentRules *rules);
const ContentRule *content_rules_get(const ContentRules *rules, guint i);
/* NULL: no such rule. */
const ContentRule *content_rules_find(const ContentRules *rules,
    const char *name);

/* Indexes of the rules of a kind that are run; metas after the metas that
 * they need. Borrowed array of guint. */
const GArray *content_rules_of_kind(const ContentRules *rules, RuleKind kind);

/* Of UnsupportedRule *, in the order of the files. */
const GPtrArray *content_rules_unsupported(const ContentRules *rules);

/* Values that the settings "freemail_domains NAME..." and the like have
 * collected under a key, in lower case; NULL: none. */
const GHashTable *content_rules_list(const ContentRules *rules,
    const char *key);

const char *rule_kind_name(RuleKind kind);

#endif
