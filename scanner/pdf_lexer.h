/*
 * scanner/pdf_lexer.h - the tokens of a PDF (ISO 32000-1 7.2 and 7.3).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any octets have tokens: what is wrong with them (a string without an end, a
 * lone bracket) is taken as viewers take it. A lexer may be set to any place;
 * as long as it goes forward, the way is linear, wherever comments begin.
 */
#ifndef SCANNER_PDF_LEXER_H
#define SCANNER_PDF_LEXER_H

#include "scanner/entity.h"

typedef enum {
	PDF_END,
	PDF_NAME,               /* text: without the slash, #xx decoded */
	PDF_STRING,             /* text: decoded */
	PDF_NUMBER,             /* text, and number */
	PDF_WORD,               /* text: obj, stream, R, null, ... */
	PDF_DICTIONARY,         /* << */
	PDF_DICTIONARY_END,
	PDF_ARRAY,              /* [ */
	PDF_ARRAY_END,
	PDF_OTHER,              /* a delimiter that is out of place */
} PdfToken;

typedef struct {
	Span octets;            /* borrowed */
	gsize at;               /* where the next token is looked for */
	PdfToken token;         /* the one before it */
	GString *text;
	guint number;           /* of what is too great: G_MAXUINT */
	gsize comment;          /* where comments began last, and what */
	gsize comment_end;      /* is no comment and no blank behind them */
} PdfLexer;

PdfLexer *pdf_lexer_new(Span octets);
void pdf_lexer_free(PdfLexer *lexer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfLexer, pdf_lexer_free)

PdfToken pdf_lexer_next(PdfLexer *lexer);

/* To the next octet that is not blank and not in a comment; it, or -1. */
int pdf_lexer_skip_blank(PdfLexer *lexer);

gboolean pdf_is_blank(guint8 octet);

/* Whether the token is this one; text may be longer only behind a NUL. */
gboolean pdf_lexer_is(const PdfLexer *lexer, PdfToken token, const char *text);

#endif
