/*
 * spool/ids.h - the names of entries.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An id is made by whoever submits: [0-9A-Za-z_-]{16,64}, unguessable. The
 * envelope's file name carries how often a scan was begun: "ID.a0", "ID.a1".
 */
#ifndef SPOOL_IDS_H
#define SPOOL_IDS_H

#include <glib.h>

#define SPOOL_ID_MIN 16
#define SPOOL_ID_MAX 64
#define SPOOL_ATTEMPTS_MAX 99

/* Ten hex digits of seconds, five of microseconds, sixteen random. Sorts by
 * time. Caller frees. */
char *spool_id_new(void);

gboolean spool_id_is_valid(const char *id);

/* Takes "ID.aN" apart. NULL: not such a name. Caller frees the id. */
char *spool_entry_name_parse(const char *name, guint *attempts);

/* "ID.aN". Caller frees. */
char *spool_entry_name(const char *id, guint attempts);

#endif
