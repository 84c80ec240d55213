/*
 * tests/fuzz/fuzz-parameter.c - any octets as a structured field body.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Beyond not crashing: values are different and within their limits, a body
 * without anything odd has one, and no body hides the parameter behind it.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "scanner/field_body.h"
#include "scanner/parameter.h"

#define MAX_OCCURRENCES 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char last_parameter[] = "; name=\"last\"";

static gboolean
has_value(const ParameterReadings *readings, const char *octets, gsize len)
{
	for (guint i = 0; i < readings->values->len; i++) {
		const ParameterValue *value = g_ptr_array_index(
		    readings->values, i);

		if (value->len == len &&
		    memcmp(value->octets, octets, len) == 0)
			return TRUE;
	}
	return FALSE;
}

static void
check_readings(const ParameterReadings *readings)
{
	g_assert_cmpuint(readings->values->len, <=, PARAMETER_MAX_VALUES);
	g_assert_cmpuint(readings->occurrences, <=, MAX_OCCURRENCES);
	for (guint i = 0; i < readings->values->len; i++) {
		const ParameterValue *value = g_ptr_array_index(
		    readings->values, i);

		g_assert_cmpuint(value->len, <=, PARAMETER_MAX_OCTETS);
	}
}

static void
check_body(Span body)
{
	g_autoptr(ParameterReadings) readings = parameter_readings_new("name", MAX_OCCURRENCES);
	g_autoptr(GString) words = field_body_decode_words(body);
	Span plain;

	parameter_readings_add(readings, body, TRUE);
	check_readings(readings);
	if (field_body_read_plain(body, "name", &plain)) {
		g_autoptr(GPtrArray) texts = field_body_texts(body);

		g_assert_cmpuint(texts->len, >, 0);
		g_assert_cmpuint(readings->values->len, ==,
		    plain.octets != NULL ? 1 : 0);
	}
	g_assert_true(words == NULL || words->len <= body.len);
}

static void
check_last(Span body)
{
	g_autoptr(GString) longer = g_string_new_len(
	    (const char *)body.octets, (gssize)body.len);
	g_autoptr(ParameterReadings) readings = parameter_readings_new("name", MAX_OCCURRENCES);

	g_string_append(longer, last_parameter);
	parameter_readings_add(readings, (Span){
	    (const guint8 *)longer->str, longer->len }, TRUE);
	check_readings(readings);
	g_assert_true(has_value(readings, "last", 4) || readings->exceeds);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Never NULL, and its end is the end of an allocation. */
	g_autofree guint8 *octets = g_malloc(size + 1);
	Span body = { octets + 1, size };

	if (size > 0)
		memcpy(octets + 1, data, size);
	check_body(body);
	check_last(body);
	return 0;
}
