/*
 * scanner/eval_body.c - eval functions on the text of the body.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/eval_call.h"

static gboolean
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Two words at least. */
static gboolean
has_inner_blank(const TextSpan *line)
{
	gsize from = 0, end = line->len;

	while (from < end && is_blank(line->text[from]))
		from++;
	while (end > from && is_blank(line->text[end - 1]))
		end--;
	for (; from < end; from++)
		if (is_blank(line->text[from]))
			return TRUE;
	return FALSE;
}

/* A charset of languages without upper case, whose octets look like it. */
static gboolean
has_odd_case(const char *charset)
{
	static const char *const names[] = { "koi", "jp", "jis", "euc", "gb",
		"big5", "isoir", "cp1251", "windows-1251", "georgianps",
		"pt154", "tis" };
	g_autofree char *lower = g_ascii_strdown(charset, -1);

	if (lower[strspn(lower, "-_abcdefghijklmnopqrstuvwxyz0123456789")] !=
	    '\0')
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (strstr(lower, names[i]) != NULL)
			return TRUE;
	return FALSE;
}

/* 1 or 0: without branches, of many octets at a time. */
static guint
is_between(char octet, char first, char last)
{
	return octet >= first && octet <= last;
}

static gboolean
check_for_uppercase(const EvalCall *call)
{
	const ContentInput *input = content_views_input(call->views);
	const GArray *lines = content_views_body(call->views);
	gsize upper = 0, lower = 0, len = 0;

	for (guint i = 0; i < input->n_parts; i++)
		if (input->parts[i].charset != NULL &&
		    has_odd_case(input->parts[i].charset))
			return FALSE;
	for (guint i = 0; i < lines->len; i++) {
		const TextSpan *line = &g_array_index(lines, TextSpan, i);

		if (!has_inner_blank(line))
			continue;
		len += line->len;
		for (gsize j = 0; j < line->len; j++) {
			upper += is_between(line->text[j], 'A', 'Z');
			lower += is_between(line->text[j], 'a', 'z') +
			    is_between(line->text[j], '0', '9');
		}
	}
	/* A short message may well be an acronym. */
	return len >= 200 && upper + lower > 0 && eval_is_between(call, 0,
	    100 * (double)upper / (double)(upper + lower));
}

/* Of the body before decoding. */
static gboolean
check_body_length(const EvalCall *call)
{
	const ContentInput *input = content_views_input(call->views);
	gsize len = input->message_len - input->header_len;

	/* Without the empty line between. */
	return (double)(len - MIN(len, 1)) <= eval_number(call, 0);
}

static gboolean
check_blank_line_ratio(const EvalCall *call)
{
	const GArray *chunks = content_views_rawbody(call->views);
	guint blank = 0, lines = 0;
	double percent;

	for (guint i = 0; i < chunks->len; i++) {
		const TextSpan *chunk = &g_array_index(chunks, TextSpan, i);
		const char *at = chunk->text, *end = at + chunk->len;

		while (at < end) {
			const char *newline = memchr(at, '\n',
			    (gsize)(end - at));
			const char *stop = newline != NULL ? newline : end;

			while (at < stop && is_blank(*at))
				at++;
			blank += at == stop ? 1 : 0;
			lines++;
			at = newline != NULL ? newline + 1 : end;
		}
	}
	percent = lines == 0 || lines < eval_number(call, 2) ? -1 :
	    100 * (double)blank / (double)lines;
	return percent <= eval_number(call, 1) &&
	    (eval_number(call, 0) == 0 || percent > eval_number(call, 0));
}

/* "v i a g r a": the line with most blanks between its letters, in per cent. */
static gboolean
tvd_vertical_words(const EvalCall *call)
{
	const GArray *lines = content_views_body(call->views);
	double max = eval_number(call, 1), most = -1;

	for (guint i = 0; i < lines->len; i++) {
		const TextSpan *line = &g_array_index(lines, TextSpan, i);
		gsize spaces = 0, others;

		if (line->len <= 5)
			continue;
		for (gsize j = 0; j < line->len; j++)
			spaces += line->text[j] == ' ' ? 1 : 0;
		others = line->len - spaces;
		most = MAX(most, spaces > others || others == 0 ? 100 :
		    (double)(100 * spaces / others));
	}
	return most >= eval_number(call, 0) && most < (max >= 100 ? 101 : max);
}

static gboolean
check_uri_truncated(const EvalCall *call)
{
	return content_views_uris(call->views)->is_truncated;
}

/* "enlist_uri_host (NAME) example.org": the host, or a domain above it. */
static gboolean
check_uri_host_listed(const EvalCall *call)
{
	g_autofree char *key = g_strconcat("enlist_uri_host:",
	    eval_argument(call, 0), NULL);
	GHashTable *list = (GHashTable *)content_rules_list(
	    content_views_rules(call->views), key);
	const GPtrArray *uris = content_views_uris(call->views)->uris;

	for (guint i = 0; list != NULL && i < uris->len; i++) {
		g_autofree char *host = uri_host(g_ptr_array_index(uris, i));

		if (host == NULL || strchr(host, '.') == NULL)
			continue;
		for (const char *at = host; at != NULL;
		    at = strchr(at, '.')) {
			at += *at == '.';
			if (g_hash_table_contains(list, at))
				return TRUE;
		}
	}
	return FALSE;
}

const EvalFunction eval_body_functions[] = {
	{ "check_blank_line_ratio", check_blank_line_ratio },
	{ "check_body_length", check_body_length },
	{ "check_for_uppercase", check_for_uppercase },
	{ "check_uri_host_listed", check_uri_host_listed },
	{ "check_uri_truncated", check_uri_truncated },
	{ "tvd_vertical_words", tvd_vertical_words },
	{ NULL, NULL },
};
