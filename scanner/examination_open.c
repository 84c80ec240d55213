/*
 * scanner/examination_open.c - what libclamav does not open, and who opens it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "scanner/examiners.h"

/*
 * What cannot be opened, or not to its end, may hold anything. Of documents
 * that happen to be containers it is only told.
 */
static void
check_opened(Walk *walk, const Container *container,
    const ContainerKind *kind, Opened opened)
{
	PartRecord *part = container->part;
	/* Where libclamav has opened it, what is unread is told of the member. */
	gboolean is_partly = opened == OPENED_PARTLY;
	/* What nobody was told to decode, and what then cannot be read, is no
	 * archive to anybody; what is found in such a one counts. */
	Verdict verdict = kind->is_archive && !part_is_guess(part) ?
	    verdict_of(walk->examination->policy->unopened_container) :
	    VERDICT_ACCEPT;

	if (opened == OPENED_WHOLE || opened == OPENED_ENCRYPTED ||
	    (opened == OPENED_NOT && container->is_named))
		return;
	record_add_finding(walk->examination->record, FINDING_TYPE,
	    is_partly ? "damaged-container" : "unopened-container", verdict,
	    part->path, part_first_name(part), walk->reading,
	    is_partly ? "%s that cannot be read to its end" :
	    "%s that cannot be opened", kind->label);
	if (!is_partly) {
		part->coverage = verdict == VERDICT_ACCEPT ? COVERAGE_SKIPPED :
		    COVERAGE_UNREADABLE;
		g_free(part->why);
		part->why = g_strdup_printf("%s that cannot be opened",
		    kind->label);
	}
}

/* Programs differ in what is in the ZIP file. */
static void
check_survey(EngineScan *scan, Container *container)
{
	const ZipSurvey *survey = container->survey;
	const Walk *walk = scan->walk;
	g_autofree char *words = zip_survey_describe(survey);
	/* Else the alias may be the only name of what cannot be read. */
	gboolean is_readable = !survey->has_rare_method &&
	    (survey->oddities & (ZIP_ODD_DUPLICATE | ZIP_ODD_MISSING |
	    ZIP_ODD_SIZES)) == 0;

	if (survey->oddities != 0)
		record_add_finding(walk->examination->record,
		    FINDING_AMBIGUITY, "ambiguous-zip",
		    verdict_of(walk->examination->policy->ambiguous_archive),
		    container->part->path, part_first_name(container->part),
		    walk->reading, "%s", words);
	if (survey->has_iwork_verifier || zip_survey_is_all_iwork(survey))
		add_encrypted_document(walk->examination, container->part,
		    walk->reading, "an encrypted iWork document");
	/* What lists the same octets as many members is a bomb for those who
	 * unpack it, though not for us. */
	if ((survey->oddities & ZIP_ODD_OVERLAP) != 0)
		add_overlap_finding(walk, container);
	for (guint i = 0; i < survey->aliases->len; i++) {
		Announced *announced = announce(scan, container,
		    g_ptr_array_index(survey->aliases, i), 0, FALSE);

		if (announced == NULL)
			continue;
		announced->is_certain = TRUE;
		if (announced->size == 0 || is_readable)
			announced->is_alias = TRUE;
	}
}

static gboolean
wants_reader(const EngineScan *scan, const Container *container)
{
	return container->kind->is_always_read || !container->is_named ||
	    has_unread(scan, container) || (container->survey != NULL &&
	    zip_survey_needs_reader(container->survey));
}

/*
 * What libclamav says of encryption is said of the whole scan: only where it
 * can mean nothing but this ZIP file, a password that opens it settles it.
 */
static gboolean
is_only_lock(const EngineScan *scan, const Container *container)
{
	if (container->survey == NULL || !container->survey->has_encrypted ||
	    scan->has_other_encryption)
		return FALSE;
	for (guint i = 0; i < scan->containers->len; i++) {
		const Container *other =
		    g_ptr_array_index(scan->containers, i);

		if (other != container && other->survey != NULL &&
		    other->survey->has_encrypted)
			return FALSE;
	}
	return TRUE;
}

void
finish_container(EngineScan *scan, Container *container)
{
	Walk *walk = scan->walk;
	const ContainerKind *kind = container->kind;
	Opened opened = OPENED_NOT;

	if (container->survey != NULL)
		check_survey(scan, container);
	if (kind != NULL && !walk->is_over && wants_reader(scan, container)) {
		if (container->octets != NULL)
			opened = read_container(scan, container);
		if (!walk->is_over)
			check_opened(walk, container, kind, opened);
	}
	examine_all_unread(scan, container, opened);
	examine_held_files(scan, container);
	if (walk->examination->policy->try_passwords > 0 &&
	    is_only_lock(scan, container))
		remember_locked(scan, container);
}
