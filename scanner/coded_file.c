/*
 * scanner/coded_file.c - a file that holds others as text: uuencode, yEnc, BinHex, iCalendar.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/coded_file.h"
#include "scanner/decode.h"
#include "scanner/octet_search.h"

gboolean
coded_file_is(const char *detected_type, Span octets)
{
	static const char *const words[] = { "=ybegin ", "begin ",
		"begin-base64 ", "BinHex", "ATTACH;", "ATTACH:" };

	/* yEnc leaves most octets as they are: libmagic takes it for data. */
	if (detected_type == NULL ||
	    (!g_str_has_prefix(detected_type, "text/") &&
	        strcmp(detected_type, "application/octet-stream") != 0 &&
	        strcmp(detected_type, "application/mac-binhex40") != 0))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (octets_find(octets, words[i]) != NULL)
			return TRUE;
	return FALSE;
}

/* FALSE: no more are wanted. */
static gboolean
show(const Decoded *decoded, Unpacking *unpacking)
{
	g_autofree char *name = NULL;
	Member member = { .state = MEMBER_WHOLE };
	gsize len;

	/* A NUL ends the name for the programs that write the file. */
	if (decoded->name != NULL) {
		const char *raw = g_bytes_get_data(decoded->name, &len);

		name = g_strndup(raw, len);
		member.names[0] = name;
	}
	member.octets.octets = g_bytes_get_data(decoded->octets,
	    &member.octets.len);
	member.size = member.octets.len;
	if (decoded->exceeds_limit)
		member.state = MEMBER_TOO_LONG;
	else if (member.octets.len == 0)
		member.state = MEMBER_EMPTY;
	return unpacking->on_member(unpacking, &member);
}

Opened
coded_file_open(Span octets, Unpacking *unpacking)
{
	g_autoptr(GPtrArray) files = decode_inline(octets,
	    MIN(unpacking->max_octets, unpacking->room));

	for (guint i = 0; i < files->len; i++)
		if (!show(g_ptr_array_index(files, i), unpacking) ||
		    unpacking_is_late(unpacking))
			break;
	/* Text that only speaks of such files holds none. */
	return OPENED_WHOLE;
}
