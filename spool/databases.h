/*
 * spool/databases.h - whether the ClamAV databases have changed on disk.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * freshclam replaces files one after the other, and mirrors copy slowly: what
 * has changed is loaded when it has then not changed between two looks.
 */
#ifndef SPOOL_DATABASES_H
#define SPOOL_DATABASES_H

#include <glib.h>

#include "spool/settings.h"

typedef struct databases Databases;

/* As they are now; settings are not kept. Caller owns the result. */
Databases *databases_new(const Settings *settings);
void databases_free(Databases *databases);      /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Databases, databases_free)

/* Looks at names, sizes and times. TRUE, once for each change: they differ from
 * what they were when they were last loaded (or told of), and are as they were
 * at the last look. */
gboolean databases_have_changed(Databases *databases,
    const Settings *settings);

#endif
