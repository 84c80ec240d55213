/*
 * scanner/charset.h - octets in any charset to UTF-8.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Labels lie, so the order is: text that is valid UTF-8 is UTF-8, whatever
 * its label; then the declared charset, strictly; then what a detector says;
 * then Windows-1252. Every gb label is read as GB18030 and every big5 label
 * as BIG5-HKSCS, because senders use the characters of the larger sets under
 * the labels of the smaller ones. Text is never dropped: what cannot be
 * decoded becomes U+FFFD.
 *
 * iconv reads its tables from files, which a worker in its sandbox cannot:
 * charsets_new() opens every converter beforehand.
 */
#ifndef SCANNER_CHARSET_H
#define SCANNER_CHARSET_H

#include <glib.h>

typedef struct charsets Charsets;

/* One thread's. Caller owns the result. */
Charsets *charsets_new(void);

/* Loads, for the life of the process, the converters that libraries ask iconv
 * for by other names than ours: a worker cannot load any. */
void charsets_preload(void);
void charsets_free(Charsets *charsets);        /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Charsets, charsets_free)

/*
 * Valid UTF-8 without NUL, at most 3 times as long as the octets plus a few.
 * label NULL: none was declared. *is_damaged (NULL is allowed): octets were
 * replaced. Caller frees.
 */
char *charset_to_utf8(const Charsets *charsets, const guint8 *octets,
    gsize len, const char *label, gboolean *is_damaged);

/*
 * In exactly the charset that the label means: what does not belong to it
 * becomes U+FFFD. NULL: the label is not known, or UTF-8. Caller frees.
 */
char *charset_decode(const Charsets *charsets, const guint8 *octets, gsize len,
    const char *label);

#endif
