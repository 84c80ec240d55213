/*
 * spool/system_calls.h - the system calls that a worker may make.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * system_calls.c has one table of them, with the reason for each; every other
 * call ends the worker. See seccomp(2).
 */
#ifndef SPOOL_SYSTEM_CALLS_H
#define SPOOL_SYSTEM_CALLS_H

#include <glib.h>

/* Whether this kernel can confine system calls. */
gboolean system_calls_can_be_confined(void);

/*
 * From here on this process makes the calls of the table only. One that is not
 * in it is not made: instead on_forbidden is called with its number, from a
 * signal handler, and must not return. FALSE and errno.
 */
gboolean system_calls_confine(void (*on_forbidden)(int number));

/* "connect", or "system call 42". Caller frees. */
char *system_calls_name(int number);

#endif
