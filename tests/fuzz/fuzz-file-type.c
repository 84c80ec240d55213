/*
 * tests/fuzz/fuzz-file-type.c - any octets as a file of an unknown type.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "signatures/file_type.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_assert_nonnull(file_type_refine(data, size,
	    "application/octet-stream"));
	g_assert_nonnull(file_type_refine(data, size, "text/plain"));
	g_assert_nonnull(file_type_refine(data, size, "text/html"));
	return 0;
}
