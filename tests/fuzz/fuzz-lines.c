/*
 * tests/fuzz/fuzz-lines.c - any octets as a message, read by its lines.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>

#include "scanner/line_reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const ScanPolicy policy = { .max_parts = 100 };
	g_autoptr(Record) record = record_new();
	g_autoptr(GPtrArray) entities = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)entity_free);
	Span message = { data, size };
	gboolean has_inline;

	line_reading(message, "", &policy, entities, record, &has_inline);
	for (guint i = 0; i < entities->len; i++) {
		const Entity *entity = g_ptr_array_index(entities, i);

		g_assert_true(entity->body.octets >= data &&
		    entity->body.len <= size -
		    (gsize)(entity->body.octets - data));
	}
	return 0;
}
