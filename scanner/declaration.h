/*
 * scanner/declaration.h - what a header section says that the body is.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Type, boundary, transfer encoding and file names, each in every reading of
 * every field of the section (header.h, field_body.h, parameter.h): what any
 * client may take for it is there. A section with nothing odd in it has one of
 * each, or none.
 */
#ifndef SCANNER_DECLARATION_H
#define SCANNER_DECLARATION_H

#include <glib.h>

#include "scanner/filename.h"
#include "scanner/header.h"

/* More are not kept: see exceeds. */
#define DECLARATION_MAX_TYPES 16
#define DECLARATION_MAX_BOUNDARIES 64
#define DECLARATION_MAX_NAMES 300

typedef struct {
	char *octets;           /* owned, NUL-terminated; may hold NULs */
	gsize len;              /* at least 1 */
	FilenameSource source;
	const char *field;      /* "content-disposition"; static */
	const char *parameter;  /* "filename"; static; NULL: the whole body */
	/* Of Content-Description or Content-Location, which say a title or an
	 * address ("http://www.example.com") and no file name. */
	gboolean is_title;
} DeclaredName;

typedef struct {
	/* Of char *: lower case, "text/plain", "text/" without subtype. */
	GPtrArray *types;
	/* Of GBytes *: as it stands in delimiter lines, without the dashes; one
	 * may be empty. */
	GPtrArray *boundaries;
	/* Of DeclaredName *: from Content-Disposition, Content-Type, Content-
	 * Name, X-Sun-Data-Name, Content-Description and Content-Location. What
	 * the last two say is a file name only where there is no other, and it
	 * looks like one, and the part is a file. */
	GPtrArray *names;
	guint encodings;        /* bits 1 << ENCODING_BASE64; 0: none named */
	/* An encoding that not all clients know, or that is oddly spelt: some
	 * take the body as it is, others see one of encodings. */
	gboolean has_odd_encoding;
	/* Clients that keep to the RFCs will differ about type, boundary or
	 * encoding; names may always differ. */
	gboolean is_ambiguous;
	gboolean exceeds;       /* a limit was reached: there may be more */
} Declaration;

/*
 * What strict clients see stands first in types and boundaries. Fields behind
 * the empty line that ends the section for most clients count unless the type
 * is message/...: then they are the message's. Caller owns the result.
 */
Declaration *declaration_new(const HeaderSection *section,
    const HeaderLimits *limits);
void declaration_free(Declaration *declaration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Declaration, declaration_free)

/* Whether one of the types begins with prefix: "multipart/". */
gboolean declaration_has_type(const Declaration *declaration,
    const char *prefix);

/* Whether one of the names is no title. */
gboolean declaration_has_file_name(const Declaration *declaration);

#endif
