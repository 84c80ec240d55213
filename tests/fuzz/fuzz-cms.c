/*
 * tests/fuzz/fuzz-cms.c - any octets as an S/MIME message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "scanner/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gboolean is_cut;
	g_autoptr(GBytes) content = cms_content((Span){ data, size }, 1u << 20,
	    &is_cut);

	cms_is_encrypted((Span){ data, size });
	/* What is signed is less than what signs it; else it was inflated. */
	if (content != NULL)
		g_assert_cmpuint(g_bytes_get_size(content), <=,
		    MAX(size, 1u << 20));
	return 0;
}
