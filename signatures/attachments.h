/*
 * signatures/attachments.h - which file names are illegal (attachments.conf).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The file has one group per tier; its keys are extensions without the dot,
 * its values "reason ; where it comes from":
 *   [operator]  the operator's own published list: refused everywhere
 *   [ban]       refused everywhere
 *   [archive]   refused inside a container, a note elsewhere
 *   [note]      a finding without refusal
 * An extension stands in one tier only. Matching is on canonical names (see
 * scanner/filename.h): lower case, no trailing dots or blanks.
 *
 * The table never changes after it is loaded; what its functions return is
 * borrowed from it.
 */
#ifndef SIGNATURES_ATTACHMENTS_H
#define SIGNATURES_ATTACHMENTS_H

#include <glib.h>

typedef enum {
	TIER_OPERATOR,
	TIER_BAN,
	TIER_ARCHIVE,
	TIER_NOTE,
} AttachmentTier;

typedef struct {
	const char *extension;  /* lower case, without the dot */
	AttachmentTier tier;
	const char *reason;     /* one phrase, UTF-8 */
	const char *source;     /* who else lists it */
} BannedExtension;

typedef struct attachments Attachments;

/* path NULL: the embedded file. NULL and error as conf_file.h says. */
Attachments *attachments_load(const char *path, GError **error);
void attachments_free(Attachments *attachments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attachments, attachments_free)

/* The row of an extension (lower case, without the dot); NULL: not listed. */
const BannedExtension *attachments_find(const Attachments *attachments,
    const char *extension);

/* Whether the row refuses a file at this place. */
gboolean banned_extension_refuses(const BannedExtension *row,
    gboolean is_in_container);

guint attachments_count(const Attachments *attachments);

#endif
