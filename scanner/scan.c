/*
 * scanner/scan.c - message octets, envelope, rule set and policy in; record out.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>
#include <unistd.h>

#include "scanner/cms.h"
#include "scanner/declaration.h"
#include "scanner/decode.h"
#include "scanner/examination.h"
#include "scanner/filename.h"
#include "scanner/gmime_reading.h"
#include "scanner/line_reading.h"
#include "scanner/remainder.h"
#include "scanner/scan.h"

/* Messages that are found inside decoded parts: each may hold another. */
#define MAX_REENTRIES 16

struct scan {
	const ScanPolicy *policy;
	Record *record;
	Examination *examination;
	guint reentries;
};

static void examine_message(struct scan *scan, Span message, const char *base,
    guint depth);

void
scan_init(void)
{
	g_mime_init();
	filename_init();
}

/* --- reading the message ------------------------------------------------- */

static void
add_error(Record *record, const char *rule, const char *detail)
{
	record_add_finding(record, FINDING_ERROR, rule, VERDICT_DEFER, NULL,
	    NULL, NULL, "%s", detail);
}

/*
 * Exactly size octets. A file that is shorter or longer than its envelope says
 * is not the message that was handed over; read(2) rather than mmap(2), for
 * the submitter can still truncate the file. Caller frees; NULL: a finding
 * says why.
 */
static guint8 *
read_message(int fd, guint64 size, Record *record)
{
	g_autofree guint8 *octets = g_malloc(size + 1);
	guint64 len = 0;

	while (len <= size) {
		ssize_t got = pread(fd, octets + len, size + 1 - len,
		    (off_t)len);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1) {
			add_error(record, "unreadable-message",
			    g_strerror(errno));
			return NULL;
		}
		if (got == 0)
			break;
		len += (guint64)got;
	}
	if (len != size) {
		add_error(record, len < size ? "message-truncated" :
		    "message-too-long",
		    "the file does not have the size its envelope says");
		return NULL;
	}
	return g_steal_pointer(&octets);
}

/* --- one entity ------------------------------------------------------------ */

/* Every name that any client may give the part (of Filename *). Descriptions
 * and locations are none: "http://www.example.com". */
static GPtrArray *
entity_names(const Declaration *declaration)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)filename_free);

	for (guint i = 0; i < declaration->names->len; i++) {
		const DeclaredName *name = g_ptr_array_index(
		    declaration->names, i);

		if (name->parameter != NULL)
			g_ptr_array_add(names, filename_new(name->octets,
			    name->len, name->source));
	}
	return names;
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
is_message_type(const char *content_type)
{
	return content_type != NULL &&
	    (strcmp(content_type, "message/rfc822") == 0 ||
	        strcmp(content_type, "message/global") == 0 ||
	        strcmp(content_type, "message/news") == 0);
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

/*
 * A message that was attached as a file, or in a transfer encoding that RFC
 * 2046 5.2.1 forbids for one: mail programs open it, so it is read like the
 * message itself.
 */
static void
reenter(struct scan *scan, const PartRecord *part, Span octets,
    const GPtrArray *names, guint depth)
{
	g_autoptr(GBytes) content = cms_signed_content(octets);

	/* S/MIME opaque-signed (RFC 8551 3.5.2): the content is an entity. */
	if (content != NULL)
		octets.octets = g_bytes_get_data(content, &octets.len);
	else if (!is_message_type(part->content_type) &&
	    g_strcmp0(part->detected_type, "message/rfc822") != 0 &&
	    !has_extension(names, "eml"))
		return;
	if (++scan->reentries > MAX_REENTRIES) {
		record_add_finding(scan->record, FINDING_LIMIT, "max-messages",
		    VERDICT_ILLEGAL, part->path, NULL, GMIME_READING,
		    "more than %d attached messages", MAX_REENTRIES);
		return;
	}
	examine_message(scan, octets, part->path, depth + 1);
}

/* A decoding that was cut cannot be examined. */
static void
check_decoded_limit(struct scan *scan, const Decoded *decoded,
    const char *path, const char *reading)
{
	if (decoded->exceeds_limit)
		record_add_finding(scan->record, FINDING_SIZE, "part-size",
		    VERDICT_TOO_BIG, path, NULL, reading,
		    "more than %" G_GUINT64_FORMAT " octets or %u files",
		    scan->policy->max_part_octets, DECODE_MAX_FILES);
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

/* Files that are coded in the text of the part with the path. */
static void
examine_inline(struct scan *scan, const char *parent, Span text,
    const char *reading)
{
	g_autoptr(GPtrArray) files = decode_inline(text,
	    scan->policy->max_part_octets);

	for (guint i = 0; i < files->len; i++) {
		const Decoded *decoded = g_ptr_array_index(files, i);
		g_autofree char *path = g_strdup_printf("%s>%u", parent, i + 1);
		g_autoptr(GPtrArray) names = coded_names(decoded);
		PartRecord *member;
		Span octets;

		if (i >= scan->policy->max_parts) {
			record_add_finding(scan->record, FINDING_LIMIT,
			    "max-parts", VERDICT_ILLEGAL, parent, NULL,
			    reading, "more than %u encoded files",
			    scan->policy->max_parts);
			return;
		}
		check_decoded_limit(scan, decoded, path, reading);
		member = record_add_part(scan->record, path, parent);
		octets.octets = g_bytes_get_data(decoded->octets, &octets.len);
		examination_object(scan->examination, member, octets, names,
		    reading);
	}
}

/*
 * An object that only a tolerant reading shows, and that is more than text (or
 * a message, whose parts are looked at on their own), is refused as such: no sane sender makes it, and what one client shows of it
 * another one hides.
 */
static void
check_hidden(struct scan *scan, const Entity *entity, const PartRecord *part)
{
	if (!entity->is_hidden || part->size == 0 ||
	    part->detected_type == NULL ||
	    g_str_has_prefix(part->detected_type, "text/") ||
	    g_str_has_prefix(part->detected_type, "message/"))
		return;
	record_add_finding(scan->record, FINDING_AMBIGUITY, "hidden-part",
	    scan->policy->hidden_part == CHOICE_NOTE ? VERDICT_ACCEPT :
	    VERDICT_ILLEGAL, part->path, NULL, entity->reading,
	    "%s that not every mail client shows", part->detected_type);
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

	while (remainder_next_base64(text, &offset, &run) &&
	    number < scan->policy->max_parts) {
		g_autoptr(GPtrArray) decodings = decode_readings(run,
		    ENCODING_BASE64, scan->policy->max_part_octets);
		g_autoptr(GPtrArray) names = g_ptr_array_new();

		for (guint i = 0; i < decodings->len; i++) {
			const Decoded *decoded =
			    g_ptr_array_index(decodings, i);
			g_autofree char *path = g_strdup_printf("%s>@%u",
			    parent, ++number);
			PartRecord *part = record_add_part(scan->record, path,
			    parent);
			Span octets;

			octets.octets = g_bytes_get_data(decoded->octets,
			    &octets.len);
			examination_object(scan->examination, part, octets,
			    names, LINE_READING);
		}
	}
}

static void
examine_decoded(struct scan *scan, const Entity *entity,
    TransferEncoding encoding, const Decoded *decoded,
    const GPtrArray *names, guint depth)
{
	PartRecord *part = record_add_part(scan->record, entity->path,
	    entity->parent);
	g_autoptr(GPtrArray) own_names = coded_names(decoded);
	Span octets;

	part->content_type = g_strdup(entity->content_type);
	part->disposition = g_strdup(entity->disposition);
	check_decoded_limit(scan, decoded, entity->path, entity->reading);
	examination_names(scan->examination, part, own_names, entity->reading);
	octets.octets = g_bytes_get_data(decoded->octets, &octets.len);
	examination_object(scan->examination, part, octets, names,
	    entity->reading);
	if (part->coverage != COVERAGE_SCANNED)
		return;
	check_hidden(scan, entity, part);
	if (encoding == ENCODING_IDENTITY)
		examine_base64_runs(scan, octets, part->path);
	if (entity->content_type == NULL ||
	    g_str_has_prefix(entity->content_type, "text/"))
		examine_inline(scan, part->path, octets, entity->reading);
	reenter(scan, part, octets, names, depth);
}

/* FALSE: the header section is over a limit, and a finding says so. */
static gboolean
check_header_limits(struct scan *scan, const HeaderSection *header,
    const char *path, const char *reading)
{
	gboolean is_within = TRUE;

	if ((header->oddities & HEADER_TOO_MANY_FIELDS) != 0) {
		is_within = FALSE;
		record_add_finding(scan->record, FINDING_LIMIT,
		    "max-header-fields", VERDICT_ILLEGAL, path, NULL, reading,
		    "more than %u header fields",
		    scan->policy->max_header_fields);
	}
	if ((header->oddities & HEADER_TOO_LONG) != 0) {
		is_within = FALSE;
		record_add_finding(scan->record, FINDING_LIMIT,
		    "max-header-octets", VERDICT_ILLEGAL, path, NULL, reading,
		    "a header section of more than %u octets",
		    HEADER_MAX_OCTETS);
	}
	return is_within;
}

/*
 * Every place where some client sees the body begin: where the reading does,
 * and behind lines that only look empty to it (RFC 5322 2.1 wants an empty
 * one). Returns how many there are.
 */
static guint
body_borders(const Entity *entity, guint max_fields,
    Span bodies[N_BORDERS + 1])
{
	const guint8 *end = entity->body.octets + entity->body.len;
	Span whole = { entity->header.octets,
		(gsize)(end - entity->header.octets) };
	g_autoptr(HeaderSection) header = header_section_new(whole, max_fields);
	guint n = 0;

	bodies[n++] = entity->body;
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

/* The body under one encoding, in all its readings. Returns how many. */
static guint
examine_bodies(struct scan *scan, const Entity *entity,
    TransferEncoding encoding, const GPtrArray *names, guint depth)
{
	Span bodies[N_BORDERS + 1];
	guint n = body_borders(entity, scan->policy->max_header_fields, bodies);
	guint readings = 0;

	for (guint b = 0; b < n; b++) {
		g_autoptr(GPtrArray) decodings = decode_readings(bodies[b],
		    encoding, scan->policy->max_part_octets);

		for (guint i = 0; i < decodings->len; i++)
			examine_decoded(scan, entity, encoding,
			    g_ptr_array_index(decodings, i), names, depth);
		readings += decodings->len;
	}
	return readings;
}

static void
examine_entity(struct scan *scan, const Entity *entity, guint depth)
{
	g_autoptr(HeaderSection) header = header_section_new(entity->header,
	    scan->policy->max_header_fields);
	g_autoptr(Declaration) declaration = declaration_new(header);
	g_autoptr(GPtrArray) names = entity_names(declaration);
	guint encodings = entity_encodings(declaration), readings = 0;

	check_header_limits(scan, header, entity->path, entity->reading);
	if (declaration->exceeds)
		record_add_finding(scan->record, FINDING_LIMIT,
		    "max-parameters", VERDICT_ILLEGAL, entity->path, NULL,
		    entity->reading,
		    "the parameters have more values than can be followed");
	if (entity->is_entered) {
		PartRecord *part = record_add_part(scan->record, entity->path,
		    entity->parent);

		part->content_type = g_strdup(entity->content_type);
		part->disposition = g_strdup(entity->disposition);
		part->size = entity->body.len;
		part->coverage = COVERAGE_SCANNED;
		g_ptr_array_add(part->readings, g_strdup(entity->reading));
		examination_names(scan->examination, part, names,
		    entity->reading);
		return;
	}
	for (guint encoding = 0; encoding < N_ENCODINGS; encoding++)
		if ((encodings & 1u << encoding) != 0)
			readings += examine_bodies(scan, entity,
			    (TransferEncoding)encoding, names, depth);
	if (readings > 1)
		record_add_finding(scan->record, FINDING_AMBIGUITY,
		    "transfer-encoding", VERDICT_ACCEPT, entity->path, NULL,
		    entity->reading, "the body can be decoded in %u ways",
		    readings);
}

/* --- one message ------------------------------------------------------------- */

/*
 * What lies in no body: header sections, the text before, between and behind
 * the parts. Signatures for mail match there.
 */
static void
examine_remainder(struct scan *scan, Span message, const GPtrArray *entities,
    const char *base)
{
	g_autoptr(GBytes) remainder = remainder_new(message, entities);
	Span octets;

	octets.octets = g_bytes_get_data(remainder, &octets.len);
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
	g_autoptr(HeaderSection) header = header_section_new(message,
	    scan->policy->max_header_fields);

	return check_header_limits(scan, header, base, GMIME_READING);
}

static void
examine_message(struct scan *scan, Span message, const char *base, guint depth)
{
	g_autoptr(GPtrArray) entities = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)entity_free);
	gboolean has_inline;

	if (!check_header(scan, message, base))
		return;
	gmime_reading(skip_blank_lines(message), base, depth, scan->policy,
	    entities, scan->record);
	line_reading(message, base, scan->policy, entities, scan->record,
	    &has_inline);
	for (guint i = 0; i < entities->len; i++) {
		const Entity *entity = g_ptr_array_index(entities, i);

		if (g_strcmp0(entity->content_type, "message/partial") == 0)
			record_add_finding(scan->record, FINDING_AMBIGUITY,
			    "message-partial", scan->policy->message_partial ==
			    CHOICE_NOTE ? VERDICT_ACCEPT : VERDICT_ILLEGAL,
			    entity->path, NULL, entity->reading,
			    "a fragment of a message cannot be examined");
		if (g_strcmp0(entity->content_type,
		    "message/external-body") == 0)
			record_add_finding(scan->record, FINDING_AMBIGUITY,
			    "external-body", scan->policy->external_body ==
			    CHOICE_NOTE ? VERDICT_ACCEPT : VERDICT_ILLEGAL,
			    entity->path, NULL, entity->reading,
			    "the content lies elsewhere");
		examine_entity(scan, entity, depth);
	}
	if (has_inline)
		examine_inline(scan, base, message, LINE_READING);
	examine_remainder(scan, message, entities, base);
}

Record *
scan_message(const RuleSet *rules, const ScanPolicy *policy,
    const Envelope *envelope, int fd)
{
	gint64 begin = g_get_monotonic_time();
	Record *record = record_new();
	g_autofree guint8 *octets = NULL;

	record->id = g_strdup(envelope->id);
	if (envelope->file != NULL)
		record->file = g_utf8_make_valid(envelope->file, -1);
	record->size = envelope->size;
	record->signatures = engine_signature_count(ruleset_engine(rules));
	record->newest = engine_newest(ruleset_engine(rules));
	record->policy = g_strdup(ruleset_fingerprint(rules));
	if (envelope->size > policy->max_message_octets)
		record_add_finding(record, FINDING_SIZE, "message-size",
		    VERDICT_TOO_BIG, NULL, NULL, NULL,
		    "more than %" G_GUINT64_FORMAT " octets",
		    policy->max_message_octets);
	else
		octets = read_message(fd, envelope->size, record);
	if (octets != NULL) {
		g_autoptr(Examination) examination = examination_new(rules,
		    policy, record);
		struct scan scan = { policy, record, examination, 0 };

		examine_message(&scan, (Span){ octets, envelope->size }, "", 0);
	}
	record_decide(record, ruleset_catalogue(rules));
	record->elapsed_ms =
	    (double)(g_get_monotonic_time() - begin) / 1000.0;
	return record;
}
