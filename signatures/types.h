/*
 * signatures/types.h - what a detected type means (types.conf).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Detected types are MIME types as libmagic gives them ("application/x-dosexec").
 * A pattern is a whole type or ends in a star ("image/" and a star).
 *
 * types.conf has these groups, from the most to the least certain:
 *   [dangerous]    type = rule ; reason        refused under any name; with
 *                  "named" as a third value a note in the text of a mail, which
 *                  nobody can open: the words of a batch file are only words
 *   [suspicious]   type = rule ; reason        a note, refused only under a
 *                  name whose extension does not admit the type (a shell script
 *                  sent as setup.sh passes, the same as photo.jpg does not)
 *   [weak]         type = rule ; reason        a note: too little is known to
 *                  refuse mail for it
 *   [engine]       CL_TYPE_... = type          what libclamav's types mean,
 *                  where they are certain: the second opinion
 *   [extension]    ext = type; type; ...       the types an extension may have
 *   [disguise]     ext = type; type; ...       types that refuse under this
 *                  extension although harmless in themselves
 *   [declared]     type = ext                  the extension that clients give
 *                  a file of this declared type whose name has none
 * An extension that [extension] does not list admits every type that is not
 * dangerous or suspicious. A listed one with another harmless type is a note.
 *
 * The table never changes after it is loaded; results are borrowed.
 */
#ifndef SIGNATURES_TYPES_H
#define SIGNATURES_TYPES_H

#include <glib.h>

typedef enum {
	TYPE_HARMLESS,          /* nothing to say */
	TYPE_NOTE,              /* to be noted, not refused */
	TYPE_DISGUISED,         /* refuse: hides behind the extension */
	TYPE_DANGEROUS,         /* refuse whatever the name */
} TypeJudgement;

typedef struct types Types;

/* path NULL: the embedded file. NULL and error as conf_file.h says. */
Types *types_load(const char *path, GError **error);
void types_free(Types *types);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Types, types_free)

/*
 * extension: of the canonical name, lower case without the dot; "" for none.
 * is_mail_text: text of the message itself, without a name.
 * rule and reason are set, borrowed, for every result but TYPE_HARMLESS: rule is
 * the finding's rule ("program", "disguise", ...).
 */
TypeJudgement types_judge(const Types *types, const char *detected_type,
    const char *extension, gboolean is_mail_text, const char **rule,
    const char **reason);

/* As [declared] has it for the type in lower case; NULL: no extension. */
const char *types_declared_extension(const Types *types,
    const char *declared_type);

/*
 * What libclamav's type (NULL: not known) means, where that is dangerous and
 * detected_type is not; NULL: no more is known. rule and reason as above.
 */
const char *types_second_opinion(const Types *types, const char *detected_type,
    const char *engine_type, const char **rule, const char **reason);

guint types_count(const Types *types);

#endif
