/*
 * scanner/header.c - the header fields of an entity, in every reading.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/header.h"

/* A colon is looked for so far into a line. */
#define MAX_NAME_OCTETS 200

static gboolean
is_blank(guint8 c)
{
	return c == ' ' || c == '\t' || c == '\0' || c == '\v' || c == '\f';
}

/*
 * The field name before the first colon of the line, as the most lenient
 * client reads it: without blanks, NUL, folds and comments. 0: there is no
 * colon, or what stands before it is no name.
 */
static gsize
read_name(Span line, char name[static 40])
{
	gsize len = MIN(line.len, MAX_NAME_OCTETS), n = 0;
	guint comment_depth = 0;

	for (gsize i = 0; i < len; i++) {
		guint8 c = line.octets[i];

		if (c == '(')
			comment_depth++;
		else if (c == ')' && comment_depth > 0)
			comment_depth--;
		else if (comment_depth > 0 || is_blank(c) || c == '\r' ||
		    c == '\n')
			continue;
		else if (c == ':') {
			name[n] = '\0';
			return n > 0 ? i + 1 : 0;
		} else if (c < '!' || c > '~' || n == 39) {
			return 0;
		} else {
			name[n++] = g_ascii_tolower((char)c);
		}
	}
	return 0;
}

/* Behind the line at i: past CRLF, LF, CR or CRCRLF. A bare CR ends a line for
 * some clients only: *is_bare tells. */
static gsize
next_line(Span section, gsize i, gboolean *is_bare)
{
	while (i < section.len && section.octets[i] != '\r' &&
	    section.octets[i] != '\n')
		i++;
	*is_bare = FALSE;
	if (i == section.len)
		return i;
	if (section.octets[i] == '\n')
		return i + 1;
	while (i < section.len && section.octets[i] == '\r')
		i++;
	if (i < section.len && section.octets[i] == '\n')
		return i + 1;
	*is_bare = TRUE;
	return i;
}

static void
add_field(GArray *fields, Span text)
{
	HeaderField field = { 0 }, again;
	gsize colon = read_name(text, field.name);

	if (colon == 0 || !g_str_has_prefix(field.name, "content-"))
		return;
	field.body = (Span){ text.octets + colon, text.len - colon };
	/* "Content-Type: Content-Type: text/plain" */
	colon = read_name(field.body, again.name);
	if (colon > 0 && strcmp(again.name, field.name) == 0) {
		field.body.octets += colon;
		field.body.len -= colon;
	}
	g_array_append_val(fields, field);
}

GArray *
header_fields(Span section, guint max_fields, gboolean *exceeds)
{
	GArray *fields = g_array_new(FALSE, FALSE, sizeof(HeaderField));
	gsize begin = 0, end = 0, i = 0;
	guint count = 0;

	*exceeds = FALSE;
	while (i < section.len) {
		gboolean is_bare, is_folded = i > 0 &&
		    is_blank(section.octets[i]);
		gsize next = next_line(section, i, &is_bare);
		Span line = { section.octets + i, next - i };
		char name[40];

		if (is_folded) {
			/* Part of the field above; hidden fields count too. */
			end = next;
			if (read_name(line, name) > 0)
				add_field(fields, line);
		} else {
			if (end > begin)
				add_field(fields, (Span){
				    section.octets + begin, end - begin });
			if (++count > max_fields) {
				*exceeds = TRUE;
				return fields;
			}
			begin = i;
			end = next;
			/* For other clients the field goes on behind a bare
			 * CR: they see the text up to the next real line. */
			while (is_bare && end < section.len) {
				gsize from = end;

				end = next_line(section, end, &is_bare);
				add_field(fields, (Span){
				    section.octets + from, end - from });
			}
			next = end;
		}
		i = next;
	}
	if (end > begin)
		add_field(fields,
		    (Span){ section.octets + begin, end - begin });
	return fields;
}
