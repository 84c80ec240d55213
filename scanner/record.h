/*
 * scanner/record.h - the verdict record, version 1: what a scan found.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The single result type. A worker makes it, it crosses a pipe as one line of
 * JSON, and every reader (the spool, the report, mailweir check) works on the
 * struct made from that line. The keys and their order are documented in
 * docs/record.md and are read by other programs: never change one.
 *
 * Strings are UTF-8, owned by their struct; NULL where absent. Octets of the
 * mail that are not UTF-8 are shown as U+FFFD.
 */
#ifndef SCANNER_RECORD_H
#define SCANNER_RECORD_H

#include <glib.h>

#include "signatures/replies.h"

typedef enum {
	FINDING_ERROR = 0,
	FINDING_SIZE,
	FINDING_NAME,
	FINDING_TYPE,
	FINDING_ENCRYPTED,
	FINDING_VIRUS,
	FINDING_CONTENT,
	FINDING_AMBIGUITY,
	FINDING_LIMIT,
} FindingClass;

/* One reason, about one part or (part NULL) about the whole message. */
typedef struct {
	FindingClass class;
	char *rule;             /* never NULL: [a-z0-9-]+, or a signature's name */
	char *part;             /* path of the part */
	char *name;             /* the file name it is about */
	char *detail;           /* one phrase for people */
	char *reading;          /* which reading shows the object: "gmime", ... */
	Verdict verdict;        /* VERDICT_ACCEPT: a note that does not refuse; not
	                         * carried by JSON */
	guint reply;            /* its reply code, set by record_decide() */
	gint64 offset;          /* where in the message it is seen; -1: nowhere */
	char *field;            /* the header field it is about; NULL: none */
} Finding;

/* How far a part was looked at. Zero is the safe value. */
typedef enum {
	COVERAGE_UNREADABLE = 0,
	COVERAGE_SKIPPED,
	COVERAGE_SCANNED,
} Coverage;

typedef struct {
	char *path;             /* section number, members after '>': "2>1>3"; "" the message */
	char *parent;           /* path of the part that holds it; "" the message */
	char *content_type;     /* declared, "type/subtype" lower case */
	char *detected_type;
	char *disposition;      /* "inline", "attachment", ... as declared */
	GPtrArray *names;       /* of char *: every candidate file name, for display */
	guint64 size;           /* octets after decoding */
	char *sha256;           /* 64 hex digits, of the decoded octets */
	gboolean is_encrypted;
	Coverage coverage;
	char *why;              /* why skipped or unreadable */
	GPtrArray *readings;    /* of char *: "gmime", "clamav", "lines", ... */
} PartRecord;

typedef struct {
	char *rule;
	double score;
	char *text;             /* what it hit, shortened; NULL: nothing to show */
	guint64 offset;         /* of the text, in its line of the view */
} ScoreHit;

typedef struct {
	char *id;
	char *file;
	guint64 size;           /* octets of the message */
	const char *action;     /* "accept", "reject" or "defer" */
	guint code;             /* the reply */
	char *enhanced;
	char *text;
	GPtrArray *findings;    /* of Finding * */
	GHashTable *finding_keys;       /* record.c's own */
	GPtrArray *parts;       /* of PartRecord * */
	double score;           /* content rules; meaningful where hits is not empty */
	GPtrArray *hits;        /* of ScoreHit * */
	/* A 450 for content is a second look: until then the same content,
	 * delivered again, is a repetition. 0 and NULL for other replies. */
	gint64 expires;         /* seconds since the epoch */
	char *content_digest;   /* SHA-256 of the decoded text, 64 hex digits */
	guint64 signatures;     /* rule set: 0 where none was used */
	gint64 newest;          /* seconds since the epoch; 0: not known */
	/* Of char *, "Name: value": fields for the MTA to put into a message that
	 * it accepts, in place of any others with their names. */
	GPtrArray *headers;
	char *policy;           /* fingerprint of the policy data; NULL: not known */
	double elapsed_ms;
} Record;

#define RECORD_ERROR (record_error_quark())
GQuark record_error_quark(void);
typedef enum { RECORD_ERROR_INVALID } RecordError;

/* Longest line record_from_json() reads, in octets. */
#define RECORD_MAX_OCTETS (16u << 20)

Record *record_new(void);
void record_free(Record *record);               /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)

/*
 * Adds a finding; rule, part, name, detail and reading are copied, and made
 * valid UTF-8. The result is borrowed. An equal finding (all but detail and
 * reading) is not added twice.
 */
Finding *record_add_finding(Record *record, FindingClass class,
    const char *rule, Verdict verdict, const char *part, const char *name,
    const char *reading, const char *detail_format, ...) G_GNUC_PRINTF(8, 9);

/* Says where a finding is seen; field is copied, and made valid UTF-8. What was
 * said first stays. */
void finding_set_place(Finding *finding, gint64 offset, const char *field);

/* A new part, borrowed; content_type and the like are the caller's to set. */
PartRecord *record_add_part(Record *record, const char *path,
    const char *parent);

/*
 * The decision: verdict and reply from the findings, the severest one
 * answering. A part whose coverage is unreadable, and that no refusing
 * finding names, is itself an unfinished check: an error finding is added.
 */
void record_decide(Record *record, const Catalogue *catalogue);

/*
 * A whole record for a message that could not be examined: one error finding,
 * deferred. Caller owns the result.
 */
Record *record_new_error(const Catalogue *catalogue, const char *id,
    const char *file, guint64 size, const char *rule, const char *detail);

/* One line without the line end. Caller frees. */
char *record_to_json(const Record *record);

/*
 * The reverse. The line may come from a worker that hostile mail has taken
 * over: NULL and error unless it is a well-formed record whose action, reply
 * and findings agree. Caller owns the result.
 */
Record *record_from_json(const char *json, gsize len, GError **error);

const char *finding_class_name(FindingClass class);
const char *coverage_name(Coverage coverage);

#endif
