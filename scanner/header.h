/*
 * scanner/header.h - the header section of an entity, in every reading.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Mail clients differ in what they take for a header field (RFC 5322 2.2) when
 * its name is damaged, line ends are mixed or it is hidden in another field,
 * and in where they see the section end. A HeaderSection has all the fields
 * that some client sees, each once, and every place where the body may begin.
 *
 * A field that is well formed, or has no more than blanks before its colon, is
 * there whatever its name is. One that only a lenient client sees is there
 * when it is a field of MIME (Content-..., MIME-..., and Sun's X-Sun-...): no
 * other one changes what the message contains. Such a field can lie inside another one, which
 * is then there as a whole too.
 *
 * Line ends are LF and CRLF; what takes CR, CRCRLF, LFCR, VT or FF for one is
 * a lenient reading. Offsets are into the octets given, which the section
 * borrows. Time is linear in the octets of the section.
 */
#ifndef SCANNER_HEADER_H
#define SCANNER_HEADER_H

#include <glib.h>

#include "scanner/entity.h"
#include "scanner/policy.h"

/* Longer names are cut: none that matters is as long. */
#define FIELD_MAX_NAME 39

/* Lines in a row that are not fields, before the rest is taken for the body. */
#define HEADER_MAX_GARBAGE_LINES 100

/* What is odd about a field. */
typedef enum {
	FIELD_BLANK_BEFORE_COLON = 1 << 0,
	FIELD_COMMENT_IN_NAME = 1 << 1,
	FIELD_NUL_IN_NAME = 1 << 2,
	FIELD_DAMAGED_NAME = 1 << 3,    /* what none may have inside */
	FIELD_FOLDED_NAME = 1 << 4,     /* the colon is on the next line */
	FIELD_NAME_REPEATED = 1 << 5,   /* "Content-Type: Content-Type: ..." */
	FIELD_NOT_INDENTED = 1 << 6,    /* a parameter begins a line */
	/* These two lie inside another field. */
	FIELD_INDENTED = 1 << 7,        /* its line is a continuation */
	FIELD_BEHIND_CR = 1 << 8,       /* or CRCRLF, LFCR, VT, FF */
	/* Some client has seen the body begin before it: at one of the borders
	 * BLANK_LINE, BARE_CR or NO_FIELD; or at EMPTY_LINE, as all should. */
	FIELD_BEHIND_BORDER = 1 << 9,
	FIELD_BEHIND_EMPTY_LINE = 1 << 10,
} FieldOddity;

typedef struct {
	char name[FIELD_MAX_NAME + 1];  /* lower case, what is odd left out */
	Span body;              /* behind the colon, with folds */
	gsize offset;           /* where its line begins */
	guint oddities;         /* bits of FieldOddity */
} HeaderField;

/* What is odd about the section. */
typedef enum {
	HEADER_BYTE_ORDER_MARK = 1 << 0,
	HEADER_MBOX_LINE = 1 << 1,      /* "From x@y.example Mon Jan  1 ..." */
	HEADER_NO_END = 1 << 2,         /* the octets end before the section */
	/* Limits: what lies behind them was not looked at. */
	HEADER_TOO_LONG = 1 << 3,
	HEADER_TOO_MANY_FIELDS = 1 << 4,
	HEADER_TOO_MUCH_GARBAGE = 1 << 5,
} HeaderOddity;

/* How some client finds out that the section is over. */
typedef enum {
	BORDER_EMPTY_LINE,      /* the first empty line: RFC 5322 2.1 */
	BORDER_LAST_EMPTY_LINE, /* stray ones before it, between the fields */
	BORDER_BLANK_LINE,      /* a line of blanks, NUL and CR only */
	BORDER_BARE_CR,         /* a line that is empty if CR is a line end */
	BORDER_NO_FIELD,        /* a line that is not a field */
} HeaderBorder;
#define N_BORDERS (BORDER_NO_FIELD + 1)

/* No client sees the body begin there. */
#define HEADER_NO_BODY G_MAXSIZE

typedef struct {
	GArray *fields;         /* of HeaderField, as they were met */
	gsize bodies[N_BORDERS]; /* where the body begins, or HEADER_NO_BODY */
	gsize end;              /* what was read */
	guint oddities;         /* bits of HeaderOddity */
} HeaderSection;

/*
 * Reads the section that octets begin with. Its octets are counted as its most
 * lenient reader sees it. Caller owns the result.
 */
HeaderSection *header_section_new(Span octets, const HeaderLimits *limits);
void header_section_free(HeaderSection *section);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeaderSection, header_section_free)

#endif
