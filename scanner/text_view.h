/*
 * scanner/text_view.h - text cut as SpamAssassin's rules expect it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A body rule sees one paragraph at a time, a rawbody rule one chunk. Spans
 * are borrowed from the text they were cut from.
 */
#ifndef SCANNER_TEXT_VIEW_H
#define SCANNER_TEXT_VIEW_H

#include <glib.h>

/* Octets of a paragraph; chunks are one to two times as long. */
#define TEXT_MAX_LINE_OCTETS 2048u

typedef struct {
	const char *text;
	gsize len;
} TextSpan;

/* White space as one blank, or as one line end where it holds an empty line.
 * text: valid UTF-8. Caller frees. */
char *text_collapse(const char *text);

/* Appends the lines of text, with their line ends; long ones are cut at a
 * blank if there is one. */
void text_split_lines(GArray *spans, const char *text, gsize len);

/* Appends chunks, cut after a line end, a '>' or a blank if there is one. */
void text_split_chunks(GArray *spans, const char *text, gsize len);

/* How many octets to keep of len where limit is about enough: up to the next
 * of breaks within 1 KiB. */
gsize text_limit(const char *text, gsize len, gsize limit, const char *breaks);

#endif
