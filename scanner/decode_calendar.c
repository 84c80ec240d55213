/*
 * scanner/decode_calendar.c - files in calendar entries (RFC 5545 3.8.1.1).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *	ATTACH;VALUE=BINARY;ENCODING=BASE64;X-FILENAME="plan.pdf":JVBERi0x
 *	 LjQKMSAwIG9iago8PAovVHlwZSAvQ2F0YWxvZw==
 *
 * A line that begins with a blank goes on with the one before it. Each program
 * has a parameter of its own for the name. vCalendar has no VALUE.
 */
#include "config.h"

#include <string.h>

#include "scanner/decoders.h"

static gboolean
begins(Span octets, const char *word)
{
	return octets.len >= strlen(word) && g_ascii_strncasecmp(
	    (const char *)octets.octets, word, strlen(word)) == 0;
}

static gboolean
ends(Span octets, const char *word)
{
	gsize len = strlen(word);

	return octets.len >= len && begins((Span){ octets.octets + octets.len -
	    len, len }, word);
}

/* What is before the first octet that is one of these, outside of quotes; rest
 * then begins with that, or is empty. */
static Span
take_until(Span *rest, const char *these)
{
	Span taken = { rest->octets, 0 };
	gboolean is_quoted = FALSE;

	for (; taken.len < rest->len; taken.len++) {
		guint8 c = rest->octets[taken.len];

		if (c == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && c != '\0' && strchr(these, c) != NULL)
			break;
	}
	rest->octets += taken.len;
	rest->len -= taken.len;
	return taken;
}

static Span
without_quotes(Span value)
{
	if (value.len >= 2 && value.octets[0] == '"' &&
	    value.octets[value.len - 1] == '"')
		return (Span){ value.octets + 1, value.len - 2 };
	return value;
}

/* Takes one parameter. Whether it says that the value is in base64; FILENAME,
 * X-FILENAME and the like give the name. */
static gboolean
take_parameter(Span *rest, Span *name)
{
	Span key, value = { NULL, 0 };

	rest->octets++;
	rest->len--;
	key = trim_blanks(take_until(rest, "=;:"));
	if (rest->len > 0 && rest->octets[0] == '=') {
		rest->octets++;
		rest->len--;
		value = without_quotes(trim_blanks(take_until(rest, ";:")));
	}
	if (ends(key, "filename") && value.len > 0)
		*name = value;
	/* vCalendar may leave the key out. */
	return (ends(key, "encoding") && begins(value, "b")) ||
	    (ends(key, "value") && begins(value, "binary")) ||
	    begins(key, "base64");
}

/* The value of a "data:" URI (RFC 2397) that is in base64. */
static gboolean
take_data_uri(Span *value)
{
	Span rest = *value, head;

	if (!begins(rest, "data:"))
		return FALSE;
	head = take_until(&rest, ",");
	if (!ends(head, ";base64") || rest.len == 0)
		return FALSE;
	*value = (Span){ rest.octets + 1, rest.len - 1 };
	return TRUE;
}

/* The line, and those that it goes on with. Caller frees. */
static GByteArray *
unfold(Span text, Span line, gsize offset)
{
	GByteArray *whole = g_byte_array_new();

	g_byte_array_append(whole, line.octets, (guint)line.len);
	while (offset < text.len && is_blank(text.octets[offset])) {
		line = next_line(text, &offset);
		g_byte_array_append(whole, line.octets + 1,
		    (guint)line.len - 1);
	}
	return whole;
}

void
calendar_file(Span text, Span line, gsize offset, gsize max_octets,
    GPtrArray *readings)
{
	static const char word[] = "attach";
	g_autoptr(GByteArray) whole = NULL;
	gboolean is_coded = FALSE;
	guint first = readings->len;
	Span rest, name = { NULL, 0 };

	/* The word itself may go on in the next line. */
	if (g_ascii_strncasecmp((const char *)line.octets, word,
	    MIN(line.len, strlen(word))) != 0)
		return;
	whole = unfold(text, line, offset);
	rest = (Span){ whole->data, whole->len };
	if (!begins(trim_blanks(take_until(&rest, ";:")), word))
		return;
	while (rest.len > 0 && rest.octets[0] == ';')
		is_coded |= take_parameter(&rest, &name);
	if (rest.len == 0)
		return;
	rest.octets++;
	rest.len--;
	rest = trim_blanks(rest);
	if (!take_data_uri(&rest) && !is_coded)
		return;
	base64_readings(rest, max_octets, readings);
	for (guint i = first; i < readings->len; i++)
		decoded_set_name(g_ptr_array_index(readings, i), name);
}
