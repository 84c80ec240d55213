/*
 * signatures/types.c - what a detected type means (types.conf).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/conf_file.h"
#include "signatures/types.h"

struct types {
	ConfFile *conf;
};

/* The group that has a key for the type: the type itself, or the pattern
 * "image/" and a star. *key is set to it. */
static gboolean
find_type(const Types *types, const char *group, const char *type,
    const char **key)
{
	const char *const *keys = conf_file_keys(types->conf, group);

	for (guint i = 0; keys[i] != NULL; i++)
		if (g_pattern_match_simple(keys[i], type)) {
			*key = keys[i];
			return TRUE;
		}
	return FALSE;
}

static gboolean
list_has_type(const char *const *patterns, const char *type)
{
	for (guint i = 0; patterns != NULL && patterns[i] != NULL; i++)
		if (g_pattern_match_simple(patterns[i], type))
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
		if (values[0] == NULL || values[1] == NULL || values[2] != NULL)
			return conf_file_fail(conf, group, keys[i], error,
			    "the value must be: rule ; reason");
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

Types *
types_load(const char *path, GError **error)
{
	static const struct {
		const char *group;
		gboolean (*check)(const ConfFile *, const char *, GError **);
	} known[] = {
		{ "dangerous", check_type_group },
		{ "suspicious", check_type_group },
		{ "extension", check_extension_group },
		{ "disguise", check_extension_group },
	};
	g_autoptr(Types) types = g_new0(Types, 1);
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
			    "[suspicious], [extension] and [disguise]");
			return NULL;
		}
		if (!known[k].check(types->conf, groups[i], error))
			return NULL;
	}
	return g_steal_pointer(&types);
}

void
types_free(Types *types)
{
	if (types == NULL)
		return;
	conf_file_free(types->conf);
	g_free(types);
}

static void
tell(const Types *types, const char *group, const char *key,
    const char **rule, const char **reason)
{
	const char *const *values = conf_file_list(types->conf, group, key);

	*rule = values[0];
	*reason = values[1];
}

TypeJudgement
types_judge(const Types *types, const char *detected_type,
    const char *extension, const char **rule, const char **reason)
{
	const char *const *admitted = conf_file_list(types->conf, "extension",
	    extension);
	gboolean is_admitted = list_has_type(admitted, detected_type);
	const char *key;

	if (find_type(types, "dangerous", detected_type, &key)) {
		tell(types, "dangerous", key, rule, reason);
		return TYPE_DANGEROUS;
	}
	/* What nobody named cannot be called a disguise. */
	if (*extension == '\0' || is_admitted)
		return TYPE_HARMLESS;
	*rule = "disguise";
	if (find_type(types, "suspicious", detected_type, &key)) {
		if (admitted == NULL)
			return TYPE_HARMLESS;
		tell(types, "suspicious", key, rule, reason);
		return TYPE_DISGUISED;
	}
	if (list_has_type(conf_file_list(types->conf, "disguise", extension),
	    detected_type)) {
		*reason = "not what the file name says";
		return TYPE_DISGUISED;
	}
	if (admitted == NULL)
		return TYPE_HARMLESS;
	*rule = "type-mismatch";
	*reason = "not what the file name says, but harmless";
	return TYPE_MISMATCH;
}

guint
types_count(const Types *types)
{
	const char *const *keys = conf_file_keys(types->conf, "dangerous");

	return g_strv_length((char **)keys) + g_strv_length(
	    (char **)conf_file_keys(types->conf, "suspicious"));
}
