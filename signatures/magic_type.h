/*
 * signatures/magic_type.h - the detected type of some octets, by libmagic.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SIGNATURES_MAGIC_TYPE_H
#define SIGNATURES_MAGIC_TYPE_H

#include <glib.h>

typedef struct magic_type MagicType;

#define MAGIC_TYPE_ERROR (magic_type_error_quark())
GQuark magic_type_error_quark(void);
typedef enum { MAGIC_TYPE_ERROR_LOAD, MAGIC_TYPE_ERROR_DETECT } MagicTypeError;

/* Octets at the beginning that are looked at; more change nothing but time. */
#define MAGIC_TYPE_WINDOW_OCTETS (64u << 10)

/* libmagic's system database. Caller owns the result. */
MagicType *magic_type_new(GError **error);
void magic_type_free(MagicType *magic);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MagicType, magic_type_free)

/*
 * A MIME type such as "application/pdf", borrowed until the next call. NULL
 * and error when libmagic fails: an unfinished check, never "harmless".
 */
const char *magic_type_detect(MagicType *magic, const void *octets, gsize len,
    GError **error);

/*
 * The type of what needs no libmagic, which takes most of the time of a small
 * message: pictures by their first octets, and plain text or HTML. Static.
 * NULL: ask libmagic. Text is told for parts without a file name only: what
 * else it may be (a script, say) matters under a name. Text that begins like
 * anything that is dangerous in itself, or like a message, gives NULL.
 */
const char *magic_type_at_a_glance(const void *octets, gsize len,
    gboolean is_named);

#endif
