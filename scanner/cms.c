/*
 * scanner/cms.c - what an S/MIME message holds that is no multipart.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cms.h"
#include "scanner/decode.h"
#include "scanner/inflate.h"

/* Elements within elements of indefinite length, and strings within strings. */
#define MAX_DEPTH 8

/* Enough for the type of the content and what is before it, as BER has it. */
#define CONTENT_INFO_OCTETS 64

#define TAG_OID 0x06
#define TAG_SEQUENCE 0x30
#define TAG_CONTEXT_0 0xa0
#define TAG_CONSTRUCTED 0x20

typedef enum {
	CMS_NONE = 0,
	CMS_PLAIN,
	CMS_SIGNED,             /* or with a digest only */
	CMS_COMPRESSED,
	CMS_ENCRYPTED,
} CmsKind;

/* Content types, below 1.2.840.113549.1. */
static const guint8 oid_prefix[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01 };

static const struct {
	guint8 octets[5];
	guint8 len;
	CmsKind kind;
} content_types[] = {
	{ { 0x07, 0x01 }, 2, CMS_PLAIN },
	{ { 0x07, 0x02 }, 2, CMS_SIGNED },
	{ { 0x07, 0x05 }, 2, CMS_SIGNED },      /* DigestedData */
	{ { 0x07, 0x03 }, 2, CMS_ENCRYPTED },   /* EnvelopedData */
	{ { 0x07, 0x06 }, 2, CMS_ENCRYPTED },   /* EncryptedData */
	{ { 0x09, 0x10, 0x01, 0x09 }, 4, CMS_COMPRESSED },
	{ { 0x09, 0x10, 0x01, 0x17 }, 4, CMS_ENCRYPTED }, /* AuthEnvelopedData */
};

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

/* Takes the ContentInfo in rest: its content type, and what [0] holds. */
static CmsKind
take_content_info(Span *rest)
{
	struct element oid;

	if (!enter(rest, TAG_SEQUENCE) ||
	    !take_element(rest, &oid, MAX_DEPTH) || oid.tag != TAG_OID ||
	    oid.content.len < sizeof(oid_prefix) ||
	    memcmp(oid.content.octets, oid_prefix, sizeof(oid_prefix)) != 0 ||
	    !enter(rest, TAG_CONTEXT_0))
		return CMS_NONE;
	for (gsize i = 0; i < G_N_ELEMENTS(content_types); i++)
		if (oid.content.len ==
		        sizeof(oid_prefix) + content_types[i].len &&
		    memcmp(oid.content.octets + sizeof(oid_prefix),
		        content_types[i].octets, content_types[i].len) == 0)
			return content_types[i].kind;
	return CMS_NONE;
}

/* The octets of a string; NULL: there are none. Caller unrefs. */
static GBytes *
plain_content(Span rest)
{
	g_autoptr(GByteArray) content = g_byte_array_new();

	append_string(content, rest, MAX_DEPTH);
	return content->len > 0 ?
	    g_byte_array_free_to_bytes(g_steal_pointer(&content)) : NULL;
}

/*
 * SignedData: version, digest algorithms, then what is signed: a type, and [0]
 * with an octet string; without that it is detached. CompressedData has one
 * algorithm in place of the digests'.
 */
static GBytes *
inner_content(Span rest)
{
	struct element element;

	if (!enter(&rest, TAG_SEQUENCE) ||
	    !take_element(&rest, &element, MAX_DEPTH) ||
	    !take_element(&rest, &element, MAX_DEPTH) ||
	    !enter(&rest, TAG_SEQUENCE) ||
	    !take_element(&rest, &element, MAX_DEPTH) ||
	    element.tag != TAG_OID || !enter(&rest, TAG_CONTEXT_0))
		return NULL;
	return plain_content(rest);
}

/* The octets in PEM's lines of base64, or the first max_octets of them; NULL:
 * it is no PEM. Caller unrefs. */
static GBytes *
from_pem(Span octets, gsize max_octets)
{
	static const char *const labels[] = { "-----BEGIN CMS-----",
		"-----BEGIN PKCS7-----", "-----BEGIN PKCS #7 SIGNED DATA-----" };

	for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
		gsize len = strlen(labels[i]);
		g_autoptr(GPtrArray) readings = NULL;
		const Decoded *decoded;
		const guint8 *end;

		if (octets.len <= len ||
		    memcmp(octets.octets, labels[i], len) != 0)
			continue;
		octets.octets += len;
		octets.len -= len;
		end = memchr(octets.octets, '-', octets.len);
		if (end != NULL)
			octets.len = (gsize)(end - octets.octets);
		readings = decode_readings(octets, ENCODING_BASE64,
		    max_octets);
		decoded = g_ptr_array_index(readings, 0);
		return g_bytes_ref(decoded->octets);
	}
	return NULL;
}

GBytes *
cms_content(Span octets, gsize max_octets, gboolean *is_cut)
{
	g_autoptr(GBytes) pem = from_pem(octets, octets.len);
	g_autoptr(GBytes) content = NULL;
	Span rest = octets, deflated;
	gboolean is_whole = FALSE;
	GBytes *inflated;

	*is_cut = FALSE;
	if (pem != NULL)
		rest = span_of_bytes(pem);
	switch (take_content_info(&rest)) {
	case CMS_PLAIN:
		return plain_content(rest);
	case CMS_SIGNED:
		return inner_content(rest);
	case CMS_COMPRESSED:
		*is_cut = TRUE;
		content = inner_content(rest);
		if (content == NULL)
			return NULL;
		deflated = span_of_bytes(content);
		inflated = inflate_zlib(deflated, max_octets, &is_whole);
		*is_cut = !is_whole;
		return inflated;
	case CMS_ENCRYPTED:
	case CMS_NONE:
		break;
	}
	return NULL;
}

static CmsKind
kind_of(Span octets)
{
	g_autoptr(GBytes) pem = from_pem(octets, CONTENT_INFO_OCTETS);
	Span rest = octets;

	if (pem != NULL)
		rest = span_of_bytes(pem);
	return take_content_info(&rest);
}

gboolean
cms_is_open(Span octets)
{
	CmsKind kind = kind_of(octets);

	return kind != CMS_NONE && kind != CMS_ENCRYPTED;
}

/* An entity (RFC 8551 3.1) with a field in front by which libclamav knows a
 * message; other content as it is. Takes it over. */
static GBytes *
as_message(GBytes *content)
{
	static const char entity[] = "Content-";
	static const char field[] = "MIME-Version: 1.0\r\n";
	Span octets = span_of_bytes(content);
	GByteArray *message;

	if (octets.len < strlen(entity) || g_ascii_strncasecmp(
	    (const char *)octets.octets, entity, strlen(entity)) != 0)
		return content;
	message = g_byte_array_new();
	g_byte_array_append(message, (const guint8 *)field,
	    sizeof(field) - 1);
	g_byte_array_append(message, octets.octets, (guint)octets.len);
	g_bytes_unref(content);
	return g_byte_array_free_to_bytes(message);
}

Opened
cms_open(Span octets, Unpacking *unpacking)
{
	gsize max_octets = MIN(unpacking->max_octets, unpacking->room);
	gboolean is_cut;
	g_autoptr(GBytes) content = cms_content(octets, max_octets + 1,
	    &is_cut);
	Member member = { .state = MEMBER_WHOLE };

	if (content != NULL)
		content = as_message(g_steal_pointer(&content));
	if (content != NULL) {
		member.octets = span_of_bytes(content);
		member.size = member.octets.len;
		if (member.octets.len > max_octets)
			member.state = MEMBER_TOO_LONG;
		unpacking->on_member(unpacking, &member);
	}
	return is_cut ? OPENED_PARTLY : OPENED_WHOLE;
}

gboolean
cms_is_encrypted(Span octets)
{
	return kind_of(octets) == CMS_ENCRYPTED;
}
