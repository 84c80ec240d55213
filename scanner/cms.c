/*
 * scanner/cms.c - what an S/MIME opaque-signed message holds.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cms.h"

/* Elements within elements of indefinite length, and strings within strings. */
#define MAX_DEPTH 8

#define TAG_OID 0x06
#define TAG_SEQUENCE 0x30
#define TAG_CONTEXT_0 0xa0
#define TAG_CONSTRUCTED 0x20

/* 1.2.840.113549.1.7.2 */
static const guint8 oid_signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x07, 0x02 };

/* One BER element (X.690 8.1). */
struct element {
	guint8 tag;
	Span content;
};

/*
 * Takes the element at the beginning of rest. FALSE at the end, at end-of-
 * contents octets, and for tags that nothing here uses. An element that is
 * longer than what is left is cut. Recursion, into elements of indefinite
 * length, is bounded by depth.
 */
static gboolean
take_element(Span *rest, struct element *element, guint depth)
{
	struct element inner;
	gsize len, i = 2, end = 0;
	Span contents;

	if (rest->len < 2 || rest->octets[0] == 0 ||
	    (rest->octets[0] & 0x1f) == 0x1f)
		return FALSE;
	element->tag = rest->octets[0];
	len = rest->octets[1];
	if (len > 0x80) {
		gsize n = len - 0x80;

		if (n > 4 || rest->len - 2 < n)
			return FALSE;
		for (len = 0; n > 0; n--)
			len = len << 8 | rest->octets[i++];
	} else if (len == 0x80) {
		/* It ends behind the elements in it, with two zero octets. */
		contents = (Span){ rest->octets + i, rest->len - i };
		while (depth > 0 && take_element(&contents, &inner, depth - 1))
			;
		len = (gsize)(contents.octets - rest->octets) - i;
		end = 2;
	}
	len = MIN(len, rest->len - i);
	element->content = (Span){ rest->octets + i, len };
	len = MIN(i + len + end, rest->len);
	rest->octets += len;
	rest->len -= len;
	return TRUE;
}

/* The content of the element with the tag that comes next. */
static gboolean
enter(Span *rest, guint8 tag)
{
	struct element element;

	if (!take_element(rest, &element, MAX_DEPTH) || element.tag != tag)
		return FALSE;
	*rest = element.content;
	return TRUE;
}

/* Appends the octets of a string that may be in pieces. */
static void
append_string(GByteArray *octets, Span rest, guint depth)
{
	struct element element;

	while (take_element(&rest, &element, MAX_DEPTH)) {
		if ((element.tag & TAG_CONSTRUCTED) == 0)
			g_byte_array_append(octets, element.content.octets,
			    (guint)element.content.len);
		else if (depth > 0)
			append_string(octets, element.content, depth - 1);
	}
}

GBytes *
cms_signed_content(Span octets)
{
	g_autoptr(GByteArray) content = g_byte_array_new();
	struct element element;
	Span rest = octets;

	/* ContentInfo: the type, and [0] with the SignedData. */
	if (!enter(&rest, TAG_SEQUENCE) ||
	    !take_element(&rest, &element, MAX_DEPTH) || element.tag != TAG_OID ||
	    element.content.len != sizeof(oid_signed_data) ||
	    memcmp(element.content.octets, oid_signed_data,
	        sizeof(oid_signed_data)) != 0 ||
	    !enter(&rest, TAG_CONTEXT_0) || !enter(&rest, TAG_SEQUENCE))
		return NULL;
	/* SignedData: version, digest algorithms, then what is signed: a type,
	 * and [0] with an octet string; without that it is detached. */
	if (!take_element(&rest, &element, MAX_DEPTH) ||
	    !take_element(&rest, &element, MAX_DEPTH) ||
	    !enter(&rest, TAG_SEQUENCE) ||
	    !take_element(&rest, &element, MAX_DEPTH) ||
	    element.tag != TAG_OID || !enter(&rest, TAG_CONTEXT_0))
		return NULL;
	append_string(content, rest, MAX_DEPTH);
	return content->len > 0 ?
	    g_byte_array_free_to_bytes(g_steal_pointer(&content)) : NULL;
}
