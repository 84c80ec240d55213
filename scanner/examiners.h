/*
 * scanner/examiners.h - what examines an object, for examination*.c alone.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * examination.c         one object, from its names to its content
 * examination_claims.c  its names and its type against the rules
 * examination_walk.c    the members of the containers in it, by libclamav
 * examination_remark.c  what libclamav says of it
 */
#ifndef SCANNER_EXAMINERS_H
#define SCANNER_EXAMINERS_H

#include "scanner/examination.h"

struct examination {
	const RuleSet *rules;
	const ScanPolicy *policy;
	Record *record;
	GHashTable *scanned;    /* sha256 -> borrowed PartRecord that was scanned */
};

/* One libclamav scan of a part under way. */
typedef struct {
	Examination *examination;
	const char *reading;
	GArray *layers;         /* the way to the current member: the walk's own */
	GPtrArray *announced;   /* names without content yet: the walk's own */
	guint64 expanded_octets;
	guint members;
	gboolean is_encrypted;  /* libclamav says so of the part */
} Walk;

/* --- examination.c: about a part --- */

void add_unique(GPtrArray *strings, const char *string);
/* Borrowed; NULL: it has none. */
const char *part_first_name(const PartRecord *part);
gboolean part_is_member(const PartRecord *part);
Verdict verdict_of(PolicyChoice choice);
/* The part has more than max-part-octets. */
void add_size_finding(Examination *examination, PartRecord *part,
    const char *reading);

/* --- examination_claims.c --- */

/* Detects the type of octets, unless the part has one, and judges it against
 * the names (of Filename *). */
void examine_type(Examination *examination, PartRecord *part, Span octets,
    const GPtrArray *names, const char *reading);

/* --- examination_walk.c --- */

/* Scans octets, the content of part, with every member inside them; adds the
 * parts of the members, and sets the coverage of part. */
void walk_part(Examination *examination, PartRecord *part, Span octets,
    const char *reading);

/*
 * Octets that have no part in the record of their own: what is found in them is
 * told of the part with the path. Without members, only signatures match.
 */
void walk_loose(Examination *examination, Span octets, EngineScope scope,
    gboolean with_members, const char *path, const char *reading);

/* The part that is scanned. */
PartRecord *walk_root(const Walk *walk);

/* --- examination_remark.c --- */

/* The engine's visitor for what matches; data is a Walk. */
void walk_on_match(const char *signature, gpointer data);

#endif
