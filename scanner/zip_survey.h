/*
 * scanner/zip_survey.h - whether the two directories of a ZIP file agree.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A ZIP file lists its members twice: in front of each (local header), and in
 * the central directory at the end (APPNOTE 4.3). Programs differ in which one
 * they believe, and in which central directory they find. The survey compares
 * them without unpacking anything, in time linear in the file.
 */
#ifndef SCANNER_ZIP_SURVEY_H
#define SCANNER_ZIP_SURVEY_H

#include "scanner/entity.h"

typedef enum {
	ZIP_ODD_NAMES = 1 << 0,         /* a member has two names */
	ZIP_ODD_DUPLICATE = 1 << 1,     /* two members have one name */
	ZIP_ODD_SIZES = 1 << 2,         /* sizes, method or encryption differ */
	ZIP_ODD_UNLISTED = 1 << 3,      /* local headers that are not listed */
	ZIP_ODD_MISSING = 1 << 4,       /* listed members without local header */
	ZIP_ODD_OVERLAP = 1 << 5,       /* members share octets */
	ZIP_ODD_DIRECTORIES = 1 << 6,   /* several, or none */
	ZIP_ODD_BEFORE = 1 << 7,        /* octets in front of the first member */
	ZIP_ODD_AFTER = 1 << 8,         /* octets, not all zero, behind the end */
} ZipOddity;
#define N_ZIP_ODDITIES 9

/* Octets of the file that a member takes, with its local header. */
typedef struct {
	gsize begin, end;
} ZipRange;

typedef struct {
	guint oddities;         /* bits of ZipOddity */
	/* A method of compression that libclamav does not know. */
	gboolean has_rare_method;
	gboolean has_encrypted;
	/* Encrypted as programs of iWork do it: since 2013 with a member that
	 * verifies the password; before, all members by methods of their own. */
	gboolean has_iwork_verifier;
	gboolean has_iwork_method;
	gboolean has_other_method;
	/* Of char *: names beside those of the local headers, where they differ:
	 * in the directory, in the Unicode path field (APPNOTE 4.6.9), and in
	 * other central directories. */
	GPtrArray *aliases;
	GArray *unlisted;       /* of gsize: where such a local header is */
	GArray *ranges;         /* of ZipRange, by begin: the listed members */
} ZipSurvey;

/* Unlisted members, and aliases, that are kept; more set the oddity alone. */
#define ZIP_MAX_UNLISTED 1000

/* NULL: the octets do not begin as a ZIP file, nor end as one. Caller owns the result. */
ZipSurvey *zip_survey_new(Span octets);
void zip_survey_free(ZipSurvey *survey);        /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZipSurvey, zip_survey_free)

/* Whether it takes more than libclamav to see all that is in the file. */
gboolean zip_survey_needs_reader(const ZipSurvey *survey);

/* Whether its members are such that iWork alone can read them, and no others. */
gboolean zip_survey_is_all_iwork(const ZipSurvey *survey);

/* Whether the offset is among the octets of a listed member, of a file without
 * oddities: what seems to begin there is none to any program. */
gboolean zip_survey_is_in_member(const ZipSurvey *survey, gsize offset);

/* "two names, octets behind the end". Caller frees. */
char *zip_survey_describe(const ZipSurvey *survey);

#endif
