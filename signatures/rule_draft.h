/*
 * signatures/rule_draft.h - what the lines of rule files say of each rule.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Later lines change what earlier ones have set, so nothing is compiled before
 * the last line is read: see content_rules.h.
 */
#ifndef SIGNATURES_RULE_DRAFT_H
#define SIGNATURES_RULE_DRAFT_H

#include "signatures/content_rules.h"

typedef struct {
	ContentRule rule;       /* name, place and definition; not compiled */
	char *source;           /* regex, expression or call */
	char *tflags;
	gboolean has_score;
	gboolean has_tags;      /* named in replace_rules */
	gboolean is_defined;    /* a rule line was seen, not a score alone */
	enum { NEW, OPEN, PLACED } order;       /* metas, while sorting */
} RuleDraft;

typedef struct {
	GHashTable *by_name;    /* name -> RuleDraft *, owner of all drafts */
	GPtrArray *unsupported; /* of UnsupportedRule * */
	GHashTable *skipped;    /* name -> UnsupportedRule, borrowed */
	GHashTable *lists;      /* key -> set of words */
	GStringChunk *files;    /* names of files, kept for the rules */
	RuleTags tags;
} RuleDrafts;

/* Caller owns the result. */
RuleDrafts *rule_drafts_new(void);
void rule_drafts_free(RuleDrafts *drafts);      /* NULL is allowed */

/* A file or directory; and text that came from a file called name. What is
 * wrong with them is listed as unsupported. */
void rule_drafts_read(RuleDrafts *drafts, const char *path);
void rule_drafts_parse(RuleDrafts *drafts, const char *name, const char *text,
    gsize len);

/* One more row. Borrowed. */
UnsupportedRule *rule_drafts_add_unsupported(RuleDrafts *drafts,
    const char *name, const char *file, guint line, const char *reason);

/* Cuts the first word off, in place; *text is then the next one. */
char *rule_take_word(char **text);

#endif
