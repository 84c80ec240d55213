/*
 * signatures/types.c - what a detected type means (types.conf).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/conf_file.h"
#include "signatures/types.h"

/* The third value of a type that is dangerous in a file alone. */
#define NAMED "named"

struct types {
	ConfFile *conf;         /* owns all strings */
	/* Type or pattern -> its values, a list of rule and reason. */
	GHashTable *dangerous;
	GHashTable *suspicious;
	GHashTable *weak;
	/* Extension -> list of types and patterns. */
	GHashTable *extension;
	GHashTable *disguise;
	/* libclamav's type -> list of one type of ours. */
	GHashTable *engine;
	/* Type -> list of one extension. */
	GHashTable *declared;
};

/* "image/" and a star stand for every type that begins so. */
static gboolean
pattern_matches(const char *pattern, const char *type)
{
	const char *star = strchr(pattern, '*');

	return star != NULL ? strncmp(pattern, type,
	    (gsize)(star - pattern)) == 0 : strcmp(pattern, type) == 0;
}

/* The values of the type itself, or of a pattern that it matches; NULL: none. */
static const char *const *
find_type(GHashTable *table, const char *type)
{
	gpointer values = g_hash_table_lookup(table, type);
	gpointer pattern;
	GHashTableIter iterator;

	if (values != NULL)
		return values;
	g_hash_table_iter_init(&iterator, table);
	while (g_hash_table_iter_next(&iterator, &pattern, &values))
		if (pattern_matches(pattern, type))
			return values;
	return NULL;
}

static gboolean
list_has_type(const char *const *patterns, const char *type)
{
	for (guint i = 0; patterns != NULL && patterns[i] != NULL; i++)
		if (pattern_matches(patterns[i], type))
			return TRUE;
	return FALSE;
}

static gboolean
is_type_pattern(const char *text)
{
	const char *slash = strchr(text, '/');
	const char *star = strchr(text, '*');

	return slash != NULL && slash != text && slash[1] != '\0' &&
	    (star == NULL || star[1] == '\0');
}

static gboolean
check_type_group(const ConfFile *conf, const char *group, GError **error)
{
	const char *const *keys = conf_file_keys(conf, group);

	for (guint i = 0; keys[i] != NULL; i++) {
		const char *const *values = conf_file_list(conf, group,
		    keys[i]);

		if (!is_type_pattern(keys[i]))
			return conf_file_fail(conf, group, keys[i], error,
			    "the key must be a type such as image/png or "
			    "image/*");
		if (values[0] == NULL || values[1] == NULL ||
		    (values[2] != NULL && (strcmp(values[2], NAMED) != 0 ||
		        values[3] != NULL)))
			return conf_file_fail(conf, group, keys[i], error,
			    "the value must be: rule ; reason, "
			    "or rule ; reason ; " NAMED);
	}
	return TRUE;
}

static gboolean
check_extension_group(const ConfFile *conf, const char *group, GError **error)
{
	const char *const *keys = conf_file_keys(conf, group);

	for (guint i = 0; keys[i] != NULL; i++) {
		const char *const *patterns = conf_file_list(conf, group,
		    keys[i]);

		if (patterns[0] == NULL)
			return conf_file_fail(conf, group, keys[i], error,
			    "there must be at least one type");
		for (guint j = 0; patterns[j] != NULL; j++)
			if (!is_type_pattern(patterns[j]))
				return conf_file_fail(conf, group, keys[i],
				    error, "%s is not a type such as image/png "
				    "or image/*", patterns[j]);
	}
	return TRUE;
}

/* Letters in lower case, digits, and others. */
static gboolean
is_word(const char *text, const char *others)
{
	for (const char *p = text; *p != '\0'; p++)
		if (!g_ascii_islower(*p) && !g_ascii_isdigit(*p) &&
		    strchr(others, *p) == NULL)
			return FALSE;
	return *text != '\0';
}

static gboolean
check_declared_group(const ConfFile *conf, const char *group, GError **error)
{
	const char *const *keys = conf_file_keys(conf, group);

	for (guint i = 0; keys[i] != NULL; i++) {
		const char *const *values = conf_file_list(conf, group,
		    keys[i]);

		if (!is_type_pattern(keys[i]) || !is_word(keys[i], "/!#$&^_.+-"))
			return conf_file_fail(conf, group, keys[i], error,
			    "the key must be a type such as text/vbscript, in "
			    "lower case");
		if (values[0] == NULL || values[1] != NULL ||
		    !is_word(values[0], ""))
			return conf_file_fail(conf, group, keys[i], error,
			    "the value must be one extension, in lower case "
			    "and without a dot");
	}
	return TRUE;
}

static gboolean
check_engine_group(const ConfFile *conf, const char *group, GError **error)
{
	const char *const *keys = conf_file_keys(conf, group);

	for (guint i = 0; keys[i] != NULL; i++) {
		const char *const *values = conf_file_list(conf, group,
		    keys[i]);

		if (!g_str_has_prefix(keys[i], "CL_TYPE_"))
			return conf_file_fail(conf, group, keys[i], error,
			    "the key must be a type of libclamav, CL_TYPE_...");
		if (values[0] == NULL || values[1] != NULL ||
		    !is_type_pattern(values[0]))
			return conf_file_fail(conf, group, keys[i], error,
			    "the value must be one type");
	}
	return TRUE;
}

/* Key -> list of a group, borrowed from conf. */
static GHashTable *
table_of_group(const ConfFile *conf, const char *group)
{
	GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);
	const char *const *keys = conf_file_keys(conf, group);

	for (guint i = 0; keys[i] != NULL; i++)
		g_hash_table_insert(table, (gpointer)keys[i],
		    (gpointer)conf_file_list(conf, group, keys[i]));
	return table;
}

Types *
types_load(const char *path, GError **error)
{
	g_autoptr(Types) types = g_new0(Types, 1);
	const struct {
		const char *group;
		gboolean (*check)(const ConfFile *, const char *, GError **);
		GHashTable **table;
	} known[] = {
		{ "dangerous", check_type_group, &types->dangerous },
		{ "suspicious", check_type_group, &types->suspicious },
		{ "weak", check_type_group, &types->weak },
		{ "engine", check_engine_group, &types->engine },
		{ "extension", check_extension_group, &types->extension },
		{ "disguise", check_extension_group, &types->disguise },
		{ "declared", check_declared_group, &types->declared },
	};
	const char *const *groups;

	types->conf = path != NULL ? conf_file_load(path, error) :
	    conf_file_embedded("types.conf", error);
	if (types->conf == NULL)
		return NULL;
	groups = conf_file_groups(types->conf);
	for (guint i = 0; groups[i] != NULL; i++) {
		gsize k = 0;

		while (k < G_N_ELEMENTS(known) &&
		    strcmp(groups[i], known[k].group) != 0)
			k++;
		if (k == G_N_ELEMENTS(known)) {
			conf_file_fail(types->conf, groups[i], NULL, error,
			    "unknown group; there are [dangerous], "
			    "[suspicious], [weak], [engine], [extension], "
			    "[disguise] and [declared]");
			return NULL;
		}
		if (!known[k].check(types->conf, groups[i], error))
			return NULL;
	}
	for (gsize k = 0; k < G_N_ELEMENTS(known); k++)
		*known[k].table = table_of_group(types->conf, known[k].group);
	return g_steal_pointer(&types);
}

void
types_free(Types *types)
{
	if (types == NULL)
		return;
	g_clear_pointer(&types->dangerous, g_hash_table_unref);
	g_clear_pointer(&types->suspicious, g_hash_table_unref);
	g_clear_pointer(&types->weak, g_hash_table_unref);
	g_clear_pointer(&types->engine, g_hash_table_unref);
	g_clear_pointer(&types->extension, g_hash_table_unref);
	g_clear_pointer(&types->disguise, g_hash_table_unref);
	g_clear_pointer(&types->declared, g_hash_table_unref);
	conf_file_free(types->conf);
	g_free(types);
}

/* The rule and the reason of a row, with the judgement that it leads to. */
static TypeJudgement
judge(const char *const *values, TypeJudgement judgement, const char **rule,
    const char **reason)
{
	*rule = values[0];
	*reason = values[1];
	return judgement;
}

TypeJudgement
types_judge(const Types *types, const char *detected_type,
    const char *extension, gboolean is_mail_text, const char **rule,
    const char **reason)
{
	static const char *const disguise[] = { "disguise",
		"not what the file name says" };
	static const char *const mismatch[] = { "type-mismatch",
		"not what the file name says, but harmless" };
	const char *const *admitted = g_hash_table_lookup(types->extension,
	    extension);
	gboolean is_admitted = list_has_type(admitted, detected_type);
	const char *const *values;

	values = find_type(types->dangerous, detected_type);
	if (values != NULL)
		return judge(values, values[2] != NULL && is_mail_text ?
		    TYPE_NOTE : TYPE_DANGEROUS, rule, reason);
	values = find_type(types->weak, detected_type);
	if (values != NULL)
		return judge(values, TYPE_NOTE, rule, reason);
	values = find_type(types->suspicious, detected_type);
	if (values != NULL && is_mail_text)
		return TYPE_HARMLESS;
	/* What nobody named cannot be called a disguise. */
	if (values != NULL)
		return judge(values, admitted != NULL && !is_admitted ?
		    TYPE_DISGUISED : TYPE_NOTE, rule, reason);
	if (*extension == '\0' || is_admitted)
		return TYPE_HARMLESS;
	if (list_has_type(g_hash_table_lookup(types->disguise, extension),
	    detected_type))
		return judge(disguise, TYPE_DISGUISED, rule, reason);
	return admitted == NULL ? TYPE_HARMLESS :
	    judge(mismatch, TYPE_NOTE, rule, reason);
}

const char *
types_declared_extension(const Types *types, const char *declared_type)
{
	const char *const *values = g_hash_table_lookup(types->declared,
	    declared_type);

	return values != NULL ? values[0] : NULL;
}

const char *
types_second_opinion(const Types *types, const char *detected_type,
    const char *engine_type, const char **rule, const char **reason)
{
	const char *const *meant = engine_type != NULL ?
	    g_hash_table_lookup(types->engine, engine_type) : NULL;

	if (meant == NULL || find_type(types->dangerous, detected_type) != NULL ||
	    types_judge(types, meant[0], "", FALSE, rule, reason) !=
	        TYPE_DANGEROUS)
		return NULL;
	return meant[0];
}

guint
types_count(const Types *types)
{
	return g_hash_table_size(types->dangerous) +
	    g_hash_table_size(types->suspicious);
}
