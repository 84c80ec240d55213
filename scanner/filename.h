/*
 * scanner/filename.h - a file name in canonical form, whatever was done to it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sender writes a file name in one of many encodings, and the recipient's
 * mail client and file system make something else of it: "r%75n.exe. " and
 * "run.ｅｘｅ" both end up as run.exe. A Filename keeps the name for display and
 * the canonical forms for matching: lower case, decoded in every charset it
 * may be in, NFKC, without control, zero-width and direction characters, last
 * path component, without stream names and trailing dots and blanks. A
 * forbidden extension in any form counts.
 */
#ifndef SCANNER_FILENAME_H
#define SCANNER_FILENAME_H

#include <glib.h>

/* Octets at each end of a longer name that are looked at. */
#define FILENAME_WINDOW_OCTETS 2048

/* Stands for any class id as extension: "note.{00020905-…}" is opened by the
 * program with that id, whatever the rest of the name says. */
#define FILENAME_CLASS_ID "{clsid}"

/* Where the raw octets come from: which encodings they may be in. */
typedef enum {
	FILENAME_PARAMETER,     /* filename=, name=: RFC 2047 words, any charset */
	FILENAME_EXTENDED,      /* filename*=: charset'language'percent-encoded */
	FILENAME_MEMBER,        /* archive member, uuencode: any charset */
} FilenameSource;

typedef struct {
	char *display;          /* valid UTF-8, decoded, otherwise as it was */
	gsize octets;           /* of the raw name */
	GPtrArray *forms;       /* of char *: canonical, all different */
	GPtrArray *extensions;  /* of char *: of the forms, without dot, not "" */
} Filename;

/* Caller owns the result. raw may hold NULs. */
Filename *filename_new(const char *raw, gsize len, FilenameSource source);
void filename_free(Filename *filename);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filename, filename_free)

#endif
