/*
 * spool/status.c - run/status: what the supervisor is doing, for people.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/lines.h"
#include "spool/status.h"

#define FORMAT "Spool-Status"
/* Of four octets each, coded as three: a line has room for them. */
#define TEXT_MAX_LETTERS 300

static void
add_number(GString *text, const char *key, guint64 number)
{
	g_autofree char *value = g_strdup_printf("%" G_GUINT64_FORMAT, number);

	lines_add_plain(text, key, value);
}

/* The reason of a failed reload may be as long as a path. */
static void
add_text(GString *text, const char *key, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);
	g_autofree char *begin = g_utf8_substring(valid, 0,
	    MIN(g_utf8_strlen(valid, -1), TEXT_MAX_LETTERS));

	lines_add_coded(text, key, begin);
}

/* One line for each of the summary: "signatures 8700000". */
static void
add_rules(GString *text, const char *rules)
{
	g_auto(GStrv) lines = g_strsplit(rules, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		if (*lines[i] != '\0' && strlen(lines[i]) < 1000) {
			g_strdelimit(lines[i], "\t", ' ');
			lines_add_coded(text, "Rules", lines[i]);
		}
}

char *
status_format(const Status *status)
{
	const IntakeCounts *counts = &status->counts;
	const struct {
		const char *key;
		guint64 value;
	} numbers[] = {
		{ "Pid", (guint64)getpid() },
		{ "Started", (guint64)status->started },
		{ "Time", (guint64)status->now },
		{ "Depth", status->load.depth },
		{ "Oldest-Ms", status->load.oldest_ms },
		{ "Active", status->active },
		{ "Workers", status->workers },
		{ "Generation", status->generation },
		{ "Loading-Since", (guint64)status->loading_since },
		{ "Reload-Time", (guint64)status->reload_time },
		{ "Accepted", counts->accepted },
		{ "Rejected", counts->rejected },
		{ "Deferred", counts->deferred },
		{ "Discarded", counts->discarded },
		{ "Quarantined", counts->quarantined },
		{ "Retried", counts->retried },
		{ "Poison", counts->poison },
		{ "Abandoned", counts->abandoned },
		{ "Unanswered", counts->unanswered },
		{ "Free-Octets", status->load.free_octets },
		{ "Free-Inodes", status->load.free_inodes },
	};
	GString *text = lines_begin(FORMAT);

	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
		add_number(text, numbers[i].key, numbers[i].value);
	lines_add_coded(text, "Full",
	    status->problem != NULL ? status->problem : "no");
	add_text(text, "Reload", status->reload != NULL ? status->reload :
	    "none");
	add_rules(text, status->rules);
	lines_end(text);
	return g_string_free(text, FALSE);
}

GPtrArray *
status_read(Spool *spool, GError **error)
{
	g_autofree char *text = g_malloc(LINES_MAX_OCTETS);
	GPtrArray *lines;
	uid_t owner;
	ssize_t got = -1;
	int fd = spool_open_file(spool, SPOOL_RUN, "status", &owner);

	if (fd != -1) {
		got = read(fd, text, LINES_MAX_OCTETS);
		close(fd);
	}
	if (got == -1) {
		g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_ACCESS,
		    "run/status: %s", g_strerror(errno));
		return NULL;
	}
	lines = lines_parse(text, (gsize)got, FORMAT, error);
	for (guint i = 0; lines != NULL && i < lines->len; i++) {
		Line *line = g_ptr_array_index(lines, i);
		char *value = lines_decode(line->value);

		if (value == NULL)
			value = g_strdup("?");
		g_free(line->value);
		line->value = value;
	}
	return lines;
}
