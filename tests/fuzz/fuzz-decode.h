/*
 * tests/fuzz/fuzz-decode.h - what must hold of every decoder and any input.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_FUZZ_FUZZ_DECODE_H
#define TESTS_FUZZ_FUZZ_DECODE_H

#include <stdint.h>

#include "scanner/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Few enough for the fuzzer to reach the limit. */
#define FUZZ_MAX_OCTETS 4096

static void
check_readings(const GPtrArray *readings, gsize max_octets)
{
	g_assert_cmpuint(readings->len, <=, DECODE_MAX_FILES);
	for (guint i = 0; i < readings->len; i++) {
		const Decoded *decoded = g_ptr_array_index(readings, i);

		g_assert_cmpuint(g_bytes_get_size(decoded->octets), <=,
		    max_octets);
		if (decoded->name != NULL)
			g_assert_cmpuint(g_bytes_get_size(decoded->name), >, 0);
	}
}

static inline int
decode_target(TransferEncoding encoding, const uint8_t *data, size_t size)
{
	Span body = { data, size };
	g_autoptr(GPtrArray) readings = decode_readings(body, encoding,
	    FUZZ_MAX_OCTETS);
	g_autoptr(GPtrArray) limited = decode_readings(body, encoding,
	    size / 2);

	g_assert_cmpuint(readings->len, >, 0);
	g_assert_cmpuint(limited->len, >, 0);
	check_readings(readings, FUZZ_MAX_OCTETS);
	check_readings(limited, size / 2);
	return 0;
}

#endif
