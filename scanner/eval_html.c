/*
 * scanner/eval_html.c - eval functions on HTML parts.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scanner/eval_call.h"

/* "< 384", "!= 0". */
static gboolean
is_as_said(const char *expression, double value)
{
	gsize n = strspn(expression, "<>=! ");
	double limit = g_ascii_strtod(expression + n, NULL);

	if (g_str_has_prefix(expression, "<="))
		return value <= limit;
	if (g_str_has_prefix(expression, ">="))
		return value >= limit;
	if (g_str_has_prefix(expression, "!="))
		return value != limit;
	if (g_str_has_prefix(expression, "=="))
		return value == limit;
	if (*expression == '<')
		return value < limit;
	return *expression == '>' && value > limit;
}

/* The HTML part from *i on; NULL: no more. */
static const RenderedPart *
next_html(const EvalCall *call, guint *i)
{
	const GArray *parts = content_views_rendered(call->views);

	while (*i < parts->len) {
		const RenderedPart *part =
		    &g_array_index(parts, RenderedPart, (*i)++);

		if (part->html != NULL)
			return part;
	}
	return NULL;
}

static double
ratio(guint part, guint whole)
{
	return whole > 0 ? (double)part / (double)whole : 0;
}

/* A number that rules know by name; NAN: no such number. */
static double
html_number(const HtmlText *html, gsize length, const char *name)
{
	if (strcmp(name, "length") == 0)
		return (double)length;
	if (strcmp(name, "max_size") == 0)
		return html->max_size;
	if (strcmp(name, "min_size") == 0)
		return html->min_size;
	if (strcmp(name, "bad_tag_ratio") == 0)
		return html->tags > html->elements ?
		    ratio(html->tags - html->elements, html->tags) : 0;
	if (strcmp(name, "non_element_ratio") == 0)
		return html->tags_seen > html->elements_seen ?
		    ratio(html->tags_seen - html->elements_seen,
		    html->tags_seen) : 0;
	if (strcmp(name, "obfuscation_ratio") == 0)
		return ratio(html->obfuscation, html->tags);
	if (strcmp(name, "closed_extra_ratio") == 0)
		return ratio(html->closed_extra, html->tags);
	return (double)NAN;
}

static gboolean
html_range(const EvalCall *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; ) {
		double value = html_number(part->html, strlen(part->source),
		    eval_argument(call, 0));

		if (!isnan(value) && eval_is_between(call, 1, value))
			return TRUE;
	}
	return FALSE;
}

static gboolean
html_eval(const EvalCall *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; ) {
		double value = html_number(part->html, strlen(part->source),
		    eval_argument(call, 0));

		if (!isnan(value) && is_as_said(eval_argument(call, 1), value))
			return TRUE;
	}
	return FALSE;
}

static gboolean
html_test(const EvalCall *call)
{
	const char *test = eval_argument(call, 0);
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; ) {
		const HtmlText *html = part->html;

		if (strcmp(test, "html") == 0 ||
		    (html->has_embed && strcmp(test, "embeds") == 0) ||
		    (html->has_bad_face &&
		    strcmp(test, "font_face_bad") == 0) ||
		    (html->has_bad_color &&
		    strcmp(test, "font_invalid_color") == 0) ||
		    (html->is_low_contrast &&
		    strcmp(test, "font_low_contrast") == 0) ||
		    (html->has_mailto_form &&
		    strcmp(test, "form_action_mailto") == 0) ||
		    (html->is_closed_html && strcmp(test, "closed_html") == 0) ||
		    (html->is_closed_body && strcmp(test, "closed_body") == 0))
			return TRUE;
	}
	return FALSE;
}

static gboolean
html_tag_exists(const EvalCall *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		if (g_hash_table_contains(part->html->inside,
		    eval_argument(call, 0)))
			return TRUE;
	return FALSE;
}

static gboolean
html_tag_balance(const EvalCall *call)
{
	const RenderedPart *part;
	gpointer depth;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		if (g_hash_table_lookup_extended(part->html->inside,
		    eval_argument(call, 0), NULL, &depth) &&
		    is_as_said(eval_argument(call, 1), GPOINTER_TO_UINT(depth)))
			return TRUE;
	return FALSE;
}

static gboolean
html_image_only(const EvalCall *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		if (g_hash_table_contains(part->html->inside, "img") &&
		    eval_is_between(call, 0, (double)strlen(part->source)))
			return TRUE;
	return FALSE;
}

static gsize
count_ink(const char *text)
{
	gsize n = 0;

	for (; *text != '\0'; text = g_utf8_next_char(text))
		n += g_unichar_isspace(g_utf8_get_char(text)) ? 0 : 1;
	return n;
}

static gboolean
html_image_ratio(const EvalCall *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		if (part->html->image_area > 0 &&
		    eval_is_between(call, 0, (double)count_ink(
		    part->html->text->str) /
		    (double)part->html->image_area))
			return TRUE;
	return FALSE;
}

static gboolean
html_title_subject_ratio(const EvalCall *call)
{
	const char *subject = header_view_first(
	    content_views_header(call->views), "Subject");
	const RenderedPart *part;

	if (subject == NULL || *subject == '\0')
		return FALSE;
	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		for (guint j = 0; j < part->html->titles->len; j++) {
			const GString *title = g_ptr_array_index(
			    part->html->titles, j);

			if ((double)title->len / (double)strlen(subject) >
			    eval_number(call, 0))
				return TRUE;
		}
	return FALSE;
}

/* "comment", "title" or "anchor", and a pattern. */
static gboolean
html_text_match(const EvalCall *call)
{
	const char *what = eval_argument(call, 0);
	const char *pattern = eval_argument(call, 1);
	g_autoptr(GString) text = g_string_new(NULL);
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; ) {
		const HtmlText *html = part->html;

		if (strcmp(what, "comment") == 0)
			g_string_append(text, html->comments->str);
		for (guint j = 0; strcmp(what, "title") == 0 &&
		    j < html->titles->len; j++) {
			const GString *title =
			    g_ptr_array_index(html->titles, j);

			g_string_append_printf(text, "%s\n", title->str);
		}
		for (guint j = 0; strcmp(what, "anchor") == 0 &&
		    j < html->links->len; j++) {
			const HtmlLink *link =
			    g_ptr_array_index(html->links, j);

			if (link->anchor != NULL)
				g_string_append_printf(text, "%s\n",
				    link->anchor);
		}
	}
	return text->len > 0 && eval_matches(call, pattern, "", text->str);
}

static gboolean
check_iframe_src(const EvalCall *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		for (guint j = 0; j < part->html->links->len; j++) {
			const HtmlLink *link =
			    g_ptr_array_index(part->html->links, j);

			if (strcmp(link->tag, "iframe") == 0)
				return TRUE;
		}
	return FALSE;
}

/* The host that an anchor's text names with https; NULL: none. */
static char *
anchor_host(const HtmlLink *link)
{
	g_autofree char *lower = link->anchor != NULL ?
	    g_ascii_strdown(link->anchor, -1) : NULL;
	const char *found = lower != NULL ? strstr(lower, "https://") : NULL;

	return found != NULL ? g_strndup(found + 8,
	    strcspn(found + 8, " \t\r\n/:?#")) : NULL;
}

/* The text says https and a host, the link goes to an address. */
static gboolean
check_https_ip_mismatch(const EvalCall *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		for (guint j = 0; j < part->html->links->len; j++) {
			const HtmlLink *link =
			    g_ptr_array_index(part->html->links, j);
			g_autofree char *host = uri_host(link->uri);
			g_autofree char *shown = anchor_host(link);

			if (host != NULL && shown != NULL &&
			    g_hostname_is_ip_address(host) &&
			    !g_hostname_is_ip_address(shown))
				return TRUE;
		}
	return FALSE;
}

/* The same for two names, where so many anchors name one at all. */
static gboolean
check_https_http_mismatch(const EvalCall *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; ) {
		gboolean is_found = FALSE;
		guint anchors = 0;

		for (guint j = 0; j < part->html->links->len; j++) {
			const HtmlLink *link =
			    g_ptr_array_index(part->html->links, j);
			g_autofree char *host = uri_host(link->uri);
			g_autofree char *shown = anchor_host(link);

			if (host == NULL || link->anchor == NULL ||
			    g_hostname_is_ip_address(host))
				continue;
			anchors++;
			is_found |= shown != NULL &&
			    strchr(shown, '.') != NULL &&
			    strcmp(eval_registered_domain(call, host),
			    eval_registered_domain(call, shown)) != 0;
		}
		if (is_found && anchors >= MAX(eval_number(call, 0), 1) &&
		    (*eval_argument(call, 1) == '\0' ||
		    anchors < eval_number(call, 1)))
			return TRUE;
	}
	return FALSE;
}

const EvalFunction eval_html_functions[] = {
	{ "check_https_http_mismatch", check_https_http_mismatch },
	{ "check_https_ip_mismatch", check_https_ip_mismatch },
	{ "check_iframe_src", check_iframe_src },
	{ "html_eval", html_eval },
	{ "html_image_only", html_image_only },
	{ "html_image_ratio", html_image_ratio },
	{ "html_range", html_range },
	{ "html_tag_balance", html_tag_balance },
	{ "html_tag_exists", html_tag_exists },
	{ "html_test", html_test },
	{ "html_text_match", html_text_match },
	{ "html_title_subject_ratio", html_title_subject_ratio },
	{ NULL, NULL },
};
