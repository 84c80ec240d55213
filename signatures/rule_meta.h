/*
 * signatures/rule_meta.h - the arithmetic of meta rules.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * "(__A + __B > 1) && !C": names of rules, numbers, ! && || + - * / and the
 * comparisons, with C's precedence. A name stands for how often the rule has
 * hit: 0, 1, or more under tflags multiple.
 */
#ifndef SIGNATURES_RULE_META_H
#define SIGNATURES_RULE_META_H

#include <glib.h>

typedef struct rule_meta RuleMeta;

#define RULE_META_ERROR (rule_meta_error_quark())
GQuark rule_meta_error_quark(void);
typedef enum { RULE_META_ERROR_SYNTAX } RuleMetaError;

/* Caller owns the result; NULL and error with one phrase. */
RuleMeta *rule_meta_new(const char *expression, GError **error);
void rule_meta_free(RuleMeta *meta);            /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RuleMeta, rule_meta_free)

/* The rules it names, each once; borrowed, NULL-terminated. */
const char *const *rule_meta_names(const RuleMeta *meta);

/* values: of rule_meta_names(), in that order. Division by zero gives 0. */
double rule_meta_value(const RuleMeta *meta, const double *values);

#endif
