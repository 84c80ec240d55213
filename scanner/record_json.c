/*
 * scanner/record_json.c - the verdict record as one line of JSON, and back.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Written here rather than with json-glib's generator, which prints 7.1 as
 * 7.0999999999999996; read with json-glib.
 */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "scanner/ambiguity.h"
#include "scanner/record.h"

G_DEFINE_QUARK(mailweir-record-error, record_error)

/* Objects and arrays of a record are nested no deeper than this. */
#define MAX_JSON_DEPTH 8

static const char *const class_names[] = {
	[FINDING_ERROR] = "error",
	[FINDING_SIZE] = "size",
	[FINDING_NAME] = "name",
	[FINDING_TYPE] = "type",
	[FINDING_ENCRYPTED] = "encrypted",
	[FINDING_VIRUS] = "virus",
	[FINDING_CONTENT] = "content",
	[FINDING_AMBIGUITY] = "ambiguity",
	[FINDING_LIMIT] = "limit",
};

static const char *const coverage_names[] = {
	[COVERAGE_UNREADABLE] = "unreadable",
	[COVERAGE_SKIPPED] = "skipped",
	[COVERAGE_SCANNED] = "scanned",
};

const char *
finding_class_name(FindingClass class)
{
	return class_names[class];
}

const char *
coverage_name(Coverage coverage)
{
	return coverage_names[coverage];
}

/* --- writing ---------------------------------------------------------- */

static void
append_string(GString *json, const char *text)
{
	static const char hex[] = "0123456789abcdef";

	g_string_append_c(json, '"');
	for (const char *p = text; *p != '\0'; p++) {
		guchar octet = (guchar)*p;

		switch (octet) {
		case '"':
		case '\\':
			g_string_append_c(json, '\\');
			g_string_append_c(json, *p);
			break;
		default:
			if (octet >= 0x20 && octet != 0x7f) {
				g_string_append_c(json, *p);
				break;
			}
			g_string_append(json, "\\u00");
			g_string_append_c(json, hex[octet >> 4]);
			g_string_append_c(json, hex[octet & 15]);
		}
	}
	g_string_append_c(json, '"');
}

static void
append_key(GString *json, const char *key)
{
	char last = json->str[json->len - 1];

	if (last != '{' && last != '[')
		g_string_append_c(json, ',');
	append_string(json, key);
	g_string_append_c(json, ':');
}

/* Absent where NULL. */
static void
append_member(GString *json, const char *key, const char *value)
{
	if (value == NULL)
		return;
	append_key(json, key);
	append_string(json, value);
}

static void
append_number(GString *json, const char *key, guint64 value)
{
	append_key(json, key);
	g_string_append_printf(json, "%" G_GUINT64_FORMAT, value);
}

static void
append_double(GString *json, const char *key, double value)
{
	char digits[G_ASCII_DTOSTR_BUF_SIZE];

	append_key(json, key);
	g_string_append(json,
	    g_ascii_formatd(digits, sizeof(digits), "%.3f", value));
	/* 3.200 reads better as 3.2, and 4.000 as 4. */
	while (json->str[json->len - 1] == '0')
		g_string_truncate(json, json->len - 1);
	if (json->str[json->len - 1] == '.')
		g_string_truncate(json, json->len - 1);
}

/* Absent where empty. */
static void
append_list(GString *json, const char *key, const GPtrArray *values)
{
	if (values->len == 0)
		return;
	append_key(json, key);
	g_string_append_c(json, '[');
	for (guint i = 0; i < values->len; i++) {
		if (i > 0)
			g_string_append_c(json, ',');
		append_string(json, g_ptr_array_index(values, i));
	}
	g_string_append_c(json, ']');
}

/* Seconds since the epoch; 0 is not known. */
static void
append_time(GString *json, const char *key, gint64 time)
{
	g_autoptr(GDateTime) date = NULL;
	g_autofree char *text = NULL;

	if (time == 0)
		return;
	date = g_date_time_new_from_unix_utc(time);
	text = date != NULL ? g_date_time_format_iso8601(date) : NULL;
	append_member(json, key, text);
}

static void
append_finding(GString *json, const Finding *finding)
{
	g_string_append_c(json, '{');
	append_member(json, "class", finding_class_name(finding->class));
	append_member(json, "rule", finding->rule);
	append_member(json, "part", finding->part);
	append_member(json, "name", finding->name);
	append_member(json, "detail", finding->detail);
	append_member(json, "reading", finding->reading);
	append_number(json, "reply", finding->reply);
	append_member(json, "grade", ambiguity_name(
	    ambiguity_of_finding(finding)));
	if (finding->offset >= 0)
		append_number(json, "offset", (guint64)finding->offset);
	append_member(json, "field", finding->field);
	g_string_append_c(json, '}');
}

static void
append_part(GString *json, const PartRecord *part)
{
	g_string_append_c(json, '{');
	append_member(json, "path", part->path);
	append_member(json, "parent", part->parent);
	append_member(json, "content_type", part->content_type);
	append_member(json, "detected_type", part->detected_type);
	append_member(json, "disposition", part->disposition);
	append_list(json, "names", part->names);
	append_number(json, "size", part->size);
	append_member(json, "sha256", part->sha256);
	append_key(json, "encrypted");
	g_string_append(json, part->is_encrypted ? "true" : "false");
	append_member(json, "coverage", coverage_name(part->coverage));
	append_member(json, "why", part->why);
	append_list(json, "readings", part->readings);
	g_string_append_c(json, '}');
}

static void
append_score(GString *json, const Record *record)
{
	if (record->hits->len == 0)
		return;
	append_key(json, "score");
	g_string_append_c(json, '{');
	append_double(json, "total", record->score);
	append_key(json, "hits");
	g_string_append_c(json, '[');
	for (guint i = 0; i < record->hits->len; i++) {
		const ScoreHit *hit = g_ptr_array_index(record->hits, i);

		g_string_append(json, i > 0 ? ",{" : "{");
		append_member(json, "rule", hit->rule);
		append_double(json, "score", hit->score);
		append_member(json, "text", hit->text);
		if (hit->text != NULL)
			append_number(json, "offset", hit->offset);
		g_string_append_c(json, '}');
	}
	g_string_append_c(json, ']');
	append_time(json, "expires", record->expires);
	append_member(json, "digest", record->content_digest);
	g_string_append_c(json, '}');
}

static void
append_rules(GString *json, const Record *record)
{
	if (record->signatures == 0)
		return;
	append_key(json, "rules");
	g_string_append_c(json, '{');
	append_number(json, "signatures", record->signatures);
	append_time(json, "newest", record->newest);
	append_member(json, "policy", record->policy);
	g_string_append_c(json, '}');
}

char *
record_to_json(const Record *record)
{
	GString *json = g_string_sized_new(512 + 256 * record->parts->len);

	g_string_append_c(json, '{');
	append_number(json, "record", 1);
	append_member(json, "id", record->id != NULL ? record->id : "");
	append_member(json, "file", record->file);
	append_number(json, "size", record->size);
	append_member(json, "action", record->action);
	append_key(json, "reply");
	g_string_append_c(json, '{');
	append_number(json, "code", record->code);
	append_member(json, "enhanced", record->enhanced);
	append_member(json, "text", record->text);
	g_string_append_c(json, '}');
	append_key(json, "findings");
	g_string_append_c(json, '[');
	for (guint i = 0; i < record->findings->len; i++) {
		if (i > 0)
			g_string_append_c(json, ',');
		append_finding(json, g_ptr_array_index(record->findings, i));
	}
	g_string_append_c(json, ']');
	append_key(json, "parts");
	g_string_append_c(json, '[');
	for (guint i = 0; i < record->parts->len; i++) {
		if (i > 0)
			g_string_append_c(json, ',');
		append_part(json, g_ptr_array_index(record->parts, i));
	}
	g_string_append_c(json, ']');
	append_score(json, record);
	append_rules(json, record);
	append_list(json, "headers", record->headers);
	append_double(json, "elapsed_ms", record->elapsed_ms);
	g_string_append_c(json, '}');
	return g_string_free(json, FALSE);
}

/* --- reading ---------------------------------------------------------- */

/*
 * A reader with a sticky error: the first thing that is missing or of the
 * wrong type is kept, and everything after it reads as empty.
 */
struct reader {
	const char *fault;
};

static void
set_fault(struct reader *reader, const char *fault)
{
	if (reader->fault == NULL)
		reader->fault = fault;
}

static JsonNode *
member_of(JsonObject *object, const char *key)
{
	return object != NULL ? json_object_get_member(object, key) : NULL;
}

/* A copy, NULL where absent. */
static char *
read_string(struct reader *reader, JsonObject *object, const char *key)
{
	JsonNode *node = member_of(object, key);

	if (node == NULL)
		return NULL;
	if (JSON_NODE_HOLDS_VALUE(node) &&
	    json_node_get_value_type(node) == G_TYPE_STRING)
		return json_node_dup_string(node);
	set_fault(reader, key);
	return NULL;
}

static char *
read_required_string(struct reader *reader, JsonObject *object,
    const char *key)
{
	char *value = read_string(reader, object, key);

	if (value == NULL)
		set_fault(reader, key);
	return value;
}

/* max is inclusive; absent reads as 0. */
static guint64
read_number(struct reader *reader, JsonObject *object, const char *key,
    guint64 max)
{
	JsonNode *node = member_of(object, key);
	gint64 value;

	if (node == NULL)
		return 0;
	if (JSON_NODE_HOLDS_VALUE(node) &&
	    json_node_get_value_type(node) == G_TYPE_INT64) {
		value = json_node_get_int(node);
		if (value >= 0 && (guint64)value <= max)
			return (guint64)value;
	}
	set_fault(reader, key);
	return 0;
}

static double
read_double(struct reader *reader, JsonObject *object, const char *key)
{
	JsonNode *node = member_of(object, key);

	if (node == NULL)
		return 0;
	if (JSON_NODE_HOLDS_VALUE(node) &&
	    (json_node_get_value_type(node) == G_TYPE_DOUBLE ||
	        json_node_get_value_type(node) == G_TYPE_INT64))
		return json_node_get_double(node);
	set_fault(reader, key);
	return 0;
}

static gboolean
read_boolean(struct reader *reader, JsonObject *object, const char *key)
{
	JsonNode *node = member_of(object, key);

	if (node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
	    json_node_get_value_type(node) == G_TYPE_BOOLEAN)
		return json_node_get_boolean(node);
	set_fault(reader, key);
	return FALSE;
}

/* NULL where absent. */
static JsonObject *
read_object(struct reader *reader, JsonObject *object, const char *key)
{
	JsonNode *node = member_of(object, key);

	if (node == NULL)
		return NULL;
	if (JSON_NODE_HOLDS_OBJECT(node))
		return json_node_get_object(node);
	set_fault(reader, key);
	return NULL;
}

/* NULL where absent. */
static JsonArray *
read_array(struct reader *reader, JsonObject *object, const char *key)
{
	JsonNode *node = member_of(object, key);

	if (node == NULL)
		return NULL;
	if (JSON_NODE_HOLDS_ARRAY(node))
		return json_node_get_array(node);
	set_fault(reader, key);
	return NULL;
}

static guint
array_length(JsonArray *array)
{
	return array != NULL ? json_array_get_length(array) : 0;
}

static JsonObject *
array_object(struct reader *reader, JsonArray *array, guint i)
{
	JsonNode *node = json_array_get_element(array, i);

	if (JSON_NODE_HOLDS_OBJECT(node))
		return json_node_get_object(node);
	set_fault(reader, "array");
	return NULL;
}

static void
read_list(struct reader *reader, JsonObject *object, const char *key,
    GPtrArray *values)
{
	JsonArray *array = read_array(reader, object, key);

	for (guint i = 0; i < array_length(array); i++) {
		JsonNode *node = json_array_get_element(array, i);

		if (!JSON_NODE_HOLDS_VALUE(node) ||
		    json_node_get_value_type(node) != G_TYPE_STRING) {
			set_fault(reader, key);
			return;
		}
		g_ptr_array_add(values, json_node_dup_string(node));
	}
}

/* The index of the word among names; the safe 0 and a fault if it is none. */
static guint
read_word(struct reader *reader, JsonObject *object, const char *key,
    const char *const *names, guint n_names)
{
	g_autofree char *word = read_required_string(reader, object, key);

	for (guint i = 0; word != NULL && i < n_names; i++)
		if (strcmp(word, names[i]) == 0)
			return i;
	set_fault(reader, key);
	return 0;
}

static void
read_finding(struct reader *reader, JsonObject *object, Record *record)
{
	Finding *finding = g_new0(Finding, 1);

	finding->class = read_word(reader, object, "class", class_names,
	    G_N_ELEMENTS(class_names));
	finding->rule = read_required_string(reader, object, "rule");
	finding->part = read_string(reader, object, "part");
	finding->name = read_string(reader, object, "name");
	finding->detail = read_string(reader, object, "detail");
	finding->reading = read_string(reader, object, "reading");
	finding->reply = (guint)read_number(reader, object, "reply", 599);
	finding->offset = member_of(object, "offset") == NULL ? -1 :
	    (gint64)read_number(reader, object, "offset", G_MAXINT64);
	finding->field = read_string(reader, object, "field");
	g_ptr_array_add(record->findings, finding);
}

static void
read_part(struct reader *reader, JsonObject *object, Record *record)
{
	g_autofree char *path = read_required_string(reader, object, "path");
	g_autofree char *parent = read_required_string(reader, object, "parent");
	PartRecord *part = record_add_part(record, path, parent);

	part->content_type = read_string(reader, object, "content_type");
	part->detected_type = read_string(reader, object, "detected_type");
	part->disposition = read_string(reader, object, "disposition");
	read_list(reader, object, "names", part->names);
	part->size = read_number(reader, object, "size", G_MAXINT64);
	part->sha256 = read_string(reader, object, "sha256");
	part->is_encrypted = read_boolean(reader, object, "encrypted");
	part->coverage = read_word(reader, object, "coverage", coverage_names,
	    G_N_ELEMENTS(coverage_names));
	part->why = read_string(reader, object, "why");
	read_list(reader, object, "readings", part->readings);
}

static gint64
read_time(struct reader *reader, JsonObject *object, const char *key)
{
	g_autofree char *text = read_string(reader, object, key);
	g_autoptr(GDateTime) date = NULL;

	if (text == NULL)
		return 0;
	date = g_date_time_new_from_iso8601(text, NULL);
	if (date == NULL)
		set_fault(reader, key);
	return date != NULL ? g_date_time_to_unix(date) : 0;
}

static void
read_score(struct reader *reader, JsonObject *score, Record *record)
{
	JsonArray *hits;

	if (score == NULL)
		return;
	record->score = read_double(reader, score, "total");
	record->expires = read_time(reader, score, "expires");
	record->content_digest = read_string(reader, score, "digest");
	hits = read_array(reader, score, "hits");
	for (guint i = 0; i < array_length(hits); i++) {
		JsonObject *object = array_object(reader, hits, i);
		ScoreHit *hit = g_new0(ScoreHit, 1);

		hit->rule = read_required_string(reader, object, "rule");
		hit->score = read_double(reader, object, "score");
		hit->text = read_string(reader, object, "text");
		if (hit->text != NULL)
			hit->offset = read_number(reader, object, "offset",
			    G_MAXINT64);
		g_ptr_array_add(record->hits, hit);
	}
}

static void
read_rules(struct reader *reader, JsonObject *rules, Record *record)
{
	if (rules == NULL)
		return;
	record->signatures = read_number(reader, rules, "signatures",
	    G_MAXINT64);
	record->newest = read_time(reader, rules, "newest");
	record->policy = read_string(reader, rules, "policy");
}

/*
 * Action and reply class agree; a reply that refuses or defers has a finding
 * behind it with the same reply code, and nothing that refuses is accepted.
 */
static void
check_agreement(struct reader *reader, Record *record, const char *action)
{
	static const struct {
		const char *action;
		guint class;
	} classes[] = { { "accept", 2 }, { "defer", 4 }, { "reject", 5 } };
	guint class = record->code / 100;
	gboolean has_reason = FALSE, has_action = FALSE;

	for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
		if (class != classes[i].class)
			continue;
		record->action = classes[i].action;
		has_action = g_strcmp0(action, classes[i].action) == 0;
	}
	if (!has_action)
		set_fault(reader, "action");
	if (record->enhanced == NULL ||
	    record->enhanced[0] != (char)('0' + class))
		set_fault(reader, "enhanced");
	for (guint i = 0; i < record->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);

		if (finding->reply == record->code)
			has_reason = TRUE;
		if (class == 2 && finding->reply / 100 != 2)
			set_fault(reader, "findings");
	}
	if (class != 2 && !has_reason)
		set_fault(reader, "findings");
}

/* json-glib's parser recurses: hostile nesting must not reach it. */
static gboolean
is_shallow(const char *json, gsize len)
{
	gboolean is_in_string = FALSE;
	guint depth = 0;

	for (gsize i = 0; i < len; i++) {
		if (is_in_string) {
			if (json[i] == '\\')
				i++;
			else if (json[i] == '"')
				is_in_string = FALSE;
		} else if (json[i] == '"') {
			is_in_string = TRUE;
		} else if (json[i] == '{' || json[i] == '[') {
			if (++depth > MAX_JSON_DEPTH)
				return FALSE;
		} else if ((json[i] == '}' || json[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return TRUE;
}

Record *
record_from_json(const char *json, gsize len, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new_immutable();
	g_autoptr(Record) record = record_new();
	g_autofree char *action = NULL;
	struct reader reader = { NULL };
	JsonNode *root;
	JsonObject *object, *reply;
	JsonArray *array;

	if (len > RECORD_MAX_OCTETS || !is_shallow(json, len) ||
	    !g_utf8_validate(json, (gssize)len, NULL)) {
		g_set_error(error, RECORD_ERROR, RECORD_ERROR_INVALID,
		    "not a verdict record: too long, too deep or not UTF-8");
		return NULL;
	}
	if (!json_parser_load_from_data(parser, json, (gssize)len, error)) {
		g_prefix_error(error, "not a verdict record: ");
		return NULL;
	}
	root = json_parser_get_root(parser);
	if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
		g_set_error(error, RECORD_ERROR, RECORD_ERROR_INVALID,
		    "not a verdict record: not a JSON object");
		return NULL;
	}
	object = json_node_get_object(root);
	if (read_number(&reader, object, "record", G_MAXINT64) != 1)
		set_fault(&reader, "record");
	record->id = read_required_string(&reader, object, "id");
	record->file = read_string(&reader, object, "file");
	record->size = read_number(&reader, object, "size", G_MAXINT64);
	action = read_required_string(&reader, object, "action");
	reply = read_object(&reader, object, "reply");
	record->code = (guint)read_number(&reader, reply, "code", 599);
	record->enhanced = read_required_string(&reader, reply, "enhanced");
	record->text = read_required_string(&reader, reply, "text");
	array = read_array(&reader, object, "findings");
	for (guint i = 0; i < array_length(array); i++)
		read_finding(&reader, array_object(&reader, array, i), record);
	array = read_array(&reader, object, "parts");
	for (guint i = 0; i < array_length(array); i++)
		read_part(&reader, array_object(&reader, array, i), record);
	read_score(&reader, read_object(&reader, object, "score"), record);
	read_list(&reader, object, "headers", record->headers);
	read_rules(&reader, read_object(&reader, object, "rules"), record);
	record->elapsed_ms = read_double(&reader, object, "elapsed_ms");
	check_agreement(&reader, record, action);
	if (reader.fault == NULL)
		return g_steal_pointer(&record);
	g_set_error(error, RECORD_ERROR, RECORD_ERROR_INVALID,
	    "not a verdict record: %s is missing or wrong", reader.fault);
	return NULL;
}
