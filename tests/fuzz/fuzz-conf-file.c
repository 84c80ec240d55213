/*
 * tests/fuzz/fuzz-conf-file.c - any octets as a configuration file.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "signatures/conf_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(ConfFile) conf = conf_file_parse("x", (const char *)data, size,
	    &error);

	g_assert_true((conf == NULL) == (error != NULL));
	return 0;
}
