/*
 * scanner/word_binary.h - what an old Word document can do ([MS-DOC]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCANNER_WORD_BINARY_H
#define SCANNER_WORD_BINARY_H

#include "scanner/trait.h"

/* A stream WordDocument: its fields, and whether it is encrypted. */
void word_binary_examine(Span document, Traits *traits);

/* "0Table" or "1Table", static: the stream beside document that belongs to it;
 * NULL: none, it is older than Word 97 or no document. */
const char *word_binary_table(Span document);

/* Where the template of the document is, as that table says. */
void word_binary_examine_template(Span document, Span table, Traits *traits);

#endif
