/*
 * tests/fuzz/fuzz-decode-base64.c - any octets as base64.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "tests/fuzz/fuzz-decode.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return decode_target(ENCODING_BASE64, data, size);
}
