/*
 * scanner/vba.c - the source of VBA macros, and which of them run by themselves.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/octet_search.h"
#include "scanner/vba.h"

#define CHUNK_OCTETS 4096

/* --- compressed source ([MS-OVBA] 2.4.1) --------------------------------------- */

/* One copy token: its distance takes the more bits the further the chunk is. */
static gboolean
copy(GByteArray *source, gsize chunk_begin, guint token)
{
	gsize done = source->len - chunk_begin;
	guint bits = 4;
	gsize distance, len;

	while (bits < 12 && (gsize)1 << bits < done)
		bits++;
	distance = (token >> (16 - bits)) + 1;
	len = (token & (0xffffu >> bits)) + 3;
	if (distance > done)
		return FALSE;
	g_byte_array_set_size(source, source->len + (guint)len);
	for (guint8 *at = source->data + source->len - len; len > 0; len--) {
		*at = *(at - distance);
		at++;
	}
	return TRUE;
}

static gboolean
expand_chunk(GByteArray *source, Cursor chunk)
{
	gsize begin = source->len;

	while (chunk.rest.len > 0 && source->len - begin < 2 * CHUNK_OCTETS) {
		guint flags = (guint)cursor_little_endian(&chunk, 1);

		for (guint bit = 0; bit < 8 && chunk.rest.len > 0; bit++) {
			guint8 octet;

			if (source->len - begin > CHUNK_OCTETS)
				return FALSE;
			if ((flags & 1u << bit) != 0) {
				if (!copy(source, begin, cursor_u16(&chunk)))
					return FALSE;
				continue;
			}
			octet = (guint8)cursor_little_endian(&chunk, 1);
			g_byte_array_append(source, &octet, 1);
		}
	}
	return TRUE;
}

static void
expand(Cursor container, gsize max_octets, GByteArray *source)
{
	cursor_take(&container, 1);
	while (container.rest.len > 2 && source->len <= max_octets) {
		guint header = cursor_u16(&container);
		gsize len = (header & 0xfff) + 1;
		Span chunk = cursor_take(&container,
		    MIN(len, container.rest.len));

		/* Bits 12 to 14 are a signature, bit 15 says it is compressed. */
		if ((header & 0x7000) != 0x3000)
			break;
		if ((header & 0x8000) == 0)
			g_byte_array_append(source, chunk.octets,
			    (guint)chunk.len);
		else if (!expand_chunk(source, (Cursor){ chunk, FALSE }))
			break;
	}
}

GBytes *
vba_source(Span stream, gsize max_octets)
{
	/* Every source begins with "Attribute VB_Name": eight octets that
	 * nothing could be copied for, behind their flags. */
	static const char begin[] = "\0Attribut";
	g_autoptr(GByteArray) source = g_byte_array_new();
	Span rest = stream;
	const guint8 *at;

	while (source->len <= max_octets && (at = memmem(rest.octets, rest.len,
	    begin, sizeof(begin) - 1)) != NULL) {
		if (at - stream.octets >= 3 && at[-3] == 1)
			expand(cursor_at(stream,
			    (guint64)(at - 3 - stream.octets)), max_octets,
			    source);
		rest = octets_behind(stream, at + 1);
	}
	return source->len > 0 ?
	    g_byte_array_free_to_bytes(g_steal_pointer(&source)) : NULL;
}

/* --- names ------------------------------------------------------------------------ */

static const char *const auto_names[] = {
	"AutoExec", "AutoOpen", "AutoNew", "AutoClose", "AutoExit",
	"Auto_Open", "Auto_Close", "Auto_Activate", "Auto_Deactivate",
	"Auto_Exec", "Auto_New", "Auto_Exit",
	"Document_Open", "Document_New", "Document_Close", "DocumentOpen",
	"DocumentNew", "DocumentBeforeClose", "Document_BeforeClose",
	"Document_ContentControlOnEnter", "NewDocument", "App_DocumentOpen",
	"Workbook_Open", "Workbook_Activate", "Workbook_BeforeClose",
	"Workbook_Close", "Workbook_Deactivate", "WorkbookOpen",
	"Worksheet_Activate", "Worksheet_Calculate", "App_WorkbookOpen",
	"Presentation_Open", "App_PresentationOpen", "OnSlideShowPageChange",
	"OnSlideShowTerminate",
};

/* Events of controls that happen without the reader. */
static const char *const auto_events[] = {
	"_GotFocus", "_Layout", "_Painted", "_Painting", "_Resize",
	"_MouseEnter", "_MouseHover", "_OnConnecting", "_DocumentComplete",
	"_DownloadBegin", "_BeforeNavigate2", "_StatusTextChange",
};

static gboolean
is_name_octet(guint8 c)
{
	return g_ascii_isalnum(c) || c == '_' || c >= 0x80;
}

static const char *
find_name(Span name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(auto_names); i++)
		if (name.len == strlen(auto_names[i]) && g_ascii_strncasecmp(
		    (const char *)name.octets, auto_names[i], name.len) == 0)
			return auto_names[i];
	for (gsize i = 0; i < G_N_ELEMENTS(auto_events); i++) {
		gsize len = strlen(auto_events[i]);

		if (name.len > len && g_ascii_strncasecmp(
		    (const char *)name.octets + name.len - len, auto_events[i],
		    len) == 0)
			return auto_events[i];
	}
	return NULL;
}

/* The blanks at the beginning; "_" with the line end behind it is one. */
static gsize
count_blanks(Span octets)
{
	gsize end = octets_skip(octets, 0, " \t");

	while (end < octets.len && octets.octets[end] == '_' &&
	    (end + 1 == octets.len || !is_name_octet(octets.octets[end + 1])))
		end = octets_skip(octets, end + 1, " \t\r\n");
	return end;
}

/* Takes a word with the blanks before it. */
static Span
take_word(Span *rest)
{
	Cursor cursor = { *rest, FALSE };
	Span word;
	gsize len = 0;

	cursor_take(&cursor, count_blanks(*rest));
	while (len < cursor.rest.len && is_name_octet(cursor.rest.octets[len]))
		len++;
	word = cursor_take(&cursor, len);
	*rest = cursor.rest;
	return word;
}

static gboolean
is_word(Span word, const char *want)
{
	return word.len == strlen(want) && g_ascii_strncasecmp(
	    (const char *)word.octets, want, word.len) == 0;
}

/* The name of the procedure that a statement declares. Takes what was read. */
static Span
take_declaration(Span *rest)
{
	Span word = take_word(rest);

	while (is_word(word, "public") || is_word(word, "private") ||
	    is_word(word, "static") || is_word(word, "friend"))
		word = take_word(rest);
	return is_word(word, "sub") || is_word(word, "function") ?
	    take_word(rest) : (Span){ rest->octets, 0 };
}

const char *
vba_auto_procedure(Span source)
{
	Span rest = source;

	while (rest.len > 0) {
		const char *name = find_name(take_declaration(&rest));

		if (name != NULL)
			return name;
		/* To the next statement: a line, or behind a colon. */
		while (rest.len > 0 && strchr("\n\r:", *rest.octets) == NULL)
			rest = octets_behind(rest, rest.octets + 1);
		if (rest.len > 0)
			rest = octets_behind(rest, rest.octets + 1);
	}
	return NULL;
}

const char *
vba_auto_name(Span project)
{
	g_autofree char *text = octets_lower(project);
	Span lower = { (const guint8 *)text, project.len };

	/* Names stand among octets that may look like letters. */
	for (gsize i = 0; i < G_N_ELEMENTS(auto_names); i++) {
		g_autofree char *name = g_ascii_strdown(auto_names[i], -1);

		if (octets_find(lower, name) != NULL)
			return auto_names[i];
	}
	return NULL;
}
