/*
 * scanner/content_eval.c - the eval functions: what no regular expression says.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <gmime/gmime.h>
#include <math.h>
#include <string.h>

#include "scanner/content_eval.h"

typedef struct {
	const ContentRule *rule;
	ContentViews *views;
	RegexRun *run;
} Call;

/* "" where the rule gives fewer arguments. */
static const char *
argument(const Call *call, guint i)
{
	return i < g_strv_length(call->rule->arguments) ?
	    call->rule->arguments[i] : "";
}

static double
number(const Call *call, guint i)
{
	return g_ascii_strtod(argument(call, i), NULL);
}

/* Above the first of two arguments and up to the second, from i on. */
static gboolean
is_between(const Call *call, guint i, double value)
{
	const char *max = argument(call, i + 1);

	return value > number(call, i) &&
	    (*max == '\0' || strcmp(max, "inf") == 0 ||
	    value <= number(call, i + 1));
}

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
next_html(const Call *call, guint *i)
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
html_range(const Call *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; ) {
		double value = html_number(part->html, strlen(part->source),
		    argument(call, 0));

		if (!isnan(value) && is_between(call, 1, value))
			return TRUE;
	}
	return FALSE;
}

static gboolean
html_eval(const Call *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; ) {
		double value = html_number(part->html, strlen(part->source),
		    argument(call, 0));

		if (!isnan(value) && is_as_said(argument(call, 1), value))
			return TRUE;
	}
	return FALSE;
}

static gboolean
html_test(const Call *call)
{
	const char *test = argument(call, 0);
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
html_tag_exists(const Call *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		if (g_hash_table_contains(part->html->inside,
		    argument(call, 0)))
			return TRUE;
	return FALSE;
}

static gboolean
html_tag_balance(const Call *call)
{
	const RenderedPart *part;
	gpointer depth;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		if (g_hash_table_lookup_extended(part->html->inside,
		    argument(call, 0), NULL, &depth) &&
		    is_as_said(argument(call, 1), GPOINTER_TO_UINT(depth)))
			return TRUE;
	return FALSE;
}

static gboolean
html_image_only(const Call *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		if (g_hash_table_contains(part->html->inside, "img") &&
		    is_between(call, 0, (double)strlen(part->source)))
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
html_image_ratio(const Call *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		if (part->html->image_area > 0 &&
		    is_between(call, 0, (double)count_ink(
		    part->html->text->str) /
		    (double)part->html->image_area))
			return TRUE;
	return FALSE;
}

static gboolean
html_title_subject_ratio(const Call *call)
{
	const char *subject = header_view_first(
	    content_views_header(call->views), "Subject");
	const RenderedPart *part;

	if (subject == NULL || *subject == '\0')
		return FALSE;
	for (guint i = 0; (part = next_html(call, &i)) != NULL; )
		for (guint j = 0; j < part->html->titles->len; j++) {
			const char *title = g_ptr_array_index(
			    part->html->titles, j);

			if ((double)strlen(title) / (double)strlen(subject) >
			    number(call, 0))
				return TRUE;
		}
	return FALSE;
}

/* Types and encodings of the parts: one answer to check_for_mime. */
static gboolean
check_for_mime(const Call *call)
{
	const ContentInput *input = content_views_input(call->views);
	const char *test = argument(call, 0);

	for (guint i = 0; i < input->n_parts; i++) {
		const ContentPart *part = &input->parts[i];
		gboolean is_text = part->content_type == NULL ||
		    g_str_has_prefix(part->content_type, "text/");
		gboolean is_base64 = part->encoding != NULL &&
		    g_ascii_strcasecmp(part->encoding, "base64") == 0;
		gboolean is_qp = part->encoding != NULL &&
		    g_ascii_strcasecmp(part->encoding, "quoted-printable") == 0;

		if ((is_base64 && strcmp(test, "mime_base64_count") == 0) ||
		    (is_qp && strcmp(test, "mime_qp_count") == 0) ||
		    (part->is_attachment &&
		    strcmp(test, "mime_attachment") == 0))
			return TRUE;
		/* Text that needs no encoding, encoded so that filters that
		 * decode nothing do not see it. */
		if (is_base64 && is_text && !part->is_attachment &&
		    strcmp(test, "mime_base64_encoded_text") == 0 &&
		    (part->charset == NULL ||
		    g_ascii_strcasecmp(part->charset, "us-ascii") == 0 ||
		    g_ascii_strncasecmp(part->charset, "iso-8859", 8) == 0))
			return TRUE;
	}
	return FALSE;
}

static void
count_texts(const Call *call, guint *plain, guint *html)
{
	const GArray *parts = content_views_rendered(call->views);

	*plain = *html = 0;
	for (guint i = 0; i < parts->len; i++) {
		const RenderedPart *part =
		    &g_array_index(parts, RenderedPart, i);

		if (part->html != NULL)
			(*html)++;
		else if (!part->part->is_attachment)
			(*plain)++;
	}
}

static gboolean
check_for_mime_html(const Call *call)
{
	guint plain, html;

	count_texts(call, &plain, &html);
	return html > 0;
}

static gboolean
check_for_mime_html_only(const Call *call)
{
	guint plain, html;

	count_texts(call, &plain, &html);
	return html > 0 && plain == 0;
}

/* How much shorter the plain part is than the HTML part beside it. */
static gboolean
check_mime_multipart_ratio(const Call *call)
{
	const GArray *parts = content_views_rendered(call->views);
	double plain = 0, html = 0;

	for (guint i = 0; i < parts->len; i++) {
		const RenderedPart *part =
		    &g_array_index(parts, RenderedPart, i);

		if (part->html != NULL)
			html += (double)part->part->len;
		else
			plain += (double)part->part->len;
	}
	return html > 0 && plain > 0 && plain / html >= number(call, 0) &&
	    plain / html < number(call, 1);
}

static gboolean
check_header_count_range(const Call *call)
{
	guint n = header_view_count(content_views_header(call->views),
	    argument(call, 0));

	return n >= number(call, 1) && n <= number(call, 2);
}

static gboolean
check_for_missing_to_header(const Call *call)
{
	return header_view_count(content_views_header(call->views), "To") == 0;
}

static gboolean
check_no_relays(const Call *call)
{
	return content_views_received(call->views)->relays->len == 0;
}

static gboolean
check_relays_unparseable(const Call *call)
{
	return content_views_received(call->views)->unparseable > 0;
}

static gboolean
check_all_trusted(const Call *call)
{
	const Received *received = content_views_received(call->views);

	for (guint i = 0; i < received->relays->len; i++)
		if (!((Relay *)g_ptr_array_index(received->relays, i))->
		    is_trusted)
			return FALSE;
	return received->relays->len > 0 && received->unparseable == 0;
}

/* Seconds since the epoch of a date at the end of a field; FALSE: none. */
static gboolean
parse_date(const char *text, gint64 *seconds)
{
	g_autoptr(GDateTime) date = g_mime_utils_header_decode_date(text);

	if (date == NULL)
		return FALSE;
	*seconds = g_date_time_to_unix(date);
	return TRUE;
}

/* The Date field minus that Received field which is nearest to it. */
static gint64
date_shift(const Call *call)
{
	const HeaderView *header = content_views_header(call->views);
	const char *date = header_view_first(header, "Date");
	g_autoptr(GPtrArray) fields = header_view_all(header, "Received");
	gint64 sent, shift = 0;
	gboolean is_known = FALSE;

	if (date == NULL || !parse_date(date, &sent))
		return 0;
	for (guint i = 0; i < MIN(fields->len, RECEIVED_MAX_RELAYS); i++) {
		const char *semicolon =
		    strrchr(g_ptr_array_index(fields, i), ';');
		gint64 received;

		if (semicolon == NULL || !parse_date(semicolon + 1, &received))
			continue;
		/* A first relay that copies the Date proves nothing. */
		if (is_known && i + 1 == fields->len && sent == received)
			continue;
		if (!is_known || ABS(sent - received) < ABS(shift))
			shift = sent - received;
		is_known = TRUE;
	}
	return shift;
}

static gboolean
check_for_shifted_date(const Call *call)
{
	double hours = (double)date_shift(call) / 3600;

	return (strcmp(argument(call, 0), "undef") == 0 ||
	    hours >= number(call, 0)) &&
	    (strcmp(argument(call, 1), "undef") == 0 ||
	    hours < number(call, 1));
}

/* Octets that no header field may have. */
static gboolean
check_illegal_chars(const Call *call)
{
	g_autofree char *request = g_strconcat(argument(call, 0), ":raw", NULL);
	const char *text = content_views_field(call->views, request);
	gsize bad = 0, control = 0, len;

	if (text == NULL)
		return FALSE;
	len = strlen(text);
	for (gsize i = 0; i < len; i++) {
		guint8 c = (guint8)text[i];

		if (c < ' ' && strchr("\t\n\r", c) == NULL)
			control++;
		bad += c >= 0x7f ? 1 : 0;
	}
	if (control == 0 && g_utf8_validate(text, -1, NULL) && bad > 0)
		return FALSE;
	bad += control;
	return len > 0 && (double)bad / (double)len >= number(call, 1) &&
	    (double)bad >= number(call, 2);
}

/* Languages without upper case, written in ASCII octets. */
static gboolean
is_seven_bit_asian(const char *charset)
{
	return charset != NULL &&
	    (g_ascii_strncasecmp(charset, "iso-2022", 8) == 0 ||
	    g_ascii_strncasecmp(charset, "hz", 2) == 0);
}

static gboolean
check_for_uppercase(const Call *call)
{
	const GArray *lines = content_views_body(call->views);
	const GArray *parts = content_views_rendered(call->views);
	gsize upper = 0, lower = 0, len = 0;

	for (guint i = 0; i < parts->len; i++)
		if (is_seven_bit_asian(g_array_index(parts, RenderedPart,
		    i).part->charset))
			return FALSE;
	for (guint i = 0; i < lines->len; i++) {
		const TextSpan *line = &g_array_index(lines, TextSpan, i);

		if (memchr(line->text, ' ', line->len) == NULL)
			continue;
		len += line->len;
		for (gsize j = 0; j < line->len; j++) {
			upper += g_ascii_isupper(line->text[j]) ? 1 : 0;
			lower += g_ascii_islower(line->text[j]) ||
			    g_ascii_isdigit(line->text[j]) ? 1 : 0;
		}
	}
	/* A short message may well be an acronym. */
	return len >= 200 && upper + lower > 0 &&
	    is_between(call, 0, 100 * (double)upper / (double)(upper + lower));
}

static gboolean
subject_is_all_caps(const Call *call)
{
	const char *subject = header_view_first(
	    content_views_header(call->views), "Subject");
	gsize letters = 0;

	if (subject == NULL)
		return FALSE;
	while (g_ascii_strncasecmp(subject, "re:", 3) == 0 ||
	    g_ascii_strncasecmp(subject, "fw:", 3) == 0)
		subject += 3 + strspn(subject + 3, " ");
	/* One word may be a name. */
	if (strchr(subject, ' ') == NULL || strlen(subject) < 10)
		return FALSE;
	for (; *subject != '\0'; subject++) {
		if (g_ascii_islower(*subject) || (*subject & 0x80) != 0)
			return FALSE;
		letters += g_ascii_isupper(*subject) ? 1 : 0;
	}
	return letters >= 10;
}

/* Of the body before decoding. */
static gboolean
check_body_length(const Call *call)
{
	const ContentInput *input = content_views_input(call->views);

	return (double)(input->message_len - input->header_len) <
	    number(call, 0);
}

static gboolean
check_blank_line_ratio(const Call *call)
{
	const GArray *parts = content_views_rendered(call->views);
	guint blank = 0, lines = 0;
	double percent;

	for (guint i = 0; i < parts->len; i++) {
		const char *at = g_array_index(parts, RenderedPart, i).source;

		while (*at != '\0') {
			gsize len = strcspn(at, "\n");

			lines++;
			blank += strspn(at, " \t\r") >= len ? 1 : 0;
			at += len;
			at += *at == '\n';
		}
	}
	if (lines < number(call, 2))
		return FALSE;
	percent = 100 * ratio(blank, lines);
	return percent >= number(call, 0) && percent < number(call, 1);
}

static gboolean
check_uri_truncated(const Call *call)
{
	return content_views_uris(call->views)->is_truncated;
}

/* The link says one host and its text another. */
static gboolean
check_https_ip_mismatch(const Call *call)
{
	const RenderedPart *part;

	for (guint i = 0; (part = next_html(call, &i)) != NULL; ) {
		for (guint j = 0; j < part->html->links->len; j++) {
			const HtmlLink *link =
			    g_ptr_array_index(part->html->links, j);
			g_autofree char *host = uri_host(link->uri);

			if (host != NULL && link->anchor != NULL &&
			    g_hostname_is_ip_address(host) &&
			    g_ascii_strncasecmp(link->anchor, "https:", 6) == 0)
				return TRUE;
		}
	}
	return FALSE;
}

/* The domain of the first address of a field; NULL: none. Caller frees. */
static char *
domain_of(const Call *call, const char *request)
{
	const char *text = content_views_field(call->views, request);
	const char *at = text != NULL ? strchr(text, '@') : NULL;

	return at != NULL ? g_ascii_strdown(at + 1,
	    (gssize)strcspn(at + 1, "> \n")) : NULL;
}

static gboolean
check_for_matching_env_and_hdr_from(const Call *call)
{
	const char *envelope = content_views_field(call->views, "EnvelopeFrom");
	const char *from = content_views_field(call->views, "From:addr");

	return envelope != NULL && from != NULL && *envelope != '\0' &&
	    g_ascii_strcasecmp(envelope, from) == 0;
}

/* "example.org" of "mail.example.org". */
static const char *
last_two_labels(const char *domain)
{
	const char *dot = strrchr(domain, '.');

	while (dot != NULL && dot > domain && dot[-1] != '.')
		dot--;
	return dot != NULL ? dot : domain;
}

static gboolean
check_equal_from_domains(const Call *call)
{
	g_autofree char *envelope = domain_of(call, "EnvelopeFrom");
	g_autofree char *from = domain_of(call, "From:addr");

	return envelope != NULL && from != NULL &&
	    strcmp(last_two_labels(envelope), last_two_labels(from)) != 0;
}

/* "freemail_domains" holds names and patterns such as "yahoo.*". */
static gboolean
is_freemail(const Call *call, const char *domain)
{
	GHashTable *list = (GHashTable *)content_rules_list(
	    content_views_rules(call->views), "freemail_domains");
	GHashTableIter iter;
	gpointer pattern;

	if (list == NULL || domain == NULL)
		return FALSE;
	if (g_hash_table_contains(list, domain))
		return TRUE;
	g_hash_table_iter_init(&iter, list);
	while (g_hash_table_iter_next(&iter, &pattern, NULL))
		if (strpbrk(pattern, "*?") != NULL &&
		    g_pattern_match_simple(pattern, domain))
			return TRUE;
	return FALSE;
}

static gboolean
check_freemail_from(const Call *call)
{
	g_autofree char *from = domain_of(call, "From:addr");
	g_autofree char *envelope = domain_of(call, "EnvelopeFrom");

	return is_freemail(call, from) || is_freemail(call, envelope);
}

static gboolean
check_freemail_header(const Call *call)
{
	g_autofree char *field = g_strndup(argument(call, 0),
	    strcspn(argument(call, 0), ":"));
	g_autofree char *request = strcmp(field, "EnvelopeFrom") == 0 ?
	    g_strdup(field) : g_strconcat(field, ":addr", NULL);
	g_autofree char *domain = domain_of(call, request);
	g_autofree char *source = NULL;
	g_autoptr(RuleRegex) regex = NULL;
	const char *address;

	if (!is_freemail(call, domain))
		return FALSE;
	if (*argument(call, 1) == '\0')
		return TRUE;
	source = g_strdup_printf("m\x01%s\x01", argument(call, 1));
	regex = rule_regex_new(source, NULL, FALSE, NULL);
	address = content_views_field(call->views, request);
	return regex != NULL && rule_regex_search(regex, call->run, address,
	    strlen(address), 0, NULL, NULL);
}

/* Sent from one free mailbox, to be answered to another. */
static gboolean
check_freemail_replyto(const Call *call)
{
	const char *reply = content_views_field(call->views, "Reply-To:addr");
	const char *from = content_views_field(call->views, "From:addr");
	g_autofree char *reply_domain = domain_of(call, "Reply-To:addr");
	g_autofree char *from_domain = domain_of(call, "From:addr");

	return reply != NULL && from != NULL &&
	    g_ascii_strcasecmp(reply, from) != 0 &&
	    is_freemail(call, reply_domain) && is_freemail(call, from_domain);
}

/* A program's blank that nobody filled in. */
static gboolean
check_unresolved_template(const Call *call)
{
	const char *all = content_views_field(call->views, "ALL:raw");
	const char *found;

	for (found = all; found != NULL &&
	    (found = strstr(found, "%RND")) != NULL; found += 4)
		if (g_ascii_isupper(found[4]) || found[4] == '_')
			return TRUE;
	return FALSE;
}

static gboolean
check_for_to_in_subject(const Call *call)
{
	const char *to = content_views_field(call->views, "To:addr");
	const char *subject = content_views_field(call->views, "Subject");
	g_autofree char *user = to != NULL ?
	    g_ascii_strdown(to, (gssize)strcspn(to, "@")) : NULL;
	g_autofree char *lower = subject != NULL ?
	    g_ascii_strdown(subject, -1) : NULL;
	const char *found;
	gsize len;

	if (user == NULL || lower == NULL || (len = strlen(user)) < 2)
		return FALSE;
	found = g_str_has_prefix(lower, "re: ") ? lower + 4 : lower;
	return g_str_has_prefix(found, user) &&
	    strchr(",:;! \n", found[len]) != NULL;
}

/* Text that pretends to be read by people but was made of other alphabets. */
static gboolean
check_abundant_unicode_ratio(const Call *call)
{
	const GArray *parts = content_views_rendered(call->views);

	for (guint i = 0; i < parts->len; i++) {
		const RenderedPart *part =
		    &g_array_index(parts, RenderedPart, i);
		gsize references = 0, len = strlen(part->source);

		if (part->html == NULL)
			continue;
		for (const char *at = part->source;
		    (at = strstr(at, "&#x")) != NULL; at += 3)
			references++;
		if (len > 512 && (double)references / (double)len >=
		    number(call, 0))
			return TRUE;
	}
	return FALSE;
}

static const struct function {
	const char *name;
	gboolean (*holds)(const Call *call);
} functions[] = {
	{ "check_abundant_unicode_ratio", check_abundant_unicode_ratio },
	{ "check_all_trusted", check_all_trusted },
	{ "check_blank_line_ratio", check_blank_line_ratio },
	{ "check_body_length", check_body_length },
	{ "check_equal_from_domains", check_equal_from_domains },
	{ "check_for_matching_env_and_hdr_from",
	    check_for_matching_env_and_hdr_from },
	{ "check_for_mime", check_for_mime },
	{ "check_for_mime_html", check_for_mime_html },
	{ "check_for_mime_html_only", check_for_mime_html_only },
	{ "check_for_missing_to_header", check_for_missing_to_header },
	{ "check_for_shifted_date", check_for_shifted_date },
	{ "check_for_to_in_subject", check_for_to_in_subject },
	{ "check_for_uppercase", check_for_uppercase },
	{ "check_freemail_from", check_freemail_from },
	{ "check_freemail_header", check_freemail_header },
	{ "check_freemail_replyto", check_freemail_replyto },
	{ "check_header_count_range", check_header_count_range },
	{ "check_https_ip_mismatch", check_https_ip_mismatch },
	{ "check_illegal_chars", check_illegal_chars },
	{ "check_mime_multipart_ratio", check_mime_multipart_ratio },
	{ "check_no_relays", check_no_relays },
	{ "check_relays_unparseable", check_relays_unparseable },
	{ "check_unresolved_template", check_unresolved_template },
	{ "check_uri_truncated", check_uri_truncated },
	{ "html_eval", html_eval },
	{ "html_image_only", html_image_only },
	{ "html_image_ratio", html_image_ratio },
	{ "html_range", html_range },
	{ "html_tag_balance", html_tag_balance },
	{ "html_tag_exists", html_tag_exists },
	{ "html_test", html_test },
	{ "html_title_subject_ratio", html_title_subject_ratio },
	{ "subject_is_all_caps", subject_is_all_caps },
};

const char *const *
content_eval_functions(void)
{
	static const char *names[G_N_ELEMENTS(functions) + 1];

	for (gsize i = 0; i < G_N_ELEMENTS(functions); i++)
		names[i] = functions[i].name;
	return names;
}

gboolean
content_eval_holds(const ContentRule *rule, ContentViews *views, RegexRun *run)
{
	Call call = { rule, views, run };

	for (gsize i = 0; i < G_N_ELEMENTS(functions); i++)
		if (strcmp(functions[i].name, rule->function) == 0)
			return functions[i].holds(&call);
	return FALSE;
}
