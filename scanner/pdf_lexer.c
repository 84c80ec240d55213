/*
 * scanner/pdf_lexer.c - the tokens of a PDF (ISO 32000-1 7.2 and 7.3).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/pdf_lexer.h"

PdfLexer *
pdf_lexer_new(Span octets)
{
	PdfLexer *lexer = g_new0(PdfLexer, 1);

	lexer->octets = octets;
	lexer->text = g_string_new(NULL);
	return lexer;
}

void
pdf_lexer_free(PdfLexer *lexer)
{
	if (lexer == NULL)
		return;
	g_string_free(lexer->text, TRUE);
	g_free(lexer);
}

gboolean
pdf_is_blank(guint8 octet)
{
	return octet == 0 || octet == '\t' || octet == '\n' ||
	    octet == '\f' || octet == '\r' || octet == ' ';
}

static gboolean
is_delimiter(guint8 c)
{
	switch (c) {
	case '(': case ')': case '<': case '>': case '[': case ']':
	case '{': case '}': case '/': case '%':
		return TRUE;
	default:
		return FALSE;
	}
}

static int
peek(const PdfLexer *lexer)
{
	return lexer->at < lexer->octets.len ?
	    lexer->octets.octets[lexer->at] : -1;
}

static void
append(PdfLexer *lexer, int c)
{
	g_string_append_c(lexer->text, (char)c);
}

static void
skip_comment(PdfLexer *lexer)
{
	int c = peek(lexer);

	while (c >= 0 && c != '\n' && c != '\r') {
		lexer->at++;
		c = peek(lexer);
	}
}

int
pdf_lexer_skip_blank(PdfLexer *lexer)
{
	gsize comment = 0;
	gboolean has_comment = FALSE;
	int c;

	while ((c = peek(lexer)) >= 0) {
		if (c == '%' && lexer->at >= lexer->comment &&
		    lexer->at < lexer->comment_end) {
			lexer->at = lexer->comment_end;
		} else if (c == '%') {
			comment = has_comment ? comment : lexer->at;
			has_comment = TRUE;
			skip_comment(lexer);
		} else if (pdf_is_blank((guint8)c)) {
			lexer->at++;
		} else {
			break;
		}
	}
	if (has_comment) {
		lexer->comment = comment;
		lexer->comment_end = lexer->at;
	}
	return c;
}

static gboolean
is_regular(int c)
{
	return c >= 0 && !pdf_is_blank((guint8)c) && !is_delimiter((guint8)c);
}

/* The octet that "xx" stands for; -1: none. */
static int
hex_octet(const guint8 *digits)
{
	int high = g_ascii_xdigit_value((char)digits[0]);
	int low = g_ascii_xdigit_value((char)digits[1]);

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static PdfToken
take_name(PdfLexer *lexer)
{
	int c;

	lexer->at++;
	while (is_regular(c = peek(lexer))) {
		int octet = -1;

		lexer->at++;
		if (c == '#' && lexer->octets.len - lexer->at >= 2)
			octet = hex_octet(lexer->octets.octets + lexer->at);
		lexer->at += octet >= 0 ? 2 : 0;
		append(lexer, octet >= 0 ? octet : c);
	}
	return PDF_NAME;
}

/* Behind a backslash; the octet, or -1: a line is continued. */
static int
take_escape(PdfLexer *lexer)
{
	int c = peek(lexer), value = 0;

	for (guint i = 0; i < 3 && c >= '0' && c <= '7'; i++) {
		value = value << 3 | (c - '0');
		lexer->at++;
		c = peek(lexer);
		if (i == 2 || c < '0' || c > '7')
			return value & 0xff;
	}
	lexer->at++;
	if (c == '\r' && peek(lexer) == '\n')
		lexer->at++;
	switch (c) {
	case '\r': case '\n': return -1;
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	case 'b': return '\b';
	case 'f': return '\f';
	default: return c;
	}
}

static PdfToken
take_string(PdfLexer *lexer)
{
	guint depth = 1;
	int c;

	lexer->at++;
	while (depth > 0 && (c = peek(lexer)) >= 0) {
		lexer->at++;
		if (c == '\\') {
			c = take_escape(lexer);
			if (c >= 0)
				append(lexer, c);
			continue;
		}
		depth += c == '(' ? 1 : 0;
		depth -= c == ')' ? 1 : 0;
		if (depth > 0)
			append(lexer, c);
	}
	return PDF_STRING;
}

static PdfToken
take_hex_string(PdfLexer *lexer)
{
	int c, high = -1;

	lexer->at++;
	while ((c = peek(lexer)) >= 0 && c != '>') {
		int digit = g_ascii_xdigit_value((char)c);

		lexer->at++;
		if (digit < 0)
			continue;
		if (high < 0) {
			high = digit;
			continue;
		}
		append(lexer, high << 4 | digit);
		high = -1;
	}
	lexer->at += c >= 0 ? 1 : 0;
	if (high >= 0)
		append(lexer, high << 4);
	return PDF_STRING;
}

static PdfToken
take_word(PdfLexer *lexer)
{
	const char *digits;
	guint64 number;
	int c;

	while (is_regular(c = peek(lexer))) {
		lexer->at++;
		append(lexer, c);
	}
	digits = lexer->text->str + (*lexer->text->str == '+' ? 1 : 0);
	if (!g_ascii_isdigit(*digits))
		return PDF_WORD;
	number = g_ascii_strtoull(digits, NULL, 10);
	lexer->number = (guint)MIN(number, G_MAXUINT);
	return PDF_NUMBER;
}

static PdfToken
take_delimiter(PdfLexer *lexer, int c, gboolean is_double)
{
	lexer->at += is_double ? 2 : 1;
	if (is_double)
		return c == '<' ? PDF_DICTIONARY : PDF_DICTIONARY_END;
	return c == '[' ? PDF_ARRAY : c == ']' ? PDF_ARRAY_END : PDF_OTHER;
}

PdfToken
pdf_lexer_next(PdfLexer *lexer)
{
	int c = pdf_lexer_skip_blank(lexer);
	gboolean is_double = (c == '<' || c == '>') &&
	    lexer->octets.len - lexer->at > 1 &&
	    lexer->octets.octets[lexer->at + 1] == c;

	g_string_truncate(lexer->text, 0);
	if (c < 0)
		lexer->token = PDF_END;
	else if (c == '/')
		lexer->token = take_name(lexer);
	else if (c == '(')
		lexer->token = take_string(lexer);
	else if (c == '<' && !is_double)
		lexer->token = take_hex_string(lexer);
	else if (is_delimiter((guint8)c))
		lexer->token = take_delimiter(lexer, c, is_double);
	else
		lexer->token = take_word(lexer);
	return lexer->token;
}

gboolean
pdf_lexer_is(const PdfLexer *lexer, PdfToken token, const char *text)
{
	return lexer->token == token && strcmp(lexer->text->str, text) == 0;
}
