/*
 * spool/recovery.c - brings a spool back to order.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/ids.h"
#include "spool/recovery.h"

/* Ages in seconds at which files that nobody has removed are swept. */
#define VERDICT_AGE_MAX 600
#define TEMPORARY_AGE_MAX 3600
#define MESSAGE_AGE_MAX 600
/* Files looked at in one sweep of one folder. */
#define SWEEP_MAX 100000

void
spool_recover(Spool *spool)
{
	g_autoptr(GPtrArray) names = spool_list(spool, SPOOL_ACTIVE,
	    SWEEP_MAX);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		guint attempts = 0;
		g_autofree char *id = spool_entry_name_parse(name, &attempts);
		g_autofree char *to = NULL;

		if (id == NULL || spool_has(spool, SPOOL_VERDICT, id)) {
			spool_remove(spool, SPOOL_ACTIVE, name);
			continue;
		}
		to = spool_entry_name(id, attempts + 1);
		renameat(spool->folders[SPOOL_ACTIVE], name,
		    spool->folders[SPOOL_INCOMING], to);
	}
}

/* Seconds since the file was changed; -1: it is gone. */
static gint64
file_age(Spool *spool, SpoolFolder folder, const char *name)
{
	struct stat status;

	if (fstatat(spool->folders[folder], name, &status,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	return MAX(g_get_real_time() / G_USEC_PER_SEC - status.st_ctime, 0);
}

/* Ids that have an envelope somewhere. Caller unrefs. */
static GHashTable *
enveloped_ids(Spool *spool)
{
	static const SpoolFolder folders[] = { SPOOL_INCOMING, SPOOL_ACTIVE };
	GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal,
	    g_free, NULL);

	for (gsize f = 0; f < G_N_ELEMENTS(folders); f++) {
		g_autoptr(GPtrArray) names = spool_list(spool, folders[f],
		    SWEEP_MAX);

		for (guint i = 0; names != NULL && i < names->len; i++) {
			guint attempts;
			char *id = spool_entry_name_parse(
			    g_ptr_array_index(names, i), &attempts);

			if (id != NULL)
				g_hash_table_add(ids, id);
		}
	}
	return ids;
}

static void
sweep_messages(Spool *spool)
{
	g_autoptr(GPtrArray) names = spool_list(spool, SPOOL_MSG, SWEEP_MAX);
	g_autoptr(GHashTable) ids = NULL;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *id = g_strndup(name, strcspn(name, "."));

		if (file_age(spool, SPOOL_MSG, name) <= MESSAGE_AGE_MAX)
			continue;
		if (ids == NULL)
			ids = enveloped_ids(spool);
		if (!g_hash_table_contains(ids, id))
			spool_remove(spool, SPOOL_MSG, name);
	}
}

void
spool_sweep(Spool *spool)
{
	g_autoptr(GPtrArray) verdicts = spool_list(spool, SPOOL_VERDICT,
	    SWEEP_MAX);
	g_autoptr(GPtrArray) temporaries = spool_list(spool, SPOOL_TMP,
	    SWEEP_MAX);

	for (guint i = 0; verdicts != NULL && i < verdicts->len; i++) {
		const char *id = g_ptr_array_index(verdicts, i);
		g_autofree char *message = g_strconcat(id, ".eml", NULL);

		if (!spool_has(spool, SPOOL_MSG, message) ||
		    file_age(spool, SPOOL_VERDICT, id) > VERDICT_AGE_MAX)
			spool_remove(spool, SPOOL_VERDICT, id);
	}
	for (guint i = 0; temporaries != NULL && i < temporaries->len; i++) {
		const char *name = g_ptr_array_index(temporaries, i);

		if (file_age(spool, SPOOL_TMP, name) > TEMPORARY_AGE_MAX)
			spool_remove(spool, SPOOL_TMP, name);
	}
	sweep_messages(spool);
}

void
spool_forget_last_boot(Spool *spool)
{
	static const SpoolFolder folders[] = { SPOOL_TMP, SPOOL_MSG,
		SPOOL_INCOMING, SPOOL_ACTIVE, SPOOL_VERDICT };
	g_autofree char *now = NULL;
	char last[64] = "";
	uid_t owner;
	int fd;

	if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &now, NULL,
	    NULL))
		return;
	fd = spool_open_file(spool, SPOOL_RUN, "boot", &owner);
	if (fd != -1) {
		if (read(fd, last, sizeof(last) - 1) == -1)
			last[0] = '\0';
		close(fd);
		for (gsize f = 0; strcmp(last, now) != 0 &&
		     f < G_N_ELEMENTS(folders); f++) {
			g_autoptr(GPtrArray) names = spool_list(spool,
			    folders[f], SWEEP_MAX);

			for (guint i = 0; names != NULL && i < names->len; i++)
				spool_remove(spool, folders[f],
				    g_ptr_array_index(names, i));
		}
	}
	if (strcmp(last, now) != 0)
		spool_write_file(spool, SPOOL_RUN, SPOOL_RUN, "boot", now,
		    strlen(now));
}
