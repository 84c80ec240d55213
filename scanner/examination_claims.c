/*
 * scanner/examination_claims.c - what an object claims to be, and is.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cms.h"
#include "scanner/container.h"
#include "scanner/examiners.h"
#include "signatures/file_type.h"

/*
 * A name that shows a document's extension in front of its own is made to
 * deceive: then a row that is only for archives refuses everywhere.
 */
static Verdict
judge_row(const BannedExtension *row, const PartRecord *part,
    const char *document)
{
	gboolean refuses = banned_extension_refuses(row, part_is_member(part)) ||
	    (row->tier == TIER_ARCHIVE && document != NULL);

	return refuses ? row->verdict : VERDICT_ACCEPT;
}

/* A name with an extension, or without one, that stands nowhere. */
static void
examine_unlisted(Examination *examination, const PartRecord *part,
    const Filename *name, const char *extension, const char *reading)
{
	gboolean is_noted;
	Verdict verdict = attachments_unlisted(
	    ruleset_attachments(examination->rules), &is_noted);

	if (verdict != VERDICT_ACCEPT || is_noted)
		record_add_finding(examination->record, FINDING_NAME,
		    "unlisted-extension", verdict, part->path, name->display,
		    reading, "%s%s: not among the listed extensions",
		    strcmp(extension, NO_EXTENSION) == 0 ? "" : ".",
		    extension);
}

static void
examine_extension(Examination *examination, const PartRecord *part,
    const Filename *name, const char *extension, const char *document,
    const char *reading)
{
	const BannedExtension *row = attachments_find(
	    ruleset_attachments(examination->rules), extension);

	if (row == NULL)
		examine_unlisted(examination, part, name, extension, reading);
	else if (row->tier != TIER_ALLOW)
		record_add_finding(examination->record, FINDING_NAME,
		    "banned-extension", judge_row(row, part, document),
		    part->path, name->display, reading, ".%s: %s%s%s",
		    row->extension, row->reason,
		    document != NULL ? "; poses as ." : "",
		    document != NULL ? document : "");
}

static void
examine_extensions(Examination *examination, const PartRecord *part,
    const Filename *name, const char *reading)
{
	const char *document = NULL;

	for (guint i = 0; i < name->forms->len && document == NULL; i++)
		document = filename_inner_document(
		    g_ptr_array_index(name->forms, i));
	for (guint i = 0; i < name->extensions->len; i++)
		examine_extension(examination, part, name,
		    g_ptr_array_index(name->extensions, i), document,
		    reading);
	/* A folder's name has no form: it is no file. */
	if (name->extensions->len == 0 && name->forms->len > 0)
		examine_extension(examination, part, name, NO_EXTENSION,
		    document, reading);
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

/* Whether it is declared as text, which mail programs show and do not save. */
static gboolean
is_declared_text(const PartRecord *part)
{
	return part->content_type == NULL ||
	    g_str_has_prefix(part->content_type, "text/");
}

/* Text of the message itself, not of a file. */
static gboolean
is_mail_text(const PartRecord *part)
{
	return part->names->len == 0 && !part_is_member(part) &&
	    is_declared_text(part);
}

/* One name's extension against the type; name NULL: the part has none. */
static void
judge_type(Examination *examination, const PartRecord *part,
    const char *extension, const char *name, const char *reading)
{
	const char *rule = NULL, *reason = NULL;
	TypeJudgement judgement = types_judge(
	    ruleset_types(examination->rules), part->detected_type, extension,
	    is_mail_text(part), &rule, &reason);

	if (judgement == TYPE_HARMLESS)
		return;
	record_add_finding(examination->record, FINDING_TYPE, rule,
	    judgement == TYPE_NOTE ? VERDICT_ACCEPT : VERDICT_ILLEGAL,
	    part->path, name, reading, "%s%s%s", part->detected_type,
	    reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

/* Caller frees; NULL and error: libmagic failed. */
static char *
detect_type(const Examination *examination, Span octets, gboolean is_file,
    GError **error)
{
	const char *type = magic_type_at_a_glance(octets.octets, octets.len,
	    is_file);

	if (type != NULL)
		return g_strdup(type);
	type = magic_type_detect(ruleset_magic(examination->rules),
	    octets.octets, octets.len, error);
	return type != NULL ? g_strdup(file_type_refine(octets.octets,
	    octets.len, type)) : NULL;
}

void
add_encrypted_document(Examination *examination, PartRecord *part,
    const char *reading, const char *what)
{
	part->is_encrypted = TRUE;
	record_add_finding(examination->record, FINDING_ENCRYPTED,
	    "encrypted-document",
	    verdict_of(examination->policy->encrypted_document), part->path,
	    part_first_name(part), reading, "%s", what);
}

void
examine_type(Examination *examination, PartRecord *part, Span octets,
    const GPtrArray *names, const char *reading)
{
	g_autoptr(GError) error = NULL;
	gboolean has_extension = FALSE;

	if (part->detected_type == NULL)
		part->detected_type = detect_type(examination, octets,
		    names->len > 0 || !is_declared_text(part), &error);
	if (part->detected_type == NULL) {
		record_add_finding(examination->record, FINDING_ERROR,
		    "type-detection", VERDICT_DEFER, part->path, NULL, reading,
		    "%s", error->message);
		return;
	}
	if (strcmp(part->detected_type, "application/octet-stream") == 0 &&
	    container_type_of(octets.octets, octets.len) != NULL) {
		g_free(part->detected_type);
		part->detected_type = g_strdup(container_type_of(
		    octets.octets, octets.len));
	}
	/* A CFB file with an EncryptedPackage stream ([MS-OFFCRYPTO] 2.3). */
	if (strcmp(part->detected_type, "application/encrypted") == 0)
		add_encrypted_document(examination, part, reading,
		    "an encrypted Office document");
	if (cms_is_encrypted(octets))
		add_encrypted_document(examination, part, reading,
		    "an encrypted S/MIME message");
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
		judge_type(examination, part, "", part_first_name(part), reading);
	apply_exceptions(examination, part, names);
}

void
examine_second_opinion(Examination *examination, const PartRecord *part,
    const char *engine_type, const char *reading)
{
	const char *rule = NULL, *reason = NULL, *type = NULL;

	if (part->detected_type != NULL)
		type = types_second_opinion(ruleset_types(examination->rules),
		    part->detected_type, engine_type, &rule, &reason);
	if (type != NULL)
		record_add_finding(examination->record, FINDING_TYPE, rule,
		    VERDICT_ILLEGAL, part->path, part_first_name(part),
		    reading, "%s, says libclamav: %s", type, reason);
}
