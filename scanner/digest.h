/*
 * scanner/digest.h - the SHA-256 by which equal octets are recognised.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCANNER_DIGEST_H
#define SCANNER_DIGEST_H

#include <glib.h>

/* 64 lower-case hex digits. Caller frees. */
char *digest_sha256(const void *octets, gsize len);

#endif
