/*
 * scanner/line_reading.c - the message as its lines show it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/declaration.h"
#include "scanner/decode.h"
#include "scanner/line_reading.h"
#include "scanner/octet_search.h"

/* A field's name is looked for so far into a line that begins with dashes. */
#define MAX_DELIMITER_OCTETS 300
/* And its colon so far behind its beginning. */
#define MAX_NAME_OCTETS 64
/* Lines that a header section may go back, or hold that are no fields. */
#define MAX_ODD_LINES 32
/* Blanks and the like before an indented field. */
#define MAX_INDENT 16

/* The first line of a kind, at or behind an offset that only grows. */
struct next {
	gsize begin;
	gsize from;
};

struct walk {
	Span message;
	const char *base;
	const ScanPolicy *policy;
	GPtrArray *entities;
	guint n_known;          /* entities of the canonical reading */
	guint enclosing;        /* the one of them that was asked for last */
	GHashTable *known;      /* offset of a body -> its end, canonical reading */
	GHashTable *empty;      /* offsets of headers of empty parts, likewise */
	Record *record;
	struct next dashes;     /* lines with two dashes */
	struct next empty_line;
	struct next dashes_behind;      /* ... behind such a line */
	gsize last_header;      /* where the last entity's header begins */
	gsize last_body;        /* and where its body begins */
	guint found;            /* entities that GMime has not */
	guint sections;         /* that have MIME fields, of all entities */
	gboolean has_inline;
};

/* --- lines -------------------------------------------------------------------- */

/* Line ends are LF, CRLF, CR and CRCRLF. */
static gsize
line_end(Span message, gsize i)
{
	const guint8 *begin = message.octets + i;
	gsize len = message.len - i;
	const guint8 *lf = memchr(begin, '\n', len);
	const guint8 *cr;

	if (lf != NULL)
		len = (gsize)(lf - begin);
	cr = memchr(begin, '\r', len);
	return i + (cr != NULL ? (gsize)(cr - begin) : len);
}

static gsize
next_line(Span message, gsize end)
{
	while (end < message.len && message.octets[end] == '\r')
		end++;
	if (end < message.len && message.octets[end] == '\n')
		end++;
	return end;
}

static Span
line_at(Span message, gsize begin)
{
	return (Span){ message.octets + begin,
		line_end(message, begin) - begin };
}

static gboolean
is_blank_octet(guint8 c)
{
	return c == ' ' || c == '\t' || c == '\0' || c == '\v' || c == '\f';
}

static gboolean
is_blank_line(Span line)
{
	for (gsize i = 0; i < line.len; i++)
		if (!is_blank_octet(line.octets[i]))
			return FALSE;
	return TRUE;
}

/* The line that ends at the offset, with its line end; not from before the
 * limit. */
static Span
line_before(Span message, gsize limit, gsize offset)
{
	gsize end = offset, start;

	if (end > limit && message.octets[end - 1] == '\n')
		end--;
	while (end > limit && message.octets[end - 1] == '\r')
		end--;
	start = end;
	while (start > limit && message.octets[start - 1] != '\n' &&
	    message.octets[start - 1] != '\r')
		start--;
	return (Span){ message.octets + start, end - start };
}

/* Some clients take other dashes for two hyphens, and more than two. */
static gboolean
has_dashes(Span line)
{
	static const char em_dash[] = "\xe2\x80\x94";
	gsize i = 0;

	while (i < line.len && i < MAX_INDENT && is_blank_octet(line.octets[i]))
		i++;
	if (line.len - i < 3)
		return FALSE;
	if (line.octets[i] == '-' && line.octets[i + 1] == '-')
		return TRUE;
	return memcmp(line.octets + i, em_dash, 3) == 0;
}

/*
 * "Content-Type:" and the like, and what parts of Sun's mail tool have instead,
 * with whatever damage before the colon: what no name may have in it counts for
 * nothing, nor does a comment.
 */
static gboolean
begins_mime_field(const guint8 *p, const guint8 *end)
{
	static const char *const prefixes[] = { "content-t", "content-d",
		"x-sun-data-" };
	char name[12] = "";
	gsize n = 0;

	end = MIN(end, p + MAX_NAME_OCTETS);
	for (; p < end && *p != ':'; p++) {
		const guint8 *close = *p == '(' ?
		    memchr(p, ')', (gsize)(end - p)) : NULL;

		if (close != NULL)
			p = close;
		else if (*p > ' ' && *p < 0x7f && n < sizeof(name) - 1)
			name[n++] = (char)g_ascii_tolower((char)*p);
	}
	for (gsize i = 0; p < end && i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(name, prefixes[i]))
			return TRUE;
	return FALSE;
}

/* Whether a field may begin with the octet, or with damage before its name. */
static gboolean
may_begin_field(guint8 c)
{
	return c == 'C' || c == 'c' || c == 'X' || c == 'x' || c == '(' ||
	    c >= 0x7f || c < ' ';
}

/* Whether a MIME field begins in the line. */
static gboolean
has_mime_field(Span line)
{
	const guint8 *end = line.octets + line.len;
	const guint8 *p = line.octets;

	if (line.len == 0)
		return FALSE;
	while (p < end && p < line.octets + MAX_INDENT && is_blank_octet(*p))
		p++;
	if (p < end && may_begin_field(*p))
		return begins_mime_field(p, end);
	if (!has_dashes(line))
		return FALSE;
	/* A field on the delimiter's own line. */
	for (; p < end && p < line.octets + MAX_DELIMITER_OCTETS; p++)
		if ((*p == 'C' || *p == 'c') && begins_mime_field(p, end))
			return TRUE;
	return FALSE;
}

static gboolean
looks_like_field(Span line)
{
	const guint8 *colon = memchr(line.octets, ':', MIN(line.len, 80));

	if (colon == NULL || colon == line.octets)
		return FALSE;
	for (const guint8 *p = line.octets; p < colon; p++)
		if (*p <= ' ' && !is_blank_octet(*p))
			return FALSE;
	return TRUE;
}

static gboolean
begins_coded_file(Span line)
{
	static const char *const words[] = { "begin ", "begin-base64 ",
		"=ybegin ", "(This file must be converted" };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (line.len > strlen(words[i]) &&
		    memcmp(line.octets, words[i], strlen(words[i])) == 0)
			return TRUE;
	return FALSE;
}

/* --- entities -------------------------------------------------------------------- */

static gsize
next_such(const struct walk *walk, struct next *next,
    gboolean (*is_such)(Span line), gsize from)
{
	gsize i = MAX(from, next->begin);

	if (from >= next->from && from <= next->begin)
		return next->begin;
	while (i < walk->message.len && !is_such(line_at(walk->message, i)))
		i = next_line(walk->message, line_end(walk->message, i));
	*next = (struct next){ i, from };
	return i;
}

static gboolean
is_empty(Span line)
{
	return line.len == 0;
}

/* Without the line end that belongs to the delimiter. */
static gsize
trim_line_end(Span message, gsize begin, gsize end)
{
	if (end > begin && message.octets[end - 1] == '\n')
		end--;
	while (end > begin && message.octets[end - 1] == '\r')
		end--;
	return end;
}

/* Of the header section that octets are. Caller frees. */
static Declaration *
declaration_at(const struct walk *walk, gsize header, gsize body)
{
	const HeaderLimits *limits = &walk->policy->header;
	g_autoptr(HeaderSection) section = header_section_new((Span){
	    walk->message.octets + header, body - header }, limits);

	return declaration_new(section, limits);
}

/* An empty file has a name all the same, and so may a multipart. */
static gboolean
names_file(const struct walk *walk, gsize header, gsize body)
{
	g_autoptr(Declaration) declaration = declaration_at(walk, header, body);

	return declaration_has_file_name(declaration);
}

/* As strict clients see it. Caller frees; NULL: none. */
static char *
declared_type(const struct walk *walk, gsize header, gsize body)
{
	g_autoptr(Declaration) declaration = declaration_at(walk, header, body);

	return declaration->types->len == 0 ? NULL :
	    g_strdup(g_ptr_array_index(declaration->types, 0));
}

static gboolean
is_inside(const struct walk *walk, guint index, const guint8 *octet)
{
	const Entity *entity = g_ptr_array_index(walk->entities, index);

	return !entity->is_entered && octet >= entity->body.octets &&
	    octet < entity->body.octets + entity->body.len;
}

/* The part of the canonical reading in whose body the octet lies; NULL: none.
 * Neighbours are asked for one after another. */
static const Entity *
enclosing_part(struct walk *walk, const guint8 *octet)
{
	guint n = walk->n_known;

	for (guint i = 0; i < n; i++) {
		guint index = (walk->enclosing + i) % n;

		if (is_inside(walk, index, octet)) {
			walk->enclosing = index;
			return g_ptr_array_index(walk->entities, index);
		}
	}
	return NULL;
}

/* Whether the body of a part of the canonical reading begins there: who reads
 * on behind its end sees the same file, and something behind it. */
static gboolean
begins_part(struct walk *walk, const guint8 *octet)
{
	const Entity *part = enclosing_part(walk, octet);

	return part != NULL && part->body.octets == octet;
}

/* Whether the offset lies in text that is well understood: there it is a
 * quotation. */
static gboolean
is_quoted(struct walk *walk, gsize offset)
{
	const Entity *part = enclosing_part(walk,
	    walk->message.octets + offset);

	return part != NULL && (part->content_type == NULL ||
	    g_str_has_prefix(part->content_type, "text/"));
}

/* Whether no client takes the line for a field, for more of one, or for a
 * delimiter. */
static gboolean
is_prose(Span line)
{
	static const char em_dash[] = "\xe2\x80\x94";
	const guint8 *colon = memchr(line.octets, ':', MIN(line.len, 80));
	gsize len = colon != NULL ? (gsize)(colon - line.octets) : line.len;

	if (line.len == 0 || line.octets[0] <= ' ' || has_mime_field(line) ||
	    (line.len > 5 && memcmp(line.octets, "From ", 5) == 0) ||
	    octets_find(line, "--") != NULL ||
	    octets_find(line, em_dash) != NULL)
		return FALSE;
	while (len > 0 && is_blank_octet(line.octets[len - 1]))
		len--;
	return colon == NULL || memchr(line.octets, ' ', len) != NULL;
}

/*
 * Whether the header section that begins at the offset is only told of: it
 * stands in text, behind words and an empty line, or begins with words that are
 * the first of the text. No client sees a part begin there.
 */
static gboolean
is_told(struct walk *walk, gsize offset)
{
	Span message = walk->message, line;
	gboolean is_behind_empty = FALSE;
	const Entity *part;
	gsize begin;

	if (offset == message.len || !is_quoted(walk, offset))
		return FALSE;
	part = enclosing_part(walk, message.octets + offset);
	begin = (gsize)(part->body.octets - message.octets);
	for (gsize i = offset; i > begin;
	     i = (gsize)(line.octets - message.octets)) {
		line = line_before(message, begin, i);
		if (!is_blank_line(line))
			return is_behind_empty && is_prose(line);
		is_behind_empty |= line.len == 0;
	}
	/* The line between it and the header section of the part. */
	return part->header.len > 0 && line_before(message, 0, begin).len == 0 &&
	    is_prose(line_at(message, offset));
}

/* Whether an entity may begin with the line. */
static gboolean
visit_line(struct walk *walk, Span line)
{
	if (begins_coded_file(line) && !walk->has_inline)
		walk->has_inline = enclosing_part(walk, line.octets) == NULL;
	return has_mime_field(line);
}

static gboolean
is_known(const struct walk *walk, gsize begin, gsize end)
{
	gpointer known_end;

	return g_hash_table_lookup_extended(walk->known,
	    GSIZE_TO_POINTER(begin), NULL, &known_end) &&
	    GPOINTER_TO_SIZE(known_end) >= end;
}

static void
add_entity(struct walk *walk, gsize header, gsize body, gsize end)
{
	Span message = walk->message;
	g_autofree char *path = NULL;
	Entity *entity;

	end = trim_line_end(message, body, end);
	if (is_known(walk, body, end) ||
	    (end == body && !names_file(walk, header, body)))
		return;
	if (++walk->found > walk->policy->max_parts)
		return;
	path = g_strdup_printf("%s%s@%" G_GSIZE_FORMAT, walk->base,
	    *walk->base != '\0' ? ">" : "", header);
	entity = entity_new(path, walk->base, LINE_READING);
	entity->header = (Span){ message.octets + header, body - header };
	entity->body = (Span){ message.octets + body, end - body };
	entity->content_type = declared_type(walk, header, body);
	entity->is_hidden = header < body && !is_quoted(walk, header) &&
	    !begins_part(walk, message.octets + body);
	g_ptr_array_add(walk->entities, entity);
	g_hash_table_insert(walk->known, GSIZE_TO_POINTER(body),
	    GSIZE_TO_POINTER(end));
}

/*
 * Where the header section begins that the field at offset belongs to: behind
 * the last empty line or delimiter, but not too far back.
 */
static gsize
header_begin(const struct walk *walk, gsize offset)
{
	Span message = walk->message;
	gsize begin = offset;

	for (guint lines = 0; begin > walk->last_body &&
	     lines < MAX_ODD_LINES; lines++) {
		Span line = line_before(message, walk->last_body, begin);

		if (is_blank_line(line) || has_dashes(line))
			break;
		begin = (gsize)(line.octets - message.octets);
	}
	return begin;
}

/* The text before the first delimiter of a multipart is no part, unless it is
 * more than text, or a coded file is said to be there. That it is encoded
 * otherwise is often said of a multipart, and seldom true. */
static gboolean
is_preamble(const struct walk *walk, gsize header, gsize body, gsize end)
{
	const guint files = 1u << ENCODING_UUENCODE | 1u << ENCODING_YENC |
	    1u << ENCODING_BINHEX;
	g_autoptr(Declaration) declaration = declaration_at(walk, header, body);

	return declaration->types->len > 0 &&
	    g_str_has_prefix(g_ptr_array_index(declaration->types, 0),
	        "multipart/") &&
	    (declaration->encodings & files) == 0 &&
	    !decode_looks_like_base64((Span){ walk->message.octets + body,
	        end - body });
}

/* Whether the lines from one offset to another are delimiters and empty. */
static gboolean
has_only_dashes(Span message, gsize from, gsize to)
{
	while (from < to) {
		Span line = line_at(message, from);

		if (!is_blank_line(line) && !has_dashes(line))
			return FALSE;
		from = next_line(message, from + line.len);
	}
	return TRUE;
}

/* The header section has a line of blanks, with which it goes on for some, to
 * the first empty line; fields that seem to begin other parts are in it. */
static void
add_behind_blanks(struct walk *walk, gsize header, gsize offset)
{
	Span message = walk->message;
	gsize empty = next_such(walk, &walk->empty_line, is_empty, offset);
	gsize body = empty < message.len ? next_line(message, empty) : empty;
	gsize end = next_such(walk, &walk->dashes_behind, has_dashes, body);

	if (body == message.len)
		return;
	add_entity(walk, header, body, end);
	/* The message itself is all that there is. */
	if (header == 0 && end < message.len)
		add_entity(walk, header, body, message.len);
}

/*
 * The entity whose header section has a MIME field at offset. Where its body
 * begins, clients differ: behind the first empty line, or at the first line
 * that is no field, or behind an empty line that stands between the fields.
 * Returns where to look on.
 */
static gsize
read_entity(struct walk *walk, gsize offset)
{
	Span message = walk->message;
	gsize i = next_line(message, line_end(message, offset));
	gsize header = header_begin(walk, offset);
	gsize odd = 0, body, next, end;
	guint odd_lines = 0;

	walk->sections++;
	/* Fields go on behind a stray empty line: one section for some. */
	if (walk->last_body > walk->last_header &&
	    offset <= walk->last_body + 2)
		header = walk->last_header;
	while (i < message.len) {
		Span line = line_at(message, i);

		if (is_blank_line(line) || has_dashes(line))
			break;
		if (!is_blank_octet(line.octets[0]) &&
		    !looks_like_field(line)) {
			if (odd == 0)
				odd = i;
			if (++odd_lines > MAX_ODD_LINES)
				break;
		}
		i = next_line(message, i + line.len);
	}
	body = i < message.len && !has_dashes(line_at(message, i)) &&
	    odd_lines <= MAX_ODD_LINES ?
	    next_line(message, line_end(message, i)) : i;
	/* The next field that may begin an entity ends the longest reading. */
	for (next = body; next < message.len;
	     next = next_line(message, line_end(message, next)))
		if (visit_line(walk, line_at(message, next)))
			break;
	end = MIN(next_such(walk, &walk->dashes, has_dashes, body), next);
	/* Whether a line with dashes ends the body only the canonical reading
	 * can know: where it does not agree, the body may go on. */
	if (is_told(walk, header)) {
		walk->last_header = header;
		walk->last_body = body;
		return next;
	}
	if (g_hash_table_contains(walk->empty, GSIZE_TO_POINTER(header)) ||
	    is_known(walk, body, trim_line_end(message, body, end))) {
		;
	} else if (is_preamble(walk, header, body, end)) {
		add_entity(walk, header, body, body);
	} else {
		add_entity(walk, header, body, end);
		if (!has_only_dashes(message, end, next))
			add_entity(walk, header, body, next);
	}
	if (odd != 0)
		add_entity(walk, header, odd, end);
	if (i < message.len && line_at(message, i).len > 0 &&
	    !has_dashes(line_at(message, i)))
		add_behind_blanks(walk, header, body);
	walk->last_header = header;
	walk->last_body = body;
	return next;
}

/* A message that does not begin with a header section is an object itself:
 * some client shows the file. */
static void
add_whole(struct walk *walk)
{
	Span line = line_at(walk->message, 0);

	if (walk->message.len > 0 && !is_blank_line(line) &&
	    !looks_like_field(line) && line.len > 5 &&
	    memcmp(line.octets, "From ", 5) != 0)
		add_entity(walk, 0, 0, walk->message.len);
}

static gboolean
is_over(const struct walk *walk)
{
	return walk->found > walk->policy->max_parts ||
	    walk->sections > POLICY_FLOOD_FACTOR * walk->policy->max_parts;
}

void
line_reading(Span message, const char *base, const ScanPolicy *policy,
    GPtrArray *entities, Record *record, gboolean *has_inline)
{
	g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
	g_autoptr(GHashTable) empty = g_hash_table_new(NULL, NULL);
	struct walk walk = { .message = message, .base = base,
		.policy = policy, .entities = entities,
		.n_known = entities->len, .known = known, .empty = empty,
		.record = record };
	gsize i = 0;

	for (guint e = 0; e < entities->len; e++) {
		const Entity *entity = g_ptr_array_index(entities, e);
		gsize begin = (gsize)(entity->body.octets - message.octets);

		g_hash_table_insert(known, GSIZE_TO_POINTER(begin),
		    GSIZE_TO_POINTER(begin + entity->body.len));
		if (entity->body.len == 0)
			g_hash_table_add(empty, GSIZE_TO_POINTER(
			    entity->header.octets - message.octets));
	}
	add_whole(&walk);
	/* Beyond the limit the message is refused whatever else is in it: what
	 * was found so far would only cost time. */
	while (i < message.len && !is_over(&walk)) {
		Span line = line_at(message, i);

		i = visit_line(&walk, line) ? read_entity(&walk, i) :
		    next_line(message, i + line.len);
	}
	if (is_over(&walk)) {
		record_add_finding(record, FINDING_LIMIT, "max-parts",
		    VERDICT_ILLEGAL, NULL, NULL, LINE_READING,
		    "more than %u parts", policy->max_parts);
		g_ptr_array_set_size(entities, (gint)walk.n_known);
	}
	*has_inline = walk.has_inline;
}
