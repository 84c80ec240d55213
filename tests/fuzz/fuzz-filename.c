/*
 * tests/fuzz/fuzz-filename.c - any octets as a file name.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "scanner/filename.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	for (int source = FILENAME_PARAMETER; source <= FILENAME_MEMBER;
	     source++) {
		g_autoptr(Filename) name = filename_new((const char *)data, size,
		    (FilenameSource)source);

		g_assert_true(g_utf8_validate(name->display, -1, NULL));
		g_assert_cmpuint(name->octets, ==, size);
	}
	return 0;
}
