/*
 * tests/fuzz/fuzz-record.c - any octets as the answer of a worker.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "scanner/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(Record) record = record_from_json((const char *)data, size,
	    NULL);
	g_autofree char *json = NULL;

	if (record == NULL)
		return 0;
	/* What was read can be written. */
	json = record_to_json(record);
	g_assert_true(g_utf8_validate(json, -1, NULL));
	return 0;
}
