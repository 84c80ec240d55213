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

	g_auto(GStrv) lines = NULL;

	if (verdict == NULL || verdict->reply == NULL)
		return 0;
	/* Whatever is read may be given to an SMTP client. */
	lines = g_strsplit(verdict->reply, "\n", -1);
	g_assert_cmpuint(g_strv_length(lines), <=, VERDICT_MAX_REPLY_LINES);
	for (guint i = 0; lines[i] != NULL; i++)
		g_assert_true(verdict_reply_is_valid(lines[i]));
	return 0;
}
