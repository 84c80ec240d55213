/*
 * scanner/table_text.c - what tables that are text can do: SYLK, DIF, CSV.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/dde.h"
#include "scanner/octet_search.h"
#include "scanner/table_text.h"

/* In lower case, and without the NULs of UTF-16. Caller frees. */
static char *
plain_text(Span octets)
{
	char *text = octets_lower(octets);
	gsize n = 0;

	for (gsize i = 0; i < octets.len; i++)
		if (text[i] != '\0')
			text[n++] = text[i];
	text[n] = '\0';
	return text;
}

/* --- formulas --------------------------------------------------------------------- */

/* Where a formula may begin: with a sign, behind such a character and blanks;
 * and whether it goes to the same character, or to the end of the line. */
typedef struct {
	const char *signs;
	const char *before;
	gboolean is_enclosed;
} Place;

/* A value of a table; and an attribute of Excel's XML or HTML. */
static const Place in_values = { "=+-@", ",;\t\r\n\"'>", FALSE };
static const Place in_attributes = { "=", "\"'", TRUE };

/* The name that ends in front of the bar, whatever quotes it has. */
static Span
service_before(const char *text, const char *bar)
{
	const char *end = bar, *begin;

	while (end > text && (end[-1] == '\'' || end[-1] == '"'))
		end--;
	begin = end;
	while (begin > text && (g_ascii_isalnum(begin[-1]) ||
	    strchr("_.-:\\/%", begin[-1]) != NULL))
		begin--;
	return (Span){ (const guint8 *)begin, (gsize)(end - begin) };
}

/* What is between the bar and the next one, or the end. */
static Span
topic_behind(const char *bar, const char *end)
{
	const char *next = memchr(bar + 1, '|', (gsize)(end - bar - 1));

	return (Span){ (const guint8 *)bar + 1,
		(gsize)((next != NULL ? next : end) - bar - 1) };
}

/* Each bar behind a name is a link by DDE, where an exclamation mark follows:
 * Excel has no other use for a bar. */
static void
examine_links(const char *formula, const char *end, Traits *traits)
{
	for (const char *bar = formula; bar < end; bar++) {
		Span service = { NULL, 0 };

		if (*bar == '|')
			service = service_before(formula, bar);
		if (service.len > 0)
			dde_add_link(service, topic_behind(bar, end), traits);
	}
}

/* A quoted value of a table may have line ends in it. */
static void
examine_formulas(const char *text, Place place, Traits *traits)
{
	const char *formula = NULL;
	gboolean is_quoted = FALSE;
	char before = '\n', end = '\0';

	for (const char *at = text; *at != '\0'; at++) {
		is_quoted ^= *at == '"';
		if (*at == end || (!place.is_enclosed && !is_quoted &&
		    (*at == '\r' || *at == '\n'))) {
			formula = NULL;
			end = '\0';
		} else if (formula == NULL &&
		    strchr(place.signs, *at) != NULL &&
		    strchr(place.before, before) != NULL) {
			formula = at;
			end = place.is_enclosed ? before : '\0';
		} else if (*at == '!' && formula != NULL) {
			examine_links(formula, at, traits);
			formula = at;
		}
		if (*at != ' ')
			before = *at;
	}
}

/* --- SYLK --------------------------------------------------------------------------- */

/* Functions of macros that start programs or run other code. */
static gboolean
calls_program(const char *expression)
{
	static const char *const functions[] = { "exec(", "call(", "register(",
		"register.id(", "run(" };

	for (gsize i = 0; i < G_N_ELEMENTS(functions); i++) {
		const char *at = expression;

		while ((at = strstr(at, functions[i])) != NULL) {
			if (at == expression || (!g_ascii_isalnum(at[-1]) &&
			    at[-1] != '_' && at[-1] != '.'))
				return TRUE;
			at++;
		}
	}
	return FALSE;
}

static void
examine_expression(const char *expression, Traits *traits)
{
	g_autofree char *formula = g_strconcat("=", expression, NULL);

	if (calls_program(expression)) {
		traits_add(traits, TRAIT_MACROS, "Excel 4 macros");
		traits_add(traits, TRAIT_AUTO_MACROS,
		    "Excel 4 macros that start programs");
	}
	examine_formulas(formula, in_values, traits);
}

/* One field of a record, by the letter it begins with. */
static void
examine_field(const char *record, const char *field, Traits *traits)
{
	if (strcmp(record, "o") == 0) {
		/* Options of the sheet: executable. */
		if (*field == 'e')
			traits_add(traits, TRAIT_MACROS, "Excel 4 macros");
	} else if (*field == 'e') {
		examine_expression(field + 1, traits);
	} else if (strcmp(record, "nn") == 0 && *field == 'n' &&
	    strstr(field, "auto_") != NULL) {
		traits_add(traits, TRAIT_MACROS, "Excel 4 macros");
		traits_add(traits, TRAIT_AUTO_MACROS,
		    "Excel 4 macros that run when it is opened");
	}
}

/* An octet may be written as ESC and two others, each with half of it. */
static gboolean
is_escaped(const char *at)
{
	return at[0] == '\x1b' && at[1] >= ' ' && at[1] < '0' &&
	    at[2] >= '0' && at[2] < '@';
}

/* Appends the field at the beginning of at to field, as it is meant; returns
 * where the next one begins, or the line ends. */
static const char *
take_field(const char *at, GString *field)
{
	g_string_truncate(field, 0);
	for (; *at != '\0' && *at != '\r' && *at != '\n'; at++) {
		char c = *at;

		if (is_escaped(at)) {
			c = (char)((at[1] - ' ') << 4 | (at[2] - '0'));
			at += 2;
		} else if (c == ';' && at[1] == ';') {
			at++;
		} else if (c == ';') {
			return at + 1;
		}
		g_string_append_c(field, g_ascii_tolower(c));
	}
	return at;
}

static void
examine_sylk(const char *text, Traits *traits)
{
	g_autoptr(GString) record = g_string_new(NULL);
	g_autoptr(GString) field = g_string_new(NULL);

	while (*text != '\0') {
		text += strspn(text, "\r\n \t");
		text = take_field(text, record);
		g_strchomp(record->str);
		while (*text != '\0' && *text != '\r' && *text != '\n') {
			text = take_field(text, field);
			examine_field(record->str, field->str, traits);
		}
	}
}

/* --- the table --------------------------------------------------------------------- */

static gboolean
begins(Span octets, const char *mark)
{
	return octets.len >= strlen(mark) &&
	    memcmp(octets.octets, mark, strlen(mark)) == 0;
}

/* XML or HTML of Excel, whose formulas are attributes. */
static gboolean
has_excel_formulas(Span octets)
{
	static const char office[] = "urn:schemas-microsoft-com:office:";
	const guint8 *at;

	while ((at = octets_find(octets, office)) != NULL) {
		octets = octets_behind(octets, at + strlen(office));
		if (begins(octets, "spreadsheet") || begins(octets, "excel"))
			return TRUE;
	}
	return FALSE;
}

void
table_text_examine(Span octets, gboolean is_table, Traits *traits)
{
	gboolean is_sylk = begins(octets, "ID;");
	gboolean has_values = is_table || begins(octets, "TABLE\r") ||
	    begins(octets, "TABLE\n");
	g_autofree char *text = NULL;

	if (!is_sylk && !has_values && !has_excel_formulas(octets))
		return;
	text = plain_text(octets);
	if (is_sylk)
		examine_sylk(text, traits);
	if (!is_sylk || has_values)
		examine_formulas(text, has_values ? in_values : in_attributes,
		    traits);
}
