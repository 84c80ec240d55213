/*
 * scanner/pdf_object.c - what one object of a PDF says (ISO 32000-1 7.3).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/octet_search.h"
#include "scanner/pdf_object.h"

/* --- where they are -------------------------------------------------------------- */

struct place {
	guint number;
	gsize offset;           /* behind "obj" */
};

void
pdf_objects_clear(PdfObjects *objects)
{
	g_clear_pointer(&objects->places, g_array_unref);
	g_clear_pointer(&objects->lengths, g_hash_table_unref);
}

/* Back over blanks and comments. */
static gsize
skip_back(Span octets, gsize offset)
{
	const guint8 *begin = octets.octets;
	gboolean is_behind_line = FALSE;

	while (offset > 0) {
		gsize line;

		while (offset > 0 && pdf_is_blank(begin[offset - 1])) {
			offset--;
			is_behind_line |= begin[offset] == '\n' ||
			    begin[offset] == '\r';
		}
		line = offset;
		if (!is_behind_line || offset == 0 ||
		    g_ascii_isdigit(begin[offset - 1]))
			break;
		while (line > 0 && begin[line - 1] != '%' &&
		    begin[line - 1] != '\n' && begin[line - 1] != '\r')
			line--;
		if (line == 0 || begin[line - 1] != '%')
			break;
		offset = line - 1;
	}
	return offset;
}

gboolean
pdf_objects_next(const PdfObjects *objects, gsize *offset)
{
	const guint8 *begin = objects->octets.octets, *at;

	while ((at = octets_find(octets_behind(objects->octets,
	    begin + *offset), "obj")) != NULL) {
		gsize number = skip_back(objects->octets,
		    (gsize)(at - begin));

		*offset = (gsize)(at - begin) + 3;
		if (number > 0 && g_ascii_isdigit(begin[number - 1]))
			return TRUE;
	}
	return FALSE;
}

guint
pdf_object_number(Span octets, gsize offset)
{
	guint64 numbers[2] = { 0, 0 };

	offset -= 3;
	for (guint i = 0; i < 2; i++) {
		guint64 factor = 1;

		offset = skip_back(octets, offset);
		for (guint n = 0; n < 9 && offset > 0 &&
		     g_ascii_isdigit(octets.octets[offset - 1]); n++) {
			numbers[i] += factor *
			    (guint64)g_ascii_digit_value((char)
			        octets.octets[--offset]);
			factor *= 10;
		}
	}
	return (guint)numbers[1];
}

static gint
compare_places(gconstpointer a, gconstpointer b)
{
	const struct place *one = a, *other = b;

	if (one->number != other->number)
		return one->number < other->number ? -1 : 1;
	return one->offset < other->offset ? -1 : 1;
}

static void
look_up(PdfObjects *objects)
{
	struct place place = { 0, 0 };

	objects->places = g_array_new(FALSE, FALSE, sizeof(place));
	while (pdf_objects_next(objects, &place.offset)) {
		place.number = pdf_object_number(objects->octets,
		    place.offset);
		g_array_append_val(objects->places, place);
	}
	g_array_sort(objects->places, compare_places);
}

gsize
pdf_objects_find(PdfObjects *objects, guint number, guint *i)
{
	const struct place *places;
	guint low = 0, high;

	if (objects->places == NULL)
		look_up(objects);
	places = (const struct place *)objects->places->data;
	high = objects->places->len;
	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (places[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	low += (*i)++;
	return low < objects->places->len && places[low].number == number ?
	    places[low].offset : 0;
}

gboolean
pdf_objects_have_room(PdfObjects *objects)
{
	objects->exceeds_limit |= objects->read_octets > PDF_MAX_READ_RATIO *
	    (objects->octets.len + objects->stream_octets + PDF_SMALL_OCTETS);
	return !objects->exceeds_limit;
}

/* However little there is to read: to begin takes as long. */
static void
count_read(PdfObjects *objects, gsize octets)
{
	objects->read_octets += MAX(octets, PDF_MIN_READ_OCTETS);
}

void
pdf_objects_value(PdfObjects *objects, PdfLexer *lexer, gsize offset)
{
	lexer->at = offset;
	pdf_lexer_next(lexer);
	count_read(objects, lexer->at - offset);
}

/* --- what it says ---------------------------------------------------------------- */

enum key {
	KEY_OTHER, KEY_FILTER, KEY_PARMS, KEY_LENGTH, KEY_FIRST, KEY_EF, KEY_F,
	KEY_UF, KEY_JS, KEY_PREDICTOR, KEY_COLORS, KEY_BITS, KEY_COLUMNS,
	KEY_EARLY_CHANGE,
};

/* A dictionary; the outermost is none. */
struct frame {
	enum key key;           /* the last one */
	gboolean has_value;     /* and its value has been */
	guint n_arrays;         /* the value goes on in so many */
	guint n_parms;          /* elements of /DecodeParms so far */
	guint numbers[2];       /* the last ones */
	guint n_numbers;        /* since the key */
	enum key opened_by;     /* the key that this is the value of */
	guint first_file;       /* of object->files, since it opened */
	GBytes *name;           /* the string of its /F or /UF */
	guint name_number;      /* or of the object that it is; 0: none */
	gboolean has_uf;
};

static enum key
key_named(const char *name)
{
	static const struct {
		const char *name;
		enum key key;
	} keys[] = {
		{ "Filter", KEY_FILTER }, { "DecodeParms", KEY_PARMS },
		{ "DP", KEY_PARMS }, { "Length", KEY_LENGTH },
		{ "First", KEY_FIRST }, { "EF", KEY_EF }, { "F", KEY_F },
		{ "UF", KEY_UF }, { "JS", KEY_JS },
		{ "Predictor", KEY_PREDICTOR }, { "Colors", KEY_COLORS },
		{ "BitsPerComponent", KEY_BITS }, { "Columns", KEY_COLUMNS },
		{ "EarlyChange", KEY_EARLY_CHANGE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		if (strcmp(name, keys[i].name) == 0)
			return keys[i].key;
	return KEY_OTHER;
}

void
pdf_file_name_clear(gpointer data)
{
	g_clear_pointer(&((PdfFileName *)data)->name, g_bytes_unref);
}

static Frame *
top_of(const PdfObject *object)
{
	return object->frames + object->depth;
}

PdfObject *
pdf_object_new(void)
{
	PdfObject *object = g_new0(PdfObject, 1);

	object->files = g_array_new(FALSE, FALSE, sizeof(PdfFileName));
	g_array_set_clear_func(object->files, pdf_file_name_clear);
	object->frames = g_new(Frame, PDF_MAX_DEPTH + 1);
	*object->frames = (Frame){ .has_value = TRUE };
	pdf_object_begin(object);
	return object;
}

static void
close_dictionary(PdfObject *object)
{
	Frame *top = top_of(object);

	for (guint i = top->first_file; i < object->files->len; i++) {
		PdfFileName *file = &g_array_index(object->files, PdfFileName,
		    i);

		if (file->name != NULL || file->name_number != 0)
			continue;
		file->name = top->name != NULL ? g_bytes_ref(top->name) : NULL;
		file->name_number = top->name_number;
	}
	g_clear_pointer(&top->name, g_bytes_unref);
	object->depth -= object->depth > 0 ? 1 : 0;
}

void
pdf_object_begin(PdfObject *object)
{
	PdfObject cleared = { .files = object->files,
		.frames = object->frames };

	while (object->depth > 0)
		close_dictionary(object);
	g_array_set_size(object->files, 0);
	*object = cleared;
	*object->frames = (Frame){ .has_value = TRUE };
	for (guint i = 0; i < PDF_MAX_FILTERS; i++)
		object->parms[i] = (PdfFilterParms)PDF_FILTER_PARMS;
}

void
pdf_object_free(PdfObject *object)
{
	if (object == NULL)
		return;
	pdf_object_begin(object);
	g_array_unref(object->files);
	g_free(object->frames);
	g_free(object);
}

static void
open_dictionary(PdfObject *object)
{
	Frame *parent = top_of(object);

	if (object->depth == PDF_MAX_DEPTH) {
		object->is_too_deep = TRUE;
		return;
	}
	parent[1] = (Frame){ .has_value = TRUE,
		.opened_by = parent->has_value ? KEY_OTHER : parent->key,
		.n_parms = parent->n_parms,
		.first_file = object->files->len };
	if (parent->key == KEY_PARMS)
		parent->n_parms++;
	parent->has_value |= parent->n_arrays == 0;
	object->depth++;
}

/* Two of a kind in one dictionary: viewers differ. */
static void
take_key(PdfObject *object, enum key key)
{
	Frame *top = top_of(object);

	if (object->depth == 1 && ((key == KEY_FILTER &&
	    object->n_filters > 0) || (key == KEY_PARMS && top->n_parms > 0)))
		object->is_unclear = TRUE;
	top->key = key;
	top->has_value = FALSE;
	top->n_numbers = 0;
}

/* Some viewers read /F as short for /Filter, where that is not. */
static void
take_filter(PdfObject *object, const char *name)
{
	Frame *top = top_of(object);

	if (object->depth != 1 || (top->key != KEY_FILTER &&
	    (top->key != KEY_F || object->has_filter)))
		return;
	object->has_filter |= top->key == KEY_FILTER;
	if (object->n_filters < PDF_MAX_FILTERS)
		object->filters[object->n_filters++] = pdf_filter_named(name);
	else
		object->is_unclear = TRUE;
}

static void
take_name(PdfObject *object, const char *name)
{
	Frame *top = top_of(object);

	/* Which key they belong to makes no difference. */
	object->is_file |= strcmp(name, "EmbeddedFile") == 0;
	object->is_object_stream |= strcmp(name, "ObjStm") == 0;
	if (object->depth == 0)
		object->is_launch |= !object->has_begun &&
		    strcmp(name, "Launch") == 0;
	else if (top->has_value && top->n_arrays == 0)
		take_key(object, key_named(name));
	else
		take_filter(object, name);
}

/* The value of the last key; name NULL: it is an object of its own. */
static void
take_file_name(Frame *top, const GString *name)
{
	/* /UF is the better one. */
	if (top->opened_by == KEY_EF || (top->key != KEY_UF &&
	    (top->key != KEY_F || top->has_uf)))
		return;
	top->has_uf |= top->key == KEY_UF;
	g_clear_pointer(&top->name, g_bytes_unref);
	if (name != NULL)
		top->name = g_bytes_new(name->str, name->len);
	top->name_number = name != NULL ? 0 : top->numbers[0];
}

static void
take_parameter(PdfFilterParms *parms, enum key key, guint number)
{
	switch (key) {
	case KEY_PREDICTOR: parms->predictor = number; break;
	case KEY_COLORS: parms->colors = number; break;
	case KEY_BITS: parms->bits = number; break;
	case KEY_COLUMNS: parms->columns = number; break;
	case KEY_EARLY_CHANGE: parms->early_change = number; break;
	default: break;
	}
}

static void
take_number(PdfObject *object, guint number)
{
	Frame *top = top_of(object);

	top->numbers[0] = top->numbers[1];
	top->numbers[1] = number;
	top->n_numbers++;
	if (top->has_value || top->n_arrays > 0)
		return;
	if (object->depth == 1 && top->key == KEY_LENGTH) {
		object->length_before = object->length;
		object->length = MAX(object->length, number);
	}
	if (object->depth == 1 && top->key == KEY_FIRST)
		object->first = number;
	if (top->opened_by == KEY_PARMS && top->n_parms < PDF_MAX_FILTERS)
		take_parameter(&object->parms[top->n_parms], top->key, number);
}

static void take_token(PdfObject *object, PdfObjects *objects,
    const PdfLexer *lexer);

/* The value that is an object of its own, as if it stood here. */
static void
take_object(PdfObject *object, PdfObjects *objects, gsize offset)
{
	g_autoptr(PdfLexer) lexer = pdf_lexer_new(objects->octets);
	guint depth = object->depth, n_arrays = top_of(object)->n_arrays;

	lexer->at = offset;
	top_of(object)->has_value = FALSE;
	do {
		if (pdf_lexer_next(lexer) == PDF_END || object->is_too_deep ||
		    pdf_lexer_is(lexer, PDF_WORD, "endobj"))
			break;
		take_token(object, NULL, lexer);
	} while (object->depth > depth ||
	    (object->depth == depth && top_of(object)->n_arrays > n_arrays));
	count_read(objects, lexer->at - offset);
	while (object->depth > depth)
		close_dictionary(object);
	top_of(object)->n_arrays = n_arrays;
	top_of(object)->has_value = n_arrays == 0;
}

/* A length that may be in an object stream. */
static void
take_length(PdfObject *object, const PdfObjects *objects, guint number)
{
	/* The first number behind the key was none. */
	if (top_of(object)->n_numbers == 2)
		object->length = object->length_before;
	object->length_number = number;
	if (objects != NULL && objects->lengths != NULL)
		object->length = MAX(object->length, GPOINTER_TO_UINT(
		    g_hash_table_lookup(objects->lengths,
		    GUINT_TO_POINTER(number))));
}

/* Of lengths the greatest counts; else, where an object is defined twice, nobody
 * can tell which one is meant. */
static void
take_reference(PdfObject *object, PdfObjects *objects)
{
	Frame *top = top_of(object);
	guint number = top->numbers[0], n_filters = object->n_filters, n = 0;
	gboolean is_length = object->depth == 1 && top->key == KEY_LENGTH &&
	    top->n_arrays == 0;
	gboolean is_coding = object->depth == 1 && (top->key == KEY_FILTER ||
	    top->key == KEY_PARMS);
	PdfFileName file = { number, NULL, 0 };
	gsize offset;

	is_coding |= top->opened_by == KEY_PARMS && top->key >= KEY_PREDICTOR;
	if (top->opened_by == KEY_EF || top->key == KEY_EF)
		g_array_append_val(object->files, file);
	take_file_name(top, NULL);
	if (is_length)
		take_length(object, objects, number);
	while ((is_coding || is_length) && objects != NULL &&
	    pdf_objects_have_room(objects) &&
	    (offset = pdf_objects_find(objects, number, &n)) != 0)
		take_object(object, objects, offset);
	if (is_coding && (n != 2 || (top->key == KEY_FILTER &&
	    object->n_filters == n_filters)))
		object->is_unclear = TRUE;
}

static void
take_word(PdfObject *object, PdfObjects *objects, const char *word)
{
	Frame *top = top_of(object);

	if (strcmp(word, "R") == 0)
		take_reference(object, objects);
	else if (strcmp(word, "null") == 0 && top->key == KEY_PARMS)
		top->n_parms++;
}

static void
take_token(PdfObject *object, PdfObjects *objects, const PdfLexer *lexer)
{
	Frame *top = top_of(object);
	gboolean is_key = lexer->token == PDF_NAME && object->depth > 0 &&
	    top->has_value && top->n_arrays == 0;

	object->has_script |= top->key == KEY_JS && !top->has_value &&
	    (lexer->token == PDF_STRING || lexer->token == PDF_NUMBER);
	switch (lexer->token) {
	case PDF_NAME:
		take_name(object, lexer->text->str);
		break;
	case PDF_STRING:
		if (!top->has_value && lexer->text->len > 0)
			take_file_name(top, lexer->text);
		break;
	case PDF_NUMBER:
		take_number(object, lexer->number);
		break;
	case PDF_WORD:
		take_word(object, objects, lexer->text->str);
		break;
	case PDF_ARRAY:
		top->n_arrays++;
		break;
	case PDF_ARRAY_END:
		top->n_arrays -= top->n_arrays > 0 ? 1 : 0;
		break;
	case PDF_DICTIONARY:
		open_dictionary(object);
		return;
	case PDF_DICTIONARY_END:
		close_dictionary(object);
		return;
	case PDF_OTHER:
	case PDF_END:
		return;
	}
	top->has_value |= !is_key && top->n_arrays == 0;
}

void
pdf_object_expect_files(PdfObject *object)
{
	object->frames->key = KEY_EF;
	object->frames->has_value = FALSE;
}

/* What no object goes on behind. */
static gboolean
is_end(const PdfObject *object, const PdfLexer *lexer)
{
	return object->is_too_deep || (object->depth == 0 &&
	    (pdf_lexer_is(lexer, PDF_WORD, "endobj") ||
	    pdf_lexer_is(lexer, PDF_WORD, "obj")));
}

gboolean
pdf_object_read(PdfObject *object, PdfObjects *objects, PdfLexer *lexer)
{
	gsize begin = lexer->at;
	gboolean is_stream = FALSE, is_over = FALSE;

	while (!is_stream && !is_over && pdf_lexer_next(lexer) != PDF_END) {
		is_stream = pdf_lexer_is(lexer, PDF_WORD, "stream");
		take_token(object, objects, lexer);
		object->has_begun = TRUE;
		/* Behind a member is another, without a word between. */
		is_over = is_end(object, lexer) || (object->is_member &&
		    object->depth == 0 && object->frames->n_arrays == 0);
	}
	count_read(objects, lexer->at - begin);
	objects->exceeds_limit |= object->is_too_deep;
	return is_stream;
}
