/*
 * scanner/name_text.h - the octets of a file name as text, in every reading.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Senders encode file names by RFC 2231, by RFC 2047 where that is forbidden,
 * by percent codes and character references as on the web, and in charsets
 * that they declare wrongly or not at all; clients decode what they happen to
 * know. For filename.c alone.
 */
#ifndef SCANNER_NAME_TEXT_H
#define SCANNER_NAME_TEXT_H

#include "scanner/filename.h"

/* Octets at each end of a longer name, and of a longer text, that are looked
 * at: the middle is left out. */
#define NAME_WINDOW_OCTETS (8u << 10)
#define NAME_TEXT_WINDOW_OCTETS 512

/* Different texts of one name that are kept. */
#define NAME_MAX_TEXTS 32

typedef struct {
	GPtrArray *texts;       /* of GString *: valid UTF-8, may hold NULs; all
	                         * different, at least one, the likeliest first */
	gboolean exceeds;       /* there are more */
} NameTexts;

NameTexts *name_texts_new(const char *raw, gsize len, FilenameSource source);
void name_texts_free(NameTexts *texts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NameTexts, name_texts_free)

/* See filename_init(). */
void name_text_init(void);

#endif
