/*
 * scanner/filename.h - a file name in canonical form, whatever was done to it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sender writes a file name in one of many encodings, and the recipient's
 * mail client and file system make something else of it: "r%75n.exe. " and
 * "run.ｅｘｅ" both end up as run.exe. A Filename keeps the name for display and
 * the canonical forms for matching, one for each way to read it. A forbidden
 * extension in any form counts.
 *
 * A canonical form is valid UTF-8, compatibility letters, dots and blanks
 * replaced (NFKC), lower case; without control, invisible and direction
 * characters, without folders, drive, stream name and quotes around it, and
 * without dots and blanks at its end. A name in plain ASCII has one form, and
 * one extension at most.
 *
 * Time is linear in the octets of the name; of very long names the middle is
 * left out (see name_text.h). tests/vectors/filenames.tsv has the promises.
 */
#ifndef SCANNER_FILENAME_H
#define SCANNER_FILENAME_H

#include <glib.h>

/* Different forms and extensions of a name that are kept; see
 * FILENAME_ODD_EXCEEDS. */
#define FILENAME_MAX_FORMS 32
#define FILENAME_MAX_EXTENSIONS 128

/* No file system holds names with more characters: whoever writes such a file
 * cuts its name. */
#define FILENAME_MAX_CHARACTERS 255

/* A run of so many blanks moves what follows out of sight. */
#define FILENAME_LONG_BLANKS 16

/* Stands for any class id as extension: "note.{00020905-…}" is opened by the
 * program with that id, whatever the rest of the name says. */
#define FILENAME_CLASS_ID "{clsid}"

/* Where the raw octets come from: which encodings they may be in. */
typedef enum {
	/* filename=, name=: RFC 2047 words, percent codes, character
	 * references, any charset */
	FILENAME_PARAMETER,
	/* filename*=: charset'language'percent-encoded, and all of the above */
	FILENAME_EXTENDED,
	/* archive member, TNEF, uuencode: the octets are the name, in any
	 * charset; one that ends in a slash is a folder's and has no form */
	FILENAME_MEMBER,
} FilenameSource;

/* What is odd about the name in one of its readings. */
typedef enum {
	FILENAME_ODD_NUL = 1 << 0,
	FILENAME_ODD_CONTROL = 1 << 1,  /* other control characters */
	FILENAME_ODD_DIRECTION = 1 << 2, /* turns the writing direction */
	/* An extension in ASCII is not spelt in plain ASCII: letters or dots
	 * that look like it, blanks or invisible characters between. */
	FILENAME_ODD_SPELLING = 1 << 3,
	FILENAME_ODD_BLANKS = 1 << 4,   /* a run of FILENAME_LONG_BLANKS */
	FILENAME_ODD_TRAILING = 1 << 5, /* dots or blanks at the end */
	FILENAME_ODD_STREAM = 1 << 6,   /* NTFS: "run.exe::$DATA" */
	FILENAME_ODD_CLASS_ID = 1 << 7,
	FILENAME_ODD_DEVICE = 1 << 8,   /* Windows: "con", "lpt1.txt" */
	FILENAME_ODD_LONG = 1 << 9,     /* more than FILENAME_MAX_CHARACTERS */
	/* There are more readings than were looked at, twice as many as any
	 * honest name has: it is to be refused. */
	FILENAME_ODD_EXCEEDS = 1 << 10,
} FilenameOddity;
#define N_FILENAME_ODDITIES 11

typedef struct {
	char *display;          /* valid UTF-8, decoded, otherwise as it was; may
	                         * hold control characters but NUL */
	gsize octets;           /* of the raw name */
	GPtrArray *forms;       /* of char *: canonical, all different, not "" */
	/* Of char *: of the forms, without the dot, not "", all different.
	 * Letters that look like Latin ones are made Latin where that makes the
	 * whole extension ASCII. A class id adds FILENAME_CLASS_ID. A name that
	 * clients must cut has all that may become its end. */
	GPtrArray *extensions;
	guint oddities;         /* bits of FilenameOddity */
} Filename;

/* Opens the charset converters, which lie in files: a process that will not be
 * able to open files calls it before. Otherwise the first name that needs them
 * does. Not for threads. */
void filename_init(void);

/* Caller owns the result. raw may hold any octets, NULs too. */
Filename *filename_new(const char *raw, gsize len, FilenameSource source);
void filename_free(Filename *filename);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filename, filename_free)

/*
 * The document extension that a form shows in front of its last one, for the
 * reader to take the file for such a document: "pdf" in "invoice.pdf   .exe".
 * Only the caller knows whether the last one is a program's: "photos.jpg.zip"
 * is honest. Static; NULL: there is none, as in "report.2024.pdf".
 */
const char *filename_inner_document(const char *form);

/* Of the oddity 1 << bit, for findings: "direction". Static. */
const char *filename_oddity_name(guint bit);

#endif
