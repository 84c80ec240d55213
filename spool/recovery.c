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
#include "spool/kept.h"
#include "spool/recovery.h"

/* Files looked at in one sweep of one folder. */
#define SWEEP_MAX 100000
/* Temporary files may be so many times older than others: a message comes in
 * as slowly as its client sends it. */
#define TEMPORARY_AGE_FACTOR 6

/* Only we write there; a process of ours that was killed left them. */
static void
remove_temporaries(Spool *spool)
{
	static const SpoolFolder folders[] = { SPOOL_VERDICT, SPOOL_QUARANTINE,
		SPOOL_CORRUPT, SPOOL_POISON };

	for (gsize f = 0; f < G_N_ELEMENTS(folders); f++) {
		g_autoptr(GPtrArray) names = spool_list_hidden(spool,
		    folders[f], SWEEP_MAX);

		for (guint i = 0; names != NULL && i < names->len; i++)
			spool_remove(spool, folders[f],
			    g_ptr_array_index(names, i));
	}
}

void
spool_recover(Spool *spool)
{
	g_autoptr(GPtrArray) names = spool_list(spool, SPOOL_ACTIVE,
	    SWEEP_MAX);

	remove_temporaries(spool);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		guint attempts = 0;
		g_autofree char *id = spool_entry_name_parse(name, &attempts);
		g_autofree char *to = NULL;

		if (id == NULL || spool_has(spool, SPOOL_VERDICT, id)) {
			spool_remove(spool, SPOOL_ACTIVE, name);
			continue;
		}
		to = spool_entry_name(id, MIN(attempts + 1,
		    SPOOL_ATTEMPTS_MAX));
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
sweep_messages(Spool *spool, gint64 max_age)
{
	g_autoptr(GPtrArray) names = spool_list(spool, SPOOL_MSG, SWEEP_MAX);
	g_autoptr(GHashTable) ids = NULL;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *id = g_strndup(name, strcspn(name, "."));

		if (file_age(spool, SPOOL_MSG, name) <= max_age)
			continue;
		if (ids == NULL)
			ids = enveloped_ids(spool);
		if (!g_hash_table_contains(ids, id))
			spool_remove(spool, SPOOL_MSG, name);
	}
}

static void
sweep_verdicts(Spool *spool, gint64 max_age)
{
	g_autoptr(GPtrArray) names = spool_list(spool, SPOOL_VERDICT,
	    SWEEP_MAX);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *id = g_ptr_array_index(names, i);
		g_autofree char *message = g_strconcat(id, ".eml", NULL);

		if (spool_has(spool, SPOOL_MSG, message) &&
		    file_age(spool, SPOOL_VERDICT, id) <= max_age)
			continue;
		/* First the message: alone it is nobody's. */
		spool_remove(spool, SPOOL_MSG, message);
		spool_remove(spool, SPOOL_VERDICT, id);
	}
}

/* Nothing begins with a dot in the folders that others write to. */
static void
sweep_old(Spool *spool, SpoolFolder folder, GPtrArray *names, gint64 max_age)
{
	g_autoptr(GPtrArray) owned = names;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);

		if (file_age(spool, folder, name) > max_age)
			spool_remove(spool, folder, name);
	}
}

void
spool_sweep(Spool *spool, const SpoolSettings *settings)
{
	static const SpoolFolder theirs[] = { SPOOL_TMP, SPOOL_MSG,
		SPOOL_INCOMING };
	gint64 max_age = settings->leftover_age_ms / 1000;

	sweep_verdicts(spool, max_age);
	sweep_messages(spool, max_age);
	sweep_old(spool, SPOOL_TMP, spool_list(spool, SPOOL_TMP, SWEEP_MAX),
	    max_age * TEMPORARY_AGE_FACTOR);
	for (gsize f = 0; f < G_N_ELEMENTS(theirs); f++)
		sweep_old(spool, theirs[f], spool_list_hidden(spool,
		    theirs[f], SWEEP_MAX), max_age);
	kept_prune(spool, SPOOL_CORRUPT, settings->max_corrupt_messages,
	    settings->max_corrupt_octets);
	kept_prune(spool, SPOOL_QUARANTINE, settings->max_quarantine_messages,
	    settings->max_quarantine_octets);
	spool->n_set_aside = 0;
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
