/*
 * signatures/rule_regex.h - one regular expression of a content rule.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Written as in Perl: "/pattern/i", "m{pattern}", "m,pattern,", with the
 * flags i m s x. SpamAssassin matches octets with ASCII classes, so PCRE2 runs
 * without UTF on UTF-8 octets; rules on the normalised view (hanbody) are
 * compiled with UTF and UCP. All are compiled to machine code (JIT).
 *
 * Replace tags ("<A>" stands for everything that looks like an A) become
 * subroutines: each tag is defined once at the end and called by name, which
 * keeps patterns with many tags small enough to compile.
 *
 * A regex never changes after it is compiled; RegexRun is one thread's.
 */
#ifndef SIGNATURES_RULE_REGEX_H
#define SIGNATURES_RULE_REGEX_H

#include <glib.h>

typedef struct rule_regex RuleRegex;

/* The tags of ReplaceTags: each a hash table of name -> text. */
typedef struct {
	GHashTable *tag;
	GHashTable *pre;
	GHashTable *inter;
	GHashTable *post;
} RuleTags;

#define RULE_REGEX_ERROR (rule_regex_error_quark())
GQuark rule_regex_error_quark(void);
typedef enum { RULE_REGEX_ERROR_SYNTAX } RuleRegexError;

/*
 * tags NULL: none are replaced. is_text: UTF-8 characters instead of octets.
 * Caller owns the result; NULL and error with one phrase that says why.
 */
RuleRegex *rule_regex_new(const char *source, const RuleTags *tags,
    gboolean is_text, GError **error);
void rule_regex_free(RuleRegex *regex);        /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RuleRegex, rule_regex_free)

/* Whether the machine code was made; else PCRE2 interprets. */
gboolean rule_regex_has_jit(const RuleRegex *regex);

/*
 * What all matches on one message share: the time they may take together, and
 * the memory they work in.
 */
typedef struct regex_run RegexRun;

/* budget_ms: of this thread's CPU time, from now. Caller owns the result. */
RegexRun *regex_run_new(guint budget_ms);
void regex_run_free(RegexRun *run);             /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RegexRun, regex_run_free)

/* The time is up, or a match was given up: what did not match may well have.
 * Then nothing more matches. */
gboolean regex_run_is_over(const RegexRun *run);

/* Asks the clock, for work between matches. TRUE: over. */
gboolean regex_run_check(RegexRun *run);

/*
 * Searches text from offset on. TRUE: *start and *end (NULL is allowed) are
 * where. FALSE: no match, or the run is over.
 */
gboolean rule_regex_search(const RuleRegex *regex, RegexRun *run,
    const char *text, gsize len, gsize offset, gsize *start, gsize *end);

#endif
