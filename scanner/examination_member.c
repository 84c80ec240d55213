/*
 * scanner/examination_member.c - one member of a container, and their limits.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/digest.h"
#include "scanner/examiners.h"

/* Whatever is smaller may expand as if it had so many octets: a blank page of
 * some kilobytes is honest mail. */
#define SMALL_CONTAINER_OCTETS (64u << 10)

/* --- names ----------------------------------------------------------------- */

/* The name a compressed file's only member has: invoice.exe.gz holds
 * invoice.exe, backup.tgz holds backup.tar. Caller frees; NULL: none. */
static char *
derived_name(const PartRecord *container)
{
	static const struct {
		const char *suffix;
		const char *instead;
	} suffixes[] = { { ".gz", "" }, { ".bz2", "" }, { ".xz", "" },
		{ ".z", "" }, { ".zst", "" }, { ".lzma", "" },
		{ ".lz", "" }, { ".lz4", "" }, { ".zstd", "" },
		{ ".p7m", "" }, { ".p7s", "" }, { ".p7z", "" },
		{ ".tgz", ".tar" }, { ".tbz", ".tar" }, { ".tbz2", ".tar" },
		{ ".txz", ".tar" }, { ".tzst", ".tar" }, { ".tlz", ".tar" },
		{ ".taz", ".tar" } };
	const char *name = part_first_name(container);

	for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(suffixes); i++) {
		gsize stem = strlen(name);
		gsize suffix = strlen(suffixes[i].suffix);

		if (stem > suffix && g_ascii_strcasecmp(name + stem - suffix,
		    suffixes[i].suffix) == 0)
			return g_strdup_printf("%.*s%s", (int)(stem - suffix),
			    name, suffixes[i].instead);
	}
	return NULL;
}

GPtrArray *
member_names(const char *name, const PartRecord *container)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)filename_free);
	g_autofree char *derived = name == NULL ? derived_name(container) :
	    NULL;

	if (name == NULL)
		name = derived;
	if (name != NULL && *name != '\0')
		g_ptr_array_add(names, filename_new(name, strlen(name),
		    FILENAME_MEMBER));
	return names;
}

/* --- limits ---------------------------------------------------------------- */

static gboolean
check_limit(Walk *walk, const char *rule, guint64 value, guint64 limit)
{
	if (value <= limit)
		return TRUE;
	walk->is_over = TRUE;
	record_add_finding(walk->examination->record, FINDING_LIMIT, rule,
	    VERDICT_ILLEGAL, walk->root->path, NULL, walk->reading,
	    "more than %" G_GUINT64_FORMAT, limit);
	return FALSE;
}

static guint64
expansion_limit(const Walk *walk)
{
	return walk->examination->policy->max_expansion_ratio *
	    MAX(walk->root_octets, SMALL_CONTAINER_OCTETS);
}

gboolean
walk_has_room(Walk *walk, guint64 octets)
{
	const ScanPolicy *policy = walk->examination->policy;
	guint64 all = walk->expanded_octets + octets;

	if (g_get_monotonic_time() > walk->deadline) {
		walk->is_over = TRUE;
		record_add_finding(walk->examination->record, FINDING_ERROR,
		    "max-container-time", VERDICT_DEFER, walk->root->path,
		    NULL, walk->reading, "more than %g seconds",
		    policy->max_container_ms / 1000.0);
		return FALSE;
	}
	if (!check_limit(walk, "max-expanded-octets", all,
	    policy->max_expanded_octets))
		return FALSE;
	if (all <= expansion_limit(walk))
		return TRUE;
	return check_limit(walk, "max-expansion-ratio",
	    all / MAX(walk->root_octets, SMALL_CONTAINER_OCTETS) + 1,
	    policy->max_expansion_ratio);
}

guint64
walk_room(const Walk *walk)
{
	guint64 limit = MIN(walk->examination->policy->max_expanded_octets,
	    expansion_limit(walk));

	return limit - MIN(walk->expanded_octets, limit);
}

/* --- one member ------------------------------------------------------------ */

PartRecord *
add_member(Walk *walk, Container *container)
{
	g_autofree char *path = g_strdup_printf("%s>%u",
	    container->part->path, ++container->children);
	PartRecord *part = record_add_part(walk->examination->record, path,
	    container->part->path);

	add_unique(part->readings, walk->reading);
	return part;
}

static gboolean
is_inside(const char *path, const char *outer)
{
	gsize len = strlen(outer);

	return strncmp(path, outer, len) == 0 && path[len] == '>';
}

/* Whether the part was made in this walk: its object, or one of the members.
 * Other readings of a body have other parts of the same path, before these. */
static gboolean
is_of_walk(const Walk *walk, const PartRecord *part)
{
	const GPtrArray *parts = walk->examination->record->parts;

	for (guint i = parts->len; i-- > 0;) {
		if (g_ptr_array_index(parts, i) == part)
			return TRUE;
		if (g_ptr_array_index(parts, i) == walk->root)
			return FALSE;
	}
	return FALSE;
}

/* Equal octets were scanned before; where they hold themselves, there is no end
 * to it. */
static void
take_over_twin(Walk *walk, PartRecord *part, const PartRecord *twin)
{
	if (is_inside(part->path, twin->path) && is_of_walk(walk, twin)) {
		walk->is_over = TRUE;
		record_add_finding(walk->examination->record, FINDING_LIMIT,
		    "endless-container", VERDICT_ILLEGAL, part->path,
		    part_first_name(part), walk->reading,
		    "holds itself, without end");
		return;
	}
	part->coverage = twin->coverage;
	part->is_encrypted = twin->is_encrypted;
	g_free(part->why);
	part->why = g_strdup(twin->why);
}

PartRecord *
examine_member(Walk *walk, Container *container, const GPtrArray *names,
    Span octets, guint depth, gboolean *is_new)
{
	Examination *examination = walk->examination;
	const ScanPolicy *policy = examination->policy;
	PartRecord *part, *twin;

	*is_new = FALSE;
	if (walk->is_over || !check_limit(walk, "max-members",
	    ++walk->members, policy->max_members) ||
	    !walk_has_room(walk, octets.len) ||
	    !check_limit(walk, "max-container-depth", depth,
	        policy->max_container_depth))
		return NULL;
	walk->expanded_octets += octets.len;
	part = add_member(walk, container);
	part->size = octets.len;
	part->sha256 = digest_sha256(octets.octets, octets.len);
	part->coverage = COVERAGE_SCANNED;
	examination_names(examination, part, names, walk->reading);
	if (octets.len > policy->max_part_octets) {
		part->coverage = COVERAGE_UNREADABLE;
		add_size_finding(examination, part, walk->reading);
		return part;
	}
	twin = g_hash_table_lookup(examination->scanned, part->sha256);
	if (twin != NULL) {
		part->detected_type = g_strdup(twin->detected_type);
		take_over_twin(walk, part, twin);
	}
	examine_type(examination, part, octets, names, walk->reading);
	if (twin == NULL)
		g_hash_table_insert(examination->scanned, part->sha256, part);
	*is_new = twin == NULL;
	return part;
}
