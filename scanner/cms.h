/*
 * scanner/cms.h - what an S/MIME opaque-signed message holds.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A SignedData (RFC 5652 5.1) wraps the signed MIME entity in BER; mail clients
 * show it like any other part. Nothing is verified here: who signed does not
 * matter to a filter.
 */
#ifndef SCANNER_CMS_H
#define SCANNER_CMS_H

#include "scanner/entity.h"

/* The content that octets sign; caller unrefs. NULL: they are no SignedData,
 * or a detached signature. Damaged BER gives what can be read of it. */
GBytes *cms_signed_content(Span octets);

#endif
