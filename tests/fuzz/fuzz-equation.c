/*
 * tests/fuzz/fuzz-equation.c - any octets as the data of a formula.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "scanner/equation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	equation_is_sound((Span){ data, size });
	return 0;
}
