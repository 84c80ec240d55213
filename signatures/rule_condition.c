/*
 * signatures/rule_condition.c - if, ifplugin: which rules are for this reader.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/rule_condition.h"

/* The version of SpamAssassin whose rules are understood. */
#define RULES_VERSION 4.000001
#define MAX_DEPTH 32

/* Plugins whose rule kinds and eval functions mailweir runs (the functions
 * are listed in scanner/content_eval.c); all of them without the network. */
static const char *const plugins[] = {
	"BodyEval", "Check", "FreeMail", "HTMLEval", "HTTPSMismatch",
	"HeaderEval", "ImageInfo", "MIMEEval", "MIMEHeader", "Mailweir",
	"RelayEval", "ReplaceTags", "URIEval", "VBounce", "WLBLEval",
};

/* Features of the rule language. What is not listed is not there. */
static const char *const features[] = {
	"feature_bug6558_free", "feature_capture_rules",
	"feature_registryboundaries", "feature_welcomelist_blocklist",
	"feature_yesno_takes_args", "perl_min_version_5010000",
};

typedef struct {
	const char *at;
	guint depth;
	gboolean is_bad;
} Cursor;

static double parse_or(Cursor *cursor);

/* "Mail::SpamAssassin::Plugin::DKIM" is called DKIM. */
static const char *
last_word(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

static gboolean
is_listed(const char *name, const char *const *list, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return TRUE;
	return FALSE;
}

gboolean
rule_condition_has_plugin(const char *plugin)
{
	return is_listed(last_word(plugin), plugins, G_N_ELEMENTS(plugins));
}

/* can(Package::feature): of the language, or of a plugin's newer versions. */
static gboolean
can(const char *name)
{
	const char *word = last_word(name);
	g_autofree char *package = g_strndup(name, (gsize)(word - name));

	if (g_str_has_suffix(package, "::Conf::"))
		return is_listed(word, features, G_N_ELEMENTS(features));
	if (package[0] == '\0' || !g_str_has_prefix(word, "has_"))
		return FALSE;
	package[strlen(package) - 2] = '\0';
	return rule_condition_has_plugin(package);
}

static void
skip_blanks(Cursor *cursor)
{
	cursor->at += strspn(cursor->at, " \t");
}

static gboolean
accept(Cursor *cursor, const char *token)
{
	skip_blanks(cursor);
	if (!g_str_has_prefix(cursor->at, token))
		return FALSE;
	cursor->at += strlen(token);
	return TRUE;
}

/* NAME in "can(NAME)". */
static double
parse_call(Cursor *cursor, gboolean (*answer)(const char *name))
{
	gsize len = strcspn(cursor->at, ")");
	g_autofree char *name = g_strndup(cursor->at, len);

	cursor->at += len;
	if (!accept(cursor, ")"))
		cursor->is_bad = TRUE;
	return answer(g_strstrip(name)) ? 1 : 0;
}

static double
parse_operand(Cursor *cursor)
{
	double value = 0;
	char *end;

	if (++cursor->depth > MAX_DEPTH) {
		cursor->is_bad = TRUE;
		return 0;
	}
	if (accept(cursor, "!")) {
		value = parse_operand(cursor) != 0 ? 0 : 1;
	} else if (accept(cursor, "(")) {
		value = parse_or(cursor);
		if (!accept(cursor, ")"))
			cursor->is_bad = TRUE;
	} else if (accept(cursor, "can(") || accept(cursor, "can (")) {
		value = parse_call(cursor, can);
	} else if (accept(cursor, "plugin(") || accept(cursor, "plugin (")) {
		value = parse_call(cursor, rule_condition_has_plugin);
	} else if (accept(cursor, "version")) {
		value = RULES_VERSION;
	} else {
		value = g_ascii_strtod(cursor->at, &end);
		if (end == cursor->at)
			cursor->is_bad = TRUE;
		cursor->at = end;
	}
	cursor->depth--;
	return value;
}

static double
parse_comparison(Cursor *cursor)
{
	double left = parse_operand(cursor);

	if (accept(cursor, ">="))
		return left >= parse_operand(cursor) ? 1 : 0;
	if (accept(cursor, "<="))
		return left <= parse_operand(cursor) ? 1 : 0;
	if (accept(cursor, "=="))
		return left == parse_operand(cursor) ? 1 : 0;
	if (accept(cursor, "!="))
		return left != parse_operand(cursor) ? 1 : 0;
	if (accept(cursor, ">"))
		return left > parse_operand(cursor) ? 1 : 0;
	if (accept(cursor, "<"))
		return left < parse_operand(cursor) ? 1 : 0;
	return left;
}

static double
parse_and(Cursor *cursor)
{
	double value = parse_comparison(cursor);

	while (accept(cursor, "&&")) {
		double right = parse_comparison(cursor);

		value = value != 0 && right != 0 ? 1 : 0;
	}
	return value;
}

static double
parse_or(Cursor *cursor)
{
	double value = parse_and(cursor);

	while (accept(cursor, "||")) {
		double right = parse_and(cursor);

		value = value != 0 || right != 0 ? 1 : 0;
	}
	return value;
}

gboolean
rule_condition_holds(const char *condition, gboolean *is_understood)
{
	Cursor cursor = { condition, 0, FALSE };
	double value = parse_or(&cursor);

	skip_blanks(&cursor);
	*is_understood = !cursor.is_bad && *cursor.at == '\0';
	return *is_understood && value != 0;
}
