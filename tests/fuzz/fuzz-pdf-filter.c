/*
 * tests/fuzz/fuzz-pdf-filter.c - any octets through any two filters of a PDF.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first octets say which, and their parameters.
 */
#include "config.h"

#include <stdint.h>

#include "scanner/cursor.h"
#include "scanner/pdf_filter.h"

#define MAX_OCTETS 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Cursor cursor = { { data, size }, FALSE };
	guint filters = cursor_u8(&cursor);
	PdfFilterParms parms = { cursor_u8(&cursor) % 16, cursor_u8(&cursor),
		cursor_u8(&cursor) % 17, cursor_u16(&cursor),
		cursor_u8(&cursor) };
	gboolean exceeds_limit = FALSE;
	g_autoptr(GBytes) once = pdf_filter_decode(
	    (PdfFilter)(filters % (PDF_FILTER_CRYPT + 1)), &parms, cursor.rest,
	    MAX_OCTETS, &exceeds_limit);
	g_autoptr(GBytes) twice = NULL;
	Span octets;

	if (once == NULL)
		return 0;
	octets.octets = g_bytes_get_data(once, &octets.len);
	g_assert_cmpuint(octets.len, <=, MAX_OCTETS);
	twice = pdf_filter_decode((PdfFilter)(filters / 16 %
	    (PDF_FILTER_CRYPT + 1)), &parms, octets, MAX_OCTETS,
	    &exceeds_limit);
	return 0;
}
