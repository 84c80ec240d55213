/*
 * spool/log.c - what the supervisor says, one line an event.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "spool/log.h"

void
log_line(const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	for (char *p = line; *p != '\0'; p++)
		if ((guchar)*p < ' ' || *p == 0x7f)
			*p = '?';
	fprintf(stderr, "%s\n", line);
}

void
log_record(const Record *record)
{
	const Finding *reason = NULL;

	for (guint i = 0; i < record->findings->len && reason == NULL; i++) {
		const Finding *finding = g_ptr_array_index(record->findings, i);

		if (finding->reply == record->code)
			reason = finding;
	}
	log_line("%s: %s, %u %s %s%s%s%s%s%s%s, %" G_GUINT64_FORMAT
	    " octets, %.1f ms", record->id, record->action, record->code,
	    record->enhanced, record->text, reason != NULL ? ", " : "",
	    reason != NULL ? reason->rule : "",
	    reason != NULL && reason->part != NULL ? " part " : "",
	    reason != NULL && reason->part != NULL ? reason->part : "",
	    reason != NULL && reason->name != NULL ? " name " : "",
	    reason != NULL && reason->name != NULL ? reason->name : "",
	    record->size, record->elapsed_ms);
}
