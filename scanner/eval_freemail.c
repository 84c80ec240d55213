/*
 * scanner/eval_freemail.c - eval functions on free mailboxes.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Anybody can have one. One as the sender's is nothing; another one to answer
 * to is what swindlers use. The rules name the providers.
 */
#include "config.h"

#include <string.h>

#include "scanner/eval_call.h"

/* Distinct addresses in a body: a list of people is no place to answer to. */
#define MAX_BODY_ADDRESSES 5u
#define MAX_BODY_FREEMAILS 3u

static guint
count_dots(const char *name)
{
	guint n = 0;

	for (; *name != '\0'; name++)
		n += *name == '.' ? 1 : 0;
	return n;
}

/* "freemail_domains" holds names and patterns such as "yahoo.*", where a star
 * stands for one label. */
static gboolean
is_provider(const EvalCall *call, const char *domain)
{
	GHashTable *list = (GHashTable *)content_rules_list(
	    content_views_rules(call->views), "freemail_domains");
	GHashTableIter iter;
	gpointer pattern;

	if (list == NULL || *domain == '\0')
		return FALSE;
	if (g_hash_table_contains(list, domain))
		return TRUE;
	g_hash_table_iter_init(&iter, list);
	while (g_hash_table_iter_next(&iter, &pattern, NULL)) {
		if (strpbrk(pattern, "*?") != NULL &&
		    count_dots(pattern) == count_dots(domain) &&
		    g_pattern_match_simple(pattern, domain))
			return TRUE;
	}
	return FALSE;
}

/* address: in lower case. */
static gboolean
is_freemail(const EvalCall *call, const char *address)
{
	static const char offices[] = "^(?:abuse|support|sales|info|helpdesk|"
	    "contact|kontakt|(?:post|host|domain)master|undisclosed.*|"
	    "request-[a-f0-9]{16}|bounced?-|[a-f0-9]{8}(?:\\.[a-f0-9]{8}|"
	    "-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})|"
	    ".+=.+=.+)\\@";
	const char *at = strrchr(address, '@');

	return at != NULL && is_provider(call, at + 1) &&
	    !eval_matches(call, offices, "i", address);
}

/* Each address of a header request, in lower case. Caller frees. */
static char **
addresses_of(const EvalCall *call, const char *request)
{
	g_autofree char *lower = g_ascii_strdown(eval_field(call, request),
	    -1);

	return g_strsplit_set(g_strstrip(lower), "\n", 100);
}

static gboolean
any_is_freemail(const EvalCall *call, char **addresses, const char *pattern)
{
	for (; *addresses != NULL; addresses++)
		if (is_freemail(call, *addresses) && (*pattern == '\0' ||
		    eval_matches(call, pattern, "", *addresses)))
			return TRUE;
	return FALSE;
}

static gboolean
check_freemail_from(const EvalCall *call)
{
	static const char *const requests[] = {
		"From:addr", "Envelope-Sender:addr", "Resent-Sender:addr",
		"X-Envelope-From:addr", "EnvelopeFrom",
	};
	g_auto(GStrv) resent = addresses_of(call, "Resent-From:first:addr");

	if (resent[0] != NULL)
		return any_is_freemail(call, resent, eval_argument(call, 0));
	for (gsize i = 0; i < G_N_ELEMENTS(requests); i++) {
		g_auto(GStrv) addresses = addresses_of(call, requests[i]);

		if (any_is_freemail(call, addresses, eval_argument(call, 0)))
			return TRUE;
	}
	return FALSE;
}

static gboolean
check_freemail_header(const EvalCall *call)
{
	const char *field = eval_argument(call, 0);
	g_autofree char *request = strcmp(field, "EnvelopeFrom") == 0 ||
	    g_str_has_suffix(field, ":addr") ? g_strdup(field) :
	    g_strconcat(field, ":addr", NULL);
	g_auto(GStrv) addresses = addresses_of(call, request);

	return any_is_freemail(call, addresses, eval_argument(call, 1));
}

/* Adds the addresses in a line that a reader may answer to: not those in angle
 * brackets or before a quotation, which belong to others. */
static void
collect(const EvalCall *call, const RuleRegex *finder, const TextSpan *line,
    GHashTable *addresses)
{
	gsize offset = 0, start, end;

	if (memchr(line->text, '@', line->len) == NULL)
		return;
	while (g_hash_table_size(addresses) <= MAX_BODY_ADDRESSES &&
	    rule_regex_search(finder, call->run, line->text, line->len,
	    offset, &start, &end)) {
		gboolean is_other = (end < line->len &&
		    line->text[end] == '>') || (start > 0 &&
		    line->text[start - 1] == '/');

		if (!is_other)
			g_hash_table_add(addresses, g_ascii_strdown(
			    line->text + start, (gssize)(end - start)));
		offset = MAX(end, offset + 1);
	}
}

/* Links to write to somebody, which rendered text does not show. */
static void
collect_links(const EvalCall *call, const RuleRegex *finder,
    GHashTable *addresses)
{
	const GArray *parts = content_views_rendered(call->views);

	for (guint i = 0; i < parts->len; i++) {
		const HtmlText *html =
		    g_array_index(parts, RenderedPart, i).html;

		for (guint j = 0; html != NULL && j < html->links->len; j++) {
			const HtmlLink *link =
			    g_ptr_array_index(html->links, j);
			TextSpan span = { link->uri + 7, 0 };

			if (g_ascii_strncasecmp(link->uri, "mailto:", 7) != 0)
				continue;
			span.len = strlen(span.text);
			collect(call, finder, &span, addresses);
		}
	}
}

/* Set of the free mailboxes in the body; empty where there are too many
 * addresses. Caller unrefs. */
static GHashTable *
body_freemails(const EvalCall *call)
{
	static const char pattern[] = "/(?<![a-z0-9!#$%&'*+\\/=?^_`{|}~.-])"
	    "[a-z0-9!#$%&'*+\\/=?^_`{|}~-]{1,64}"
	    "(?:\\.[a-z0-9!#$%&'*+\\/=?^_`{|}~-]{1,64}){0,8}\\@"
	    "(?:[a-z0-9](?:[a-z0-9-]{0,59}[a-z0-9])?\\.){1,4}[a-z]{2,24}\\b"
	    "(?!\\s{1,10}(?!(?:fa(?:x|csi)|tel|phone|e?-?mail))[a-z]{2,11}:)/i";
	GHashTable *found = g_hash_table_new_full(g_str_hash, g_str_equal,
	    g_free, NULL);
	g_autoptr(RuleRegex) finder = rule_regex_new(pattern, NULL, FALSE,
	    NULL);
	const GArray *lines = content_views_body(call->views);
	GHashTableIter iter;
	gpointer address;

	collect_links(call, finder, found);
	for (guint i = 0; i < lines->len; i++)
		collect(call, finder, &g_array_index(lines, TextSpan, i),
		    found);
	if (g_hash_table_size(found) >= MAX_BODY_ADDRESSES)
		g_hash_table_remove_all(found);
	g_hash_table_iter_init(&iter, found);
	while (g_hash_table_iter_next(&iter, &address, NULL))
		if (!is_freemail(call, address))
			g_hash_table_iter_remove(&iter);
	if (g_hash_table_size(found) >= MAX_BODY_FREEMAILS)
		g_hash_table_remove_all(found);
	return found;
}

static gboolean
check_freemail_body(const EvalCall *call)
{
	g_autoptr(GHashTable) found = body_freemails(call);
	GHashTableIter iter;
	gpointer address;

	g_hash_table_iter_init(&iter, found);
	while (g_hash_table_iter_next(&iter, &address, NULL))
		if (*eval_argument(call, 0) == '\0' || eval_matches(call,
		    eval_argument(call, 0), "", address))
			return TRUE;
	return FALSE;
}

/* One of the mailboxes in the body is none of these. */
static gboolean
body_names_another(const EvalCall *call, char **addresses)
{
	g_autoptr(GHashTable) found = body_freemails(call);

	for (; *addresses != NULL; addresses++) {
		guint n = g_hash_table_size(found);

		if (n > 1 || (n == 1 &&
		    !g_hash_table_contains(found, *addresses)))
			return TRUE;
	}
	return FALSE;
}

/* Sent from one free mailbox, to be answered to another; "reply": one in the
 * body counts too where there is no Reply-To. */
static gboolean
check_freemail_replyto(const EvalCall *call)
{
	static const char lists[] = "(?:^(?:post|host|domain)master|"
	    "^double-bounce|^(?:sentto|owner|return|(?:gr)?bounced?)-.+|"
	    "-(?:request|bounces?|admin|owner)|"
	    "\\b(?:do[._t-]?)?no[._t-]?repl(?:y|ies)|.+=.+)\\@";
	gboolean may_lack = strcmp(eval_argument(call, 0), "reply") == 0;
	g_auto(GStrv) from = addresses_of(call, "From:addr");
	g_auto(GStrv) reply = addresses_of(call, "Reply-To:addr");
	gboolean is_from = any_is_freemail(call, from, "");
	gboolean is_reply = any_is_freemail(call, reply, "");
	gboolean is_same = FALSE;

	if ((!is_from && !is_reply) || eval_matches(call, lists, "i",
	    eval_field(call, "EnvelopeFrom")))
		return FALSE;
	for (guint i = 0; from[i] != NULL; i++)
		is_same |= g_strv_contains((const char *const *)reply,
		    from[i]);
	if (is_from && is_reply && !is_same)
		return TRUE;
	if (may_lack ? (reply[0] != NULL && !is_reply) || !is_from : !is_reply)
		return FALSE;
	return body_names_another(call, is_reply ? reply : from);
}

const EvalFunction eval_freemail_functions[] = {
	{ "check_freemail_body", check_freemail_body },
	{ "check_freemail_from", check_freemail_from },
	{ "check_freemail_header", check_freemail_header },
	{ "check_freemail_replyto", check_freemail_replyto },
	{ NULL, NULL },
};
