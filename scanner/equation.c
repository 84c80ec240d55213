/*
 * scanner/equation.c - formulas for Equation Editor 3, some of them attacks.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A formula is a list of records. The low half of a record's first octet is its
 * kind, the high half are its options. A list ends with a record END.
 */
#include "config.h"

#include "scanner/cursor.h"
#include "scanner/equation.h"

#define HEADER_OCTETS 28
#define HEADER_VERSION 0x00020000u
#define MTEF_VERSION 3

enum {
	RECORD_END,
	RECORD_LINE,
	RECORD_CHAR,
	RECORD_TMPL,            /* a fraction, a root, brackets, ... */
	RECORD_PILE,            /* lines below each other */
	RECORD_MATRIX,
	RECORD_EMBELL,          /* a mark on a character */
	RECORD_RULER,
	RECORD_FONT,
	RECORD_SIZE,
	RECORD_FULL,            /* and four more sizes, of nothing but a kind */
	RECORD_SUBSYM = 14,
};

enum {
	OPTION_NULL = 0x10,     /* LINE: nothing in it, no list */
	OPTION_AUTO = 0x10,     /* CHAR: begins the name of a function */
	OPTION_EMBELL = 0x20,   /* CHAR: a list of EMBELL follows */
	OPTION_RULER = 0x20,    /* LINE, PILE: a RULER follows */
	OPTION_LSPACE = 0x40,   /* LINE: its spacing follows */
	OPTION_LMOVE = 0x80,    /* where it has been moved to follows */
};

/* Largest values of what stands for something. */
#define MAX_ALIGNMENT 5
#define MAX_EMBELL 37
#define MAX_SELECTOR 47
#define MAX_SIZE 6
#define MAX_STYLE 3             /* bold and italic */
#define MAX_TAB_KIND 4
#define MAX_VARIATION 15
/* Typefaces that a character may have without a record FONT. */
#define MIN_STYLE_TYPEFACE 129
#define MAX_STYLE_TYPEFACE 152
/* SIZE: what follows is in points, or far from one of the five sizes. */
#define SIZE_LARGE_DELTA 100
#define SIZE_POINTS 101

typedef struct {
	Cursor cursor;
	gboolean has_font[128]; /* a record FONT said what it is */
} Formula;

/* Of a list. */
typedef enum {
	LIST_OBJECTS,
	LIST_EMBELLISHMENTS,
} ListKind;

static gboolean is_sound_list(Formula *formula, ListKind kind, guint depth,
    guint *n_lines);

static gboolean
is_at_most(Formula *formula, guint max)
{
	return cursor_u8(&formula->cursor) <= max;
}

static void
skip_move(Formula *formula, guint options)
{
	if ((options & OPTION_LMOVE) != 0 &&
	    cursor_u16(&formula->cursor) == 0x8080)
		cursor_take(&formula->cursor, 4);
}

static gboolean
is_sound_ruler(Formula *formula)
{
	guint n_stops = cursor_u8(&formula->cursor);

	if (n_stops > EQUATION_MAX_TAB_STOPS)
		return FALSE;
	for (; n_stops > 0; n_stops--) {
		if (!is_at_most(formula, MAX_TAB_KIND))
			return FALSE;
		cursor_take(&formula->cursor, 2);
	}
	return TRUE;
}

/* The RULER that the options say to be there. */
static gboolean
is_sound_optional_ruler(Formula *formula, guint options)
{
	return (options & OPTION_RULER) == 0 ||
	    (cursor_u8(&formula->cursor) == RECORD_RULER &&
	        is_sound_ruler(formula));
}

static gboolean
is_sound_line(Formula *formula, guint options, guint depth)
{
	if ((options & OPTION_LSPACE) != 0)
		cursor_take(&formula->cursor, 2);
	return is_sound_optional_ruler(formula, options) &&
	    ((options & OPTION_NULL) != 0 ||
	        is_sound_list(formula, LIST_OBJECTS, depth, NULL));
}

static gboolean
is_sound_char(Formula *formula, guint options, guint depth)
{
	guint typeface = cursor_u8(&formula->cursor);

	cursor_take(&formula->cursor, 2);
	if (typeface < MIN_STYLE_TYPEFACE ? typeface == 0 || typeface == 128 ||
	        !formula->has_font[128 - typeface] :
	        typeface > MAX_STYLE_TYPEFACE)
		return FALSE;
	return (options & OPTION_EMBELL) == 0 ||
	    is_sound_list(formula, LIST_EMBELLISHMENTS, depth, NULL);
}

static gboolean
is_sound_template(Formula *formula, guint depth)
{
	if (!is_at_most(formula, MAX_SELECTOR) ||
	    !is_at_most(formula, MAX_VARIATION))
		return FALSE;
	cursor_take(&formula->cursor, 1);
	return is_sound_list(formula, LIST_OBJECTS, depth, NULL);
}

static gboolean
is_sound_pile(Formula *formula, guint options, guint depth)
{
	return is_at_most(formula, MAX_ALIGNMENT) &&
	    is_at_most(formula, MAX_ALIGNMENT) &&
	    is_sound_optional_ruler(formula, options) &&
	    is_sound_list(formula, LIST_OBJECTS, depth, NULL);
}

static gboolean
is_sound_matrix(Formula *formula, guint depth)
{
	guint rows, columns, n_lines = 0;

	for (guint i = 0; i < 3; i++)
		if (!is_at_most(formula, MAX_ALIGNMENT))
			return FALSE;
	rows = cursor_u8(&formula->cursor);
	columns = cursor_u8(&formula->cursor);
	if (rows == 0 || rows > EQUATION_MAX_MATRIX_SIDE || columns == 0 ||
	    columns > EQUATION_MAX_MATRIX_SIDE)
		return FALSE;
	/* Of each line between them and around, two bits. */
	cursor_take(&formula->cursor, (2 * (rows + 1) + 7) / 8);
	cursor_take(&formula->cursor, (2 * (columns + 1) + 7) / 8);
	return is_sound_list(formula, LIST_OBJECTS, depth, &n_lines) &&
	    n_lines == rows * columns;
}

static gboolean
is_sound_font(Formula *formula)
{
	guint typeface = cursor_u8(&formula->cursor);
	gboolean is_style = is_at_most(formula, MAX_STYLE);
	Span name = cursor_string(&formula->cursor);

	if (typeface == 0 || typeface > 127 || !is_style || name.len == 0 ||
	    name.len > EQUATION_MAX_FONT_NAME_OCTETS)
		return FALSE;
	for (gsize i = 0; i < name.len; i++)
		if (name.octets[i] < ' ')
			return FALSE;
	formula->has_font[typeface] = TRUE;
	return TRUE;
}

static gboolean
is_sound_size(Formula *formula)
{
	guint size = cursor_u8(&formula->cursor);
	gboolean is_size = size == SIZE_POINTS || (size == SIZE_LARGE_DELTA ?
	    is_at_most(formula, MAX_SIZE) : size <= MAX_SIZE);

	cursor_take(&formula->cursor, size >= SIZE_LARGE_DELTA ? 2 : 1);
	return is_size;
}

/* The record whose first octet was read. */
static gboolean
is_sound_record(Formula *formula, guint kind, guint options, guint depth)
{
	static const guint8 possible_options[] = {
		[RECORD_LINE] = OPTION_LMOVE | OPTION_LSPACE | OPTION_RULER |
		    OPTION_NULL,
		[RECORD_CHAR] = OPTION_LMOVE | OPTION_EMBELL | OPTION_AUTO,
		[RECORD_TMPL] = OPTION_LMOVE,
		[RECORD_PILE] = OPTION_LMOVE | OPTION_RULER,
		[RECORD_MATRIX] = OPTION_LMOVE,
		[RECORD_EMBELL] = OPTION_LMOVE,
		[RECORD_SUBSYM] = 0,
	};

	if (kind > RECORD_SUBSYM || (options & ~possible_options[kind]) != 0)
		return FALSE;
	skip_move(formula, options);
	switch (kind) {
	case RECORD_LINE:
		return is_sound_line(formula, options, depth);
	case RECORD_CHAR:
		return is_sound_char(formula, options, depth);
	case RECORD_TMPL:
		return is_sound_template(formula, depth);
	case RECORD_PILE:
		return is_sound_pile(formula, options, depth);
	case RECORD_MATRIX:
		return is_sound_matrix(formula, depth);
	case RECORD_EMBELL:
		return is_at_most(formula, MAX_EMBELL);
	case RECORD_RULER:
		return is_sound_ruler(formula);
	case RECORD_FONT:
		return is_sound_font(formula);
	case RECORD_SIZE:
		return is_sound_size(formula);
	default:
		return TRUE;
	}
}

/* To its END. depth: of lists around it. n_lines, if not NULL, is increased by
 * the lines and piles in it. */
static gboolean
is_sound_list(Formula *formula, ListKind kind, guint depth, guint *n_lines)
{
	if (depth >= EQUATION_MAX_DEPTH)
		return FALSE;
	while (!formula->cursor.has_failed) {
		guint octet = cursor_u8(&formula->cursor);
		guint record = octet & 0x0f;

		if (octet == RECORD_END)
			return !formula->cursor.has_failed;
		if ((record == RECORD_EMBELL) !=
		    (kind == LIST_EMBELLISHMENTS) ||
		    !is_sound_record(formula, record, octet & 0xf0, depth + 1))
			return FALSE;
		if (n_lines != NULL && (record == RECORD_LINE ||
		    record == RECORD_PILE))
			++*n_lines;
	}
	return FALSE;
}

static gboolean
is_padding(Span octets)
{
	for (gsize i = 0; i < octets.len; i++)
		if (octets.octets[i] != 0)
			return FALSE;
	return TRUE;
}

gboolean
equation_is_sound(Span stream)
{
	Cursor header = { stream, FALSE };
	Formula formula = { { { NULL, 0 }, FALSE }, { FALSE } };

	if (cursor_u16(&header) != HEADER_OCTETS ||
	    cursor_u32(&header) != HEADER_VERSION)
		return FALSE;
	cursor_u16(&header);
	formula.cursor.rest.len = cursor_u32(&header);
	cursor_take(&header, 16);
	formula.cursor.rest = cursor_take(&header, formula.cursor.rest.len);
	/* Its version, then: Macintosh or Windows, MathType or the editor that
	 * came with Office, and two numbers of that program's own version. */
	if (cursor_u8(&formula.cursor) != MTEF_VERSION ||
	    !is_at_most(&formula, 1) || !is_at_most(&formula, 1))
		return FALSE;
	cursor_take(&formula.cursor, 2);
	return !header.has_failed &&
	    is_sound_list(&formula, LIST_OBJECTS, 0, NULL) &&
	    is_padding(formula.cursor.rest) && is_padding(header.rest);
}
