/*
 * tests/fuzz/fuzz-traits.h - a target of one reader of documents.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "scanner/trait.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_TRAITS(examine)                                            \
	int                                                             \
	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)        \
	{                                                               \
		g_autoptr(Traits) traits = traits_new();                \
                                                                        \
		examine((Span){ data, size }, traits);                  \
		g_assert_cmpuint(traits->file_octets, <=,               \
		    TRAITS_MAX_FILE_OCTETS);                            \
		return 0;                                               \
	}
