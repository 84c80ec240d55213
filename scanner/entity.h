/*
 * scanner/entity.h - one MIME entity as one reading of the message shows it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An entity (RFC 2045 2.4) is a header section and a body: two spans of the
 * octets that were read. The spans are borrowed from those octets; the
 * strings are the entity's own.
 */
#ifndef SCANNER_ENTITY_H
#define SCANNER_ENTITY_H

#include <glib.h>
#include <string.h>

typedef struct {
	const guint8 *octets;
	gsize len;
} Span;

/* All of them; the bytes must outlive it. */
static inline Span
span_of_bytes(GBytes *bytes)
{
	Span span;

	span.octets = g_bytes_get_data(bytes, &span.len);
	return span;
}

/* Without its NUL; empty for NULL. */
static inline Span
span_of_string(const char *string)
{
	return (Span){ (const guint8 *)string,
		string != NULL ? strlen(string) : 0 };
}

typedef struct {
	char *path;             /* section number (RFC 3501): "1.2" */
	char *parent;           /* path of the message or container that holds it */
	char *content_type;     /* declared, as the reading understands it */
	char *disposition;      /* NULL: none */
	/* The next four are known to the canonical reading only; NULL: none. */
	char *charset;          /* of text, as declared */
	char *encoding;         /* Content-Transfer-Encoding, as declared */
	char *name;             /* file name, UTF-8 */
	char *container_type;   /* of the multipart that it stands in */
	Span header;            /* from the first header field; may be empty */
	Span body;              /* not decoded */
	/* A message/rfc822 whose content the reading has entered: the entities
	 * inside it are listed too, so that its body needs no examination. */
	gboolean is_entered;
	/* Only a tolerant reading shows it, and not as a quotation in text. */
	gboolean is_hidden;
	const char *reading;    /* static: "gmime", "lines", ... */
} Entity;

Entity *entity_new(const char *path, const char *parent, const char *reading);
void entity_free(Entity *entity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Entity, entity_free)

#endif
