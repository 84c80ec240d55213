/*
 * scanner/judgement.c - what the content rules say about a message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <gmime/gmime.h>
#include <string.h>

#include "scanner/decode.h"
#include "scanner/digest.h"
#include "scanner/gmime_reading.h"
#include "scanner/judgement.h"

/* Hits that the finding's detail names; the record has them all. */
#define MAX_NAMED_HITS 6

/* --- the message as content.h wants it -------------------------------------- */

/* Octets of the header section, with the end of its last line. */
static gsize
header_length(Span message)
{
	const guint8 *p = message.octets, *end = p + message.len;

	while ((p = memchr(p, '\n', (gsize)(end - p))) != NULL) {
		p++;
		if (p < end && (*p == '\n' ||
		    (end - p > 1 && p[0] == '\r' && p[1] == '\n')))
			return (gsize)(p - message.octets);
	}
	return message.len;
}

static TransferEncoding
transfer_encoding(const char *name)
{
	switch (g_mime_content_encoding_from_string(name)) {
	case GMIME_CONTENT_ENCODING_BASE64:
		return ENCODING_BASE64;
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		return ENCODING_QUOTED_PRINTABLE;
	case GMIME_CONTENT_ENCODING_UUENCODE:
		return ENCODING_UUENCODE;
	default:
		return ENCODING_IDENTITY;
	}
}

static gboolean
is_text(const Entity *entity)
{
	return entity->content_type == NULL ||
	    g_str_has_prefix(entity->content_type, "text/");
}

/* The first reading of a text's body, which most clients show; it is kept in
 * decoded (of GPtrArray *). */
static void
set_text(ContentPart *part, const Entity *entity, gsize max_octets,
    GPtrArray *decoded)
{
	TransferEncoding encoding = entity->encoding != NULL ?
	    transfer_encoding(entity->encoding) : ENCODING_IDENTITY;
	GPtrArray *readings = decode_readings(entity->body, encoding,
	    max_octets);
	const Decoded *first = g_ptr_array_index(readings, 0);

	part->octets = g_bytes_get_data(first->octets, &part->len);
	if (part->octets == NULL)
		part->octets = (const guint8 *)"";
	g_ptr_array_add(decoded, readings);
}

/* Of ContentPart; the first is the message itself, as a part or as what holds
 * the others. */
static GArray *
content_parts(Span message, gsize header_len, const GPtrArray *entities,
    gsize max_octets, GPtrArray *decoded)
{
	GArray *parts = g_array_new(FALSE, FALSE, sizeof(ContentPart));
	const ContentPart whole = { .content_type = "multipart/mixed",
		.header = message.octets, .header_len = header_len };

	for (guint i = 0; i < entities->len; i++) {
		const Entity *entity = g_ptr_array_index(entities, i);
		ContentPart part = { .content_type = entity->content_type,
			.charset = entity->charset, .name = entity->name,
			.encoding = entity->encoding,
			.header = entity->header.octets,
			.header_len = entity->header.len,
			.disposition = entity->disposition,
			.container_type = entity->container_type };

		if (strcmp(entity->reading, GMIME_READING) != 0)
			continue;
		if (parts->len == 0 && part.header != message.octets)
			g_array_append_val(parts, whole);
		if (!entity->is_entered && (entity->content_type == NULL ||
		    !g_str_has_prefix(entity->content_type, "multipart/"))) {
			part.body = entity->body.octets;
			part.body_len = entity->body.len;
		}
		if (!entity->is_entered && is_text(entity))
			set_text(&part, entity, max_octets, decoded);
		g_array_append_val(parts, part);
	}
	if (parts->len == 0)
		g_array_append_val(parts, whole);
	return parts;
}

/* --- the result ------------------------------------------------------------------ */

static int
compare_scores(gconstpointer a, gconstpointer b)
{
	const ContentHit *x = *(const ContentHit *const *)a;
	const ContentHit *y = *(const ContentHit *const *)b;

	return x->rule->score < y->rule->score ? 1 :
	    x->rule->score > y->rule->score ? -1 : 0;
}

static void
add_hits(Record *record, const ContentResult *result)
{
	record->score = result->score;
	for (guint i = 0; i < result->hits->len; i++) {
		const ContentHit *hit = g_ptr_array_index(result->hits, i);
		ScoreHit *copy = g_new0(ScoreHit, 1);

		copy->rule = g_utf8_make_valid(hit->rule->name, -1);
		copy->score = hit->rule->score;
		copy->text = g_strdup(hit->excerpt);
		copy->offset = hit->offset;
		g_ptr_array_add(record->hits, copy);
	}
}

/* The weightiest rules. Caller frees. */
static char *
name_hits(const ContentResult *result)
{
	g_autoptr(GString) names = g_string_new(NULL);

	g_ptr_array_sort(result->hits, compare_scores);
	for (guint i = 0; i < MIN(result->hits->len, MAX_NAMED_HITS); i++) {
		const ContentHit *hit = g_ptr_array_index(result->hits, i);

		g_string_append_printf(names, "%s%s %g", i > 0 ? ", " : ": ",
		    hit->rule->name, hit->rule->score);
	}
	return g_string_free(g_steal_pointer(&names), FALSE);
}

/* Of what the recipient would read, whatever way the message came: the same
 * for a second delivery. */
static char *
content_digest(const GArray *parts)
{
	g_autoptr(GByteArray) texts = g_byte_array_new();

	for (guint i = 0; i < parts->len; i++) {
		const ContentPart *part = &g_array_index(parts, ContentPart, i);

		if (part->octets != NULL)
			g_byte_array_append(texts, part->octets,
			    (guint)part->len);
	}
	return digest_sha256(texts->data, texts->len);
}

static void
add_verdict(Record *record, const ContentResult *result,
    const ContentPolicy *policy, const GArray *parts)
{
	const ContentThresholds thresholds = { policy->suspect_score,
		policy->reject_score, policy->reject_rule_score };
	Verdict verdict = content_verdict(result, &thresholds);
	g_autofree char *names = name_hits(result);

	if (result->is_unfinished) {
		record_add_finding(record, FINDING_ERROR, "content-time",
		    VERDICT_DEFER, NULL, NULL, GMIME_READING,
		    "the content rules took more than %u ms",
		    policy->budget_ms);
	} else if (verdict != VERDICT_ACCEPT) {
		record_add_finding(record, FINDING_CONTENT,
		    verdict == VERDICT_SUSPECT ? "suspect-score" :
		    "reject-score", verdict, NULL, NULL, GMIME_READING,
		    "%.1f points%s", result->score, names);
	}
	if (verdict != VERDICT_SUSPECT)
		return;
	record->content_digest = content_digest(parts);
	record->expires = g_get_real_time() / G_USEC_PER_SEC +
	    policy->second_look_ms / 1000;
}

/* The message as the rules look at it, and what that borrows. */
typedef struct {
	ContentInput input;
	GArray *parts;          /* of ContentPart */
	GPtrArray *decoded;     /* of GPtrArray *, see decode_readings() */
} Reading;

static void
reading_init(Reading *reading, const ScanPolicy *policy,
    const Envelope *envelope, Span message, const GPtrArray *entities)
{
	gsize header_len = header_length(message);

	reading->decoded = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)g_ptr_array_unref);
	reading->parts = content_parts(message, header_len, entities,
	    policy->max_part_octets, reading->decoded);
	reading->input = (ContentInput){ .message = message.octets,
		.message_len = message.len, .header_len = header_len,
		.parts = &g_array_index(reading->parts, ContentPart, 0),
		.n_parts = reading->parts->len, .envelope = envelope };
}

static void
reading_clear(Reading *reading)
{
	g_array_unref(reading->parts);
	g_ptr_array_unref(reading->decoded);
}

ContentResult *
judgement_scan(const ContentEngine *engine, const ScanPolicy *policy,
    const Envelope *envelope, Span message, const GPtrArray *entities,
    gboolean with_subrules)
{
	Reading reading;
	ContentResult *result;

	reading_init(&reading, policy, envelope, message, entities);
	result = content_engine_scan(engine, &reading.input, with_subrules);
	reading_clear(&reading);
	return result;
}

void
judgement_add(const ContentEngine *engine, const ScanPolicy *policy,
    const Envelope *envelope, Span message, const GPtrArray *entities,
    Record *record)
{
	g_autoptr(ContentResult) result = NULL;
	Reading reading;

	reading_init(&reading, policy, envelope, message, entities);
	result = content_engine_scan(engine, &reading.input, FALSE);
	add_hits(record, result);
	for (guint i = 0; i < result->notes->len; i++)
		record_add_finding(record, FINDING_CONTENT, "content-note",
		    VERDICT_ACCEPT, NULL, NULL, GMIME_READING, "%s",
		    (const char *)g_ptr_array_index(result->notes, i));
	add_verdict(record, result, &policy->content, reading.parts);
	reading_clear(&reading);
}
