/*
 * scanner/examination.c - what is wrong with one object: names, type, members.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/digest.h"
#include "scanner/examiners.h"

Examination *
examination_new(const RuleSet *rules, const ScanPolicy *policy, Record *record)
{
	Examination *examination = g_new0(Examination, 1);

	examination->rules = rules;
	examination->policy = policy;
	examination->record = record;
	examination->scanned = g_hash_table_new(g_str_hash, g_str_equal);
	examination->passwords = g_ptr_array_new_with_free_func(g_free);
	examination->locked = g_ptr_array_new_with_free_func(locked_free);
	return examination;
}

void
examination_free(Examination *examination)
{
	if (examination == NULL)
		return;
	g_hash_table_unref(examination->scanned);
	g_ptr_array_unref(examination->passwords);
	g_ptr_array_unref(examination->locked);
	g_free(examination);
}

gboolean
part_is_guess(const PartRecord *part)
{
	return strstr(part->path, ">@") != NULL;
}

Verdict
verdict_of(PolicyChoice choice)
{
	return choice == CHOICE_NOTE ? VERDICT_ACCEPT : VERDICT_ILLEGAL;
}

void
add_unique(GPtrArray *strings, const char *string)
{
	if (!g_ptr_array_find_with_equal_func(strings, string, g_str_equal,
	    NULL))
		g_ptr_array_add(strings, g_strdup(string));
}

const char *
part_first_name(const PartRecord *part)
{
	return part->names->len > 0 ? g_ptr_array_index(part->names, 0) : NULL;
}

gboolean
part_is_member(const PartRecord *part)
{
	return strchr(part->path, '>') != NULL;
}

void
add_size_finding(Examination *examination, PartRecord *part,
    const char *reading)
{
	part->why = g_strdup("larger than max-part-octets");
	record_add_finding(examination->record, FINDING_SIZE, "part-size",
	    VERDICT_TOO_BIG, part->path, part_first_name(part), reading,
	    "more than %" G_GUINT64_FORMAT " octets",
	    examination->policy->max_part_octets);
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
	walk_part(examination, part, octets, reading);
}

void
examination_remainder(Examination *examination, Span octets, const char *path,
    const char *reading)
{
	walk_loose(examination, octets, ENGINE_UNOPENED_MAIL, FALSE, path,
	    reading);
}

void
examination_mail(Examination *examination, Span message, const char *path)
{
	walk_loose(examination, message, ENGINE_WHOLE, TRUE, path,
	    CLAMAV_READING);
}
