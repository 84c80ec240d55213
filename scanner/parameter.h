/*
 * scanner/parameter.h - what a structured MIME field body may mean.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Content-Type, Content-Disposition and Content-Transfer-Encoding (RFC 2045 5
 * and 6, RFC 2183, RFC 2231), read as all clients together read them: comments
 * kept and skipped, quotes closed and unclosed, repeated parameters, sections
 * in any order. A value that some client sees is among the results; a clean
 * field has exactly one.
 */
#ifndef SCANNER_PARAMETER_H
#define SCANNER_PARAMETER_H

#include <glib.h>

#include "scanner/entity.h"

/* Values of one parameter that are kept; more say nothing new. */
#define PARAMETER_MAX_VALUES 64

typedef struct {
	char *octets;           /* owned, NUL-terminated; may hold NULs */
	gsize len;
	/* RFC 2231: charset'language'percent-encoded, still encoded */
	gboolean is_extended;
} ParameterValue;

/*
 * The values of a parameter (lower-case name, "filename") in the field body,
 * all different, in the order of their occurrence (of ParameterValue *).
 */
GPtrArray *parameter_values(Span body, const char *name);

/* The TransferEncoding values that a Content-Transfer-Encoding field body
 * names in any reading: bit 1 << ENCODING_BASE64 and so on; 0: none. */
guint parameter_encodings(Span body);

#endif
