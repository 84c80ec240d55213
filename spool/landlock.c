/*
 * spool/landlock.c - files, network and signals, cut off by Landlock.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "spool/landlock.h"

/* linux/landlock.h, as far as it is needed. */
#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1
struct ruleset_attr {
	guint64 fs, net, scoped;
};
struct path_beneath_attr {
	guint64 allowed;
	gint32 folder;
} __attribute__((packed));

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_ALL_1 = (1 << 13) - 1,
	FS_REFER = 1 << 13,     /* version 2 */
	FS_TRUNCATE = 1 << 14,  /* version 3 */
	FS_IOCTL_DEV = 1 << 15, /* version 5 */
	NET_BIND_TCP = 1 << 0,  /* version 4 */
	NET_CONNECT_TCP = 1 << 1,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,    /* version 6 */
	SCOPE_SIGNAL = 1 << 1,
};

#define SCRATCH_RIGHTS                                                  \
	(FS_WRITE_FILE | FS_READ_FILE | FS_READ_DIR | FS_REMOVE_DIR |   \
	    FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_TRUNCATE)

int
landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    CREATE_RULESET_VERSION);

	return version > 0 ? (int)version : 0;
}

static gboolean
allow(int ruleset, const char *folder, guint64 rights)
{
	struct path_beneath_attr attr = { .allowed = rights };
	int saved_errno;
	long result;

	attr.folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (attr.folder == -1)
		return FALSE;
	result = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH,
	    &attr, 0);
	saved_errno = errno;
	close(attr.folder);
	errno = saved_errno;
	return result == 0;
}

static gboolean
allow_all(int ruleset, const char *folder, guint64 handled)
{
#ifdef __SANITIZE_ADDRESS__
	/* AddressSanitizer's reports name lines of the sources. */
	static const char *const readable[] = { "/proc", "/lib", "/usr/lib",
		NULL };
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *programs = program != NULL ?
	    g_path_get_dirname(program) : NULL;

	for (gsize i = 0; readable[i] != NULL; i++)
		allow(ruleset, readable[i], FS_READ_FILE | FS_READ_DIR);
	if (programs != NULL)
		allow(ruleset, programs, FS_READ_FILE);
#endif
	return allow(ruleset, folder, SCRATCH_RIGHTS & handled);
}

gboolean
landlock_confine(const char *folder)
{
	struct ruleset_attr attr = { .fs = FS_ALL_1 };
	gsize size = sizeof(attr.fs);
	int version = landlock_version();
	int ruleset, saved_errno;
	gboolean is_confined;

	if (version >= 2)
		attr.fs |= FS_REFER;
	if (version >= 3)
		attr.fs |= FS_TRUNCATE;
	if (version >= 4) {
		attr.net = NET_BIND_TCP | NET_CONNECT_TCP;
		size += sizeof(attr.net);
	}
	if (version >= 5)
		attr.fs |= FS_IOCTL_DEV;
	if (version >= 6) {
		attr.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
		size += sizeof(attr.scoped);
	}
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset == -1)
		return FALSE;
	is_confined = allow_all(ruleset, folder, attr.fs) &&
	    syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	saved_errno = errno;
	close(ruleset);
	errno = saved_errno;
	return is_confined;
}
