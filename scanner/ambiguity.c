/*
 * scanner/ambiguity.c - how badly the readings of a message differ.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/ambiguity.h"

static const struct {
	const char *rule;
	AmbiguityGrade grade;
} grades[] = {
	{ "header-name", AMBIGUITY_BENIGN },
	{ "conflicting-fields", AMBIGUITY_BENIGN },
	{ "conflicting-parameters", AMBIGUITY_BENIGN },
	{ "no-boundary", AMBIGUITY_BENIGN },
	{ "no-delimiter", AMBIGUITY_BENIGN },
	{ "empty-part", AMBIGUITY_BENIGN },
	{ "external-body", AMBIGUITY_BENIGN },
	{ "ambiguous-header", AMBIGUITY_DIFFERENT },
	{ "transfer-encoding", AMBIGUITY_DIFFERENT },
	{ "hidden-text", AMBIGUITY_DIFFERENT },
	{ "hidden-part", AMBIGUITY_DIFFERENT },
	{ "message-partial", AMBIGUITY_UNREADABLE },
	{ "max-depth", AMBIGUITY_UNREADABLE },
	{ "max-parts", AMBIGUITY_UNREADABLE },
	{ "max-messages", AMBIGUITY_UNREADABLE },
	{ "max-decoded-ratio", AMBIGUITY_UNREADABLE },
	{ "max-header-fields", AMBIGUITY_UNREADABLE },
	{ "max-header-octets", AMBIGUITY_UNREADABLE },
	{ "max-parameters", AMBIGUITY_UNREADABLE },
	{ "max-name-readings", AMBIGUITY_UNREADABLE },
};

AmbiguityGrade
ambiguity_of_finding(const Finding *finding)
{
	if (finding->class != FINDING_AMBIGUITY &&
	    finding->class != FINDING_LIMIT)
		return AMBIGUITY_NONE;
	for (gsize i = 0; i < G_N_ELEMENTS(grades); i++)
		if (strcmp(grades[i].rule, finding->rule) == 0)
			return grades[i].grade;
	return AMBIGUITY_NONE;
}

AmbiguityGrade
ambiguity_of_record(const Record *record)
{
	AmbiguityGrade worst = AMBIGUITY_NONE;

	for (guint i = 0; i < record->findings->len; i++)
		worst = MAX(worst, ambiguity_of_finding(
		    g_ptr_array_index(record->findings, i)));
	return worst;
}

const char *
ambiguity_name(AmbiguityGrade grade)
{
	static const char *const names[] = { NULL, "A1", "A2", "A3" };

	return names[grade];
}

char *
ambiguity_results(const Record *record, const char *server)
{
	g_autoptr(GString) results = g_string_new(server);
	AmbiguityGrade worst = ambiguity_of_record(record);
	guint told = 0;

	if (worst == AMBIGUITY_NONE) {
		g_string_append(results, "; none");
		return g_string_free(g_steal_pointer(&results), FALSE);
	}
	for (guint i = 0; i < record->findings->len &&
	     told < AMBIGUITY_MAX_RESULTS; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);
		AmbiguityGrade grade = ambiguity_of_finding(finding);

		if (grade == AMBIGUITY_NONE)
			continue;
		told++;
		g_string_append_printf(results, "; grade=%s rule=%s",
		    ambiguity_name(grade), finding->rule);
		/* Paths are digits and a few marks: never the sender's text. */
		if (finding->part != NULL && *finding->part != '\0')
			g_string_append_printf(results, " part=\"%s\"",
			    finding->part);
		if (finding->offset >= 0)
			g_string_append_printf(results,
			    " offset=%" G_GINT64_FORMAT, finding->offset);
	}
	return g_string_free(g_steal_pointer(&results), FALSE);
}
