/*
 * tests/fuzz/fuzz-verdict.c - any octets as a verdict file.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "spool/verdict_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(VerdictFile) verdict = verdict_file_parse((const char *)data,
	    size, NULL);

	/* Whatever is read may be given to an SMTP client. */
	if (verdict != NULL && verdict->reply != NULL)
		g_assert_true(verdict_reply_is_valid(verdict->reply));
	return 0;
}
