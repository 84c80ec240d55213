/*
 * scanner/examination_traits.c - what a document can do, and the files in it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/document.h"
#include "scanner/examiners.h"
#include "scanner/table_text.h"

/* Whether programs for tables open it for its name or its declared type. */
static gboolean
is_table(const PartRecord *part)
{
	static const char *const extensions[] = { "csv", "tsv", "tab", "xls",
		"xlt", NULL };
	static const char *const types[] = { "text/csv", "application/csv",
		"text/x-csv", "text/comma-separated-values",
		"text/tab-separated-values", "application/vnd.ms-excel", NULL };

	if (part->content_type != NULL &&
	    g_strv_contains(types, part->content_type))
		return TRUE;
	for (guint i = 0; i < part->names->len; i++) {
		const char *display = g_ptr_array_index(part->names, i);
		g_autoptr(Filename) name = filename_new(display,
		    strlen(display), FILENAME_MEMBER);

		for (guint j = 0; j < name->extensions->len; j++)
			if (g_strv_contains(extensions,
			    g_ptr_array_index(name->extensions, j)))
				return TRUE;
	}
	return FALSE;
}

static gboolean
is_text(const PartRecord *part)
{
	static const char *const types[] = { "application/octet-stream",
		"application/x-sylk", "application/x-dif", NULL };

	return g_str_has_prefix(part->detected_type, "text/") ||
	    g_strv_contains(types, part->detected_type);
}

/* The part that the member is in; NULL: it is no member. */
static PartRecord *
holder_of(const Examination *examination, const PartRecord *part)
{
	const GPtrArray *parts = examination->record->parts;

	for (guint i = part_is_member(part) ? parts->len : 0; i-- > 0;) {
		PartRecord *holder = g_ptr_array_index(parts, i);

		if (g_strcmp0(holder->path, part->parent) == 0)
			return holder;
	}
	return NULL;
}

static void
examine_encryption(Walk *walk, PartRecord *part, const Traits *traits)
{
	PartRecord *holder = traits->holder_encryption != NULL ?
	    holder_of(walk->examination, part) : NULL;

	if (traits->encryption != NULL)
		add_encrypted_document(walk->examination, part, walk->reading,
		    traits->encryption);
	if (holder != NULL)
		add_encrypted_document(walk->examination, holder,
		    walk->reading, traits->holder_encryption);
}

GPtrArray *
examine_traits(Walk *walk, PartRecord *part, Span octets,
    const char *holder_type)
{
	Examination *examination = walk->examination;
	g_autoptr(Traits) traits = traits_new();

	if (part->detected_type == NULL)
		return NULL;
	document_examine(octets, part->detected_type, holder_type, traits);
	if (is_text(part))
		table_text_examine(octets, is_table(part), traits);
	for (guint trait = 0; trait < N_TRAITS; trait++)
		if (traits->details[trait] != NULL)
			record_add_finding(examination->record, FINDING_TYPE,
			    trait_name((Trait)trait),
			    verdict_of(examination->policy->traits[trait]),
			    part->path, part_first_name(part), walk->reading,
			    "%s", traits->details[trait]);
	examine_encryption(walk, part, traits);
	if (traits->exceeds_limit)
		record_add_finding(examination->record, FINDING_LIMIT,
		    "document-limit", VERDICT_ILLEGAL, part->path,
		    part_first_name(part), walk->reading,
		    "holds more than can be looked at");
	return traits->files->len > 0 ? g_ptr_array_ref(traits->files) : NULL;
}

static void
examine_held_file(EngineScan *scan, Container *container,
    const HeldFile *file)
{
	Walk *walk = scan->walk;
	g_autoptr(GPtrArray) names = member_names("", NULL);
	PartRecord *part;
	gboolean is_new;
	Span octets;

	if (file->name != NULL)
		g_ptr_array_add(names, filename_new(
		    g_bytes_get_data(file->name, NULL),
		    g_bytes_get_size(file->name), FILENAME_MEMBER));
	octets = span_of_bytes(file->octets);
	part = examine_member(walk, container, names, octets,
	    container->depth + 1, &is_new);
	if (is_new)
		walk_member(walk, part, octets, container->depth + 1);
}

void
examine_held_files(EngineScan *scan, Container *container)
{
	for (guint i = 0; container->held != NULL && i < container->held->len &&
	     !scan->walk->is_over; i++)
		examine_held_file(scan, container,
		    g_ptr_array_index(container->held, i));
}
