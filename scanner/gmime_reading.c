/*
 * scanner/gmime_reading.c - the message as GMime reads it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/autoptr.h"
#include "scanner/gmime_reading.h"

/* Of the field that a note is about. */
#define MAX_ITEM_OCTETS 40
/* Times the message: what is searched for delimiters of its boundaries. */
#define FLOOD_SEARCHES 16u

struct walk {
	Span message;
	const char *base;       /* path of the part that holds the message, or "" */
	const ScanPolicy *policy;
	GPtrArray *entities;
	Record *record;
	const char *container_type;     /* of the multipart that is walked; NULL */
};

/*
 * What GMime says that it could not read. "Critical" means that part of the
 * input may have been lost to it: worth a note, because the other readings
 * must then find what it has missed.
 */
static const struct {
	GMimeParserWarning warning;
	const char *rule;
	const char *detail;
} gmime_notes[] = {
	{ GMIME_CRIT_INVALID_HEADER_NAME, "header-name",
	    "a header field's name is not valid" },
	{ GMIME_CRIT_CONFLICTING_HEADER, "conflicting-fields",
	    "a header field is repeated with another value" },
	{ GMIME_CRIT_CONFLICTING_PARAMETER, "conflicting-parameters",
	    "a parameter is repeated with another value" },
	{ GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY, "no-boundary",
	    "a multipart has no boundary parameter" },
	{ GMIME_CRIT_PART_WITHOUT_HEADERS_OR_CONTENT, "empty-part",
	    "a part has neither header section nor content" },
	{ GMIME_WARN_MALFORMED_MULTIPART, "no-delimiter",
	    "a multipart's boundary never occurs" },
};

/* item: what GMime complains about, a line or less; NULL: nothing special. */
static void
add_note(struct walk *walk, const char *rule, const char *detail,
    gint64 offset, const char *item)
{
	Finding *finding = record_add_finding(walk->record, FINDING_AMBIGUITY,
	    rule, VERDICT_ACCEPT, walk->base, NULL, GMIME_READING, "%s",
	    detail);
	g_autofree char *field = item != NULL ?
	    g_strndup(item, MIN(strcspn(item, ":\r\n"), MAX_ITEM_OCTETS)) :
	    NULL;

	finding_set_place(finding, offset, field);
}

static void
on_warning(gint64 offset, GMimeParserWarning warning, const gchar *item,
    gpointer data)
{
	struct walk *walk = data;

	if (warning == GMIME_CRIT_NESTING_OVERFLOW)
		record_add_finding(walk->record, FINDING_LIMIT, "max-depth",
		    VERDICT_ILLEGAL, walk->base, NULL, GMIME_READING,
		    "nested too deep for GMime at octet %" G_GINT64_FORMAT,
		    offset);
	for (gsize i = 0; i < G_N_ELEMENTS(gmime_notes); i++)
		if (gmime_notes[i].warning == warning)
			add_note(walk, gmime_notes[i].rule,
			    gmime_notes[i].detail, offset, item);
}

/* Where the first field begins that GMime gives the object; -1: there is
 * none. */
static gint64
field_offset(GMimeObject *object)
{
	GMimeHeaderList *headers = g_mime_object_get_header_list(object);

	if (g_mime_header_list_get_count(headers) == 0)
		return -1;
	return g_mime_header_get_offset(
	    g_mime_header_list_get_header_at(headers, 0));
}

/* Both ends are clamped to the message; one that GMime does not know is -1
 * and stands for its end. */
static Span
message_span(const struct walk *walk, gint64 begin, gint64 end)
{
	gsize len = walk->message.len;
	gsize from = begin < 0 ? len : MIN((gsize)begin, len);
	gsize to = end < 0 ? len : MIN((gsize)end, len);

	return (Span){ walk->message.octets + from, to > from ? to - from : 0 };
}

static gint64
span_begin(const struct walk *walk, Span span)
{
	return span.octets - walk->message.octets;
}

/* Where the line begins that ends before the offset; 0 has no line before. */
static gsize
line_before(Span message, gsize offset)
{
	if (offset > 0 && message.octets[offset - 1] == '\n')
		offset--;
	while (offset > 0 && message.octets[offset - 1] != '\n')
		offset--;
	return offset;
}

static gboolean
is_blank_line(Span message, gsize begin, gsize end)
{
	while (begin < end && strchr(" \t\r\n", message.octets[begin]) != NULL &&
	    message.octets[begin] != '\0')
		begin++;
	return begin == end;
}

/* --- lines of blanks --------------------------------------------------------- */

static gsize
line_behind(Span message, gsize offset)
{
	const guint8 *end = memchr(message.octets + offset, '\n',
	    message.len - offset);

	return end != NULL ? (gsize)(end - message.octets) + 1 : message.len;
}

/* Whether a line at the offset goes on with a header section: a field, or more
 * of the one before. */
static gboolean
goes_on(Span message, gsize offset, gsize end)
{
	gsize i = offset;

	if (i < end && (message.octets[i] == ' ' || message.octets[i] == '\t'))
		return TRUE;
	if (end - offset > 2 && memcmp(message.octets + offset, "--", 2) == 0)
		return FALSE;
	while (i < end && g_ascii_isgraph(message.octets[i]) &&
	    message.octets[i] != ':')
		i++;
	while (i < end && (message.octets[i] == ' ' ||
	    message.octets[i] == '\t'))
		i++;
	return i > offset && i < end && message.octets[i] == ':';
}

static gboolean
is_empty_line(Span message, gsize offset, gsize end)
{
	return end > offset && (message.octets[offset] == '\n' ||
	    message.octets[offset] == '\r') &&
	    is_blank_line(message, offset, end);
}

/* Where the first line begins, at or behind the offset, that has more than
 * blanks in it, or nothing. */
static gsize
behind_blanks(Span message, gsize offset)
{
	while (offset < message.len) {
		gsize end = line_behind(message, offset);

		if (is_empty_line(message, offset, end) ||
		    !is_blank_line(message, offset, end))
			break;
		offset = end;
	}
	return offset;
}

/*
 * Where a header section ends that begins at the offset: at an empty line, or at
 * a line of blanks with no field behind it, nor an empty line. What is no header
 * section may end anywhere.
 */
static gsize
section_end(Span message, gsize begin)
{
	gsize end, next;

	for (; begin < message.len; begin = next) {
		end = next = line_behind(message, begin);
		if (!is_blank_line(message, begin, end))
			continue;
		if (!is_empty_line(message, begin, end)) {
			next = behind_blanks(message, end);
			end = line_behind(message, next);
			if (next < message.len &&
			    !goes_on(message, next, end) &&
			    !is_empty_line(message, next, end))
				return begin;
		} else if (!goes_on(message, end, line_behind(message, end))) {
			return begin;
		}
		/* Else the section of a message may begin there. */
	}
	return message.len;
}

/*
 * A line of blanks is more of the field before (RFC 5322, 4.2, obs-FWS); but
 * where no field follows, all but a few take it for the empty line that is
 * meant. GMime is one of the few. Returns a copy of the message that has an
 * empty line there, of the same length; NULL: it needs none. Caller frees.
 */
static guint8 *
with_empty_lines(Span message)
{
	guint8 *copy = NULL;
	const guint8 *dashes;
	gsize begin = 0, end;

	while ((end = section_end(message, begin)) < message.len) {
		if (!is_empty_line(message, end, line_behind(message, end))) {
			if (copy == NULL)
				copy = g_memdup2(message.octets, message.len);
			copy[end] = '\n';
		}
		dashes = memmem(message.octets + end, message.len - end, "\n--",
		    3);
		if (dashes == NULL)
			break;
		begin = line_behind(message,
		    (gsize)(dashes - message.octets) + 1);
	}
	return copy;
}

/* --- sections ------------------------------------------------------------------ */

/*
 * Where the header section begins in which GMime sees a first field at the
 * offset; -1: none, and the body begins there. It leaves out fields whose names
 * it does not like, and gives those of a message and of its content to two
 * objects: the section begins behind the empty line or delimiter before them.
 */
static gint64
section_begin(const struct walk *walk, gint64 field, gint64 body)
{
	Span message = walk->message;
	gsize begin = (gsize)(field < 0 ? body : field), before;
	gsize empty = begin;

	if (field < 0 && begin > 0 && is_blank_line(message,
	    before = line_before(message, begin), begin))
		empty = begin = before;
	while (begin > 0) {
		before = line_before(message, begin);
		if (is_blank_line(message, before, begin) ||
		    (begin - before > 2 && memcmp(message.octets + before,
		        "--", 2) == 0))
			break;
		begin = before;
	}
	return (gint64)(field < 0 && begin == empty ? (gsize)body : begin);
}

/* The first field of a message, or of its content: the same section. -1: there
 * is none. */
static gint64
message_field_offset(GMimeMessage *message)
{
	GMimeObject *content = g_mime_message_get_mime_part(message);
	gint64 own = field_offset(GMIME_OBJECT(message));
	gint64 other = content != NULL ? field_offset(content) : -1;

	return own < 0 || (other >= 0 && other < own) ? other : own;
}

/* Where the content of a leaf lies, not decoded. */
static Span
content_span(const struct walk *walk, GMimeObject *object)
{
	GMimeDataWrapper *content = NULL;
	GMimeStream *stream = NULL;

	if (GMIME_IS_PART(object))
		content = g_mime_part_get_content(GMIME_PART(object));
	if (content != NULL)
		stream = g_mime_data_wrapper_get_stream(content);
	if (stream == NULL)
		return message_span(walk, -1, -1);
	return message_span(walk, stream->bound_start, stream->bound_end);
}

/* "text/plain"; NULL: none. Caller frees. */
static char *
content_type_of(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	g_autofree char *mime_type = type != NULL ?
	    g_mime_content_type_get_mime_type(type) : NULL;

	return mime_type != NULL ? g_ascii_strdown(mime_type, -1) : NULL;
}

static Entity *
add_entity(struct walk *walk, const char *path, const char *parent,
    GMimeObject *object)
{
	Entity *entity = entity_new(path, parent, GMIME_READING);
	GMimeContentType *type = g_mime_object_get_content_type(object);
	GMimeContentDisposition *disposition =
	    g_mime_object_get_content_disposition(object);

	entity->content_type = content_type_of(object);
	if (type != NULL)
		entity->charset = g_strdup(g_mime_content_type_get_parameter(
		    type, "charset"));
	entity->container_type = g_strdup(walk->container_type);
	if (disposition != NULL)
		entity->disposition = g_ascii_strdown(
		    g_mime_content_disposition_get_disposition(disposition),
		    -1);
	entity->encoding = g_strdup(g_mime_object_get_header(object,
	    "Content-Transfer-Encoding"));
	if (GMIME_IS_PART(object))
		entity->name = g_strdup(g_mime_part_get_filename(
		    GMIME_PART(object)));
	g_ptr_array_add(walk->entities, entity);
	return entity;
}

static gboolean
is_within_limits(struct walk *walk, const char *path, guint depth)
{
	if (depth > walk->policy->max_depth) {
		record_add_finding(walk->record, FINDING_LIMIT, "max-depth",
		    VERDICT_ILLEGAL, path, NULL, GMIME_READING,
		    "nested deeper than %u levels", walk->policy->max_depth);
		return FALSE;
	}
	if (walk->entities->len >= walk->policy->max_parts) {
		record_add_finding(walk->record, FINDING_LIMIT, "max-parts",
		    VERDICT_ILLEGAL, NULL, NULL, GMIME_READING,
		    "more than %u parts", walk->policy->max_parts);
		return FALSE;
	}
	return TRUE;
}

/* RFC 3501 section numbers, and ">" before those of a message that was found
 * inside a decoded part. Caller frees. */
static char *
section_number(const char *path, int number)
{
	gboolean is_first = *path == '\0' || g_str_has_suffix(path, ">");

	return g_strdup_printf("%s%s%d", path, is_first ? "" : ".", number);
}

static void walk_message(struct walk *walk, GMimeMessage *message,
    const char *path, const char *parent, guint depth);

/*
 * path: the section number of object; field: where its first field begins; -1:
 * it has none. A multipart is no part itself: its children are. Recursion is
 * bounded by max_depth.
 */
static void
walk_object(struct walk *walk, GMimeObject *object, gint64 field,
    const char *path, const char *parent, guint depth)
{
	Entity *entity;

	if (!is_within_limits(walk, path, depth))
		return;
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(object);
		int count = g_mime_multipart_get_count(multipart);
		const char *outer = walk->container_type;
		g_autofree char *type = content_type_of(object);

		walk->container_type = type;
		for (int i = 0; i < count; i++) {
			GMimeObject *child =
			    g_mime_multipart_get_part(multipart, i);
			g_autofree char *child_path = section_number(path,
			    i + 1);

			walk_object(walk, child, field_offset(child),
			    child_path, parent, depth + 1);
		}
		walk->container_type = outer;
		return;
	}
	entity = add_entity(walk, path, parent, object);
	if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *message =
		    g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
		gint64 inner = message != NULL ?
		    message_field_offset(message) : -1;
		Entity *last;

		entity->is_entered = TRUE;
		walk_message(walk, message, path, path, depth + 1);
		/* GMime does not say where an inner message ends: it reaches
		 * as far as what is in it. */
		last = g_ptr_array_index(walk->entities,
		    walk->entities->len - 1);
		entity->body = message_span(walk, inner < 0 ? -1 :
		    section_begin(walk, inner, -1), last == entity ? -1 :
		    span_begin(walk, last->body) + (gint64)last->body.len);
	} else {
		entity->body = content_span(walk, object);
	}
	entity->header = message_span(walk, section_begin(walk, field,
	    span_begin(walk, entity->body)), span_begin(walk, entity->body));
}

/* path: of the part that holds the message, "" for the message itself. */
static void
walk_message(struct walk *walk, GMimeMessage *message, const char *path,
    const char *parent, guint depth)
{
	GMimeObject *object = message != NULL ?
	    g_mime_message_get_mime_part(message) : NULL;
	g_autofree char *child = NULL;

	/* GMime gives NULL for the message in an empty message/rfc822, and for
	 * the content of a message that has none: nothing to examine. */
	if (object == NULL)
		return;
	/* RFC 3501: the only part of a message that is not multipart is 1. */
	if (!GMIME_IS_MULTIPART(object))
		child = section_number(path, 1);
	walk_object(walk, object, message_field_offset(message),
	    child != NULL ? child : path, parent, depth);
}

/* --- floods -------------------------------------------------------------------- */

/*
 * GMime makes an object of each part before max-parts can be known, which takes
 * some microseconds: a message of 64 MiB has room for millions. What it reads is
 * cut as soon as there are far more of them.
 */
struct flood {
	struct walk *walk;
	GMimeStream *stream;
	guint limit;
	guint fields;           /* named Content-Type */
	gsize budget;           /* octets that may still be searched */
};

/* Whether the word occurs more often than limit; takes what is searched off the
 * budget, and does not know once it is used up. */
static gboolean
occurs_more(Span text, const char *word, guint limit, gsize *budget)
{
	gsize len = strlen(word), left = MIN(text.len, *budget);
	const guint8 *at = text.octets, *end = text.octets + left;

	for (guint found = 0; found <= limit; found++) {
		at = memmem(at, (gsize)(end - at), word, len);
		if (at == NULL) {
			*budget -= left;
			return FALSE;
		}
		at += len;
	}
	return TRUE;
}

static gboolean
repeats_boundary(struct flood *flood, const char *value, gint64 offset)
{
	g_autoptr(GMimeContentType) type = g_mime_content_type_parse(NULL,
	    value);
	const char *boundary = type != NULL ?
	    g_mime_content_type_get_parameter(type, "boundary") : NULL;
	g_autofree char *delimiter = boundary != NULL && *boundary != '\0' ?
	    g_strconcat("\n--", boundary, NULL) : NULL;

	return delimiter != NULL && occurs_more(message_span(flood->walk,
	    offset, -1), delimiter, flood->limit, &flood->budget);
}

static void
on_content_type(GMimeParser *parser, const char *name, const char *value,
    gint64 offset, gpointer data)
{
	struct flood *flood = data;
	struct walk *walk = flood->walk;

	(void)parser;
	(void)name;
	if (++flood->fields <= flood->limit &&
	    !repeats_boundary(flood, value, offset))
		return;
	record_add_finding(walk->record, FINDING_LIMIT, "max-parts",
	    VERDICT_ILLEGAL, NULL, NULL, GMIME_READING, "more than %u parts",
	    walk->policy->max_parts);
	/* There it ends, for the parser. */
	g_mime_stream_set_bounds(flood->stream, 0, flood->stream->position);
}

void
gmime_reading(Span message, const char *base, guint depth,
    const ScanPolicy *policy, GPtrArray *entities, Record *record)
{
	struct walk walk = { message, base, policy, entities, record, NULL };
	g_autoptr(GMimeParserOptions) options = g_mime_parser_options_new();
	g_autofree char *path = g_strconcat(base, *base != '\0' ? ">" : "",
	    NULL);
	g_autofree guint8 *copy = with_empty_lines(message);
	/* The stream reads the octets where they are, and the array gives them
	 * back below: a message is held once. */
	GByteArray *array = g_byte_array_new_take(copy != NULL ? copy :
	    (guint8 *)message.octets, message.len);
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(array);
	struct flood flood = { &walk, stream,
		POLICY_FLOOD_FACTOR * policy->max_parts, 0,
		FLOOD_SEARCHES * message.len };
	g_autoptr(GMimeParser) parser = NULL;
	g_autoptr(GMimeMessage) parsed = NULL;

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_parser_options_set_warning_callback(options, on_warning, &walk);
	parser = g_mime_parser_new_with_stream(stream);
	if (occurs_more(message, "\n--", flood.limit, &flood.budget))
		g_mime_parser_set_header_regex(parser, "^content-type$",
		    on_content_type, &flood);
	parsed = g_mime_parser_construct_message(parser, options);
	walk_message(&walk, parsed, path, base, depth);
	g_clear_object(&parsed);
	g_clear_object(&parser);
	g_object_unref(stream);
	g_byte_array_steal(array, NULL);
	g_byte_array_unref(array);
}
