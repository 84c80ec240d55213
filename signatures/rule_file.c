/*
 * signatures/rule_file.c - reads SpamAssassin's .cf format line by line.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "signatures/rule_condition.h"
#include "signatures/rule_file.h"

#define MAX_CONDITIONS 64

/* One if that is open. */
typedef struct {
	gboolean is_active;     /* its lines are read */
	gboolean was_active;    /* the lines around it are read */
	char *missing_plugin;
	guint line;
} Condition;

typedef struct {
	const char *file;
	gboolean may_include;
	guint line;
	guint depth;
	Condition conditions[MAX_CONDITIONS];
	guint n_conditions;
	const RuleFileVisitor *visitor;
	gpointer data;
} Reader;

static void read_file(const char *path, guint depth,
    const RuleFileVisitor *visitor, gpointer data);

static void
trouble(const Reader *reader, guint line, const char *text)
{
	reader->visitor->on_trouble(reader->file, line, text, reader->data);
}

static gboolean
is_active(const Reader *reader)
{
	return reader->n_conditions == 0 ||
	    reader->conditions[reader->n_conditions - 1].is_active;
}

/* The innermost plugin that this place is skipped for; NULL: none. */
static const char *
missing_plugin(const Reader *reader)
{
	const char *plugin = NULL;

	for (guint i = 0; i < reader->n_conditions; i++) {
		const Condition *condition = &reader->conditions[i];

		if (condition->is_active)
			continue;
		/* Skipped for another reason too: not one that counts. */
		if (condition->missing_plugin == NULL)
			return NULL;
		plugin = condition->missing_plugin;
		/* What stands deeper is skipped for this one's sake. */
		break;
	}
	return plugin;
}

static void
open_condition(Reader *reader, gboolean holds, const char *plugin)
{
	Condition *condition;

	if (reader->n_conditions == MAX_CONDITIONS) {
		trouble(reader, reader->line, "too many ifs within ifs");
		return;
	}
	condition = &reader->conditions[reader->n_conditions];
	condition->was_active = is_active(reader);
	condition->is_active = condition->was_active && holds;
	condition->missing_plugin = holds ? NULL : g_strdup(plugin);
	condition->line = reader->line;
	reader->n_conditions++;
}

static void
open_if(Reader *reader, const char *text)
{
	gboolean is_understood;
	gboolean holds = rule_condition_holds(text, &is_understood);

	if (!is_understood)
		trouble(reader, reader->line, "condition not understood");
	open_condition(reader, holds, NULL);
}

static void
open_ifplugin(Reader *reader, const char *name)
{
	const char *colon = strrchr(name, ':');

	open_condition(reader, rule_condition_has_plugin(name),
	    colon != NULL ? colon + 1 : name);
}

static void
turn_condition(Reader *reader)
{
	Condition *condition;

	if (reader->n_conditions == 0) {
		trouble(reader, reader->line, "else without if");
		return;
	}
	condition = &reader->conditions[reader->n_conditions - 1];
	condition->is_active = condition->was_active && !condition->is_active;
	g_clear_pointer(&condition->missing_plugin, g_free);
}

static void
close_condition(Reader *reader)
{
	if (reader->n_conditions == 0) {
		trouble(reader, reader->line, "endif without if");
		return;
	}
	reader->n_conditions--;
	g_clear_pointer(&reader->conditions[reader->n_conditions].missing_plugin,
	    g_free);
}

static void
include_file(Reader *reader, const char *name)
{
	g_autofree char *folder = g_path_get_dirname(reader->file);
	g_autofree char *path = g_path_is_absolute(name) ? g_strdup(name) :
	    g_build_filename(folder, name, NULL);

	if (!reader->may_include || reader->depth + 1 >= RULE_FILE_MAX_DEPTH) {
		trouble(reader, reader->line, "include goes too deep");
		return;
	}
	read_file(path, reader->depth + 1, reader->visitor, reader->data);
}

/* Cuts the comment off and turns "\#" into "#". */
static void
strip_comment(char *line)
{
	char *to = line;

	for (const char *from = line; *from != '\0'; from++) {
		if (*from == '#')
			break;
		if (from[0] == '\\' && from[1] == '#')
			from++;
		*to++ = *from;
	}
	*to = '\0';
}

static void
read_line(Reader *reader, char *line)
{
	RuleLine row = { reader->file, reader->line, NULL, NULL, NULL };
	char *value;

	strip_comment(line);
	line = g_strstrip(line);
	if (*line == '\0')
		return;
	value = line + strcspn(line, " \t");
	if (*value != '\0')
		*value++ = '\0';
	value += strspn(value, " \t");
	/* Some write if(...) in one word. */
	if (g_str_has_prefix(line, "if(")) {
		g_autofree char *condition =
		    g_strconcat(line + 2, " ", value, NULL);

		open_if(reader, g_strchomp(condition));
	} else if (strcmp(line, "if") == 0) {
		open_if(reader, value);
	} else if (strcmp(line, "ifplugin") == 0) {
		value[strcspn(value, " \t")] = '\0';
		open_ifplugin(reader, value);
	} else if (strcmp(line, "else") == 0) {
		turn_condition(reader);
	} else if (strcmp(line, "endif") == 0) {
		close_condition(reader);
	} else if (strcmp(line, "lang") == 0) {
		return;
	} else if (strcmp(line, "include") == 0) {
		if (is_active(reader))
			include_file(reader, value);
	} else {
		row.missing_plugin = missing_plugin(reader);
		if (!is_active(reader) && row.missing_plugin == NULL)
			return;
		row.key = line;
		row.value = value;
		reader->visitor->on_line(&row, reader->data);
	}
}

static void
parse(Reader *reader, const char *text, gsize len)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (gsize)(end - text));
		gsize n = (gsize)((newline != NULL ? newline : end) - text);
		/* A NUL ends the line for us: nothing may hide behind it. */
		g_autofree char *line = g_strndup(text, n);

		reader->line++;
		if (strlen(line) < n)
			trouble(reader, reader->line,
			    "the line ends at a NUL octet");
		read_line(reader, line);
		text += n;
		if (newline != NULL)
			text++;
	}
	while (reader->n_conditions > 0) {
		guint line = reader->conditions[reader->n_conditions - 1].line;

		trouble(reader, line, "if without endif");
		close_condition(reader);
	}
}

void
rule_file_parse(const char *name, const char *text, gsize len,
    const RuleFileVisitor *visitor, gpointer data)
{
	Reader reader = { .file = name, .visitor = visitor, .data = data };

	parse(&reader, text, len);
}

static void
read_file(const char *path, guint depth, const RuleFileVisitor *visitor,
    gpointer data)
{
	Reader reader = { .file = path, .may_include = TRUE, .depth = depth,
		.visitor = visitor, .data = data };
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	struct stat st;
	gsize len;

	if (stat(path, &st) == -1) {
		trouble(&reader, 0, g_strerror(errno));
		return;
	}
	/* A device or a pipe could be read for ever. */
	if (!S_ISREG(st.st_mode) || st.st_size > RULE_FILE_MAX_OCTETS) {
		trouble(&reader, 0, "not a regular file of at most 16 MiB");
		return;
	}
	if (!g_file_get_contents(path, &text, &len, &error)) {
		trouble(&reader, 0, error->message);
		return;
	}
	parse(&reader, text, len);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
rule_file_read(const char *path, const RuleFileVisitor *visitor, gpointer data)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = NULL;
	const char *name;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		read_file(path, 0, visitor, data);
		return;
	}
	dir = g_dir_open(path, 0, &error);
	if (dir == NULL) {
		visitor->on_trouble(path, 0, error->message, data);
		return;
	}
	while ((name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".cf"))
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *file = g_build_filename(path,
		    g_ptr_array_index(names, i), NULL);

		read_file(file, 0, visitor, data);
	}
}
