/*
 * scanner/received.h - the chain of relays that the Received fields tell of.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The newest relay stands first. From the first one that is not one of the
 * operator's own, everything may be a lie. A relay as text, which rules match
 * (as in SpamAssassin):
 * "[ ip=1.2.3.4 rdns=a helo=b by=c ident= envfrom= intl=0 id=d auth= msa=0 ]"
 */
#ifndef SCANNER_RECEIVED_H
#define SCANNER_RECEIVED_H

#include <gio/gio.h>

#include "scanner/header_view.h"

/* Relays looked at. */
#define RECEIVED_MAX_RELAYS 200u

typedef struct {
	char *ip;
	char *rdns;
	char *helo;
	char *ident;            /* "root" of "(root@host [1.2.3.4])"; "": none */
	char *by;
	char *envelope_from;    /* without brackets; NULL: the field has none */
	char *id;
	char *auth;             /* "ESMTPSA" and the like; "": none */
	gboolean is_trusted;
	/* The relay that wrote the field has looked for a name and found none. */
	gboolean is_nameless;
} Relay;

typedef struct {
	GPtrArray *relays;      /* of Relay *, those that were understood */
	guint unparseable;
	guint trusted_fields;   /* Received fields before the first relay that
				 * is not trusted */
} Received;

/*
 * trusted: the operator's networks ("192.0.2.0/24", NULL-terminated; NULL:
 * private addresses and authenticated clients are trusted). Caller owns the
 * result.
 */
Received *received_new(const HeaderView *header, const char *const *trusted);
void received_free(Received *received);        /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Received, received_free)

/* Of this host or its own network. */
gboolean received_is_private(GInetAddress *address);

/* The trusted or the other relays as text; "" for none. Caller frees. */
char *received_text(const Received *received, gboolean is_trusted);

#endif
