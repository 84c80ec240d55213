/*
 * scanner/rtf.c - what an RTF document can do: OLE objects, templates, fields.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/dde.h"
#include "scanner/octet_search.h"
#include "scanner/office.h"
#include "scanner/rtf.h"

#define MAX_WORD_OCTETS 32
/* The object follows in the format it was saved in ([MS-OLEDS] 2.2.5). */
#define FORMAT_EMBEDDED 2

/* Groups whose text is looked at. */
enum destination {
	DESTINATION_NONE,
	DESTINATION_OBJECT,     /* \objdata: an object in hexadecimal */
	DESTINATION_CLASS,      /* \objclass: its class */
	DESTINATION_TEMPLATE,   /* \template: where it is */
	DESTINATION_FIELD,      /* \fldinst: what a field does */
};

typedef struct {
	Traits *traits;
	enum destination destination;
	guint depth;            /* of groups */
	guint destination_depth;
	GByteArray *octets;     /* of the destination */
	int high;               /* the first digit of an octet; -1: none */
	/* The object is digits and white space: all programs read it alike. */
	gboolean is_plain;
	guint n_equation_classes;
	guint n_formulas;       /* objects that are known to be sound */
} Rtf;

/* --- objects ------------------------------------------------------------------------ */

static gboolean
has_word(Span octets, const char *word)
{
	g_autofree char *lower = octets_lower(octets);

	return octets_find((Span){ (const guint8 *)lower, octets.len }, word) !=
	    NULL;
}

/* The class and the data of an OLE 1 object. */
static void
examine_ole1(Span octets, Traits *traits)
{
	Cursor cursor = { octets, FALSE };
	Span class, data;
	guint32 format;

	cursor_u32(&cursor);
	format = cursor_u32(&cursor);
	class = cursor_take(&cursor, cursor_u32(&cursor));
	cursor_take(&cursor, cursor_u32(&cursor));
	cursor_take(&cursor, cursor_u32(&cursor));
	data = cursor_take(&cursor, cursor_u32(&cursor));
	if (!cursor.has_failed && format == FORMAT_EMBEDDED &&
	    has_word(class, "package"))
		office_examine_package(data, traits);
}

/* An OLE 1 object of the editor's class, whose data is a sound formula, and
 * behind which no other is. */
static gboolean
is_formula(Span octets)
{
	static const char name[] = "Equation.3";
	Cursor cursor = { octets, FALSE };
	guint32 format;
	Span class, data;

	cursor_u32(&cursor);
	format = cursor_u32(&cursor);
	class = cursor_take(&cursor, cursor_u32(&cursor));
	/* Neither topic nor item. */
	if (cursor_u32(&cursor) != 0 || cursor_u32(&cursor) != 0)
		return FALSE;
	data = cursor_take(&cursor, cursor_u32(&cursor));
	return !cursor.has_failed && format == FORMAT_EMBEDDED &&
	    class.len == sizeof(name) &&
	    memcmp(class.octets, name, sizeof(name)) == 0 &&
	    !has_word(cursor.rest, "equation") && office_is_formula(data);
}

static void
examine_object(Rtf *rtf)
{
	static const char ole2_magic[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
	Span octets = { rtf->octets->data, rtf->octets->len };
	const guint8 *ole2;

	traits_add(rtf->traits, TRAIT_RTF_OBJECT, "holds an OLE object");
	/* What it holds is examined as a member, and said to be one. */
	if (rtf->is_plain && rtf->high < 0 && is_formula(octets))
		rtf->n_formulas++;
	else if (has_word(octets, "equation"))
		traits_add(rtf->traits, TRAIT_EQUATION_OBJECT,
		    "an object of the equation editor");
	/* A moniker: Word fetches the object, "http" in UTF-16. */
	if (has_word(octets, "ole2link") &&
	    (memmem(octets.octets, octets.len, "h\0t\0t\0p", 7) != NULL ||
	        memmem(octets.octets, octets.len, "\\\0\\\0", 4) != NULL))
		traits_add(rtf->traits, TRAIT_EXTERNAL_OBJECT,
		    "an object on a server");
	examine_ole1(octets, rtf->traits);
	ole2 = octets_find(octets, ole2_magic);
	if (ole2 != NULL) {
		Span file = octets_behind(octets, ole2);

		traits_add_file(rtf->traits, (Span){ NULL, 0 },
		    g_bytes_new(file.octets, file.len));
	}
}

/* --- destinations ------------------------------------------------------------------- */

static gboolean
is_foreign(Span target)
{
	return has_word(target, "http:") || has_word(target, "https:") ||
	    has_word(target, "ftp:");
}

static void
end_destination(Rtf *rtf)
{
	Span text = { rtf->octets->data, rtf->octets->len };

	switch (rtf->destination) {
	case DESTINATION_OBJECT:
		examine_object(rtf);
		break;
	case DESTINATION_CLASS:
		rtf->n_equation_classes += has_word(text, "equation") ? 1 : 0;
		break;
	case DESTINATION_TEMPLATE:
		if (is_foreign(text))
			traits_add(rtf->traits, TRAIT_EXTERNAL_TEMPLATE,
			    "a template on a server");
		break;
	case DESTINATION_FIELD:
		dde_examine_fields(text, rtf->traits);
		if (has_word(text, "includepicture") ||
		    !has_word(text, "includetext"))
			break;
		if (is_foreign(text))
			traits_add(rtf->traits, TRAIT_EXTERNAL_OBJECT,
			    "text from a server");
		break;
	case DESTINATION_NONE:
		break;
	}
	rtf->destination = DESTINATION_NONE;
	g_byte_array_set_size(rtf->octets, 0);
	rtf->high = -1;
}

static void
begin_destination(Rtf *rtf, enum destination destination)
{
	end_destination(rtf);
	rtf->destination = destination;
	rtf->destination_depth = rtf->depth;
	rtf->is_plain = TRUE;
}

/* As many as there are: they are fewer than those of the file. */
static void
add_octet(Rtf *rtf, guint8 octet)
{
	g_byte_array_append(rtf->octets, &octet, 1);
}

/* A character of the text: of an object, half an octet. */
static void
add_character(Rtf *rtf, guint8 c)
{
	int digit;

	if (rtf->destination == DESTINATION_NONE)
		return;
	if (rtf->destination != DESTINATION_OBJECT) {
		if (c != '\r' && c != '\n')
			add_octet(rtf, c);
		return;
	}
	digit = g_ascii_xdigit_value((char)c);
	if (digit < 0) {
		rtf->is_plain &= g_ascii_isspace(c);
		return;
	}
	if (rtf->high < 0) {
		rtf->high = digit;
		return;
	}
	add_octet(rtf, (guint8)(rtf->high << 4 | digit));
	rtf->high = -1;
}

/* --- syntax --------------------------------------------------------------------------- */

static void
examine_word(Rtf *rtf, const char *word)
{
	static const struct {
		const char *word;
		enum destination destination;
	} destinations[] = {
		{ "objdata", DESTINATION_OBJECT },
		{ "objclass", DESTINATION_CLASS },
		{ "template", DESTINATION_TEMPLATE },
		{ "fldinst", DESTINATION_FIELD },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(destinations); i++)
		if (strcmp(word, destinations[i].word) == 0)
			begin_destination(rtf, destinations[i].destination);
}

/* Takes what is behind a backslash. */
static void
take_control(Rtf *rtf, Cursor *cursor)
{
	Span rest = cursor->rest;
	char word[MAX_WORD_OCTETS + 1];
	gsize len = 0, i = 0;
	guint64 number = 0;

	if (rest.len == 0)
		return;
	rtf->is_plain = FALSE;
	if (!g_ascii_isalpha(*rest.octets)) {
		/* A symbol. In text, \'xx is an octet; in objects, nothing. */
		if (*rest.octets == '\'' && rest.len > 2) {
			int high = g_ascii_xdigit_value((char)rest.octets[1]);
			int low = g_ascii_xdigit_value((char)rest.octets[2]);

			if (rtf->destination > DESTINATION_OBJECT &&
			    high >= 0 && low >= 0)
				add_octet(rtf, (guint8)(high << 4 | low));
			cursor_take(cursor, 3);
		} else {
			if (*rest.octets != '*')
				add_character(rtf, *rest.octets);
			cursor_take(cursor, 1);
		}
		return;
	}
	for (; i < rest.len && g_ascii_isalpha(rest.octets[i]); i++)
		if (len < MAX_WORD_OCTETS)
			word[len++] = (char)rest.octets[i];
	word[len] = '\0';
	if (i < rest.len && rest.octets[i] == '-')
		i++;
	for (; i < rest.len && g_ascii_isdigit(rest.octets[i]); i++)
		number = MIN(number * 10 + (guint64)g_ascii_digit_value((char)
		    rest.octets[i]), G_MAXINT32);
	if (i < rest.len && rest.octets[i] == ' ')
		i++;
	cursor_take(cursor, i);
	if (strcmp(word, "bin") == 0) {
		Span data = cursor_take(cursor, MIN(number, cursor->rest.len));

		for (i = 0; rtf->destination == DESTINATION_OBJECT &&
		     i < data.len; i++)
			add_octet(rtf, data.octets[i]);
		return;
	}
	examine_word(rtf, word);
}

void
rtf_examine(Span octets, Traits *traits)
{
	g_autoptr(GByteArray) text = g_byte_array_new();
	Rtf rtf = { .traits = traits, .octets = text, .high = -1 };
	Cursor cursor = { octets, FALSE };

	while (cursor.rest.len > 0) {
		guint8 c = *cursor_take(&cursor, 1).octets;

		switch (c) {
		case '{':
			rtf.depth++;
			rtf.is_plain = FALSE;
			break;
		case '}':
			if (rtf.destination != DESTINATION_NONE &&
			    rtf.depth <= rtf.destination_depth)
				end_destination(&rtf);
			rtf.depth -= rtf.depth > 0 ? 1 : 0;
			break;
		case '\\':
			take_control(&rtf, &cursor);
			break;
		default:
			add_character(&rtf, c);
		}
	}
	end_destination(&rtf);
	if (rtf.n_equation_classes > rtf.n_formulas)
		traits_add(traits, TRAIT_EQUATION_OBJECT,
		    "an object of the equation editor");
}
