/*
 * scanner/examination_walk.c - the members of the containers in a part.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/digest.h"
#include "scanner/examiners.h"

/* libclamav does not visit smaller members; nothing that harms fits in. */
#define MIN_VISITED_OCTETS 6

/* A part, or a member that contains members, while libclamav is in it. */
struct layer {
	PartRecord *part;
	gsize len;
	guint depth;
	guint children;
};

/* A member's name that libclamav has told, before its content. */
struct announced {
	char *name;
	char *container;        /* path of the layer it was told in */
	guint64 size;
	gboolean is_encrypted;
};

static void
announced_free(gpointer data)
{
	struct announced *announced = data;

	g_free(announced->name);
	g_free(announced->container);
	g_free(announced);
}

PartRecord *
walk_root(const Walk *walk)
{
	return g_array_index(walk->layers, struct layer, 0).part;
}

static struct layer *
top_layer(Walk *walk)
{
	return &g_array_index(walk->layers, struct layer,
	    walk->layers->len - 1);
}

/*
 * Leaves the layers that the member is not in. libclamav visits outer members
 * before inner ones, but shows no layer for what it finds inside a file "on
 * the fly" (an archive behind a program): such members hang on the nearest
 * layer of the size that libclamav names, else on the part itself.
 */
static struct layer *
enclosing_layer(Walk *walk, const EngineMember *member)
{
	guint i = walk->layers->len;

	while (i > 1) {
		struct layer *layer =
		    &g_array_index(walk->layers, struct layer, i - 1);

		if (layer->depth < member->depth &&
		    layer->len == member->parent_len)
			break;
		i--;
	}
	g_array_set_size(walk->layers, i);
	return top_layer(walk);
}

static PartRecord *
add_member(Walk *walk, struct layer *layer)
{
	g_autofree char *path = g_strdup_printf("%s>%u", layer->part->path,
	    ++layer->children);

	return record_add_part(walk->examination->record, path,
	    layer->part->path);
}

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
		{ ".tgz", ".tar" }, { ".tbz", ".tar" }, { ".txz", ".tar" } };
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

/* Finds and forgets the announcement of a visited member, whose name may
 * come without its folders; returns its full name. Caller frees. */
static char *
take_announced(Walk *walk, const EngineMember *member)
{
	char *name = NULL;

	for (guint i = 0; member->name != NULL && i < walk->announced->len;) {
		struct announced *announced =
		    g_ptr_array_index(walk->announced, i);
		const char *base = strrchr(announced->name, '/');

		if (strcmp(announced->name, member->name) != 0 &&
		    (base == NULL || strcmp(base + 1, member->name) != 0)) {
			i++;
			continue;
		}
		g_free(name);
		name = g_steal_pointer(&announced->name);
		g_ptr_array_remove_index(walk->announced, i);
	}
	return name != NULL ? name : g_strdup(member->name);
}

static GPtrArray *
member_names(const char *name)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)filename_free);

	if (name != NULL && *name != '\0')
		g_ptr_array_add(names, filename_new(name, strlen(name),
		    FILENAME_MEMBER));
	return names;
}

/* A limit on what a container may hold; FALSE when it is exceeded. */
static gboolean
check_member_limit(Walk *walk, const char *rule,
    guint64 value, guint64 limit)
{
	if (value <= limit)
		return TRUE;
	record_add_finding(walk->examination->record, FINDING_LIMIT, rule,
	    VERDICT_ILLEGAL, walk_root(walk)->path, NULL, walk->reading,
	    "more than %" G_GUINT64_FORMAT, limit);
	return FALSE;
}

static EngineVisit
on_member(const EngineMember *member, gpointer data)
{
	Walk *walk = data;
	Examination *examination = walk->examination;
	const ScanPolicy *policy = examination->policy;
	Span octets = { member->octets, member->len };
	g_autofree char *name = NULL;
	g_autoptr(GPtrArray) names = NULL;
	struct layer *layer, inner = { 0 };
	PartRecord *part, *twin;

	if (member->is_normalised)
		return ENGINE_VISIT_SCAN;
	walk->expanded_octets += member->len;
	if (!check_member_limit(walk, "max-members", ++walk->members,
	    policy->max_members) ||
	    !check_member_limit(walk, "max-expanded-octets",
	        walk->expanded_octets, policy->max_expanded_octets) ||
	    !check_member_limit(walk, "max-container-depth", member->depth,
	        policy->max_container_depth))
		return ENGINE_VISIT_SKIP;
	layer = enclosing_layer(walk, member);
	name = take_announced(walk, member);
	if (name == NULL)
		name = derived_name(layer->part);
	names = member_names(name);
	part = add_member(walk, layer);
	part->size = member->len;
	part->sha256 = digest_sha256(octets.octets, octets.len);
	add_unique(part->readings, walk->reading);
	part->coverage = COVERAGE_SCANNED;
	examination_names(examination, part, names, walk->reading);
	if (member->len > policy->max_part_octets) {
		part->coverage = COVERAGE_UNREADABLE;
		add_size_finding(examination, part, walk->reading);
		return ENGINE_VISIT_SKIP;
	}
	twin = g_hash_table_lookup(examination->scanned, part->sha256);
	if (twin != NULL)
		part->detected_type = g_strdup(twin->detected_type);
	examine_type(examination, part, octets, names, walk->reading);
	if (twin != NULL)
		return ENGINE_VISIT_SKIP;
	g_hash_table_insert(examination->scanned, part->sha256, part);
	inner.part = part;
	inner.len = member->len;
	inner.depth = member->depth;
	g_array_append_val(walk->layers, inner);
	return ENGINE_VISIT_SCAN;
}

static void
on_name(const char *container_type, const char *name, guint64 size,
    gboolean is_encrypted, gpointer data)
{
	Walk *walk = data;
	struct announced *announced;

	(void)container_type;
	if (name == NULL || *name == '\0' ||
	    walk->announced->len > walk->examination->policy->max_members)
		return;
	/* ZIP members are told twice, from both of their headers. */
	for (guint i = 0; i < walk->announced->len; i++) {
		announced = g_ptr_array_index(walk->announced, i);
		if (strcmp(announced->name, name) == 0) {
			announced->is_encrypted |= is_encrypted;
			return;
		}
	}
	announced = g_new0(struct announced, 1);
	announced->name = g_strdup(name);
	announced->container = g_strdup(top_layer(walk)->part->path);
	announced->size = size;
	announced->is_encrypted = is_encrypted;
	g_ptr_array_add(walk->announced, announced);
}

/*
 * Names of members whose content libclamav did not show: their names count
 * all the same. Folders and empty files have nothing to show; the content of
 * an encrypted member is covered by the finding about its archive.
 */
static void
examine_unvisited(Walk *walk)
{
	Examination *examination = walk->examination;
	struct layer *layer = &g_array_index(walk->layers, struct layer, 0);

	for (guint i = 0; i < walk->announced->len; i++) {
		const struct announced *announced =
		    g_ptr_array_index(walk->announced, i);
		g_autoptr(GPtrArray) names = member_names(announced->name);
		PartRecord *part = add_member(walk, layer);

		g_free(part->parent);
		part->parent = g_strdup(announced->container);
		part->size = announced->size;
		part->is_encrypted = announced->is_encrypted;
		add_unique(part->readings, walk->reading);
		part->coverage = COVERAGE_SKIPPED;
		if (announced->is_encrypted)
			part->why = g_strdup("encrypted");
		else if (announced->size < MIN_VISITED_OCTETS)
			part->why = g_strdup("too small to hold anything");
		else
			part->coverage = COVERAGE_UNREADABLE;
		examination_names(examination, part, names, walk->reading);
		if (part->coverage != COVERAGE_UNREADABLE)
			continue;
		if (announced->size > examination->policy->max_part_octets) {
			add_size_finding(examination, part, walk->reading);
			continue;
		}
		part->why = g_strdup("the member could not be unpacked");
		record_add_finding(examination->record, FINDING_TYPE,
		    "unreadable-member", VERDICT_ILLEGAL, part->path,
		    announced->name, walk->reading,
		    "the member could not be unpacked");
	}
}

void
walk_part(Examination *examination, PartRecord *part, Span octets,
    const char *reading)
{
	static const EngineVisitor visitor = { on_name, on_member, walk_on_match };
	Walk walk = { .examination = examination,
		.reading = reading };
	struct layer layer = { .part = part, .len = octets.len };
	const char *detail;

	walk.layers = g_array_new(FALSE, FALSE, sizeof(struct layer));
	walk.announced = g_ptr_array_new_with_free_func(announced_free);
	g_array_append_val(walk.layers, layer);
	switch (engine_scan(ruleset_engine(examination->rules), octets.octets,
	    octets.len, ENGINE_WHOLE, &visitor, &walk, &detail)) {
	case ENGINE_CLEAN:
	case ENGINE_MATCHED:
		g_array_set_size(walk.layers, 1);
		examine_unvisited(&walk);
		part->is_encrypted = walk.is_encrypted;
		part->coverage = COVERAGE_SCANNED;
		break;
	case ENGINE_UNFINISHED:
		part->why = g_strdup(detail);
		record_add_finding(examination->record, FINDING_ERROR,
		    "engine", VERDICT_DEFER, part->path, part_first_name(part),
		    reading, "libclamav: %s", detail);
		break;
	}
	g_ptr_array_unref(walk.announced);
	g_array_unref(walk.layers);
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
	return member->is_normalised ? ENGINE_VISIT_SCAN : ENGINE_VISIT_SKIP;
}

void
walk_loose(Examination *examination, Span octets, EngineScope scope,
    gboolean with_members, const char *path, const char *reading)
{
	const EngineVisitor visitor = { ignore_name,
		with_members ? on_member : skip_member, walk_on_match };
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autoptr(GPtrArray) announced = g_ptr_array_new_with_free_func(
	    announced_free);
	g_autoptr(GArray) layers = g_array_new(FALSE, FALSE,
	    sizeof(struct layer));
	PartRecord part = { .path = (char *)path, .names = names };
	Walk walk = { .examination = examination,
		.reading = reading, .layers = layers, .announced = announced };
	struct layer layer = { .part = &part, .len = octets.len };
	const char *detail;

	g_array_append_val(layers, layer);
	if (engine_scan(ruleset_engine(examination->rules), octets.octets,
	    octets.len, scope, &visitor, &walk, &detail) == ENGINE_UNFINISHED)
		record_add_finding(examination->record, FINDING_ERROR,
		    "engine", VERDICT_DEFER, path, NULL, reading,
		    "libclamav: %s", detail);
}
