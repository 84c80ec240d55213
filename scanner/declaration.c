/*
 * scanner/declaration.c - what a header section says that the body is.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/declaration.h"
#include "scanner/decode.h"
#include "scanner/field_body.h"
#include "scanner/parameter.h"

/* RFC 2046 5.1.1: some clients compare no more of a boundary. */
#define BOUNDARY_OCTETS 70

/* --- media types --------------------------------------------------------- */

static void
add_type(Declaration *declaration, const char *type, gsize type_len,
    const char *subtype, gsize subtype_len)
{
	GPtrArray *types = declaration->types;
	g_autofree char *name = g_malloc(type_len + subtype_len + 2);

	memcpy(name, type, type_len);
	name[type_len] = '/';
	memcpy(name + type_len + 1, subtype, subtype_len);
	name[type_len + 1 + subtype_len] = '\0';
	for (char *p = name; *p != '\0'; p++)
		*p = g_ascii_tolower(*p);
	if (g_ptr_array_find_with_equal_func(types, name, g_str_equal, NULL))
		return;
	/* The last one is what some clients see. */
	if (types->len == DECLARATION_MAX_TYPES) {
		declaration->exceeds = TRUE;
		g_ptr_array_remove_index(types, types->len - 1);
	}
	g_ptr_array_add(types, g_steal_pointer(&name));
}

/* What stands on both sides of each slash, unless it is a parameter's value;
 * or the first word. */
static void
read_types(Declaration *declaration, const char *text, gsize len)
{
	const char *end = text + len, *slash = text;
	gboolean has_slash = FALSE;

	for (; (slash = memchr(slash, '/', (gsize)(end - slash))) != NULL;
	     slash++) {
		const char *type_end = slash, *type, *before;
		const char *subtype = skip_blanks(slash + 1, end);

		while (type_end > text && is_blank(type_end[-1]))
			type_end--;
		for (type = type_end; type > text && is_token(type[-1]);)
			type--;
		for (before = type; before > text && (is_blank(before[-1]) ||
		    before[-1] == '"');)
			before--;
		if (!g_ascii_isalpha(*type) || type == type_end ||
		    (before > text && before[-1] == '='))
			continue;
		has_slash = TRUE;
		add_type(declaration, type, (gsize)(type_end - type), subtype,
		    token_length(subtype, end));
	}
	while (!has_slash && text < end && !is_token(*text))
		text++;
	if (!has_slash && text < end)
		add_type(declaration, text, token_length(text, end), "", 0);
}

static void
add_types(Declaration *declaration, Span body)
{
	const char *octets = (const char *)body.octets;
	g_autoptr(GPtrArray) texts = NULL;
	Span value;

	/* Then a slash behind the ';' is a parameter's. */
	if (field_body_read_plain(body, "", &value)) {
		read_types(declaration, octets,
		    until(octets, octets + body.len, ";"));
		return;
	}
	texts = field_body_texts(body);
	for (guint i = 0; i < texts->len; i++) {
		const GString *text = g_ptr_array_index(texts, i);

		read_types(declaration, text->str, text->len);
	}
}

/* --- transfer encodings -------------------------------------------------- */

/* What a field body says once everything but letters and digits is gone:
 * "base-64", "\"base64\"" and "base64=" all mean the same to some client. */
static const struct encoding_word {
	const char *word;
	TransferEncoding encoding;
	gboolean is_whole;      /* too short to be looked for in longer ones */
	const char *standard;   /* the name that all clients know */
} encoding_words[] = {
	{ "7bit", ENCODING_IDENTITY, FALSE, "7bit" },
	{ "8bit", ENCODING_IDENTITY, FALSE, "8bit" },
	{ "binary", ENCODING_IDENTITY, FALSE, "binary" },
	{ "quotedprintable", ENCODING_QUOTED_PRINTABLE, FALSE,
	    "quoted-printable" },
	{ "quoted", ENCODING_QUOTED_PRINTABLE, FALSE, NULL },
	{ "printable", ENCODING_QUOTED_PRINTABLE, FALSE, NULL },
	{ "qp", ENCODING_QUOTED_PRINTABLE, FALSE, NULL },
	{ "q", ENCODING_QUOTED_PRINTABLE, TRUE, NULL },
	{ "base64", ENCODING_BASE64, FALSE, "base64" },
	{ "gzip64", ENCODING_BASE64, FALSE, NULL },
	{ "b64", ENCODING_BASE64, FALSE, NULL },
	{ "b", ENCODING_BASE64, TRUE, NULL },
	{ "uue", ENCODING_UUENCODE, FALSE, NULL },
	{ "xuu", ENCODING_UUENCODE, FALSE, NULL },
	{ "uu", ENCODING_UUENCODE, TRUE, NULL },
	{ "yenc", ENCODING_YENC, FALSE, NULL },
	{ "binhex", ENCODING_BINHEX, FALSE, NULL },
	{ "hqx", ENCODING_BINHEX, FALSE, NULL },
};

static guint
read_encodings(const char *text, gsize len)
{
	g_autoptr(GString) word = g_string_new(NULL);
	guint encodings = 0;

	for (gsize i = 0; i < len; i++)
		if (g_ascii_isalnum(text[i]))
			g_string_append_c(word, g_ascii_tolower(text[i]));
	for (gsize i = 0; i < G_N_ELEMENTS(encoding_words); i++)
		if (encoding_words[i].is_whole ?
		    strcmp(word->str, encoding_words[i].word) == 0 :
		    strstr(word->str, encoding_words[i].word) != NULL)
			encodings |= 1u << encoding_words[i].encoding;
	return encodings;
}

/* The standard name that is all there is in the body, or NULL. */
static const struct encoding_word *
find_standard_encoding(Span body)
{
	const char *begin = (const char *)body.octets, *end = begin + body.len;
	gsize len;
	Span value;

	if (!field_body_read_plain(body, "", &value))
		return NULL;
	begin = skip_blanks(begin, end);
	len = trimmed(begin, (gsize)(end - begin));
	for (gsize i = 0; i < G_N_ELEMENTS(encoding_words); i++) {
		const char *name = encoding_words[i].standard;

		if (name != NULL && len == strlen(name) &&
		    g_ascii_strncasecmp(begin, name, len) == 0)
			return &encoding_words[i];
	}
	return NULL;
}

static void
add_encodings(Declaration *declaration, const HeaderField *field, Span body)
{
	const struct encoding_word *standard = find_standard_encoding(body);
	g_autoptr(GPtrArray) texts = NULL;
	guint encodings = 0;

	if (standard != NULL) {
		declaration->encodings |= 1u << standard->encoding;
		return;
	}
	texts = field_body_texts(body);
	for (guint i = 0; i < texts->len; i++) {
		const GString *text = g_ptr_array_index(texts, i);

		encodings |= read_encodings(text->str, text->len);
		/* "b; x=y" */
		encodings |= read_encodings(text->str, until(text->str,
		    text->str + text->len, ";,("));
	}
	declaration->encodings |= encodings;
	/* A folded line that begins with the field's name is seldom a field:
	 * DKIM-Signature lists such names. */
	if (encodings != 0 || (field->oddities & FIELD_INDENTED) == 0)
		declaration->has_odd_encoding = TRUE;
}

/* --- boundaries ---------------------------------------------------------- */

static void
add_boundary(Declaration *declaration, const char *octets, gsize len)
{
	g_autoptr(GBytes) boundary = g_bytes_new(octets, len);

	if (g_ptr_array_find_with_equal_func(declaration->boundaries, boundary,
	    g_bytes_equal, NULL))
		return;
	if (declaration->boundaries->len == DECLARATION_MAX_BOUNDARIES) {
		declaration->exceeds = TRUE;
		return;
	}
	g_ptr_array_add(declaration->boundaries, g_steal_pointer(&boundary));
}

static GString *
percent_decode(const char *p, const char *end)
{
	GString *octets = g_string_sized_new((gsize)(end - p) + 1);

	for (; p < end; p++) {
		if (*p == '%' && end - p > 2 && g_ascii_isxdigit(p[1]) &&
		    g_ascii_isxdigit(p[2])) {
			g_string_append_c(octets, (char)(
			    g_ascii_xdigit_value(p[1]) << 4 |
			    g_ascii_xdigit_value(p[2])));
			p += 2;
		} else {
			g_string_append_c(octets, *p);
		}
	}
	return octets;
}

/* Of charset'language'octets (RFC 2231 4); the whole where that is not so. */
static const char *
find_octets(const ParameterValue *value)
{
	const char *p = value->octets, *end = p + value->len;
	const char *quote = memchr(p, '\'', value->len);

	if (quote != NULL)
		quote = memchr(quote + 1, '\'', (gsize)(end - quote - 1));
	return quote == NULL ? p : quote + 1;
}

/* As those read it who know RFC 2231. */
static void
add_decoded_boundary(Declaration *declaration, const ParameterValue *value)
{
	const char *end = value->octets + value->len;
	g_autoptr(GString) octets = NULL;

	if (!value->is_extended) {
		add_boundary(declaration, value->octets, value->len);
		return;
	}
	octets = percent_decode(find_octets(value), end);
	add_boundary(declaration, octets->str, octets->len);
}

/* As the others read it. */
static void
add_other_boundaries(Declaration *declaration, const ParameterValue *value)
{
	const char *end = value->octets + value->len;

	if (value->is_extended) {
		const char *begin = find_octets(value);
		g_autoptr(GString) whole = percent_decode(value->octets, end);

		add_boundary(declaration, begin, (gsize)(end - begin));
		add_boundary(declaration, whole->str, whole->len);
		add_boundary(declaration, value->octets, value->len);
	}
	if (value->len > BOUNDARY_OCTETS)
		add_boundary(declaration, value->octets, BOUNDARY_OCTETS);
}

static void
add_boundaries(Declaration *declaration, const ParameterReadings *readings)
{
	const GPtrArray *values = readings->values;

	for (guint i = 0; i < values->len; i++) {
		const ParameterValue *value = g_ptr_array_index(values, i);

		if (value->is_strict)
			add_decoded_boundary(declaration, value);
	}
	declaration->is_ambiguous |= declaration->boundaries->len > 1;
	for (guint i = 0; i < values->len; i++)
		add_decoded_boundary(declaration, g_ptr_array_index(values, i));
	for (guint i = 0; i < values->len; i++)
		add_other_boundaries(declaration, g_ptr_array_index(values, i));
	declaration->exceeds |= readings->exceeds;
}

/* --- names --------------------------------------------------------------- */

static void
name_free(gpointer data)
{
	DeclaredName *name = data;

	g_free(name->octets);
	g_free(name);
}

static void
add_name(Declaration *declaration, const char *octets, gsize len,
    FilenameSource source, const char *field, const char *parameter)
{
	DeclaredName *name;

	if (len == 0)
		return;
	if (declaration->names->len == DECLARATION_MAX_NAMES) {
		declaration->exceeds = TRUE;
		return;
	}
	name = g_new(DeclaredName, 1);
	*name = (DeclaredName){ g_malloc(len + 1), len, source, field,
		parameter, FALSE };
	memcpy(name->octets, octets, len);
	name->octets[len] = '\0';
	g_ptr_array_add(declaration->names, name);
}

/* Which parameters and fields give a file its name: clients look for either
 * parameter in either field, and Thunderbird in two more fields. */
static const struct name_source {
	const char *field;
	const char *parameter;
} name_sources[] = {
	{ "content-disposition", "filename" },
	{ "content-disposition", "name" },
	{ "content-type", "name" },
	{ "content-type", "filename" },
	{ "content-name", NULL },
	{ "x-sun-data-name", NULL },
	{ "content-description", NULL },
	{ "content-location", NULL },
};
#define N_TITLE_SOURCES 2       /* the last ones */

static void
add_whole_body(Declaration *declaration, Span body, const char *field)
{
	g_autoptr(GPtrArray) texts = field_body_texts(body);

	for (guint i = 0; i < texts->len; i++) {
		const GString *text = g_ptr_array_index(texts, i);
		const char *end = text->str + trimmed(text->str, text->len);
		const char *begin = skip_blanks(text->str, end);

		if (end - begin > (gssize)PARAMETER_MAX_OCTETS)
			declaration->exceeds = TRUE;
		else
			add_name(declaration, begin, (gsize)(end - begin),
			    FILENAME_PARAMETER, field, NULL);
	}
}

static void
add_parameter_names(Declaration *declaration,
    const ParameterReadings *readings, const char *field)
{
	for (guint i = 0; i < readings->values->len; i++) {
		const ParameterValue *value = g_ptr_array_index(
		    readings->values, i);

		if (!value->is_cut)
			add_name(declaration, value->octets, value->len,
			    value->is_extended ? FILENAME_EXTENDED :
			    FILENAME_PARAMETER, field, readings->name);
	}
	declaration->exceeds |= readings->exceeds;
}

/* --- fields -------------------------------------------------------------- */

/* All clients that keep to the RFCs see the field, and see it so. */
static gboolean
is_strict(const HeaderField *field)
{
	return (field->oddities & ~(guint)FIELD_BLANK_BEFORE_COLON) == 0;
}

/* Also where the whole field body, or a piece of it, is encoded. */
static void
read_parameter(ParameterReadings *readings, const HeaderField *field)
{
	g_autoptr(GString) decoded = field_body_decode_words(field->body);

	parameter_readings_add(readings, field->body, is_strict(field));
	if (decoded != NULL)
		parameter_readings_add(readings, (Span){
		    (const guint8 *)decoded->str, decoded->len }, FALSE);
}

static void
read_content_type(Declaration *declaration, const HeaderField *field,
    ParameterReadings *boundary)
{
	g_autoptr(GString) decoded = field_body_decode_words(field->body);

	add_types(declaration, field->body);
	read_parameter(boundary, field);
	if (decoded != NULL)
		add_types(declaration, (Span){ (const guint8 *)decoded->str,
		    decoded->len });
}

static void
read_encoding(Declaration *declaration, const HeaderField *field)
{
	g_autoptr(GString) decoded = field_body_decode_words(field->body);

	add_encodings(declaration, field, field->body);
	if (decoded != NULL)
		add_encodings(declaration, field, (Span){
		    (const guint8 *)decoded->str, decoded->len });
}

/* The next field of that name among the first n; NULL: there is none. */
static const HeaderField *
next_field(const GArray *fields, guint n, const char *name, guint *i)
{
	while (*i < n) {
		const HeaderField *field = &g_array_index(fields, HeaderField,
		    (*i)++);

		if (strcmp(field->name, name) == 0)
			return field;
	}
	return NULL;
}

static void
read_names(Declaration *declaration, const GArray *fields, guint n,
    guint max_parameters)
{
	for (gsize s = 0; s < G_N_ELEMENTS(name_sources); s++) {
		const struct name_source *source = &name_sources[s];
		g_autoptr(ParameterReadings) readings =
		    parameter_readings_new(source->parameter,
		        max_parameters);
		const HeaderField *field;
		guint i = 0;

		while ((field = next_field(fields, n, source->field, &i)) !=
		    NULL) {
			if (source->parameter == NULL)
				add_whole_body(declaration, field->body,
				    source->field);
			else
				read_parameter(readings, field);
		}
		add_parameter_names(declaration, readings, source->field);
	}
}

/* Whether some field says that the part is an attachment. */
static gboolean
is_attachment(const GArray *fields, guint n)
{
	static const char word[] = "attachment";
	const HeaderField *field;

	for (guint i = 0; (field = next_field(fields, n, "content-disposition",
	    &i)) != NULL;) {
		const char *end = (const char *)field->body.octets +
		    field->body.len;
		const char *p = skip_blanks((const char *)field->body.octets,
		    end);

		if ((gsize)(end - p) >= strlen(word) &&
		    g_ascii_strncasecmp(p, word, strlen(word)) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Whether clients show the part as a file, under whatever name. */
static gboolean
is_file(const Declaration *declaration, const GArray *fields, guint n)
{
	const char *type = declaration->types->len == 0 ? "text/" :
	    g_ptr_array_index(declaration->types, 0);

	return is_attachment(fields, n) || !(g_str_has_prefix(type, "text/") ||
	    g_str_has_prefix(type, "message/") ||
	    g_str_has_prefix(type, "multipart/"));
}

/* "setup.exe" is a file name; "Our new offer" and an address are none. */
static gboolean
looks_like_file_name(const DeclaredName *name)
{
	return until(name->octets, name->octets + name->len,
	    BLANKS "/:@") == name->len &&
	    memchr(name->octets, '.', name->len) != NULL;
}

/* Clients that find no name take the title of a file for it. */
static void
settle_titles(Declaration *declaration, const GArray *fields, guint n)
{
	gboolean may_be_names = TRUE;

	for (guint i = 0; i < declaration->names->len; i++) {
		DeclaredName *name = g_ptr_array_index(declaration->names, i);

		for (gsize s = G_N_ELEMENTS(name_sources) - N_TITLE_SOURCES;
		     s < G_N_ELEMENTS(name_sources); s++)
			name->is_title |= strcmp(name->field,
			    name_sources[s].field) == 0;
		may_be_names &= name->is_title;
	}
	may_be_names &= is_file(declaration, fields, n);
	for (guint i = 0; may_be_names && i < declaration->names->len; i++) {
		DeclaredName *name = g_ptr_array_index(declaration->names, i);

		name->is_title = !looks_like_file_name(name);
	}
}

static gboolean
is_power_of_two(guint bits)
{
	return (bits & (bits - 1)) == 0;
}

/* Of the fields from one index up to another. */
static void
read_types_and_encodings(Declaration *declaration, const GArray *fields,
    guint from, guint n, ParameterReadings *boundary)
{
	guint strict_types = 0, strict_encodings = 0;
	const HeaderField *field;

	for (guint i = from; (field = next_field(fields, n, "content-type",
	    &i)) != NULL;) {
		read_content_type(declaration, field, boundary);
		if (is_strict(field))
			strict_types++;
	}
	for (guint i = from; (field = next_field(fields, n,
	    "content-transfer-encoding", &i)) != NULL;) {
		read_encoding(declaration, field);
		if (is_strict(field))
			strict_encodings++;
	}
	for (guint i = from; (field = next_field(fields, n,
	    "x-sun-encoding-info", &i)) != NULL;)
		read_encoding(declaration, field);
	declaration->is_ambiguous |=
	    (strict_types > 1 && declaration->types->len > 1) ||
	    (strict_encodings > 1 && !is_power_of_two(declaration->encodings));
}

Declaration *
declaration_new(const HeaderSection *section, const HeaderLimits *limits)
{
	Declaration *declaration = g_new0(Declaration, 1);
	g_autoptr(ParameterReadings) boundary =
	    parameter_readings_new("boundary", limits->max_parameters);
	const GArray *fields = section->fields;
	guint n = 0;

	declaration->types = g_ptr_array_new_with_free_func(g_free);
	declaration->boundaries = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)g_bytes_unref);
	declaration->names = g_ptr_array_new_with_free_func(name_free);
	while (n < fields->len && (g_array_index(fields, HeaderField,
	    n).oddities & FIELD_BEHIND_EMPTY_LINE) == 0)
		n++;
	read_types_and_encodings(declaration, fields, 0, n, boundary);
	if (!declaration_has_type(declaration, "message/")) {
		read_types_and_encodings(declaration, fields, n, fields->len,
		    boundary);
		n = fields->len;
	}
	add_boundaries(declaration, boundary);
	read_names(declaration, fields, n, limits->max_parameters);
	settle_titles(declaration, fields, n);
	/* BinHex without the line that says so is known by the type alone. */
	if (declaration_has_type(declaration, "application/mac-binhex")) {
		declaration->encodings |= 1u << ENCODING_BINHEX;
		declaration->has_odd_encoding = TRUE;
	}
	return declaration;
}

void
declaration_free(Declaration *declaration)
{
	if (declaration == NULL)
		return;
	g_ptr_array_unref(declaration->types);
	g_ptr_array_unref(declaration->boundaries);
	g_ptr_array_unref(declaration->names);
	g_free(declaration);
}

gboolean
declaration_has_type(const Declaration *declaration, const char *prefix)
{
	for (guint i = 0; i < declaration->types->len; i++)
		if (g_str_has_prefix(g_ptr_array_index(declaration->types, i),
		    prefix))
			return TRUE;
	return FALSE;
}

gboolean
declaration_has_file_name(const Declaration *declaration)
{
	for (guint i = 0; i < declaration->names->len; i++) {
		const DeclaredName *name = g_ptr_array_index(
		    declaration->names, i);

		if (!name->is_title)
			return TRUE;
	}
	return FALSE;
}
