/*
 * spool/check.h - finds what is wrong with a spool directory.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SPOOL_CHECK_H
#define SPOOL_CHECK_H

#include "spool/spool.h"

/* problem: a phrase that names the file; mend: the command that mends it. */
typedef void (*SpoolCheckReport)(const char *problem, const char *mend,
    gpointer data);

/*
 * Checks owners, groups, modes, the file system, and that every file fits a
 * state of the table in entry.h; what nobody has touched for max_age seconds
 * and nobody waits for is left over. A spool may be checked while it is worked
 * in. Returns how many problems it reported.
 */
guint spool_check(const char *path, gint64 max_age, SpoolCheckReport report,
    gpointer data);

#endif
