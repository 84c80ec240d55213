/*
 * scanner/pdf.c - what a PDF can do (ISO 32000-1), read without its cross-references.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/inflate.h"
#include "scanner/octet_search.h"
#include "scanner/pdf.h"

#define MAX_NAME_OCTETS 64
#define MAX_STRING_OCTETS 1024
/* Names of files that wait for their content. */
#define MAX_FILE_NAMES 1024u

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,             /* text: without the slash, decoded */
	TOKEN_STRING,           /* text: decoded */
	TOKEN_NUMBER,
	TOKEN_WORD,             /* obj, stream, R, ... */
	TOKEN_OPEN,             /* << */
	TOKEN_CLOSE,            /* >> */
	TOKEN_OTHER,
};

/* Filters that the stream of an object goes through, in their order. */
enum filter { FILTER_FLATE, FILTER_ASCII85, FILTER_HEX, FILTER_OTHER };

#define MAX_FILTERS 4

/* What an indirect object has said so far. */
struct object {
	guint number;
	gboolean is_object_stream;
	gboolean is_file;       /* /Type /EmbeddedFile */
	gboolean has_file;      /* /EF */
	GArray *references;     /* behind /EF: of guint, object numbers */
	enum filter filters[MAX_FILTERS];
	guint n_filters;
	gchar *file_name;       /* the string of its /F or /UF */
	gsize file_name_len;
};

typedef struct {
	Span octets;
	gsize at;
	enum token_kind kind;
	char text[MAX_STRING_OCTETS];
	gsize len;              /* of text, cut to it */
	guint number;
} Lexer;

typedef struct {
	Traits *traits;
	Span octets;            /* the file */
	const guint8 *end_stream;       /* the next "endstream"; NULL: none */
	gboolean has_end_stream;        /* end_stream is set */
	GHashTable *file_names; /* object number -> GBytes: what /EF calls it */
	GPtrArray *files;       /* of struct file * */
	gsize file_octets;      /* of them all */
	gsize decoder_octets;   /* that went into decoders */
	gsize object_stream_octets;     /* that came out */
} Pdf;

/* The content of an embedded file, until its name is known. */
struct file {
	guint number;
	GBytes *octets;
};

/* --- tokens (ISO 32000-1 7.2 and 7.3) ------------------------------------------- */

static gboolean
is_pdf_space(guint8 c)
{
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' ||
	    c == ' ';
}

static gboolean
is_delimiter(guint8 c)
{
	return c != 0 && strchr("()<>[]{}/%", c) != NULL;
}

static int
peek(const Lexer *lexer)
{
	return lexer->at < lexer->octets.len ?
	    lexer->octets.octets[lexer->at] : -1;
}

static void
append_text(Lexer *lexer, int c)
{
	if (lexer->len < sizeof(lexer->text) - 1)
		lexer->text[lexer->len++] = (char)c;
}

static void
skip_space(Lexer *lexer)
{
	int c;

	while ((c = peek(lexer)) >= 0) {
		if (c == '%')
			while (c >= 0 && c != '\n' && c != '\r') {
				lexer->at++;
				c = peek(lexer);
			}
		else if (is_pdf_space((guint8)c))
			lexer->at++;
		else
			return;
	}
}

static void
take_name(Lexer *lexer)
{
	int c;

	lexer->at++;
	while ((c = peek(lexer)) >= 0 && !is_pdf_space((guint8)c) &&
	    !is_delimiter((guint8)c)) {
		lexer->at++;
		if (c == '#' && lexer->octets.len - lexer->at >= 2 &&
		    g_ascii_isxdigit(lexer->octets.octets[lexer->at]) &&
		    g_ascii_isxdigit(lexer->octets.octets[lexer->at + 1])) {
			c = g_ascii_xdigit_value((char)
			    lexer->octets.octets[lexer->at]) << 4 |
			    g_ascii_xdigit_value((char)
			    lexer->octets.octets[lexer->at + 1]);
			lexer->at += 2;
		}
		append_text(lexer, c);
	}
	lexer->kind = TOKEN_NAME;
}

static int
take_escape(Lexer *lexer)
{
	int c = peek(lexer), value = 0;

	for (guint i = 0; i < 3 && c >= '0' && c <= '7'; i++) {
		value = value << 3 | (c - '0');
		lexer->at++;
		c = peek(lexer);
		if (i == 2 || c < '0' || c > '7')
			return value & 0xff;
	}
	lexer->at++;
	return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

static void
take_string(Lexer *lexer)
{
	guint depth = 1;
	int c;

	lexer->at++;
	while (depth > 0 && (c = peek(lexer)) >= 0) {
		lexer->at++;
		if (c == '\\') {
			append_text(lexer, take_escape(lexer));
			continue;
		}
		depth += c == '(' ? 1 : 0;
		depth -= c == ')' ? 1 : 0;
		if (depth > 0)
			append_text(lexer, c);
	}
	lexer->kind = TOKEN_STRING;
}

static void
take_hex_string(Lexer *lexer)
{
	int c, high = -1;

	lexer->at++;
	while ((c = peek(lexer)) >= 0 && c != '>') {
		int digit = g_ascii_xdigit_value((char)c);

		lexer->at++;
		if (digit < 0)
			continue;
		if (high < 0) {
			high = digit;
			continue;
		}
		append_text(lexer, high << 4 | digit);
		high = -1;
	}
	lexer->at++;
	if (high >= 0)
		append_text(lexer, high << 4);
	lexer->kind = TOKEN_STRING;
}

static void
take_word(Lexer *lexer)
{
	int c;

	while ((c = peek(lexer)) >= 0 && !is_pdf_space((guint8)c) &&
	    !is_delimiter((guint8)c)) {
		lexer->at++;
		append_text(lexer, c);
	}
	lexer->text[lexer->len] = '\0';
	lexer->kind = g_ascii_isdigit(*lexer->text) ? TOKEN_NUMBER : TOKEN_WORD;
	if (lexer->kind == TOKEN_NUMBER)
		lexer->number = (guint)g_ascii_strtoull(lexer->text, NULL, 10);
}

static enum token_kind
next_token(Lexer *lexer)
{
	gboolean is_double;
	int c;

	skip_space(lexer);
	lexer->len = 0;
	c = peek(lexer);
	is_double = lexer->at + 1 < lexer->octets.len &&
	    lexer->octets.octets[lexer->at + 1] == c;
	if (c < 0) {
		lexer->kind = TOKEN_END;
	} else if (c == '/') {
		take_name(lexer);
	} else if (c == '(') {
		take_string(lexer);
	} else if (c == '<' && !is_double) {
		take_hex_string(lexer);
	} else if ((c == '<' || c == '>') && is_double) {
		lexer->at += 2;
		lexer->kind = c == '<' ? TOKEN_OPEN : TOKEN_CLOSE;
	} else if (is_delimiter((guint8)c)) {
		lexer->at++;
		lexer->kind = TOKEN_OTHER;
	} else {
		take_word(lexer);
	}
	lexer->text[lexer->len] = '\0';
	return lexer->kind;
}

static gboolean
is_text(const Lexer *lexer, enum token_kind kind, const char *text)
{
	return lexer->kind == kind && strcmp(lexer->text, text) == 0;
}

/* --- streams ------------------------------------------------------------------------ */

/* The octets behind the word "stream", where the lexer is, and before the next
 * "endstream", or to the end of the file. */
static Span
stream_at(Pdf *pdf, const Lexer *lexer)
{
	Span rest = octets_behind(pdf->octets,
	    lexer->octets.octets + lexer->at);

	/* Looked for once, however many streams have none. */
	if (!pdf->has_end_stream || (pdf->end_stream != NULL &&
	    pdf->end_stream < rest.octets))
		pdf->end_stream = octets_find(rest, "endstream");
	pdf->has_end_stream = TRUE;
	if (pdf->end_stream != NULL)
		rest.len = (gsize)(pdf->end_stream - rest.octets);
	if (rest.len > 0 && *rest.octets == '\r')
		rest.octets++, rest.len--;
	if (rest.len > 0 && *rest.octets == '\n')
		rest.octets++, rest.len--;
	return rest;
}

static GBytes *
decode_hex(Span octets)
{
	GByteArray *decoded = g_byte_array_new();
	int high = -1;

	for (gsize i = 0; i < octets.len && octets.octets[i] != '>'; i++) {
		int digit = g_ascii_xdigit_value((char)octets.octets[i]);
		guint8 octet;

		if (digit < 0)
			continue;
		if (high < 0) {
			high = digit;
			continue;
		}
		octet = (guint8)(high << 4 | digit);
		high = -1;
		g_byte_array_append(decoded, &octet, 1);
	}
	return g_byte_array_free_to_bytes(decoded);
}

static GBytes *
decode_ascii85(Span octets)
{
	GByteArray *decoded = g_byte_array_new();
	guint32 value = 0;
	guint n = 0;

	for (gsize i = 0; i <= octets.len; i++) {
		guint8 c = i < octets.len ? octets.octets[i] : '~';
		guint8 word[4];

		if (c == 'z' && n == 0) {
			g_byte_array_append(decoded,
			    (const guint8 *)"\0\0\0\0", 4);
			continue;
		}
		if (c != '~' && (c < '!' || c > 'u'))
			continue;
		if (c != '~') {
			value = value * 85 + (c - '!');
			if (++n < 5)
				continue;
		} else if (n < 2) {
			break;
		}
		/* The last group may be short: it is filled up with 'u'. */
		for (guint k = n; k < 5; k++)
			value = value * 85 + 84;
		for (guint k = 0; k < 4; k++)
			word[k] = (guint8)(value >> (24 - 8 * k));
		g_byte_array_append(decoded, word, n - 1);
		if (c == '~')
			break;
		value = 0;
		n = 0;
	}
	return g_byte_array_free_to_bytes(decoded);
}

static GBytes *
decode_filter(Span octets, enum filter filter)
{
	switch (filter) {
	case FILTER_FLATE:
		return inflate_zlib(octets, PDF_MAX_STREAM_OCTETS);
	case FILTER_ASCII85:
		return decode_ascii85(octets);
	case FILTER_HEX:
		return decode_hex(octets);
	case FILTER_OTHER:
		break;
	}
	return NULL;
}

/* NULL: it cannot be decoded. Caller unrefs. */
static GBytes *
decode_stream(const struct object *object, Span raw)
{
	g_autoptr(GBytes) octets = g_bytes_new_static(raw.octets, raw.len);

	for (guint i = 0; i < object->n_filters; i++) {
		Span span;
		GBytes *decoded;

		span.octets = g_bytes_get_data(octets, &span.len);
		decoded = decode_filter(span, object->filters[i]);
		if (decoded == NULL)
			return NULL;
		g_bytes_unref(octets);
		octets = decoded;
	}
	return g_steal_pointer(&octets);
}

/*
 * Whether decoded octets look like an object stream: the numbers and offsets of
 * its objects come first. The dictionary may be written so that only viewers
 * find it.
 */
static gboolean
looks_like_objects(Span octets)
{
	guint numbers = 0;

	for (gsize i = 0; i < octets.len && numbers < 2;) {
		if (is_pdf_space(octets.octets[i])) {
			i++;
			continue;
		}
		if (!g_ascii_isdigit(octets.octets[i]))
			return FALSE;
		while (i < octets.len && g_ascii_isdigit(octets.octets[i]))
			i++;
		numbers++;
	}
	return numbers == 2;
}

static Span
span_of(GBytes *bytes)
{
	Span span;

	span.octets = g_bytes_get_data(bytes, &span.len);
	return span;
}

/* --- names of what it can do ------------------------------------------------- */

/*
 * Names count wherever they are, in a string, a comment or a stream too: what
 * looks like one of those to a reader that goes through the file is an object
 * to one that follows the cross-references. Short JS must have a value.
 */
static void
examine_names(Pdf *pdf, Span octets)
{
	g_autofree Lexer *lexer = g_new0(Lexer, 1);
	const guint8 *slash;

	lexer->octets = octets;
	while (lexer->at < octets.len) {
		slash = memchr(octets.octets + lexer->at, '/',
		    octets.len - lexer->at);
		if (slash == NULL)
			return;
		lexer->at = (gsize)(slash - octets.octets);
		lexer->len = 0;
		take_name(lexer);
		lexer->text[lexer->len] = '\0';
		if (is_text(lexer, TOKEN_NAME, "JavaScript"))
			traits_add(pdf->traits, TRAIT_PDF_JAVASCRIPT,
			    "JavaScript");
		if (is_text(lexer, TOKEN_NAME, "Launch"))
			traits_add(pdf->traits, TRAIT_PDF_LAUNCH,
			    "starts a program or opens a file");
		if (is_text(lexer, TOKEN_NAME, "JS")) {
			skip_space(lexer);
			if (peek(lexer) == '(' || peek(lexer) == '<' ||
			    g_ascii_isdigit(peek(lexer)))
				traits_add(pdf->traits, TRAIT_PDF_JAVASCRIPT,
				    "JavaScript");
		}
	}
}

/* --- objects -------------------------------------------------------------------------- */

static void
add_filter(struct object *object, const char *name)
{
	static const struct {
		const char *name;
		enum filter filter;
	} filters[] = {
		{ "FlateDecode", FILTER_FLATE }, { "Fl", FILTER_FLATE },
		{ "ASCII85Decode", FILTER_ASCII85 }, { "A85", FILTER_ASCII85 },
		{ "ASCIIHexDecode", FILTER_HEX }, { "AHx", FILTER_HEX },
		{ "LZWDecode", FILTER_OTHER },
		{ "RunLengthDecode", FILTER_OTHER },
		{ "DCTDecode", FILTER_OTHER }, { "Crypt", FILTER_OTHER },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(filters); i++)
		if (strcmp(name, filters[i].name) == 0 &&
		    object->n_filters < MAX_FILTERS)
			object->filters[object->n_filters++] =
			    filters[i].filter;
}

/* A name may be a key or a value: of those that matter here it makes no
 * difference. */
static void
examine_name(struct object *object, const char *name)
{
	if (strcmp(name, "EmbeddedFile") == 0)
		object->is_file = TRUE;
	else if (strcmp(name, "EF") == 0)
		object->has_file = TRUE;
	else if (strcmp(name, "ObjStm") == 0)
		object->is_object_stream = TRUE;
	else
		add_filter(object, name);
}

/* The string of /F, or of /UF, which is the better one. */
static void
examine_string(struct object *object, const Lexer *lexer, const char *before)
{
	if (strcmp(before, "UF") != 0 &&
	    (strcmp(before, "F") != 0 || object->file_name != NULL))
		return;
	g_free(object->file_name);
	object->file_name = g_memdup2(lexer->text, lexer->len);
	object->file_name_len = lexer->len;
}

static void
keep_file(Pdf *pdf, guint number, GBytes *octets)
{
	gsize len = g_bytes_get_size(octets);
	struct file *file;

	traits_add(pdf->traits, TRAIT_PDF_FILE, "holds a file");
	if (pdf->files->len >= TRAITS_MAX_FILES ||
	    len > TRAITS_MAX_FILE_OCTETS - pdf->file_octets) {
		pdf->traits->exceeds_limit = TRUE;
		return;
	}
	pdf->file_octets += len;
	file = g_new0(struct file, 1);
	file->number = number;
	file->octets = g_bytes_new(g_bytes_get_data(octets, NULL), len);
	g_ptr_array_add(pdf->files, file);
}

static void examine_objects(Pdf *pdf, Span octets, gboolean is_file);

static void
examine_stream(Pdf *pdf, const struct object *object, Span raw)
{
	g_autoptr(GBytes) octets = NULL;
	gboolean is_known = object->is_object_stream || object->is_file;

	/* A file whose streams overlap was made to keep decoders busy. */
	pdf->decoder_octets += is_known ? raw.len : 0;
	if (pdf->decoder_octets / 2 > pdf->octets.len) {
		pdf->traits->exceeds_limit = TRUE;
		return;
	}
	if (is_known)
		octets = decode_stream(object, raw);
	else
		octets = inflate_zlib(raw, MAX_NAME_OCTETS);
	if (octets != NULL && !is_known &&
	    looks_like_objects(span_of(octets))) {
		g_bytes_unref(octets);
		octets = inflate_zlib(raw, PDF_MAX_STREAM_OCTETS);
	} else if (octets == NULL || !is_known) {
		return;
	}
	if (object->is_file) {
		keep_file(pdf, object->number, octets);
		return;
	}
	pdf->object_stream_octets += g_bytes_get_size(octets);
	if (pdf->object_stream_octets > PDF_MAX_OBJECT_STREAM_OCTETS)
		pdf->traits->exceeds_limit = TRUE;
	else
		examine_objects(pdf, span_of(octets), FALSE);
}

/* "/EF << /F 12 0 R >>": object 12 is called what this object has said. */
static void
end_object(Pdf *pdf, struct object *object)
{
	for (guint i = 0; object->references != NULL &&
	     object->file_name != NULL && i < object->references->len; i++) {
		guint number = g_array_index(object->references, guint, i);

		if (g_hash_table_size(pdf->file_names) < MAX_FILE_NAMES)
			g_hash_table_replace(pdf->file_names,
			    GUINT_TO_POINTER(number),
			    g_bytes_new(object->file_name,
			        object->file_name_len));
	}
	g_clear_pointer(&object->references, g_array_unref);
	g_free(object->file_name);
	*object = (struct object){ 0 };
}

static void
add_reference(struct object *object, guint number)
{
	if (object->references == NULL)
		object->references = g_array_new(FALSE, FALSE, sizeof(guint));
	if (object->references->len < MAX_FILE_NAMES)
		g_array_append_val(object->references, number);
}

/*
 * The tokens of one object, to its stream or to the end of the piece. In an
 * object stream, objects follow each other without a word between: each
 * dictionary is taken for one.
 */
static void
examine_object(Pdf *pdf, Span piece, guint number, gboolean is_file)
{
	g_autofree Lexer *lexer = g_new0(Lexer, 1);
	struct object object = { .number = number };
	char before[MAX_NAME_OCTETS] = "";
	guint numbers[2] = { 0, 0 }, depth = 0;

	lexer->octets = piece;
	while (next_token(lexer) != TOKEN_END) {
		if (lexer->kind == TOKEN_NAME) {
			examine_name(&object, lexer->text);
			g_strlcpy(before, lexer->text, sizeof(before));
		} else if (lexer->kind == TOKEN_STRING) {
			examine_string(&object, lexer, before);
		} else if (lexer->kind == TOKEN_NUMBER) {
			numbers[0] = numbers[1];
			numbers[1] = lexer->number;
		} else if (lexer->kind == TOKEN_OPEN) {
			depth++;
		} else if (lexer->kind == TOKEN_CLOSE && depth > 0) {
			if (--depth == 0 && !is_file)
				end_object(pdf, &object);
		} else if (is_text(lexer, TOKEN_WORD, "R")) {
			if (object.has_file)
				add_reference(&object, numbers[0]);
		} else if (is_file && is_text(lexer, TOKEN_WORD, "stream")) {
			examine_stream(pdf, &object, stream_at(pdf, lexer));
			break;
		}
	}
	end_object(pdf, &object);
}

/* The number before "0 obj", which ends at the offset. */
static guint
number_before(Span octets, gsize offset)
{
	guint64 numbers[2] = { 0, 0 };

	for (guint i = 0; i < 2; i++) {
		guint64 factor = 1;

		while (offset > 0 && is_pdf_space(octets.octets[offset - 1]))
			offset--;
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

/*
 * All objects, each on its own: what is wrong with one (a string without an
 * end, say) does not hide the next.
 */
static void
examine_objects(Pdf *pdf, Span octets, gboolean is_file)
{
	const guint8 *at = is_file ? octets_find(octets, "obj") :
	    octets.octets;

	examine_names(pdf, octets);
	while (at != NULL) {
		Span rest = octets_behind(octets, is_file ? at + 3 : at);
		const guint8 *next = is_file ? octets_find(rest, "obj") : NULL;
		Span piece = { rest.octets, next != NULL ?
			(gsize)(next - rest.octets) : rest.len };

		examine_object(pdf, piece, number_before(octets,
		    (gsize)(at - octets.octets)), is_file);
		at = next;
	}
}

/* --- the file ---------------------------------------------------------------------------- */

static void
file_free(gpointer data)
{
	struct file *file = data;

	g_bytes_unref(file->octets);
	g_free(file);
}

/* A name in UTF-16 becomes UTF-8 (ISO 32000-1 7.9.2.2). Caller unrefs. */
static GBytes *
readable_name(GBytes *name)
{
	Span span = span_of(name);
	g_autofree char *utf8 = NULL;
	gsize len = 0;

	if (span.len < 2 || memcmp(span.octets, "\xfe\xff", 2) != 0)
		return g_bytes_ref(name);
	utf8 = g_convert((const char *)span.octets + 2, (gssize)span.len - 2,
	    "UTF-8", "UTF-16BE", NULL, &len, NULL);
	return utf8 != NULL ? g_bytes_new(utf8, len) : g_bytes_ref(name);
}

void
pdf_examine(Span octets, Traits *traits)
{
	Pdf pdf = { .traits = traits, .octets = octets };

	pdf.file_names = g_hash_table_new_full(NULL, NULL, NULL,
	    (GDestroyNotify)g_bytes_unref);
	pdf.files = g_ptr_array_new_with_free_func(file_free);
	examine_objects(&pdf, octets, !looks_like_objects(octets));
	for (guint i = 0; i < pdf.files->len; i++) {
		struct file *file = g_ptr_array_index(pdf.files, i);
		GBytes *written = g_hash_table_lookup(pdf.file_names,
		    GUINT_TO_POINTER(file->number));
		g_autoptr(GBytes) name = written != NULL ?
		    readable_name(written) : NULL;

		traits_add_file(traits, name != NULL ? span_of(name) :
		    (Span){ NULL, 0 }, g_bytes_ref(file->octets));
	}
	g_ptr_array_unref(pdf.files);
	g_hash_table_unref(pdf.file_names);
}
