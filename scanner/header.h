/*
 * scanner/header.h - the header fields of an entity, in every reading.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Mail clients differ in what they take for a header field (RFC 5322 2.2) when
 * its name is damaged, its line ends are mixed or it is hidden in a folded
 * line. header_fields() returns all of them: a field that some client sees is
 * there, and a folded line that looks like a field is there twice, as part of
 * the field above it and as one of its own.
 */
#ifndef SCANNER_HEADER_H
#define SCANNER_HEADER_H

#include <glib.h>

#include "scanner/entity.h"

typedef struct {
	char name[40];          /* lower case, without blanks and comments */
	Span body;              /* behind the colon, folds included */
} HeaderField;

/*
 * The fields of the section whose names begin with "content-", in order (of
 * HeaderField). Blank lines do not end the section: where it ends is the
 * caller's reading. At most max_fields fields of any name are looked at;
 * *exceeds says whether there are more.
 */
GArray *header_fields(Span section, guint max_fields, gboolean *exceeds);

#endif
