/*
 * signatures/attachments.c - which file names are illegal (attachments.conf).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/attachments.h"
#include "signatures/conf_file.h"

struct attachments {
	ConfFile *conf;         /* owns the strings of the rows */
	GHashTable *rows;       /* extension -> BannedExtension */
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
};

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

static gboolean
add_row(Attachments *attachments, const char *group, AttachmentTier tier,
    const char *extension, GError **error)
{
	const ConfFile *conf = attachments->conf;
	const char *const *values = conf_file_list(conf, group, extension);
	BannedExtension *row;

	if (!is_extension(extension))
		return conf_file_fail(conf, group, extension, error,
		    "an extension is written in lower case and without a dot");
	if (g_hash_table_contains(attachments->rows, extension))
		return conf_file_fail(conf, group, extension, error,
		    "is listed in another group already");
	if (values[0] == NULL || values[1] == NULL || values[2] != NULL)
		return conf_file_fail(conf, group, extension, error,
		    "the value must be: reason ; where it comes from");
	row = g_new(BannedExtension, 1);
	row->extension = extension;
	row->tier = tier;
	row->reason = values[0];
	row->source = values[1];
	g_hash_table_insert(attachments->rows, (gpointer)extension, row);
	return TRUE;
}

Attachments *
attachments_load(const char *path, GError **error)
{
	g_autoptr(Attachments) attachments = g_new0(Attachments, 1);
	const char *const *groups;

	attachments->rows = g_hash_table_new_full(g_str_hash, g_str_equal,
	    NULL, g_free);
	attachments->conf = path != NULL ? conf_file_load(path, error) :
	    conf_file_embedded("attachments.conf", error);
	if (attachments->conf == NULL)
		return NULL;
	groups = conf_file_groups(attachments->conf);
	for (guint i = 0; groups[i] != NULL; i++) {
		const char *const *keys =
		    conf_file_keys(attachments->conf, groups[i]);
		gsize t = 0;

		while (t < G_N_ELEMENTS(tiers) &&
		    strcmp(groups[i], tiers[t].group) != 0)
			t++;
		if (t == G_N_ELEMENTS(tiers)) {
			conf_file_fail(attachments->conf, groups[i], NULL,
			    error, "unknown group; there are [operator], "
			    "[ban], [archive] and [note]");
			return NULL;
		}
		for (guint j = 0; keys[j] != NULL; j++)
			if (!add_row(attachments, groups[i], tiers[t].tier,
			    keys[j], error))
				return NULL;
	}
	return g_steal_pointer(&attachments);
}

void
attachments_free(Attachments *attachments)
{
	if (attachments == NULL)
		return;
	g_hash_table_unref(attachments->rows);
	conf_file_free(attachments->conf);
	g_free(attachments);
}

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

guint
attachments_count(const Attachments *attachments)
{
	return g_hash_table_size(attachments->rows);
}
