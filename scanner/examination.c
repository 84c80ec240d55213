/*
 * scanner/examination.c - what is wrong with one object: names, type, members.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/digest.h"
#include "scanner/examination.h"

/* libclamav does not visit smaller members; nothing that harms fits in. */
#define MIN_VISITED_OCTETS 6

struct examination {
	const RuleSet *rules;
	const ScanPolicy *policy;
	Record *record;
	GHashTable *scanned;    /* sha256 -> borrowed PartRecord that was scanned */
};

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

/* One engine_scan() under way. */
struct container_walk {
	Examination *examination;
	const char *reading;
	GArray *layers;         /* of struct layer: the way to the current member */
	GPtrArray *announced;   /* of struct announced *, not yet visited */
	guint64 expanded_octets;
	guint members;
	gboolean is_encrypted;  /* libclamav says so of the part */
};

Examination *
examination_new(const RuleSet *rules, const ScanPolicy *policy, Record *record)
{
	Examination *examination = g_new0(Examination, 1);

	examination->rules = rules;
	examination->policy = policy;
	examination->record = record;
	examination->scanned = g_hash_table_new(g_str_hash, g_str_equal);
	return examination;
}

void
examination_free(Examination *examination)
{
	if (examination == NULL)
		return;
	g_hash_table_unref(examination->scanned);
	g_free(examination);
}

static Verdict
verdict_of(PolicyChoice choice)
{
	return choice == CHOICE_NOTE ? VERDICT_ACCEPT : VERDICT_ILLEGAL;
}

static void
add_unique(GPtrArray *strings, const char *string)
{
	if (!g_ptr_array_find_with_equal_func(strings, string, g_str_equal,
	    NULL))
		g_ptr_array_add(strings, g_strdup(string));
}

static const char *
first_name(const PartRecord *part)
{
	return part->names->len > 0 ? g_ptr_array_index(part->names, 0) : NULL;
}

static gboolean
is_member(const PartRecord *part)
{
	return strchr(part->path, '>') != NULL;
}

static void
add_size_finding(Examination *examination, PartRecord *part,
    const char *reading)
{
	part->why = g_strdup("larger than max-part-octets");
	record_add_finding(examination->record, FINDING_SIZE, "part-size",
	    VERDICT_TOO_BIG, part->path, first_name(part), reading,
	    "more than %" G_GUINT64_FORMAT " octets",
	    examination->policy->max_part_octets);
}

/* --- names and types --------------------------------------------------- */

/*
 * A name that shows a document's extension in front of its own is made to
 * deceive: then a row that is only for archives refuses everywhere.
 */
static Verdict
judge_row(const BannedExtension *row, const PartRecord *part,
    const char *document)
{
	gboolean refuses = banned_extension_refuses(row, is_member(part)) ||
	    (row->tier == TIER_ARCHIVE && document != NULL);

	return refuses ? VERDICT_ILLEGAL : VERDICT_ACCEPT;
}

static void
examine_extensions(Examination *examination, const PartRecord *part,
    const Filename *name, const char *reading)
{
	const char *document = NULL;

	for (guint i = 0; i < name->forms->len && document == NULL; i++)
		document = filename_inner_document(
		    g_ptr_array_index(name->forms, i));
	for (guint i = 0; i < name->extensions->len; i++) {
		const BannedExtension *row = attachments_find(
		    ruleset_attachments(examination->rules),
		    g_ptr_array_index(name->extensions, i));

		if (row != NULL)
			record_add_finding(examination->record, FINDING_NAME,
			    "banned-extension", judge_row(row, part, document),
			    part->path, name->display, reading, ".%s: %s%s%s",
			    row->extension, row->reason,
			    document != NULL ? "; poses as ." : "",
			    document != NULL ? document : "");
	}
}

/* Caller frees. */
static char *
describe_oddities(guint oddities)
{
	g_autoptr(GString) words = g_string_new(NULL);

	for (guint bit = 0; bit < N_FILENAME_ODDITIES; bit++)
		if ((oddities & 1u << bit) != 0)
			g_string_append_printf(words, "%s%s",
			    words->len > 0 ? ", " : "",
			    filename_oddity_name(bit));
	return g_string_free(g_steal_pointer(&words), FALSE);
}

void
examination_names(Examination *examination, const PartRecord *part,
    const GPtrArray *names, const char *reading)
{
	for (guint i = 0; i < names->len; i++) {
		const Filename *name = g_ptr_array_index(names, i);

		add_unique(part->names, name->display);
		if (name->octets > examination->policy->max_name_octets)
			record_add_finding(examination->record, FINDING_LIMIT,
			    "max-name-octets", VERDICT_ACCEPT, part->path,
			    name->display, reading,
			    "the name has %" G_GSIZE_FORMAT " octets",
			    name->octets);
		if ((name->oddities & FILENAME_ODD_EXCEEDS) != 0)
			record_add_finding(examination->record, FINDING_LIMIT,
			    "max-name-readings", VERDICT_ILLEGAL, part->path,
			    name->display, reading,
			    "the name can be read in more than %u ways",
			    FILENAME_MAX_FORMS);
		if (name->oddities != 0) {
			g_autofree char *words =
			    describe_oddities(name->oddities);

			record_add_finding(examination->record, FINDING_NAME,
			    "odd-name", VERDICT_ACCEPT, part->path,
			    name->display, reading, "%s", words);
		}
		examine_extensions(examination, part, name, reading);
	}
}

/* One name's extension against the type; name NULL: the part has none. */
static void
judge_type(Examination *examination, const PartRecord *part,
    const char *extension, const char *name, const char *reading)
{
	const char *rule = NULL, *reason = NULL;
	TypeJudgement judgement = types_judge(
	    ruleset_types(examination->rules), part->detected_type, extension,
	    &rule, &reason);

	if (judgement == TYPE_HARMLESS)
		return;
	record_add_finding(examination->record, FINDING_TYPE, rule,
	    judgement == TYPE_MISMATCH ? VERDICT_ACCEPT : VERDICT_ILLEGAL,
	    part->path, name, reading, "%s%s%s", part->detected_type,
	    reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static void
examine_type(Examination *examination, PartRecord *part, Span octets,
    const GPtrArray *names, const char *reading)
{
	g_autoptr(GError) error = NULL;
	gboolean has_extension = FALSE;

	if (part->detected_type == NULL)
		part->detected_type = g_strdup(magic_type_at_a_glance(
		    octets.octets, octets.len, names->len > 0));
	if (part->detected_type == NULL)
		part->detected_type = g_strdup(magic_type_detect(
		    ruleset_magic(examination->rules), octets.octets,
		    octets.len, &error));
	if (part->detected_type == NULL) {
		record_add_finding(examination->record, FINDING_ERROR,
		    "type-detection", VERDICT_DEFER, part->path, NULL, reading,
		    "%s", error->message);
		return;
	}
	for (guint i = 0; i < names->len; i++) {
		const Filename *name = g_ptr_array_index(names, i);

		for (guint j = 0; j < name->extensions->len; j++) {
			has_extension = TRUE;
			judge_type(examination, part,
			    g_ptr_array_index(name->extensions, j),
			    name->display, reading);
		}
	}
	if (!has_extension)
		judge_type(examination, part, "", first_name(part), reading);
}

/* --- members of containers --------------------------------------------- */

static void
announced_free(gpointer data)
{
	struct announced *announced = data;

	g_free(announced->name);
	g_free(announced->container);
	g_free(announced);
}

static struct layer *
top_layer(struct container_walk *walk)
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
enclosing_layer(struct container_walk *walk, const EngineMember *member)
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
add_member(struct container_walk *walk, struct layer *layer)
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
	const char *name = first_name(container);

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
take_announced(struct container_walk *walk, const EngineMember *member)
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
check_member_limit(struct container_walk *walk, const char *rule,
    guint64 value, guint64 limit)
{
	if (value <= limit)
		return TRUE;
	record_add_finding(walk->examination->record, FINDING_LIMIT, rule,
	    VERDICT_ILLEGAL, g_array_index(walk->layers, struct layer, 0).part->path,
	    NULL, walk->reading, "more than %" G_GUINT64_FORMAT, limit);
	return FALSE;
}

static EngineVisit
on_member(const EngineMember *member, gpointer data)
{
	struct container_walk *walk = data;
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
	struct container_walk *walk = data;
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
 * libclamav tells with one name space what it found: signatures, and its own
 * remarks under "Heuristics.". The first prefix that fits decides.
 */
enum remark { REMARK_VIRUS, REMARK_ENCRYPTED_DOCUMENT,
	REMARK_ENCRYPTED_ARCHIVE, REMARK_TIMEOUT, REMARK_LIMIT };

static const struct {
	const char *prefix;
	enum remark remark;
} remarks[] = {
	{ "Heuristics.Encrypted.PDF", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.OLE2", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.Doc", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.XL", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.PPT", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.", REMARK_ENCRYPTED_ARCHIVE },
	{ "Heuristics.Limits.Exceeded.MaxScanTime", REMARK_TIMEOUT },
	{ "Heuristics.Limits.Exceeded", REMARK_LIMIT },
	{ "", REMARK_VIRUS },
};

/* Whether the signature is about content rather than about a virus; then the
 * finding is. */
static gboolean
add_content_match(struct container_walk *walk, const char *signature)
{
	static const Verdict verdicts[] = {
		[POLICY_REJECT] = VERDICT_NOT_PERMITTED,
		[POLICY_SUSPECT] = VERDICT_SUSPECT,
		[POLICY_NOTE] = VERDICT_ACCEPT,
	};
	const ContentPolicy *policy = &walk->examination->policy->content;
	const PartRecord *part =
	    g_array_index(walk->layers, struct layer, 0).part;

	for (guint i = 0; policy->signatures != NULL &&
	     policy->signatures[i] != NULL; i++) {
		if (!g_pattern_match_simple(policy->signatures[i], signature))
			continue;
		record_add_finding(walk->examination->record, FINDING_CONTENT,
		    signature, verdicts[policy->signature_verdict], part->path,
		    first_name(part), walk->reading, "matched by libclamav");
		return TRUE;
	}
	return FALSE;
}

static void
on_match(const char *signature, gpointer data)
{
	struct container_walk *walk = data;
	Examination *examination = walk->examination;
	const ScanPolicy *policy = examination->policy;
	const PartRecord *part =
	    g_array_index(walk->layers, struct layer, 0).part;
	const char *name = first_name(part);
	gsize i = 0;

	while (!g_str_has_prefix(signature, remarks[i].prefix))
		i++;
	switch (remarks[i].remark) {
	case REMARK_ENCRYPTED_DOCUMENT:
		walk->is_encrypted = TRUE;
		record_add_finding(examination->record, FINDING_ENCRYPTED,
		    "encrypted-document",
		    verdict_of(policy->encrypted_document), part->path, name,
		    walk->reading, "%s", signature);
		break;
	case REMARK_ENCRYPTED_ARCHIVE:
		walk->is_encrypted = TRUE;
		record_add_finding(examination->record, FINDING_ENCRYPTED,
		    "encrypted-archive", verdict_of(policy->encrypted_archive),
		    part->path, name, walk->reading, "%s", signature);
		break;
	case REMARK_TIMEOUT:
		record_add_finding(examination->record, FINDING_ERROR,
		    "engine-time", VERDICT_DEFER, part->path, name,
		    walk->reading, "%s", signature);
		break;
	case REMARK_LIMIT:
		record_add_finding(examination->record, FINDING_LIMIT,
		    "container-limit", VERDICT_ILLEGAL, part->path, name,
		    walk->reading, "%s", signature);
		break;
	case REMARK_VIRUS:
		if (add_content_match(walk, signature))
			break;
		record_add_finding(examination->record, FINDING_VIRUS,
		    signature, VERDICT_NOT_PERMITTED, part->path, name,
		    walk->reading, "matched by libclamav");
		break;
	}
}

/*
 * Names of members whose content libclamav did not show: their names count
 * all the same. Folders and empty files have nothing to show; the content of
 * an encrypted member is covered by the finding about its archive.
 */
static void
examine_unvisited(struct container_walk *walk)
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

static void
scan_content(Examination *examination, PartRecord *part, Span octets,
    const char *reading)
{
	static const EngineVisitor visitor = { on_name, on_member, on_match };
	struct container_walk walk = { .examination = examination,
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
		    "engine", VERDICT_DEFER, part->path, first_name(part),
		    reading, "libclamav: %s", detail);
		break;
	}
	g_ptr_array_unref(walk.announced);
	g_array_unref(walk.layers);
}

void
examination_object(Examination *examination, PartRecord *part, Span octets,
    const GPtrArray *names, const char *reading)
{
	PartRecord *twin;

	part->size = octets.len;
	add_unique(part->readings, reading);
	examination_names(examination, part, names, reading);
	if (octets.len > examination->policy->max_part_octets) {
		add_size_finding(examination, part, reading);
		return;
	}
	part->sha256 = digest_sha256(octets.octets, octets.len);
	twin = g_hash_table_lookup(examination->scanned, part->sha256);
	if (twin != NULL)
		part->detected_type = g_strdup(twin->detected_type);
	examine_type(examination, part, octets, names, reading);
	if (twin != NULL) {
		part->coverage = twin->coverage;
		part->why = g_strdup(twin->why);
		return;
	}
	g_hash_table_insert(examination->scanned, part->sha256, part);
	scan_content(examination, part, octets, reading);
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

/* Octets that have no part in the record of their own: what is found in them is
 * told of the part with the path. */
static void
scan_loose(Examination *examination, Span octets, EngineScope scope,
    const EngineVisitor *visitor, const char *path, const char *reading)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autoptr(GPtrArray) announced = g_ptr_array_new_with_free_func(
	    announced_free);
	g_autoptr(GArray) layers = g_array_new(FALSE, FALSE,
	    sizeof(struct layer));
	PartRecord part = { .path = (char *)path, .names = names };
	struct container_walk walk = { .examination = examination,
		.reading = reading, .layers = layers, .announced = announced };
	struct layer layer = { .part = &part, .len = octets.len };
	const char *detail;

	g_array_append_val(layers, layer);
	if (engine_scan(ruleset_engine(examination->rules), octets.octets,
	    octets.len, scope, visitor, &walk, &detail) == ENGINE_UNFINISHED)
		record_add_finding(examination->record, FINDING_ERROR,
		    "engine", VERDICT_DEFER, path, NULL, reading,
		    "libclamav: %s", detail);
}

void
examination_remainder(Examination *examination, Span octets, const char *path,
    const char *reading)
{
	static const EngineVisitor visitor = { ignore_name, skip_member,
		on_match };

	scan_loose(examination, octets, ENGINE_UNOPENED_MAIL, &visitor, path,
	    reading);
}

void
examination_mail(Examination *examination, Span message, const char *path)
{
	static const EngineVisitor visitor = { ignore_name, on_member,
		on_match };

	scan_loose(examination, message, ENGINE_WHOLE, &visitor, path,
	    CLAMAV_READING);
}
