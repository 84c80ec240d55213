/*
 * tests/fuzz/fuzz-cms.c - any octets as an opaque-signed message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "scanner/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) content = cms_signed_content((Span){ data, size });

	/* What is in it cannot be more than it. */
	if (content != NULL)
		g_assert_cmpuint(g_bytes_get_size(content), <, size);
	return 0;
}
