/*
 * spool/check.c - finds what is wrong with a spool directory.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "spool/check.h"
#include "spool/ids.h"
#include "spool/layout.h"

/* Files looked at in one folder. */
#define LIST_MAX 1000000

struct check {
	const char *path;
	Spool *spool;
	gint64 max_age;
	SpoolCheckReport report;
	gpointer data;
	guint count;
};

/* mend is a command; quoted: what it is applied to, NULL: nothing. */
static void G_GNUC_PRINTF(4, 5)
report(struct check *check, const char *mend, const char *operand,
    const char *format, ...)
{
	g_autofree char *problem = NULL, *quoted = NULL, *command = NULL;
	va_list arguments;

	va_start(arguments, format);
	problem = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	quoted = operand != NULL ? g_shell_quote(operand) : g_strdup("");
	command = g_strdup_printf("%s%s%s", mend, operand != NULL ? " " : "",
	    quoted);
	check->report(problem, command, check->data);
	check->count++;
}

/* --- owners and modes ------------------------------------------------------- */

static void
check_folder(struct check *check, const FolderLayout *layout,
    const struct stat *root)
{
	g_autofree char *path = g_build_filename(check->path, layout->name,
	    NULL);
	g_autofree char *mend = NULL;
	struct stat status;

	if (lstat(path, &status) == -1 || !S_ISDIR(status.st_mode)) {
		report(check, "mailweir spool init", check->path,
		    "%s: there is no such folder", path);
		return;
	}
	if (status.st_dev != root->st_dev)
		report(check, "umount", path,
		    "%s: is on another file system than the spool", path);
	if (status.st_uid != root->st_uid) {
		mend = g_strdup_printf("chown %u", (guint)root->st_uid);
		report(check, mend, path, "%s: belongs to uid %u, the spool "
		    "to uid %u", path, (guint)status.st_uid,
		    (guint)root->st_uid);
	}
	g_clear_pointer(&mend, g_free);
	if (layout->group == LAYOUT_SUBMITTERS &&
	    status.st_gid != root->st_gid) {
		mend = g_strdup_printf("chgrp %u", (guint)root->st_gid);
		report(check, mend, path, "%s: is of gid %u, the spool of "
		    "gid %u", path, (guint)status.st_gid,
		    (guint)root->st_gid);
	}
	g_clear_pointer(&mend, g_free);
	if ((status.st_mode & 07777) != layout->mode) {
		mend = g_strdup_printf("chmod %04o", (guint)layout->mode);
		report(check, mend, path, "%s: has mode %04o", path,
		    (guint)(status.st_mode & 07777));
	}
}

static void
check_root(struct check *check)
{
	struct statfs file_system;
	struct stat root;

	if (stat(check->path, &root) == -1) {
		report(check, "mailweir spool init", check->path, "%s: %s",
		    check->path, g_strerror(errno));
		return;
	}
	if (root.st_mode & 022)
		report(check, "chmod go-w", check->path,
		    "%s: others may write to it", check->path);
	if (statfs(check->path, &file_system) == 0 &&
	    !spool_file_system_is_local((guint32)file_system.f_type))
		report(check, "mailweir spool init /another/place", NULL,
		    "%s: is on a network or FUSE file system", check->path);
	for (gsize i = 0; i < N_SPOOL_FOLDERS; i++)
		check_folder(check, &spool_layout[i], &root);
}

/* --- files ------------------------------------------------------------------ */

static gboolean
is_message_name(const char *name)
{
	g_autofree char *id = g_strndup(name, strcspn(name, "."));

	return spool_id_is_valid(id) && strcmp(name + strlen(id), ".eml") == 0;
}

static gboolean
is_envelope_name(const char *name)
{
	guint attempts;
	g_autofree char *id = spool_entry_name_parse(name, &attempts);

	return id != NULL;
}

static gboolean
is_kept_name(const char *name)
{
	g_autofree char *id = g_strndup(name, strcspn(name, "."));
	static const char *const suffixes[] = { ".eml", ".env", ".verdict",
		".json", ".file", NULL };

	return spool_id_is_valid(id) &&
	    g_strv_contains(suffixes, name + strlen(id));
}

static gboolean
is_poison_name(const char *name)
{
	gsize digits = strspn(name, "0123456789");

	return digits > 0 && name[digits] == '-' &&
	    strlen(name + digits + 1) == 64 &&
	    strspn(name + digits + 1, "0123456789abcdef") == 64;
}

static gboolean
name_fits(SpoolFolder folder, const char *name)
{
	static const char *const run_names[] = { "alive", "boot", "full",
		"reserve", "status", "sock", NULL };

	switch (folder) {
	case SPOOL_TMP:
		return is_message_name(name) || is_envelope_name(name);
	case SPOOL_MSG:
		return is_message_name(name);
	case SPOOL_INCOMING:
	case SPOOL_ACTIVE:
		return is_envelope_name(name);
	case SPOOL_VERDICT:
		return spool_id_is_valid(name);
	case SPOOL_QUARANTINE:
	case SPOOL_CORRUPT:
		return is_kept_name(name);
	case SPOOL_POISON:
		return is_poison_name(name);
	case SPOOL_RUN:
		return g_strv_contains(run_names, name);
	}
	return FALSE;
}

static char *
path_of(const struct check *check, SpoolFolder folder, const char *name)
{
	return g_build_filename(check->path, spool_layout[folder].name, name,
	    NULL);
}

/* FALSE: it was reported. */
static gboolean
check_name(struct check *check, SpoolFolder folder, const char *name)
{
	g_autofree char *path = path_of(check, folder, name);
	struct stat status;

	if (fstatat(check->spool->folders[folder], name, &status,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return FALSE;
	if (!S_ISREG(status.st_mode) && (folder != SPOOL_RUN ||
	    !S_ISSOCK(status.st_mode)))
		report(check, "rm -r --", path, "%s: is no regular file", path);
	else if (!name_fits(folder, name))
		report(check, "rm --", path, "%s: its name fits no state",
		    path);
	else
		return TRUE;
	return FALSE;
}

static gint64
age_of(const struct check *check, SpoolFolder folder, const char *name)
{
	struct stat status;

	if (fstatat(check->spool->folders[folder], name, &status,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	return g_get_real_time() / G_USEC_PER_SEC - status.st_ctime;
}

/* An envelope is alone and has its message. */
static void
check_envelope(struct check *check, SpoolFolder folder, const char *name,
    GHashTable *seen)
{
	guint attempts;
	g_autofree char *id = spool_entry_name_parse(name, &attempts);
	g_autofree char *message = g_strconcat(id, ".eml", NULL);
	g_autofree char *path = path_of(check, folder, name);
	const char *other = g_hash_table_lookup(seen, id);

	/* Where somebody works it may have moved on: look again. */
	if (!spool_has(check->spool, SPOOL_MSG, message) &&
	    spool_has(check->spool, folder, name))
		report(check, "rm --", path,
		    "%s: an envelope without its message", path);
	if (other != NULL && access(other, F_OK) == 0 &&
	    spool_has(check->spool, folder, name))
		report(check, "rm --", path, "%s: a second envelope of the "
		    "message beside %s", path, other);
	g_hash_table_insert(seen, g_steal_pointer(&id),
	    g_steal_pointer(&path));
}

static void
check_message(struct check *check, const char *name, GHashTable *envelopes)
{
	g_autofree char *id = g_strndup(name, strcspn(name, "."));
	g_autofree char *path = path_of(check, SPOOL_MSG, name);

	if (!g_hash_table_contains(envelopes, id) &&
	    !spool_has(check->spool, SPOOL_VERDICT, id) &&
	    age_of(check, SPOOL_MSG, name) > check->max_age)
		report(check, "rm --", path,
		    "%s: a message that nobody waits for", path);
}

static void
check_folder_files(struct check *check, SpoolFolder folder,
    GHashTable *envelopes)
{
	g_autoptr(GPtrArray) names = spool_list(check->spool, folder,
	    LIST_MAX);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);

		if (!check_name(check, folder, name))
			continue;
		if (folder == SPOOL_ACTIVE || folder == SPOOL_INCOMING)
			check_envelope(check, folder, name, envelopes);
		if (folder == SPOOL_MSG)
			check_message(check, name, envelopes);
	}
}

static void
check_files(struct check *check)
{
	g_autoptr(GHashTable) envelopes = g_hash_table_new_full(g_str_hash,
	    g_str_equal, g_free, g_free);
	/* Envelopes before messages, and in the order that an entry does not
	 * go, so that none is seen twice because it moved on. */
	static const SpoolFolder order[] = { SPOOL_ACTIVE, SPOOL_INCOMING,
		SPOOL_MSG, SPOOL_TMP, SPOOL_VERDICT, SPOOL_QUARANTINE,
		SPOOL_CORRUPT, SPOOL_POISON, SPOOL_RUN };

	for (gsize i = 0; i < G_N_ELEMENTS(order); i++)
		check_folder_files(check, order[i], envelopes);
}

guint
spool_check(const char *path, gint64 max_age, SpoolCheckReport report_to,
    gpointer data)
{
	struct check check = { .path = path, .max_age = max_age,
		.report = report_to, .data = data };
	g_autoptr(GError) error = NULL;
	g_autoptr(Spool) spool = NULL;

	check_root(&check);
	spool = spool_open(path, &error);
	check.spool = spool;
	if (spool != NULL)
		check_files(&check);
	else if (check.count == 0)
		report(&check, "mailweir spool init", path, "%s",
		    error->message);
	return check.count;
}
