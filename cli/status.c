/*
 * cli/status.c - mailweir status: what the supervisor of a spool is doing.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "spool/lines.h"
#include "spool/spool.h"
#include "spool/status.h"

#define EXIT_NOT_RUNNING 1

static void
print_table(const GPtrArray *lines, gboolean is_alive)
{
	printf("%-14s %s\n", "alive", is_alive ? "yes" : "no");
	for (guint i = 0; lines != NULL && i < lines->len; i++) {
		const Line *line = g_ptr_array_index(lines, i);
		g_autofree char *key = g_ascii_strdown(line->key, -1);

		printf("%-14s %s\n", key, line->value);
	}
}

/* Keys as in the table, with "_" for "-"; rules is an array. */
static void
print_json(const GPtrArray *lines, gboolean is_alive)
{
	g_autoptr(JsonObject) object = json_object_new();
	g_autoptr(JsonNode) node = NULL;
	JsonArray *rules = json_array_new();
	g_autofree char *json = NULL;

	json_object_set_boolean_member(object, "alive", is_alive);
	for (guint i = 0; lines != NULL && i < lines->len; i++) {
		const Line *line = g_ptr_array_index(lines, i);
		g_autofree char *key = g_ascii_strdown(line->key, -1);
		gint64 number;

		g_strdelimit(key, "-", '_');
		if (strcmp(key, "rules") == 0)
			json_array_add_string_element(rules, line->value);
		else if (g_ascii_string_to_signed(line->value, 10, 0,
		    G_MAXINT64, &number, NULL))
			json_object_set_int_member(object, key, number);
		else
			json_object_set_string_member(object, key,
			    line->value);
	}
	json_object_set_array_member(object, "rules", rules);
	node = json_node_alloc();
	json_node_init_object(node, object);
	json = json_to_string(node, FALSE);
	puts(json);
}

int
cli_status(int argc, char **argv)
{
	gboolean is_json = FALSE;
	const GOptionEntry options[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &is_json,
		    "Print one line of JSON", NULL },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Spool) spool = NULL;
	g_autoptr(GPtrArray) lines = NULL;
	gboolean is_alive;

	if (!cli_parse(&argc, &argv, options, "SPOOL",
	    "Tells what waits in SPOOL, what was answered, and with which "
	    "rules.\nExit status: 0 somebody works in it, 1 nobody does."))
		return EX_USAGE;
	if (argc != 2)
		return cli_fail(EX_USAGE, "status",
		    "name one spool directory; try 'mailweir status --help'");
	spool = spool_open(argv[1], &error);
	if (spool == NULL)
		return cli_fail(EX_NOINPUT, "status", "%s", error->message);
	is_alive = spool_is_alive(spool);
	lines = status_read(spool, &error);
	if (lines == NULL && is_alive)
		return cli_fail(EX_TEMPFAIL, "status", "%s", error->message);
	if (is_json)
		print_json(lines, is_alive);
	else
		print_table(lines, is_alive);
	return is_alive ? EX_OK : EXIT_NOT_RUNNING;
}
