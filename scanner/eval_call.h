/*
 * scanner/eval_call.h - what an eval function is given, and where they stand.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Eval functions are named and behave as SpamAssassin's; they come in families
 * by what they look at, one file and one table each. content_eval.c finds them.
 */
#ifndef SCANNER_EVAL_CALL_H
#define SCANNER_EVAL_CALL_H

#include "scanner/content_views.h"

typedef struct {
	const ContentRule *rule;        /* with the arguments */
	ContentViews *views;
	RegexRun *run;
} EvalCall;

typedef struct {
	const char *name;
	gboolean (*holds)(const EvalCall *call);
} EvalFunction;

/* Ended by a NULL name. */
extern const EvalFunction eval_body_functions[];
extern const EvalFunction eval_forgery_functions[];
extern const EvalFunction eval_freemail_functions[];
extern const EvalFunction eval_header_functions[];
extern const EvalFunction eval_html_functions[];
extern const EvalFunction eval_mime_functions[];
extern const EvalFunction eval_relay_functions[];

/* "" where the rule gives fewer arguments. */
const char *eval_argument(const EvalCall *call, guint i);
double eval_number(const EvalCall *call, guint i);

/* Above argument i and up to argument i + 1 (none, "inf": without end). */
gboolean eval_is_between(const EvalCall *call, guint i, double value);

/* From argument i on and below argument i + 1; "undef": without end. */
gboolean eval_is_from(const EvalCall *call, guint i, double value);

/* A header request's value; "" where there is none. */
const char *eval_field(const EvalCall *call, const char *request);

/* Whether a pattern, without delimiters, is found in text. */
gboolean eval_matches(const EvalCall *call, const char *pattern,
    const char *flags, const char *text);

/* The part of an address behind its last @, in lower case; "" for none. Caller
 * frees. */
char *eval_domain(const char *address);

/* "example.co.uk" of "mail.example.co.uk", by the rules' lists of suffixes.
 * Borrowed from host. */
const char *eval_registered_domain(const EvalCall *call, const char *host);

#endif
