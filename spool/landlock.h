/*
 * spool/landlock.h - files, network and signals, cut off by Landlock.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The C library has no functions for landlock(7), and Debian 12's headers know
 * its second version only.
 */
#ifndef SPOOL_LANDLOCK_H
#define SPOOL_LANDLOCK_H

#include <glib.h>

/* The version of the kernel's interface; 0: it has none. */
int landlock_version(void);

/*
 * From here on this process and its children can use files below folder only
 * (read, write, make, remove; not execute), and, as far as the version goes,
 * no TCP, no device calls, no signals or abstract sockets to the outside.
 * Descriptors that are open stay so. Needs "no new privileges". FALSE and
 * errno.
 */
gboolean landlock_confine(const char *folder);

#endif
