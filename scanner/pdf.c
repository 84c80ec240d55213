/*
 * scanner/pdf.c - what a PDF can do (ISO 32000-1), read without its cross-references.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/octet_search.h"
#include "scanner/pdf.h"
#include "scanner/pdf_object.h"

/* So much of a stream tells whether it has objects in it. */
#define PEEK_OCTETS 512
/* And so much behind /JS that it is text, and no picture's data. */
#define SCRIPT_OCTETS 4

/* A stream whose /Length is an object of its own, or in an object stream. */
struct far_length {
	gsize offset;           /* of the object with the stream */
	guint number;           /* of that which is its length */
	gsize len;              /* that was read */
};

typedef struct {
	Traits *traits;
	PdfObjects objects;
	PdfObject *object;      /* what is being read */
	const guint8 *end_stream;       /* the next "endstream"; NULL: none */
	gsize end_stream_sought;        /* from here on */
	gboolean has_end_stream;        /* end_stream is set */
	GArray *names;          /* of PdfFileName */
	GPtrArray *files;       /* of struct file * */
	GArray *streams;        /* of struct object_stream */
	GArray *far_lengths;    /* of struct far_length */
	gsize stream_len;       /* of the last stream */
	gsize file_octets;      /* of them all */
	guint64 decoder_octets; /* that went into decoders */
} Pdf;

/* The content of an embedded file, until its names are known. */
struct file {
	guint number;
	GBytes *octets;
};

/* What has been decoded of one; its objects are counted from first. */
struct object_stream {
	GBytes *octets;
	gsize first;
};

/* --- names of what it can do ---------------------------------------------- */

/* What a lexer would go over: some viewers do. */
static void
skip_strays(PdfLexer *lexer)
{
	int c = pdf_lexer_skip_blank(lexer);

	while (c == ')' || c == '>') {
		lexer->at++;
		c = pdf_lexer_skip_blank(lexer);
	}
}

/* "5 0 R". */
static gboolean
is_reference(PdfLexer *lexer)
{
	return pdf_lexer_next(lexer) == PDF_NUMBER &&
	    pdf_lexer_next(lexer) == PDF_NUMBER &&
	    pdf_lexer_next(lexer) == PDF_WORD && *lexer->text->str == 'R';
}

/* A string that begins as text, in UTF-16 or UTF-8 with a mark, or in hex. */
static gboolean
is_script(PdfLexer *lexer)
{
	Span rest = span_at(lexer->octets, lexer->at, SCRIPT_OCTETS + 1);
	guint n_text = 0, n_digits = 0;

	for (gsize i = 1; i < rest.len; i++) {
		char c = (char)rest.octets[i];

		n_text += g_ascii_isprint(c) || g_ascii_isspace(c);
		n_digits += g_ascii_isxdigit(c) || g_ascii_isspace(c);
	}
	if (rest.len <= SCRIPT_OCTETS)
		return FALSE;
	if (*rest.octets == '<')
		return n_digits == SCRIPT_OCTETS;
	return *rest.octets == '(' && (n_text == SCRIPT_OCTETS ||
	    memcmp(rest.octets + 1, "\xfe\xff", 2) == 0 ||
	    memcmp(rest.octets + 1, "\xef\xbb\xbf", 3) == 0);
}

/* Behind a name that is the value of /S, where is_action, or else a key. */
static void
examine_name(Traits *traits, PdfLexer *lexer, gboolean is_action)
{
	gboolean is_script_key = pdf_lexer_is(lexer, PDF_NAME, "JS");
	gboolean is_form_key = pdf_lexer_is(lexer, PDF_NAME, "XFA");
	int c;

	if (is_action && pdf_lexer_is(lexer, PDF_NAME, "Launch"))
		traits_add(traits, TRAIT_PDF_LAUNCH,
		    "starts a program or opens a file");
	if (is_action && pdf_lexer_is(lexer, PDF_NAME, "JavaScript"))
		traits_add(traits, TRAIT_PDF_JAVASCRIPT, "JavaScript");
	if (!is_script_key && !is_form_key)
		return;
	c = pdf_lexer_skip_blank(lexer);
	if (g_ascii_isdigit(c) ? is_reference(lexer) :
	    is_script_key ? is_script(lexer) : c == '[')
		traits_add(traits, TRAIT_PDF_JAVASCRIPT, is_script_key ?
		    "JavaScript" : "a form that may have script (XFA)");
}

/*
 * Names count wherever they are, in a string, a comment or a stream too: what
 * looks like one of those to a reader that goes through the file is an object
 * to one that follows the cross-references.
 */
static void
examine_names(Traits *traits, Span octets)
{
	g_autoptr(PdfLexer) lexer = pdf_lexer_new(octets);
	gboolean is_action = FALSE;
	const guint8 *slash;

	while (lexer->at < octets.len && (slash = memchr(octets.octets +
	    lexer->at, '/', octets.len - lexer->at)) != NULL) {
		gsize end, at = (gsize)(slash - octets.octets);

		is_action = is_action && lexer->at == at;
		lexer->at = at;
		pdf_lexer_next(lexer);
		end = lexer->at;
		examine_name(traits, lexer, is_action);
		lexer->at = end;
		is_action = pdf_lexer_is(lexer, PDF_NAME, "S");
		if (is_action)
			skip_strays(lexer);
	}
}

/* --- streams -------------------------------------------------------------- */

/*
 * The octets from the offset to the next "endstream", or to the end of the file;
 * or as many as its length says, if they are more: a viewer believes one or the
 * other.
 */
static Span
stream_at(Pdf *pdf, gsize offset)
{
	Span rest = octets_behind(pdf->objects.octets,
	    pdf->objects.octets.octets + offset);
	gsize max_octets = MIN(pdf->object->length, rest.len);

	/* Looked for once, however many streams have none. */
	if (!pdf->has_end_stream || offset < pdf->end_stream_sought ||
	    (pdf->end_stream != NULL && pdf->end_stream < rest.octets)) {
		pdf->end_stream = octets_find(rest, "endstream");
		pdf->end_stream_sought = offset;
		pdf->has_end_stream = TRUE;
		pdf->objects.read_octets += pdf->end_stream != NULL ?
		    (gsize)(pdf->end_stream - rest.octets) : rest.len;
	}
	if (pdf->end_stream != NULL)
		rest.len = MAX(max_octets,
		    (gsize)(pdf->end_stream - rest.octets));
	pdf->stream_len = rest.len;
	return rest;
}

/* At most max_octets of it, from each of its filters. NULL: it cannot be
 * decoded. Caller unrefs. */
static GBytes *
decode_stream(const PdfObject *object, Span raw, gsize max_octets,
    gboolean *exceeds_limit)
{
	g_autoptr(GBytes) octets = g_bytes_new_static(raw.octets, raw.len);

	for (guint i = 0; i < object->n_filters && octets != NULL; i++) {
		GBytes *decoded = pdf_filter_decode(object->filters[i],
		    &object->parms[i], span_of_bytes(octets), max_octets,
		    exceeds_limit);

		g_bytes_unref(octets);
		octets = decoded;
	}
	return g_steal_pointer(&octets);
}

static gboolean
is_readable(const PdfObject *object)
{
	for (guint i = 0; i < object->n_filters; i++)
		if (object->filters[i] == PDF_FILTER_UNKNOWN)
			return FALSE;
	return !object->is_unclear;
}

/*
 * Whether octets begin as an object stream: the numbers and offsets of its
 * objects, and then one of them. A page has an operator there.
 */
static gboolean
looks_like_objects(Span octets)
{
	g_autoptr(PdfLexer) lexer = pdf_lexer_new((Span){ octets.octets,
		MIN(octets.len, PEEK_OCTETS) });
	guint n = 0;

	while (pdf_lexer_next(lexer) == PDF_NUMBER)
		n++;
	if (lexer->token == PDF_WORD)
		return n >= 2 && (pdf_lexer_is(lexer, PDF_WORD, "true") ||
		    pdf_lexer_is(lexer, PDF_WORD, "false") ||
		    pdf_lexer_is(lexer, PDF_WORD, "null"));
	return n >= 2 && lexer->token != PDF_OTHER &&
	    lexer->token != PDF_ARRAY_END &&
	    lexer->token != PDF_DICTIONARY_END;
}

/* What is no object stream by its dictionary may be one to viewers, if its
 * dictionary is written so that only they find it. */
static gboolean
hides_objects(PdfObject *object, Span raw)
{
	g_autoptr(GBytes) octets = NULL;
	gboolean exceeds_limit = FALSE;

	if (!is_readable(object))
		return FALSE;
	if (object->n_filters == 0) {
		if (looks_like_objects(raw))
			return TRUE;
		object->filters[object->n_filters++] = PDF_FILTER_FLATE;
	}
	octets = decode_stream(object, raw, PEEK_OCTETS, &exceeds_limit);
	return octets != NULL && looks_like_objects(span_of_bytes(octets));
}

/* octets: a copy is kept, or, where they were decoded, they are. */
static void
keep_file(Pdf *pdf, guint number, GBytes *octets, gboolean is_decoded)
{
	gsize len = g_bytes_get_size(octets);
	struct file *file;

	if (pdf->files->len >= TRAITS_MAX_FILES ||
	    len > TRAITS_MAX_FILE_OCTETS - pdf->file_octets) {
		pdf->traits->exceeds_limit = TRUE;
		return;
	}
	pdf->file_octets += len;
	file = g_new0(struct file, 1);
	file->number = number;
	file->octets = is_decoded ? g_bytes_ref(octets) :
	    g_bytes_new(g_bytes_get_data(octets, NULL), len);
	g_ptr_array_add(pdf->files, file);
}

static void examine_object_stream(Pdf *pdf, GBytes *stream, gsize first);

static void
examine_stream(Pdf *pdf, guint number, Span raw)
{
	/* It may not have said all of its filters. */
	PdfObject object = *pdf->object, guess = object;
	gboolean *exceeds_limit = &pdf->traits->exceeds_limit;
	g_autoptr(GBytes) octets = NULL;

	if (!object.is_file && hides_objects(&guess, raw)) {
		object = guess;
		object.is_object_stream = TRUE;
	}
	if (!object.is_file && !object.is_object_stream)
		return;
	/* Also one that is encrypted. */
	if (object.is_file)
		traits_add(pdf->traits, TRAIT_PDF_FILE, "holds a file");
	pdf->decoder_octets += raw.len;
	if (!is_readable(&object) || pdf->decoder_octets >
	    (guint64)PDF_MAX_DECODED_RATIO * pdf->objects.octets.len) {
		*exceeds_limit = TRUE;
		return;
	}
	octets = decode_stream(&object, raw, PDF_MAX_STREAM_OCTETS,
	    exceeds_limit);
	if (octets == NULL)
		return;
	if (object.is_file)
		keep_file(pdf, number, octets, object.n_filters > 0);
	if (!object.is_object_stream)
		return;
	pdf->objects.stream_octets += g_bytes_get_size(octets);
	if (pdf->objects.stream_octets > PDF_MAX_OBJECT_STREAM_OCTETS)
		*exceeds_limit = TRUE;
	else
		examine_object_stream(pdf, octets, object.first);
}

/* --- objects -------------------------------------------------------------- */

/* FALSE: there are too many. */
static gboolean
add_name(Pdf *pdf, PdfFileName name)
{
	if (pdf->names->len >= PDF_MAX_FILE_NAMES) {
		pdf->traits->exceeds_limit = TRUE;
		return FALSE;
	}
	if (name.name != NULL)
		g_bytes_ref(name.name);
	g_array_append_val(pdf->names, name);
	return TRUE;
}

/* What an object has said. from: its own name, for files without one; NULL:
 * none. */
static void
end_object(Pdf *pdf, const PdfObject *object, const PdfFileName *from)
{
	for (guint i = 0; i < object->files->len; i++) {
		PdfFileName file = g_array_index(object->files, PdfFileName,
		    i);

		if (from != NULL && file.name == NULL &&
		    file.name_number == 0) {
			file.name = from->name;
			file.name_number = from->name_number;
		}
		add_name(pdf, file);
	}
	if (object->is_launch)
		traits_add(pdf->traits, TRAIT_PDF_LAUNCH,
		    "starts a program or opens a file");
	if (object->has_script)
		traits_add(pdf->traits, TRAIT_PDF_JAVASCRIPT, "JavaScript");
}

/* Behind the numbers that an object stream begins with. */
static gsize
behind_header(Span octets)
{
	g_autoptr(PdfLexer) header = pdf_lexer_new(octets);
	g_autoptr(PdfLexer) lexer = pdf_lexer_new(octets);

	while (pdf_lexer_next(header) == PDF_NUMBER)
		lexer->at = header->at;
	pdf_lexer_skip_blank(lexer);
	return lexer->at;
}

/* The next object that the header of the stream tells of: its number, and where
 * in the stream it is. FALSE: there are no more. */
static gboolean
next_member(PdfLexer *header, gsize first, guint *number, gsize *offset)
{
	gsize len = header->octets.len;

	while (pdf_lexer_next(header) == PDF_NUMBER) {
		*number = header->number;
		if (pdf_lexer_next(header) != PDF_NUMBER)
			return FALSE;
		if (first > len || header->number > len - first)
			continue;
		*offset = first + header->number;
		return TRUE;
	}
	return FALSE;
}

/* Its header says where each object is, counted from first; 0: from behind it. */
static void
examine_object_stream(Pdf *pdf, GBytes *stream, gsize first)
{
	Span octets = span_of_bytes(stream);
	g_autoptr(PdfLexer) header = pdf_lexer_new(octets);
	g_autoptr(PdfLexer) lexer = pdf_lexer_new(octets);
	g_autoptr(PdfObject) object = pdf_object_new();
	struct object_stream kept = { stream,
		first != 0 ? first : behind_header(octets) };
	guint number;

	examine_names(pdf->traits, octets);
	g_bytes_ref(stream);
	g_array_append_val(pdf->streams, kept);
	while (pdf_objects_have_room(&pdf->objects) &&
	    next_member(header, kept.first, &number, &lexer->at)) {
		pdf_object_begin(object);
		object->is_member = TRUE;
		pdf_object_read(object, &pdf->objects, lexer);
		end_object(pdf, object, NULL);
	}
}

/* A stream begins with the next line. Some viewers take what is on the same one
 * for a part of it, and some do not. */
static void
examine_streams(Pdf *pdf, guint number, gsize offset)
{
	Span file = pdf->objects.octets;
	gsize begin = octets_skip(file, offset, " \t"), line = begin;

	line += line < file.len && file.octets[line] == '\r' ? 1 : 0;
	line += line < file.len && file.octets[line] == '\n' ? 1 : 0;
	if (line > begin) {
		examine_stream(pdf, number, stream_at(pdf, line));
		return;
	}
	examine_stream(pdf, number, stream_at(pdf, offset));
	while (line < file.len && file.octets[line] != '\n' &&
	    file.octets[line] != '\r')
		line++;
	pdf->objects.read_octets += line - offset;
	examine_stream(pdf, number, stream_at(pdf, octets_skip(file, line,
	    "\r\n")));
}

static void
remember_length(Pdf *pdf, gsize offset)
{
	struct far_length length = { offset, pdf->object->length_number,
		pdf->stream_len };

	if (length.number != 0 && pdf->objects.lengths == NULL)
		g_array_append_val(pdf->far_lengths, length);
}

/* The object whose "obj" ends at the offset; of a file: as what a name is for. */
static void
examine_object(Pdf *pdf, PdfLexer *lexer, gsize offset,
    const PdfFileName *file)
{
	PdfObject *object = pdf->object;

	pdf_object_begin(object);
	if (file != NULL)
		pdf_object_expect_files(object);
	lexer->at = offset;
	while (pdf_object_read(object, &pdf->objects, lexer)) {
		object->is_file |= file != NULL;
		examine_streams(pdf, pdf_object_number(pdf->objects.octets,
		    offset), lexer->at);
		remember_length(pdf, offset);
		/* Else it was a word in its dictionary. */
		if (object->depth == 0)
			break;
	}
	end_object(pdf, object, file);
}

/*
 * All objects, each from its own beginning: what is wrong with one (a string
 * without an end, say) does not hide the next.
 */
static void
examine_objects(Pdf *pdf, PdfLexer *lexer)
{
	gsize offset = 0;

	while (pdf_objects_next(&pdf->objects, &offset) &&
	    pdf_objects_have_room(&pdf->objects))
		examine_object(pdf, lexer, offset, NULL);
}

/* --- values in object streams --------------------------------------------- */

typedef void (*TakeValue)(GHashTable *sought, guint number,
    const PdfLexer *value);

/* Shows the objects in object streams whose numbers are keys of sought. */
static void
find_members(Pdf *pdf, GHashTable *sought, TakeValue take)
{
	for (guint i = 0; i < pdf->streams->len; i++) {
		const struct object_stream *stream = &g_array_index(
		    pdf->streams, struct object_stream, i);
		Span octets = span_of_bytes(stream->octets);
		g_autoptr(PdfLexer) header = pdf_lexer_new(octets);
		g_autoptr(PdfLexer) value = pdf_lexer_new(octets);
		guint number;
		gsize offset;

		while (pdf_objects_have_room(&pdf->objects) &&
		    next_member(header, stream->first, &number, &offset)) {
			if (!g_hash_table_contains(sought,
			    GUINT_TO_POINTER(number)))
				continue;
			pdf_objects_value(&pdf->objects, value, offset);
			take(sought, number, value);
		}
	}
}

/* The greatest counts. */
static void
take_length(GHashTable *sought, guint number, const PdfLexer *value)
{
	gpointer key = GUINT_TO_POINTER(number);
	guint length = GPOINTER_TO_UINT(g_hash_table_lookup(sought, key));

	if (value->token == PDF_NUMBER && value->number > length)
		g_hash_table_insert(sought, key,
		    GUINT_TO_POINTER(value->number));
}

/* Streams that are longer than they seemed: with "endstream" in them. */
static void
examine_longer_streams(Pdf *pdf, PdfLexer *lexer)
{
	GHashTable *lengths = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < pdf->far_lengths->len; i++)
		g_hash_table_insert(lengths, GUINT_TO_POINTER(g_array_index(
		    pdf->far_lengths, struct far_length, i).number), NULL);
	find_members(pdf, lengths, take_length);
	pdf->objects.lengths = lengths;
	for (guint i = 0; i < pdf->far_lengths->len &&
	     pdf_objects_have_room(&pdf->objects); i++) {
		struct far_length far = g_array_index(pdf->far_lengths,
		    struct far_length, i);

		if (GPOINTER_TO_UINT(g_hash_table_lookup(lengths,
		    GUINT_TO_POINTER(far.number))) > far.len)
			examine_object(pdf, lexer, far.offset, NULL);
	}
}

/* --- files ---------------------------------------------------------------- */

/* A name in UTF-16 becomes UTF-8 (ISO 32000-1 7.9.2.2). Caller unrefs. */
static GBytes *
readable_name(GBytes *name)
{
	Span span = span_of_bytes(name);
	g_autofree char *utf8 = NULL;
	gsize len = 0;

	if (span.len < 2 || memcmp(span.octets, "\xfe\xff", 2) != 0)
		return g_bytes_ref(name);
	utf8 = g_convert((const char *)span.octets + 2, (gssize)span.len - 2,
	    "UTF-8", "UTF-16BE", NULL, &len, NULL);
	return utf8 != NULL ? g_bytes_new(utf8, len) : g_bytes_ref(name);
}

/* A file need not say that it is one: its name does. */
static void
find_files(Pdf *pdf, PdfLexer *lexer)
{
	g_autoptr(GHashTable) sought = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < pdf->files->len; i++) {
		const struct file *file = g_ptr_array_index(pdf->files, i);

		g_hash_table_add(sought, GUINT_TO_POINTER(file->number));
	}
	for (guint i = 0; i < pdf->names->len; i++) {
		PdfFileName name = g_array_index(pdf->names, PdfFileName, i);
		guint n = 0;
		gsize offset;

		if (!g_hash_table_add(sought, GUINT_TO_POINTER(name.number)))
			continue;
		while (pdf_objects_have_room(&pdf->objects) &&
		    (offset = pdf_objects_find(&pdf->objects, name.number,
		    &n)) != 0)
			examine_object(pdf, lexer, offset, &name);
	}
}

static void
take_string(GHashTable *sought, guint number, const PdfLexer *value)
{
	GPtrArray *strings = g_hash_table_lookup(sought,
	    GUINT_TO_POINTER(number));

	if (value->token == PDF_STRING)
		g_ptr_array_add(strings, g_bytes_new(value->text->str,
		    value->text->len));
}

/* For each number sought, the strings that are such an object, in the file or
 * in an object stream. */
static void
find_strings(Pdf *pdf, GHashTable *sought)
{
	PdfObjects *objects = &pdf->objects;
	g_autoptr(PdfLexer) value = pdf_lexer_new(objects->octets);
	GHashTableIter iterator;
	gpointer key;

	g_hash_table_iter_init(&iterator, sought);
	while (g_hash_table_iter_next(&iterator, &key, NULL)) {
		guint number = GPOINTER_TO_UINT(key), n = 0;
		gsize offset;

		while (pdf_objects_have_room(objects) && (offset =
		    pdf_objects_find(objects, number, &n)) != 0) {
			pdf_objects_value(objects, value, offset);
			take_string(sought, number, value);
		}
	}
	find_members(pdf, sought, take_string);
}

/* Names that are objects of their own. */
static void
find_names(Pdf *pdf)
{
	g_autoptr(GHashTable) sought = g_hash_table_new_full(NULL, NULL, NULL,
	    (GDestroyNotify)g_ptr_array_unref);
	guint n_names = pdf->names->len;

	for (guint i = 0; i < n_names; i++) {
		guint number = g_array_index(pdf->names, PdfFileName,
		    i).name_number;

		if (number != 0)
			g_hash_table_insert(sought, GUINT_TO_POINTER(number),
			    g_ptr_array_new_with_free_func(
			    (GDestroyNotify)g_bytes_unref));
	}
	if (g_hash_table_size(sought) == 0)
		return;
	find_strings(pdf, sought);
	for (guint i = 0; i < n_names; i++) {
		PdfFileName name = g_array_index(pdf->names, PdfFileName, i);
		const GPtrArray *strings = g_hash_table_lookup(sought,
		    GUINT_TO_POINTER(name.name_number));

		for (guint k = 0; strings != NULL && k < strings->len; k++)
			if (!add_name(pdf, (PdfFileName){ name.number,
			    g_ptr_array_index(strings, k), 0 }))
				return;
	}
}

/* Once under each of its names. */
static void
add_file(Pdf *pdf, const struct file *file)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_bytes_hash,
	    g_bytes_equal);

	for (guint i = 0; i < pdf->names->len; i++) {
		const PdfFileName *name = &g_array_index(pdf->names,
		    PdfFileName, i);
		g_autoptr(GBytes) readable = NULL;

		if (name->number != file->number || name->name == NULL ||
		    !g_hash_table_add(names, name->name))
			continue;
		readable = readable_name(name->name);
		traits_add_file(pdf->traits, span_of_bytes(readable),
		    g_bytes_ref(file->octets));
	}
	if (g_hash_table_size(names) == 0)
		traits_add_file(pdf->traits, (Span){ NULL, 0 },
		    g_bytes_ref(file->octets));
}

static void
file_free(gpointer data)
{
	struct file *file = data;

	g_bytes_unref(file->octets);
	g_free(file);
}

static void
object_stream_clear(gpointer data)
{
	g_bytes_unref(((struct object_stream *)data)->octets);
}

void
pdf_examine(Span octets, Traits *traits)
{
	Pdf pdf = { .traits = traits, .objects.octets = octets };
	g_autoptr(PdfObject) object = pdf_object_new();
	g_autoptr(PdfLexer) lexer = pdf_lexer_new(octets);
	g_autoptr(GBytes) whole = g_bytes_new_static(octets.octets,
	    octets.len);

	pdf.object = object;
	pdf.names = g_array_new(FALSE, FALSE, sizeof(PdfFileName));
	g_array_set_clear_func(pdf.names, pdf_file_name_clear);
	pdf.files = g_ptr_array_new_with_free_func(file_free);
	pdf.streams = g_array_new(FALSE, FALSE, sizeof(struct object_stream));
	g_array_set_clear_func(pdf.streams, object_stream_clear);
	pdf.far_lengths = g_array_new(FALSE, FALSE, sizeof(struct far_length));
	examine_names(traits, octets);
	examine_objects(&pdf, lexer);
	if (looks_like_objects(octets))
		examine_object_stream(&pdf, whole, 0);
	examine_longer_streams(&pdf, lexer);
	find_files(&pdf, lexer);
	find_names(&pdf);
	for (guint i = 0; i < pdf.files->len; i++)
		add_file(&pdf, g_ptr_array_index(pdf.files, i));
	traits->exceeds_limit |= pdf.objects.exceeds_limit;
	g_ptr_array_unref(pdf.files);
	g_array_unref(pdf.names);
	g_array_unref(pdf.streams);
	g_array_unref(pdf.far_lengths);
	pdf_objects_clear(&pdf.objects);
}
