/*
 * spool/verdict_file.c - the short answer for the MTA: verdict/ID.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "spool/ids.h"
#include "spool/lines.h"
#include "spool/verdict_file.h"

#define FORMAT "Spool-Verdict"
/* The reason is one phrase in a log line. */
#define MAX_REASON_OCTETS 600

G_DEFINE_QUARK(mailweir-verdict-file-error, verdict_file_error)

/* Reads "5.7.0 ": 1 to 3 digits between and behind the dots. */
static gboolean
is_enhanced_code(const char *text, char class)
{
	if (*text++ != class)
		return FALSE;
	for (int i = 0; i < 2; i++) {
		gsize digits;

		if (*text++ != '.')
			return FALSE;
		digits = strspn(text, "0123456789");
		if (digits < 1 || digits > 3)
			return FALSE;
		text += digits;
	}
	return *text == ' ' && text[1] != '\0';
}

gboolean
verdict_reply_is_valid(const char *line)
{
	gsize len = strlen(line);

	if (len < 11 || len > VERDICT_MAX_REPLY_OCTETS ||
	    strchr("45", *line) == NULL || !g_ascii_isdigit(line[1]) ||
	    !g_ascii_isdigit(line[2]) || line[3] != ' ' ||
	    g_str_has_prefix(line, "421"))
		return FALSE;
	for (gsize i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			return FALSE;
	return is_enhanced_code(line + 4, *line);
}

gboolean
verdict_header_is_valid(const char *line)
{
	gsize name = strcspn(line, ":"), len = strlen(line);

	if (name == 0 || len > VERDICT_MAX_HEADER_OCTETS ||
	    strncmp(line + name, ": ", 2) != 0)
		return FALSE;
	for (gsize i = 0; i < name; i++)
		if (!g_ascii_isalnum(line[i]) && line[i] != '-')
			return FALSE;
	for (gsize i = name; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			return FALSE;
	return TRUE;
}

/* The finding that explains the reply: the first with its code. */
static char *
reason_of(const Record *record)
{
	for (guint i = 0; i < record->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);
		g_autofree char *part = NULL, *name = NULL;

		if (finding->reply != record->code || record->code / 100 == 2)
			continue;
		part = finding->part != NULL && *finding->part != '\0' ?
		    g_strdup_printf(" part %s", finding->part) : g_strdup("");
		name = finding->name != NULL ?
		    g_strdup_printf(" \"%s\"", finding->name) : g_strdup("");
		return g_strdup_printf("%s%s%s%s%s", finding->rule, part, name,
		    finding->detail != NULL ? ": " : "",
		    finding->detail != NULL ? finding->detail : "");
	}
	return NULL;
}

char *
verdict_file_format(const Record *record, gboolean is_discarded)
{
	g_autofree char *reply = g_strdup_printf("%u %s %s", record->code,
	    record->enhanced, record->text);
	g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT,
	    record->size);
	g_autofree char *reason = reason_of(record);
	gboolean is_accept = strcmp(record->action, "accept") == 0;
	GString *text;

	if (!is_accept && (!verdict_reply_is_valid(reply) ||
	    (strcmp(record->action, "reject") == 0) != (*reply == '5')))
		return NULL;
	text = lines_begin(FORMAT);
	lines_add_plain(text, "Id", record->id);
	lines_add_plain(text, "Size", size);
	lines_add_plain(text, "Action",
	    is_discarded ? "discard" : record->action);
	if (!is_accept && !is_discarded)
		lines_add_plain(text, "Reply", reply);
	for (guint i = 0; i < MIN(record->headers->len, VERDICT_MAX_HEADERS);
	     i++) {
		const char *header = g_ptr_array_index(record->headers, i);

		/* The record comes from a worker that hostile mail may have
		 * taken over. */
		if (verdict_header_is_valid(header))
			lines_add_plain(text, "Header", header);
	}
	if (reason != NULL) {
		if (strlen(reason) > MAX_REASON_OCTETS)
			reason[MAX_REASON_OCTETS] = '\0';
		lines_add_coded(text, "Reason", reason);
	}
	lines_end(text);
	return g_string_free(text, FALSE);
}

void
verdict_file_free(VerdictFile *verdict)
{
	if (verdict == NULL)
		return;
	g_free(verdict->id);
	g_free(verdict->action);
	g_free(verdict->reply);
	g_free(verdict->reason);
	g_ptr_array_unref(verdict->headers);
	g_free(verdict);
}

/* Whether b begins with the codes of a: "550 5.7.1 ". */
static gboolean
has_same_codes(const char *a, const char *b)
{
	return strncmp(a, b, 5 + strcspn(a + 4, " ")) == 0;
}

static gboolean
replies_are_valid(const char *reply)
{
	g_auto(GStrv) lines = g_strsplit(reply, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		if (i >= VERDICT_MAX_REPLY_LINES ||
		    !verdict_reply_is_valid(lines[i]) ||
		    !has_same_codes(lines[0], lines[i]))
			return FALSE;
	return TRUE;
}

static gboolean
action_agrees(const VerdictFile *verdict)
{
	if (g_strcmp0(verdict->action, "accept") == 0 ||
	    g_strcmp0(verdict->action, "discard") == 0)
		return verdict->reply == NULL;
	if (verdict->reply == NULL || !replies_are_valid(verdict->reply))
		return FALSE;
	return g_strcmp0(verdict->action,
	    *verdict->reply == '5' ? "reject" : "defer") == 0;
}

static gboolean
take(char **member, char *value)
{
	gboolean is_first = *member == NULL;

	g_free(*member);
	*member = value;
	return is_first && value != NULL;
}

static gboolean
take_reply(VerdictFile *verdict, const char *line)
{
	g_autofree char *before = verdict->reply;

	verdict->reply = before == NULL ? g_strdup(line) :
	    g_strconcat(before, "\n", line, NULL);
	return TRUE;
}

static gboolean
take_header(VerdictFile *verdict, const char *line)
{
	g_ptr_array_add(verdict->headers, g_strdup(line));
	return verdict_header_is_valid(line) &&
	    verdict->headers->len <= VERDICT_MAX_HEADERS;
}

static gboolean
take_line(VerdictFile *verdict, const Line *line, gboolean *has_size)
{
	gboolean is_first_size = !*has_size;

	if (strcmp(line->key, "Id") == 0)
		return take(&verdict->id, g_strdup(line->value)) &&
		    spool_id_is_valid(line->value);
	if (strcmp(line->key, "Action") == 0)
		return take(&verdict->action, g_strdup(line->value));
	if (strcmp(line->key, "Reply") == 0)
		return take_reply(verdict, line->value);
	if (strcmp(line->key, "Header") == 0)
		return take_header(verdict, line->value);
	if (strcmp(line->key, "Reason") == 0)
		return take(&verdict->reason, lines_decode(line->value));
	if (strcmp(line->key, "Size") == 0) {
		*has_size = TRUE;
		return is_first_size && g_ascii_string_to_unsigned(line->value,
		    10, 0, G_MAXINT64, &verdict->size, NULL);
	}
	return !g_str_has_prefix(line->key, "Must-");
}

VerdictFile *
verdict_file_parse(const char *text, gsize len, GError **error)
{
	g_autoptr(GPtrArray) lines = lines_parse(text, len, FORMAT, error);
	g_autoptr(VerdictFile) verdict = NULL;
	gboolean has_size = FALSE;

	if (lines == NULL)
		return NULL;
	verdict = g_new0(VerdictFile, 1);
	verdict->headers = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < lines->len; i++) {
		const Line *line = g_ptr_array_index(lines, i);

		if (take_line(verdict, line, &has_size))
			continue;
		g_set_error(error, VERDICT_FILE_ERROR,
		    VERDICT_FILE_ERROR_BROKEN, "%s: not known, written twice, "
		    "or its value is wrong", line->key);
		return NULL;
	}
	if (verdict->id != NULL && has_size && action_agrees(verdict))
		return g_steal_pointer(&verdict);
	g_set_error(error, VERDICT_FILE_ERROR, VERDICT_FILE_ERROR_BROKEN,
	    "a key is missing, or action and reply do not agree");
	return NULL;
}
