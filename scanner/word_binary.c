/*
 * scanner/word_binary.c - what an old Word document can do ([MS-DOC]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/dde.h"
#include "scanner/octet_search.h"
#include "scanner/office.h"
#include "scanner/word_binary.h"

/* The file information block, in all versions, and since Word 97. */
#define IDENT_WORD_6 0xa5dc
#define IDENT_WORD_97 0xa5ec
#define FLAGS_OFFSET 0x0a
#define FLAG_ENCRYPTED 0x0100
#define FLAG_TABLE_1 0x0200
#define ASSOCIATIONS_OFFSET 0x19a

/* --- fields --------------------------------------------------------------- */

/* In lower case, to the first character that is no text, as a mark of another
 * field is. Caller frees. */
static char *
field_text(Span octets, gsize step)
{
	GString *text = g_string_new(NULL);

	for (gsize i = 0; i + step <= octets.len; i += step) {
		char c = (char)octets.octets[i];

		if ((c != '\t' && g_ascii_iscntrl(c)) || c == '\0' ||
		    (step == 2 && octets.octets[i + 1] != 0))
			break;
		g_string_append_c(text, g_ascii_tolower(c));
	}
	return g_string_free(text, FALSE);
}

/* Formats and pictures are among the text: only what is a DDE field to the
 * letter is one. */
static gboolean
is_dde_field(const char *text)
{
	if (g_str_has_prefix(text, "ddeauto"))
		return !g_ascii_isalnum(text[strlen("ddeauto")]);
	return g_str_has_prefix(text, "dde") && text[3] != '\0' &&
	    strchr(" \t\"", text[3]) != NULL;
}

static gboolean
is_blank(const guint8 *character, gsize step)
{
	return (*character == ' ' || *character == '\t' || *character == '"') &&
	    (step == 1 || character[1] == 0);
}

/* The field that begins with octets, of one or two a character. */
static void
add_field(GString *fields, Span octets, gsize step)
{
	g_autofree char *text = NULL;

	while (octets.len >= step && is_blank(octets.octets, step))
		octets = octets_behind(octets, octets.octets + step);
	if (octets.len < step || g_ascii_tolower((char)*octets.octets) != 'd')
		return;
	text = field_text(octets, step);
	if (is_dde_field(text))
		g_string_append_printf(fields, "%c%s", DDE_FIELD_BEGIN, text);
}

static void
examine_fields(Span document, Traits *traits)
{
	g_autoptr(GString) fields = g_string_new(NULL);
	Span rest = document;
	const guint8 *at;

	while (rest.len > 0 && (at = memchr(rest.octets, DDE_FIELD_BEGIN,
	    rest.len)) != NULL) {
		rest = octets_behind(rest, at + 1);
		add_field(fields, rest, 1);
		/* The other half of the mark is in between. */
		if (rest.len > 0 && *rest.octets == 0)
			add_field(fields, octets_behind(rest,
			    rest.octets + 1), 2);
	}
	dde_examine_fields((Span){ (const guint8 *)fields->str, fields->len },
	    traits);
}

/* --- template ------------------------------------------------------------- */

/* Finds the flags of a document; FALSE: it is none of Word. */
static gboolean
read_flags(Span document, guint *ident, guint *flags)
{
	Cursor begin = { document, FALSE };
	Cursor settings = cursor_at(document, FLAGS_OFFSET);

	*ident = cursor_u16(&begin);
	*flags = cursor_u16(&settings);
	return *ident == IDENT_WORD_97 || *ident == IDENT_WORD_6;
}

const char *
word_binary_table(Span document)
{
	guint ident, flags;

	if (!read_flags(document, &ident, &flags) || ident != IDENT_WORD_97)
		return NULL;
	return (flags & FLAG_TABLE_1) != 0 ? "1Table" : "0Table";
}

/* The second string of SttbfAssoc (2.9.269). */
void
word_binary_examine_template(Span document, Span table, Traits *traits)
{
	Cursor pointer = cursor_at(document, ASSOCIATIONS_OFFSET);
	Cursor strings = cursor_at(table, cursor_u32(&pointer));
	g_autofree char *path = NULL;

	if (cursor_u16(&strings) != 0xffff)
		return;
	cursor_take(&strings, 4);
	cursor_take(&strings, 2 * (guint64)cursor_u16(&strings));
	path = field_text(cursor_take(&strings,
	    2 * (guint64)cursor_u16(&strings)), 2);
	if (!pointer.has_failed && office_is_foreign(path))
		traits_add(traits, TRAIT_EXTERNAL_TEMPLATE,
		    "a template on a server");
}

/* --- the document --------------------------------------------------------- */

void
word_binary_examine(Span document, Traits *traits)
{
	guint ident, flags;

	if (!read_flags(document, &ident, &flags))
		return;
	if ((flags & FLAG_ENCRYPTED) != 0)
		traits->encryption = "an encrypted Word document";
	examine_fields(document, traits);
}
