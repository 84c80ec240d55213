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

/*
 * Parts of documents of Office and OpenDocument, of which each has dozens, by
 * their root elements: libmagic takes long to say text/xml of each. It also
 * looks for <svg in what follows, as browsers do.
 */
static gboolean
is_office_xml(const void *octets, gsize len)
{
	static const char *const roots[] = { "Relationships xmlns=",
		"Types xmlns=", "a:theme xmlns:", "w:", "p:", "xdr:", "c:",
		"worksheet xmlns", "sst xmlns", "styleSheet xmlns", "ds:",
		"Properties xmlns=", "cp:coreProperties", "office:document-",
		"manifest:manifest", "workbook xmlns", "comments xmlns" };
	static const char begin[] = "<?xml version=";
	char head[512];
	const char *root;
	gboolean is_known = FALSE;
	gsize head_len = MIN(len, sizeof(head) - 1);

	if (len < strlen(begin) || memcmp(octets, begin, strlen(begin)) != 0)
		return FALSE;
	memcpy(head, octets, head_len);
	head[head_len] = '\0';
	root = strlen(head) == head_len ? strstr(head, "?>") : NULL;
	if (root == NULL)
		return FALSE;
	root += 2 + strspn(root + 2, " \t\r\n");
	for (gsize i = 0; *root == '<' && i < G_N_ELEMENTS(roots); i++)
		is_known |= g_str_has_prefix(root + 1, roots[i]);
	return is_known && memmem(octets, MIN(len, MAGIC_TYPE_WINDOW_OCTETS),
	    "<svg", 4) == NULL;
}

const char *
magic_type_detect(MagicType *magic, const void *octets, gsize len,
    GError **error)
{
	const char *type;

	if (is_office_xml(octets, len))
		return "text/xml";
	type = magic_buffer(magic->cookie, len > 0 ? octets : "",
	    MIN(len, MAGIC_TYPE_WINDOW_OCTETS));
	if (type == NULL)
		g_set_error(error, MAGIC_TYPE_ERROR, MAGIC_TYPE_ERROR_DETECT,
		    "libmagic: %s", magic_error(magic->cookie));
	return type;
}

static gboolean
is_text_octet(guint8 c)
{
	return c >= ' ' ? c != 0x7f : c == '\t' || c == '\n' || c == '\r' ||
	    c == '\f';
}

static const char *
type_of_text(const void *octets, gsize len)
{
	/* Scripts, registry files and other formats that are text throughout;
	 * the last ones are compared without regard to case. */
	static const char *const beginnings[] = { "@", "#!", "%", "{\\rtf",
		"[", "regedit", "windows registry", "rem ", "rem\t", "echo ",
		"begin", "mz", "pk", "xsym", ":", "x5o!", "=ybegin", "(this" };
	const char *text = octets, *colon;
	gsize line, begin = 0;

	len = MIN(len, MAGIC_TYPE_WINDOW_OCTETS);
	for (gsize i = 0; i < len; i++)
		if (!is_text_octet((guint8)text[i]))
			return NULL;
	while (begin < len && g_ascii_isspace(text[begin]))
		begin++;
	text += begin;
	len -= begin;
	if (len < 2)
		return NULL;
	if (*text == '<')
		return len > 14 &&
		    (g_ascii_strncasecmp(text, "<html", 5) == 0 ||
		        g_ascii_strncasecmp(text, "<!doctype html", 14) == 0) ?
		    "text/html" : NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (len >= strlen(beginnings[i]) && g_ascii_strncasecmp(text,
		    beginnings[i], strlen(beginnings[i])) == 0)
			return NULL;
	/* "Received: by ...": it may be a message. */
	line = 0;
	while (line < len && text[line] != '\n' && text[line] != ' ')
		line++;
	colon = memchr(text, ':', line);
	return colon != NULL ? NULL : "text/plain";
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
