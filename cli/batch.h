/*
 * cli/batch.h - many message files through the worker pool, answers in order.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include <glib.h>

#include "scanner/record.h"
#include "spool/settings.h"

/*
 * One answer; called in the order of the files. A file that cannot be read
 * has a record too, with is_readable FALSE. record is borrowed for the call.
 */
typedef void (*BatchAnswer)(const char *file, const Record *record,
    gboolean is_readable, gpointer data);

/*
 * Scans files (of char *; "-" is standard input) with settings->workers
 * worker processes. FALSE and error when no scan could be started at all.
 */
gboolean batch_scan(Settings *settings, const GPtrArray *files,
    BatchAnswer answer, gpointer data, GError **error);

/*
 * Adds path to files (of char *, owned); for a directory, every regular file
 * below it whose name ends in suffix (NULL: every one), sorted by name.
 * Symbolic links inside a directory are not followed. FALSE and error when a
 * directory cannot be read.
 */
gboolean batch_add_path(GPtrArray *files, const char *path, const char *suffix,
    GError **error);

#endif
