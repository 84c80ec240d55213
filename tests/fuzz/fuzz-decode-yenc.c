/*
 * tests/fuzz/fuzz-decode-yenc.c - any octets as yEnc.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "tests/fuzz/fuzz-decode.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return decode_target(ENCODING_YENC, data, size);
}
