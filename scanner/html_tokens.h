/*
 * scanner/html_tokens.h - HTML as a stream of texts and tags.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A stream, not a tree: mail clients show broken HTML too, SpamAssassin's
 * rules were made on a stream, and a stream has no depth that hostile nesting
 * could exhaust. Time is linear in the length.
 */
#ifndef SCANNER_HTML_TOKENS_H
#define SCANNER_HTML_TOKENS_H

#include <glib.h>

/* Attributes read of one tag; the rest is passed. */
#define HTML_MAX_ATTRIBUTES 64u

enum {
	HTML_ELEMENT = 1 << 0,          /* of HTML 4 or XHTML 1 */
	HTML_STYLED = 1 << 1,           /* changes how text looks */
	HTML_BREAK = 1 << 2,            /* begins a line */
	HTML_GAP = 1 << 3,              /* sets a blank */
	HTML_PARAGRAPH = 1 << 4,        /* begins a paragraph */
	HTML_LITERAL = 1 << 5,          /* no tags inside but its own end */
	HTML_LINK_HREF = 1 << 6,
	HTML_LINK_SRC = 1 << 7,
	HTML_LINK_BACKGROUND = 1 << 8,
};

typedef struct {
	const char *name;       /* in lower case; the same pointer each time */
	guint flags;
} HtmlElement;

typedef struct {
	const HtmlElement *element;     /* NULL: not an element of HTML */
	char *name;             /* as written, in lower case */
	gboolean is_end;
	gboolean is_unclosed;   /* a literal element without its end tag, taken
	                         * as closed at once: clients may hide what
	                         * follows, rules must see it */
	GArray *attributes;     /* of HtmlAttribute */
	gboolean exceeds_limit; /* it has more of them */
} HtmlTag;

typedef struct {
	char *name;             /* in lower case */
	char *value;            /* entities decoded; NULL: without one */
} HtmlAttribute;

typedef enum {
	HTML_TOKEN_TAG,
	HTML_TOKEN_COMMENT,
	HTML_TOKEN_DOCTYPE,
	HTML_TOKEN_DECLARATION, /* another "<!...>", or "<?...>" */
	HTML_TOKEN_END,         /* of the octets */
} HtmlTokenKind;

/* A text, which may be empty, and what ends it. */
typedef struct {
	const char *text;       /* entities not decoded */
	gsize text_len;
	HtmlTokenKind kind;
	HtmlTag tag;            /* TAG; its strings live until the next token */
	const char *comment;    /* COMMENT: with its marks */
	gsize comment_len;
} HtmlToken;

typedef struct html_tokens HtmlTokens;

/* source outlives the stream. */
HtmlTokens *html_tokens_new(const char *source);

/* FALSE: the token is the last one. */
gboolean html_tokens_next(HtmlTokens *tokens, HtmlToken *token);

void html_tokens_free(HtmlTokens *tokens);      /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HtmlTokens, html_tokens_free)

/* The first such attribute: its value; its name where it has none; NULL. */
const char *html_tag_attribute(const HtmlTag *tag, const char *name);

/* text with its entities as characters (HTML 4, 24). Caller frees. */
char *html_decode_entities(const char *text, gsize len);

/* The first octet that HTML does not take for a blank. */
const char *html_skip_blanks(const char *text);

#endif
