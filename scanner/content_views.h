/*
 * scanner/content_views.h - the views of one message that rules match on.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each view is made when it is first asked for and kept. What functions
 * return is borrowed from the views.
 */
#ifndef SCANNER_CONTENT_VIEWS_H
#define SCANNER_CONTENT_VIEWS_H

#include "scanner/content.h"
#include "scanner/han.h"
#include "scanner/header_view.h"
#include "scanner/html_text.h"
#include "scanner/received.h"
#include "scanner/text_view.h"
#include "scanner/uri_list.h"

/* What views are made with; borrowed. */
typedef struct {
	const Charsets *charsets;
	const Han *han;
	const UriFinder *uri_finder;
	const ContentRules *rules;
	const ContentSettings *settings;
} ViewTools;

/* A text part, rendered. */
typedef struct {
	const ContentPart *part;
	char *source;           /* UTF-8 before rendering */
	HtmlText *html;         /* NULL: it is plain text */
	const char *text;       /* rendered */
	gsize len;              /* of the text that is looked at */
	gboolean is_damaged;    /* its charset did not fit */
	gboolean is_cut;        /* the rest is not looked at */
} RenderedPart;

typedef struct content_views ContentViews;

ContentViews *content_views_new(const ContentInput *input,
    const ViewTools *tools, RegexRun *run);
void content_views_free(ContentViews *views);  /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContentViews, content_views_free)

const ContentInput *content_views_input(const ContentViews *views);
const ContentRules *content_views_rules(const ContentViews *views);

const HeaderView *content_views_header(ContentViews *views);
/* The header of a part of the input. */
const HeaderView *content_views_part_header(ContentViews *views, guint part);
const Received *content_views_received(ContentViews *views);

/* A header request of any kind, X-Spam-Relays-* and EnvelopeFrom too; NULL:
 * there is no such field. */
const char *content_views_field(ContentViews *views, const char *request);

/* Of RenderedPart. */
const GArray *content_views_rendered(ContentViews *views);
/* Of TextSpan; the first is the subject. */
const GArray *content_views_body(ContentViews *views);
const GArray *content_views_han(ContentViews *views);
const GArray *content_views_rawbody(ContentViews *views);
const UriList *content_views_uris(ContentViews *views);

#endif
