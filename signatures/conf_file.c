/*
 * signatures/conf_file.c - an INI file whose errors name file, line and key.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "signatures/conf_file.h"
#include "signatures/data.h"

/* A group or a key. */
struct entry {
	guint line;
	char *value;            /* NULL for a group */
	char **list;            /* the value split at ';' */
};

struct conf_file {
	char *name;
	GHashTable *entries;    /* "group" or "group\nkey" -> struct entry */
	GPtrArray *groups;      /* of char *, NULL-terminated */
	GHashTable *keys;       /* group -> GPtrArray of char *, NULL-terminated */
};

static const char *const no_keys[] = { NULL };

G_DEFINE_QUARK(mailweir-conf-file-error, conf_file_error)

static char *
place_of(const char *group, const char *key)
{
	return key != NULL ? g_strconcat(group, "\n", key, NULL) :
	    g_strdup(group);
}

static void
entry_free(gpointer data)
{
	struct entry *entry = data;

	g_free(entry->value);
	g_strfreev(entry->list);
	g_free(entry);
}

/* NULL: no such group or key. */
static struct entry *
find_entry(const ConfFile *conf, const char *group, const char *key)
{
	g_autofree char *place = place_of(group, key);

	return g_hash_table_lookup(conf->entries, place);
}

/* FALSE: it is there already. */
static gboolean
add_entry(ConfFile *conf, const char *group, const char *key, guint line)
{
	struct entry *entry;

	if (find_entry(conf, group, key) != NULL)
		return FALSE;
	entry = g_new0(struct entry, 1);
	entry->line = line;
	g_hash_table_insert(conf->entries, place_of(group, key), entry);
	return TRUE;
}

static gboolean G_GNUC_PRINTF(4, 5)
syntax_error(const char *name, guint line, GError **error, const char *format,
    ...)
{
	g_autofree char *problem = NULL;
	va_list arguments;

	va_start(arguments, format);
	problem = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, CONF_FILE_ERROR, CONF_FILE_ERROR_SYNTAX,
	    "%s:%u: %s", name, line, problem);
	return FALSE;
}

/* One line of the file, blanks stripped; group: the current one or NULL. */
static gboolean
note_line(ConfFile *conf, char *line, guint number, char **group,
    GError **error)
{
	gsize len = strlen(line);
	GPtrArray *keys;
	char *equals;

	if (*line == '\0' || *line == '#')
		return TRUE;
	if (*line == '[') {
		if (line[len - 1] != ']' || len == 2)
			return syntax_error(conf->name, number, error,
			    "a group must be written as [name]");
		line[len - 1] = '\0';
		if (!add_entry(conf, line + 1, NULL, number))
			return syntax_error(conf->name, number, error,
			    "[%s] is written twice", line + 1);
		g_free(*group);
		*group = g_strdup(line + 1);
		g_ptr_array_add(conf->groups, g_strdup(*group));
		g_hash_table_insert(conf->keys, g_strdup(*group),
		    g_ptr_array_new_with_free_func(g_free));
		return TRUE;
	}
	if (*group == NULL)
		return syntax_error(conf->name, number, error,
		    "text before the first [group]");
	equals = strchr(line, '=');
	if (equals == NULL || equals == line)
		return syntax_error(conf->name, number, error,
		    "[%s]: neither key = value nor a comment that begins "
		    "with #", *group);
	*equals = '\0';
	g_strchomp(line);
	if (!add_entry(conf, *group, line, number))
		return syntax_error(conf->name, number, error,
		    "[%s] %s: is written twice", *group, line);
	keys = g_hash_table_lookup(conf->keys, *group);
	g_ptr_array_add(keys, g_strdup(line));
	return TRUE;
}

static gboolean
note_lines(ConfFile *conf, const char *text, GError **error)
{
	g_autofree char *group = NULL;
	const char *end;
	guint number = 1;

	for (const char *line = text; line != NULL;
	    line = end == NULL ? NULL : end + 1, number++) {
		g_autofree char *copy = NULL;

		end = strchr(line, '\n');
		copy = end == NULL ? g_strdup(line) :
		    g_strndup(line, (gsize)(end - line));
		if (!note_line(conf, g_strstrip(copy), number, &group, error))
			return FALSE;
	}
	return TRUE;
}

/* The value split at ';', items stripped, empty ones dropped. */
static char **
split_list(const char *value)
{
	char **list = g_strsplit(value, ";", -1);
	guint kept = 0;

	for (guint i = 0; list[i] != NULL; i++) {
		char *item = list[i];

		list[i] = NULL;
		if (*g_strstrip(item) != '\0')
			list[kept++] = item;
		else
			g_free(item);
	}
	return list;
}

/* Takes each key's value from GKeyFile, and ends the lists with NULL. */
static gboolean
read_values(ConfFile *conf, const char *text, gsize len, GError **error)
{
	g_autoptr(GKeyFile) values = g_key_file_new();

	if (!g_key_file_load_from_data(values, text, len, G_KEY_FILE_NONE,
	    error)) {
		g_prefix_error(error, "%s: ", conf->name);
		return FALSE;
	}
	for (guint i = 0; i < conf->groups->len; i++) {
		const char *group = g_ptr_array_index(conf->groups, i);
		GPtrArray *keys = g_hash_table_lookup(conf->keys, group);

		for (guint j = 0; j < keys->len; j++) {
			const char *key = g_ptr_array_index(keys, j);
			struct entry *entry = find_entry(conf, group, key);

			entry->value = g_key_file_get_value(values, group, key,
			    NULL);
			if (entry->value == NULL)
				return syntax_error(conf->name, entry->line,
				    error, "[%s] %s: not a valid key", group,
				    key);
			entry->list = split_list(entry->value);
		}
		g_ptr_array_add(keys, NULL);
	}
	g_ptr_array_add(conf->groups, NULL);
	return TRUE;
}

static guint
line_of_octet(const char *text, const char *octet)
{
	guint line = 1;

	for (const char *p = text; p < octet; p++)
		if (*p == '\n')
			line++;
	return line;
}

ConfFile *
conf_file_parse(const char *name, const char *text, gsize len, GError **error)
{
	g_autoptr(ConfFile) conf = g_new0(ConfFile, 1);
	g_autofree char *terminated = g_strndup(text, len);
	const char *invalid = NULL;

	conf->name = g_strdup(name);
	conf->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    entry_free);
	conf->groups = g_ptr_array_new_with_free_func(g_free);
	conf->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    (GDestroyNotify)g_ptr_array_unref);
	if (!g_utf8_validate_len(text, len, &invalid)) {
		syntax_error(name, line_of_octet(text, invalid), error,
		    "octet 0x%02x is not UTF-8 text", (guchar)*invalid);
		return NULL;
	}
	if (!note_lines(conf, terminated, error) ||
	    !read_values(conf, terminated, len, error))
		return NULL;
	return g_steal_pointer(&conf);
}

static ConfFile *
fail_reading(const char *path, const char *problem, GError **error)
{
	g_set_error(error, CONF_FILE_ERROR, CONF_FILE_ERROR_UNREADABLE,
	    "%s: cannot read it: %s", path, problem);
	return NULL;
}

ConfFile *
conf_file_load(const char *path, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autofree char *text = NULL;
	struct stat status;
	gsize len;

	/* A FIFO would block and a device would never end. */
	if (stat(path, &status) == -1)
		return fail_reading(path, g_strerror(errno), error);
	if (!S_ISREG(status.st_mode))
		return fail_reading(path, "not a regular file", error);
	if (status.st_size > CONF_FILE_MAX_OCTETS)
		return fail_reading(path, "more than 4 MiB", error);
	if (!g_file_get_contents(path, &text, &len, &reason))
		return fail_reading(path, reason->message, error);
	return conf_file_parse(path, text, len, error);
}

ConfFile *
conf_file_embedded(const char *name, GError **error)
{
	g_autoptr(GBytes) bytes = signature_data_lookup(name);
	gsize len;
	const char *text = g_bytes_get_data(bytes, &len);

	return conf_file_parse(name, text, len, error);
}

void
conf_file_free(ConfFile *conf)
{
	if (conf == NULL)
		return;
	g_free(conf->name);
	g_hash_table_unref(conf->entries);
	g_ptr_array_unref(conf->groups);
	g_hash_table_unref(conf->keys);
	g_free(conf);
}

const char *const *
conf_file_groups(const ConfFile *conf)
{
	return (const char *const *)conf->groups->pdata;
}

const char *const *
conf_file_keys(const ConfFile *conf, const char *group)
{
	GPtrArray *keys = g_hash_table_lookup(conf->keys, group);

	return keys != NULL ? (const char *const *)keys->pdata : no_keys;
}

const char *
conf_file_value(const ConfFile *conf, const char *group, const char *key)
{
	const struct entry *entry = find_entry(conf, group, key);

	return entry != NULL ? entry->value : NULL;
}

const char *const *
conf_file_list(const ConfFile *conf, const char *group, const char *key)
{
	const struct entry *entry = find_entry(conf, group, key);

	return entry != NULL ? (const char *const *)entry->list : NULL;
}

gboolean
conf_file_fail(const ConfFile *conf, const char *group, const char *key,
    GError **error, const char *format, ...)
{
	const struct entry *entry = find_entry(conf, group, key);
	g_autofree char *problem = NULL;
	va_list arguments;

	/* A key that is missing has no line: its group has. */
	if (entry == NULL)
		entry = find_entry(conf, group, NULL);
	va_start(arguments, format);
	problem = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, CONF_FILE_ERROR, CONF_FILE_ERROR_VALUE,
	    "%s:%u: [%s]%s%s: %s", conf->name, entry != NULL ? entry->line : 1,
	    group,
	    key != NULL ? " " : "", key != NULL ? key : "", problem);
	return FALSE;
}
