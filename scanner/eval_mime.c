/*
 * scanner/eval_mime.c - eval functions on MIME structure and encodings.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/eval_call.h"

/* RFC 5322's limit of a line, its end included. */
#define MAX_LINE_OCTETS 79u

static const ContentPart *
part_at(const EvalCall *call, guint i)
{
	const ContentInput *input = content_views_input(call->views);

	return i < input->n_parts ? &input->parts[i] : NULL;
}

static const char *
type_of(const ContentPart *part)
{
	return part->content_type != NULL ? part->content_type : "text/plain";
}

static gboolean
is_encoded(const ContentPart *part, const char *encoding)
{
	g_autofree char *lower = part->encoding != NULL ?
	    g_ascii_strdown(part->encoding, -1) : NULL;

	return lower != NULL && strstr(lower, encoding) != NULL;
}

/* Neither base64 nor quoted-printable. */
static gboolean
is_plain_encoded(const ContentPart *part)
{
	return part->encoding == NULL || *part->encoding == '\0' ||
	    g_ascii_strcasecmp(part->encoding, "7bit") == 0 ||
	    g_ascii_strcasecmp(part->encoding, "8bit") == 0;
}

static gboolean
is_alternative(const ContentPart *part)
{
	return g_strcmp0(part->container_type, "multipart/alternative") == 0;
}

static gboolean
is_attachment(const ContentPart *part)
{
	return g_strcmp0(part->disposition, "attachment") == 0;
}

/* The next line of a body that is not decoded, its end included; NULL: the
 * body ends. */
static const char *
next_line(const ContentPart *part, gsize *offset, gsize *len)
{
	const char *line = (const char *)part->body + *offset;
	const char *end;

	if (part->body == NULL || *offset >= part->body_len)
		return NULL;
	end = memchr(line, '\n', part->body_len - *offset);
	*len = end != NULL ? (gsize)(end + 1 - line) :
	    part->body_len - *offset;
	*offset += *len;
	return line;
}

/* --- quoted-printable --------------------------------------------------------- */

/* What quoted-printable regions hold. */
typedef struct {
	gsize octets;
	gsize excess;           /* octets that needed no encoding */
	gboolean has_long_line;
} QuotedPrintable;

/* "=41" of a character that could stand for itself. */
static gboolean
is_excess(const char *text, gsize left)
{
	int c;

	if (left < 3 || *text != '=' || !g_ascii_isxdigit(text[1]) ||
	    !g_ascii_isxdigit(text[2]))
		return FALSE;
	c = g_ascii_xdigit_value(text[1]) << 4 | g_ascii_xdigit_value(text[2]);
	return c == '\t' || (c >= ' ' && c < 0x7f && c != '=');
}

/* Blanks before a line's end must be encoded. */
static gsize
trailing_blanks(const char *line, gsize len)
{
	gsize n = 0;

	while (len > 0 && g_ascii_isspace(line[len - 1]))
		len--;
	while (len >= 3 && (memcmp(line + len - 3, "=20", 3) == 0 ||
	    memcmp(line + len - 3, "=09", 3) == 0)) {
		len -= 3;
		n++;
	}
	return n;
}

static QuotedPrintable
read_quoted_printable(const EvalCall *call)
{
	QuotedPrintable qp = { 0 };
	const ContentPart *part;

	for (guint i = 0; (part = part_at(call, i)) != NULL; i++) {
		gsize offset = 0, len;
		const char *line;

		if (part->encoding == NULL || g_ascii_strcasecmp(
		    part->encoding, "quoted-printable") != 0)
			continue;
		while ((line = next_line(part, &offset, &len)) != NULL) {
			gsize cr = len > 1 && line[len - 2] == '\r' ? 1 : 0;

			qp.octets += len - cr;
			qp.has_long_line |= len - cr > MAX_LINE_OCTETS;
			for (const char *at = line; (at = memchr(at, '=',
			    len - (gsize)(at - line))) != NULL; at++)
				qp.excess += is_excess(at,
				    len - (gsize)(at - line)) ? 1 : 0;
			qp.excess -= MIN(qp.excess,
			    trailing_blanks(line, len));
		}
	}
	return qp;
}

static gboolean
check_qp_ratio(const EvalCall *call)
{
	QuotedPrintable qp = read_quoted_printable(call);

	return qp.octets > 0 && (double)qp.excess / (double)qp.octets >=
	    eval_number(call, 0);
}

/* --- properties by name ------------------------------------------------------------ */

static gboolean
has_ascii_label(const ContentPart *part)
{
	g_autofree char *lower = part->charset != NULL ?
	    g_ascii_strdown(part->charset, -1) : NULL;

	return lower == NULL || *lower == '\0' ||
	    strstr(lower, "us") != NULL || strstr(lower, "ascii") != NULL ||
	    strstr(lower, "ansi_x3.4") != NULL ||
	    strstr(lower, "iso-ir-6") != NULL ||
	    strstr(lower, "ibm367") != NULL || strstr(lower, "cp367") != NULL;
}

/* "iso-latin-1": looks like one of ISO's, is none. */
static gboolean
has_bad_iso_label(const EvalCall *call, const ContentPart *part)
{
	return part->charset != NULL &&
	    eval_matches(call, "iso-\\S+-\\S+\\b", "i", part->charset) &&
	    !eval_matches(call, "iso-(?:8859-\\d{1,2}|2022-(?:jp|kr))\\b", "i",
	    part->charset);
}

static gboolean
has_property(const EvalCall *call, const ContentPart *part, const char *name)
{
	gboolean is_text = g_str_has_prefix(type_of(part), "text");

	if (strcmp(name, "mime_base64_count") == 0)
		return is_encoded(part, "base64");
	if (strcmp(name, "mime_attachment") == 0)
		return is_attachment(part);
	if (strcmp(name, "mime_body_html_count") == 0)
		return strcmp(type_of(part), "text/html") == 0;
	if (strcmp(name, "mime_body_text_count") == 0)
		return is_text && strcmp(type_of(part), "text/html") != 0;
	if (strcmp(name, "mime_multipart_alternative") == 0)
		return is_alternative(part);
	/* Text that needs no encoding, encoded so that filters that decode
	 * nothing do not see it. */
	if (strcmp(name, "mime_base64_encoded_text") == 0)
		return is_text && is_encoded(part, "base64") &&
		    has_ascii_label(part) && !is_attachment(part) &&
		    g_strcmp0(part->disposition, "inline") != 0;
	if (strcmp(name, "mime_bad_iso_charset") == 0)
		return has_bad_iso_label(call, part);
	return FALSE;
}

static gboolean
any_part_has(const EvalCall *call, const char *name)
{
	const ContentPart *part;

	for (guint i = 0; (part = part_at(call, i)) != NULL; i++)
		if (has_property(call, part, name))
			return TRUE;
	return FALSE;
}

static gboolean
check_for_mime(const EvalCall *call)
{
	const char *name = eval_argument(call, 0);

	if (strcmp(name, "mime_qp_count") == 0)
		return read_quoted_printable(call).excess > 0;
	if (strcmp(name, "mime_qp_long_line") == 0)
		return read_quoted_printable(call).has_long_line;
	return any_part_has(call, name);
}

static gboolean
is_html_message(const EvalCall *call)
{
	return g_ascii_strncasecmp(eval_field(call, "Content-Type"),
	    "text/html", 9) == 0;
}

static gboolean
check_for_mime_html(const EvalCall *call)
{
	return is_html_message(call) ||
	    any_part_has(call, "mime_body_html_count");
}

static gboolean
check_for_mime_html_only(const EvalCall *call)
{
	return is_html_message(call) ||
	    (any_part_has(call, "mime_body_html_count") &&
	    !any_part_has(call, "mime_body_text_count"));
}

/* --- alternatives -------------------------------------------------------------------- */

/* The plain part's octets over those of the HTML part; 1: there are not both.
 * Of several the last ones count. */
static double
alternatives_ratio(const EvalCall *call)
{
	gboolean has_alternatives = FALSE;
	const ContentPart *part, *plain = NULL, *html = NULL;

	for (guint i = 0; (part = part_at(call, i)) != NULL; i++) {
		const char *type = type_of(part);

		has_alternatives |= is_alternative(part);
		if (is_attachment(part) || !has_alternatives)
			continue;
		if (strcmp(type, "text/plain") == 0)
			plain = part;
		else if (strcmp(type, "text/html") == 0)
			html = part;
	}
	return plain != NULL && html != NULL && html->body_len > 0 ?
	    (double)plain->body_len / (double)html->body_len : 1;
}

static gboolean
check_mime_multipart_ratio(const EvalCall *call)
{
	double ratio = alternatives_ratio(call);

	return ratio >= eval_number(call, 0) && ratio < eval_number(call, 1);
}

/* How often each word occurs in text; words are borrowed from it, and it is
 * cut. */
static GHashTable *
count_words(char *text)
{
	GHashTable *words = g_hash_table_new(g_str_hash, g_str_equal);
	char *rest = text;

	for (char *word; (word = strsep(&rest, " \t\r\n\f\v")) != NULL; ) {
		gsize n = 0;

		while (word[n] != '\0' && !g_ascii_isalnum(word[n]) &&
		    word[n] != '_')
			n++;
		if (word[n] != '\0')
			g_hash_table_insert(words, word, GUINT_TO_POINTER(
			    GPOINTER_TO_UINT(g_hash_table_lookup(words,
			    word)) + 1));
	}
	return words;
}

/* What the HTML and the plain alternative say, as words. */
typedef struct {
	guint html;
	guint plain;
	guint only_html;        /* those that the plain one has not as often */
	gboolean is_known;
} Difference;

static char *
texts_of(const EvalCall *call, gboolean is_html)
{
	const GArray *parts = content_views_rendered(call->views);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < parts->len; i++) {
		const RenderedPart *part =
		    &g_array_index(parts, RenderedPart, i);

		if ((part->html != NULL) != is_html)
			continue;
		g_string_append_len(text, part->text, (gssize)part->len);
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

static gboolean
has_image(const EvalCall *call)
{
	const GArray *parts = content_views_rendered(call->views);

	for (guint i = 0; i < parts->len; i++) {
		const HtmlText *html =
		    g_array_index(parts, RenderedPart, i).html;

		if (html != NULL && g_hash_table_contains(html->inside, "img"))
			return TRUE;
	}
	return FALSE;
}

static Difference
compare_alternatives(const EvalCall *call)
{
	Difference difference = { 0 };
	g_autofree char *html_text = texts_of(call, TRUE);
	g_autofree char *plain_text = texts_of(call, FALSE);
	g_autoptr(GHashTable) html = count_words(html_text);
	g_autoptr(GHashTable) plain = count_words(plain_text);
	GHashTableIter iter;
	gpointer word, count;

	if (!any_part_has(call, "mime_multipart_alternative"))
		return difference;
	difference.html = g_hash_table_size(html);
	difference.plain = g_hash_table_size(plain);
	/* A picture alone says something that the plain text does not. */
	if (difference.html == 0 && has_image(call))
		difference.html = difference.only_html = 1;
	difference.is_known = difference.html > 0;
	g_hash_table_iter_init(&iter, html);
	while (g_hash_table_iter_next(&iter, &word, &count))
		if (GPOINTER_TO_UINT(g_hash_table_lookup(plain, word)) <
		    GPOINTER_TO_UINT(count))
			difference.only_html++;
	return difference;
}

static gboolean
multipart_alternative_difference(const EvalCall *call)
{
	Difference difference = compare_alternatives(call);
	double percent = difference.is_known ? 100 *
	    (double)difference.only_html / (double)difference.html : 0;
	const char *max = eval_argument(call, 1);

	return (eval_number(call, 0) == 0 || percent > eval_number(call, 0)) &&
	    (strcmp(max, "undef") == 0 || percent <= eval_number(call, 1));
}

static gboolean
multipart_alternative_difference_count(const EvalCall *call)
{
	Difference difference = compare_alternatives(call);

	return difference.is_known &&
	    difference.html > eval_number(call, 1) &&
	    (double)difference.plain / (double)difference.html >
	    eval_number(call, 0);
}

/* --- octets of bodies ------------------------------------------------------------------- */

/* The longest line of base64. */
static gboolean
check_base64_length(const EvalCall *call)
{
	const ContentPart *part;
	gsize longest = 0;

	for (guint i = 0; (part = part_at(call, i)) != NULL; i++) {
		gsize offset = 0, len;

		if (part->encoding == NULL ||
		    g_ascii_strcasecmp(part->encoding, "base64") != 0 ||
		    strcmp(type_of(part), "application/ics") == 0)
			continue;
		for (const char *line; (line = next_line(part, &offset,
		    &len)) != NULL; )
			longest = MAX(longest, len -
			    (len > 1 && line[len - 2] == '\r' ? 1 : 0));
	}
	return (double)longest >= eval_number(call, 0) &&
	    (*eval_argument(call, 1) == '\0' ||
	    (double)longest <= eval_number(call, 1));
}

/* Says ASCII, is not. */
static gboolean
check_for_ascii_text_illegal(const EvalCall *call)
{
	const ContentPart *part;

	for (guint i = 0; (part = part_at(call, i)) != NULL; i++) {
		if (part->body == NULL ||
		    strcmp(type_of(part), "text/plain") != 0 ||
		    (part->charset != NULL &&
		    g_ascii_strcasecmp(part->charset, "us-ascii") != 0))
			continue;
		for (gsize j = 0; j < part->body_len; j++) {
			guint8 c = part->body[j];

			if (c == '\0' || c >= 0x80 || (c == '\r' &&
			    j + 1 < part->body_len &&
			    part->body[j + 1] != '\n'))
				return TRUE;
		}
	}
	return FALSE;
}

/* "&#x4e2d;" in plain text that is not encoded. */
static gboolean
check_abundant_unicode_ratio(const EvalCall *call)
{
	gsize references = 0, others = 0;
	const ContentPart *part;

	for (guint i = 0; (part = part_at(call, i)) != NULL; i++) {
		const char *at = (const char *)part->body, *end;

		if (at == NULL || !is_plain_encoded(part) ||
		    strcmp(type_of(part), "text/plain") != 0)
			continue;
		for (end = at + part->body_len; at < end; ) {
			gboolean is_reference = end - at >= 8 &&
			    memcmp(at, "&#x", 3) == 0 && at[7] == ';' &&
			    g_ascii_isxdigit(at[3]) &&
			    g_ascii_isxdigit(at[4]) &&
			    g_ascii_isxdigit(at[5]) && g_ascii_isxdigit(at[6]);

			references += is_reference ? 1 : 0;
			others += is_reference ? 0 : 1;
			at += is_reference ? 8 : 1;
		}
	}
	return others > 0 && (double)references / (double)others >=
	    eval_number(call, 0);
}

const EvalFunction eval_mime_functions[] = {
	{ "check_abundant_unicode_ratio", check_abundant_unicode_ratio },
	{ "check_base64_length", check_base64_length },
	{ "check_for_ascii_text_illegal", check_for_ascii_text_illegal },
	{ "check_for_mime", check_for_mime },
	{ "check_for_mime_html", check_for_mime_html },
	{ "check_for_mime_html_only", check_for_mime_html_only },
	{ "check_mime_multipart_ratio", check_mime_multipart_ratio },
	{ "check_qp_ratio", check_qp_ratio },
	{ "multipart_alternative_difference",
	    multipart_alternative_difference },
	{ "multipart_alternative_difference_count",
	    multipart_alternative_difference_count },
	{ NULL, NULL },
};
