/*
 * spool/envelope_file.h - an Envelope as text: the spool's ID.aN files.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The grammar is lines.h's, the keys are documented in docs/spool-protocol.md.
 * Unknown keys are ignored; an unknown key that begins with "Must-" is an
 * error: the submitter asks for something we do not do.
 */
#ifndef SPOOL_ENVELOPE_FILE_H
#define SPOOL_ENVELOPE_FILE_H

#include "scanner/envelope.h"

#define ENVELOPE_MAX_RECIPIENTS 10000
#define ENVELOPE_MAX_ADDRESS_OCTETS 1024
#define ENVELOPE_MAX_HELO_OCTETS 255
#define ENVELOPE_MAX_WAIT 86400         /* seconds */

#define ENVELOPE_FILE_ERROR (envelope_file_error_quark())
GQuark envelope_file_error_quark(void);
typedef enum { ENVELOPE_FILE_ERROR_BROKEN } EnvelopeFileError;

/* Caller owns the result. NULL and error in ENVELOPE_FILE_ERROR or
 * LINES_ERROR. The id in the text is valid; whether it is the right one is
 * the caller's to check. */
Envelope *envelope_file_parse(const char *text, gsize len, GError **error);

/* Reads all of fd, from its beginning. */
Envelope *envelope_file_read(int fd, GError **error);

/* Caller frees. Recipients that find no room in a file are left out. */
char *envelope_file_format(const Envelope *envelope);

#endif
