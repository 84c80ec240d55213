/*
 * scanner/header_view.h - header fields as header rules ask for them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A request is a field name, ALL, ToCc or MESSAGEID, with :raw (not decoded),
 * :addr (addresses), :name (display names), :first or :last behind it.
 */
#ifndef SCANNER_HEADER_VIEW_H
#define SCANNER_HEADER_VIEW_H

#include <glib.h>

#include "scanner/charset.h"

/* Fields kept, and octets of one field body. */
#define HEADER_VIEW_MAX_FIELDS 1000u
#define HEADER_VIEW_MAX_OCTETS 8192u

typedef struct header_view HeaderView;

/* octets: a header section, up to its empty line; copied. Caller owns the
 * result; charsets are borrowed for its life. */
HeaderView *header_view_new(const guint8 *octets, gsize len,
    const Charsets *charsets);
void header_view_free(HeaderView *view);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeaderView, header_view_free)

/* All values that the request names, as one text: decoded ones end in a line
 * end each. NULL: there is no such field. Caller frees. */
char *header_view_get(const HeaderView *view, const char *request);

/* The fields from the given Received field on (counted from 0), or those
 * before it, as ALL gives them. Caller frees. */
char *header_view_get_section(const HeaderView *view, guint received,
    gboolean is_before, gboolean is_raw);

/* Of the first such field, decoded, without line end; NULL: none. Borrowed. */
const char *header_view_first(const HeaderView *view, const char *name);

/* Every value of one field, decoded; caller unrefs the array of char *
 * (borrowed from the view). */
GPtrArray *header_view_all(const HeaderView *view, const char *name);

/* The first field of a name stands above all of another. */
gboolean header_view_is_before(const HeaderView *view, const char *name,
    const char *other);

guint header_view_count(const HeaderView *view, const char *name);

/* More fields or longer ones than are kept. */
gboolean header_view_is_truncated(const HeaderView *view);

#endif
