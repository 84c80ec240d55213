/*
 * scanner/cms.h - what an S/MIME message holds that is no multipart.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A SignedData (RFC 5652 5.1) wraps the signed MIME entity in BER, so do data (4)
 * and a DigestedData (7), a CompressedData (RFC 3274) the deflated one; mail
 * clients show it like any other part. OpenSSL and others also read them in PEM
 * (RFC 7468). Nothing is verified here: who signed does not matter to a filter.
 */
#ifndef SCANNER_CMS_H
#define SCANNER_CMS_H

#include "scanner/member.h"

/*
 * The content that octets sign or compress, and at most max_octets of the
 * latter; caller unrefs. NULL: they are neither, or a detached signature, or
 * nothing can be read. Damaged BER gives what can be read of it. is_cut: what is
 * compressed was not read to its end.
 */
GBytes *cms_content(Span octets, gsize max_octets, gboolean *is_cut);

/* Whether octets are of a kind that may have a content for everybody. */
gboolean cms_is_open(Span octets);

/* Shows that content, which has no name of its own. */
Opened cms_open(Span octets, Unpacking *unpacking);

/* Whether only the owner of a key can read the content: EnvelopedData,
 * EncryptedData (RFC 5652 6 and 8) or AuthEnvelopedData (RFC 5083). */
gboolean cms_is_encrypted(Span octets);

#endif
