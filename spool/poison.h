/*
 * spool/poison.h - messages that have killed workers, remembered.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A file in poison/ for each, called SIZE-SHA256, of the whole message; in it
 * stand how many scans were begun and the id of the last entry. Its age is the
 * age of the last of them. So that what a sender tries again is not scanned
 * again: the memory outlives the process, and 'mailweir poison' may take a
 * file away at any time. A digest is only computed of messages that have the
 * size of one that is remembered.
 */
#ifndef SPOOL_POISON_H
#define SPOOL_POISON_H

#include "spool/spool.h"

typedef struct poison Poison;

/* spool is borrowed. Nothing is known before the first poison_refresh(). */
Poison *poison_new(Spool *spool);
void poison_free(Poison *poison);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Poison, poison_free)

/* Reads the folder again, and forgets what is older than so many seconds. Once
 * a second. */
void poison_refresh(Poison *poison, gint64 max_age);

/* Scans of the message that were begun before and failed; 0: not known. */
guint poison_attempts(const Poison *poison, int message, guint64 size);

/* Remembers the message. FALSE and errno. */
gboolean poison_remember(Poison *poison, int message, guint64 size,
    guint attempts, const char *id);

/* Forgets what was remembered with the entry's id. FALSE: nothing was. */
gboolean poison_forget(Spool *spool, const char *id);

#endif
