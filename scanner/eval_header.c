/*
 * scanner/eval_header.c - eval functions on header fields.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/eval_call.h"
#include "scanner/mail_date.h"

/* Recipients that are compared with each other. */
#define MAX_RECIPIENTS 256u
#define MIN_SORTED 7u
#define MIN_SIMILAR 5u

static gboolean
check_header_count_range(const EvalCall *call)
{
	g_autoptr(GPtrArray) fields = header_view_all(
	    content_views_header(call->views), eval_argument(call, 0));
	g_autoptr(GHashTable) distinct = g_hash_table_new(g_str_hash,
	    g_str_equal);
	guint n;

	for (guint i = 0; i < fields->len; i++)
		g_hash_table_add(distinct, g_ptr_array_index(fields, i));
	n = g_hash_table_size(distinct);
	return n >= eval_number(call, 1) && n <= eval_number(call, 2);
}

static gboolean
check_for_missing_to_header(const EvalCall *call)
{
	const HeaderView *header = content_views_header(call->views);

	return header_view_count(header, "To") == 0 &&
	    header_view_count(header, "Apparently-To") == 0;
}

/* --- dates ------------------------------------------------------------------- */

/* When it was sent, as the sender says. */
static gboolean
sent_date(const EvalCall *call, gint64 *seconds)
{
	static const char *const names[] = { "Resent-Date", "Date" };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *text = header_view_first(
		    content_views_header(call->views), names[i]);

		if (text != NULL && mail_date_parse(text, seconds))
			return TRUE;
	}
	return FALSE;
}

/* The date of a Received field stands behind its last semicolon; some leave it
 * out. */
static gboolean
received_date(const char *field, gint64 *seconds)
{
	const char *semicolon = strrchr(field, ';');

	return (semicolon != NULL && mail_date_parse(semicolon + 1, seconds)) ||
	    mail_date_parse(field, seconds);
}

/* A program of the recipient's own has fetched the message later on. */
static guint
skip_fetching(const GPtrArray *fields)
{
	const char *first = fields->len > 0 ? g_ptr_array_index(fields, 0) : "";
	guint n = 0;

	if (g_str_has_prefix(first, "from localhost ") ||
	    strstr(first, "127.0.0.1") != NULL ||
	    strstr(first, "invoked by uid") != NULL)
		n++;
	if (fields->len > n && strstr(g_ptr_array_index(fields, n),
	    "by localhost with ") != NULL && strstr(g_ptr_array_index(fields,
	    n), "(fetchmail-") != NULL)
		return n + 1;
	return 0;
}

/* The sender's date minus that of the nearest Received field; 0: unknown. */
static gint64
date_shift(const EvalCall *call)
{
	g_autoptr(GPtrArray) fields = header_view_all(
	    content_views_header(call->views), "Received");
	g_autoptr(GArray) shifts = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 sent, nearest = 0;

	if (!sent_date(call, &sent))
		return 0;
	for (guint i = skip_fetching(fields);
	    i < MIN(fields->len, RECEIVED_MAX_RELAYS); i++) {
		gint64 received, shift;

		if (!received_date(g_ptr_array_index(fields, i), &received))
			continue;
		shift = sent - received;
		g_array_append_val(shifts, shift);
	}
	/* A first relay that copies the Date proves nothing. */
	if (shifts->len > 1 &&
	    g_array_index(shifts, gint64, shifts->len - 1) == 0)
		g_array_set_size(shifts, shifts->len - 1);
	for (guint i = 0; i < shifts->len; i++) {
		gint64 shift = g_array_index(shifts, gint64, i);

		if (i == 0 || ABS(shift) < ABS(nearest))
			nearest = shift;
	}
	return nearest;
}

static gboolean
check_for_shifted_date(const EvalCall *call)
{
	return eval_is_from(call, 0, (double)date_shift(call) / 3600);
}

/* Outlook writes the time into its message ids. TRUE: another time than that of
 * the message. */
static gboolean
is_wrong_token(gint64 seconds, gint64 token)
{
	gint64 expected = (gint64)((double)seconds * 0.0023283064365387 +
	    27111902.8329849);

	return ABS(token - expected) >= 250;
}

static gboolean
check_outlook_message_id(const EvalCall *call)
{
	const char *id = eval_field(call, "MESSAGEID");
	const char *received = header_view_first(
	    content_views_header(call->views), "Received");
	g_autofree char *token = NULL;
	gint64 seconds = 0, value;

	if (!eval_matches(call, "^<[0-9a-f]{12}\\$[0-9a-f]{8}\\$[0-9a-f]{8}@",
	    "", id))
		return FALSE;
	token = g_strndup(id + 5, 8);
	value = (gint64)g_ascii_strtoull(token, NULL, 16);
	if (!mail_date_parse(eval_field(call, "Date"), &seconds))
		seconds = 0;
	if (!is_wrong_token(seconds, value))
		return FALSE;
	if (received == NULL || !received_date(received, &seconds))
		seconds = 0;
	return is_wrong_token(seconds, value);
}

/* --- characters ---------------------------------------------------------------- */

/* Octets that no header field may have. */
static gboolean
check_illegal_chars(const EvalCall *call)
{
	const char *name = eval_argument(call, 0);
	g_autofree char *request = g_str_has_suffix(name, ":raw") ?
	    g_strdup(name) : g_strconcat(name, ":raw", NULL);
	const char *text = eval_field(call, request);
	gsize bad = 0, control = 0, signs = 0, len = strlen(text);

	for (gsize i = 0; i < len; i++) {
		guint8 c = (guint8)text[i];

		if (c < ' ' && strchr("\t\n\r", c) == NULL)
			control++;
		bad += c >= 0x7f ? 1 : 0;
		signs += c == 0xa2 || c == 0xa3 || c == 0xae ? 1 : 0;
	}
	if (control == 0 && bad > 0 && g_utf8_validate(text, -1, NULL))
		return FALSE;
	bad += control;
	/* One cent, pound or registered sign is somebody's old program. */
	if (bad > 0 && signs == 1 &&
	    g_ascii_strcasecmp(request, "Subject:raw") == 0)
		bad--;
	return strspn(text, " \t\r\n") < len &&
	    (double)bad / (double)len >= eval_number(call, 1) &&
	    (double)bad >= eval_number(call, 2);
}

static gboolean
subject_is_all_caps(const EvalCall *call)
{
	g_autofree char *copy = g_strdup(eval_field(call, "Subject"));
	const char *subject = g_strstrip(copy);
	gsize letters = 0, n;

	while (n = strcspn(subject, ":"), n <= 7 && subject[n] == ':' &&
	    eval_matches(call, "^(?:Re|Fwd|Fw|Aw|Antwort|WG|SV|VB|VS|VL):",
	    "i", subject))
		subject += n + 1 + strspn(subject + n + 1, " \t\n");
	/* One word may be a name. */
	if (strpbrk(subject, " \t") == NULL || strlen(subject) < 10 ||
	    eval_matches(call, "=\\?[-_a-z0-9]*(?:koi|jp|jis|euc|gb|big5|isoir|"
	    "cp1251|windows-1251|georgianps|pt154|tis)[-_a-z0-9]*\\?", "i",
	    eval_field(call, "Subject:raw")))
		return FALSE;
	for (; *subject != '\0'; subject++) {
		if (g_ascii_islower(*subject))
			return FALSE;
		letters += g_ascii_isupper(*subject) ? 1 : 0;
	}
	return letters > 0;
}

/* --- recipients ------------------------------------------------------------------ */

/* Of char *: addresses, without those that follow themselves. */
static GPtrArray *
recipients(const EvalCall *call)
{
	static const char *const requests[] = { "ToCc:addr", "Bcc:addr" };
	GPtrArray *addresses = g_ptr_array_new_with_free_func(g_free);

	for (gsize i = 0; i < G_N_ELEMENTS(requests) &&
	    addresses->len < MIN_SIMILAR; i++) {
		g_auto(GStrv) lines = g_strsplit(eval_field(call, requests[i]),
		    "\n", MAX_RECIPIENTS);

		for (guint j = 0; lines[j] != NULL &&
		    addresses->len < MAX_RECIPIENTS; j++)
			if (*lines[j] != '\0' && (addresses->len == 0 ||
			    g_ascii_strcasecmp(g_ptr_array_index(addresses,
			    addresses->len - 1), lines[j]) != 0))
				g_ptr_array_add(addresses, g_strdup(lines[j]));
	}
	return addresses;
}

static gboolean
sorted_recipients(const EvalCall *call)
{
	g_autoptr(GPtrArray) addresses = recipients(call);

	if (addresses->len < MIN_SORTED)
		return FALSE;
	for (guint i = 1; i < addresses->len; i++)
		if (strcmp(g_ptr_array_index(addresses, i - 1),
		    g_ptr_array_index(addresses, i)) > 0)
			return FALSE;
	return TRUE;
}

/* How often two of them begin alike, over the pairs that there are. */
static double
likeness(const GPtrArray *addresses)
{
	guint alike = 0, pairs = 0;

	for (guint i = 0; i < addresses->len; i++) {
		const char *left = g_ptr_array_index(addresses, i);
		const char *left_host = strchr(left, '@');

		for (guint j = i + 1; j < addresses->len; j++) {
			const char *right = g_ptr_array_index(addresses, j);
			const char *right_host = strchr(right, '@');

			pairs++;
			alike += strncmp(left, right, 2) == 0 ? 1 : 0;
			alike += left_host != NULL && right_host != NULL &&
			    strncmp(left_host, right_host, 3) == 0 &&
			    strcmp(left_host, right_host) != 0 ? 1 : 0;
		}
	}
	return pairs > 0 ? (double)alike / (double)pairs : 0;
}

static gboolean
similar_recipients(const EvalCall *call)
{
	g_autoptr(GPtrArray) addresses = recipients(call);

	return eval_is_from(call, 0, addresses->len >= MIN_SIMILAR ?
	    likeness(addresses) : 0);
}

static gboolean
check_for_to_in_subject(const EvalCall *call)
{
	const char *to = eval_field(call, "To:addr");
	const char *subject = eval_field(call, "Subject");
	gboolean is_whole = strcmp(eval_argument(call, 0), "address") == 0;
	g_autofree char *name = g_strndup(to, strcspn(to,
	    is_whole ? "\n" : "@\n"));
	g_autofree char *quoted = g_regex_escape_string(name, -1);
	g_autofree char *pattern = g_strdup_printf(is_whole ? "\\b%s\\b" :
	    "^(?:(?:re|fw):\\s*(?:\\w+\\s+)?%1$s$|"
	    "(?-i:%1$s)\\s*[,:;!?-](?:$|\\s)|%1$s$|,\\s*%1$s[,:;!?-]$)",
	    quoted);

	return *name != '\0' && eval_matches(call, pattern, "i", subject);
}

/* --- sender --------------------------------------------------------------------------- */

static gboolean
check_for_matching_env_and_hdr_from(const EvalCall *call)
{
	return g_ascii_strcasecmp(eval_field(call, "EnvelopeFrom"),
	    eval_field(call, "From:addr")) == 0;
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

/* In spite of its name: holds where they differ. */
static gboolean
check_equal_from_domains(const EvalCall *call)
{
	g_autofree char *envelope = eval_domain(eval_field(call,
	    "EnvelopeFrom"));
	g_autofree char *from = eval_domain(eval_field(call, "From:addr"));

	return *envelope != '\0' && *from != '\0' &&
	    strcmp(last_two_labels(envelope), last_two_labels(from)) != 0;
}

/* "enlist_addrlist (NAME) *@example.org": one of the addresses is in it. */
static gboolean
is_enlisted(const EvalCall *call, const char *addresses)
{
	g_autofree char *key = g_strconcat("enlist_addrlist:",
	    eval_argument(call, 0), NULL);
	GHashTable *list = (GHashTable *)content_rules_list(
	    content_views_rules(call->views), key);
	g_autofree char *lower = g_ascii_strdown(addresses, -1);
	g_auto(GStrv) lines = g_strsplit(lower, "\n", MAX_RECIPIENTS);

	for (guint i = 0; list != NULL && lines[i] != NULL; i++) {
		GHashTableIter iter;
		gpointer pattern;

		g_hash_table_iter_init(&iter, list);
		while (g_hash_table_iter_next(&iter, &pattern, NULL))
			if (*lines[i] != '\0' &&
			    g_pattern_match_simple(pattern, lines[i]))
				return TRUE;
	}
	return FALSE;
}

static gboolean
check_from_in_list(const EvalCall *call)
{
	return is_enlisted(call, eval_field(call, "From:addr")) ||
	    is_enlisted(call, eval_field(call, "EnvelopeFrom"));
}

static gboolean
check_replyto_in_list(const EvalCall *call)
{
	return is_enlisted(call, eval_field(call, "Reply-To:addr"));
}

/* --- programs that send in bulk ---------------------------------------------------------- */

/* A program's blank that nobody filled in. */
static gboolean
check_unresolved_template(const EvalCall *call)
{
	return eval_matches(call, "^(?!(?:X-VMS-To|X-UIDL|X-Face|To|Cc|From|"
	    "Subject|References|In-Reply-To|(?:X-|Resent-|X-Original-)?"
	    "Message-Id):)[^\\n]*(?-i:%[A-Z][A-Z_-])", "mi",
	    eval_field(call, "ALL"));
}

/* "<28 letters.sender's address>" as message id. */
static gboolean
check_ratware_name_id(const EvalCall *call)
{
	const char *id = eval_field(call, "MESSAGEID");
	const char *at = strstr(id, "<");
	g_autofree char *address = NULL;
	g_autofree char *pattern = NULL;
	g_autofree char *quoted = NULL;

	if (at == NULL || !eval_matches(call, "<[A-Z]{28}\\.[^>]+>", "", at))
		return FALSE;
	address = g_strndup(at + 30, strcspn(at + 30, ">"));
	quoted = g_regex_escape_string(address, -1);
	pattern = g_strdup_printf("\"[^\"]+\"\\s*<%s>", quoted);
	return eval_matches(call, pattern, "", eval_field(call, "From"));
}

/* "domain.user@" of the recipient as the sender's. */
static gboolean
check_ratware_envelope_from(const EvalCall *call)
{
	const char *to = eval_field(call, "To:addr");
	const char *from = eval_field(call, "EnvelopeFrom");
	g_autofree char *domain = eval_domain(to);
	g_autofree char *user = g_strndup(to, strcspn(to, "@"));
	g_autofree char *name = NULL, *quoted = NULL, *pattern = NULL;

	if (*user == '\0' || strchr(domain, '.') == NULL || *from == '\0' ||
	    eval_matches(call, "^SRS\\d[=+-]", "i", from))
		return FALSE;
	name = g_strdup_printf("%s.%s@", eval_registered_domain(call, domain),
	    user);
	quoted = g_regex_escape_string(name, -1);
	pattern = g_strconcat("\\b", quoted, NULL);
	return eval_matches(call, pattern, "i", from);
}

const EvalFunction eval_header_functions[] = {
	{ "check_equal_from_domains", check_equal_from_domains },
	{ "check_for_matching_env_and_hdr_from",
	    check_for_matching_env_and_hdr_from },
	{ "check_for_missing_to_header", check_for_missing_to_header },
	{ "check_for_shifted_date", check_for_shifted_date },
	{ "check_for_to_in_subject", check_for_to_in_subject },
	{ "check_from_in_list", check_from_in_list },
	{ "check_header_count_range", check_header_count_range },
	{ "check_illegal_chars", check_illegal_chars },
	{ "check_outlook_message_id", check_outlook_message_id },
	{ "check_ratware_envelope_from", check_ratware_envelope_from },
	{ "check_ratware_name_id", check_ratware_name_id },
	{ "check_replyto_in_list", check_replyto_in_list },
	{ "check_unresolved_template", check_unresolved_template },
	{ "similar_recipients", similar_recipients },
	{ "sorted_recipients", sorted_recipients },
	{ "subject_is_all_caps", subject_is_all_caps },
	{ NULL, NULL },
};
