/*
 * scanner/envelope.h - what the MTA knows of a message besides its octets.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The words are those of RFC 5321. Everything here came from the network and
 * is untrusted text: any octet but NUL may occur in it. Every string may be
 * NULL: not known.
 */
#ifndef SCANNER_ENVELOPE_H
#define SCANNER_ENVELOPE_H

#include <glib.h>

/* How the message file spells the message. */
typedef enum {
	MESSAGE_FORMAT_SMTP_CRLF,       /* as on the wire, dots removed */
	MESSAGE_FORMAT_LF,
	MESSAGE_FORMAT_EXIM_MBOX,       /* LF, an mbox From_ line and X-Envelope- fields first */
} MessageFormat;

typedef struct {
	char *id;               /* of the spool entry, or made for a one-shot scan */
	char *file;             /* one-shot: the name as it was given; else NULL */
	guint64 size;           /* octets the message file must have */
	MessageFormat format;
	char *client_address;
	char *client_name;
	char *helo;
	char *protocol;
	char *auth_user;
	char *reverse_path;     /* "": the null reverse-path <>; NULL: not known */
	char *sender_arg;       /* ESMTP parameters of MAIL */
	GPtrArray *recipients;  /* of char *; never NULL, may be empty */
	char *queue_id;
	char *submitter;        /* which adapter put it into the spool */
	gint64 submit_time;     /* seconds since the epoch; 0: not known */
	guint wait;             /* seconds the submitter waits; 0: not known */
} Envelope;

Envelope *envelope_new(void);
void envelope_free(Envelope *envelope);        /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Envelope, envelope_free)

#endif
