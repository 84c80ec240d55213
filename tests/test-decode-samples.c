/*
 * tests/test-decode-samples.c - the decoders against other projects'.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The samples are not part of this project: without them (MAILWEIR_SHARED, or
 * the directory "shared" beside the source tree) their tests are skipped.
 */
#include "config.h"

#include <gmime/gmime.h>
#include <string.h>

#include "scanner/decode.h"
#include "tests/table.h"

#define NO_LIMIT G_MAXSIZE

/* --- samples -------------------------------------------------------------- */

static char *
shared_path(const char *path)
{
	const char *shared = g_getenv("MAILWEIR_SHARED");

	return shared != NULL ? g_build_filename(shared, path, NULL) :
	    g_test_build_filename(G_TEST_DIST, "..", "..", "shared", path,
	        NULL);
}

/* NULL: the samples are not installed, and the test is skipped. */
static GBytes *
read_shared(const char *path)
{
	g_autofree char *full = shared_path(path);
	g_autoptr(GError) error = NULL;
	gsize len;
	char *octets;

	if (!g_file_get_contents(full, &octets, &len, &error)) {
		g_test_message("SKIPPED: %s", error->message);
		g_test_skip("no shared samples: set MAILWEIR_SHARED");
		return NULL;
	}
	return g_bytes_new_take(octets, len);
}

static const struct sample_case {
	const char *name;       /* the encoded file */
	TransferEncoding encoding;
	const char *decoded;
} sample_cases[] = {
	{ "corpus/gmime/encodings/photo.b64", ENCODING_BASE64,
	    "corpus/gmime/encodings/photo.jpg" },
	{ "corpus/gmime/encodings/photo.uu", ENCODING_UUENCODE,
	    "corpus/gmime/encodings/photo.jpg" },
	{ "corpus/gmime/encodings/wikipedia.qp", ENCODING_QUOTED_PRINTABLE,
	    "corpus/gmime/encodings/wikipedia.txt" },
	{ "corpus/gmime/mime-part/raptors.uu.txt", ENCODING_UUENCODE,
	    "corpus/gmime/mime-part/raptors.png" },
	{ "corpus/kmime/yenc-single-part.yenc", ENCODING_YENC,
	    "corpus/kmime/yenc-single-part.txt" },
	{ "corpus/kmime/yenc-single-part-corrupt-size.yenc", ENCODING_YENC,
	    "corpus/kmime/yenc-single-part.txt" },
};

static void
test_sample(gconstpointer data)
{
	const struct sample_case *tc = data;
	g_autoptr(GBytes) encoded = read_shared(tc->name);
	g_autoptr(GBytes) want = encoded != NULL ?
	    read_shared(tc->decoded) : NULL;
	g_autoptr(GPtrArray) readings = NULL;
	const Decoded *first;

	if (want == NULL)
		return;
	readings = decode_readings(span_of_bytes(encoded), tc->encoding,
	    NO_LIMIT);
	first = g_ptr_array_index(readings, 0);
	g_assert_cmpuint(readings->len, ==, 1);
	g_assert_true(g_bytes_equal(first->octets, want));
}

/* The standard test virus, which scanners would find in this file. */
#define EICAR_SHA256 \
	"275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"

/* Methods of the evasion set that are a matter of the decoder alone. */
static const struct evasion_case {
	const char *name;       /* the method */
	TransferEncoding encoding;
} evasion_cases[] = {
	{ "e-b64-blanklines", ENCODING_BASE64 },
	{ "e-b64-dot", ENCODING_BASE64 },
	{ "e-b64-earlypad", ENCODING_BASE64 },
	{ "e-b64-eq-line", ENCODING_BASE64 },
	{ "e-b64-longline", ENCODING_BASE64 },
	{ "e-b64-midpad", ENCODING_BASE64 },
	{ "e-b64-quoted", ENCODING_BASE64 },
	{ "e-b64-split2", ENCODING_BASE64 },
	{ "e-binhex-cte", ENCODING_BINHEX },
	{ "e-qp-ctrl", ENCODING_QUOTED_PRINTABLE },
	{ "e-qp-eof", ENCODING_QUOTED_PRINTABLE },
	{ "e-qp-eqeq", ENCODING_QUOTED_PRINTABLE },
	{ "e-qp-hex", ENCODING_QUOTED_PRINTABLE },
	{ "e-qp-mixed", ENCODING_QUOTED_PRINTABLE },
	{ "e-qp-nosoft", ENCODING_QUOTED_PRINTABLE },
	{ "e-qp-soft-crcrlf", ENCODING_QUOTED_PRINTABLE },
	{ "e-qp-trailtab", ENCODING_QUOTED_PRINTABLE },
	{ "e-uu-space", ENCODING_UUENCODE },
	{ "e-uu-x-uue", ENCODING_UUENCODE },
	{ "e-yenc-part", ENCODING_YENC },
	{ "s-hqx-inline", ENCODING_BINHEX },
	{ "s-uu-b64", ENCODING_UUENCODE },
	{ "s-uu-inline", ENCODING_UUENCODE },
	{ "s-uu-mode", ENCODING_UUENCODE },
	{ "s-yenc-inline", ENCODING_YENC },
};

/* The path of the method's sample that carries the test virus. */
static char *
evasion_path(GBytes *manifest, const char *method)
{
	Span span = span_of_bytes(manifest);
	g_autofree char *text = g_strndup((const char *)span.octets, span.len);
	g_auto(GStrv) rows = g_strsplit(text, "\n", -1);

	for (guint i = 0; rows[i] != NULL; i++) {
		g_auto(GStrv) cells = g_strsplit(rows[i], "\t", -1);

		if (g_strv_length(cells) >= 4 &&
		    strcmp(cells[1], method) == 0 &&
		    strcmp(cells[3], "eicar") == 0)
			return g_build_filename("evasions", cells[0], NULL);
	}
	return NULL;
}

/* The body of the attachment, or of a message that is one text. */
static Span
attachment_body(GBytes *message)
{
	static const char disposition[] = "Content-Disposition: attachment";
	Span span = span_of_bytes(message);
	const guint8 *end = span.octets + span.len, *from, *to;

	from = memmem(span.octets, span.len, disposition, strlen(disposition));
	if (from == NULL)
		from = span.octets;
	from = memmem(from, (gsize)(end - from), "\r\n\r\n", 4);
	g_assert_nonnull(from);
	from += 4;
	to = memmem(from, (gsize)(end - from), "\r\n--b", 5);
	return (Span){ from, (gsize)((to != NULL ? to : end) - from) };
}

static void
test_evasion(gconstpointer data)
{
	const struct evasion_case *tc = data;
	g_autoptr(GBytes) manifest = read_shared("evasions/manifest.tsv");
	g_autoptr(GBytes) message = NULL;
	g_autoptr(GPtrArray) readings = NULL;
	g_autofree char *path = NULL;

	if (manifest == NULL)
		return;
	path = evasion_path(manifest, tc->name);
	g_assert_nonnull(path);
	message = read_shared(path);
	g_assert_nonnull(message);
	readings = decode_readings(attachment_body(message), tc->encoding,
	    NO_LIMIT);
	for (guint i = 0; i < readings->len; i++) {
		const Decoded *decoded = g_ptr_array_index(readings, i);
		g_autofree char *sha256 = g_compute_checksum_for_bytes(
		    G_CHECKSUM_SHA256, decoded->octets);

		if (strcmp(sha256, EICAR_SHA256) == 0)
			return;
	}
	g_test_fail_printf("none of %u readings is the payload",
	    readings->len);
}

/* --- what other decoders make of damage ----------------------------------- */

#define N_ROUNDS 10000

/* Octets encoded, with a few octets of noise in between. */
static GString *
damaged(TransferEncoding encoding, const guint8 *octets, gsize len)
{
	static const char noise[] = "==.\r\n\t -_+A\x01";
	g_autofree char *base64 = g_base64_encode(octets, len);
	GString *text = g_string_new(NULL);

	if (encoding == ENCODING_BASE64)
		g_string_append(text, base64);
	else
		for (gsize i = 0; i < len; i++)
			if (octets[i] % 2 == 0)
				g_string_append_c(text,
				    (char)(' ' + octets[i] % 90));
			else
				g_string_append_printf(text, "=%02X%s",
				    octets[i], i % 16 == 0 ? "=\r\n" : "");
	for (int i = g_test_rand_int_range(0, 6); i > 0; i--)
		g_string_insert_c(text,
		    g_test_rand_int_range(0, (int)text->len + 1),
		    noise[g_test_rand_int_range(0, sizeof(noise) - 1)]);
	return text;
}

/* What the others do not see of an incomplete last quantum. */
#define TAIL_OCTETS 2

static void
assert_is_read(const GPtrArray *readings, const char *text, Span other)
{
	g_autofree char *shown = NULL;

	for (guint i = 0; i < readings->len; i++) {
		const Decoded *decoded = g_ptr_array_index(readings, i);
		Span ours = span_of_bytes(decoded->octets);

		if (ours.len >= other.len &&
		    ours.len - other.len <= TAIL_OCTETS &&
		    memcmp(ours.octets, other.octets, other.len) == 0)
			return;
	}
	shown = g_strescape(text, NULL);
	g_test_fail_printf("no reading of \"%s\" is the other decoder's",
	    shown);
}

static void
compare(TransferEncoding encoding, GMimeContentEncoding gmime_encoding)
{
	for (guint round = 0; round < N_ROUNDS; round++) {
		guint8 octets[60], decoded[512];
		gsize len = (gsize)g_test_rand_int_range(1, sizeof(octets));
		g_autoptr(GString) text = NULL;
		g_autoptr(GPtrArray) readings = NULL;
		GMimeEncoding state;
		int glib_state = 0;
		guint glib_save = 0;

		for (gsize i = 0; i < len; i++)
			octets[i] = (guint8)g_test_rand_int_range(0, 256);
		text = damaged(encoding, octets, len);
		readings = decode_readings((Span){ (const guint8 *)text->str,
		    text->len }, encoding, NO_LIMIT);
		g_mime_encoding_init_decode(&state, gmime_encoding);
		len = g_mime_encoding_flush(&state, text->str, text->len,
		    (char *)decoded);
		assert_is_read(readings, text->str, (Span){ decoded, len });
		if (encoding != ENCODING_BASE64)
			continue;
		len = g_base64_decode_step(text->str, text->len, decoded,
		    &glib_state, &glib_save);
		assert_is_read(readings, text->str, (Span){ decoded, len });
	}
}

static void
test_base64_union(void)
{
	compare(ENCODING_BASE64, GMIME_CONTENT_ENCODING_BASE64);
}

static void
test_quoted_printable_union(void)
{
	compare(ENCODING_QUOTED_PRINTABLE,
	    GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_mime_init();
	ADD_TABLE("/decode-samples/upstream/", sample_cases, test_sample)
	ADD_TABLE("/decode-samples/evasion/", evasion_cases, test_evasion)
	g_test_add_func("/decode-samples/union/base64", test_base64_union);
	g_test_add_func("/decode-samples/union/quoted-printable",
	    test_quoted_printable_union);
	return g_test_run();
}
