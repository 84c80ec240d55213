/*
 * signatures/ascii.h - whether text needs no charset: ASCII is the same in UTF-8
 * and in all that is common in mail.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SIGNATURES_ASCII_H
#define SIGNATURES_ASCII_H

#include <glib.h>

/* NULs and control characters are ASCII too; so are no octets at all, and then
 * text may be NULL. */
static inline gboolean
is_ascii(const void *text, gsize len)
{
	const guint8 *octets = text;
	guint8 all = 0;

	for (gsize i = 0; i < len; i++)
		all |= octets[i];
	return all < 0x80;
}

#endif
