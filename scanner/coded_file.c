/*
 * scanner/coded_file.c - a file that holds others as text.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/coded_file.h"
#include "scanner/decode.h"
#include "scanner/octet_search.h"

/* Names are in letters of any case (RFC 5545 3.1), and that of a file's property
 * may be folded: it goes by the name of the whole, too. */
static gboolean
is_calendar(Span octets)
{
	static const char word[] = "vcalendar";

	for (gsize i = 0; i < 2; i++) {
		int first = i == 0 ? 'V' : 'v';
		Span rest = octets;
		const guint8 *at;

		while (rest.len >= strlen(word) && (at = memchr(rest.octets,
		    first, rest.len - strlen(word) + 1)) != NULL) {
			if (g_ascii_strncasecmp((const char *)at, word,
			    strlen(word)) == 0)
				return TRUE;
			rest = octets_behind(rest, at + 1);
		}
	}
	return FALSE;
}

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
	return is_calendar(octets);
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
