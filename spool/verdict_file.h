/*
 * spool/verdict_file.h - the short answer for the MTA: verdict/ID.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Made from the verdict record. The reply line is checked when it is written
 * and again when it is read: neither side trusts the other to have done it.
 */
#ifndef SPOOL_VERDICT_FILE_H
#define SPOOL_VERDICT_FILE_H

#include <glib.h>

#include "scanner/record.h"

#define VERDICT_MAX_REPLY_OCTETS 500
#define VERDICT_MAX_REPLY_LINES 8
#define VERDICT_MAX_HEADERS 16
#define VERDICT_MAX_HEADER_OCTETS 900

typedef struct {
	char *id;
	guint64 size;
	char *action;           /* "accept", "reject", "defer" or "discard" */
	/* "552 5.7.0 Illegal Attachment"; NULL: accept or discard. A reply of
	 * several lines has LF between them, and the codes on each. */
	char *reply;
	char *reason;           /* for people; NULL: none */
	/* Of char *, "Name: value": fields to insert when the message is
	 * accepted; all others with their names are to be removed. */
	GPtrArray *headers;
} VerdictFile;

#define VERDICT_FILE_ERROR (verdict_file_error_quark())
GQuark verdict_file_error_quark(void);
typedef enum { VERDICT_FILE_ERROR_BROKEN } VerdictFileError;

/* Of a record with a decision. is_discarded: the message is kept in
 * quarantine, and the mail server is to accept it and deliver it to nobody.
 * Caller frees. NULL: its reply must not be given to an SMTP client. */
char *verdict_file_format(const Record *record, gboolean is_discarded);

/* Caller owns the result. */
VerdictFile *verdict_file_parse(const char *text, gsize len, GError **error);
void verdict_file_free(VerdictFile *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerdictFile, verdict_file_free)

/* Whether the line is a 4xx or 5xx reply of one class (RFC 3463), printable
 * ASCII, at most 500 octets and not 421, which would end the session. */
gboolean verdict_reply_is_valid(const char *line);

/* Whether the line is one header field: a token (RFC 5322 2.2), ": " and
 * printable ASCII, at most 900 octets. */
gboolean verdict_header_is_valid(const char *line);

#endif
