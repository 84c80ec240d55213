/*
 * spool/databases.c - whether the ClamAV databases have changed on disk.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "signatures/engine.h"
#include "spool/databases.h"

struct databases {
	char *loaded;           /* digests */
	char *seen;
};

static void
add_file(GChecksum *digest, const char *path)
{
	struct stat status;
	g_autofree char *line = stat(path, &status) == -1 ?
	    g_strdup_printf("%s missing\n", path) :
	    g_strdup_printf("%s %ju %jd %jd.%09ld\n", path,
	    (uintmax_t)status.st_ino, (intmax_t)status.st_size,
	    (intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);

	g_checksum_update(digest, (const guchar *)line, -1);
}

static int
compare_strings(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A file, or the files of a folder. */
static void
add_path(GChecksum *digest, const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	if (dir == NULL) {
		add_file(digest, path);
		return;
	}
	while ((name = g_dir_read_name(dir)) != NULL)
		g_ptr_array_add(names, g_build_filename(path, name, NULL));
	g_ptr_array_sort(names, compare_strings);
	for (guint i = 0; i < names->len; i++)
		add_file(digest, g_ptr_array_index(names, i));
}

/* Caller frees. */
static char *
digest_of(const Settings *settings)
{
	g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_SHA256);
	char **paths = settings->rules.databases;

	for (gsize i = 0; paths != NULL && paths[i] != NULL; i++)
		add_path(digest, paths[i]);
	if (settings->rules.use_system_database)
		add_path(digest, engine_system_folder());
	return g_strdup(g_checksum_get_string(digest));
}

Databases *
databases_new(const Settings *settings)
{
	Databases *databases = g_new0(Databases, 1);

	databases->loaded = digest_of(settings);
	databases->seen = g_strdup(databases->loaded);
	return databases;
}

void
databases_free(Databases *databases)
{
	if (databases == NULL)
		return;
	g_free(databases->loaded);
	g_free(databases->seen);
	g_free(databases);
}

gboolean
databases_have_changed(Databases *databases, const Settings *settings)
{
	char *now = digest_of(settings);
	gboolean is_quiet = strcmp(now, databases->seen) == 0;

	g_free(databases->seen);
	databases->seen = now;
	if (!is_quiet || strcmp(now, databases->loaded) == 0)
		return FALSE;
	g_free(databases->loaded);
	databases->loaded = g_strdup(now);
	return TRUE;
}
