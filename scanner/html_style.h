/*
 * scanner/html_style.h - whether a reader can see the text at a place.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCANNER_HTML_STYLE_H
#define SCANNER_HTML_STYLE_H

#include <glib.h>

/* A colour as 0xRRGGBB. */
#define HTML_COLOR_INVALID 0xffffffffu

/* How text looks inside an element. */
typedef struct {
	const char *tag;        /* static */
	guint32 foreground;
	guint32 background;
	/* The same without bgcolor attributes, which SpamAssassin does not look
	 * at: its rules on contrast have their scores for this. */
	guint32 styled_background;
	int size;               /* 1 to 7, 3 is normal */
	gboolean is_hidden;     /* display: none, visibility: hidden */
} HtmlStyle;

/* The document's own style. */
HtmlStyle html_style_initial(void);

/* A colour's name, "#rgb", "#rrggbb" or "rgb(r, g, b)". */
guint32 html_color_parse(const char *text);

/* Reads a style attribute into style; outer is the surrounding style. */
void html_style_read(HtmlStyle *style, const HtmlStyle *outer,
    const char *attribute);

/* Foreground and styled background cannot be told apart. */
gboolean html_style_is_low_contrast(const HtmlStyle *style);

/* A reader sees nothing, for any reason. */
gboolean html_style_is_invisible(const HtmlStyle *style);

#endif
