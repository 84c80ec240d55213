/*
 * scanner/content.h - what the content rules say about a message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The caller fills a ContentInput from what it has read of the message; the
 * views that rules match on are made from it, each once and only when a rule
 * asks. Score and hits come out; what they mean is content_verdict().
 */
#ifndef SCANNER_CONTENT_H
#define SCANNER_CONTENT_H

#include <glib.h>

#include "scanner/envelope.h"
#include "signatures/content_rules.h"
#include "signatures/replies.h"

/* One entity of the message, in the order of the message. Borrowed. */
typedef struct {
	const char *content_type;       /* lower case; NULL: text/plain */
	const char *charset;            /* as declared; NULL: none */
	const char *name;               /* file name; NULL: none */
	const char *encoding;           /* Content-Transfer-Encoding; NULL */
	const guint8 *header;           /* its header section */
	gsize header_len;
	const guint8 *octets;           /* decoded; NULL for a multipart */
	gsize len;
	const guint8 *body;             /* not decoded; NULL for a multipart */
	gsize body_len;
	const char *disposition;        /* "attachment"; NULL: none */
	const char *container_type;     /* of the multipart that it stands in;
					 * NULL: none */
} ContentPart;

typedef struct {
	const guint8 *message;          /* the whole message */
	gsize message_len;
	gsize header_len;               /* of its header section, from 0 */
	const ContentPart *parts;       /* multiparts and leaves; the first is
					 * the message itself */
	guint n_parts;
	const Envelope *envelope;       /* NULL: not known */
} ContentInput;

typedef struct {
	const char *const *trusted_networks;    /* see scanner/received.h */
	guint budget_ms;                /* CPU time of the rules; 0: default */
	gsize max_part_octets;          /* rendered text of one part; 0: default */
	gsize max_raw_octets;           /* raw text of one part; 0: default */
} ContentSettings;

#define CONTENT_BUDGET_MS 250u
#define CONTENT_MAX_PART_OCTETS 50000u
#define CONTENT_MAX_RAW_OCTETS 500000u

/* Octets of the matched text that a hit shows. */
#define CONTENT_EXCERPT_OCTETS 120u

typedef struct {
	const ContentRule *rule;        /* borrowed from the rule set */
	guint count;                    /* times, under tflags multiple */
	char *excerpt;                  /* UTF-8; NULL: nothing to show */
	gsize offset;                   /* of the excerpt, in its line of the view */
} ContentHit;

typedef struct {
	double score;
	double rule_score;              /* of it, what rules gave: all of it
					 * until there are statistics */
	GPtrArray *hits;                /* of ContentHit *, those with a score */
	GPtrArray *notes;               /* of char *: damaged text and the like */
	gboolean is_unfinished;         /* the budget ran out: the score is a
					 * part of the truth, never accept */
} ContentResult;

typedef struct content_engine ContentEngine;

/*
 * Opens charset tables and dictionaries: once per process, before a sandbox
 * closes the file system. rules and settings are borrowed for its life.
 * One thread's; a forked child may go on using it. Caller owns the result.
 */
ContentEngine *content_engine_new(const ContentRules *rules,
    const ContentSettings *settings);
void content_engine_free(ContentEngine *engine);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContentEngine, content_engine_free)

/* Never NULL; caller owns the result. with_subrules: list __ rules too. */
ContentResult *content_engine_scan(const ContentEngine *engine,
    const ContentInput *input, gboolean with_subrules);
void content_result_free(ContentResult *result);       /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContentResult, content_result_free)

/* The scores from which a message is put off and refused. */
typedef struct {
	double suspect;                 /* 450 */
	double reject;                  /* 550 */
	double reject_rules;            /* 550 needs as much from rules */
} ContentThresholds;

#define CONTENT_THRESHOLDS_DEFAULT { 6, 10, 3 }

/* VERDICT_ACCEPT, VERDICT_SUSPECT, VERDICT_NOT_PERMITTED; VERDICT_DEFER for
 * every unfinished scan. */
Verdict content_verdict(const ContentResult *result,
    const ContentThresholds *thresholds);

#endif
