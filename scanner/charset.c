/*
 * scanner/charset.c - octets in any charset to UTF-8.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <uchardet.h>

#include "scanner/charset.h"
#include "signatures/ascii.h"

/* What a detector is shown; its cost grows with the length. */
#define DETECTOR_OCTETS (32u << 10)

#define REPLACEMENT "\xef\xbf\xbd"

/* Every charset that is decoded, by the name that iconv knows. */
static const char *const names[] = {
	"GB18030", "BIG5-HKSCS", "CP950", "UTF-7", "UTF-16LE", "UTF-16BE",
	"UTF-32LE", "UTF-32BE", "ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN",
	"EUC-JP", "SHIFT_JIS", "EUC-KR", "EUC-TW", "KOI8-R", "KOI8-U",
	"IBM866", "IBM855", "MAC-CYRILLIC", "TIS-620", "ISO-8859-2",
	"ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7",
	"ISO-8859-8", "ISO-8859-9", "ISO-8859-10", "ISO-8859-11",
	"ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16",
	"WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253",
	"WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257",
	"WINDOWS-1258", "VISCII", "IBM037",
};

/* Labels in other words. A label that begins with from is charset. */
static const struct alias {
	const char *from;
	const char *charset;
} aliases[] = {
	{ "hz", "HZ" },         /* not iconv's: see hz_to_gb() */
	{ "gb", "GB18030" },
	{ "x-gb", "GB18030" },
	{ "cp936", "GB18030" },
	{ "ms936", "GB18030" },
	{ "windows-936", "GB18030" },
	{ "chinese", "GB18030" },
	{ "euc-cn", "GB18030" },
	{ "iso-ir-58", "GB18030" },
	{ "big5", "BIG5-HKSCS" },
	{ "big-5", "BIG5-HKSCS" },
	{ "x-x-big5", "BIG5-HKSCS" },
	{ "cn-big5", "BIG5-HKSCS" },
	{ "cp950", "CP950" },
	{ "utf-7", "UTF-7" },
	{ "unicode-1-1-utf-7", "UTF-7" },
	{ "utf-16le", "UTF-16LE" },
	{ "utf-16be", "UTF-16BE" },
	{ "utf-16", "UTF-16" }, /* not iconv's: see utf16_order() */
	{ "ks_c_5601", "EUC-KR" },
	{ "cp949", "EUC-KR" },
	{ "sjis", "SHIFT_JIS" },
	{ "shift-jis", "SHIFT_JIS" },
	{ "x-sjis", "SHIFT_JIS" },
	{ "cp932", "SHIFT_JIS" },
	{ "latin1", "WINDOWS-1252" },
	/* EBCDIC, whose pages agree on letters, digits and the dot. */
	{ "cp037", "IBM037" },
	{ "cp500", "IBM037" },
	{ "cp1047", "IBM037" },
	{ "cp1140", "IBM037" },
	{ "ibm500", "IBM037" },
	{ "ibm1047", "IBM037" },
	{ "ibm01140", "IBM037" },
	{ "ebcdic", "IBM037" },
};

struct charsets {
	GIConv converters[G_N_ELEMENTS(names)];
};

Charsets *
charsets_new(void)
{
	Charsets *charsets = g_new0(Charsets, 1);

	/* One that this system lacks stays closed: its text is detected. */
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		charsets->converters[i] = g_iconv_open("UTF-8", names[i]);
	return charsets;
}

void
charsets_preload(void)
{
	/* What libclamav's code pages, GMime's labels and libxml2's
	 * declarations name beside ours. */
	static const char *const others[] = { "ISO-8859-1", "GBK", "GB2312",
		"BIG5", "CP932", "UHC", "JOHAB", "ISO-2022-JP-3", "UTF-16",
		"UTF-32", "UNICODE", "MACINTOSH", "IBM037", "IBM437", "IBM500",
		"IBM737", "IBM775", "IBM850", "IBM852", "IBM857", "IBM858",
		"IBM860", "IBM861", "IBM862", "IBM863", "IBM864", "IBM865",
		"IBM869", "IBM870", "IBM874", "IBM1026", "IBM1047", "IBM1140",
		"KOI8-T", "ARMSCII-8", "GEORGIAN-PS", "TCVN", "HP-ROMAN8",
		"ISO-8859-9E", "WINDOWS-31J", "EUC-JP-MS" };
	/* Never closed: an open converter keeps its module loaded. */
	static GIConv kept[G_N_ELEMENTS(names) + G_N_ELEMENTS(others)];

	if (kept[0] != NULL)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		kept[i] = g_iconv_open("UTF-8", names[i]);
	for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
		kept[G_N_ELEMENTS(names) + i] = g_iconv_open("UTF-8",
		    others[i]);
}

void
charsets_free(Charsets *charsets)
{
	if (charsets == NULL)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (charsets->converters[i] != (GIConv)-1)
			g_iconv_close(charsets->converters[i]);
	g_free(charsets);
}

static GIConv
converter(const Charsets *charsets, const char *charset)
{
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(names[i], charset) == 0)
			return charsets->converters[i];
	return (GIConv)-1;
}

/* The charset that a label means; NULL: none that needs or has a decoder. */
static const char *
charset_of(const char *label)
{
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(label, names[i]) == 0)
			return names[i];
	if (g_ascii_strcasecmp(label, "iso-8859-1") == 0 ||
	    g_ascii_strcasecmp(label, "cp1252") == 0)
		return "WINDOWS-1252";
	for (gsize i = 0; i < G_N_ELEMENTS(aliases); i++)
		if (g_ascii_strncasecmp(label, aliases[i].from,
		    strlen(aliases[i].from)) == 0)
			return aliases[i].charset;
	return NULL;
}

/* Text in these is 7-bit octets, and so would pass for ASCII. */
static gboolean
is_seven_bit(const char *charset)
{
	return strcmp(charset, "HZ") == 0 || strcmp(charset, "UTF-7") == 0 ||
	    g_str_has_prefix(charset, "UTF-16") ||
	    g_str_has_prefix(charset, "UTF-32") ||
	    g_str_has_prefix(charset, "ISO-2022");
}

/* HZ (RFC 1843): "~{" and "~}" stand around GB 2312 without the high bits. */
static GByteArray *
hz_to_gb(const guint8 *octets, gsize len)
{
	GByteArray *out = g_byte_array_sized_new((guint)MIN(len, G_MAXUINT));
	gboolean is_gb = FALSE;

	for (gsize i = 0; i < len; i++) {
		guint8 octet = octets[i];

		if (octet == '~' && len - i > 1 && octets[i + 1] == '{') {
			is_gb = TRUE;
			i++;
			continue;
		}
		if (octet == '~' && len - i > 1 && octets[i + 1] == '}') {
			is_gb = FALSE;
			i++;
			continue;
		}
		if (octet == '\n')
			is_gb = FALSE;
		else if (is_gb && octet > ' ')
			octet |= 0x80;
		g_byte_array_append(out, &octet, 1);
	}
	return out;
}

/* Which half of the 16-bit units is nearly always 0. */
static const char *
utf16_order(const guint8 *octets, gsize len)
{
	gsize zeros[2] = { 0, 0 };

	if (len >= 2 && octets[0] == 0xfe && octets[1] == 0xff)
		return "UTF-16BE";
	for (gsize i = 0; i < len; i++)
		zeros[i & 1] += octets[i] == 0;
	return zeros[0] > zeros[1] ? "UTF-16BE" : "UTF-16LE";
}

/* A NUL would end the string early: it is not text. */
static void
append_text(GString *out, const char *text, gsize len)
{
	for (gsize i = 0; i < len; i++)
		if (text[i] != '\0')
			g_string_append_c(out, text[i]);
}

/* NULL unless everything is decoded, or may_replace. */
static char *
decode(GIConv iconv, const guint8 *octets, gsize len, gboolean may_replace)
{
	g_autoptr(GString) out = g_string_sized_new(len + len / 2);
	char *in = (char *)(guintptr)octets;
	gsize left = len;

	if (iconv == (GIConv)-1)
		return NULL;
	g_iconv(iconv, NULL, NULL, NULL, NULL);
	while (left > 0) {
		char buffer[4096];
		char *to = buffer;
		gsize room = sizeof buffer;
		gsize result = g_iconv(iconv, &in, &left, &to, &room);
		int error = errno;

		append_text(out, buffer, (gsize)(to - buffer));
		if (result != (gsize)-1 || error == E2BIG)
			continue;
		if (!may_replace)
			return NULL;
		g_string_append(out, REPLACEMENT);
		in++;
		left--;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *
decode_charset(const Charsets *charsets, const char *charset,
    const guint8 *octets, gsize len, gboolean may_replace)
{
	if (strcmp(charset, "HZ") == 0) {
		g_autoptr(GByteArray) gb = hz_to_gb(octets, len);

		return decode(converter(charsets, "GB18030"), gb->data, gb->len,
		    may_replace);
	}
	if (strcmp(charset, "UTF-16") == 0)
		charset = utf16_order(octets, len);
	return decode(converter(charsets, charset), octets, len, may_replace);
}

static char *
detect(const Charsets *charsets, const guint8 *octets, gsize len)
{
	uchardet_t detector = uchardet_new();
	char *text = NULL;
	const char *charset;

	if (uchardet_handle_data(detector, (const char *)octets,
	    MIN(len, DETECTOR_OCTETS)) == 0) {
		uchardet_data_end(detector);
		charset = charset_of(uchardet_get_charset(detector));
		if (charset != NULL)
			text = decode_charset(charsets, charset, octets, len,
			    FALSE);
	}
	uchardet_delete(detector);
	return text;
}

char *
charset_to_utf8(const Charsets *charsets, const guint8 *octets, gsize len,
    const char *label, gboolean *is_damaged)
{
	const char *charset = label != NULL ? charset_of(label) : NULL;
	char *text;

	if (is_damaged != NULL)
		*is_damaged = FALSE;
	if (charset == NULL || !is_seven_bit(charset)) {
		g_autoptr(GString) plain = g_string_sized_new(len);

		append_text(plain, (const char *)octets, len);
		if (g_utf8_validate(plain->str, (gssize)plain->len, NULL))
			return g_string_free(g_steal_pointer(&plain), FALSE);
	}
	if (charset != NULL &&
	    (text = decode_charset(charsets, charset, octets, len, FALSE)) !=
	    NULL)
		return text;
	if (charset != NULL && strcmp(charset, "BIG5-HKSCS") == 0 &&
	    (text = decode_charset(charsets, "CP950", octets, len, FALSE)) !=
	    NULL)
		return text;
	if (!is_ascii(octets, len) &&
	    (text = detect(charsets, octets, len)) != NULL)
		return text;
	if (is_damaged != NULL)
		*is_damaged = TRUE;
	/* Mostly right under its own label beats all wrong under another. */
	text = decode_charset(charsets, charset != NULL ? charset :
	    "WINDOWS-1252", octets, len, TRUE);
	return text != NULL ? text :
	    g_utf8_make_valid((const char *)octets, (gssize)len);
}

char *
charset_decode(const Charsets *charsets, const guint8 *octets, gsize len,
    const char *label)
{
	const char *charset = charset_of(label);

	return charset == NULL ? NULL :
	    decode_charset(charsets, charset, octets, len, TRUE);
}
