/*
 * scanner/mail_date.h - a date as mail programs write it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 5322, and what is found in its place: no day of the week, years of two
 * and three digits, ctime's order, names of time zones. What is out of range
 * is brought into it, for a date that is far off is what rules look for.
 */
#ifndef SCANNER_MAIL_DATE_H
#define SCANNER_MAIL_DATE_H

#include <glib.h>

/* The first date in text; comments are no part of it. *seconds: since the
 * epoch, within 1970 and 2037. FALSE: there is none. */
gboolean mail_date_parse(const char *text, gint64 *seconds);

#endif
