/*
 * scanner/content_views.c - the views of one message that rules match on.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/content_views.h"

struct content_views {
	const ContentInput *input;
	const ViewTools *tools;
	RegexRun *run;
	HeaderView *header;
	HeaderView **part_headers;
	Received *received;
	GHashTable *fields;     /* request -> value, or NULL */
	GArray *rendered;
	char *body_text;
	GArray *body;
	char *han_text;
	GArray *han;
	GPtrArray *raw_texts;
	GArray *rawbody;
	UriList *uris;
};

static void
rendered_clear(gpointer data)
{
	RenderedPart *part = data;

	g_free(part->source);
	html_text_free(part->html);
}

ContentViews *
content_views_new(const ContentInput *input, const ViewTools *tools,
    RegexRun *run)
{
	ContentViews *views = g_new0(ContentViews, 1);

	views->input = input;
	views->tools = tools;
	views->run = run;
	views->part_headers = g_new0(HeaderView *, input->n_parts);
	views->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    g_free);
	return views;
}

static void
clear_spans(GArray **spans)
{
	g_clear_pointer(spans, g_array_unref);
}

void
content_views_free(ContentViews *views)
{
	if (views == NULL)
		return;
	header_view_free(views->header);
	for (guint i = 0; i < views->input->n_parts; i++)
		header_view_free(views->part_headers[i]);
	g_free(views->part_headers);
	received_free(views->received);
	g_hash_table_unref(views->fields);
	clear_spans(&views->rendered);
	clear_spans(&views->body);
	clear_spans(&views->han);
	clear_spans(&views->rawbody);
	g_free(views->body_text);
	g_free(views->han_text);
	g_clear_pointer(&views->raw_texts, g_ptr_array_unref);
	uri_list_free(views->uris);
	g_free(views);
}

const ContentInput *
content_views_input(const ContentViews *views)
{
	return views->input;
}

const ContentRules *
content_views_rules(const ContentViews *views)
{
	return views->tools->rules;
}

const HeaderView *
content_views_header(ContentViews *views)
{
	if (views->header == NULL)
		views->header = header_view_new(views->input->message,
		    views->input->header_len, views->tools->charsets);
	return views->header;
}

const HeaderView *
content_views_part_header(ContentViews *views, guint i)
{
	const ContentPart *part = &views->input->parts[i];

	if (views->part_headers[i] == NULL)
		views->part_headers[i] = header_view_new(part->header,
		    part->header_len, views->tools->charsets);
	return views->part_headers[i];
}

const Received *
content_views_received(ContentViews *views)
{
	if (views->received == NULL)
		views->received = received_new(content_views_header(views),
		    views->tools->settings->trusted_networks);
	return views->received;
}

/* The reverse-path as the relay that handed the message over tells it; NULL:
 * it does not. */
static const char *
relay_envelope_from(ContentViews *views)
{
	const GPtrArray *relays = content_views_received(views)->relays;
	const Relay *relay = NULL;

	for (guint i = 0; i < relays->len; i++) {
		relay = g_ptr_array_index(relays, i);
		if (!relay->is_trusted)
			break;
	}
	if (relay == NULL || relay->envelope_from == NULL ||
	    strchr(relay->envelope_from, '@') == NULL)
		return NULL;
	return relay->envelope_from;
}

/* fetchmail takes a list's X-Sender for the reverse-path. */
static gboolean
is_fetched_from_list(const HeaderView *header)
{
	const char *sender = header_view_first(header, "X-Sender");
	g_autoptr(GPtrArray) received = header_view_all(header, "Received");

	if (sender == NULL || strchr(sender, '@') == NULL)
		return FALSE;
	for (guint i = 0; i < received->len; i++)
		if (strstr(g_ptr_array_index(received, i), "(fetchmail"))
			return TRUE;
	return FALSE;
}

/* The reverse-path: of the envelope, or as a field tells it that stands above
 * all Received fields: others were somebody else's. */
static char *
envelope_from(ContentViews *views)
{
	static const char *const names[] = {
		"X-Envelope-From", "Envelope-Sender", "Return-Path",
	};
	const Envelope *envelope = views->input->envelope;
	const HeaderView *header = content_views_header(views);
	const char *told;

	if (envelope != NULL && envelope->reverse_path != NULL)
		return g_strdup(envelope->reverse_path);
	told = relay_envelope_from(views);
	if (told != NULL)
		return g_strdup(told);
	if (is_fetched_from_list(header))
		return NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *request = g_strconcat(names[i],
		    ":first:addr", NULL);
		char *value = header_view_get(header, request);

		if (value != NULL && header_view_is_before(header, names[i],
		    "Received"))
			return value;
		g_free(value);
		/* Whoever writes this one writes no other. */
		if (value != NULL && i == 0)
			return NULL;
	}
	return NULL;
}

/* ALL-EXTERNAL and the like: what strangers' relays have written, or ours. */
static char *
make_section(ContentViews *views, const char *side)
{
	gboolean is_ours = g_str_has_prefix(side, "TRUSTED") ||
	    g_str_has_prefix(side, "INTERNAL");

	return header_view_get_section(content_views_header(views),
	    content_views_received(views)->trusted_fields, is_ours,
	    g_str_has_suffix(side, ":raw"));
}

static char *
make_field(ContentViews *views, const char *request)
{
	if (strcmp(request, "X-Spam-Relays-External") == 0 ||
	    strcmp(request, "X-Spam-Relays-Untrusted") == 0)
		return received_text(content_views_received(views), FALSE);
	if (strcmp(request, "X-Spam-Relays-Internal") == 0 ||
	    strcmp(request, "X-Spam-Relays-Trusted") == 0)
		return received_text(content_views_received(views), TRUE);
	if (g_str_has_prefix(request, "ALL-"))
		return make_section(views, request + strlen("ALL-"));
	if (g_ascii_strcasecmp(request, "EnvelopeFrom") == 0)
		return envelope_from(views);
	return header_view_get(content_views_header(views), request);
}

const char *
content_views_field(ContentViews *views, const char *request)
{
	gpointer value;

	if (g_hash_table_lookup_extended(views->fields, request, NULL, &value))
		return value;
	value = make_field(views, request);
	g_hash_table_insert(views->fields, g_strdup(request), value);
	return value;
}

static gboolean
is_html_name(const char *name)
{
	gsize len = name != NULL ? strlen(name) : 0;

	return (len > 4 && g_ascii_strcasecmp(name + len - 4, ".htm") == 0) ||
	    (len > 5 && (g_ascii_strcasecmp(name + len - 5, ".html") == 0 ||
	    g_ascii_strcasecmp(name + len - 5, ".shtm") == 0)) ||
	    (len > 6 && g_ascii_strcasecmp(name + len - 6, ".shtml") == 0);
}

static const char *
effective_type(const ContentPart *part)
{
	if (is_html_name(part->name))
		return "text/html";
	return part->content_type != NULL ? part->content_type : "text/plain";
}

static gsize
or_default(gsize value, gsize standard)
{
	return value != 0 ? value : standard;
}

/* Reading more than is looked at serves nobody but who wants to keep us busy;
 * HTML shrinks, so the limit is of what is read, too. */
static void
render(ContentViews *views, const ContentPart *part)
{
	gsize limit = or_default(views->tools->settings->max_part_octets,
	    CONTENT_MAX_PART_OCTETS);
	gsize read_limit = or_default(views->tools->settings->max_raw_octets,
	    CONTENT_MAX_RAW_OCTETS);
	gboolean is_html = strcmp(effective_type(part), "text/html") == 0;
	RenderedPart rendered = { .part = part };
	const char *octets = (const char *)part->octets;

	rendered.source = charset_to_utf8(views->tools->charsets, part->octets,
	    text_limit(octets, part->len, read_limit, "\n> "), part->charset,
	    &rendered.is_damaged);
	rendered.text = rendered.source;
	rendered.len = strlen(rendered.source);
	if (is_html) {
		rendered.html = html_text_new(rendered.source);
		rendered.text = rendered.html->text->str;
		rendered.len = rendered.html->text->len;
	}
	rendered.is_cut = part->len > read_limit || rendered.len > limit;
	rendered.len = text_limit(rendered.text, rendered.len, limit, "\n ");
	g_array_append_val(views->rendered, rendered);
}

const GArray *
content_views_rendered(ContentViews *views)
{
	if (views->rendered != NULL)
		return views->rendered;
	views->rendered = g_array_new(FALSE, FALSE, sizeof(RenderedPart));
	g_array_set_clear_func(views->rendered, rendered_clear);
	for (guint i = 0; i < views->input->n_parts; i++) {
		const ContentPart *part = &views->input->parts[i];
		const char *type = effective_type(part);

		if (part->octets != NULL && (strcmp(type, "text/html") == 0 ||
		    strcmp(type, "text/plain") == 0))
			render(views, part);
	}
	return views->rendered;
}

static void
make_body_text(ContentViews *views)
{
	const GArray *rendered = content_views_rendered(views);
	const char *subject = content_views_field(views, "Subject:last");
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *collapsed = NULL;

	for (guint i = 0; i < rendered->len; i++) {
		const RenderedPart *part =
		    &g_array_index(rendered, RenderedPart, i);
		g_autofree char *valid = g_utf8_make_valid(part->text,
		    (gssize)part->len);

		if (text->len > 0)
			g_string_append_c(text, '\n');
		g_string_append(text, valid);
	}
	collapsed = text_collapse(text->str);
	views->body_text = g_strconcat(subject != NULL ? subject : "\n",
	    collapsed, NULL);
}

static GArray *
spans_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(TextSpan));
}

const GArray *
content_views_body(ContentViews *views)
{
	if (views->body == NULL) {
		make_body_text(views);
		views->body = spans_new();
		text_split_lines(views->body, views->body_text,
		    strlen(views->body_text));
	}
	return views->body;
}

const GArray *
content_views_han(ContentViews *views)
{
	if (views->han == NULL) {
		content_views_body(views);
		views->han_text = han_normalise(views->tools->han,
		    views->body_text);
		views->han = spans_new();
		/* Whole characters only: these rules run with UTF. */
		for (const char *at = views->han_text; *at != '\0'; ) {
			TextSpan span = { at, strcspn(at, "\n") };

			if (span.len > TEXT_MAX_LINE_OCTETS)
				span.len = (gsize)(g_utf8_find_next_char(
				    at + TEXT_MAX_LINE_OCTETS - 1, NULL) - at);
			g_array_append_val(views->han, span);
			at += span.len;
			at += *at == '\n';
		}
	}
	return views->han;
}

/* CRLF as LF. */
static char *
with_line_feeds(const guint8 *octets, gsize len, gsize *new_len)
{
	char *text = g_malloc(len + 1);
	gsize n = 0;

	for (gsize i = 0; i < len; i++)
		if (octets[i] != '\r' || len - i < 2 || octets[i + 1] != '\n')
			text[n++] = (char)octets[i];
	text[n] = '\0';
	*new_len = n;
	return text;
}

const GArray *
content_views_rawbody(ContentViews *views)
{
	gsize limit = or_default(views->tools->settings->max_raw_octets,
	    CONTENT_MAX_RAW_OCTETS);

	if (views->rawbody != NULL)
		return views->rawbody;
	views->rawbody = spans_new();
	views->raw_texts = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < views->input->n_parts; i++) {
		const ContentPart *part = &views->input->parts[i];
		const char *type = effective_type(part);
		gsize len = part->len;
		char *text;

		if (part->octets == NULL ||
		    strcmp(type, "text/calendar") == 0 ||
		    (!g_str_has_prefix(type, "text/") &&
		    !g_str_has_prefix(type, "message/")))
			continue;
		text = with_line_feeds(part->octets, text_limit(
		    (const char *)part->octets, len, limit, "\n> "), &len);
		g_ptr_array_add(views->raw_texts, text);
		text_split_chunks(views->rawbody, text, len);
	}
	return views->rawbody;
}

const UriList *
content_views_uris(ContentViews *views)
{
	const GArray *body, *rendered;

	if (views->uris != NULL)
		return views->uris;
	views->uris = uri_list_new();
	body = content_views_body(views);
	for (guint i = 0; i < body->len; i++)
		uri_list_add_text(views->uris, views->tools->uri_finder,
		    views->run, &g_array_index(body, TextSpan, i));
	rendered = content_views_rendered(views);
	for (guint i = 0; i < rendered->len; i++) {
		const HtmlText *html =
		    g_array_index(rendered, RenderedPart, i).html;

		for (guint j = 0; html != NULL && j < html->links->len; j++) {
			const HtmlLink *link =
			    g_ptr_array_index(html->links, j);

			if (regex_run_check(views->run))
				break;
			uri_list_add(views->uris, link->uri);
		}
	}
	return views->uris;
}
