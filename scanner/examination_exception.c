/*
 * scanner/examination_exception.c - what the operator lets pass all the same.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/examiners.h"

/* The detected type of the container that holds a member; NULL: the part is
 * none. Borrowed. */
static const char *
container_type(const Record *record, const PartRecord *part)
{
	if (!part_is_member(part))
		return NULL;
	for (guint i = record->parts->len; i > 0; i--) {
		const PartRecord *other =
		    g_ptr_array_index(record->parts, i - 1);

		if (g_strcmp0(other->path, part->parent) == 0 &&
		    other->detected_type != NULL)
			return other->detected_type;
	}
	return "application/octet-stream";
}

/* An exception must cover every form of the name: what it does not cover may
 * be what a client makes of it. */
static const char *
exception_for(const Attachments *attachments, const Filename *name,
    const char *type, const char *inside)
{
	const char *exception = NULL;

	for (guint i = 0; i < name->forms->len; i++) {
		exception = attachments_exception(attachments,
		    g_ptr_array_index(name->forms, i), type, inside);
		if (exception == NULL)
			return NULL;
	}
	return exception;
}

/* Findings that say what a name or a type is; not that something could not be
 * read. */
static gboolean
may_be_lifted(const Finding *finding)
{
	static const char *const unread[] = { "unreadable-member",
		"unopened-container", "damaged-container", NULL };

	return (finding->class == FINDING_NAME ||
	    finding->class == FINDING_TYPE) &&
	    finding->verdict != VERDICT_ACCEPT &&
	    !g_strv_contains(unread, finding->rule);
}

static void
lift_findings(Record *record, const PartRecord *part, const Filename *name,
    const char *exception)
{
	g_autofree char *display = g_utf8_make_valid(name->display, -1);

	for (guint i = 0; i < record->findings->len; i++) {
		Finding *finding = g_ptr_array_index(record->findings, i);
		g_autofree char *detail = NULL;

		if (!may_be_lifted(finding) ||
		    g_strcmp0(finding->part, part->path) != 0 ||
		    g_strcmp0(finding->name, display) != 0)
			continue;
		detail = finding->detail;
		finding->verdict = VERDICT_ACCEPT;
		finding->detail = g_strdup_printf("%s; exception %s",
		    detail != NULL ? detail : "", exception);
	}
}

void
apply_exceptions(Examination *examination, const PartRecord *part,
    const GPtrArray *names)
{
	const Attachments *attachments =
	    ruleset_attachments(examination->rules);
	const char *inside;

	if (!attachments_has_exceptions(attachments) ||
	    part->detected_type == NULL)
		return;
	inside = container_type(examination->record, part);
	for (guint i = 0; i < names->len; i++) {
		const Filename *name = g_ptr_array_index(names, i);
		const char *exception = exception_for(attachments, name,
		    part->detected_type, inside);

		if (exception != NULL)
			lift_findings(examination->record, part, name,
			    exception);
	}
}
