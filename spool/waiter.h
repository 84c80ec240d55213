/*
 * spool/waiter.h - wakes the threads of a process when their answers are there.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One inotify instance and one thread for a whole process, however many
 * messages wait: closing an inotify instance takes the kernel some 10 ms, so
 * there must not be one a message. A process of one message needs no Waiter,
 * it polls. All functions may be called from any thread.
 */
#ifndef SPOOL_WAITER_H
#define SPOOL_WAITER_H

#include <glib.h>

typedef struct waiter Waiter;
typedef struct wait Wait;

/* There is one for the life of the process. NULL and error. */
Waiter *waiter_new(GError **error);

/* Ends every wait, now and from now on: the process is about to leave. */
void waiter_stop(Waiter *waiter);
gboolean waiter_is_stopped(Waiter *waiter);

/*
 * From here on, the first unlink of the file of fd ends waiter_sleep() for this
 * Wait. So: begin, then look, then sleep.
 */
Wait *waiter_begin(Waiter *waiter, int fd);

/* Sleeps until it has happened, or until the monotonic time (microseconds). May
 * wake early: look again. */
void waiter_sleep(Wait *wait, gint64 until);

void waiter_end(Wait *wait);

#endif
