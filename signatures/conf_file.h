/*
 * signatures/conf_file.h - an INI file whose errors name file, line and key.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * GKeyFile (the GLib key file format) reads the values; this module adds what
 * GKeyFile does not give: the line of each key, and errors for a key or group
 * written twice, for text outside any group, and for octets that are not
 * UTF-8. Values are as GKeyFile returns them; lists are separated by ';'.
 *
 * All functions that fail set error in CONF_FILE_ERROR, with a message that
 * begins "FILE:LINE: " and names the group and key where there is one.
 * Strings are borrowed from the ConfFile unless said otherwise.
 */
#ifndef SIGNATURES_CONF_FILE_H
#define SIGNATURES_CONF_FILE_H

#include <glib.h>

#define CONF_FILE_ERROR (conf_file_error_quark())
GQuark conf_file_error_quark(void);
typedef enum {
	CONF_FILE_ERROR_UNREADABLE,     /* no such file, no permission, too big */
	CONF_FILE_ERROR_SYNTAX,
	CONF_FILE_ERROR_VALUE,
} ConfFileError;

/* Largest file read, in octets. */
#define CONF_FILE_MAX_OCTETS (4u << 20)

typedef struct conf_file ConfFile;

/* From the file system. Caller owns the result. */
ConfFile *conf_file_load(const char *path, GError **error);

/* From memory: name stands for the file in errors. Caller owns the result. */
ConfFile *conf_file_parse(const char *name, const char *text, gsize len,
    GError **error);

/* An embedded data file, e.g. "attachments.conf". */
ConfFile *conf_file_embedded(const char *name, GError **error);

void conf_file_free(ConfFile *conf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConfFile, conf_file_free)

/* Group names and keys in the file's order; NULL-terminated, borrowed. A
 * group that is not there has no keys. */
const char *const *conf_file_groups(const ConfFile *conf);
const char *const *conf_file_keys(const ConfFile *conf, const char *group);

/* NULL: no such key. */
const char *conf_file_value(const ConfFile *conf, const char *group,
    const char *key);

/* The value split at ';', each item stripped of blanks, empty items dropped;
 * NULL: no such key. Borrowed. */
const char *const *conf_file_list(const ConfFile *conf, const char *group,
    const char *key);

/* An error about a key (key NULL: about the group), with its place. Always
 * returns FALSE, so that a caller can write "return conf_file_fail(...)". */
gboolean conf_file_fail(const ConfFile *conf, const char *group,
    const char *key, GError **error, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

#endif
