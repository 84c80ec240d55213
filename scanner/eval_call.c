/*
 * scanner/eval_call.c - what an eval function is given, and where they stand.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/eval_call.h"

const char *
eval_argument(const EvalCall *call, guint i)
{
	return i < g_strv_length(call->rule->arguments) ?
	    call->rule->arguments[i] : "";
}

double
eval_number(const EvalCall *call, guint i)
{
	return g_ascii_strtod(eval_argument(call, i), NULL);
}

gboolean
eval_is_between(const EvalCall *call, guint i, double value)
{
	const char *max = eval_argument(call, i + 1);

	return value > eval_number(call, i) &&
	    (*max == '\0' || strcmp(max, "inf") == 0 ||
	    value <= eval_number(call, i + 1));
}

gboolean
eval_is_from(const EvalCall *call, guint i, double value)
{
	return (strcmp(eval_argument(call, i), "undef") == 0 ||
	    value >= eval_number(call, i)) &&
	    (strcmp(eval_argument(call, i + 1), "undef") == 0 ||
	    value < eval_number(call, i + 1));
}

const char *
eval_field(const EvalCall *call, const char *request)
{
	const char *value = content_views_field(call->views, request);

	return value != NULL ? value : "";
}

gboolean
eval_matches(const EvalCall *call, const char *pattern, const char *flags,
    const char *text)
{
	g_autofree char *source = g_strdup_printf("m\x01%s\x01%s", pattern,
	    flags);
	g_autoptr(RuleRegex) regex = rule_regex_new(source, NULL, FALSE, NULL);

	return regex != NULL && rule_regex_search(regex, call->run, text,
	    strlen(text), 0, NULL, NULL);
}

char *
eval_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? g_ascii_strdown(at + 1,
	    (gssize)strcspn(at + 1, "> \n")) : g_strdup("");
}

/* The last n labels of a host name; the whole where it has fewer. */
static const char *
last_labels(const char *host, guint n)
{
	const char *at = host + strlen(host);

	while (at > host && (at[-1] != '.' || --n > 0))
		at--;
	return at;
}

static gboolean
is_suffix(const EvalCall *call, const char *key, const char *name)
{
	GHashTable *list = (GHashTable *)content_rules_list(
	    content_views_rules(call->views), key);

	return list != NULL && g_hash_table_contains(list, name);
}

const char *
eval_registered_domain(const EvalCall *call, const char *host)
{
	if (is_suffix(call, "util_rb_3tld", last_labels(host, 3)))
		return last_labels(host, 4);
	if (is_suffix(call, "util_rb_2tld", last_labels(host, 2)))
		return last_labels(host, 3);
	return last_labels(host, 2);
}
