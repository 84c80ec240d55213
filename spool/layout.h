/*
 * spool/layout.h - what a spool directory is made of.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * W is the user who owns the spool and works in it, S the group of those who
 * submit, R the group of those who may read what is in quarantine.
 */
#ifndef SPOOL_LAYOUT_H
#define SPOOL_LAYOUT_H

#include "spool/spool.h"

typedef struct {
	const char *name;
	mode_t mode;
	enum {
		LAYOUT_OWN,             /* W's alone: any group will do */
		LAYOUT_SUBMITTERS,      /* of group S */
		LAYOUT_READERS,         /* of group R */
	} group;
} FolderLayout;

/* Indexed by SpoolFolder. */
extern const FolderLayout spool_layout[N_SPOOL_FOLDERS];

/* Whom it shall belong to; -1 everywhere: as it is, or whoever makes it. */
typedef struct {
	uid_t user;             /* W */
	gid_t submitters;       /* S */
	gid_t readers;          /* R */
} SpoolOwners;
#define SPOOL_OWNERS_UNCHANGED ((SpoolOwners){ (uid_t)-1, (gid_t)-1, (gid_t)-1 })

/* Whether the directory is missing or holds nothing. */
gboolean spool_is_empty(const char *path);

/*
 * Makes the directory and its folders, or mends those of an existing spool; a
 * directory that holds other things is left alone. FALSE and error.
 */
gboolean spool_init(const char *path, const SpoolOwners *owners,
    GError **error);

/* Whether the file VERSION says that the directory is a spool of ours. FALSE
 * and error, which says what to do. */
gboolean spool_check_version(const char *path, GError **error);

/*
 * Whether rename, flock and inotify mean on the file system (f_type of
 * statfs(2)) what the protocol needs: FALSE for network and FUSE ones.
 */
gboolean spool_file_system_is_local(guint32 type);

#endif
