/*
 * tests/fuzz/fuzz-envelope.c - any octets as an envelope file.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "spool/envelope_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(Envelope) envelope = envelope_file_parse((const char *)data,
	    size, NULL);
	g_autoptr(Envelope) copy = NULL;
	g_autofree char *text = NULL;

	if (envelope == NULL)
		return 0;
	/* What was read can be written, and is read as the same again. */
	text = envelope_file_format(envelope);
	copy = envelope_file_parse(text, strlen(text), NULL);
	g_assert_nonnull(copy);
	g_assert_cmpuint(copy->recipients->len, ==, envelope->recipients->len);
	return 0;
}
