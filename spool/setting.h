/*
 * spool/setting.h - one key of mailweir.conf: what it may be, and where it goes.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A Setting describes a key; settings.c has the table of all. The value is a
 * member of a structure, found by its offset. Numbers are kept in the unit that
 * the kind names, and so are the standard, the least and the largest value.
 */
#ifndef SPOOL_SETTING_H
#define SPOOL_SETTING_H

#include <glib.h>

#include "signatures/conf_file.h"

/* Octets, for the table. */
#define KIB (G_GUINT64_CONSTANT(1) << 10)
#define MIB (KIB << 10)
#define GIB (MIB << 10)

typedef enum {
	KIND_PATH,              /* char *: absolute */
	KIND_PATHS,             /* char **: absolute, separated by ';' */
	KIND_NAMES,             /* char **: words separated by ';' */
	KIND_HOST,              /* char *: letters, digits, dots and hyphens */
	KIND_USER,              /* char *: name of a user */
	KIND_REPLIES,           /* char **: beginnings of replies, 4xx or 5xx */
	KIND_BOOLEAN,           /* gboolean: yes or no */
	KIND_CHOICE,            /* PolicyChoice: refuse or note */
	KIND_CONTENT,           /* PolicyVerdict: reject, suspect or note */
	KIND_FSYNC,             /* SpoolFsync: none, files or full */
	KIND_SANDBOX,           /* SandboxMode: required, best-effort or off */
	KIND_COUNT,             /* guint */
	KIND_OCTETS,            /* guint64: octets; K, M and G are powers of 1024 */
	KIND_MILLISECONDS,      /* guint: written in seconds, "30" or "0.5" */
	KIND_SCORE,             /* double: points, "6" or "7.5" */
} SettingKind;

typedef struct {
	const char *group;
	const char *key;
	SettingKind kind;
	gsize offset;           /* of the member */
	guint64 standard;       /* the default; 0 for strings and lists: NULL */
	guint64 min, max;       /* of numbers */
} Setting;

/* Sets the member from the file, which has the key. FALSE and error, which names
 * file, line and key. Strings and lists are the structure's. */
gboolean setting_set(const Setting *setting, gpointer structure,
    const ConfFile *conf, GError **error);

/* The structure is cleared: strings and lists stay NULL. */
void setting_set_standard(const Setting *setting, gpointer structure);

/* Frees what the member points to. */
void setting_clear(const Setting *setting, gpointer structure);

#endif
