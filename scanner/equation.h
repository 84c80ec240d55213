/*
 * scanner/equation.h - formulas for Equation Editor 3, some of them attacks.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Microsoft took that program away for its holes: it copies the name of a font
 * (CVE-2017-11882, CVE-2018-0802) and the lines of a matrix (CVE-2018-0798)
 * into room that is too small. Old documents are full of its formulas, which
 * Office still shows as pictures. A formula is MTEF, version 3, published by
 * its maker.
 */
#ifndef SCANNER_EQUATION_H
#define SCANNER_EQUATION_H

#include "scanner/entity.h"

/* With the NUL behind it, what Windows has for the name of a font. */
#define EQUATION_MAX_FONT_NAME_OCTETS 31u
/* Rows or columns of a matrix: the program's own dialog gives no more, and
 * their lines, two bits each, fit into its eight octets. */
#define EQUATION_MAX_MATRIX_SIDE 31u
/* Lists in lists: two for each part of a formula in a part of it. */
#define EQUATION_MAX_DEPTH 64u
/* Of one ruler. */
#define EQUATION_MAX_TAB_STOPS 16u

/*
 * Whether the stream "Equation Native" holds a formula of MTEF version 3 that
 * is sound to its last octet and within these limits, and nothing else.
 */
gboolean equation_is_sound(Span stream);

#endif
