/*
 * scanner/examination_announced.c - names of members that come without content.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/examiners.h"

void
announced_free(gpointer data)
{
	Announced *announced = data;

	g_free(announced->name);
	g_free(announced);
}

char *
take_announced(EngineScan *scan, const char *name)
{
	char *full = NULL;

	for (guint i = 0; name != NULL && i < scan->announced->len;) {
		Announced *announced = g_ptr_array_index(scan->announced, i);
		const char *base = strrchr(announced->name, '/');

		if (strcmp(announced->name, name) != 0 &&
		    (base == NULL || strcmp(base + 1, name) != 0)) {
			i++;
			continue;
		}
		g_free(full);
		full = g_steal_pointer(&announced->name);
		g_ptr_array_remove_index(scan->announced, i);
	}
	return full != NULL ? full : g_strdup(name);
}

Announced *
announce(EngineScan *scan, Container *container, const char *name,
    guint64 size, gboolean is_encrypted)
{
	const ScanPolicy *policy = scan->walk->examination->policy;
	Announced *announced;

	if (scan->announced->len > policy->max_members)
		return NULL;
	/* ZIP members are told twice, from both of their headers. */
	for (guint i = 0; i < scan->announced->len; i++) {
		announced = g_ptr_array_index(scan->announced, i);
		if (strcmp(announced->name, name) == 0) {
			announced->is_encrypted |= is_encrypted;
			announced->size = MAX(announced->size, size);
			return announced;
		}
	}
	announced = g_new0(Announced, 1);
	announced->name = g_strdup(name);
	announced->container = container;
	announced->size = size;
	announced->is_encrypted = is_encrypted;
	g_ptr_array_add(scan->announced, announced);
	return announced;
}

/* --- what stays unread ----------------------------------------------------- */

/*
 * Pieces of archives among other octets, as Office writes them into its old
 * formats, cut by the headers of records: nobody else opens them either.
 */
static gboolean
is_fragment(const Container *container, const Announced *announced,
    Opened opened)
{
	if (announced->is_certain)
		return FALSE;
	if (container->kind == NULL)
		return !announced->is_placed;
	/* A reader of the whole has not met it. */
	return opened == OPENED_WHOLE &&
	    (!announced->is_placed || container->survey != NULL);
}

/*
 * A member whose content nobody could show: its name counts all the same.
 * Folders and empty files have nothing to show; the content of an encrypted
 * member is covered by the finding about its archive.
 */
static void
examine_unread(Walk *walk, Container *container, const Announced *announced,
    Opened opened)
{
	Examination *examination = walk->examination;
	g_autoptr(GPtrArray) names = member_names(announced->name, NULL);
	PartRecord *part;

	/* Text that tells of header fields is a mail to libclamav. */
	if (announced->is_quoted && announced->size < MIN_VISITED_OCTETS)
		return;
	part = add_member(walk, container);
	part->size = announced->size;
	part->is_encrypted = announced->is_encrypted;
	part->coverage = COVERAGE_SKIPPED;
	if (announced->is_alias)
		part->why = g_strdup("another name of a member");
	else if (announced->is_encrypted || (container->survey != NULL &&
	    zip_survey_is_all_iwork(container->survey)))
		part->why = g_strdup("encrypted");
	else if (announced->size < MIN_VISITED_OCTETS)
		part->why = g_strdup("too small to hold anything");
	else
		part->coverage = COVERAGE_UNREADABLE;
	examination_names(examination, part, names, walk->reading);
	if (part->coverage != COVERAGE_UNREADABLE)
		return;
	if (is_fragment(container, announced, opened)) {
		part->coverage = COVERAGE_SKIPPED;
		part->why = g_strdup("part of an archive that cannot be "
		    "opened");
		record_add_finding(examination->record, FINDING_TYPE,
		    "archive-fragment", VERDICT_ACCEPT, part->path,
		    announced->name, walk->reading, "%s", part->why);
		return;
	}
	if (announced->size > examination->policy->max_part_octets) {
		add_size_finding(examination, part, walk->reading);
		return;
	}
	part->why = g_strdup("the member could not be unpacked");
	record_add_finding(examination->record, FINDING_TYPE,
	    "unreadable-member", VERDICT_ILLEGAL, part->path,
	    announced->name, walk->reading,
	    "the member could not be unpacked");
}

/* Takes the announcements of the container out of the scan. */
static GPtrArray *
steal_announced(EngineScan *scan, const Container *container)
{
	GPtrArray *stolen = g_ptr_array_new();

	for (guint i = 0; i < scan->announced->len;) {
		Announced *announced = g_ptr_array_index(scan->announced, i);

		if (announced->container != container)
			i++;
		else
			g_ptr_array_add(stolen, g_ptr_array_steal_index(
			    scan->announced, i));
	}
	return stolen;
}

void
examine_all_unread(EngineScan *scan, Container *container, Opened opened)
{
	g_autoptr(GPtrArray) unread = steal_announced(scan, container);

	for (guint i = 0; i < unread->len; i++) {
		Announced *announced = g_ptr_array_index(unread, i);

		examine_unread(scan->walk, container, announced, opened);
		announced_free(announced);
	}
}

gboolean
has_unread(const EngineScan *scan, const Container *container)
{
	for (guint i = 0; i < scan->announced->len; i++) {
		const Announced *announced =
		    g_ptr_array_index(scan->announced, i);

		if (announced->container == container &&
		    !announced->is_encrypted &&
		    announced->size >= MIN_VISITED_OCTETS)
			return TRUE;
	}
	return FALSE;
}
