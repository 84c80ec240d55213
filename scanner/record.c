/*
 * scanner/record.c - the verdict record: findings, parts and the decision.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/record.h"

static void
finding_free(gpointer data)
{
	Finding *finding = data;

	g_free(finding->rule);
	g_free(finding->part);
	g_free(finding->name);
	g_free(finding->detail);
	g_free(finding->reading);
	g_free(finding->field);
	g_free(finding);
}

static void
part_record_free(gpointer data)
{
	PartRecord *part = data;

	g_free(part->path);
	g_free(part->parent);
	g_free(part->content_type);
	g_free(part->detected_type);
	g_free(part->disposition);
	g_ptr_array_unref(part->names);
	g_free(part->sha256);
	g_free(part->why);
	g_ptr_array_unref(part->readings);
	g_free(part);
}

static void
score_hit_free(gpointer data)
{
	ScoreHit *hit = data;

	g_free(hit->rule);
	g_free(hit->text);
	g_free(hit);
}

Record *
record_new(void)
{
	Record *record = g_new0(Record, 1);

	record->action = verdict_action(VERDICT_DEFER);
	record->findings = g_ptr_array_new_with_free_func(finding_free);
	record->finding_keys = g_hash_table_new_full(g_str_hash, g_str_equal,
	    g_free, NULL);
	record->parts = g_ptr_array_new_with_free_func(part_record_free);
	record->hits = g_ptr_array_new_with_free_func(score_hit_free);
	record->headers = g_ptr_array_new_with_free_func(g_free);
	return record;
}

void
record_free(Record *record)
{
	if (record == NULL)
		return;
	g_free(record->id);
	g_free(record->file);
	g_free(record->enhanced);
	g_free(record->text);
	g_hash_table_unref(record->finding_keys);
	g_ptr_array_unref(record->findings);
	g_ptr_array_unref(record->parts);
	g_ptr_array_unref(record->hits);
	g_ptr_array_unref(record->headers);
	g_free(record->policy);
	g_free(record->content_digest);
	g_free(record);
}

static char *
valid_utf8(const char *text)
{
	return text != NULL ? g_utf8_make_valid(text, -1) : NULL;
}

/* Equal for equal findings. Caller frees. */
static char *
finding_key(const Finding *finding)
{
	return g_strdup_printf("%d %d %s\n%s\n%s", (int)finding->class,
	    (int)finding->verdict, finding->rule,
	    finding->part != NULL ? finding->part : "\n",
	    finding->name != NULL ? finding->name : "\n");
}

Finding *
record_add_finding(Record *record, FindingClass class, const char *rule,
    Verdict verdict, const char *part, const char *name, const char *reading,
    const char *detail_format, ...)
{
	Finding *finding = g_new0(Finding, 1), *old;
	g_autofree char *key = NULL;
	va_list arguments;

	finding->class = class;
	finding->verdict = verdict;
	finding->rule = valid_utf8(rule);
	finding->part = g_strdup(part);
	finding->name = valid_utf8(name);
	finding->offset = -1;
	key = finding_key(finding);
	old = g_hash_table_lookup(record->finding_keys, key);
	if (old != NULL) {
		finding_free(finding);
		return old;
	}
	finding->reading = g_strdup(reading);
	if (detail_format != NULL) {
		g_autofree char *detail = NULL;

		va_start(arguments, detail_format);
		detail = g_strdup_vprintf(detail_format, arguments);
		va_end(arguments);
		finding->detail = valid_utf8(detail);
	}
	g_ptr_array_add(record->findings, finding);
	g_hash_table_insert(record->finding_keys, g_steal_pointer(&key),
	    finding);
	return finding;
}

void
finding_set_place(Finding *finding, gint64 offset, const char *field)
{
	if (finding->offset >= 0 || finding->field != NULL)
		return;
	finding->offset = offset;
	finding->field = valid_utf8(field);
}

PartRecord *
record_add_part(Record *record, const char *path, const char *parent)
{
	PartRecord *part = g_new0(PartRecord, 1);

	part->path = g_strdup(path);
	part->parent = g_strdup(parent);
	part->names = g_ptr_array_new_with_free_func(g_free);
	part->readings = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(record->parts, part);
	return part;
}

/* Whether a finding that does not let the message pass names the part. */
static gboolean
part_is_objected(const Record *record, const PartRecord *part)
{
	for (guint i = 0; i < record->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);

		if (finding->verdict != VERDICT_ACCEPT &&
		    g_strcmp0(finding->part, part->path) == 0)
			return TRUE;
	}
	return FALSE;
}

void
record_decide(Record *record, const Catalogue *catalogue)
{
	Verdict verdict = VERDICT_ACCEPT;
	const Reply *reply;

	for (guint i = 0; i < record->parts->len; i++) {
		const PartRecord *part = g_ptr_array_index(record->parts, i);

		if (part->coverage == COVERAGE_UNREADABLE &&
		    !part_is_objected(record, part))
			record_add_finding(record, FINDING_ERROR,
			    "unexamined-part", VERDICT_DEFER, part->path, NULL,
			    NULL, "%s", part->why != NULL ? part->why :
			    "the part was not examined");
	}
	for (guint i = 0; i < record->findings->len; i++) {
		Finding *finding = g_ptr_array_index(record->findings, i);

		finding->reply = catalogue_reply(catalogue, finding->verdict)->code;
		if (verdict_severity(finding->verdict) >
		    verdict_severity(verdict))
			verdict = finding->verdict;
	}
	reply = catalogue_reply(catalogue, verdict);
	record->action = verdict_action(verdict);
	record->code = reply->code;
	g_free(record->enhanced);
	record->enhanced = g_strdup(reply->enhanced);
	g_free(record->text);
	record->text = g_strdup(reply->text);
}

Record *
record_new_error(const Catalogue *catalogue, const char *id, const char *file,
    guint64 size, const char *rule, const char *detail)
{
	Record *record = record_new();

	record->id = g_strdup(id);
	record->file = valid_utf8(file);
	record->size = size;
	record_add_finding(record, FINDING_ERROR, rule, VERDICT_DEFER, NULL,
	    NULL, NULL, "%s", detail);
	record_decide(record, catalogue);
	return record;
}
