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

/* How the spool is worked. */
typedef struct {
	gboolean has_socket;            /* run/sock is served */
	char **scan_directories;        /* whose files SCAN1 examines; NULL: none */
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
} Settings;

/* path NULL: /etc/mailweir/mailweir.conf if it exists, else the defaults.
 * Caller owns the result. */
Settings *settings_load(const char *path, GError **error);
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* Adds ClamAV databases named on the command line; NULL: none. */
void settings_add_databases(Settings *settings, char **databases);

#endif
