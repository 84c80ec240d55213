/*
 * scanner/document.h - what an object can do, by the kind of file it is.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chooses the readers of formats (office, pdf, rtf, html_file, onenote) by
 * content, and looks at what no format is asked for: two files in one, programs
 * inside.
 */
#ifndef SCANNER_DOCUMENT_H
#define SCANNER_DOCUMENT_H

#include "scanner/trait.h"

/*
 * detected_type: of the octets. holder_type: detected type of the container
 * that they are a member of; NULL: none.
 */
void document_examine(Span octets, const char *detected_type,
    const char *holder_type, Traits *traits);

#endif
