/*
 * scanner/digest.c - the SHA-256 by which equal octets are recognised.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * nettle rather than GChecksum: it uses the processor's SHA instructions.
 */
#include "config.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>

#include "scanner/digest.h"

char *
digest_sha256(const void *octets, gsize len)
{
	struct sha256_ctx context;
	guint8 digest[SHA256_DIGEST_SIZE];
	char *hex = g_malloc(BASE16_ENCODE_LENGTH(sizeof(digest)) + 1);

	sha256_init(&context);
	sha256_update(&context, len, octets);
	sha256_digest(&context, sizeof(digest), digest);
	base16_encode_update(hex, sizeof(digest), digest);
	hex[BASE16_ENCODE_LENGTH(sizeof(digest))] = '\0';
	return hex;
}
