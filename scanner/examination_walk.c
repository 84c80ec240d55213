/*
 * scanner/examination_walk.c - the containers in an object, by libclamav.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/examiners.h"
#include "signatures/file_type.h"

static void
container_free(gpointer data)
{
	Container *container = data;

	g_clear_pointer(&container->octets, g_bytes_unref);
	g_clear_pointer(&container->held, g_ptr_array_unref);
	zip_survey_free(container->survey);
	g_free(container);
}

/* An archive in octets of no known type, which then begin with it. */
static void
enter_found_archive(Container *container, Span *octets)
{
	Span archive = container_find_archive(*octets);

	if (archive.len == 0)
		return;
	container->kind = container_found_kind();
	*octets = archive;
}

/* is_lasting: the octets outlive the scan, and are not copied. */
static Container *
enter_container(EngineScan *scan, PartRecord *part, Span octets, guint depth,
    gboolean is_lasting)
{
	Container *container = g_new0(Container, 1);

	container->part = part;
	container->kind = container_kind(part->detected_type, octets);
	/* Of the message itself, all is searched for them anyway. */
	if (container->kind == NULL && depth > 0)
		container->kind = container_coded_kind(part->detected_type,
		    octets);
	if (container->kind == NULL || container->kind->reader == READER_ZIP)
		container->survey = zip_survey_new(octets);
	if (container->survey != NULL && container->kind == NULL)
		container->kind = container_zip_kind();
	container->len = octets.len;
	if (container->kind == NULL && g_strcmp0(part->detected_type,
	    "application/octet-stream") == 0)
		enter_found_archive(container, &octets);
	if (container->kind != NULL && container->kind->reader > READER_CLAMAV &&
	    (is_lasting || container->survey == NULL ||
	    container->survey->has_encrypted ||
	    zip_survey_needs_reader(container->survey)))
		container->octets = is_lasting ?
		    g_bytes_new_static(octets.octets, octets.len) :
		    g_bytes_new(octets.octets, octets.len);
	container->depth = depth;
	g_ptr_array_add(scan->containers, container);
	g_ptr_array_add(scan->way, container);
	return container;
}

static Container *
innermost(const EngineScan *scan)
{
	return g_ptr_array_index(scan->way, scan->way->len - 1);
}

/*
 * Leaves the containers that the member is not in. libclamav visits outer
 * members before inner ones, but shows no layer for what it finds inside a file
 * "on the fly" (an archive behind a program): such members hang on the nearest
 * container of the size that libclamav names, else on the object itself.
 */
static Container *
enclosing_container(EngineScan *scan, guint depth, gsize parent_len)
{
	guint i = scan->way->len;

	while (i > 1) {
		const Container *container =
		    g_ptr_array_index(scan->way, i - 1);

		if (container->depth < depth && container->len == parent_len)
			break;
		i--;
	}
	g_ptr_array_set_size(scan->way, (gint)i);
	return innermost(scan);
}

/* --- names ----------------------------------------------------------------- */

/* The container is the innermost of the type that libclamav says: it does not
 * tell when it leaves one. */
static void
on_name(const char *container_type, const char *name, guint64 size,
    gboolean is_encrypted, gpointer data)
{
	EngineScan *scan = data;
	Container *container = g_ptr_array_index(scan->way, 0);
	gboolean is_placed = FALSE;
	Announced *announced;

	/* ISO 9660 lists each folder in itself (ECMA-119 6.8.2.2). */
	if (name == NULL || *name == '\0' || strcmp(name, ".") == 0)
		return;
	for (guint i = scan->way->len; i > 0; i--) {
		Container *candidate = g_ptr_array_index(scan->way, i - 1);

		if (g_strcmp0(candidate->engine_type, container_type) == 0) {
			container = candidate;
			container->is_named = TRUE;
			is_placed = TRUE;
			break;
		}
	}
	/* libclamav believes in two octets too. */
	if (g_strcmp0(container->part->detected_type,
	    FILE_TYPE_GUESSED_ARCHIVE) == 0)
		return;
	announced = announce(scan, container, name, size, is_encrypted);
	if (announced == NULL)
		return;
	/* Once is enough, whatever else has the same name. */
	announced->is_placed |= is_placed;
	announced->is_quoted = g_strcmp0(container_type, "CL_TYPE_MAIL") == 0 &&
	    container->part->detected_type != NULL &&
	    g_str_has_prefix(container->part->detected_type, "text/");
}

/* --- members --------------------------------------------------------------- */

/* Of a compressed file libclamav shows the first stream only, which may be an
 * archive that is cut: pbzip2 makes many of one file. */
static gboolean
is_left_to_reader(const Container *container)
{
	return container->octets != NULL && container->kind != NULL &&
	    container->kind->reader == READER_FILTER;
}

/*
 * After the members of an OOXML document libclamav looks for archives in its
 * octets. Those of its members are read; what it takes for one among them is
 * compressed, perhaps cut into blocks, and what is in it has been shown.
 * Of such a search it shows no layer: this is two levels below the document.
 */
static gboolean
is_piece_of_member(const EngineScan *scan, guint depth, gsize parent_len)
{
	for (guint i = scan->containers->len; i-- > 0;) {
		const Container *container =
		    g_ptr_array_index(scan->containers, i);

		if (container->depth + 2 == depth)
			return container->survey != NULL &&
			    parent_len < container->len &&
			    zip_survey_is_in_member(container->survey,
			        container->len - parent_len);
	}
	return FALSE;
}

static EngineVisit
on_member(const EngineMember *member, gpointer data)
{
	EngineScan *scan = data;
	Container *root = g_ptr_array_index(scan->containers, 0);
	guint depth = root->depth + member->depth;
	Span octets = { member->octets, member->len };
	g_autofree char *name = NULL;
	g_autoptr(GPtrArray) names = NULL;
	Container *container;
	const char *holder_type;
	PartRecord *part;
	gboolean is_new;

	if (member->depth == 0) {
		root->engine_type = g_intern_string(member->engine_type);
		examine_second_opinion(scan->walk->examination, root->part,
		    member->engine_type, scan->walk->reading);
	}
	if (member->depth == 0 || member->is_normalised)
		return ENGINE_VISIT_SCAN;
	container = enclosing_container(scan, depth, member->parent_len);
	if (is_left_to_reader(container))
		return ENGINE_VISIT_SKIP;
	holder_type = container->part->detected_type;
	name = take_announced(scan, member->name);
	if (container->len != member->parent_len &&
	    is_piece_of_member(scan, depth, member->parent_len))
		return ENGINE_VISIT_SKIP;
	names = member_names(name, container->part);
	part = examine_member(scan->walk, container, names, octets, depth,
	    &is_new);
	if (!is_new)
		return ENGINE_VISIT_SKIP;
	container = enter_container(scan, part, octets, depth, FALSE);
	container->engine_type = g_intern_string(member->engine_type);
	examine_second_opinion(scan->walk->examination, part,
	    member->engine_type, scan->walk->reading);
	container->held = examine_traits(scan->walk, part, octets,
	    holder_type);
	return ENGINE_VISIT_SCAN;
}

/* --- scans ----------------------------------------------------------------- */

static void
scan_octets(Walk *walk, PartRecord *part, Span octets, guint depth)
{
	static const EngineVisitor visitor = { on_name, on_member,
		scan_on_match };
	g_autoptr(GPtrArray) containers = g_ptr_array_new_with_free_func(
	    container_free);
	g_autoptr(GPtrArray) way = g_ptr_array_new();
	g_autoptr(GPtrArray) announced = g_ptr_array_new_with_free_func(
	    announced_free);
	EngineScan scan = { .walk = walk, .containers = containers,
		.way = way, .announced = announced };
	Container *root;
	const char *detail;

	root = enter_container(&scan, part, octets, depth, TRUE);
	root->held = examine_traits(walk, part, octets, NULL);
	switch (engine_scan(ruleset_engine(walk->examination->rules),
	    octets.octets, octets.len, ENGINE_WHOLE, &visitor, &scan,
	    &detail)) {
	case ENGINE_CLEAN:
	case ENGINE_MATCHED:
		part->coverage = COVERAGE_SCANNED;
		for (guint i = 0; i < containers->len; i++)
			finish_container(&scan,
			    g_ptr_array_index(containers, i));
		break;
	case ENGINE_UNFINISHED:
		part->coverage = COVERAGE_UNREADABLE;
		part->why = g_strdup(detail);
		record_add_finding(walk->examination->record, FINDING_ERROR,
		    "engine", VERDICT_DEFER, part->path,
		    part_first_name(part), walk->reading, "libclamav: %s",
		    detail);
		break;
	}
}

void
walk_part(Examination *examination, PartRecord *part, Span octets,
    const char *reading)
{
	Walk walk = { .examination = examination, .reading = reading,
		.root = part, .root_octets = octets.len };

	walk.deadline = g_get_monotonic_time() +
	    1000 * (gint64)examination->policy->max_container_ms;
	scan_octets(&walk, part, octets, 0);
}

void
walk_member(Walk *walk, PartRecord *part, Span octets, guint depth)
{
	scan_octets(walk, part, octets, depth);
}

static void
ignore_name(const char *container_type, const char *name, guint64 size,
    gboolean is_encrypted, gpointer data)
{
	(void)container_type;
	(void)name;
	(void)size;
	(void)is_encrypted;
	(void)data;
}

static EngineVisit
skip_member(const EngineMember *member, gpointer data)
{
	(void)data;
	return member->depth == 0 || member->is_normalised ?
	    ENGINE_VISIT_SCAN : ENGINE_VISIT_SKIP;
}

void
walk_loose(Examination *examination, Span octets, EngineScope scope,
    gboolean with_members, const char *path, const char *reading)
{
	const EngineVisitor visitor = { ignore_name,
		with_members ? on_member : skip_member, scan_on_match };
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autoptr(GPtrArray) containers = g_ptr_array_new_with_free_func(
	    container_free);
	g_autoptr(GPtrArray) way = g_ptr_array_new();
	g_autoptr(GPtrArray) announced = g_ptr_array_new_with_free_func(
	    announced_free);
	PartRecord part = { .path = (char *)path, .names = names };
	Walk walk = { .examination = examination, .reading = reading,
		.root = &part, .root_octets = octets.len };
	EngineScan scan = { .walk = &walk, .containers = containers,
		.way = way, .announced = announced };
	const char *detail;

	walk.deadline = g_get_monotonic_time() +
	    1000 * (gint64)examination->policy->max_container_ms;
	enter_container(&scan, &part, octets, 0, TRUE);
	if (engine_scan(ruleset_engine(examination->rules), octets.octets,
	    octets.len, scope, &visitor, &scan, &detail) == ENGINE_UNFINISHED)
		record_add_finding(examination->record, FINDING_ERROR,
		    "engine", VERDICT_DEFER, path, NULL, reading,
		    "libclamav: %s", detail);
	for (guint i = 1; i < containers->len; i++)
		finish_container(&scan, g_ptr_array_index(containers, i));
}
