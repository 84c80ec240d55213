/*
 * signatures/replies.c - the catalogue of SMTP replies, and which verdict gives which.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/conf_file.h"
#include "signatures/replies.h"

/* RFC 5321 4.5.3.1.5 allows 512 octets with the line end; some room is left
 * for the server that passes the reply on. */
#define MAX_REPLY_LINE_OCTETS 500

struct catalogue {
	ConfFile *conf;         /* owns most strings of the rows */
	GPtrArray *rows;        /* of Reply *, in the file's order */
	const Reply *by_verdict[N_VERDICTS];
};

/* Of several findings, the one whose verdict stands first answers. */
static const struct {
	Verdict verdict;
	const char *given_for;  /* the word in replies.conf */
	const char *action;
	guint class;            /* first digit of the reply code */
} severities[] = {
	{ VERDICT_TOO_BIG, "too-big", "reject", 5 },
	{ VERDICT_ILLEGAL, "illegal", "reject", 5 },
	{ VERDICT_NOT_PERMITTED, "not-permitted", "reject", 5 },
	{ VERDICT_DEFER, "defer", "defer", 4 },
	{ VERDICT_SUSPECT, "suspect", "defer", 4 },
	{ VERDICT_ACCEPT, "accept", "accept", 2 },
};

G_DEFINE_QUARK(mailweir-catalogue-error, catalogue_error)

gboolean
verdict_from_name(const char *given_for, Verdict *verdict)
{
	for (gsize i = 0; i < G_N_ELEMENTS(severities); i++)
		if (strcmp(severities[i].given_for, given_for) == 0) {
			*verdict = severities[i].verdict;
			return TRUE;
		}
	return FALSE;
}

/* The row of a verdict; one out of range is VERDICT_DEFER. */
static gsize
severity_row(Verdict verdict)
{
	gsize row = 0, defer = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(severities); i++)
		if (severities[i].verdict == VERDICT_DEFER)
			defer = i;
	while (row < G_N_ELEMENTS(severities) &&
	    severities[row].verdict != verdict)
		row++;
	return row < G_N_ELEMENTS(severities) ? row : defer;
}

int
verdict_severity(Verdict verdict)
{
	return (int)(G_N_ELEMENTS(severities) - severity_row(verdict));
}

const char *
verdict_action(Verdict verdict)
{
	return severities[severity_row(verdict)].action;
}

static void
reply_free(gpointer data)
{
	Reply *reply = data;

	g_free((char *)reply->enhanced);
	g_free(reply);
}

static gboolean
is_printable_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return FALSE;
	return TRUE;
}

/*
 * Takes "552 5.7.0 Illegal Attachment" apart. Only what mailweir itself gives
 * must have an enhanced status code, of the same class (RFC 3463 2).
 */
static const char *
parse_line(Reply *reply, const char *line)
{
	g_autoptr(GRegex) regex = g_regex_new(
	    "^([245])([0-9][0-9]) (?:([245]\\.[0-9]{1,3}\\.[0-9]{1,3}) )?(.+)$",
	    0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	int text_begin = 0;

	if (!is_printable_ascii(line))
		return "the reply must be printable ASCII";
	if (strlen(line) > MAX_REPLY_LINE_OCTETS)
		return "the reply is longer than 500 octets";
	if (!g_regex_match(regex, line, 0, &match))
		return "the reply must read like 550 5.7.1 Some text";
	reply->code = (guint)atoi(line);
	reply->enhanced = g_match_info_fetch(match, 3);
	g_match_info_fetch_pos(match, 4, &text_begin, NULL);
	reply->text = line + text_begin;
	if (reply->code == 421)
		return "421 would close the connection: use 451";
	if (*reply->enhanced != '\0' && *reply->enhanced != *line)
		return "the reply code and the enhanced status code differ in "
		       "their first digit";
	return NULL;
}

static gboolean
set_verdict(Catalogue *catalogue, const char *group, const Reply *reply,
    GError **error)
{
	const char *given_for = conf_file_value(catalogue->conf, group,
	    "given-for");

	if (given_for == NULL)
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(severities); i++) {
		Verdict verdict = severities[i].verdict;

		if (strcmp(given_for, severities[i].given_for) != 0)
			continue;
		if (reply->code / 100 != severities[i].class ||
		    *reply->enhanced == '\0')
			return conf_file_fail(catalogue->conf, group, "reply",
			    error, "a reply given for %s must have a code "
			    "%uxx and an enhanced status code", given_for,
			    severities[i].class);
		if (catalogue->by_verdict[verdict] != NULL)
			return conf_file_fail(catalogue->conf, group,
			    "given-for", error, "another reply is given for "
			    "%s already", given_for);
		catalogue->by_verdict[verdict] = reply;
		return TRUE;
	}
	return conf_file_fail(catalogue->conf, group, "given-for", error,
	    "must be too-big, illegal, not-permitted, defer, suspect or "
	    "accept");
}

static gboolean
add_row(Catalogue *catalogue, const char *group, GError **error)
{
	static const char *const known_keys[] = { "reply", "issuer", "en",
		"zh", "given-for", "feature", "files", NULL };
	const guint n_required = 4;
	const ConfFile *conf = catalogue->conf;
	const char *const *keys = conf_file_keys(conf, group);
	Reply *reply = g_new0(Reply, 1);
	const char *problem;

	g_ptr_array_add(catalogue->rows, reply);
	for (guint i = 0; keys[i] != NULL; i++)
		if (!g_strv_contains(known_keys, keys[i]))
			return conf_file_fail(conf, group, keys[i], error,
			    "unknown key");
	for (guint i = 0; i < n_required; i++)
		if (conf_file_value(conf, group, known_keys[i]) == NULL)
			return conf_file_fail(conf, group, NULL, error,
			    "the key %s is missing", known_keys[i]);
	reply->tag = group;
	reply->issuer = conf_file_value(conf, group, "issuer");
	reply->feature = conf_file_value(conf, group, "feature");
	reply->files = conf_file_value(conf, group, "files");
	reply->en = conf_file_value(conf, group, "en");
	reply->zh = conf_file_value(conf, group, "zh");
	problem = parse_line(reply, conf_file_value(conf, group, "reply"));
	if (problem != NULL)
		return conf_file_fail(conf, group, "reply", error, "%s",
		    problem);
	if (strcmp(reply->issuer, "mailweir") != 0 &&
	    strcmp(reply->issuer, "mta") != 0)
		return conf_file_fail(conf, group, "issuer", error,
		    "must be mailweir or mta");
	return set_verdict(catalogue, group, reply, error);
}

Catalogue *
catalogue_load(const char *path, GError **error)
{
	g_autoptr(Catalogue) catalogue = g_new0(Catalogue, 1);
	const char *const *groups;

	catalogue->rows = g_ptr_array_new_with_free_func(reply_free);
	catalogue->conf = path != NULL ? conf_file_load(path, error) :
	    conf_file_embedded("replies.conf", error);
	if (catalogue->conf == NULL)
		return NULL;
	groups = conf_file_groups(catalogue->conf);
	for (guint i = 0; groups[i] != NULL; i++)
		if (!add_row(catalogue, groups[i], error))
			return NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(severities); i++) {
		if (catalogue->by_verdict[severities[i].verdict] != NULL)
			continue;
		g_set_error(error, CATALOGUE_ERROR, CATALOGUE_ERROR_INVALID,
		    "%s: no reply has given-for = %s",
		    path != NULL ? path : "replies.conf",
		    severities[i].given_for);
		return NULL;
	}
	return g_steal_pointer(&catalogue);
}

void
catalogue_free(Catalogue *catalogue)
{
	if (catalogue == NULL)
		return;
	g_ptr_array_unref(catalogue->rows);
	conf_file_free(catalogue->conf);
	g_free(catalogue);
}

const Reply *
catalogue_reply(const Catalogue *catalogue, Verdict verdict)
{
	return catalogue->by_verdict[severities[severity_row(verdict)].verdict];
}

GPtrArray *
catalogue_all(const Catalogue *catalogue)
{
	/* Not g_ptr_array_copy(): the copy would free the rows as well. */
	GPtrArray *all = g_ptr_array_new();

	g_ptr_array_extend(all, catalogue->rows, NULL, NULL);
	return all;
}

char *
reply_line(const Reply *reply)
{
	return g_strdup_printf("%u %s%s%s", reply->code, reply->enhanced,
	    *reply->enhanced != '\0' ? " " : "", reply->text);
}

/*
 * A query as one line in lower case: without the ">" of quoted mail, with one
 * space for all white space, and "552 " for the "552-" that begins the lines of
 * a reply but the last (RFC 5321 4.2.1). Caller frees.
 */
static char *
normalise_query(const char *query)
{
	g_autofree char *lower = g_ascii_strdown(query, -1);
	g_autoptr(GRegex) regex = g_regex_new("\\s*^(?:[ \\t]*>)+\\s*|\\s+|"
	    "(?<=\\b[245][0-9][0-9])-", G_REGEX_MULTILINE | G_REGEX_RAW, 0,
	    NULL);
	char *line = g_regex_replace_literal(regex, lower, -1, 0, " ", 0, NULL);

	return g_strstrip(line);
}

/* Whether word stands in text, and not as a piece of a longer word. */
static gboolean
has_word(const char *text, const char *word)
{
	gsize len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
		if ((at == text || !g_ascii_isalnum(at[-1])) &&
		    !g_ascii_isalnum(at[len]))
			return TRUE;
	return FALSE;
}

/*
 * How well a reply answers a normalised query: 0 not at all. From 4 on the
 * whole reply was given.
 */
static int
match_rank(const Reply *reply, const char *query)
{
	g_autofree char *line = reply_line(reply);
	g_autofree char *lower_line = g_ascii_strdown(line, -1);
	g_autofree char *lower_tag = g_ascii_strdown(reply->tag, -1);
	g_autofree char *lower_text = g_ascii_strdown(reply->text, -1);
	g_autofree char *code = g_strdup_printf("%u", reply->code);

	if (strcmp(query, lower_line) == 0 || strcmp(query, lower_tag) == 0)
		return 6;
	if (has_word(query, lower_line) || has_word(query, lower_tag))
		return 5;
	if (strcmp(query, lower_text) == 0 ||
	    (has_word(query, code) && has_word(query, lower_text)))
		return 4;
	if (strcmp(query, code) == 0 || strcmp(query, reply->enhanced) == 0)
		return 3;
	if (strstr(lower_line, query) != NULL ||
	    strstr(lower_tag, query) != NULL)
		return 2;
	/* A short text such as DT:SPM stands for several rows. */
	return has_word(query, lower_text) ? 1 : 0;
}

GPtrArray *
catalogue_find(const Catalogue *catalogue, const char *query)
{
	g_autofree char *line = normalise_query(query);
	GPtrArray *found = g_ptr_array_new();

	for (int rank = 6; rank > 0 && *line != '\0'; rank--) {
		for (guint i = 0; i < catalogue->rows->len; i++) {
			Reply *reply = g_ptr_array_index(catalogue->rows, i);

			if (match_rank(reply, line) == rank)
				g_ptr_array_add(found, reply);
		}
		/* Whoever gave a whole reply wants that one only. */
		if (rank >= 4 && found->len > 0)
			break;
	}
	return found;
}
