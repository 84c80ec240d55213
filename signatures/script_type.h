/*
 * signatures/script_type.h - text that runs when it is opened, told by content.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scripts of Windows, and text files that Windows acts upon: shortcuts, registry
 * and setup scripts, manifests. Text in UTF-16 is read like any other.
 */
#ifndef SIGNATURES_SCRIPT_TYPE_H
#define SIGNATURES_SCRIPT_TYPE_H

#include <glib.h>

/* How much of a text is looked at, in octets. */
#define SCRIPT_TYPE_WINDOW_OCTETS (256u << 10)

/*
 * The type of the script, static, or of what libmagic calls one and is none; NULL:
 * nothing that can be told with certainty.
 * A script that hides what it does is not told from prose; nothing runs it but
 * the extension of its name. detected_type: what libmagic says.
 */
const char *script_type(const void *octets, gsize len,
    const char *detected_type);

#endif
