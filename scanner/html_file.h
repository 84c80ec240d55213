/*
 * scanner/html_file.h - files that a page of HTML or SVG makes in the browser.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * "HTML smuggling": the page carries a file as text, and its script, or a link
 * with a data: URL (RFC 2397), hands it to the reader, past every filter that
 * looks for attachments. What can be decoded here is given to be examined.
 */
#ifndef SCANNER_HTML_FILE_H
#define SCANNER_HTML_FILE_H

#include "scanner/trait.h"

/* What a link calls its file: a longer name is one for no file system. */
#define HTML_FILE_MAX_NAME_OCTETS 4096u

void html_file_examine(Span octets, Traits *traits);

/* The same, and whether the picture has script. */
void html_file_examine_svg(Span octets, Traits *traits);

#endif
