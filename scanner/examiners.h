/*
 * scanner/examiners.h - what examines an object, for examination*.c alone.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * examination.c         one object, from its names to its content
 * examination_claims.c  its names and its type against the rules
 * examination_exception.c  what the operator lets pass all the same
 * examination_member.c  one member of a container, and the limits of all
 * examination_walk.c    the containers in an object as libclamav opens them
 * examination_announced.c  names of members that come without content
 * examination_open.c    the containers that libclamav does not open
 * examination_reader.c  a container while a reader is in it
 * examination_traits.c  what an object can do, and the files it holds
 * examination_unlock.c  encrypted ones, with words of the message
 * examination_remark.c  what libclamav says of an object
 */
#ifndef SCANNER_EXAMINERS_H
#define SCANNER_EXAMINERS_H

#include "scanner/container.h"
#include "scanner/examination.h"
#include "scanner/member.h"
#include "scanner/trait.h"
#include "scanner/zip_survey.h"

struct examination {
	const RuleSet *rules;
	const ScanPolicy *policy;
	Record *record;
	GHashTable *scanned;    /* sha256 -> borrowed PartRecord that was scanned */
	GPtrArray *passwords;   /* of char *: words to try */
	GPtrArray *locked;      /* archives to try them on: examination_unlock.c */
};

/* One object and all that is in it, however it is opened: limits count here. */
typedef struct {
	Examination *examination;
	const char *reading;
	PartRecord *root;
	guint64 root_octets;
	guint64 expanded_octets;
	guint members;
	gint64 deadline;        /* in g_get_monotonic_time() */
	gboolean is_over;       /* a limit is exceeded: nothing more is opened */
} Walk;

/* An object that has members, or may have. */
typedef struct {
	PartRecord *part;
	const ContainerKind *kind;      /* NULL: it is none */
	ZipSurvey *survey;      /* NULL: it is no ZIP file */
	GBytes *octets;         /* NULL: no reader would want them */
	const char *engine_type;        /* libclamav's; NULL: not known */
	gsize len;
	guint depth;            /* 0: the object that the walk began with */
	guint children;         /* parts that were made of its members */
	GPtrArray *held;        /* of HeldFile *: see trait.h; NULL: none */
	/* libclamav has told a member's name: it opens such containers. Without
	 * names, it has merely found something in the octets. */
	gboolean is_named;
} Container;

/* A member's name that was told, without its content so far. */
typedef struct {
	char *name;
	Container *container;   /* that it was told in; borrowed */
	guint64 size;
	gboolean is_encrypted;
	gboolean is_alias;      /* another name of a member */
	/* A container of its type was being read. Else libclamav has found
	 * pieces of an archive among the octets of something else. */
	gboolean is_placed;
	gboolean is_quoted;     /* by libclamav's mail parser, of text */
	gboolean is_certain;    /* our own survey or reader has met it */
} Announced;

/* One libclamav scan: of the object, or of a member that a reader unpacked. */
typedef struct {
	Walk *walk;
	GPtrArray *containers;  /* of Container *: every object that was visited */
	GPtrArray *way;         /* of Container *, borrowed: to the current one */
	GPtrArray *announced;   /* of Announced * */
	gboolean has_other_encryption;  /* than that of ZIP */
} EngineScan;

/* --- examination.c: about a part --- */

void add_unique(GPtrArray *strings, const char *string);
/* Borrowed; NULL: it has none. */
const char *part_first_name(const PartRecord *part);
gboolean part_is_member(const PartRecord *part);
/* No reading decodes it: it lies in a run of base64 that is not said to be one,
 * or in what was found there. */
gboolean part_is_guess(const PartRecord *part);
Verdict verdict_of(PolicyChoice choice);
/* The part has more than max-part-octets. */
void add_size_finding(Examination *examination, PartRecord *part,
    const char *reading);

/* --- examination_claims.c --- */

/* Detects the type of octets, unless the part has one, and judges it against
 * the names (of Filename *). */
void examine_type(Examination *examination, PartRecord *part, Span octets,
    const GPtrArray *names, const char *reading);

/* what: "an encrypted ..." for people. */
void add_encrypted_document(Examination *examination, PartRecord *part,
    const char *reading, const char *what);

/* What libclamav takes part for, where that is worse than what it was detected
 * as. */
void examine_second_opinion(Examination *examination, const PartRecord *part,
    const char *engine_type, const char *reading);

/* --- examination_exception.c --- */

/* Turns findings about the name and type of part into notes where the operator
 * has made an exception for one of its names, its type and its place. */
void apply_exceptions(Examination *examination, const PartRecord *part,
    const GPtrArray *names);

/* --- examination_member.c --- */

/* The names of a member (of Filename *); name NULL: the one that a compressed
 * file's only member has. */
GPtrArray *member_names(const char *name, const PartRecord *container);

/* A new part below the container's. */
PartRecord *add_member(Walk *walk, Container *container);

/* Whether so many octets more are within the limits; else adds a finding and
 * ends the walk. */
gboolean walk_has_room(Walk *walk, guint64 octets);

/* Octets that may still be unpacked. */
guint64 walk_room(const Walk *walk);

/*
 * Examines a member's names and type, and adds its part; NULL: a limit is
 * exceeded. is_new: its content was not scanned before, and is to be.
 */
PartRecord *examine_member(Walk *walk, Container *container,
    const GPtrArray *names, Span octets, guint depth, gboolean *is_new);

/* --- examination_walk.c --- */

/* Scans octets, the content of part, with every member inside them; adds the
 * parts of the members, and sets the coverage of part. */
void walk_part(Examination *examination, PartRecord *part, Span octets,
    const char *reading);

/* The same for a member that a reader unpacked. */
void walk_member(Walk *walk, PartRecord *part, Span octets, guint depth);

/*
 * Octets that have no part in the record of their own: what is found in them is
 * told of the part with the path. Without members, only signatures match.
 */
void walk_loose(Examination *examination, Span octets, EngineScope scope,
    gboolean with_members, const char *path, const char *reading);

/* --- examination_announced.c --- */

/* libclamav does not visit smaller members; nothing that harms fits in. */
#define MIN_VISITED_OCTETS 6

void announced_free(gpointer data);

/* Remembers a name, unless it is known. Borrowed; NULL: there are too many. */
Announced *announce(EngineScan *scan, Container *container, const char *name,
    guint64 size, gboolean is_encrypted);

/* Forgets the announcements of a member; its name may come without folders.
 * Returns its full name, or a copy of name. Caller frees; NULL: none. */
char *take_announced(EngineScan *scan, const char *name);

/* Whether libclamav was told of a member that it did not show. */
gboolean has_unread(const EngineScan *scan, const Container *container);

/* A part for each name that is left, and what is wrong with it; forgets them.
 * opened: what a reader has made of the container; NOT: none was asked. */
void examine_all_unread(EngineScan *scan, Container *container,
    Opened opened);

/* --- examination_open.c --- */

/* After the scan: opens what libclamav did not, and says what stays unread. */
void finish_container(EngineScan *scan, Container *container);

/* --- examination_reader.c --- */

/* Shows the members of the container, which has octets and a kind, with the
 * reader of its kind. */
Opened read_container(EngineScan *scan, Container *container);

/* The container shows the same octets as several members. */
void add_overlap_finding(const Walk *walk, const Container *container);

/* Shows the members of an encrypted ZIP file. */
void open_with_password(Walk *walk, Container *container,
    const char *password);

/* --- examination_traits.c --- */

/*
 * Adds what octets, the content of part, can do to the record. holder_type:
 * detected type of what they are a member of; NULL: none. Returns the files
 * that they hold, of HeldFile *; NULL: none. Caller unrefs.
 */
GPtrArray *examine_traits(Walk *walk, PartRecord *part, Span octets,
    const char *holder_type);

/* After the scan: the files that the container holds, where libclamav did not
 * show them, or without their names. */
void examine_held_files(EngineScan *scan, Container *container);

/* --- examination_unlock.c --- */

void locked_free(gpointer data);

/* The container is an encrypted ZIP file. */
void remember_locked(EngineScan *scan, const Container *container);

/* --- examination_remark.c --- */

/* The engine's visitor for what matches; data is an EngineScan. */
void scan_on_match(const char *signature, gpointer data);

#endif
