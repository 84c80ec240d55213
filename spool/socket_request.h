/*
 * spool/socket_request.h - what a client of run/sock asks for: one line.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *   WAIT1 ID                        wait for the verdict of an entry
 *   SCAN1 File=PATH KEY=VALUE ...   examine a file; the keys are the
 *                                   envelope's (docs/spool-protocol.md), with
 *                                   "=" for ": " and blanks between them. In
 *                                   values octets over 126 may stand as they
 *                                   are; blanks, controls and '%' are coded.
 */
#ifndef SPOOL_SOCKET_REQUEST_H
#define SPOOL_SOCKET_REQUEST_H

#include "scanner/envelope.h"

/* Octets of a line, its LF not counted. */
#define SOCKET_REQUEST_MAX_OCTETS 65536

typedef struct {
	char *id;               /* WAIT1: valid; SCAN1: NULL */
	char *file;             /* SCAN1: absolute; WAIT1: NULL */
	Envelope *envelope;     /* SCAN1: without id and size; WAIT1: NULL */
} SocketRequest;

#define SOCKET_REQUEST_ERROR (socket_request_error_quark())
GQuark socket_request_error_quark(void);
typedef enum { SOCKET_REQUEST_ERROR_BROKEN } SocketRequestError;

/* line has no LF. Caller owns the result. NULL and error. */
SocketRequest *socket_request_parse(const char *line, gsize len,
    GError **error);
void socket_request_free(SocketRequest *request);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SocketRequest, socket_request_free)

#endif
