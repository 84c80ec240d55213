/*
 * signatures/ruleset.h - everything a scan matches against, loaded and proven.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A rule set is built completely, tested against its own EICAR and a clean
 * sample, and only then returned; it never changes afterwards, so that forked
 * workers share its memory.
 */
#ifndef SIGNATURES_RULESET_H
#define SIGNATURES_RULESET_H

#include <glib.h>

#include "signatures/attachments.h"
#include "signatures/content_rules.h"
#include "signatures/engine.h"
#include "signatures/magic_type.h"
#include "signatures/replies.h"
#include "signatures/types.h"

/* Where the data comes from. NULL paths: the embedded default. */
typedef struct {
	char *attachments;
	char *attachments_local;        /* beside it; NULL: none */
	char *types;
	char *replies;
	char **content_rules;   /* directories or files of content rules, read
	                         * after the starter's; NULL-terminated */
	gboolean use_starter_rules;
	/* Names of the eval functions that content rules may use; static. */
	const char *const *eval_functions;
	char **databases;       /* ClamAV database directories or files; NULL-terminated */
	gboolean use_system_database;   /* libclamav's default directory, if it has one */
	EngineLimits limits;
} RuleSources;

typedef struct ruleset RuleSet;

#define RULESET_ERROR (ruleset_error_quark())
GQuark ruleset_error_quark(void);
typedef enum {
	RULESET_ERROR_DATA,     /* a data file or database is broken or missing */
	RULESET_ERROR_SELFTEST, /* loaded, but does not find EICAR or refuses a clean sample */
} RuleSetError;

/* Takes seconds with the full ClamAV databases. Caller owns the result. */
RuleSet *ruleset_load(const RuleSources *sources, GError **error);
void ruleset_free(RuleSet *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RuleSet, ruleset_free)

/* Borrowed, never NULL. */
const Engine *ruleset_engine(const RuleSet *rules);
const Attachments *ruleset_attachments(const RuleSet *rules);
const Types *ruleset_types(const RuleSet *rules);
const ContentRules *ruleset_content(const RuleSet *rules);
const Catalogue *ruleset_catalogue(const RuleSet *rules);
MagicType *ruleset_magic(const RuleSet *rules);

/* First 16 hex digits of the SHA-256 over the policy data files and the content
 * rules. */
const char *ruleset_fingerprint(const RuleSet *rules);

#endif
