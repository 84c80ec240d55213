/*
 * spool/waiter.c - wakes the threads of a process when their answers are there.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "spool/spool.h"
#include "spool/waiter.h"

struct waiter {
	int inotify;
	GMutex mutex;           /* of all below */
	GHashTable *waits;      /* watch descriptor -> Wait, not owned */
	gboolean is_stopped;
};

struct wait {
	Waiter *waiter;
	int watch;              /* -1: none could be had, time wakes it; or it
	                         * has told what there was to tell */
	GCond happened;
	gboolean has_happened;
};

static void
wake(Wait *wait)
{
	wait->has_happened = TRUE;
	g_cond_signal(&wait->happened);
}

static void
wake_all(Waiter *waiter)
{
	GHashTableIter iter;
	gpointer wait;

	g_hash_table_iter_init(&iter, waiter->waits);
	while (g_hash_table_iter_next(&iter, NULL, &wait))
		wake(wait);
}

/* The kernel has ended it already. */
static void
end_watch(Wait *wait)
{
	g_hash_table_remove(wait->waiter->waits,
	    GINT_TO_POINTER(wait->watch));
	wait->watch = -1;
	wake(wait);
}

static void
dispatch(Waiter *waiter, const struct inotify_event *event)
{
	Wait *wait = g_hash_table_lookup(waiter->waits,
	    GINT_TO_POINTER(event->wd));

	/* Nobody knows which events were lost: all look. */
	if (event->mask & IN_Q_OVERFLOW)
		wake_all(waiter);
	else if (wait != NULL)
		end_watch(wait);
}

static gpointer
run(gpointer data)
{
	Waiter *waiter = data;
	char events[16 << 10]
	    __attribute__((aligned(__alignof__(struct inotify_event))));

	for (;;) {
		ssize_t got = read(waiter->inotify, events, sizeof(events));

		if (got == -1 && errno == EINTR)
			continue;
		/* Without it, waits wake by time. */
		if (got <= 0)
			return NULL;
		g_mutex_lock(&waiter->mutex);
		for (ssize_t at = 0; at < got;) {
			const struct inotify_event *event =
			    (const void *)(events + at);

			dispatch(waiter, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
		g_mutex_unlock(&waiter->mutex);
	}
}

Waiter *
waiter_new(GError **error)
{
	Waiter *waiter;
	int inotify = inotify_init1(IN_CLOEXEC);

	if (inotify == -1) {
		g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_TEMPFAIL,
		    "inotify: %s", g_strerror(errno));
		return NULL;
	}
	waiter = g_new0(Waiter, 1);
	waiter->inotify = inotify;
	g_mutex_init(&waiter->mutex);
	waiter->waits = g_hash_table_new(NULL, NULL);
	g_thread_unref(g_thread_new("waiter", run, waiter));
	return waiter;
}

void
waiter_stop(Waiter *waiter)
{
	g_mutex_lock(&waiter->mutex);
	waiter->is_stopped = TRUE;
	wake_all(waiter);
	g_mutex_unlock(&waiter->mutex);
}

gboolean
waiter_is_stopped(Waiter *waiter)
{
	gboolean is_stopped;

	g_mutex_lock(&waiter->mutex);
	is_stopped = waiter->is_stopped;
	g_mutex_unlock(&waiter->mutex);
	return is_stopped;
}

Wait *
waiter_begin(Waiter *waiter, int fd)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	Wait *wait = g_new0(Wait, 1);

	wait->waiter = waiter;
	g_cond_init(&wait->happened);
	/* Under the lock, so that no event is read before the Wait is known. */
	g_mutex_lock(&waiter->mutex);
	/* Not the claim (IN_MOVE_SELF): nobody is to wake for it. */
	wait->watch = inotify_add_watch(waiter->inotify, path,
	    IN_ATTRIB | IN_ONESHOT);
	if (wait->watch != -1)
		g_hash_table_insert(waiter->waits,
		    GINT_TO_POINTER(wait->watch), wait);
	g_mutex_unlock(&waiter->mutex);
	return wait;
}

void
waiter_sleep(Wait *wait, gint64 until)
{
	Waiter *waiter = wait->waiter;

	g_mutex_lock(&waiter->mutex);
	while (!wait->has_happened && !waiter->is_stopped &&
	    g_cond_wait_until(&wait->happened, &waiter->mutex, until))
		;
	wait->has_happened = FALSE;
	g_mutex_unlock(&waiter->mutex);
}

void
waiter_end(Wait *wait)
{
	Waiter *waiter = wait->waiter;

	g_mutex_lock(&waiter->mutex);
	if (wait->watch != -1) {
		g_hash_table_remove(waiter->waits,
		    GINT_TO_POINTER(wait->watch));
		inotify_rm_watch(waiter->inotify, wait->watch);
	}
	g_mutex_unlock(&waiter->mutex);
	g_cond_clear(&wait->happened);
	g_free(wait);
}
