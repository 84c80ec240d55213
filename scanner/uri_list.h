/*
 * scanner/uri_list.h - every URI of a message, as rules on URIs see them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From HTML come the links as written; from text whatever a mail client would
 * make clickable, and bare host names. Each is listed as it stands and in
 * plainer forms: scheme added, %41 and &#65; decoded, backslashes turned,
 * user and port dropped, and the URI inside a redirector's.
 */
#ifndef SCANNER_URI_LIST_H
#define SCANNER_URI_LIST_H

#include <glib.h>

#include "scanner/text_view.h"
#include "signatures/rule_regex.h"

/* URIs kept; octets of one. */
#define URI_LIST_MAX 10000u
#define URI_MAX_OCTETS 8192u

typedef struct uri_finder UriFinder;

/* tlds: top-level domains in lower case; NULL: any word is one. Borrowed for
 * its life. Caller owns the result. */
UriFinder *uri_finder_new(const GHashTable *tlds);
void uri_finder_free(UriFinder *finder);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UriFinder, uri_finder_free)

typedef struct {
	GPtrArray *uris;        /* of char *, each once */
	GHashTable *seen;       /* the same */
	gboolean is_truncated;
} UriList;

UriList *uri_list_new(void);
void uri_list_free(UriList *list);              /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UriList, uri_list_free)

/* A link of HTML, with its plainer forms. */
void uri_list_add(UriList *list, const char *uri);

/* The URIs in a line of text. */
void uri_list_add_text(UriList *list, const UriFinder *finder, RegexRun *run,
    const TextSpan *line);

/* The host of "http://user@host:1/"; NULL: none. Caller frees. */
char *uri_host(const char *uri);

#endif
