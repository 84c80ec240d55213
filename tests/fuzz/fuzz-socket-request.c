/*
 * tests/fuzz/fuzz-socket-request.c - any octets as a request on run/sock.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "spool/ids.h"
#include "spool/socket_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Behind the word, so that most inputs get past it. */
	g_autofree char *scan = g_malloc(size + strlen("SCAN1 "));
	g_autoptr(SocketRequest) request = socket_request_parse(
	    (const char *)data, size, NULL);
	g_autoptr(SocketRequest) scan_request = NULL;

	memcpy(scan, "SCAN1 ", strlen("SCAN1 "));
	if (size > 0)
		memcpy(scan + strlen("SCAN1 "), data, size);
	scan_request = socket_request_parse(scan, size + strlen("SCAN1 "),
	    NULL);
	if (request != NULL && request->id != NULL)
		g_assert_true(spool_id_is_valid(request->id));
	if (scan_request != NULL) {
		g_assert_nonnull(scan_request->envelope);
		g_assert_cmpint(*scan_request->file, ==, '/');
	}
	return 0;
}
