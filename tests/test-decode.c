/*
 * tests/test-decode.c - every reading of every transfer encoding.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/decode.h"
#include "tests/table.h"

#define NO_LIMIT G_MAXSIZE
#define MAX_READINGS 6

typedef struct {
	const char *octets;
	gsize len;
} Text;
#define T(literal) { literal, sizeof(literal) - 1 }

static Span
span_of(Text text)
{
	return (Span){ (const guint8 *)text.octets, text.len };
}

/* Not g_assert_cmpmem(), whose lengths are int. */
static gboolean
is_equal(Span a, Span b)
{
	return a.len == b.len && memcmp(a.octets, b.octets, a.len) == 0;
}

static char *
show(Span span)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%" G_GSIZE_FORMAT " octets \"", span.len);
	for (gsize i = 0; i < MIN(span.len, 100); i++)
		g_string_append_printf(text, g_ascii_isprint(span.octets[i]) ?
		    "%c" : "\\x%02x", span.octets[i]);
	g_string_append_c(text, '"');
	return g_string_free(text, FALSE);
}

static void
assert_octets(const char *what, GBytes *got, Text want)
{
	g_autofree char *got_text = show(span_of_bytes(got));
	g_autofree char *want_text = show(span_of(want));

	g_test_message("%s: want %s, got %s", what, want_text, got_text);
	g_assert_true(is_equal(span_of_bytes(got), span_of(want)));
}

/* --- readings of a body -------------------------------------------------- */

static const struct body_case {
	const char *name;
	TransferEncoding encoding;
	Text body;
	guint oddities;                 /* of the first reading */
	Text readings[MAX_READINGS];    /* up to the first that is NULL */
} body_cases[] = {
	/* RFC 4648 10 */
	{ "base64/empty", ENCODING_BASE64, T(""), 0, { T("") } },
	{ "base64/f", ENCODING_BASE64, T("Zg=="), 0, { T("f") } },
	{ "base64/fo", ENCODING_BASE64, T("Zm8="), 0, { T("fo") } },
	{ "base64/foo", ENCODING_BASE64, T("Zm9v"), 0, { T("foo") } },
	{ "base64/foob", ENCODING_BASE64, T("Zm9vYg=="), 0, { T("foob") } },
	{ "base64/fooba", ENCODING_BASE64, T("Zm9vYmE="), 0, { T("fooba") } },
	{ "base64/foobar", ENCODING_BASE64, T("Zm9vYmFy"), 0,
	    { T("foobar") } },
	{ "base64/all-bits", ENCODING_BASE64, T("+/+/////"), 0,
	    { T("\xfb\xff\xbf\xff\xff\xff") } },
	/* Tails */
	{ "base64/tail-of-one-has-no-octet", ENCODING_BASE64, T("Zm9vY"),
	    ODD_TAIL, { T("foo") } },
	{ "base64/tail-of-two-is-one-octet", ENCODING_BASE64, T("Zm9vYg"),
	    ODD_TAIL, { T("foob") } },
	{ "base64/tail-of-three-is-two-octets", ENCODING_BASE64, T("Zm9vYmE"),
	    ODD_TAIL, { T("fooba") } },
	{ "base64/padding-behind-a-whole-quantum", ENCODING_BASE64,
	    T("Zm9v===="), ODD_INNER_PADDING,
	    { T("foo"), T("foo\0") } },
	{ "base64/short-padding", ENCODING_BASE64, T("Zm9vYg="), 0,
	    { T("foob") } },
	/* Line ends and blanks */
	{ "base64/crlf", ENCODING_BASE64, T("Zm9v\r\nYmFy\r\n"), 0,
	    { T("foobar") } },
	{ "base64/lf", ENCODING_BASE64, T("Zm9v\nYmFy\n\n"), 0,
	    { T("foobar") } },
	{ "base64/cr", ENCODING_BASE64, T("Zm9v\rYmFy\r"), 0,
	    { T("foobar") } },
	{ "base64/crcrlf", ENCODING_BASE64, T("Zm9v\r\r\nYmFy\r\r\n"), 0,
	    { T("foobar") } },
	{ "base64/one-character-a-line", ENCODING_BASE64,
	    T("Z\r\nm\r\n9\r\nv\r\n"), 0, { T("foo") } },
	{ "base64/blanks", ENCODING_BASE64, T("   \t Zm 9v\t"), 0,
	    { T("foo") } },
	/* Outside the alphabet */
	{ "base64/dots", ENCODING_BASE64, T("Zm9.vYm.Fy"), ODD_ALPHABET,
	    { T("foobar"), T("fo") } },
	{ "base64/quote-marks", ENCODING_BASE64, T("> Zm9v\r\n> YmFy\r\n"),
	    ODD_ALPHABET, { T("foobar"), T("") } },
	{ "base64/nul", ENCODING_BASE64, T("Zm9v\0YmFy"), ODD_ALPHABET,
	    { T("foobar"), T("foo") } },
	{ "base64/8-bit", ENCODING_BASE64, T("Zm9v\xe4\xffYmFy"), ODD_ALPHABET,
	    { T("foobar"), T("foo") } },
	{ "base64/url-safe", ENCODING_BASE64, T("Zm9v-_-_"),
	    ODD_ALPHABET | ODD_URL_SAFE,
	    { T("foo"), T("foo\xfb\xff\xbf") } },
	/* Padding before the end: restarts, ends, completes, skipped, zero */
	{ "base64/padding-first", ENCODING_BASE64, T("====\r\nZm9v"),
	    ODD_INNER_PADDING,
	    { T("foo"), T(""), T("\0\0\0foo"), T("\0foo") } },
	{ "base64/streams", ENCODING_BASE64, T("Zg==Zm8="), ODD_INNER_PADDING,
	    { T("ffo"), T("f"), T("f\x06" "f"), T("f\0\0fo") } },
	{ "base64/padding-on-each-line", ENCODING_BASE64,
	    T("Zm9v=\r\nYmFy=\r\n"), ODD_INNER_PADDING,
	    { T("foobar"), T("foo"), T("foo\x01\x89\x85\xc8") } },
	{ "base64/padding-for-zero", ENCODING_BASE64, T("TV==AAM=AAAE"),
	    ODD_INNER_PADDING,
	    { T("M\0\x03\0\0\x04"), T("M"), T("MP\0" "0\0\0"),
	        T("MP\0\0\x03\0\0\0\x04") } },
	{ "base64/skipped-before-it-completes", ENCODING_BASE64,
	    T("Z=m9vYg==Zg=="), ODD_INNER_PADDING | ODD_TAIL,
	    { T("\x9b\xdb\xd8" "f"), T(""), T("foob"), T("foob\x06`"),
	        T("d\t\xbd\xbd\x88\0\x01\x98\0"),
	        T("d\t\xbd\xbd\x88\x01\x98") } },
	{ "base64/padding-behind-one-digit", ENCODING_BASE64, T("Zm9vU==="),
	    ODD_INNER_PADDING | ODD_TAIL, { T("foo"), T("fooP") } },
	{ "base64/text-behind-the-end", ENCODING_BASE64, T("Zg==\r\n*ab*\r\n"),
	    ODD_ALPHABET | ODD_INNER_PADDING | ODD_TAIL,
	    { T("fi"), T("f"), T("f\x06\x9b"), T("f\0\0i") } },

	/* RFC 2045 6.7 */
	{ "qp/empty", ENCODING_QUOTED_PRINTABLE, T(""), 0, { T("") } },
	{ "qp/soft-break", ENCODING_QUOTED_PRINTABLE,
	    T("Now's the time =\r\nfor all folk to come=\r\n to the aid\r\n"),
	    0, { T("Now's the time for all folk to come to the aid\r\n") } },
	{ "qp/hex", ENCODING_QUOTED_PRINTABLE, T("=4D=5a=00=ff=3D"), 0,
	    { T("MZ\0\xff=") } },
	{ "qp/lf", ENCODING_QUOTED_PRINTABLE, T("a=\nb\nc"), 0,
	    { T("ab\nc") } },
	{ "qp/8-bit", ENCODING_QUOTED_PRINTABLE, T("\xe4\xff=E4"), 0,
	    { T("\xe4\xff\xe4") } },
	{ "qp/ends-in-soft-break", ENCODING_QUOTED_PRINTABLE, T("abc="), 0,
	    { T("abc") } },
	{ "qp/blanks-behind-soft-break", ENCODING_QUOTED_PRINTABLE,
	    T("a= \t\r\nb"), ODD_SOFT_BREAK, { T("ab"), T("a= \t\r\nb") } },
	{ "qp/encoded-blank-stays", ENCODING_QUOTED_PRINTABLE,
	    T("a=20\r\nb=09\r\n"), 0, { T("a \r\nb\t\r\n") } },
	{ "qp/trailing-blanks", ENCODING_QUOTED_PRINTABLE,
	    T("a=20 \r\nb\t \nc "), ODD_TRAILING_BLANK,
	    { T("a \r\nb\nc"), T("a  \r\nb\t \nc ") } },
	{ "qp/cr-as-soft-break", ENCODING_QUOTED_PRINTABLE, T("=4D=\r=5A"),
	    ODD_SOFT_BREAK,
	    { T("M=\rZ"), T("M=\r=5A"), T("M"), T("MZ") } },
	{ "qp/crcrlf-as-soft-break", ENCODING_QUOTED_PRINTABLE,
	    T("=4D=\r\r\n=5A"), ODD_SOFT_BREAK,
	    { T("M=\r\r\nZ"), T("MZ") } },
	{ "qp/control-behind-soft-break", ENCODING_QUOTED_PRINTABLE,
	    T("=4D=\x12\r\n=5A"), ODD_SOFT_BREAK | ODD_CONTROL,
	    { T("M=\x12\r\nZ"), T("MZ") } },
	{ "qp/control-before-soft-break", ENCODING_QUOTED_PRINTABLE,
	    T("=4D\x12=\r\n=5A"), ODD_CONTROL, { T("M\x12Z"), T("MZ") } },
	{ "qp/nul", ENCODING_QUOTED_PRINTABLE, T("=4D\0=5A"), ODD_CONTROL,
	    { T("M\0Z"), T("MZ") } },
	{ "qp/stray", ENCODING_QUOTED_PRINTABLE, T("a=b =4 =G4 =4G"),
	    ODD_ESCAPE, { T("a=b =4 =G4 =4G"), T("ab 4 G4 4G") } },
	{ "qp/stray-before-each-code", ENCODING_QUOTED_PRINTABLE,
	    T("=4D==5A==00"), ODD_ESCAPE, { T("M=Z=\0"), T("M==5A==00"),
	        T("M=5A=00"), T("MZ\0") } },
	{ "qp/cut-code", ENCODING_QUOTED_PRINTABLE, T("=4D=5"), ODD_ESCAPE,
	    { T("M=5"), T("M5") } },

	{ "identity/as-it-is", ENCODING_IDENTITY, T("a\0=3D\r\n"), 0,
	    { T("a\0=3D\r\n") } },

	/* Coded files */
	{ "uu/cat", ENCODING_UUENCODE, T("begin 644 cat.txt\n#0V%T\n`\nend\n"),
	    0, { T("Cat") } },
	{ "uu/no-begin", ENCODING_UUENCODE, T("#0V%T\r\n`\r\nend\r\n"), 0,
	    { T("Cat") } },
	{ "uu/no-end", ENCODING_UUENCODE, T("begin 644 a\n#0V%T\n"),
	    ODD_NO_END, { T("Cat") } },
	{ "uu/blanks-lost", ENCODING_UUENCODE,
	    T("begin 644 a\r\n#0V$\r\n#\r\n \r\nend\r\n"), 0,
	    { T("Ca\0\0\0\0") } },
	{ "uu/checksum-characters", ENCODING_UUENCODE,
	    T("begin 644 a\n#0V%TX1\n`\nend\n"), 0, { T("Cat") } },
	{ "uu/cr", ENCODING_UUENCODE, T("begin 644 a\r#0V%T\r`\rend\r"), 0,
	    { T("Cat") } },
	{ "uu/crcrlf", ENCODING_UUENCODE,
	    T("begin 644 a\r\r\n#0V%T\r\r\n`\r\r\nend\r\r\n"), 0,
	    { T("Cat") } },
	{ "uu/upper-half", ENCODING_UUENCODE,
	    T("begin 644 a\n#p\x96" "e\x94\n`\nend\n"), ODD_ALPHABET,
	    { T("Cat") } },
	{ "uu/words-between", ENCODING_UUENCODE,
	    T("begin 644 a\n#0V%T\nsome words\n#0V%T\nend\n"), ODD_LINE,
	    { T("Cat"), T("CatCat") } },
	{ "uu/nul-and-8-bit", ENCODING_UUENCODE,
	    T("begin 644 a\n#0V%T\n\0\xff\n#0V%T\nend\n"), ODD_LINE,
	    { T("Cat"), T("CatCat") } },
	{ "uu/two-files", ENCODING_UUENCODE,
	    T("begin 644 a\n#0V%T\nend\n\nbegin 644 b\n#8V%T\nend\n"), 0,
	    { T("Cat"), T("cat") } },
	{ "uu/nothing", ENCODING_UUENCODE, T("words, no data\n"),
	    ODD_LINE | ODD_NO_END, { T("") } },
	{ "yenc/label", ENCODING_YENC,
	    T("=ybegin line=128 size=3 name=a\r\n\x6d\x8b\x9e\r\n"
	      "=yend size=3\r\n"), 0, { T("Cat") } },
	{ "yenc/no-begin", ENCODING_YENC, T("\x6d\x8b\x9e"), ODD_NO_END,
	    { T("Cat") } },
	{ "binhex/no-mark", ENCODING_BINHEX,
	    T(":\"@%ZG(Kd!&4&@&4dG(Kd!*!&\"3#3\"QKPE'a[!*!%:"), 0,
	    { T("hello") } },
	{ "binhex/nothing", ENCODING_BINHEX, T("words"),
	    ODD_ALPHABET | ODD_NO_END, { T("\xff"), T("") } },
	{ "coded/other-label", ENCODING_BINHEX,
	    T("begin 644 a\n#0V%T\n`\nend\n"), 0, { T("Cat") } },
};

static void
test_body(gconstpointer data)
{
	const struct body_case *tc = data;
	g_autoptr(GPtrArray) readings = decode_readings(span_of(tc->body),
	    tc->encoding, NO_LIMIT);
	const Decoded *first = g_ptr_array_index(readings, 0);
	guint n = 0;

	for (guint i = 0; i < readings->len; i++) {
		const Decoded *decoded = g_ptr_array_index(readings, i);
		g_autofree char *text = show(span_of_bytes(decoded->octets));

		g_test_message("reading %u: %s", i, text);
		g_assert_false(decoded->exceeds_limit);
	}
	for (; n < MAX_READINGS && tc->readings[n].octets != NULL; n++) {
		const Decoded *decoded;

		g_assert_cmpuint(n, <, readings->len);
		decoded = g_ptr_array_index(readings, n);
		assert_octets("reading", decoded->octets, tc->readings[n]);
	}
	g_assert_cmpuint(readings->len, ==, n);
	g_assert_cmphex(first->oddities, ==, tc->oddities);
}

/* Each prefix in a block of its own size: nothing behind it may be read. */
static void
test_body_cut(gconstpointer data)
{
	const struct body_case *tc = data;

	for (gsize len = 0; len <= tc->body.len; len++) {
		g_autofree guint8 *octets = g_memdup2(tc->body.octets, len);
		Span body = { octets, len };
		g_autoptr(GPtrArray) readings = decode_readings(body,
		    tc->encoding, NO_LIMIT);
		g_autoptr(GPtrArray) files = decode_inline(body, NO_LIMIT);

		g_assert_cmpuint(readings->len, >=, 1);
		for (gsize max = 0; max < 4; max++) {
			g_autoptr(GPtrArray) limited = decode_readings(body,
			    tc->encoding, max);
			const Decoded *decoded = g_ptr_array_index(limited, 0);

			g_assert_cmpuint(g_bytes_get_size(decoded->octets), <=,
			    max);
		}
	}
}

/* --- files in text ------------------------------------------------------- */

#define MARK "(This file must be converted with BinHex 4.0)\r\n\r\n"
#define MAX_FILES 4
#define NO_FILE { { NULL, 0 }, { NULL, 0 } }

static const struct inline_case {
	const char *name;
	Text text;
	struct {
		Text name;      /* octets NULL: none */
		Text octets;
	} files[MAX_FILES];     /* up to the first without octets */
} inline_cases[] = {
	{ "plain-text", T("Hello,\r\n\r\nbest regards\r\n"), { NO_FILE } },
	{ "uu", T("Hi,\r\n\r\nbegin 644 my cat.txt \r\n#0V%T\r\n`\r\nend\r\n"),
	    { { T("my cat.txt"), T("Cat") } } },
	{ "uu-mode-of-one-digit", T("begin 0 a\n#0V%T\n`\nend\n"),
	    { { T("a"), T("Cat") } } },
	{ "uu-mode-of-four-digits", T("begin 0644 a\n#0V%T\n`\nend\n"),
	    { { T("a"), T("Cat") } } },
	{ "uu-no-mode", T("begin  a b\n#0V%T\n`\nend\n"),
	    { { T("a b"), T("Cat") } } },
	{ "uu-no-name", T("begin 644\n#0V%T\n`\nend\n"),
	    { { { NULL, 0 }, T("Cat") } } },
	{ "uu-name-with-nul", T("begin 644 a.vbs\0.txt\n#0V%T\nend\n"),
	    { { T("a.vbs\0.txt"), T("Cat") } } },
	{ "uu-in-yenc",
	    T("=ybegin line=1 name=x\nbegin 6 a\n#0V%T\nend\n=yend\n"),
	    { { T("x"), T("8;=?D\xf6\x0c\xf6\x37\xf9\x06,\xfb*;D:") },
	        { T("a"), T("Cat") } } },
	{ "uu-begins-again", T("begin 6 a\nbegin 6 b\n#0V%T\nend\n"),
	    { { T("b"), T("Cat") } } },
	{ "uu-is-talked-about",
	    T("begin 644 is how uuencoded data starts,\n"
	      "end is how it stops.\nbegin with the figures, please\n"),
	    { NO_FILE } },
	{ "uu-sentence", T("begin 7 days before\nMore words here\nThen\n"),
	    { NO_FILE } },
	{ "begin-base64", T("begin-base64 644 foo\nZm9v\nYmFy\n====\nbye\n"),
	    { { T("foo"), T("foobar") } } },
	{ "begin-base64-no-end", T("begin-base64 644 foo\nZm9v\nYg\n"),
	    { { T("foo"), T("foob") } } },
	{ "begin-base64-is-talked-about",
	    T("begin-base64 644 foo\nis how it looks\n"), { NO_FILE } },
	{ "yenc", T("Hi\r\n=ybegin line=128 size=3 name=my cat.txt \r\n"
	      "\x6d\x8b\x9e\r\n=yend size=3\r\n"),
	    { { T("my cat.txt"), T("Cat") } } },
	{ "yenc-quoted-name", T("=ybegin line=128 size=3 name=\"cat\"\n"
	      "\x6d\x8b\x9e\n=yend size=3\n"),
	    { { T("cat"), T("Cat") } } },
	{ "yenc-escapes", T("=ybegin line=128 size=4 name=a\n"
	      "=\x40=\x4a=\x4d=\x7d\n=yend\n"),
	    { { T("a"), T("\xd6\xe0\xe3\x13") } } },
	{ "yenc-part", T("=ybegin part=1 line=128 size=9 name=a\n"
	      "=ypart begin=1 end=3\n\x6d\x8b\x9e\n=yend size=3 part=1\n"),
	    { { T("a"), T("Cat") } } },
	{ "yenc-dots", T("=ybegin line=128 size=3 name=a\n..\x6d\n=yend\n"),
	    { { T("a"), T("\x04\x04" "C") }, { T("a"), T("\x04" "C") } } },
	{ "yenc-is-talked-about", T("=ybegin is its first word\n"),
	    { NO_FILE } },
	{ "binhex", T(MARK
	      ":\"@%ZG(Kd!&4&@&4dG(Kd!*!&\"3#3\"QKPE'a[!*!%:\r\n"),
	    { { T("a.txt"), T("hello") } } },
	{ "binhex-over-lines", T(MARK ":\"@%ZG(Kd!&4&@&4dG(Kd!*!\r\n"
	      "&\"3#3\"QKPE'a[!*!%:\r\n"),
	    { { T("a.txt"), T("hello") } } },
	{ "binhex-quote-marks", T(MARK ":\"@%ZG(Kd!&4&@&4dG(Kd!*!\r\n"
	      "> &\"3#3\"QKPE'a[!*!%:\r\n"),
	    { { T("a.txt"), T("hello") } } },
	{ "binhex-line-between", T(MARK ":\"@%ZG(Kd!&4&@&4dG(Kd!*!\r\n"
	      "--- end of part 1 ---\r\n&\"3#3\"QKPE'a[!*!%:\r\n"),
	    { { T("a.txt"), T("") },
	        { T("a.txt"), T("hello") } } },
	{ "binhex-repeated-and-marked-octets", T(MARK
	      ":\"h*eELjfBR-!9%9B9(4dH(3!N!8)!*!'BC!'N!\"L!*!%:\r\n"),
	    { { T("run.vbs"), T("aaaaaa\x90" "b") } } },
	{ "binhex-two-forks", T(MARK
	      ":!h4hE`\"849K8G(4iG!#3\"33!!!!%!!\"NBA4K!!\"bFh*M!!!:\r\n"),
	    { { T("two"), T("data") }, { T("two"), T("rsrc") } } },
	{ "calendar", T("ATTACH;VALUE=BINARY;ENCODING=BASE64;"
	      "X-FILENAME=\"a;b:c.txt\":Zm9v\r\n YmFy\r\nUID:1\r\n"),
	    { { T("a;b:c.txt"), T("foobar") } } },
	{ "calendar-folded-anywhere", T("atta\n ch;fmttype=a/b;X-apple-Fi\n\t"
	      "lename=a.t\n xt;encoding=b:Zm\n 9v\n"),
	    { { T("a.txt"), T("foo") } } },
	{ "calendar-of-old-kind", T("ATTACH;BASE64:\n  Zm9v\n  YmFy\n\nX:Y\n"),
	    { { { NULL, 0 }, T("foobar") } } },
	{ "calendar-data-uri", T("ATTACH;FILENAME=a.txt:data:text/plain;"
	      "base64,Zm9v\n"), { { T("a.txt"), T("foo") } } },
	{ "calendar-link", T("ATTACH;FILENAME=a.txt:https://x.example/Zm9v\n"
	      "ATTACH:cid:1@x.example\nATTACH;VALUE=BINARY\n"), { NO_FILE } },
	{ "calendar-word", T("attach\nAttached: Zm9v\na\n b\n"), { NO_FILE } },
	{ "binhex-mark-alone", T(MARK "words\r\n"), { NO_FILE } },
};

static void
test_inline(gconstpointer data)
{
	const struct inline_case *tc = data;
	g_autoptr(GPtrArray) files = decode_inline(span_of(tc->text), NO_LIMIT);
	guint n = 0;

	for (guint i = 0; i < files->len; i++) {
		const Decoded *decoded = g_ptr_array_index(files, i);
		g_autofree char *text = show(span_of_bytes(decoded->octets));

		g_test_message("file %u: %s", i, text);
	}
	for (; n < MAX_FILES && tc->files[n].octets.octets != NULL; n++) {
		const Decoded *decoded;

		g_assert_cmpuint(n, <, files->len);
		decoded = g_ptr_array_index(files, n);
		assert_octets("file", decoded->octets, tc->files[n].octets);
		if (tc->files[n].name.octets == NULL)
			g_assert_null(decoded->name);
		else
			assert_octets("name", decoded->name,
			    tc->files[n].name);
	}
	g_assert_cmpuint(files->len, ==, n);
}

static void
test_inline_cut(gconstpointer data)
{
	const struct inline_case *tc = data;

	for (gsize len = 0; len <= tc->text.len; len++) {
		g_autofree guint8 *octets = g_memdup2(tc->text.octets, len);
		g_autoptr(GPtrArray) files = decode_inline(
		    (Span){ octets, len }, NO_LIMIT);

		for (guint i = 0; i < files->len; i++) {
			const Decoded *decoded = g_ptr_array_index(files, i);

			g_assert_false(decoded->exceeds_limit);
		}
	}
}

static void
test_max_files(void)
{
	for (guint n = DECODE_MAX_FILES - 1; n <= DECODE_MAX_FILES + 1; n++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(GPtrArray) files = NULL;
		const Decoded *last;

		for (guint i = 0; i < n; i++)
			g_string_append(text, "begin 6 a\n#0V%T\nend\n");
		files = decode_inline((Span){ (const guint8 *)text->str,
		    text->len }, NO_LIMIT);
		g_assert_cmpuint(files->len, ==, MIN(n, DECODE_MAX_FILES));
		last = g_ptr_array_index(files, files->len - 1);
		g_assert_cmpint(last->exceeds_limit, ==, n > DECODE_MAX_FILES);
	}
}

/* --- limits -------------------------------------------------------------- */

static const struct limit_case {
	const char *name;
	TransferEncoding encoding;
	Text body;
	gsize octets;
} limit_cases[] = {
	{ "identity", ENCODING_IDENTITY, T("abcdef"), 6 },
	{ "base64", ENCODING_BASE64, T("Zm9vYmFyZm9vYmFy"), 12 },
	{ "base64-tail", ENCODING_BASE64, T("Zm9vYmFyZm9vYg"), 10 },
	{ "base64-slow", ENCODING_BASE64, T("Z\nm\n9\nv\nYmE="), 5 },
	{ "quoted-printable", ENCODING_QUOTED_PRINTABLE, T("ab=3D=\r\ncd"), 5 },
	{ "quoted-printable-code", ENCODING_QUOTED_PRINTABLE, T("ab=3D"), 3 },
	{ "uuencode", ENCODING_UUENCODE,
	    T("begin 644 a\n#0V%T\n#0V%T\n`\nend\n"), 6 },
	{ "uuencode-blanks-lost", ENCODING_UUENCODE,
	    T("begin 644 a\n#0V%T\nM\nM\n`\nend\n"), 93 },
	{ "two-files", ENCODING_UUENCODE,
	    T("begin 6 a\n#0V%T\nend\nbegin 6 b\n#0V%T\nend\n"), 6 },
	{ "yenc", ENCODING_YENC, T("\x6d\x8b\x9e"), 3 },
	{ "binhex", ENCODING_BINHEX,
	    T(":\"@%ZG(Kd!&4&@&4dG(Kd!*!&\"3#3\"QKPE'a[!*!%:"), 5 },
	{ "binhex-repeats", ENCODING_BINHEX,
	    T(":!f*TC`\"849K8G(4iG!#3\"!2S!*!'H*$rH*$rH*$rH*$V!*!%:"), 1000 },
	{ "binhex-two-forks", ENCODING_BINHEX,
	    T(":!h4hE`\"849K8G(4iG!#3\"33!!!!%!!\"NBA4K!!\"bFh*M!!!:"), 8 },
};

static void
test_limit(gconstpointer data)
{
	const struct limit_case *tc = data;

	for (gsize max = tc->octets - 1; max <= tc->octets + 1; max++) {
		g_autoptr(GPtrArray) readings = decode_readings(
		    span_of(tc->body), tc->encoding, max);
		gboolean exceeds = FALSE;
		gsize octets = 0;

		for (guint i = 0; i < readings->len; i++) {
			const Decoded *decoded = g_ptr_array_index(readings, i);

			exceeds |= decoded->exceeds_limit;
			octets += g_bytes_get_size(decoded->octets);
		}
		g_test_message("limit %" G_GSIZE_FORMAT ": %" G_GSIZE_FORMAT
		    " octets", max, octets);
		g_assert_cmpuint(octets, ==, MIN(max, tc->octets));
		g_assert_cmpint(exceeds, ==, max < tc->octets);
	}
}

/* --- random octets there and back ---------------------------------------- */

static void
uuencode_line(GString *text, const guint8 *octets, gsize len)
{
	g_string_append_c(text, (char)(len > 0 ? ' ' + len : '`'));
	for (gsize i = 0; i < len; i += 3) {
		guint32 bits = 0;

		for (gsize k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < len ? octets[i + k] : 0);
		for (int shift = 18; shift >= 0; shift -= 6)
			g_string_append_c(text, (char)(' ' +
			    (bits >> shift & 63)));
	}
	/* The mail server between cuts the blanks. */
	while (text->str[text->len - 1] == ' ')
		g_string_truncate(text, text->len - 1);
	g_string_append(text, "\r\n");
}

static char
hex_digit(guint value)
{
	return "0123456789ABCDEF"[value];
}

static void
encode(GString *text, TransferEncoding encoding, const guint8 *octets,
    gsize len)
{
	g_autofree char *base64 = NULL;

	switch (encoding) {
	case ENCODING_IDENTITY:
	case ENCODING_BINHEX:
		g_string_append_len(text, (const char *)octets, (gssize)len);
		break;
	case ENCODING_BASE64:
		base64 = g_base64_encode(octets, len);
		for (gsize i = 0; i < strlen(base64); i += 76)
			g_string_append_printf(text, "%.76s\r\n", base64 + i);
		break;
	case ENCODING_QUOTED_PRINTABLE:
		for (gsize i = 0; i < len; i++)
			if (octets[i] > ' ' && octets[i] != '=' &&
			    octets[i] < 0x7f)
				g_string_append_c(text, (char)octets[i]);
			else
				g_string_append_printf(text, "=%c%c%s",
				    hex_digit(octets[i] >> 4),
				    hex_digit(octets[i] & 15),
				    i % 16 == 0 ? "=\r\n" : "");
		break;
	case ENCODING_UUENCODE:
		g_string_append(text, "begin 644 a\r\n");
		for (gsize i = 0; i < len; i += 45)
			uuencode_line(text, octets + i, MIN(len - i, 45));
		g_string_append(text, "`\r\nend\r\n");
		break;
	case ENCODING_YENC:
		g_string_append(text, "=ybegin line=128 name=a\r\n");
		for (gsize i = 0; i < len; i++) {
			guint8 octet = (guint8)(octets[i] + 42);

			if (i > 0 && i % 128 == 0)
				g_string_append(text, "\r\n");
			if (octet != 0 && octet != '\r' && octet != '\n' &&
			    octet != '=' && octet != '.') {
				g_string_append_c(text, (char)octet);
				continue;
			}
			g_string_append_c(text, '=');
			g_string_append_c(text, (char)(octet + 64));
		}
		g_string_append(text, "\r\n=yend size=1\r\n");
		break;
	}
}

static void
test_there_and_back(gconstpointer data)
{
	TransferEncoding encoding = (TransferEncoding)GPOINTER_TO_UINT(data);

	for (gsize len = 8; len < 600; len++) {
		g_autofree guint8 *octets = g_malloc(len);
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(GPtrArray) readings = NULL;
		const Decoded *decoded;

		for (gsize i = 0; i < len; i++)
			octets[i] = (guint8)g_test_rand_int_range(0, 256);
		encode(text, encoding, octets, len);
		readings = decode_readings((Span){ (const guint8 *)text->str,
		    text->len }, encoding, NO_LIMIT);
		g_assert_cmpuint(readings->len, ==, 1);
		decoded = g_ptr_array_index(readings, 0);
		g_assert_cmphex(decoded->oddities, ==, ODD_NONE);
		g_assert_true(is_equal(span_of_bytes(decoded->octets),
		    (Span){ octets, len }));
	}
}

/* --- much of the same ---------------------------------------------------- */

/* Decoders that look far ahead, or start again behind each mark, would not end
 * in this time. */
static const struct repeat_case {
	const char *name;
	Text unit;
} repeat_cases[] = {
	{ "padding", T("=") },
	{ "digit-and-padding", T("A=") },
	{ "dashes", T("-") },
	{ "cr", T("\r") },
	{ "soft-breaks", T("=\r") },
	{ "blanks-behind-padding", T("= ") },
	{ "begin-lines", T("begin 6 a\n") },
	{ "begin-base64-lines", T("begin-base64 6 a\n") },
	{ "empty-uu-files", T("begin 6 a\n\n\n\n\n\n\n\n\nwords\n") },
	{ "lost-blanks", T("begin 6 a\n#0V%T\nM\nM\nM\nM\nM\nM\nM\nM\n") },
	{ "yenc-lines", T("=ybegin name=a\n") },
	{ "binhex-marks", T("(This file must be converted with BinHex\n") },
	{ "binhex-streams",
	    T("(This file must be converted with BinHex\n:\n") },
	{ "all-marks", T("begin 6 a\n#0V%T\n=ybegin name=a\nA\n"
	      "(This file must be converted with BinHex\n:") },
};

static void
test_repeat(gconstpointer data)
{
	const struct repeat_case *tc = data;
	gsize max = 4u << 20;
	g_autoptr(GString) text = g_string_new(NULL);
	Span body;

	while (text->len < max)
		g_string_append_len(text, tc->unit.octets,
		    (gssize)tc->unit.len);
	body = (Span){ (const guint8 *)text->str, text->len };
	for (guint encoding = 0; encoding < N_ENCODINGS; encoding++) {
		g_autoptr(GPtrArray) readings = decode_readings(body,
		    (TransferEncoding)encoding, 2 * max);

		g_assert_cmpuint(readings->len, >=, 1);
		g_assert_cmpuint(readings->len, <=, DECODE_MAX_FILES + 1);
	}
}

/* --- bodies that look like base64 ---------------------------------------- */

static const struct look_case {
	const char *name;
	Text body;
	gboolean want;
} look_cases[] = {
	{ "lines", T("TVpYAAIAAAAEAAAA\r\n//8AALgAAAAAAA==\r\n"), TRUE },
	{ "one-line", T("TVpYAAIAAAAEAAAA//8AALgA"), TRUE },
	{ "too-short", T("TVpYAAIAAAAEAAAA//8AALg"), FALSE },
	{ "blank-lines-around", T("\r\n \r\nTVpYAAIAAAAEAAAA//8AALgA \r\n\r\n"),
	    TRUE },
	{ "empty", T(""), FALSE },
	{ "words", T("We looked at the figures that you have sent us."),
	    FALSE },
	{ "footer", T("TVpYAAIAAAAEAAAA//8AALgA\r\n-- \r\nfooter"), FALSE },
	{ "goes-on-behind-padding", T("TVpYAAIAAAAEAAAA//8AALg=A"), FALSE },
	{ "nul", T("TVpYAAIAAAAEAAAA//8AALgA\0"), FALSE },
};

static void
test_look(gconstpointer data)
{
	const struct look_case *tc = data;

	g_assert_cmpint(decode_looks_like_base64(span_of(tc->body)), ==,
	    tc->want);
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/decode/body/", body_cases, test_body)
	ADD_TABLE("/decode/body-cut-anywhere/", body_cases, test_body_cut)
	ADD_TABLE("/decode/inline/", inline_cases, test_inline)
	ADD_TABLE("/decode/inline-cut-anywhere/", inline_cases, test_inline_cut)
	g_test_add_func("/decode/max-files", test_max_files);
	ADD_TABLE("/decode/limit/", limit_cases, test_limit)
	g_test_add_data_func("/decode/there-and-back/base64",
	    GUINT_TO_POINTER(ENCODING_BASE64), test_there_and_back);
	g_test_add_data_func("/decode/there-and-back/quoted-printable",
	    GUINT_TO_POINTER(ENCODING_QUOTED_PRINTABLE), test_there_and_back);
	g_test_add_data_func("/decode/there-and-back/uuencode",
	    GUINT_TO_POINTER(ENCODING_UUENCODE), test_there_and_back);
	g_test_add_data_func("/decode/there-and-back/yenc",
	    GUINT_TO_POINTER(ENCODING_YENC), test_there_and_back);
	ADD_TABLE("/decode/linear/", repeat_cases, test_repeat)
	ADD_TABLE("/decode/looks-like-base64/", look_cases, test_look)
	return g_test_run();
}
