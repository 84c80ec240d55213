/*
 * tests/fuzz/fuzz-decode-inline.c - any octets as text with coded files in it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "tests/fuzz/fuzz-decode.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Span text = { data, size };
	g_autoptr(GPtrArray) files = decode_inline(text, FUZZ_MAX_OCTETS);

	check_readings(files, FUZZ_MAX_OCTETS);
	return 0;
}
