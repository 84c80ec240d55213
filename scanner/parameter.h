/*
 * scanner/parameter.h - every value that a MIME parameter may have.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The parameters of Content-Type and Content-Disposition (RFC 2045 5.1, RFC
 * 2183, RFC 2231), read as all clients together read them: quotes closed and
 * unclosed, values cut and whole, the parameter repeated, its sections in any
 * order, and all that in each text of field_body.h. The reader stops at
 * nothing: a parameter counts wherever its name and '=' stand. A value that
 * some client sees is among the results; a body with nothing odd in it gives
 * one.
 *
 * Time is linear in the octets of the body. The limits bound the memory;
 * reaching one is never silent.
 */
#ifndef SCANNER_PARAMETER_H
#define SCANNER_PARAMETER_H

#include <glib.h>

#include "scanner/entity.h"

/* Different values of one parameter, in all fields together. */
#define PARAMETER_MAX_VALUES 64
/* Of one value. */
#define PARAMETER_MAX_OCTETS (16u << 10)

typedef struct {
	char *octets;           /* owned, NUL-terminated; may hold NULs */
	gsize len;
	/* RFC 2231: charset'language'percent-encoded, still encoded */
	gboolean is_extended;
	/* As the RFCs have it. Of two such values, one strict client takes the
	 * one and another the other. */
	gboolean is_strict;
	/* A piece of a quoted string that is whole and well formed. */
	gboolean is_cut;
} ParameterValue;

typedef struct {
	const char *name;       /* of the parameter */
	GPtrArray *values;      /* of ParameterValue *, all different */
	guint occurrences;
	guint max_occurrences;
	gboolean exceeds;       /* a limit was reached: there are more */
} ParameterReadings;

/* name: lower case, static. max_occurrences: how often it may occur in all
 * fields together. Caller owns the result. */
ParameterReadings *parameter_readings_new(const char *name,
    guint max_occurrences);
void parameter_readings_free(ParameterReadings *readings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParameterReadings, parameter_readings_free)

/* Adds the values that the field body gives the parameter. is_strict: clients
 * that keep to the RFCs take it for a field. */
void parameter_readings_add(ParameterReadings *readings, Span body,
    gboolean is_strict);

#endif
