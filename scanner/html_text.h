/*
 * scanner/html_text.h - what a reader of an HTML part sees, and its links.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Made from the stream of html_tokens.h. Time is linear in the length.
 */
#ifndef SCANNER_HTML_TEXT_H
#define SCANNER_HTML_TEXT_H

#include <glib.h>

/* Links kept; the rest is not looked at and is_truncated is set. */
#define HTML_MAX_LINKS 10000u
/* Octets of one link. */
#define HTML_MAX_LINK_OCTETS 8192u

typedef struct {
	char *uri;              /* as written, entities decoded, made absolute */
	const char *tag;        /* static: the element that refers to it */
	char *anchor;           /* the text between <a> and </a>; NULL: not an a */
} HtmlLink;

typedef struct {
	GString *text;          /* everything that is text, shown or hidden */
	GString *hidden;        /* what a reader does not see of it */
	GPtrArray *links;       /* of HtmlLink * */
	gboolean is_truncated;  /* links were too many or too long */
	GPtrArray *titles;      /* of GString * */
	GString *comments;      /* with their marks */
	GString *scripts;
	GString *charsets;      /* of <meta>, separated by blanks */
	GHashTable *inside;     /* element -> starts minus ends, never below 0 */
	guint64 image_area;     /* pixels that img elements ask for */
	guint tags;             /* start and end tags */
	guint elements;         /* those of HTML */
	guint tags_seen;        /* distinct */
	guint elements_seen;
	guint closed_extra;     /* ends without a start */
	guint obfuscation;      /* tags within words */
	gboolean is_low_contrast;
	gboolean has_bad_color;
	gboolean has_bad_face;
	gboolean has_embed;
	gboolean has_mailto_form;
	gboolean is_closed_html;
	gboolean is_closed_body;
	int min_size, max_size; /* of fonts, 3 is normal */
} HtmlText;

/* html: valid UTF-8. Caller owns the result. */
HtmlText *html_text_new(const char *html);
void html_text_free(HtmlText *html);            /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HtmlText, html_text_free)

#endif
