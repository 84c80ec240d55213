/*
 * scanner/octet_search.h - words in octets that may hold NULs.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCANNER_OCTET_SEARCH_H
#define SCANNER_OCTET_SEARCH_H

#include <string.h>

#include "scanner/entity.h"

/* Where word is first; NULL: nowhere. Borrowed from octets. */
static inline const guint8 *
octets_find(Span octets, const char *word)
{
	return octets.len > 0 ? memmem(octets.octets, octets.len, word,
	    strlen(word)) : NULL;
}

/* What is behind a place in octets. */
static inline Span
octets_behind(Span octets, const guint8 *place)
{
	return (Span){ place, (gsize)(octets.octets + octets.len - place) };
}

/* The offset of the first octet, at or behind the given one, that is none of
 * these; of a NUL too. */
static inline gsize
octets_skip(Span octets, gsize offset, const char *these)
{
	while (offset < octets.len && octets.octets[offset] != '\0' &&
	    strchr(these, octets.octets[offset]) != NULL)
		offset++;
	return offset;
}

/* A copy with ASCII letters in lower case, and a NUL behind it. Caller frees. */
static inline char *
octets_lower(Span octets)
{
	char *copy = g_malloc(octets.len + 1);

	/* g_ascii_tolower() is a call for each octet of megabytes. */
	for (gsize i = 0; i < octets.len; i++) {
		guint8 c = octets.octets[i];

		copy[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	copy[octets.len] = '\0';
	return copy;
}

#endif
