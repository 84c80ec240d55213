/*
 * tests/fuzz/fuzz-header.c - any octets as a header section.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Beyond not crashing: spans and offsets lie within the octets, and a good
 * Content-Type before them is seen whatever follows.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "scanner/declaration.h"

#define MAX_FIELDS 40
#define MAX_OCTETS (1u << 20)

static const HeaderLimits limits = { MAX_FIELDS, 200, MAX_OCTETS };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char first_field[] =
    "Content-Type: multipart/mixed; boundary=\"first\"\n";

static gboolean
has_boundary(const Declaration *declaration, const char *boundary)
{
	g_autoptr(GBytes) want = g_bytes_new_static(boundary, strlen(boundary));

	return g_ptr_array_find_with_equal_func(declaration->boundaries, want,
	    g_bytes_equal, NULL);
}

static void
check_section(const HeaderSection *section, Span octets)
{
	g_assert_cmpuint(section->end, <=, octets.len);
	for (guint i = 0; i < N_BORDERS; i++)
		g_assert_true(section->bodies[i] == HEADER_NO_BODY ||
		    section->bodies[i] <= octets.len);
	g_assert_cmpuint(section->fields->len, <=, MAX_FIELDS);
	for (guint i = 0; i < section->fields->len; i++) {
		const HeaderField *field = &g_array_index(section->fields,
		    HeaderField, i);
		gsize offset = (gsize)(field->body.octets - octets.octets);

		g_assert_cmpuint(strlen(field->name), >, 0);
		g_assert_cmpuint(field->offset, <, offset);
		g_assert_cmpuint(offset, <=, octets.len);
		g_assert_cmpuint(field->body.len, <=, octets.len - offset);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gsize prefix = strlen(first_field), len = prefix + size;
	g_autofree guint8 *octets = g_malloc(len);
	Span all = { octets, len }, rest = { octets + prefix, size };
	g_autoptr(HeaderSection) section = NULL;
	g_autoptr(HeaderSection) with_first = NULL;
	g_autoptr(Declaration) declaration = NULL;

	memcpy(octets, first_field, prefix);
	if (size > 0)
		memcpy(octets + prefix, data, size);
	section = header_section_new(rest, &limits);
	check_section(section, rest);
	with_first = header_section_new(all, &limits);
	check_section(with_first, all);
	declaration = declaration_new(with_first, &limits);
	g_assert_true(has_boundary(declaration, "first") ||
	    declaration->exceeds);
	return 0;
}
