/*
 * scanner/message.c - examines every object in every reading of a message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/ambiguity.h"
#include "scanner/cms.h"
#include "scanner/declaration.h"
#include "scanner/decode.h"
#include "scanner/examination.h"
#include "scanner/filename.h"
#include "scanner/gmime_reading.h"
#include "scanner/judgement.h"
#include "scanner/line_reading.h"
#include "scanner/message.h"
#include "scanner/remainder.h"

/* Messages that are odd and smaller cost little in any number of readings. */
#define SMALL_MESSAGE_OCTETS (64u << 10)

struct scan {
	const RuleSet *rules;
	const ScanPolicy *policy;
	Record *record;
	Examination *examination;
	const ContentEngine *content;   /* NULL: there are no content rules */
	const Envelope *envelope;
	Span message;
	Span innermost;         /* the message that is read now, inside it */
	guint64 decoded_octets; /* of all readings together */
	guint messages;         /* inside the message */
	GHashTable *entered;    /* digests of the objects that held them */
	/* Digests of what the canonical reading of the message itself shows. */
	GHashTable *shown;
};

/* An entity that is no multipart, and what its header section says. */
struct leaf {
	const Entity *entity;
	/* Of the octets of header section and body, because clients differ in
	 * where the one ends; of the former alone where it is empty. */
	const HeaderSection *header;
	const Declaration *declaration;
	const GPtrArray *names; /* of Filename * */
	guint depth;
	/* Of the readings of its body so far, where it is hidden: */
	gboolean shows_text;    /* one decodes to text */
	const PartRecord *opaque;       /* one that libmagic does not know */
};

static void examine_message(struct scan *scan, Span message, const char *base,
    guint depth);

/* --- what the header section says ------------------------------------------ */

/* Every name that any client may give the part (of Filename *). */
static GPtrArray *
entity_names(const Declaration *declaration)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)filename_free);

	for (guint i = 0; i < declaration->names->len; i++) {
		const DeclaredName *name = g_ptr_array_index(
		    declaration->names, i);

		if (!name->is_title)
			g_ptr_array_add(names, filename_new(name->octets,
			    name->len, name->source));
	}
	return names;
}

static gboolean
names_have_extension(const GPtrArray *names)
{
	for (guint i = 0; i < names->len; i++) {
		const Filename *name = g_ptr_array_index(names, i);

		if (name->extensions->len > 0)
			return TRUE;
	}
	return FALSE;
}

/* Where no name has an extension, clients give the file that of its declared
 * type. */
static void
add_invented_names(const struct scan *scan, const Declaration *declaration,
    GPtrArray *names)
{
	const Types *types = ruleset_types(scan->rules);

	if (names_have_extension(names))
		return;
	for (guint i = 0; i < declaration->types->len; i++) {
		const char *extension = types_declared_extension(types,
		    g_ptr_array_index(declaration->types, i));
		g_autofree char *name = extension != NULL ?
		    g_strconcat("unnamed.", extension, NULL) : NULL;

		if (name != NULL)
			g_ptr_array_add(names, filename_new(name,
			    strlen(name), FILENAME_MEMBER));
	}
}

/* The transfer encodings that any client may see: bits 1 << ENCODING_...;
 * without any, or with an odd one, the body is also taken as it is. */
static guint
entity_encodings(const Declaration *declaration)
{
	if (declaration->encodings == 0 || declaration->has_odd_encoding)
		return declaration->encodings | 1u << ENCODING_IDENTITY;
	return declaration->encodings;
}

static gboolean
has_extension(const GPtrArray *names, const char *extension)
{
	for (guint i = 0; i < names->len; i++) {
		const Filename *name = g_ptr_array_index(names, i);

		if (g_ptr_array_find_with_equal_func(name->extensions,
		    extension, g_str_equal, NULL))
			return TRUE;
	}
	return FALSE;
}

static gint64
offset_in(const struct scan *scan, Span span)
{
	return span.octets - scan->innermost.octets;
}

static Verdict
verdict_of(PolicyChoice choice)
{
	return choice == CHOICE_NOTE ? VERDICT_ACCEPT : VERDICT_ILLEGAL;
}

/* Limits of a header section; FALSE: one is exceeded, and a finding says so. */
static gboolean
check_header_limits(struct scan *scan, const HeaderSection *header,
    const char *path, const char *reading)
{
	const HeaderLimits *limits = &scan->policy->header;
	gboolean is_within = TRUE;

	if ((header->oddities & HEADER_TOO_MANY_FIELDS) != 0) {
		is_within = FALSE;
		record_add_finding(scan->record, FINDING_LIMIT,
		    "max-header-fields", VERDICT_ILLEGAL, path, NULL, reading,
		    "more than %u header fields", limits->max_fields);
	}
	if ((header->oddities & HEADER_TOO_LONG) != 0) {
		is_within = FALSE;
		record_add_finding(scan->record, FINDING_LIMIT,
		    "max-header-octets", VERDICT_ILLEGAL, path, NULL, reading,
		    "a header section of more than %" G_GUINT64_FORMAT
		    " octets", limits->max_octets);
	}
	return is_within;
}

/* What the declaration itself says against the part with the path. */
static void
check_declaration(struct scan *scan, const Declaration *declaration,
    gint64 offset, const char *path, const char *reading)
{
	if (declaration->exceeds)
		record_add_finding(scan->record, FINDING_LIMIT,
		    "max-parameters", VERDICT_ILLEGAL, path, NULL, reading,
		    "the parameters have more values than can be followed");
	if (declaration->is_ambiguous)
		finding_set_place(record_add_finding(scan->record,
		    FINDING_AMBIGUITY, "ambiguous-header", VERDICT_ACCEPT,
		    path, NULL, reading, "the header section declares "
		    "%u types, %u boundaries and several encodings or values",
		    declaration->types->len, declaration->boundaries->len),
		    offset, "content-type");
	if (declaration_has_type(declaration, "message/partial"))
		finding_set_place(record_add_finding(scan->record,
		    FINDING_AMBIGUITY, "message-partial",
		    verdict_of(scan->policy->message_partial), path, NULL,
		    reading, "a fragment of a message cannot be examined"),
		    offset, "content-type");
	if (declaration_has_type(declaration, "message/external-body"))
		finding_set_place(record_add_finding(scan->record,
		    FINDING_AMBIGUITY, "external-body",
		    verdict_of(scan->policy->external_body), path, NULL,
		    reading, "the content lies elsewhere"), offset,
		    "content-type");
}

/* --- decoded octets ---------------------------------------------------------- */

/*
 * A decoding that was cut cannot be examined, and a message that decodes to
 * much more than it is was made for that. FALSE: the octets are not to be
 * examined, and a finding says why.
 */
static gboolean
check_decoded(struct scan *scan, const Decoded *decoded, const char *path,
    const char *reading)
{
	const ScanPolicy *policy = scan->policy;

	if (decoded->exceeds_limit)
		record_add_finding(scan->record, FINDING_SIZE, "part-size",
		    VERDICT_TOO_BIG, path, NULL, reading,
		    "more than %" G_GUINT64_FORMAT " octets or %u files",
		    policy->max_part_octets, DECODE_MAX_FILES);
	scan->decoded_octets += g_bytes_get_size(decoded->octets);
	if (scan->decoded_octets <= policy->max_decoded_ratio *
	    (guint64)MAX(scan->message.len, SMALL_MESSAGE_OCTETS))
		return TRUE;
	record_add_finding(scan->record, FINDING_LIMIT, "max-decoded-ratio",
	    VERDICT_ILLEGAL, NULL, NULL, reading,
	    "its readings together decode to more than %u times its size",
	    policy->max_decoded_ratio);
	return FALSE;
}

/* The name that a coded file carries itself (of Filename *). */
static GPtrArray *
coded_names(const Decoded *decoded)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)filename_free);

	if (decoded->name != NULL)
		g_ptr_array_add(names, filename_new(
		    g_bytes_get_data(decoded->name, NULL),
		    g_bytes_get_size(decoded->name), FILENAME_MEMBER));
	return names;
}

/* Octets that were coded in the text of the part parent; path: their own. */
static void
examine_coded(struct scan *scan, const Decoded *decoded, const char *path,
    const char *parent, const char *reading)
{
	g_autoptr(GPtrArray) names = coded_names(decoded);
	PartRecord *part = record_add_part(scan->record, path, parent);
	Span octets;

	if (!check_decoded(scan, decoded, path, reading)) {
		part->coverage = COVERAGE_SKIPPED;
		part->why = g_strdup("over max-decoded-ratio");
		return;
	}
	octets = span_of_bytes(decoded->octets);
	examination_object(scan->examination, part, octets, names, reading);
}

/* Files that are coded in the text of the part with the path. */
static void
examine_inline(struct scan *scan, const char *parent, Span text,
    const char *reading)
{
	g_autoptr(GPtrArray) files = decode_inline(text,
	    scan->policy->max_part_octets);

	if (files->len > scan->policy->max_parts)
		record_add_finding(scan->record, FINDING_LIMIT, "max-parts",
		    VERDICT_ILLEGAL, parent, NULL, reading,
		    "more than %u encoded files", scan->policy->max_parts);
	for (guint i = 0; i < MIN(files->len, scan->policy->max_parts); i++) {
		g_autofree char *path = g_strdup_printf("%s>%u", parent, i + 1);

		examine_coded(scan, g_ptr_array_index(files, i), path, parent,
		    reading);
	}
}

/*
 * Lines of base64 in text that is not said to be encoded: a client that missed
 * the field behind it, or found another one, decodes them.
 */
static void
examine_base64_runs(struct scan *scan, Span text, const char *parent)
{
	gsize offset = 0;
	guint number = 0;
	Span run;

	while (remainder_next_base64(text, &offset, &run)) {
		g_autoptr(GPtrArray) decodings = decode_readings(run,
		    ENCODING_BASE64, scan->policy->max_part_octets);

		if (number + decodings->len > scan->policy->max_parts) {
			record_add_finding(scan->record, FINDING_LIMIT,
			    "max-parts", VERDICT_ILLEGAL, parent, NULL,
			    LINE_READING, "more than %u runs of base64",
			    scan->policy->max_parts);
			return;
		}
		for (guint i = 0; i < decodings->len; i++) {
			g_autofree char *path = g_strdup_printf("%s>@%u",
			    parent, ++number);

			examine_coded(scan, g_ptr_array_index(decodings, i),
			    path, parent, LINE_READING);
		}
	}
}

/* --- one entity ---------------------------------------------------------------- */

/* Whether some client takes the body, once decoded, for a message, or for the
 * parts of one where it had to be decoded. */
static gboolean
is_composite(const Declaration *declaration, TransferEncoding encoding)
{
	return declaration_has_type(declaration, "message/rfc822") ||
	    declaration_has_type(declaration, "message/global") ||
	    declaration_has_type(declaration, "message/news") ||
	    (encoding != ENCODING_IDENTITY &&
	        declaration_has_type(declaration, "multipart/"));
}

/* The names that a signed file has without its wrapping: note.vbs.p7m holds
 * note.vbs, which programs for signatures unwrap. */
static void
examine_wrapped_names(struct scan *scan, const struct leaf *leaf,
    const PartRecord *part)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)filename_free);

	for (guint i = 0; i < leaf->names->len; i++) {
		const Filename *name = g_ptr_array_index(leaf->names, i);

		for (guint j = 0; j < name->forms->len; j++) {
			const char *form = g_ptr_array_index(name->forms, j);

			if (g_pattern_match_simple("*.p7?", form))
				g_ptr_array_add(names, filename_new(form,
				    strlen(form) - strlen(".p7?"),
				    FILENAME_MEMBER));
		}
	}
	examination_names(scan->examination, part, names,
	    leaf->entity->reading);
}

/* What was compressed counts like what was encoded. FALSE: it is too much, and a
 * finding says so. */
static gboolean
check_inflated(struct scan *scan, const PartRecord *part, GBytes *content,
    Span octets)
{
	const ScanPolicy *policy = scan->policy;
	gsize len = g_bytes_get_size(content);

	if (len > policy->max_part_octets) {
		record_add_finding(scan->record, FINDING_SIZE, "part-size",
		    VERDICT_TOO_BIG, part->path, NULL, GMIME_READING,
		    "more than %" G_GUINT64_FORMAT " octets",
		    policy->max_part_octets);
		return FALSE;
	}
	if (len <= policy->max_expansion_ratio *
	    (guint64)MAX(octets.len, SMALL_MESSAGE_OCTETS))
		return TRUE;
	record_add_finding(scan->record, FINDING_LIMIT, "max-expansion-ratio",
	    VERDICT_ILLEGAL, part->path, NULL, GMIME_READING, "more than %u",
	    policy->max_expansion_ratio);
	return FALSE;
}

/*
 * A message that was attached as a file, or in a transfer encoding that RFC
 * 2046 5.2.1 forbids for one: mail programs open it, so it is read like the
 * message itself.
 */
static void
reenter(struct scan *scan, const struct leaf *leaf, const PartRecord *part,
    TransferEncoding encoding, Span octets)
{
	gboolean is_cut;
	g_autoptr(GBytes) content = cms_content(octets,
	    scan->policy->max_part_octets + 1, &is_cut);

	/* S/MIME opaque-signed or compressed (RFC 8551 3.5.2, 3.6): the content
	 * is an entity. */
	if (content != NULL && !check_inflated(scan, part, content, octets))
		return;
	if (is_cut)
		record_add_finding(scan->record, FINDING_TYPE,
		    "damaged-container",
		    verdict_of(scan->policy->unopened_container),
		    part->path, NULL, leaf->entity->reading,
		    "compressed S/MIME that cannot be read to its end");
	if (content != NULL) {
		octets = span_of_bytes(content);
		examine_wrapped_names(scan, leaf, part);
	} else if (!is_composite(leaf->declaration, encoding) &&
	    g_strcmp0(part->detected_type, "message/rfc822") != 0 &&
	    !has_extension(leaf->names, "eml")) {
		return;
	}
	if (++scan->messages > scan->policy->max_messages) {
		record_add_finding(scan->record, FINDING_LIMIT, "max-messages",
		    VERDICT_ILLEGAL, part->path, NULL, GMIME_READING,
		    "more than %u attached messages",
		    scan->policy->max_messages);
		return;
	}
	/* Equal octets show the same again, and the readings of a damaged
	 * message may hold each other. */
	if (part->sha256 == NULL ||
	    g_hash_table_add(scan->entered, part->sha256))
		examine_message(scan, octets, part->path, leaf->depth + 1);
}

static void
note_shown(struct scan *scan, const Entity *entity, const PartRecord *part)
{
	if (*entity->parent == '\0' && part->sha256 != NULL &&
	    strcmp(entity->reading, GMIME_READING) == 0)
		g_hash_table_add(scan->shown, part->sha256);
}

static void
add_hidden(struct scan *scan, const Entity *entity, const PartRecord *part,
    const char *rule, Verdict verdict)
{
	Finding *finding = record_add_finding(scan->record, FINDING_AMBIGUITY,
	    rule, verdict, part->path, NULL, entity->reading,
	    "%s that not every mail client shows", part->detected_type);

	finding_set_place(finding, offset_in(scan, entity->header), NULL);
}

/*
 * An object that only a tolerant reading shows, and that is more than text (as
 * a signature in armour is, or a message, whose parts are looked at on their
 * own), is refused as such: no sane sender makes it, and what one client shows
 * of it another one hides. The same octets once more are no other object.
 */
static void
check_hidden(struct scan *scan, struct leaf *leaf, const PartRecord *part,
    TransferEncoding encoding)
{
	const char *type = part->detected_type;

	if (!leaf->entity->is_hidden || part->size == 0 || type == NULL ||
	    (part->sha256 != NULL &&
	        g_hash_table_contains(scan->shown, part->sha256)))
		return;
	if (g_str_has_prefix(type, "text/") ||
	    g_str_has_prefix(type, "message/") ||
	    strcmp(type, "application/pgp-signature") == 0) {
		leaf->shows_text |= encoding != ENCODING_IDENTITY;
		add_hidden(scan, leaf->entity, part, "hidden-text",
		    VERDICT_ACCEPT);
	} else if (strcmp(type, "application/octet-stream") == 0) {
		leaf->opaque = part;
	} else {
		add_hidden(scan, leaf->entity, part, "hidden-part",
		    verdict_of(scan->policy->hidden_part));
	}
}

/* Octets of no type are only a wrong decoding where another one gives text. */
static void
check_opaque(struct scan *scan, const struct leaf *leaf)
{
	if (leaf->opaque != NULL && !leaf->shows_text)
		add_hidden(scan, leaf->entity, leaf->opaque, "hidden-part",
		    verdict_of(scan->policy->hidden_part));
}

static gboolean
has_text_type(const PartRecord *part)
{
	return part->detected_type != NULL &&
	    g_str_has_prefix(part->detected_type, "text/");
}

static void
examine_decoded(struct scan *scan, struct leaf *leaf,
    TransferEncoding encoding, const Decoded *decoded)
{
	const Entity *entity = leaf->entity;
	PartRecord *part = record_add_part(scan->record, entity->path,
	    entity->parent);
	g_autoptr(GPtrArray) own_names = coded_names(decoded);
	Span octets;

	part->content_type = g_strdup(entity->content_type);
	part->disposition = g_strdup(entity->disposition);
	examination_names(scan->examination, part, own_names, entity->reading);
	if (!check_decoded(scan, decoded, entity->path, entity->reading)) {
		part->coverage = COVERAGE_SKIPPED;
		part->why = g_strdup("over max-decoded-ratio");
		return;
	}
	octets = span_of_bytes(decoded->octets);
	examination_object(scan->examination, part, octets, leaf->names,
	    entity->reading);
	if (part->coverage != COVERAGE_SCANNED)
		return;
	if (has_text_type(part))
		examination_add_text(scan->examination, octets);
	note_shown(scan, entity, part);
	check_hidden(scan, leaf, part, encoding);
	if (encoding == ENCODING_IDENTITY)
		examine_base64_runs(scan, octets, part->path);
	/* Also what is called an octet-stream is text to some readers, as long
	 * as it is not encoded or looks like text; the types that name a coded
	 * file always. */
	if (entity->content_type == NULL || encoding == ENCODING_IDENTITY ||
	    has_text_type(part) ||
	    g_str_has_prefix(entity->content_type, "text/") ||
	    (leaf->declaration->encodings & 1u << ENCODING_BINHEX) != 0)
		examine_inline(scan, part->path, octets, entity->reading);
	reenter(scan, leaf, part, encoding, octets);
}

/* Header section and body. */
static Span
entity_span(const Entity *entity)
{
	const guint8 *end = entity->body.octets + entity->body.len;

	return (Span){ entity->header.octets,
		(gsize)(end - entity->header.octets) };
}

/*
 * Every place where some client sees the body begin: where the reading does,
 * and behind lines that only look empty to it (RFC 5322 2.1 wants an empty
 * one). Returns how many there are.
 */
static guint
body_borders(const Entity *entity, const HeaderSection *header,
    Span bodies[N_BORDERS + 1])
{
	Span whole = entity_span(entity);
	guint n = 0;

	bodies[n++] = entity->body;
	if (entity->header.len == 0)
		return n;
	for (guint border = 0; border < N_BORDERS; border++) {
		gsize offset = header->bodies[border];
		gboolean is_new = offset != HEADER_NO_BODY &&
		    offset < whole.len;

		for (guint i = 0; is_new && i < n; i++)
			is_new = bodies[i].octets != whole.octets + offset;
		if (is_new)
			bodies[n++] = (Span){ whole.octets + offset,
				whole.len - offset };
	}
	return n;
}

/* The body in every transfer encoding and all their readings. */
static void
examine_bodies(struct scan *scan, struct leaf *leaf)
{
	const Entity *entity = leaf->entity;
	guint encodings = entity_encodings(leaf->declaration);
	Span bodies[N_BORDERS + 1];
	guint n = body_borders(entity, leaf->header, bodies);
	guint readings = 0;

	for (guint i = 0; i < N_ENCODINGS * n; i++) {
		TransferEncoding encoding = (TransferEncoding)(i / n);
		g_autoptr(GPtrArray) decodings = NULL;

		if ((encodings & 1u << encoding) == 0)
			continue;
		decodings = decode_readings(bodies[i % n], encoding,
		    scan->policy->max_part_octets);
		for (guint j = 0; j < decodings->len; j++)
			examine_decoded(scan, leaf, encoding,
			    g_ptr_array_index(decodings, j));
		readings += decodings->len;
	}
	check_opaque(scan, leaf);
	if (readings > 1)
		finding_set_place(record_add_finding(scan->record,
		    FINDING_AMBIGUITY, "transfer-encoding", VERDICT_ACCEPT,
		    entity->path, NULL, entity->reading,
		    "the body can be decoded in %u ways", readings),
		    offset_in(scan, entity->body),
		    "content-transfer-encoding");
}

/* A message/rfc822 whose parts are entities of their own. */
static void
examine_entered(struct scan *scan, const struct leaf *leaf)
{
	const Entity *entity = leaf->entity;
	PartRecord *part = record_add_part(scan->record, entity->path,
	    entity->parent);

	part->content_type = g_strdup(entity->content_type);
	part->disposition = g_strdup(entity->disposition);
	part->size = entity->body.len;
	part->coverage = COVERAGE_SCANNED;
	g_ptr_array_add(part->readings, g_strdup(entity->reading));
	examination_names(scan->examination, part, leaf->names,
	    entity->reading);
}

static void
examine_entity(struct scan *scan, const Entity *entity, guint depth)
{
	const HeaderLimits *limits = &scan->policy->header;
	gboolean is_alone = entity->is_entered || entity->header.len == 0;
	g_autoptr(HeaderSection) strict = header_section_new(entity->header,
	    limits);
	g_autoptr(HeaderSection) header = header_section_new(is_alone ?
	    entity->header : entity_span(entity), limits);
	g_autoptr(Declaration) declaration = declaration_new(header, limits);
	g_autoptr(GPtrArray) names = entity_names(declaration);
	struct leaf leaf = { .entity = entity, .header = header,
		.declaration = declaration, .names = names, .depth = depth };

	add_invented_names(scan, declaration, names);
	check_header_limits(scan, strict, entity->path, entity->reading);
	check_declaration(scan, declaration, offset_in(scan, entity->header),
	    entity->path, entity->reading);
	if (entity->is_entered)
		examine_entered(scan, &leaf);
	else
		examine_bodies(scan, &leaf);
}

/* --- one message --------------------------------------------------------------- */

/*
 * What lies in no body: header sections, the text before, between and behind
 * the parts. Signatures for mail match there.
 */
static void
examine_remainder(struct scan *scan, Span message, const GPtrArray *entities,
    const char *base)
{
	g_autoptr(GBytes) remainder = remainder_new(message, entities);
	Span octets = span_of_bytes(remainder);

	examination_remainder(scan->examination, octets, base, LINE_READING);
	examine_base64_runs(scan, octets, base);
}

/* Without blank lines at its beginning, which mail stores put there and mail
 * clients skip. */
static Span
skip_blank_lines(Span message)
{
	gsize begin = 0;

	for (gsize i = 0; i < message.len &&
	     strchr(" \t\r\n", message.octets[i]) != NULL &&
	     message.octets[i] != '\0'; i++)
		if (message.octets[i] == '\n')
			begin = i + 1;
	return (Span){ message.octets + begin, message.len - begin };
}

/* GMime makes objects of all fields: a message with a million of them is
 * refused before it sees them. */
static gboolean
check_header(struct scan *scan, Span message, const char *base)
{
	const HeaderLimits *limits = &scan->policy->header;
	g_autoptr(HeaderSection) header = header_section_new(message, limits);
	g_autoptr(Declaration) declaration = NULL;

	if (!check_header_limits(scan, header, base, LINE_READING))
		return FALSE;
	declaration = declaration_new(header, limits);
	check_declaration(scan, declaration, 0, base, LINE_READING);
	return TRUE;
}

/*
 * depth: of the part that holds the message. Offsets in findings count from
 * the beginning of the innermost message.
 */
static void
examine_message(struct scan *scan, Span message, const char *base, guint depth)
{
	g_autoptr(GPtrArray) entities = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)entity_free);
	Span outer = scan->innermost;
	gboolean has_inline;

	if (!check_header(scan, message, base))
		return;
	scan->innermost = message;
	gmime_reading(skip_blank_lines(message), base, depth, scan->policy,
	    entities, scan->record);
	line_reading(message, base, scan->policy, entities, scan->record,
	    &has_inline);
	for (guint i = 0; i < entities->len; i++)
		examine_entity(scan, g_ptr_array_index(entities, i), depth);
	if (has_inline)
		examine_inline(scan, base, message, LINE_READING);
	examine_remainder(scan, message, entities, base);
	if (depth == 0 && scan->content != NULL)
		judgement_add(scan->content, scan->policy, scan->envelope,
		    message, entities, scan->record);
	scan->innermost = outer;
}

/* Such a message is refused whatever else is found in it. */
static gboolean
is_over_limit(const Record *record)
{
	for (guint i = 0; i < record->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);

		if (finding->class == FINDING_LIMIT &&
		    finding->verdict == VERDICT_ILLEGAL)
			return TRUE;
	}
	return FALSE;
}

void
message_examine(Span message, const RuleSet *rules, const ScanPolicy *policy,
    const ContentEngine *content, const Envelope *envelope, Record *record)
{
	g_autoptr(Examination) examination = examination_new(rules, policy,
	    record);
	/* The parts of the record own the digests. */
	g_autoptr(GHashTable) shown = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) entered = g_hash_table_new(g_str_hash,
	    g_str_equal);
	struct scan scan = { .rules = rules, .policy = policy, .record = record,
		.examination = examination, .content = content,
		.envelope = envelope, .message = message,
		.entered = entered, .shown = shown };

	examine_message(&scan, message, "", 0);
	examination_unlock(examination);
	if (ambiguity_of_record(record) >= AMBIGUITY_DIFFERENT &&
	    !is_over_limit(record))
		examination_mail(examination, message, "");
}
