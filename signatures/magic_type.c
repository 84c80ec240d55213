/*
 * signatures/magic_type.c - the detected type of some octets, by libmagic.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <magic.h>
#include <string.h>

#include "signatures/magic_type.h"

struct magic_type {
	magic_t cookie;
};

G_DEFINE_QUARK(mailweir-magic-type-error, magic_type_error)

/*
 * What costs time and tells a mail filter nothing: JSON and CSV are harmless
 * text, and members of compressed files are examined as parts of their own.
 */
#define MAGIC_FLAGS                                                     \
	(MAGIC_MIME_TYPE | MAGIC_ERROR | MAGIC_NO_CHECK_COMPRESS |      \
	    MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_TOKENS)

MagicType *
magic_type_new(GError **error)
{
	magic_t cookie = magic_open(MAGIC_FLAGS);
	MagicType *magic;

	if (cookie == NULL) {
		g_set_error(error, MAGIC_TYPE_ERROR, MAGIC_TYPE_ERROR_LOAD,
		    "libmagic: cannot start: out of memory");
		return NULL;
	}
	if (magic_load(cookie, NULL) == -1) {
		g_set_error(error, MAGIC_TYPE_ERROR, MAGIC_TYPE_ERROR_LOAD,
		    "libmagic: cannot load its database: %s; "
		    "install the package libmagic-mgc",
		    magic_error(cookie));
		magic_close(cookie);
		return NULL;
	}
	magic = g_new0(MagicType, 1);
	magic->cookie = cookie;
	return magic;
}

void
magic_type_free(MagicType *magic)
{
	if (magic == NULL)
		return;
	magic_close(magic->cookie);
	g_free(magic);
}

/* --- what needs no libmagic ------------------------------------------------ */

static gboolean
begins(const void *octets, gsize len, const char *beginning)
{
	return len >= strlen(beginning) &&
	    memcmp(octets, beginning, strlen(beginning)) == 0;
}

/* How long the prefix of a name is, at an element's beginning; 0: it has none
 * (Namespaces in XML, 4). */
static gsize
prefix_len(const char *name, gsize len)
{
	gsize n = 0;

	while (n < len && g_ascii_isalnum(name[n]))
		n++;
	return n < len && name[n] == ':' ? n : 0;
}

/*
 * Parts of documents of Office and OpenDocument, of which each has dozens, by
 * their root elements: libmagic takes long to say text/xml of each. It also
 * looks for <svg in what follows, as browsers do. Of prefixes it knows one,
 * that of Gnumeric.
 */
static gboolean
is_office_xml(const void *octets, gsize len)
{
	static const char *const roots[] = { "Relationships xmlns=",
		"Types xmlns=", "worksheet xmlns", "sst xmlns",
		"styleSheet xmlns", "Properties xmlns=", "workbook xmlns",
		"comments xmlns" };
	char head[512];
	const char *root;
	gboolean is_known;
	gsize head_len = MIN(len, sizeof(head) - 1);

	if (!begins(octets, len, "<?xml version="))
		return FALSE;
	memcpy(head, octets, head_len);
	head[head_len] = '\0';
	root = strlen(head) == head_len ? strstr(head, "?>") : NULL;
	if (root == NULL)
		return FALSE;
	root += 2 + strspn(root + 2, " \t\r\n");
	if (*root++ != '<')
		return FALSE;
	is_known = prefix_len(root, strlen(root)) > 0 &&
	    !g_str_has_prefix(root, "gmr:");
	for (gsize i = 0; i < G_N_ELEMENTS(roots); i++)
		is_known |= g_str_has_prefix(root, roots[i]);
	return is_known && memmem(octets, MIN(len, MAGIC_TYPE_WINDOW_OCTETS),
	    "<svg", 4) == NULL;
}

/* The metadata of a picture or a PDF file (XMP): elements of which each has a
 * prefix, so nothing that a browser knows. */
static gboolean
is_xmp(const char *text, gsize len)
{
	const char *end = text + len;

	if (!begins(text, len, "<?xpacket begin="))
		return FALSE;
	while ((text = memchr(text, '<', (gsize)(end - text))) != NULL) {
		text++;
		if (text < end && *text == '/')
			text++;
		if (!begins(text, (gsize)(end - text), "?xpacket ") &&
		    prefix_len(text, (gsize)(end - text)) == 0)
			return FALSE;
	}
	return TRUE;
}

/* An address, a version, the member that says what an OpenDocument file is: one
 * word, too plain for a file that does or holds anything. */
static gboolean
is_address(const char *text, gsize len)
{
	gboolean has_sign = FALSE;

	if (len == 0 || len > 100 || !g_ascii_isalnum(text[0]))
		return FALSE;
	for (gsize i = 0; i < len; i++) {
		gboolean is_sign = text[i] == '@' || text[i] == '.' ||
		    text[i] == '/';

		if (!is_sign && !g_ascii_isalnum(text[i]) && text[i] != '-' &&
		    text[i] != '_')
			return FALSE;
		has_sign |= is_sign;
	}
	return has_sign;
}

/* Streams that each OLE2 file has: property sets ([MS-OLEPS] 2.21), what object
 * it is ([MS-OLEDS] 2.3.8, 2.3.3). No longer than a tar file's header. */
static gboolean
is_ole_stream(const void *octets, gsize len)
{
	static const char beginnings[][4] = { { '\xfe', '\xff', 0, 0 },
		{ 1, 0, '\xfe', '\xff' }, { 1, 0, 0, 2 } };

	for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (len >= sizeof(beginnings[i]) && len < 512 &&
		    memcmp(octets, beginnings[i], sizeof(beginnings[i])) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
is_text_octet(guint8 c)
{
	return c >= ' ' ? c != 0x7f : c == '\t' || c == '\n' || c == '\r' ||
	    c == '\f';
}

/* ASCII in UTF-16LE without a mark: names, subjects and the like, of which a
 * message of Outlook has dozens. No longer than a tar file's header. */
static gboolean
is_utf16_string(const char *octets, gsize len)
{
	if (len < 2 || len >= 512 || len % 2 != 0)
		return FALSE;
	for (gsize i = 0; i < len; i += 2)
		if (octets[i + 1] != '\0' || (guint8)octets[i] >= 0x7f ||
		    !is_text_octet((guint8)octets[i]))
			return FALSE;
	return TRUE;
}

static gboolean
is_text(const char *text, gsize len)
{
	for (gsize i = 0; i < len; i++)
		if (!is_text_octet((guint8)text[i]))
			return FALSE;
	return TRUE;
}

/* Whether it begins with the tag, such as "<html". */
static gboolean
begins_tag(const char *text, gsize len, const char *tag)
{
	gsize tag_len = strlen(tag);

	return len > tag_len && g_ascii_strncasecmp(text, tag, tag_len) == 0 &&
	    (text[tag_len] == '>' || g_ascii_isspace(text[tag_len]));
}

/* Of text, without white space before it. */
static gboolean
is_html(const char *text, gsize len)
{
	return begins_tag(text, len, "<html") ||
	    (len > 14 && g_ascii_strncasecmp(text, "<!doctype html", 14) == 0);
}

/* A report on what became of a message (RFC 3464, 2.1), with no tag in it, only
 * addresses. */
static gboolean
is_delivery_status(const char *text, gsize len)
{
	const char *end = text + len;

	if (!begins(text, len, "Reporting-MTA: ") &&
	    !begins(text, len, "Final-Recipient: "))
		return FALSE;
	while ((text = memchr(text, '<', (gsize)(end - text))) != NULL) {
		while (text < end && *text != '@' && !g_ascii_isspace(*text) &&
		    *text != '>')
			text++;
		if (text == end || *text != '@')
			return FALSE;
	}
	return TRUE;
}

static const char *
type_of_document_part(const void *octets, gsize len)
{
	gsize window = MIN(len, MAGIC_TYPE_WINDOW_OCTETS);

	if (len == 0)
		return "application/x-empty";
	if (is_office_xml(octets, len))
		return "text/xml";
	if (is_xmp(octets, window) || is_address(octets, len))
		return "text/plain";
	if (is_ole_stream(octets, len) || is_utf16_string(octets, len))
		return "application/octet-stream";
	if (is_html(octets, window) && is_text(octets, window))
		return "text/html";
	return is_delivery_status(octets, window) && is_text(octets, window) ?
	    "text/plain" : NULL;
}

const char *
magic_type_detect(MagicType *magic, const void *octets, gsize len,
    GError **error)
{
	const char *type;

	type = type_of_document_part(octets, len);
	if (type != NULL)
		return type;
	type = magic_buffer(magic->cookie, octets,
	    MIN(len, MAGIC_TYPE_WINDOW_OCTETS));
	if (type == NULL)
		g_set_error(error, MAGIC_TYPE_ERROR, MAGIC_TYPE_ERROR_DETECT,
		    "libmagic: %s", magic_error(magic->cookie));
	return type;
}

static const char *
type_of_text(const void *octets, gsize len)
{
	/* Scripts, registry files and other formats that are text throughout;
	 * the last ones are compared without regard to case. */
	static const char *const beginnings[] = { "@", "#!", "%", "{\\rtf",
		"[", "regedit", "windows registry", "rem ", "rem\t", "echo ",
		"begin", "mz", "pk", "xsym", ":", "x5o!", "=ybegin", "(this" };
	/* What mail programs write without <html>. */
	static const char *const tags[] = { "<div", "<p", "<br", "<span",
		"<table", "<body", "<head", "<style", "<font", "<b", "<center" };
	const char *text = octets, *colon;
	gsize line, begin = 0;

	len = MIN(len, MAGIC_TYPE_WINDOW_OCTETS);
	if (!is_text(text, len))
		return NULL;
	while (begin < len && g_ascii_isspace(text[begin]))
		begin++;
	text += begin;
	len -= begin;
	if (len < 2)
		return NULL;
	for (gsize i = 0; *text == '<' && i < G_N_ELEMENTS(tags); i++)
		if (begins_tag(text, len, tags[i]))
			return "text/html";
	if (*text == '<')
		return is_html(text, len) ? "text/html" : NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (len >= strlen(beginnings[i]) && g_ascii_strncasecmp(text,
		    beginnings[i], strlen(beginnings[i])) == 0)
			return NULL;
	/* "Received: by ...": it may be a message; "http://" begins none. */
	line = 0;
	while (line < len && text[line] != '\n' && text[line] != ' ')
		line++;
	colon = memchr(text, ':', line);
	return colon == NULL || begins(colon, len - (gsize)(colon - text),
	    "://") ? "text/plain" : NULL;
}

const char *
magic_type_at_a_glance(const void *octets, gsize len, gboolean is_named)
{
	/* Libmagic says the same of whatever begins so. */
	static const struct {
		const char *beginning;
		gsize len;
		const char *type;
	} pictures[] = {
		{ "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, "image/png" },
		{ "GIF87a", 6, "image/gif" },
		{ "GIF89a", 6, "image/gif" },
		{ "\xff\xd8\xff\xe0", 4, "image/jpeg" },
		{ "\xff\xd8\xff\xe1", 4, "image/jpeg" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(pictures); i++)
		if (len >= pictures[i].len && memcmp(octets,
		    pictures[i].beginning, pictures[i].len) == 0)
			return pictures[i].type;
	return is_named ? NULL : type_of_text(octets, len);
}
