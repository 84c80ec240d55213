/*
 * signatures/file_type.h - types that libmagic does not tell, or only guesses.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libmagic is the judge of types. It does not know some files that run on a
 * double click, knows others by two octets that any text may begin with, and
 * never looks at the end of a file. Here are recognisers for those, each of
 * which answers only where it is certain; types.conf says what their types mean.
 */
#ifndef SIGNATURES_FILE_TYPE_H
#define SIGNATURES_FILE_TYPE_H

#include <glib.h>

/* What begins like an archive by two octets and is none that makes sense. */
#define FILE_TYPE_GUESSED_ARCHIVE "application/x-guessed-archive"

/*
 * The type of some octets, given what libmagic says of them (never NULL): a
 * better one, static, or detected_type itself. What libmagic took for a program,
 * a disk image or an archive because of an octet or two, and is none that makes
 * sense, becomes application/x-guessed-program, -disk-image or -archive (above).
 */
const char *file_type_refine(const void *octets, gsize len,
    const char *detected_type);

#endif
