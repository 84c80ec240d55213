/*
 * signatures/attachments.h - which file names are illegal (attachments.conf).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * attachments.conf(5) describes the file: a group for each tier, whose rows are
 * extensions; what to do with extensions that stand nowhere; and exceptions,
 * which bind name, type and place together. A file of the operator's own may
 * stand beside the shipped one: its rows go before.
 *
 * Matching is on canonical names (see scanner/filename.h): lower case, no
 * trailing dots or blanks. The table never changes after it is loaded; what its
 * functions return is borrowed from it.
 */
#ifndef SIGNATURES_ATTACHMENTS_H
#define SIGNATURES_ATTACHMENTS_H

#include <glib.h>

#include "signatures/replies.h"

typedef enum {
	TIER_OPERATOR,          /* the operator's own published list: refused */
	TIER_BAN,               /* refused everywhere */
	TIER_ARCHIVE,           /* refused inside a container, else a note */
	TIER_NOTE,              /* a finding without refusal */
	TIER_ALLOW,             /* no finding, also where only listed ones pass */
} AttachmentTier;

typedef struct {
	const char *extension;  /* lower case, without the dot */
	AttachmentTier tier;
	const char *reason;     /* one phrase, UTF-8 */
	const char *source;     /* who else lists it */
	Verdict verdict;        /* of a refusal; VERDICT_ILLEGAL by default */
} BannedExtension;

typedef struct attachments Attachments;

/*
 * path NULL: the embedded file; local NULL: none. NULL and error as conf_file.h
 * says.
 */
Attachments *attachments_load(const char *path, const char *local,
    GError **error);
void attachments_free(Attachments *attachments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attachments, attachments_free)

/* The row of an extension (lower case, without the dot); NULL: not listed. */
const BannedExtension *attachments_find(const Attachments *attachments,
    const char *extension);

/* Whether the row refuses a file at this place. */
gboolean banned_extension_refuses(const BannedExtension *row,
    gboolean is_in_container);

/* The row for names without extension. */
#define NO_EXTENSION "{none}"

/* What becomes of files whose extension has no row: VERDICT_ACCEPT, and
 * is_noted says whether with a note. */
Verdict attachments_unlisted(const Attachments *attachments,
    gboolean *is_noted);

gboolean attachments_has_exceptions(const Attachments *attachments);

/*
 * The exception for a canonical name, with its detected type, inside a
 * container of the detected type (NULL: in the message itself); the result is
 * its name. NULL: there is none.
 */
const char *attachments_exception(const Attachments *attachments,
    const char *name, const char *type, const char *container_type);

guint attachments_count(const Attachments *attachments);

#endif
