/*
 * scanner/header_view.c - header fields as header rules ask for them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/header_view.h"

typedef struct {
	char *name;
	char *raw;              /* after the colon, unfolded, with line end */
	char *value;            /* decoded, stripped */
} Field;

struct header_view {
	GPtrArray *fields;      /* of Field * */
	gboolean is_truncated;
	const Charsets *charsets;
};

static void
field_free(gpointer data)
{
	Field *field = data;

	g_free(field->name);
	g_free(field->raw);
	g_free(field->value);
	g_free(field);
}

/* Quoted-printable of RFC 2047: "_" is a blank. */
static void
append_q(GByteArray *out, const char *text, gsize len)
{
	for (gsize i = 0; i < len; i++) {
		guint8 octet = (guint8)text[i];

		if (octet == '_') {
			octet = ' ';
		} else if (octet == '=' && len - i > 2 &&
		    g_ascii_isxdigit(text[i + 1]) &&
		    g_ascii_isxdigit(text[i + 2])) {
			octet = (guint8)(g_ascii_xdigit_value(text[i + 1]) << 4 |
			    g_ascii_xdigit_value(text[i + 2]));
			i += 2;
		}
		g_byte_array_append(out, &octet, 1);
	}
}

static void
append_b(GByteArray *out, const char *text, gsize len)
{
	g_autofree char *copy = g_strndup(text, len);
	gsize n;
	g_autofree guchar *octets = g_base64_decode(copy, &n);

	g_byte_array_append(out, octets, (guint)n);
}

/* One encoded word: the parts of "=?charset?B?text?=". */
typedef struct {
	const char *charset;
	gsize charset_len;
	char encoding;
	const char *text;
	gsize text_len;
	const char *end;
} EncodedWord;

static gboolean
encoded_word_at(const char *at, EncodedWord *word)
{
	const char *mark;

	if (at[0] != '=' || at[1] != '?')
		return FALSE;
	word->charset = at + 2;
	word->charset_len = strspn(word->charset,
	    G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "*_-");
	mark = word->charset + word->charset_len;
	if (word->charset_len == 0 || mark[0] != '?' || mark[1] == '\0' ||
	    strchr("bBqQ", mark[1]) == NULL || mark[2] != '?')
		return FALSE;
	word->encoding = (char)(mark[1] | 0x20);
	word->text = mark + 3;
	word->text_len = strcspn(word->text, "?");
	if (word->text[word->text_len] != '?' ||
	    word->text[word->text_len + 1] != '=')
		return FALSE;
	word->end = word->text + word->text_len + 2;
	return TRUE;
}

/* Words side by side in one charset are one text: senders cut characters in
 * two at the boundary. */
static const char *
append_words(GString *out, const Charsets *charsets, const EncodedWord *first)
{
	g_autoptr(GByteArray) octets = g_byte_array_new();
	g_autofree char *label = g_strndup(first->charset,
	    strcspn(first->charset, "*?"));
	g_autofree char *text = NULL;
	EncodedWord word = *first;
	const char *end;

	for (;;) {
		const char *next;

		if (word.encoding == 'b')
			append_b(octets, word.text, word.text_len);
		else
			append_q(octets, word.text, word.text_len);
		end = word.end;
		next = end + strspn(end, " \t\r\n");
		if (!encoded_word_at(next, &word))
			break;
		end = next;
		if (word.charset_len != first->charset_len ||
		    g_ascii_strncasecmp(word.charset, first->charset,
		    word.charset_len) != 0)
			break;
	}
	text = charset_to_utf8(charsets, octets->data, octets->len, label,
	    NULL);
	g_string_append(out, text);
	return end;
}

static char *
decode_words(const Charsets *charsets, const char *text)
{
	GString *out = g_string_new(NULL);

	while (*text != '\0') {
		EncodedWord word;

		if (encoded_word_at(text, &word))
			text = append_words(out, charsets, &word);
		else
			g_string_append_c(out, *text++);
	}
	return g_string_free(out, FALSE);
}

/* Fields in which "=?" is no encoded word. */
static gboolean
is_verbatim(const char *name)
{
	static const char *const names[] = {
		"Received", "Message-ID", "Date", "Resent-Message-ID",
		"Resent-Date", "MIME-Version", "References", "In-Reply-To",
	};

	if (g_ascii_strncasecmp(name, "List-", 5) == 0)
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(name, names[i]) == 0)
			return TRUE;
	return FALSE;
}

static char *
decode_body(const HeaderView *view, const char *name, const char *raw)
{
	g_autofree char *text = charset_to_utf8(view->charsets,
	    (const guint8 *)raw, strlen(raw), NULL, NULL);

	if (!is_verbatim(name) && strstr(text, "=?") != NULL) {
		char *decoded = decode_words(view->charsets, text);

		g_free(text);
		text = decoded;
	}
	return g_strdup(g_strstrip(text));
}

static void
add_field(HeaderView *view, const char *name, gsize name_len, GString *raw)
{
	Field *field;

	if (view->fields->len >= HEADER_VIEW_MAX_FIELDS) {
		view->is_truncated = TRUE;
		return;
	}
	if (raw->len > HEADER_VIEW_MAX_OCTETS) {
		g_string_truncate(raw, HEADER_VIEW_MAX_OCTETS);
		view->is_truncated = TRUE;
	}
	field = g_new0(Field, 1);
	field->name = g_strndup(name, name_len);
	g_strchomp(field->name);
	field->value = decode_body(view, field->name, raw->str);
	g_string_append_c(raw, '\n');
	field->raw = g_strdup(raw->str);
	g_ptr_array_add(view->fields, field);
}

/* The line at *at without its line end, and *at behind it. */
static const char *
next_line(const char **at, const char *end, gsize *len)
{
	const char *line = *at;
	const char *newline = memchr(line, '\n', (gsize)(end - line));

	*len = (gsize)((newline != NULL ? newline : end) - line);
	*at = newline != NULL ? newline + 1 : end;
	if (*len > 0 && line[*len - 1] == '\r')
		(*len)--;
	return line;
}

static gboolean
is_fold(char c)
{
	return c == ' ' || c == '\t';
}

HeaderView *
header_view_new(const guint8 *octets, gsize len, const Charsets *charsets)
{
	HeaderView *view = g_new0(HeaderView, 1);
	const char *at = (const char *)octets;
	const char *end = at + len;

	view->fields = g_ptr_array_new_with_free_func(field_free);
	view->charsets = charsets;
	while (at < end) {
		g_autoptr(GString) raw = g_string_new(NULL);
		gsize n;
		const char *line = next_line(&at, end, &n);
		const char *colon = memchr(line, ':', n);

		if (n == 0)
			break;
		if (colon != NULL)
			g_string_append_len(raw, colon + 1,
			    line + n - colon - 1);
		while (at < end && is_fold(*at)) {
			const char *more = next_line(&at, end, &n);
			gsize blanks = 0;

			while (blanks < n && is_fold(more[blanks]))
				blanks++;
			if (raw->len > HEADER_VIEW_MAX_OCTETS)
				continue;
			g_string_append_c(raw, ' ');
			g_string_append_len(raw, more + blanks,
			    (gssize)(n - blanks));
		}
		if (colon != NULL)
			add_field(view, line, (gsize)(colon - line), raw);
	}
	return view;
}

void
header_view_free(HeaderView *view)
{
	if (view == NULL)
		return;
	g_ptr_array_unref(view->fields);
	g_free(view);
}

gboolean
header_view_is_truncated(const HeaderView *view)
{
	return view->is_truncated;
}

GPtrArray *
header_view_all(const HeaderView *view, const char *name)
{
	GPtrArray *values = g_ptr_array_new();

	for (guint i = 0; i < view->fields->len; i++) {
		const Field *field = g_ptr_array_index(view->fields, i);

		if (g_ascii_strcasecmp(field->name, name) == 0)
			g_ptr_array_add(values, field->value);
	}
	return values;
}

const char *
header_view_first(const HeaderView *view, const char *name)
{
	g_autoptr(GPtrArray) values = header_view_all(view, name);

	return values->len > 0 ? g_ptr_array_index(values, 0) : NULL;
}

gboolean
header_view_is_before(const HeaderView *view, const char *name,
    const char *other)
{
	for (guint i = 0; i < view->fields->len; i++) {
		const Field *field = g_ptr_array_index(view->fields, i);

		if (g_ascii_strcasecmp(field->name, name) == 0)
			return TRUE;
		if (g_ascii_strcasecmp(field->name, other) == 0)
			return FALSE;
	}
	return FALSE;
}

guint
header_view_count(const HeaderView *view, const char *name)
{
	g_autoptr(GPtrArray) values = header_view_all(view, name);

	return values->len;
}

/* Appends the address and display name of each mailbox in a list. */
static void
append_mailboxes(const HeaderView *view, GString *out, const char *list,
    gboolean wants_name)
{
	while (*list != '\0') {
		g_autoptr(GString) words = g_string_new(NULL);
		g_autofree char *address = NULL;
		g_autofree char *comment = NULL;

		while (*list != '\0' && *list != ',' && *list != ';') {
			if (*list == '"') {
				for (list++; *list != '\0' && *list != '"';
				    list++) {
					if (*list == '\\' && list[1] != '\0')
						list++;
					g_string_append_c(words, *list);
				}
				list += *list == '"';
			} else if (*list == '(') {
				gsize n = strcspn(list + 1, ")");

				g_free(comment);
				comment = g_strndup(list + 1, n);
				list += 1 + n + (list[1 + n] == ')');
			} else if (*list == '<') {
				gsize n = strcspn(list + 1, ">,");

				g_free(address);
				address = g_strndup(list + 1, n);
				list += 1 + n + (list[1 + n] == '>');
			} else {
				g_string_append_c(words, *list++);
			}
		}
		if (*list != '\0')
			list++;
		g_strstrip(words->str);
		words->len = strlen(words->str);
		if (address == NULL && strchr(words->str, '@') != NULL) {
			address = g_strdup(words->str);
			/* "user@example.org (Name)" is the oldest form. */
			g_string_assign(words, comment != NULL ? comment : "");
		}
		if (wants_name && words->len > 0) {
			g_autofree char *name = decode_body(view, "", words->str);

			g_string_append(out, name);
			g_string_append_c(out, '\n');
		} else if (!wants_name && address != NULL) {
			g_string_append(out, g_strstrip(address));
			g_string_append_c(out, '\n');
		}
	}
}

/* A request without its modifiers. */
typedef struct {
	char *name;
	gboolean is_raw, is_addr, is_name, is_first, is_last;
} Request;

static void
read_request(Request *request, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, ":", 8);

	request->name = g_strdup(words[0] != NULL ? words[0] : "");
	for (guint i = 1; words[0] != NULL && words[i] != NULL; i++) {
		request->is_raw |= strcmp(words[i], "raw") == 0;
		request->is_addr |= strcmp(words[i], "addr") == 0;
		request->is_name |= strcmp(words[i], "name") == 0;
		request->is_first |= strcmp(words[i], "first") == 0;
		request->is_last |= strcmp(words[i], "last") == 0;
	}
}

static void
append_field(const HeaderView *view, GString *out, const Request *request,
    const Field *field)
{
	if (request->is_addr || request->is_name) {
		append_mailboxes(view, out, field->raw, request->is_name);
	} else if (request->is_raw) {
		g_string_append(out, field->raw);
	} else {
		g_string_append(out, field->value);
		g_string_append_c(out, '\n');
	}
}

/* FALSE: no such field. */
static gboolean
append_named(const HeaderView *view, GString *out, const Request *request,
    const char *name)
{
	const Field *last = NULL;

	for (guint i = 0; i < view->fields->len; i++) {
		const Field *field = g_ptr_array_index(view->fields, i);

		if (g_ascii_strcasecmp(field->name, name) != 0)
			continue;
		if (!request->is_last)
			append_field(view, out, request, field);
		last = field;
		if (request->is_first)
			break;
	}
	if (request->is_last && last != NULL)
		append_field(view, out, request, last);
	return last != NULL;
}

static void
append_fields(const HeaderView *view, GString *out, const Request *request,
    guint from, guint end)
{
	for (guint i = from; i < end; i++) {
		const Field *field = g_ptr_array_index(view->fields, i);

		g_string_append_printf(out, request->is_raw ? "%s:" : "%s: ",
		    field->name);
		append_field(view, out, request, field);
	}
}

char *
header_view_get_section(const HeaderView *view, guint received,
    gboolean is_before, gboolean is_raw)
{
	const Request request = { .is_raw = is_raw };
	GString *out = g_string_new(NULL);
	guint n = 0, i;

	for (i = 0; i < view->fields->len; i++) {
		const Field *field = g_ptr_array_index(view->fields, i);

		if (g_ascii_strcasecmp(field->name, "Received") == 0 &&
		    n++ == received)
			break;
	}
	append_fields(view, out, &request, is_before ? 0 : i,
	    is_before ? i : view->fields->len);
	return g_string_free(out, FALSE);
}

char *
header_view_get(const HeaderView *view, const char *text)
{
	g_autoptr(GString) out = g_string_new(NULL);
	Request request = { .name = NULL };
	gboolean is_there;

	read_request(&request, text);
	if (strcmp(request.name, "ALL") == 0) {
		append_fields(view, out, &request, 0, view->fields->len);
		is_there = view->fields->len > 0;
	} else if (g_ascii_strcasecmp(request.name, "ToCc") == 0) {
		is_there = append_named(view, out, &request, "To");
		is_there |= append_named(view, out, &request, "Cc");
	} else if (strcmp(request.name, "MESSAGEID") == 0) {
		is_there = append_named(view, out, &request, "X-Message-ID");
		is_there |= append_named(view, out, &request,
		    "Resent-Message-ID");
		is_there |= append_named(view, out, &request,
		    "X-Original-Message-ID");
		is_there |= append_named(view, out, &request, "Message-ID");
	} else {
		is_there = append_named(view, out, &request, request.name);
	}
	g_free(request.name);
	if (!is_there ||
	    ((request.is_addr || request.is_name) && out->len == 0))
		return NULL;
	/* Addresses are separated, not ended, by line ends. */
	if (request.is_addr || request.is_name)
		g_string_truncate(out, out->len - 1);
	return g_string_free(g_steal_pointer(&out), FALSE);
}
