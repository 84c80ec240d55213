/*
 * signatures/attachments.c - which file names are illegal (attachments.conf).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/attachments.h"
#include "signatures/conf_file.h"

#define UNLISTED_GROUP "unlisted"
#define EXCEPTION_PREFIX "exception "
/* In an exception's "inside": the message itself. */
#define MESSAGE "message"

/* Patterns with '*' and '?', borrowed from the file. */
typedef struct {
	const char *name;       /* of the exception */
	const char *const *names;
	const char *const *types;
	const char *const *inside;
} Exception;

struct attachments {
	GPtrArray *files;       /* of ConfFile *: own the strings of the rows */
	GHashTable *rows;       /* extension -> BannedExtension */
	GArray *exceptions;     /* of Exception */
	Verdict unlisted;
	gboolean is_unlisted_noted;
};

static const struct {
	const char *group;
	AttachmentTier tier;
	gboolean refuses;
	gboolean refuses_in_container;
} tiers[] = {
	{ "operator", TIER_OPERATOR, TRUE, TRUE },
	{ "ban", TIER_BAN, TRUE, TRUE },
	{ "archive", TIER_ARCHIVE, FALSE, TRUE },
	{ "note", TIER_NOTE, FALSE, FALSE },
	{ "allow", TIER_ALLOW, FALSE, FALSE },
};

/* --- rows ------------------------------------------------------------------ */

/* As a canonical name ends: lower case, no dot, no blank, no path. */
static gboolean
is_extension(const char *text)
{
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '.' || c == '/' || c == '\\' || g_unichar_isspace(c) ||
		    g_unichar_tolower(c) != c)
			return FALSE;
	}
	return *text != '\0';
}

/* seen: the extensions of this file so far. */
static gboolean
add_row(Attachments *attachments, const ConfFile *conf, const char *group,
    AttachmentTier tier, const char *extension, GHashTable *seen,
    GError **error)
{
	const char *const *values = conf_file_list(conf, group, extension);
	guint n = g_strv_length((char **)values);
	BannedExtension *row;
	Verdict verdict = VERDICT_ILLEGAL;

	if (!is_extension(extension))
		return conf_file_fail(conf, group, extension, error,
		    "an extension is written in lower case and without a dot");
	if (!g_hash_table_add(seen, (gpointer)extension))
		return conf_file_fail(conf, group, extension, error,
		    "is listed in another group already");
	if (n < 2 || n > 3)
		return conf_file_fail(conf, group, extension, error,
		    "the value must be: reason ; where it comes from, and "
		    "perhaps: ; reply");
	if (n == 3 && (!verdict_from_name(values[2], &verdict) ||
	    verdict == VERDICT_ACCEPT || verdict == VERDICT_DEFER))
		return conf_file_fail(conf, group, extension, error,
		    "%s is no reply for a file; there are illegal, "
		    "not-permitted, suspect and too-big", values[2]);
	row = g_new(BannedExtension, 1);
	row->extension = extension;
	row->tier = tier;
	row->reason = values[0];
	row->source = values[1];
	row->verdict = verdict;
	/* The key must be the new row's: the old one may be another file's. */
	g_hash_table_replace(attachments->rows, (gpointer)extension, row);
	return TRUE;
}

/* --- what is in no row, and exceptions ------------------------------------- */

static gboolean
read_unlisted(Attachments *attachments, const ConfFile *conf, GError **error)
{
	const char *const *keys = conf_file_keys(conf, UNLISTED_GROUP);
	const char *value;

	for (guint i = 0; keys[i] != NULL; i++)
		if (strcmp(keys[i], "extensions") != 0)
			return conf_file_fail(conf, UNLISTED_GROUP, keys[i],
			    error, "unknown key; there is extensions");
	value = conf_file_value(conf, UNLISTED_GROUP, "extensions");
	if (value == NULL)
		return TRUE;
	attachments->unlisted = strcmp(value, "refuse") == 0 ?
	    VERDICT_ILLEGAL : VERDICT_ACCEPT;
	attachments->is_unlisted_noted = strcmp(value, "note") == 0;
	if (strcmp(value, "refuse") != 0 && strcmp(value, "note") != 0 &&
	    strcmp(value, "accept") != 0)
		return conf_file_fail(conf, UNLISTED_GROUP, "extensions",
		    error, "\"%s\" is not accept, note or refuse", value);
	return TRUE;
}

static gboolean
add_exception(Attachments *attachments, const ConfFile *conf,
    const char *group, GError **error)
{
	static const char *const known[] = { "names", "types", "inside",
		"reason", NULL };
	const char *const *keys = conf_file_keys(conf, group);
	Exception exception = {
		.name = group + strlen(EXCEPTION_PREFIX),
		.names = conf_file_list(conf, group, "names"),
		.types = conf_file_list(conf, group, "types"),
		.inside = conf_file_list(conf, group, "inside"),
	};

	for (guint i = 0; keys[i] != NULL; i++)
		if (!g_strv_contains(known, keys[i]))
			return conf_file_fail(conf, group, keys[i], error,
			    "unknown key; there are names, types, inside and "
			    "reason");
	/* One without any of them would be a hole. */
	for (guint i = 0; known[i] != NULL; i++) {
		const char *const *values = conf_file_list(conf, group,
		    known[i]);

		if (values == NULL || values[0] == NULL)
			return conf_file_fail(conf, group, NULL, error,
			    "the key %s is missing or empty", known[i]);
	}
	g_array_append_val(attachments->exceptions, exception);
	return TRUE;
}

static gboolean
matches_any(const char *const *patterns, const char *text)
{
	for (guint i = 0; patterns[i] != NULL; i++)
		if (g_pattern_match_simple(patterns[i], text))
			return TRUE;
	return FALSE;
}

/* --- files ----------------------------------------------------------------- */

static gboolean
read_group(Attachments *attachments, const ConfFile *conf, const char *group,
    GHashTable *seen, GError **error)
{
	const char *const *keys = conf_file_keys(conf, group);
	gsize t = 0;

	if (strcmp(group, UNLISTED_GROUP) == 0)
		return read_unlisted(attachments, conf, error);
	if (g_str_has_prefix(group, EXCEPTION_PREFIX))
		return add_exception(attachments, conf, group, error);
	while (t < G_N_ELEMENTS(tiers) && strcmp(group, tiers[t].group) != 0)
		t++;
	if (t == G_N_ELEMENTS(tiers))
		return conf_file_fail(conf, group, NULL, error,
		    "unknown group; there are [operator], [ban], [archive], "
		    "[note], [allow], [unlisted] and [exception NAME]");
	for (guint i = 0; keys[i] != NULL; i++)
		if (!add_row(attachments, conf, group, tiers[t].tier, keys[i],
		    seen, error))
			return FALSE;
	return TRUE;
}

/* Takes conf over, NULL too. */
static gboolean
read_file(Attachments *attachments, ConfFile *conf, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	const char *const *groups;

	if (conf == NULL)
		return FALSE;
	g_ptr_array_add(attachments->files, conf);
	groups = conf_file_groups(conf);
	for (guint i = 0; groups[i] != NULL; i++)
		if (!read_group(attachments, conf, groups[i], seen, error))
			return FALSE;
	return TRUE;
}

Attachments *
attachments_load(const char *path, const char *local, GError **error)
{
	g_autoptr(Attachments) attachments = g_new0(Attachments, 1);

	attachments->files = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)conf_file_free);
	attachments->rows = g_hash_table_new_full(g_str_hash, g_str_equal,
	    NULL, g_free);
	attachments->exceptions = g_array_new(FALSE, FALSE,
	    sizeof(Exception));
	attachments->unlisted = VERDICT_ACCEPT;
	if (!read_file(attachments, path != NULL ?
	    conf_file_load(path, error) :
	    conf_file_embedded("attachments.conf", error), error))
		return NULL;
	if (local != NULL && !read_file(attachments,
	    conf_file_load(local, error), error))
		return NULL;
	return g_steal_pointer(&attachments);
}

void
attachments_free(Attachments *attachments)
{
	if (attachments == NULL)
		return;
	g_hash_table_unref(attachments->rows);
	g_array_unref(attachments->exceptions);
	g_ptr_array_unref(attachments->files);
	g_free(attachments);
}

/* --- questions ------------------------------------------------------------- */

const BannedExtension *
attachments_find(const Attachments *attachments, const char *extension)
{
	return g_hash_table_lookup(attachments->rows, extension);
}

gboolean
banned_extension_refuses(const BannedExtension *row, gboolean is_in_container)
{
	for (gsize i = 0; i < G_N_ELEMENTS(tiers); i++)
		if (tiers[i].tier == row->tier)
			return is_in_container ? tiers[i].refuses_in_container :
			    tiers[i].refuses;
	return TRUE;
}

Verdict
attachments_unlisted(const Attachments *attachments, gboolean *is_noted)
{
	*is_noted = attachments->is_unlisted_noted;
	return attachments->unlisted;
}

gboolean
attachments_has_exceptions(const Attachments *attachments)
{
	return attachments->exceptions->len > 0;
}

const char *
attachments_exception(const Attachments *attachments, const char *name,
    const char *type, const char *container_type)
{
	for (guint i = 0; i < attachments->exceptions->len; i++) {
		const Exception *exception = &g_array_index(
		    attachments->exceptions, Exception, i);

		if (matches_any(exception->names, name) &&
		    matches_any(exception->types, type) &&
		    matches_any(exception->inside, container_type != NULL ?
		        container_type : MESSAGE))
			return exception->name;
	}
	return NULL;
}

guint
attachments_count(const Attachments *attachments)
{
	return g_hash_table_size(attachments->rows);
}
