/*
 * scanner/header.c - the header section of an entity, in every reading.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/header.h"

/* Stray empty lines in a row, and groups of fields that they part. */
#define MAX_STRAY_LINES 16
#define MAX_GROUPS 4

/* "Content-Type: Content-Type: ..." */
#define MAX_REPEATED_NAMES 8

#define NONE G_MAXSIZE

struct reader {
	Span text;
	HeaderSection *section;
	guint max_fields;
	guint context;          /* oddities of all fields from here on */
	guint garbage_lines;    /* in a row */
	/* Fields that the next line may continue: indices, or NONE. */
	gsize strict;
	gsize lenient;          /* one inside the strict field */
	gsize nameless;         /* where a line without colon begins */
};

static gboolean
is_blank(guint8 c)
{
	return c == ' ' || c == '\t';
}

/* What some client takes for a line end and others for text. */
static gboolean
is_separator(guint8 c)
{
	return c == '\r' || c == '\v' || c == '\f';
}

/* RFC 5322 3.6.8 */
static gboolean
is_ftext(guint8 c)
{
	return c > ' ' && c < 0x7f && c != ':';
}

static gboolean
is_mime(const HeaderField *field)
{
	return strncmp(field->name, "content-", 8) == 0 ||
	    strncmp(field->name, "mime-", 5) == 0 ||
	    strncmp(field->name, "x-sun-", 6) == 0;
}

/* --- the name of a field ------------------------------------------------- */

/*
 * Reads the name, what cannot belong to it left out, and how odd it is.
 * Returns the offset behind the colon; 0: there is none, or no name.
 */
static gsize
read_name(Span text, gboolean skip_comments, HeaderField *field)
{
	guint depth = 0, oddities = 0;
	gboolean is_after_gap = FALSE;
	gsize n = 0;

	for (gsize i = 0; i < text.len; i++) {
		guint8 c = text.octets[i];

		if (c == '(' && skip_comments) {
			depth++;
			oddities |= FIELD_COMMENT_IN_NAME;
		} else if (c == ')' && depth > 0) {
			depth--;
		} else if (depth > 0) {
			continue;
		} else if (c == ':') {
			if (is_after_gap)
				oddities |= FIELD_BLANK_BEFORE_COLON;
			field->name[n] = '\0';
			field->oddities = oddities;
			return n > 0 ? i + 1 : 0;
		} else if (is_blank(c)) {
			is_after_gap = n > 0;
		} else if (c == '\n') {
			oddities |= FIELD_FOLDED_NAME;
		} else if (c == '\0') {
			oddities |= FIELD_NUL_IN_NAME;
		} else if (is_ftext(c)) {
			if (is_after_gap)
				oddities |= FIELD_DAMAGED_NAME;
			is_after_gap = FALSE;
			if (n < FIELD_MAX_NAME)
				field->name[n++] = (char)(c >= 'A' &&
				    c <= 'Z' ? c | 0x20 : c);
		} else if (c != '\r') {
			oddities |= FIELD_DAMAGED_NAME;
		}
	}
	/* A comment that never ends hides no colon from those who know none. */
	return depth > 0 ? read_name(text, FALSE, field) : 0;
}

static gsize
read_field(Span text, HeaderField *field)
{
	gsize behind;

	if (memchr(text.octets, ':', text.len) == NULL)
		return 0;
	behind = read_name(text, TRUE, field);
	if (behind == 0)
		return 0;
	field->body = (Span){ text.octets + behind, text.len - behind };
	if (!is_mime(field))
		return behind;
	for (guint n = 0; n < MAX_REPEATED_NAMES; n++) {
		HeaderField again;
		gsize colon = memchr(field->body.octets, ':',
		    field->body.len) == NULL ? 0 :
		    read_name(field->body, TRUE, &again);

		if (colon == 0 || strcmp(again.name, field->name) != 0)
			break;
		field->body.octets += colon;
		field->body.len -= colon;
		field->oddities |= FIELD_NAME_REPEATED;
	}
	return behind;
}

/* Whether a line that is not the beginning of a field for all clients is that
 * of a MIME field for some. */
static gboolean
read_mime_field(Span text, HeaderField *field)
{
	gsize i = 0;

	while (i < text.len && is_blank(text.octets[i]))
		i++;
	/* Spares most folded lines the reading. */
	if (i == text.len || (g_ascii_isalnum(text.octets[i]) &&
	    strchr("cCmMxX", text.octets[i]) == NULL))
		return FALSE;
	return read_field(text, field) > 0 && is_mime(field);
}

/*
 * Whether an indented line is rather one of a list of names, as there is one
 * in most DKIM-Signature fields: "content-type:from:to;" or "content-type:" (a
 * type has a slash before its ';', and who sees a field in an indented line
 * sees another one in the next).
 */
static gboolean
is_name_list(const HeaderField *field)
{
	const Span body = field->body;
	gsize i = 0;

	while (i < body.len && is_blank(body.octets[i]))
		i++;
	if (i == body.len)
		return TRUE;
	while (i < body.len && (g_ascii_isalnum(body.octets[i]) ||
	    body.octets[i] == '-' || is_blank(body.octets[i])))
		i++;
	return i < body.len && (body.octets[i] == ':' ||
	    (body.octets[i] == ';' &&
	        strcmp(field->name, "content-type") == 0));
}

/* --- fields and borders -------------------------------------------------- */

static void
set_border(struct reader *reader, HeaderBorder border, gsize offset)
{
	gsize *body = &reader->section->bodies[border];

	if (*body == HEADER_NO_BODY)
		*body = offset;
	reader->context |= FIELD_BEHIND_BORDER;
}

static gboolean
exceeds_fields(const struct reader *reader)
{
	return (reader->section->oddities & HEADER_TOO_MANY_FIELDS) != 0;
}

/* Its index; NONE: there are too many. */
static gsize
add_field(struct reader *reader, HeaderField *field, gsize offset,
    guint oddities)
{
	HeaderSection *section = reader->section;

	if (section->fields->len >= reader->max_fields) {
		section->oddities |= HEADER_TOO_MANY_FIELDS;
		return NONE;
	}
	field->offset = offset;
	field->oddities |= oddities | reader->context;
	g_array_append_val(section->fields, *field);
	return section->fields->len - 1;
}

/* The field goes on up to end, unless that lies in its damaged name. */
static void
extend_field(struct reader *reader, gsize index, gsize end)
{
	const guint8 *stop = reader->text.octets + end;
	HeaderField *field;

	if (index == NONE)
		return;
	field = &g_array_index(reader->section->fields, HeaderField, index);
	if (stop >= field->body.octets)
		field->body.len = (gsize)(stop - field->body.octets);
}

/* Behind the '=' of a line that begins like a parameter: "boundary=x"; 0: it
 * does not. */
static gsize
read_attribute(Span line)
{
	gsize i = 0;

	while (i < line.len && (g_ascii_isalnum(line.octets[i]) ||
	    line.octets[i] == '-' || line.octets[i] == '*'))
		i++;
	return i > 0 && i < line.len && line.octets[i] == '=' ? i + 1 : 0;
}

/*
 * "boundary=x" with no blank before it: clients that fold what they cannot
 * read take it for a part of the MIME field above.
 */
static gboolean
read_parameter_line(struct reader *reader, Span line, gsize end)
{
	HeaderField *field;

	if (reader->strict == NONE || read_attribute(line) == 0)
		return FALSE;
	field = &g_array_index(reader->section->fields, HeaderField,
	    reader->strict);
	if (!is_mime(field))
		return FALSE;
	extend_field(reader, reader->strict, end);
	field->oddities |= FIELD_NOT_INDENTED;
	return TRUE;
}

/* --- lines --------------------------------------------------------------- */

/* A line that begins a field, or should. */
static void
read_first_line(struct reader *reader, gsize begin, gsize end, guint oddities)
{
	const guint damaged = FIELD_DAMAGED_NAME | FIELD_NUL_IN_NAME;
	Span line = { reader->text.octets + begin, end - begin };
	HeaderField field;
	gboolean is_field;

	reader->nameless = NONE;
	if (read_parameter_line(reader, line, end)) {
		reader->garbage_lines++;
		set_border(reader, BORDER_NO_FIELD, begin);
		return;
	}
	reader->strict = NONE;
	/* LFCR: read_hidden_lines() knows what it is. */
	if (is_separator(*line.octets))
		return;
	reader->lenient = NONE;
	is_field = read_field(line, &field) > 0;
	if (is_field && ((field.oddities & damaged) == 0 || is_mime(&field))) {
		reader->garbage_lines = 0;
		reader->strict = add_field(reader, &field, begin, oddities);
		if ((field.oddities & damaged) != 0)
			set_border(reader, BORDER_NO_FIELD, begin);
		return;
	}
	reader->garbage_lines++;
	if (!is_field)
		reader->nameless = begin;
	set_border(reader, BORDER_NO_FIELD, begin);
}

static void
read_continuation(struct reader *reader, gsize begin, gsize end, guint oddities)
{
	const guint8 *octets = reader->text.octets;
	HeaderField field;

	extend_field(reader, reader->strict, end);
	/* The colon that the line above has none of; looked for once, or lines
	 * without one would be read again and again. */
	if (reader->nameless != NONE &&
	    memchr(octets + begin, ':', end - begin) != NULL) {
		Span text = { octets + reader->nameless,
			end - reader->nameless };

		if (read_mime_field(text, &field))
			reader->strict = add_field(reader, &field,
			    reader->nameless, oddities);
		reader->nameless = NONE;
	}
	if (read_mime_field((Span){ octets + begin, end - begin }, &field) &&
	    !is_name_list(&field))
		reader->lenient = add_field(reader, &field, begin,
		    oddities | FIELD_INDENTED);
	else
		extend_field(reader, reader->lenient, end);
}

/* The lines within a line for those who take CR, VT or FF for a line end. */
static void
read_hidden_lines(struct reader *reader, gsize begin, gsize end)
{
	const guint8 *octets = reader->text.octets;
	gsize i = begin;

	while (i < end && !is_separator(octets[i]))
		i++;
	if (i < end && i > begin)
		extend_field(reader, reader->lenient, i);
	while (i < end && !exceeds_fields(reader)) {
		gsize from = i + 1;
		HeaderField field;

		if (octets[i] == '\r' && (i == begin || octets[i - 1] == '\r'))
			set_border(reader, BORDER_BARE_CR, from);
		for (i = from; i < end && !is_separator(octets[i]);)
			i++;
		if (i == from)
			continue;
		if (read_mime_field((Span){ octets + from, i - from }, &field))
			reader->lenient = add_field(reader, &field, from,
			    FIELD_BEHIND_CR);
		else if (is_blank(octets[from]))
			extend_field(reader, reader->lenient, i);
		else
			reader->lenient = NONE;
	}
}

/* Blanks, and what stands for nothing: a line that looks empty. */
static gboolean
is_blank_line(Span line)
{
	for (gsize i = 0; i < line.len; i++)
		if (!is_blank(line.octets[i]) && line.octets[i] != '\0' &&
		    !is_separator(line.octets[i]))
			return FALSE;
	return TRUE;
}

static gboolean
has_separator(Span line)
{
	return memchr(line.octets, '\r', line.len) != NULL ||
	    memchr(line.octets, '\v', line.len) != NULL ||
	    memchr(line.octets, '\f', line.len) != NULL;
}

/* Behind the LF or CRLF at begin; begin: there is none. */
static gsize
skip_line_end(Span text, gsize begin)
{
	gsize i = begin;

	if (i < text.len && text.octets[i] == '\r')
		i++;
	return i < text.len && text.octets[i] == '\n' ? i + 1 : begin;
}

/* How a group of fields ends. */
typedef enum {
	END_OF_OCTETS,
	END_AT_EMPTY_LINE,
	END_AT_GARBAGE,
	END_AT_LIMIT,
} GroupEnd;

/*
 * Reads fields from *offset up to an empty line, or if max_garbage lines in a
 * row are not fields. *offset is then behind the empty line, or where the line
 * begins that is one too many.
 */
static GroupEnd
read_group(struct reader *reader, gsize *offset, guint max_garbage)
{
	const Span text = reader->text;
	guint oddities = 0;

	reader->lenient = reader->nameless = NONE;
	reader->garbage_lines = 0;
	while (*offset < text.len) {
		gsize begin = *offset, next, end, n_cr = 0;
		const guint8 *lf = memchr(text.octets + begin, '\n',
		    text.len - begin);
		Span line;

		next = lf == NULL ? text.len : (gsize)(lf - text.octets) + 1;
		end = lf == NULL ? next : next - 1;
		for (; end > begin && text.octets[end - 1] == '\r'; end--)
			n_cr++;
		line = (Span){ text.octets + begin, end - begin };
		if (line.len == 0 && n_cr < 2 && lf != NULL) {
			*offset = next;
			return END_AT_EMPTY_LINE;
		}
		if (is_blank_line(line)) {
			*offset = next;
			set_border(reader, BORDER_BLANK_LINE, next);
			continue;
		}
		/* isspace() takes VT and FF for blanks. */
		if (is_blank(*line.octets) || *line.octets == '\v' ||
		    *line.octets == '\f')
			read_continuation(reader, begin, end, oddities);
		else
			read_first_line(reader, begin, end, oddities);
		if (has_separator(line))
			read_hidden_lines(reader, begin, end);
		if (exceeds_fields(reader))
			return END_AT_LIMIT;
		if (reader->garbage_lines > max_garbage)
			return END_AT_GARBAGE;
		*offset = next;
		oddities = 0;
		if (n_cr > 1) {
			set_border(reader, BORDER_BARE_CR, next);
			oddities = FIELD_BEHIND_CR;
		}
	}
	return END_OF_OCTETS;
}

/* --- the section --------------------------------------------------------- */

/* What may stand before the first field. */
static gsize
skip_prologue(Span text, HeaderSection *section)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	gsize i = 0;

	if (text.len >= 3 && memcmp(text.octets, byte_order_mark, 3) == 0) {
		section->oddities |= HEADER_BYTE_ORDER_MARK;
		i = 3;
	}
	for (;;) {
		gsize mark = i < text.len && text.octets[i] == '>' ? 1 : 0;
		const guint8 *lf;

		if (text.len - i < 5 + mark ||
		    memcmp(text.octets + i + mark, "From ", 5) != 0)
			return i;
		section->oddities |= HEADER_MBOX_LINE;
		lf = memchr(text.octets + i, '\n', text.len - i);
		if (lf == NULL)
			return text.len;
		i = (gsize)(lf - text.octets) + 1;
	}
}

/*
 * Whether the last field, one of MIME, ends in ';', and the line is the
 * parameter that is to follow. A value in quotes: "name=Mei" is the text that a
 * form on the web sends.
 */
static gboolean
has_late_parameter(const struct reader *reader, Span line)
{
	gsize value = read_attribute(line);
	const HeaderField *field;
	gsize len;

	if (reader->strict == NONE || value == 0 || value == line.len ||
	    line.octets[value] != '"')
		return FALSE;
	field = &g_array_index(reader->section->fields, HeaderField,
	    reader->strict);
	for (len = field->body.len; len > 0 &&
	     (is_blank(field->body.octets[len - 1]) ||
	         strchr("\r\n", field->body.octets[len - 1]) != NULL); len--)
		;
	return len > 0 && field->body.octets[len - 1] == ';' &&
	    is_mime(field);
}

/*
 * Whether fields go on behind the empty line before *offset, which then moves
 * to them: a MIME field does, the parameter that the last one wants, and any
 * field while there was none yet. Others are text, or the message inside a
 * message/rfc822.
 */
static gboolean
skip_stray_lines(struct reader *reader, gsize *offset)
{
	const Span text = reader->text;
	gsize begin = *offset, next;
	const guint8 *lf;
	HeaderField field;
	Span line;

	for (guint n = 0; n < MAX_STRAY_LINES; n++)
		begin = skip_line_end(text, begin);
	lf = memchr(text.octets + begin, '\n', text.len - begin);
	next = lf == NULL ? text.len : (gsize)(lf - text.octets);
	line = (Span){ text.octets + begin, next - begin };
	if (!has_late_parameter(reader, line)) {
		reader->strict = NONE;
		if (read_field(line, &field) == 0 || (!is_mime(&field) &&
		    (reader->section->fields->len > 0 || (field.oddities &
		        (FIELD_DAMAGED_NAME | FIELD_NUL_IN_NAME)) != 0)))
			return FALSE;
	}
	*offset = begin;
	return TRUE;
}

HeaderSection *
header_section_new(Span octets, const HeaderLimits *limits)
{
	HeaderSection *section = g_new0(HeaderSection, 1);
	struct reader reader = {
		.text = { octets.octets, MIN(octets.len, limits->max_octets) },
		.section = section,
		.max_fields = limits->max_fields,
		.strict = NONE,
	};
	GroupEnd end;

	section->fields = g_array_sized_new(FALSE, FALSE, sizeof(HeaderField),
	    16);
	for (guint i = 0; i < N_BORDERS; i++)
		section->bodies[i] = HEADER_NO_BODY;
	section->end = skip_prologue(reader.text, section);
	end = read_group(&reader, &section->end, HEADER_MAX_GARBAGE_LINES);
	if (end == END_AT_EMPTY_LINE)
		section->bodies[BORDER_EMPTY_LINE] = section->end;
	else if (end == END_AT_GARBAGE)
		section->oddities |= HEADER_TOO_MUCH_GARBAGE;
	else if (end == END_OF_OCTETS && octets.len <= limits->max_octets)
		section->oddities |= HEADER_NO_END;
	for (guint group = 1; group < MAX_GROUPS && end == END_AT_EMPTY_LINE &&
	     skip_stray_lines(&reader, &section->end); group++) {
		reader.context |= FIELD_BEHIND_EMPTY_LINE;
		end = read_group(&reader, &section->end,
		    reader.strict != NONE ? 1 : 0);
		section->bodies[BORDER_LAST_EMPTY_LINE] = section->end;
	}
	if (end == END_OF_OCTETS && octets.len > limits->max_octets)
		section->oddities |= HEADER_TOO_LONG;
	return section;
}

void
header_section_free(HeaderSection *section)
{
	if (section == NULL)
		return;
	g_array_unref(section->fields);
	g_free(section);
}
