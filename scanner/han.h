/*
 * scanner/han.h - the normal form of Chinese text, for hanbody rules.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Spammers write one word in many ways: wide letters, circled digits, the
 * traditional characters, invisible characters, dots and stars between the
 * characters, letters of other alphabets that look like Latin ones. The normal
 * form is NFKC in lower case without format characters, in simplified
 * characters, without the separators (blanks, punctuation, signs; not line ends)
 * that stand between two Han characters, and with look-alikes made Latin in
 * words that hold a Latin letter.
 */
#ifndef SCANNER_HAN_H
#define SCANNER_HAN_H

#include <glib.h>

typedef struct han Han;

/* Reads OpenCC's dictionaries; without them traditional characters stay.
 * Caller owns the result. */
Han *han_new(void);
void han_free(Han *han);                        /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Han, han_free)

gboolean han_can_simplify(const Han *han);

/* text: valid UTF-8. Caller frees. */
char *han_normalise(const Han *han, const char *text);

#endif
