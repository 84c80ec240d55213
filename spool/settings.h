/*
 * spool/settings.h - mailweir.conf: every key, with unit and default.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The program runs without a configuration file. An unknown group or key, or
 * a bad value, is an error naming file, line and key. settings.c has one table
 * of all keys; mailweir.conf(5) documents each (a test compares them).
 */
#ifndef SPOOL_SETTINGS_H
#define SPOOL_SETTINGS_H

#include <glib.h>

#include "scanner/policy.h"
#include "signatures/ruleset.h"
#include "spool/confinement.h"
#include "spool/setting.h"
#include "spool/spool.h"

/* How the spool is worked. */
typedef struct {
	SpoolFsync fsync;
	guint max_depth;                /* entries waiting, beyond: full */
	guint max_unclaimed_ms;         /* one entry waiting, beyond: full */
	guint64 reserve_octets;         /* free on the disk, below: full */
	guint reserve_inodes;
	guint unclaimed_wait_ms;        /* a submitter gives up when so long nobody
	                                 * has claimed its entry */
	guint leftover_age_ms;          /* what nobody fetches is swept */
	guint poison_memory_ms;
	guint max_corrupt_messages;
	guint64 max_corrupt_octets;
	gboolean has_socket;            /* run/sock is served */
	char **scan_directories;        /* whose files SCAN1 examines; NULL: none */
	char **quarantine;      /* beginnings of replies, "550" or "552 5.7.0":
	                         * such messages are kept; NULL: none */
	char **discard;         /* those of them that are not refused, but
	                         * accepted and not delivered; NULL: none */
	guint max_quarantine_messages;
	guint64 max_quarantine_octets;
} SpoolSettings;

typedef struct {
	char *path;             /* the file read; NULL: defaults only */
	RuleSources rules;
	ScanPolicy policy;
	guint workers;          /* worker processes; never 0 */
	guint scan_timeout_ms;  /* wall clock for one message */
	guint max_attempts;     /* a message that killed so many workers is given up */
	char **submitters;      /* users whose spool files are taken, besides the
	                         * owner of the spool; NULL: none */
	SpoolSettings spool;
	char *journal;          /* file that records are appended to; NULL: none */
	Confinement confinement;        /* of workers */
	guint recycle_messages; /* a worker is replaced after so many */
	guint64 recycle_memory; /* or with so much memory of its own */
	guint watch_ms;         /* between two looks at the databases; 0: none */
	char *config;           /* as it was asked for; NULL: the default */
	guint asked_workers;    /* on the command line; 0: not */
} Settings;

/* path NULL: /etc/mailweir/mailweir.conf if it exists, else the defaults.
 * Caller owns the result. */
Settings *settings_load(const char *path, GError **error);

/* The same file as it is now, with what the command line says. */
Settings *settings_reload(const Settings *settings, GError **error);

/* The table of all keys, n of them; offsets are of Settings. Static. */
const Setting *settings_keys(gsize *n);

/* Who keeps them takes a reference; nobody changes them then. */
Settings *settings_ref(Settings *settings);
void settings_unref(Settings *settings);        /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_unref)

/* What the command line says of the number of workers. */
void settings_set_workers(Settings *settings, guint workers);

/* Adds ClamAV databases named on the command line; NULL: none. */
void settings_add_databases(Settings *settings, char **databases);

#endif
