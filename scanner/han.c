/*
 * scanner/han.c - the normal form of Chinese text, for hanbody rules.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include <opencc/opencc.h>

#include "scanner/han.h"
#include "signatures/ascii.h"

/* Separators between two Han characters that still count as interspersed. */
#define MAX_SEPARATORS 8

/* Both GLib's normalisation and OpenCC take time that grows with the square of
 * what they get at once. A phrase across two pieces is simplified character by
 * character. */
#define PIECE_OCTETS ((gsize)2048)

struct han {
	opencc_t opencc;
};

Han *
han_new(void)
{
	Han *han = g_new0(Han, 1);

	han->opencc = opencc_open("t2s.json");
	return han;
}

void
han_free(Han *han)
{
	if (han == NULL)
		return;
	if (han_can_simplify(han))
		opencc_close(han->opencc);
	g_free(han);
}

gboolean
han_can_simplify(const Han *han)
{
	return han->opencc != (opencc_t)-1;
}

/* The first character of that script, a radical. */
#define FIRST_HAN 0x2e80

static gboolean
is_han(gunichar c)
{
	return c >= FIRST_HAN &&
	    g_unichar_get_script(c) == G_UNICODE_SCRIPT_HAN;
}

static gboolean
has_han(const char *text)
{
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (is_han(g_utf8_get_char(text)))
			return TRUE;
	return FALSE;
}

static gboolean
is_separator(gunichar c)
{
	return c != '\n' && c != 0xfffd && !g_unichar_isalnum(c);
}

/* Zero-width and direction marks, soft hyphens, variation selectors. */
static gboolean
is_invisible(gunichar c)
{
	return g_unichar_type(c) == G_UNICODE_FORMAT ||
	    (c >= 0xfe00 && c <= 0xfe0f);
}

static char *
without_invisible(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		if (!is_invisible(c))
			g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

/* The Han character after at most MAX_SEPARATORS separators; NULL: none. */
static const char *
next_han(const char *text)
{
	for (guint i = 0; i <= MAX_SEPARATORS && *text != '\0'; i++) {
		gunichar c = g_utf8_get_char(text);

		if (is_han(c))
			return text;
		if (!is_separator(c))
			return NULL;
		text = g_utf8_next_char(text);
	}
	return NULL;
}

static char *
without_separators(const char *text)
{
	GString *out = g_string_new(NULL);

	while (*text != '\0') {
		gunichar c = g_utf8_get_char(text);
		const char *next = g_utf8_next_char(text);

		g_string_append_unichar(out, c);
		if (is_han(c)) {
			const char *han = next_han(next);

			if (han != NULL)
				next = han;
		}
		text = next;
	}
	return g_string_free(out, FALSE);
}

/* Cyrillic and Greek letters that cannot be told from Latin ones. */
static const struct {
	gunichar letter;
	char latin;
} look_alikes[] = {
	{ 0x3b1, 'a' }, { 0x3b5, 'e' }, { 0x3b9, 'i' }, { 0x3ba, 'k' },
	{ 0x3bd, 'v' }, { 0x3bf, 'o' }, { 0x3c1, 'p' }, { 0x3c4, 't' },
	{ 0x3c5, 'u' }, { 0x3c7, 'x' }, { 0x430, 'a' }, { 0x435, 'e' },
	{ 0x43a, 'k' }, { 0x43e, 'o' }, { 0x440, 'p' }, { 0x441, 'c' },
	{ 0x442, 't' }, { 0x443, 'y' }, { 0x445, 'x' }, { 0x455, 's' },
	{ 0x456, 'i' }, { 0x458, 'j' }, { 0x4bb, 'h' }, { 0x501, 'd' },
	{ 0x51b, 'q' }, { 0x51d, 'w' },
};

/* Of a letter in lower case; 0: it looks like no other. */
static char
latin_of(gunichar c)
{
	if (c < 0x370 || c > 0x52f)
		return 0;
	for (gsize i = 0; i < G_N_ELEMENTS(look_alikes); i++)
		if (look_alikes[i].letter == c)
			return look_alikes[i].latin;
	return 0;
}

/* The octets of the letters at text; *is_mixed: Latin ones and look-alikes. */
static gsize
word_at(const char *text, gboolean *is_mixed)
{
	gboolean has_latin = FALSE, has_look_alike = FALSE;
	const char *at = text;

	for (; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c < 0x80 ? !g_ascii_isalpha((char)c) : !g_unichar_isalpha(c))
			break;
		has_latin |= c < 0x80;
		has_look_alike |= latin_of(c) != 0;
	}
	*is_mixed = has_latin && has_look_alike;
	return (gsize)(at - text);
}

static char *
with_latin_letters(const char *text)
{
	GString *out = g_string_sized_new(strlen(text));

	while (*text != '\0') {
		gboolean is_mixed;
		gsize len = word_at(text, &is_mixed);
		const char *end = len > 0 ? text + len : g_utf8_next_char(text);

		if (!is_mixed) {
			g_string_append_len(out, text, end - text);
			text = end;
			continue;
		}
		for (; text < end; text = g_utf8_next_char(text)) {
			gunichar c = g_utf8_get_char(text);
			char latin = latin_of(c);

			g_string_append_unichar(out, latin != 0 ?
			    (gunichar)latin : c);
		}
	}
	return g_string_free(out, FALSE);
}

static void
append_ascii(GString *out, const char *piece, gsize len)
{
	for (gsize i = 0; i < len; i++)
		g_string_append_c(out, g_ascii_tolower(piece[i]));
}

static void
append_unicode(const Han *han, GString *out, const char *piece, gsize len)
{
	g_autofree char *compatible = g_utf8_normalize(piece, (gssize)len,
	    G_NORMALIZE_NFKC);
	g_autofree char *visible = without_invisible(
	    compatible != NULL ? compatible : "");
	g_autofree char *small = g_utf8_strdown(visible, -1);
	g_autofree char *lower = with_latin_letters(small);
	char *simple = han_can_simplify(han) && has_han(lower) ?
	    opencc_convert_utf8(han->opencc, lower, (size_t)-1) : NULL;

	g_string_append(out, simple != NULL ? simple : lower);
	if (simple != NULL)
		opencc_convert_utf8_free(simple);
}

/* A piece of the text, without regard to what stands between characters. */
static void
append_piece(const Han *han, GString *out, const char *piece, gsize len)
{
	if (is_ascii(piece, len))
		append_ascii(out, piece, len);
	else
		append_unicode(han, out, piece, len);
}

char *
han_normalise(const Han *han, const char *text)
{
	gsize left = strlen(text);
	g_autoptr(GString) out = g_string_sized_new(left);

	while (left > 0) {
		gsize len = MIN(left, PIECE_OCTETS);

		while (len < left && ((guchar)text[len] & 0xc0) == 0x80)
			len++;
		append_piece(han, out, text, len);
		text += len;
		left -= len;
	}
	return without_separators(out->str);
}
