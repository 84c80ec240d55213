/*
 * scanner/trait.c - what a document can do besides being read.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "scanner/trait.h"

static const char *const names[N_TRAITS] = {
	[TRAIT_MACROS] = "macros",
	[TRAIT_AUTO_MACROS] = "auto-macros",
	[TRAIT_EXTERNAL_TEMPLATE] = "external-template",
	[TRAIT_EXTERNAL_OBJECT] = "external-object",
	[TRAIT_DDE_AUTO] = "dde-auto",
	[TRAIT_DDE] = "dde",
	[TRAIT_EQUATION_OBJECT] = "equation-object",
	[TRAIT_EQUATION] = "equation",
	[TRAIT_RTF_OBJECT] = "rtf-object",
	[TRAIT_PDF_JAVASCRIPT] = "pdf-javascript",
	[TRAIT_PDF_LAUNCH] = "pdf-launch",
	[TRAIT_PDF_FILE] = "pdf-file",
	[TRAIT_ONENOTE_FILE] = "onenote-file",
	[TRAIT_HTML_SMUGGLING] = "html-smuggling",
	[TRAIT_HTML_FILE] = "html-file",
	[TRAIT_SVG_SCRIPT] = "svg-script",
	[TRAIT_POLYGLOT] = "polyglot",
	[TRAIT_EMBEDDED_PROGRAM] = "embedded-program",
};

const char *
trait_name(Trait trait)
{
	return names[trait];
}

static void
held_file_free(gpointer data)
{
	HeldFile *file = data;

	g_clear_pointer(&file->name, g_bytes_unref);
	g_bytes_unref(file->octets);
	g_free(file);
}

Traits *
traits_new(void)
{
	Traits *traits = g_new0(Traits, 1);

	traits->files = g_ptr_array_new_with_free_func(held_file_free);
	return traits;
}

void
traits_free(Traits *traits)
{
	if (traits == NULL)
		return;
	g_ptr_array_unref(traits->files);
	g_free(traits);
}

void
traits_add(Traits *traits, Trait trait, const char *detail)
{
	if (traits->details[trait] == NULL)
		traits->details[trait] = detail;
}

void
traits_add_file(Traits *traits, Span name, GBytes *octets)
{
	gsize len = g_bytes_get_size(octets);
	HeldFile *file;

	if (traits->files->len >= TRAITS_MAX_FILES ||
	    len > TRAITS_MAX_FILE_OCTETS - traits->file_octets) {
		traits->exceeds_limit = TRUE;
		g_bytes_unref(octets);
		return;
	}
	file = g_new0(HeldFile, 1);
	file->name = name.len > 0 ? g_bytes_new(name.octets, name.len) : NULL;
	file->octets = octets;
	traits->file_octets += len;
	g_ptr_array_add(traits->files, file);
}
