/*
 * scanner/content_eval.h - the eval functions: what no regular expression says.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * They have the names and meanings of SpamAssassin's, those that need neither
 * the network nor statistics.
 */
#ifndef SCANNER_CONTENT_EVAL_H
#define SCANNER_CONTENT_EVAL_H

#include "scanner/content_views.h"

/* For content_rules_load(); static, NULL-terminated. */
const char *const *content_eval_functions(void);

/* Whether the rule, of kind RULE_EVAL, hits. */
gboolean content_eval_holds(const ContentRule *rule, ContentViews *views,
    RegexRun *run);

#endif
