/*
 * signatures/rule_condition.h - if, ifplugin: which rules are for this reader.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Conditions are expressions of version comparisons, plugin(NAME), can(NAME),
 * numbers, ! && || and parentheses.
 */
#ifndef SIGNATURES_RULE_CONDITION_H
#define SIGNATURES_RULE_CONDITION_H

#include <glib.h>

/* Whether mailweir does itself what a plugin of this name does. */
gboolean rule_condition_has_plugin(const char *plugin);

/* The value of a condition; FALSE with *is_understood FALSE when it is not
 * one. */
gboolean rule_condition_holds(const char *condition, gboolean *is_understood);

#endif
