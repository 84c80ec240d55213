/*
 * spool/room.c - how much the spool can still take: back-pressure.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "spool/room.h"

/* Room for the verdicts of as many workers as there may be. */
#define RESERVE_OCTETS (256 << 10)
/* Of the mark, where the flag is lowered again. */
#define LOWER_PERCENT 70

SpoolLoad
room_measure(Spool *spool, const GPtrArray *names)
{
	SpoolLoad load = { .free_octets = G_MAXUINT64,
		.free_inodes = G_MAXUINT64 };
	gint64 now = g_get_real_time(), oldest = now;
	struct statvfs file_system;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		struct stat status;
		gint64 since;

		/* Its last change is the rename that handed it over. */
		if (fstatat(spool->folders[SPOOL_INCOMING],
		    g_ptr_array_index(names, i), &status,
		    AT_SYMLINK_NOFOLLOW) == -1 || !S_ISREG(status.st_mode))
			continue;
		load.depth++;
		since = (gint64)status.st_ctim.tv_sec * G_USEC_PER_SEC +
		    status.st_ctim.tv_nsec / 1000;
		oldest = MIN(oldest, since);
	}
	load.oldest_ms = (guint)MIN((now - oldest) / 1000, G_MAXUINT);
	if (fstatvfs(spool->folders[SPOOL_MSG], &file_system) == 0) {
		load.free_octets = (guint64)file_system.f_bavail *
		    file_system.f_frsize;
		if (file_system.f_files > 0)
			load.free_inodes = file_system.f_favail;
	}
	return load;
}

/* Whether value is over the mark; or, once it was, not yet well below it. */
static gboolean
is_over(guint64 value, guint64 mark, gboolean was_full)
{
	return value > (was_full ? mark / 100 * LOWER_PERCENT +
	    mark % 100 * LOWER_PERCENT / 100 : mark);
}

static gboolean
is_under(guint64 value, guint64 mark, gboolean was_full)
{
	return value < (was_full ? mark / LOWER_PERCENT * 100 +
	    mark % LOWER_PERCENT * 100 / LOWER_PERCENT : mark);
}

const char *
room_problem(const SpoolLoad *load, const SpoolSettings *settings,
    gboolean was_full)
{
	if (is_over(load->depth, settings->max_depth, was_full))
		return "more entries wait than max-depth";
	if (is_over(load->oldest_ms, settings->max_unclaimed_ms, was_full))
		return "an entry waits longer than max-unclaimed";
	if (is_under(load->free_octets, settings->reserve_octets, was_full))
		return "less room on the disk than reserve-octets";
	if (is_under(load->free_inodes, settings->reserve_inodes, was_full))
		return "fewer inodes than reserve-inodes";
	return NULL;
}

void
room_set_full(Spool *spool, gboolean is_full)
{
	int run = spool->folders[SPOOL_RUN], fd;

	if (renameat(run, is_full ? ".full" : "full", run,
	    is_full ? "full" : ".full") == 0 ||
	    spool_has(spool, SPOOL_RUN, is_full ? "full" : ".full"))
		return;
	/* There is neither yet. */
	fd = openat(run, is_full ? "full" : ".full",
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd != -1)
		close(fd);
}

void
room_make_reserve(Spool *spool)
{
	int fd;

	if (spool_has(spool, SPOOL_RUN, "reserve"))
		return;
	fd = openat(spool->folders[SPOOL_RUN], "reserve",
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return;
	if (posix_fallocate(fd, 0, RESERVE_OCTETS) != 0)
		spool_remove(spool, SPOOL_RUN, "reserve");
	close(fd);
}

gboolean
room_use_reserve(Spool *spool)
{
	return unlinkat(spool->folders[SPOOL_RUN], "reserve", 0) == 0;
}
