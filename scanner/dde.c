/*
 * scanner/dde.c - data from another program, which may be any program: DDE.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/dde.h"
#include "scanner/octet_search.h"

static gboolean
has_one_of(Span octets, const char *const *words)
{
	g_autofree char *lower = octets_lower(octets);

	for (; *words != NULL; words++)
		if (octets_find((Span){ (const guint8 *)lower, octets.len },
		    *words) != NULL)
			return TRUE;
	return FALSE;
}

void
dde_add_link(Span service, Span topic, Traits *traits)
{
	/* The last one because its topic may be a path out of its folder. */
	static const char *const programs[] = { "cmd", "powershell", "pwsh",
		"mshta", "wscript", "cscript", "rundll32", "regsvr32",
		"msiexec", "certutil", "bitsadmin", "forfiles", "explorer",
		"wmic", "msexcel", NULL };
	/* Programs, and paths out of any folder. */
	static const char *const topics[] = { ".exe", "powershell", "mshta",
		"..\\..", "../..", NULL };

	traits_add(traits, TRAIT_DDE, "data from another program");
	if (has_one_of(service, programs) || has_one_of(topic, topics))
		traits_add(traits, TRAIT_DDE_AUTO, "starts a program by DDE");
}

/* A program of an office alone, or an object of it: "excel.sheet.8". */
static gboolean
begins_with_office(const char *text)
{
	static const char *const programs[] = { "excel", "word", "winword",
		"powerpoint", "powerpnt", "msaccess", "soffice" };

	text += strspn(text, " \t\"");
	for (gsize i = 0; i < G_N_ELEMENTS(programs); i++) {
		const char *end = text + strlen(programs[i]);

		if (!g_str_has_prefix(text, programs[i]))
			continue;
		if (*end == '.')
			end += strspn(end,
			    ".0123456789abcdefghijklmnopqrstuvwxyz");
		if (*end == '\0' || strchr(" \t\"", *end) != NULL)
			return TRUE;
	}
	return FALSE;
}

static gboolean
is_first_word(const char *fields, const char *at)
{
	while (at > fields && at[-1] != DDE_FIELD_BEGIN &&
	    !g_ascii_isalnum(at[-1]))
		at--;
	return at == fields || at[-1] == DDE_FIELD_BEGIN;
}

void
dde_examine_fields(Span fields, Traits *traits)
{
	g_autofree char *lower = octets_lower(fields);
	Span rest = { (const guint8 *)lower, fields.len };
	const guint8 *found;

	while ((found = octets_find(rest, "dde")) != NULL) {
		const char *at = (const char *)found + strlen("dde");

		rest = octets_behind(rest, (const guint8 *)at);
		if (!is_first_word(lower, (const char *)found))
			continue;
		if (g_str_has_prefix(at, "auto"))
			traits_add(traits, TRAIT_DDE_AUTO,
			    "a field DDEAUTO, which starts a program");
		else if (begins_with_office(at))
			traits_add(traits, TRAIT_DDE,
			    "a field DDE, with data of an office program");
		else if (!g_ascii_isalnum(*at))
			traits_add(traits, TRAIT_DDE_AUTO,
			    "a field DDE, which starts a program");
	}
}
