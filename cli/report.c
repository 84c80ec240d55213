/*
 * cli/report.c - a verdict record as a postmaster reads it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/report.h"
#include "scanner/ambiguity.h"

#define BOLD "\033[1m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

static const char *
paint(gboolean use_colour, const char *colour)
{
	return use_colour ? colour : "";
}

static const char *
action_colour(const char *action)
{
	if (strcmp(action, "accept") == 0)
		return GREEN;
	return strcmp(action, "reject") == 0 ? RED : YELLOW;
}

/* Control characters, and those that change the direction or the width of
 * text, are shown as \u escapes. Caller frees. */
static char *
printable(const char *text)
{
	GString *shown = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (g_unichar_isprint(c) &&
		    g_unichar_type(c) != G_UNICODE_FORMAT)
			g_string_append_unichar(shown, c);
		else
			g_string_append_printf(shown, "\\u%04x", c);
	}
	return g_string_free(shown, FALSE);
}

void
report_count(ReportTotals *totals, const Record *record)
{
	totals->messages++;
	if (strcmp(record->action, "accept") == 0)
		totals->accepted++;
	else if (strcmp(record->action, "reject") == 0)
		totals->refused++;
	else
		totals->deferred++;
	for (guint i = 0; i < record->parts->len; i++) {
		const PartRecord *part = g_ptr_array_index(record->parts, i);

		if (part->coverage != COVERAGE_SCANNED) {
			totals->unseen++;
		} else if (strchr(part->path, '>') != NULL) {
			totals->members++;
			totals->member_octets += part->size;
		} else {
			totals->parts++;
			totals->octets += part->size;
		}
	}
}

static guint
part_depth(const char *path)
{
	guint depth = 1;

	for (; *path != '\0'; path++)
		if (*path == '.' || *path == '>')
			depth++;
	return depth;
}

static void
print_part(const PartRecord *part, gboolean use_colour)
{
	g_autofree char *name = printable(part->names->len > 0 ?
	    g_ptr_array_index(part->names, 0) : "");
	g_autofree char *declared = printable(part->content_type != NULL ?
	    part->content_type : "");
	gboolean is_as_declared =
	    g_strcmp0(part->content_type, part->detected_type) == 0;

	printf("  %*s%-8s %s", (int)(2 * (part_depth(part->path) - 1)), "",
	    part->path, declared);
	if (part->detected_type != NULL && !is_as_declared)
		printf("%s%s%s%s", *declared != '\0' ? " is " : "",
		    paint(use_colour, BOLD), part->detected_type,
		    paint(use_colour, PLAIN));
	if (*name != '\0')
		printf("  \"%s\"", name);
	printf("  %" G_GUINT64_FORMAT " octets", part->size);
	if (part->coverage != COVERAGE_SCANNED) {
		g_autofree char *why = printable(part->why != NULL ?
		    part->why : "");

		printf("  %s%s%s%s%s", paint(use_colour, YELLOW),
		    coverage_name(part->coverage), *why != '\0' ? ": " : "",
		    why, paint(use_colour, PLAIN));
	}
	putchar('\n');
}

static void
print_finding(const Finding *finding, gboolean use_colour)
{
	g_autofree char *rule = printable(finding->rule);
	g_autofree char *name = printable(finding->name != NULL ?
	    finding->name : "");
	g_autofree char *detail = printable(finding->detail != NULL ?
	    finding->detail : "");
	const char *grade = ambiguity_name(ambiguity_of_finding(finding));
	gboolean is_note = finding->reply / 100 == 2;

	printf("  %s%s%s %s %s", paint(use_colour, is_note ? DIM : BOLD),
	    is_note ? "note:" : "refused:", paint(use_colour, PLAIN),
	    finding_class_name(finding->class), rule);
	if (grade != NULL)
		printf(" (%s)", grade);
	if (finding->part != NULL && *finding->part != '\0')
		printf(", part %s", finding->part);
	if (*name != '\0')
		printf(", \"%s\"", name);
	if (*detail != '\0')
		printf(": %s", detail);
	if (!is_note)
		printf(" (%u)", finding->reply);
	putchar('\n');
}

void
report_print(const char *file, const Record *record, gboolean use_colour)
{
	g_autofree char *shown = printable(file);
	g_autofree char *valid = g_utf8_make_valid(shown, -1);

	printf("%s%s%s: %s%s%s", paint(use_colour, BOLD), valid,
	    paint(use_colour, PLAIN),
	    paint(use_colour, action_colour(record->action)), record->action,
	    paint(use_colour, PLAIN));
	if (strcmp(record->action, "accept") != 0)
		printf(" %u %s %s", record->code, record->enhanced,
		    record->text);
	printf("  %s(%" G_GUINT64_FORMAT " octets, %.1f ms)%s\n",
	    paint(use_colour, DIM), record->size, record->elapsed_ms,
	    paint(use_colour, PLAIN));
	for (guint i = 0; i < record->parts->len; i++)
		print_part(g_ptr_array_index(record->parts, i), use_colour);
	for (guint i = 0; i < record->findings->len; i++)
		print_finding(g_ptr_array_index(record->findings, i),
		    use_colour);
}

void
report_print_totals(const ReportTotals *totals, gboolean use_colour)
{
	printf("%s%u message%s: %u accepted, %u refused, %u deferred; "
	    "looked at %" G_GUINT64_FORMAT " octets in %u part%s",
	    paint(use_colour, BOLD), totals->messages,
	    totals->messages == 1 ? "" : "s", totals->accepted,
	    totals->refused, totals->deferred, totals->octets, totals->parts,
	    totals->parts == 1 ? "" : "s");
	if (totals->members > 0)
		printf(" and %" G_GUINT64_FORMAT " in %u member%s",
		    totals->member_octets, totals->members,
		    totals->members == 1 ? "" : "s");
	if (totals->unseen > 0)
		printf(", not into %u more", totals->unseen);
	printf("%s\n", paint(use_colour, PLAIN));
}
