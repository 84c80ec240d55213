/*
 * spool/lines.h - the "Key: value" grammar of envelope and verdict files.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lines end in LF and have at most 4096 octets. The first names the format and
 * its version ("Spool-Envelope: 1"), the last is "End: 1": without it the file
 * is not complete. In coded values every octet outside 33..126, and '%', is
 * %XX with upper-case digits, so that no value can hold a line end.
 */
#ifndef SPOOL_LINES_H
#define SPOOL_LINES_H

#include <glib.h>

#define LINES_MAX_OCTETS (256u << 10)
#define LINES_MAX_LINE_OCTETS 4096
#define LINES_VERSION 1

typedef struct {
	char *key;
	char *value;            /* still coded */
} Line;

#define LINES_ERROR (lines_error_quark())
GQuark lines_error_quark(void);
typedef enum {
	LINES_ERROR_BROKEN,     /* not a file of this format, or incomplete */
	LINES_ERROR_VERSION,    /* of a later version */
} LinesError;

/* The lines between the first and the last (of Line *). Caller owns the
 * array. NULL and error; the message says which line is wrong. */
GPtrArray *lines_parse(const char *text, gsize len, const char *format,
    GError **error);

/* A file's text begins with its format line. Caller frees. */
GString *lines_begin(const char *format);
void lines_add_coded(GString *text, const char *key, const char *value);
void lines_add_plain(GString *text, const char *key, const char *value);
void lines_end(GString *text);

/* Caller frees. NULL: not coded correctly, or codes a NUL. */
char *lines_decode(const char *coded);

#endif
