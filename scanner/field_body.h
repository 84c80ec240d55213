/*
 * scanner/field_body.h - a structured field body, read as text.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Before a client looks for values in a field body (RFC 2045 5.1, RFC 5322
 * 3.2) it takes folds, comments and what it does not like out of it. Clients
 * do that in different ways; this module gives the texts that are left, and
 * knows the bodies in which there is nothing to differ about.
 */
#ifndef SCANNER_FIELD_BODY_H
#define SCANNER_FIELD_BODY_H

#include <glib.h>
#include <string.h>

#include "scanner/entity.h"

/*
 * The different texts that a body may be (of GString *, at least one), the one
 * that strict clients read first: folds removed, with the blanks behind them
 * or without; comments removed, nested or not, or kept; control octets kept or
 * removed.
 */
GPtrArray *field_body_texts(Span body);

/*
 * Whether the body keeps to RFC 2045 5.1 and has nothing that clients differ
 * in. Then *value is the one value that the parameter (lower case; "" for
 * none) has; octets NULL: it is not there. Copies nothing.
 */
gboolean field_body_read_plain(Span body, const char *name, Span *value);

/*
 * The body with its encoded words (RFC 2047) decoded, which are no such thing
 * in a structured field but for some clients. Octets stay in the charset of
 * the word. Caller frees; NULL: there are none.
 */
GString *field_body_decode_words(Span body);

/* --- octets -------------------------------------------------------------- */

/* Where a reader may stop. */
#define BLANKS " \t\r\n\v\f"
#define TSPECIALS "()<>@,;:\\\"/[]?="

static inline gboolean
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* RFC 2045 5.1, without the '*' that RFC 2231 gives a meaning. */
static inline gboolean
is_token(char c)
{
	switch (c) {
	case '(': case ')': case '<': case '>': case '@':
	case ',': case ';': case ':': case '\\': case '"':
	case '/': case '[': case ']': case '?': case '=':
	case '*':
		return FALSE;
	default:
		return c > ' ' && c < 0x7f;
	}
}

/* The octets of p before any of stops. */
static inline gsize
until(const char *p, const char *end, const char *stops)
{
	const char *q = p;

	while (q < end && (*q == '\0' || strchr(stops, *q) == NULL))
		q++;
	return (gsize)(q - p);
}

static inline const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

static inline gsize
trimmed(const char *text, gsize len)
{
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	return len;
}

static inline gsize
token_length(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && is_token(*q))
		q++;
	return (gsize)(q - p);
}

#endif
