/*
 * scanner/parameter.c - every value that a MIME parameter may have.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "scanner/field_body.h"
#include "scanner/parameter.h"

/* --- values -------------------------------------------------------------- */

static void
value_free(gpointer data)
{
	ParameterValue *value = data;

	g_free(value->octets);
	g_free(value);
}

static void
add_value(ParameterReadings *readings, const char *octets, gsize len,
    ParameterValue kind)
{
	ParameterValue *value;

	if (len > PARAMETER_MAX_OCTETS) {
		readings->exceeds = TRUE;
		len = PARAMETER_MAX_OCTETS;
	}
	for (guint i = 0; i < readings->values->len; i++) {
		value = g_ptr_array_index(readings->values, i);
		if (value->len == len &&
		    value->is_extended == kind.is_extended &&
		    memcmp(value->octets, octets, len) == 0) {
			value->is_strict |= kind.is_strict;
			value->is_cut &= kind.is_cut;
			return;
		}
	}
	if (readings->values->len >= PARAMETER_MAX_VALUES) {
		readings->exceeds = TRUE;
		return;
	}
	value = g_new(ParameterValue, 1);
	*value = kind;
	value->octets = g_malloc(len + 1);
	memcpy(value->octets, octets, len);
	value->octets[len] = '\0';
	value->len = len;
	g_ptr_array_add(readings->values, value);
}

/* What is before any of stops, if they are there and it is anything. */
static void
add_before(ParameterReadings *readings, const char *p, const char *end,
    const char *stops, ParameterValue kind)
{
	gsize len = until(p, end, stops);

	if (p + len < end && (len = trimmed(p, len)) > 0)
		add_value(readings, p, len, kind);
}

static void
add_before_nul(ParameterReadings *readings, const char *p, const char *end,
    ParameterValue kind)
{
	const char *nul = memchr(p, '\0', (gsize)(end - p));

	if (nul != NULL && nul > p)
		add_value(readings, p, (gsize)(nul - p), kind);
}

static void
add_trimmed(ParameterReadings *readings, const char *p, gsize len,
    ParameterValue kind)
{
	const char *end = p + trimmed(p, len);

	p = skip_blanks(p, end);
	add_value(readings, p, (gsize)(end - p), kind);
}

/* Quoted pairs undone, and quotes left out. */
static void
append_unquoted(GString *value, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '"')
			continue;
		g_string_append_c(value, *p);
	}
}

/* The end of a quoted string: at its closing quote, or the end of all. */
static const char *
find_close(const char *p, const char *end)
{
	while (p < end && *p != '"')
		p += *p == '\\' && p + 1 < end ? 2 : 1;
	return p;
}

/* Every value that may begin behind the quote before p. */
static void
add_quoted(ParameterReadings *readings, const char *p, const char *end,
    ParameterValue kind)
{
	const char *close = find_close(p, end);
	const char *first = memchr(p, '"', (gsize)(end - p));
	const char *behind = close < end ? close + 1 : end;
	gsize tail = until(behind, end, ";");
	g_autoptr(GString) value = g_string_new(NULL);

	kind.is_strict &= close < end &&
	    skip_blanks(behind, behind + tail) == behind + tail;
	append_unquoted(value, p, close);
	add_value(readings, value->str, value->len, kind);
	kind.is_strict = FALSE;
	add_trimmed(readings, value->str, value->len, kind);
	/* A backslash is text for some, and the second octet of a character in
	 * raw Shift_JIS: then the first quote closes the string. */
	add_value(readings, p, (gsize)(close - p), kind);
	if (first != NULL)
		add_value(readings, p, (gsize)(first - p), kind);
	/* Text behind the closing quote belongs to it. */
	if ((tail = trimmed(behind, tail)) > 0 && !is_blank(*behind)) {
		append_unquoted(value, behind, behind + tail);
		add_value(readings, value->str, value->len, kind);
		add_value(readings, p, (gsize)(behind + tail - p), kind);
	}
	/* Nobody cuts a quoted file name, but see is_cut. */
	kind.is_cut = close < end;
	add_before(readings, p, close, ";", kind);
	add_before(readings, p, close, ",", kind);
	add_before(readings, p, close, "(", kind);
	add_before(readings, skip_blanks(p, close), close, BLANKS, kind);
	add_before_nul(readings, p, close, kind);
}

/* Quotes and backslashes that are not where they should be. */
static void
add_without_quotes(ParameterReadings *readings, const char *p, const char *end,
    ParameterValue kind)
{
	g_autoptr(GString) value = g_string_new(NULL);

	append_unquoted(value, p, end);
	add_value(readings, value->str, value->len, kind);
	g_string_truncate(value, 0);
	for (; p < end; p++)
		if (*p != '"' && *p != '\\')
			g_string_append_c(value, *p);
	add_value(readings, value->str, value->len, kind);
}

/* 'x': without the quotes, or up to the next one even behind a ';'. value_end
 * is where the token ends. */
static void
add_single_quoted(ParameterReadings *readings, const char *p,
    const char *value_end, const char *end, ParameterValue kind)
{
	add_value(readings, p + 1, until(p + 1, end, "'"), kind);
	if (value_end[-1] == '\'')
		add_value(readings, p + 1, (gsize)(value_end - p) - 2, kind);
}

/* x;y: what follows the ';' is no parameter, so that it is the value's rest. */
static void
add_with_rest(ParameterReadings *readings, const char *p, const char *end,
    ParameterValue kind)
{
	const char *rest = p + until(p, end, ";");
	const char *rest_end;

	if (rest == end)
		return;
	rest_end = rest + 1 + until(rest + 1, end, ";=");
	/* Texts end in NUL; it is another octet if only the window ends. */
	if ((*rest_end == '\0' || *rest_end == ';') &&
	    skip_blanks(rest + 1, rest_end) < rest_end)
		add_value(readings, p, trimmed(p, (gsize)(rest_end - p)),
		    kind);
}

static void
add_unquoted(ParameterReadings *readings, const char *p, const char *end,
    ParameterValue kind)
{
	gsize len = trimmed(p, until(p, end, ";"));
	const char *value_end = p + len;

	kind.is_strict &= until(p, value_end, BLANKS TSPECIALS) == len &&
	    memchr(p, '\0', len) == NULL;
	add_value(readings, p, len, kind);
	kind.is_strict = FALSE;
	add_with_rest(readings, p, end, kind);
	add_before(readings, p, value_end, BLANKS, kind);
	add_before(readings, p, value_end, ",", kind);
	add_before(readings, p, value_end, "(", kind);
	add_before(readings, p, value_end, BLANKS TSPECIALS, kind);
	add_before_nul(readings, p, value_end, kind);
	if (until(p, value_end, "\"\\") < len)
		add_without_quotes(readings, p, value_end, kind);
	if (len > 1 && p[0] == '\'' && p[1] != '\'')
		add_single_quoted(readings, p, value_end, end, kind);
	/* boundary=="x"; but in name==?utf-8?... it belongs to the value */
	if (len > 1 && p[0] == '=' && p[1] == '"')
		add_quoted(readings, p + 2, end, kind);
}

/* Every value that may begin at p. */
static void
add_values_at(ParameterReadings *readings, const char *p, const char *end,
    ParameterValue kind)
{
	/* Two quotes, and what shows that a value is too long. */
	const gsize window = PARAMETER_MAX_OCTETS + 3;

	if ((gsize)(end - p) > window)
		end = p + window;
	if (p < end && *p == '"')
		add_quoted(readings, p + 1, end, kind);
	else
		add_unquoted(readings, p, end, kind);
}

/* --- parameters ---------------------------------------------------------- */

/* One occurrence of "name=", "name*=", "name*3=" or "name*3*=" in a text. */
struct occurrence {
	const char *at;         /* the value, behind the '=' and blanks */
	guint section;
	gboolean is_section;
	gboolean is_extended;
	gboolean is_strict;
	GString *value;         /* owned; of a section: its first reading */
};

#define MAX_SECTION_NUMBER 1000000

static void
occurrence_clear(gpointer data)
{
	struct occurrence *occurrence = data;

	if (occurrence->value != NULL)
		g_string_free(occurrence->value, TRUE);
}

/* Whether the parameter stands at p; blanks, a quote and what is not ASCII, as
 * the blank of Latin-1, may be around it. */
static gboolean
read_occurrence(const char *p, const char *end, const char *name,
    struct occurrence *occurrence)
{
	gsize len = strlen(name);
	guint stars = 0;

	if ((gsize)(end - p) <= len || g_ascii_strncasecmp(p, name, len) != 0)
		return FALSE;
	*occurrence = (struct occurrence){ 0 };
	for (p += len; p < end && *p != '='; p++) {
		if (*p == '*' && stars < 2) {
			occurrence->is_extended = TRUE;
			stars++;
		} else if (g_ascii_isdigit(*p) && stars == 1) {
			occurrence->is_section = TRUE;
			occurrence->is_extended = FALSE;
			occurrence->section = MIN(MAX_SECTION_NUMBER,
			    occurrence->section * 10 + (guint)(*p - '0'));
		} else if (*p != '\0' && *p != '"' &&
		    !is_blank(*p) && (guchar)*p < 0x80) {
			return FALSE;
		}
	}
	if (p == end)
		return FALSE;
	occurrence->at = skip_blanks(p + 1, end);
	return TRUE;
}

static gint
compare_sections(gconstpointer a, gconstpointer b)
{
	const struct occurrence *left = a, *right = b;

	return left->section < right->section ? -1 :
	    left->section > right->section;
}

/* Which one of the sections that have the same number. */
enum duplicates {
	TAKE_FIRST,
	TAKE_LAST,
	TAKE_ALL,
	TAKE_ONE,               /* the one asked for, otherwise the first */
};

/*
 * RFC 2231 sections put together. One extended section makes the whole value
 * extended; the octets of plain sections are escaped to stay what they are.
 */
static void
add_joined(ParameterReadings *readings, const GArray *sections,
    enum duplicates duplicates, guint one, gboolean stop_at_gap)
{
	const struct occurrence *all = (const void *)sections->data;
	ParameterValue kind = { .is_strict = duplicates == TAKE_FIRST };
	g_autoptr(GString) joined = g_string_new(NULL);
	guint expected = 0;

	for (guint i = 0; i < sections->len; i++)
		kind.is_extended |= all[i].is_extended;
	/* RFC 2231 4.1: only the first section may have a charset. */
	if (kind.is_extended && !all[0].is_extended)
		g_string_append(joined, "''");
	for (guint i = 0; i < sections->len; i++) {
		gboolean is_first = i == 0 ||
		    all[i - 1].section != all[i].section;
		gboolean is_last = i + 1 == sections->len ||
		    all[i + 1].section != all[i].section;

		if (is_first && all[i].section != expected) {
			if (stop_at_gap)
				break;
			kind.is_strict = FALSE;
		}
		expected = all[i].section + 1;
		if ((duplicates == TAKE_FIRST && !is_first) ||
		    (duplicates == TAKE_LAST && !is_last) ||
		    (duplicates == TAKE_ONE &&
		        (all[i].section == all[one].section ? i != one :
		            !is_first)))
			continue;
		kind.is_strict &= all[i].is_strict;
		for (gsize j = 0; j < all[i].value->len; j++) {
			char c = all[i].value->str[j];

			if (kind.is_extended && !all[i].is_extended &&
			    (c == '%' || c == '\''))
				g_string_append_printf(joined, "%%%02X",
				    (guint)c);
			else
				g_string_append_c(joined, c);
		}
		if (joined->len > PARAMETER_MAX_OCTETS)
			break;
	}
	if (joined->len > 0)
		add_value(readings, joined->str, joined->len, kind);
}

/* The combinations that clients are known to make, and each duplicate once. */
static void
add_sections(ParameterReadings *readings, GArray *sections)
{
	add_joined(readings, sections, TAKE_ALL, 0, FALSE);
	g_array_sort(sections, compare_sections);
	add_joined(readings, sections, TAKE_FIRST, 0, FALSE);
	add_joined(readings, sections, TAKE_FIRST, 0, TRUE);
	add_joined(readings, sections, TAKE_LAST, 0, FALSE);
	add_joined(readings, sections, TAKE_ALL, 0, FALSE);
	for (guint i = 1; i < sections->len; i++)
		if (compare_sections(&g_array_index(sections,
		        struct occurrence, i - 1), &g_array_index(sections,
		        struct occurrence, i)) == 0)
			add_joined(readings, sections, TAKE_ONE, i, FALSE);
}

/* Returns how often the parameter occurs. */
static guint
read_text(ParameterReadings *readings, const GString *text, gboolean is_strict,
    guint max_occurrences)
{
	const char *end = text->str + text->len;
	g_autoptr(GArray) sections = g_array_new(FALSE, FALSE,
	    sizeof(struct occurrence));
	gboolean is_quoted = FALSE;
	guint count = 0;

	g_array_set_clear_func(sections, occurrence_clear);
	for (const char *p = text->str; p < end; p++) {
		gboolean is_inside = p > text->str && is_token(p[-1]);
		struct occurrence occurrence;

		if (*p == '\\' && is_quoted && p + 1 < end)
			p++;
		is_quoted ^= *p == '"';
		if (is_inside ||
		    g_ascii_tolower(*p) != *readings->name ||
		    !read_occurrence(p, end, readings->name, &occurrence))
			continue;
		if (count == max_occurrences) {
			readings->exceeds = TRUE;
			break;
		}
		count++;
		occurrence.is_strict = is_strict && !is_quoted;
		if (occurrence.is_section) {
			g_autoptr(ParameterReadings) section =
			    parameter_readings_new(readings->name,
			        readings->max_occurrences);
			const ParameterValue *value;

			add_values_at(section, occurrence.at, end,
			    (ParameterValue){ 0 });
			readings->exceeds |= section->exceeds;
			value = g_ptr_array_index(section->values, 0);
			occurrence.value = g_string_new_len(value->octets,
			    (gssize)value->len);
			g_array_append_val(sections, occurrence);
		} else {
			add_values_at(readings, occurrence.at, end,
			    (ParameterValue){
				.is_extended = occurrence.is_extended,
				.is_strict = occurrence.is_strict,
			    });
		}
	}
	if (sections->len > 0)
		add_sections(readings, sections);
	return count;
}

ParameterReadings *
parameter_readings_new(const char *name, guint max_occurrences)
{
	ParameterReadings *readings = g_new0(ParameterReadings, 1);

	readings->name = name;
	readings->max_occurrences = max_occurrences;
	readings->values = g_ptr_array_new_with_free_func(value_free);
	return readings;
}

void
parameter_readings_free(ParameterReadings *readings)
{
	if (readings == NULL)
		return;
	g_ptr_array_unref(readings->values);
	g_free(readings);
}

void
parameter_readings_add(ParameterReadings *readings, Span body,
    gboolean is_strict)
{
	guint allowed = readings->max_occurrences - readings->occurrences;
	guint occurrences = 0;
	g_autoptr(GPtrArray) texts = NULL;
	Span plain;

	if (allowed > 0 &&
	    field_body_read_plain(body, readings->name, &plain)) {
		if (plain.octets == NULL)
			return;
		readings->occurrences++;
		add_value(readings, (const char *)plain.octets, plain.len,
		    (ParameterValue){ .is_strict = is_strict });
		return;
	}
	texts = field_body_texts(body);
	for (guint i = 0; i < texts->len; i++)
		occurrences = MAX(occurrences, read_text(readings,
		    g_ptr_array_index(texts, i), is_strict && i == 0,
		    allowed));
	readings->occurrences += occurrences;
}
