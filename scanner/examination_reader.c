/*
 * scanner/examination_reader.c - a container while a reader is in it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/archive.h"
#include "scanner/cms.h"
#include "scanner/coded_file.h"
#include "scanner/digest.h"
#include "scanner/examiners.h"
#include "scanner/mac_file.h"
#include "scanner/outlook_message.h"
#include "scanner/rar_survey.h"
#include "scanner/tnef.h"

/* Of one container: libclamav's, and two of a ZIP file. */
#define MAX_READINGS 3

/* A container while a reader is in it. */
typedef struct {
	EngineScan *scan;
	Container *container;
	GHashTable *shown;      /* sha256 -> PartRecord: members known before */
	guint64 known_octets;   /* that were read once more */
	gboolean has_encrypted;
	RarEncryption rar;
	gboolean has_nameless;  /* a member that cannot be read, nor named */
} Opening;

/* --- members that a reader shows ------------------------------------------- */

static GHashTable *
members_shown(const Container *container, const Record *record)
{
	GHashTable *shown = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < record->parts->len; i++) {
		PartRecord *part = g_ptr_array_index(record->parts, i);

		if (part->sha256 != NULL && part != container->part &&
		    g_strcmp0(part->parent, container->part->path) == 0)
			g_hash_table_insert(shown, part->sha256, part);
	}
	return shown;
}

/* Before another reader, or another way of reading: its members are compared
 * with those that are known, not with one another. */
static void
refresh_shown(Opening *opening)
{
	g_clear_pointer(&opening->shown, g_hash_table_unref);
	opening->shown = members_shown(opening->container,
	    opening->scan->walk->examination->record);
}

/* All names of a member: of Filename *. */
static GPtrArray *
names_of(Opening *opening, const Member *member)
{
	g_autofree char *first = take_announced(opening->scan,
	    member->names[0]);
	gboolean is_filter = opening->container->kind->reader == READER_FILTER;
	GPtrArray *names = member_names(is_filter ? NULL : first,
	    opening->container->part);

	/* A gzip file's own name comes beside that which its file name gives. */
	if (is_filter && first != NULL)
		g_ptr_array_add(names, filename_new(first, strlen(first),
		    FILENAME_MEMBER));
	for (guint i = 1; i < MEMBER_MAX_NAMES && member->names[i] != NULL;
	     i++) {
		g_autofree char *name = take_announced(opening->scan,
		    member->names[i]);

		if (*name != '\0')
			g_ptr_array_add(names, filename_new(name,
			    strlen(name), FILENAME_MEMBER));
	}
	return names;
}

void
add_overlap_finding(const Walk *walk, const Container *container)
{
	record_add_finding(walk->examination->record, FINDING_LIMIT,
	    "overlapping-members", VERDICT_ILLEGAL, container->part->path,
	    part_first_name(container->part), walk->reading,
	    "shows the same octets as several members");
}

/*
 * A container is read twice, in three ways at most. One that shows the same
 * octets over and over was made for that: its members overlap.
 */
static gboolean
repeats_itself(Opening *opening)
{
	Walk *walk = opening->scan->walk;

	if (opening->known_octets <= MAX_READINGS * walk->expanded_octets)
		return FALSE;
	walk->is_over = TRUE;
	add_overlap_finding(walk, opening->container);
	return TRUE;
}

static void
show_content(Opening *opening, const Member *member)
{
	Walk *walk = opening->scan->walk;
	Container *container = opening->container;
	g_autofree char *sha256 = digest_sha256(member->octets.octets,
	    member->octets.len);
	PartRecord *part = g_hash_table_lookup(opening->shown, sha256);
	g_autoptr(GPtrArray) names = names_of(opening, member);
	gboolean is_new;

	if (part != NULL && repeats_itself(opening))
		return;
	if (part != NULL) {
		opening->known_octets += member->octets.len;
		/* The same content; perhaps under another name. */
		examination_names(walk->examination, part, names,
		    walk->reading);
		examine_type(walk->examination, part, member->octets, names,
		    walk->reading);
		return;
	}
	part = examine_member(walk, container, names, member->octets,
	    container->depth + 1, &is_new);
	if (is_new)
		walk_member(walk, part, member->octets, container->depth + 1);
}

/* More octets than there was room for: which limit was it? */
static void
show_too_long(Opening *opening, const Member *member,
    const Unpacking *unpacking)
{
	Walk *walk = opening->scan->walk;
	g_autoptr(GPtrArray) names = NULL;
	PartRecord *part;

	if (unpacking->room < unpacking->max_octets ||
	    unpacking_is_late(unpacking)) {
		walk_has_room(walk, unpacking->room + 1);
		return;
	}
	names = names_of(opening, member);
	part = add_member(walk, opening->container);
	part->size = MAX(member->size, unpacking->max_octets + 1);
	examination_names(walk->examination, part, names, walk->reading);
	add_size_finding(walk->examination, part, walk->reading);
}

static gboolean
is_shown_as(Opening *opening, const char *raw)
{
	g_autofree char *name = g_utf8_make_valid(raw, -1);
	GHashTableIter iterator;
	gpointer part;

	g_hash_table_iter_init(&iterator, opening->shown);
	while (g_hash_table_iter_next(&iterator, NULL, &part))
		if (g_ptr_array_find_with_equal_func(
		    ((const PartRecord *)part)->names, name, g_str_equal,
		    NULL))
			return TRUE;
	return FALSE;
}

/* A member without content: what libclamav could read needs no more. */
static void
announce_unshown(Opening *opening, const Member *member)
{
	gboolean is_encrypted = member->state == MEMBER_ENCRYPTED;
	guint64 size = member->state == MEMBER_UNREADABLE ?
	    MAX(member->size, MIN_VISITED_OCTETS) : member->size;

	for (guint i = 0; i < MEMBER_MAX_NAMES && member->names[i] != NULL;
	     i++) {
		Announced *announced = is_shown_as(opening, member->names[i]) ?
		    NULL : announce(opening->scan, opening->container,
		    member->names[i], size, is_encrypted);

		if (announced == NULL)
			continue;
		announced->is_certain = TRUE;
		/* To libclamav the other file's name is content of it. */
		if (member->is_link)
			announced->size = 0;
	}
	if (member->names[0] == NULL && !is_encrypted &&
	    member->state != MEMBER_EMPTY)
		opening->has_nameless = TRUE;
}

static gboolean
on_unpacked(Unpacking *unpacking, const Member *member)
{
	Opening *opening = unpacking->data;
	Walk *walk = opening->scan->walk;
	Member encrypted = *member;

	if (member->state == MEMBER_UNREADABLE && opening->rar != RAR_OPEN) {
		encrypted.state = MEMBER_ENCRYPTED;
		member = &encrypted;
	}
	switch (member->state) {
	case MEMBER_WHOLE:
		show_content(opening, member);
		break;
	case MEMBER_TOO_LONG:
		show_too_long(opening, member, unpacking);
		break;
	case MEMBER_ENCRYPTED:
	case MEMBER_UNREADABLE:
	case MEMBER_EMPTY:
		opening->has_encrypted |= member->state == MEMBER_ENCRYPTED;
		announce_unshown(opening, member);
		break;
	}
	unpacking->room = walk_room(walk);
	return !walk->is_over;
}

/* --- readers --------------------------------------------------------------- */

/*
 * Everything that any program may find in a ZIP file: what its directory lists,
 * what its local headers say, and what only a search for those shows.
 */
static Opened
open_zip(const ZipSurvey *survey, Span octets, Unpacking *unpacking)
{
	const guint by_entries = ZIP_ODD_NAMES | ZIP_ODD_DUPLICATE |
	    ZIP_ODD_SIZES | ZIP_ODD_MISSING | ZIP_ODD_DIRECTORIES;
	Opening *opening = unpacking->data;
	Opened opened = archive_open(octets, ARCHIVE_ZIP_DIRECTORY, NULL,
	    unpacking);
	const GArray *unlisted = survey != NULL ? survey->unlisted : NULL;

	if (opened != OPENED_WHOLE || (survey != NULL &&
	    (survey->oddities & by_entries) != 0)) {
		Opened by_header;

		refresh_shown(opening);
		by_header = archive_open(octets, ARCHIVE_ZIP_ENTRIES, NULL,
		    unpacking);
		if (opened != OPENED_WHOLE)
			opened = by_header;
	}
	for (guint i = 0; unlisted != NULL && i < unlisted->len; i++) {
		gsize begin = g_array_index(unlisted, gsize, i);
		gsize end = i + 1 < unlisted->len ?
		    g_array_index(unlisted, gsize, i + 1) : octets.len;

		refresh_shown(opening);
		archive_open((Span){ octets.octets + begin, end - begin },
		    ARCHIVE_ZIP_ENTRIES, NULL, unpacking);
	}
	return opened;
}

static Opened
open_with(const Container *container, Span octets, Unpacking *unpacking)
{
	switch (container->kind->reader) {
	case READER_ARCHIVE:
		return archive_open(octets, ARCHIVE_FORMATS, NULL, unpacking);
	case READER_FILTER:
		return archive_open(octets, ARCHIVE_FILTERS, NULL, unpacking);
	case READER_ZIP:
		return open_zip(container->survey, octets, unpacking);
	case READER_TNEF:
		return tnef_open(octets, unpacking);
	case READER_OUTLOOK:
		return outlook_message_open(octets, unpacking);
	case READER_MAC:
		return mac_file_open(octets, unpacking);
	case READER_CODED:
		return coded_file_open(octets, unpacking);
	case READER_CMS:
		return cms_open(octets, unpacking);
	case READER_CLAMAV:
	case READER_NONE:
		break;
	}
	return OPENED_NOT;
}

Opened
read_container(EngineScan *scan, Container *container)
{
	Walk *walk = scan->walk;
	const ScanPolicy *policy = walk->examination->policy;
	Opening opening = { .scan = scan, .container = container };
	Unpacking unpacking = { .max_octets = policy->max_part_octets,
		.room = walk_room(walk), .deadline = walk->deadline,
		.on_member = on_unpacked, .data = &opening };
	Span octets = span_of_bytes(container->octets);
	Opened opened;

	refresh_shown(&opening);
	opening.rar = rar_survey(octets);
	opening.has_encrypted = opening.rar == RAR_MEMBERS_ENCRYPTED;
	opened = opening.rar == RAR_ALL_ENCRYPTED ? OPENED_ENCRYPTED :
	    open_with(container, octets, &unpacking);
	g_hash_table_unref(opening.shown);
	if (opened == OPENED_ENCRYPTED || opening.has_encrypted) {
		container->part->is_encrypted = TRUE;
		record_add_finding(walk->examination->record,
		    FINDING_ENCRYPTED, "encrypted-archive",
		    verdict_of(policy->encrypted_archive),
		    container->part->path, part_first_name(container->part),
		    walk->reading, "%s%s", container->kind->label,
		    opened == OPENED_ENCRYPTED ?
		    ": not even the names can be read" : "");
	}
	if (opened == OPENED_WHOLE && opening.has_nameless)
		return OPENED_PARTLY;
	return opened;
}

void
open_with_password(Walk *walk, Container *container, const char *password)
{
	g_autoptr(GPtrArray) containers = g_ptr_array_new();
	g_autoptr(GPtrArray) announced = g_ptr_array_new();
	EngineScan scan = { .walk = walk, .containers = containers,
		.way = containers, .announced = announced };
	Opening opening = { .scan = &scan, .container = container };
	Unpacking unpacking = { .room = walk_room(walk),
		.max_octets = walk->examination->policy->max_part_octets,
		.deadline = walk->deadline, .on_member = on_unpacked,
		.data = &opening };
	Span octets = span_of_bytes(container->octets);

	refresh_shown(&opening);
	archive_open(octets, ARCHIVE_ZIP_DIRECTORY, password, &unpacking);
	g_hash_table_unref(opening.shown);
	examine_all_unread(&scan, container, OPENED_PARTLY);
}
