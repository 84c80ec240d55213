/*
 * spool/layout.c - what a spool directory is made of.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "spool/layout.h"

/* Behind "spool 1" stand words for what is optional. */
#define VERSION_TEXT "spool 1 socket\n"

/*
 * Mode 3730: members of the group may create files and pass through, but
 * neither list the folder nor touch another's file. The setgid bit gives what
 * is made in a folder the folder's group.
 */
const FolderLayout spool_layout[N_SPOOL_FOLDERS] = {
	[SPOOL_TMP] = { "tmp", 03730, LAYOUT_SUBMITTERS },
	[SPOOL_MSG] = { "msg", 03730, LAYOUT_SUBMITTERS },
	[SPOOL_INCOMING] = { "incoming", 03730, LAYOUT_SUBMITTERS },
	[SPOOL_ACTIVE] = { "active", 0700, LAYOUT_OWN },
	[SPOOL_VERDICT] = { "verdict", 02710, LAYOUT_SUBMITTERS },
	[SPOOL_QUARANTINE] = { "quarantine", 02750, LAYOUT_READERS },
	[SPOOL_CORRUPT] = { "corrupt", 0700, LAYOUT_OWN },
	[SPOOL_POISON] = { "poison", 0700, LAYOUT_OWN },
	[SPOOL_RUN] = { "run", 02750, LAYOUT_SUBMITTERS },
};

static gboolean G_GNUC_PRINTF(3, 4)
fail(GError **error, SpoolError code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_propagate_error(error,
	    g_error_new_valist(SPOOL_ERROR, (int)code, format, arguments));
	va_end(arguments);
	return FALSE;
}

gboolean
spool_is_empty(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

	return dir != NULL ? g_dir_read_name(dir) == NULL :
	    !g_file_test(path, G_FILE_TEST_EXISTS);
}

gboolean
spool_check_version(const char *path, GError **error)
{
	g_autofree char *file = g_build_filename(path, "VERSION", NULL);
	g_autofree char *text = NULL;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		return fail(error, SPOOL_ERROR_NOT_A_SPOOL, "%s: there is no "
		    "such directory; 'mailweir spool init %s' makes one", path,
		    path);
	if (access(path, X_OK) == -1)
		return fail(error, SPOOL_ERROR_ACCESS, "%s: %s; run this as "
		    "the spool's owner or a member of its group", path,
		    g_strerror(errno));
	if (!g_file_get_contents(file, &text, NULL, NULL))
		return fail(error, SPOOL_ERROR_NOT_A_SPOOL, "%s: not a spool "
		    "(no file VERSION in it); 'mailweir spool init' makes one "
		    "in an empty directory", path);
	if (strcmp(text, "spool 1\n") != 0 &&
	    !g_str_has_prefix(text, "spool 1 "))
		return fail(error, SPOOL_ERROR_NOT_A_SPOOL, "%s: VERSION says "
		    "\"%.20s\", this program knows \"spool 1\"", path, text);
	return TRUE;
}

gboolean
spool_file_system_is_local(guint32 type)
{
	static const guint32 others[] = {
		0x6969,         /* NFS */
		0x517b,         /* SMB */
		0xff534d42,     /* CIFS */
		0xfe534d42,     /* SMB2 */
		0x65735546,     /* FUSE */
		0x01021997,     /* 9P */
		0x00c36400,     /* Ceph */
		0x5346414f,     /* AFS */
		0x73757245,     /* Coda */
		0x7461636f,     /* OCFS2 */
		0x01161970,     /* GFS2 */
		0x0bd00bd0,     /* Lustre */
		0x19830326,     /* FhGFS */
		0x786f4256,     /* VirtualBox folders */
	};

	for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
		if (type == others[i])
			return FALSE;
	return TRUE;
}

/* Owner and mode of one folder; path names it. */
static gboolean
give(const char *path, uid_t user, gid_t group, mode_t mode, GError **error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* fchmod because the umask has cut what mkdir was told, and fchown the
	 * setgid bit. */
	gboolean is_given = fd != -1 && ((user == (uid_t)-1 &&
	    group == (gid_t)-1) || fchown(fd, user, group) == 0) &&
	    fchmod(fd, mode) == 0;
	int saved_errno = errno;

	if (fd != -1)
		close(fd);
	return is_given || fail(error, SPOOL_ERROR_ACCESS,
	    "%s: cannot make it: %s", path, g_strerror(saved_errno));
}

static gid_t
group_of(const SpoolOwners *owners, const FolderLayout *layout)
{
	return layout->group == LAYOUT_SUBMITTERS ? owners->submitters :
	    layout->group == LAYOUT_READERS ? owners->readers : (gid_t)-1;
}

gboolean
spool_init(const char *path, const SpoolOwners *owners, GError **error)
{
	g_autofree char *version = g_build_filename(path, "VERSION", NULL);
	g_autoptr(GError) reason = NULL;
	struct statfs status;

	if (!spool_is_empty(path) && !spool_check_version(path, error))
		return FALSE;
	if (mkdir(path, 0755) == -1 && errno != EEXIST)
		return fail(error, SPOOL_ERROR_ACCESS, "%s: cannot make it: %s",
		    path, g_strerror(errno));
	if (statfs(path, &status) == 0 &&
	    !spool_file_system_is_local((guint32)status.f_type))
		return fail(error, SPOOL_ERROR_NOT_A_SPOOL, "%s: is on a "
		    "network or FUSE file system; the spool must be on a "
		    "local one", path);
	if (!give(path, owners->user, owners->submitters, 0755, error))
		return FALSE;
	for (gsize i = 0; i < N_SPOOL_FOLDERS; i++) {
		const FolderLayout *layout = &spool_layout[i];
		g_autofree char *folder = g_build_filename(path, layout->name,
		    NULL);

		if (mkdir(folder, 0700) == -1 && errno != EEXIST)
			return fail(error, SPOOL_ERROR_ACCESS,
			    "%s: cannot make it: %s", folder,
			    g_strerror(errno));
		if (!give(folder, owners->user, group_of(owners, layout),
		    layout->mode, error))
			return FALSE;
	}
	/* Last: with it the directory is a spool. */
	if (!g_file_set_contents_full(version, VERSION_TEXT, -1,
	    G_FILE_SET_CONTENTS_CONSISTENT, 0644, &reason))
		return fail(error, SPOOL_ERROR_ACCESS, "%s", reason->message);
	if (owners->user != (uid_t)-1 || owners->submitters != (gid_t)-1)
		return chown(version, owners->user, owners->submitters) == 0 ||
		    fail(error, SPOOL_ERROR_ACCESS, "%s: %s", version,
		        g_strerror(errno));
	return TRUE;
}
