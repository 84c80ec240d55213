/*
 * spool/socket_request.c - what a client of run/sock asks for: one line.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "spool/envelope_file.h"
#include "spool/ids.h"
#include "spool/lines.h"
#include "spool/socket_request.h"

/* Stands for the id that the message does not have yet. */
#define NO_ID "0000000000000000"

G_DEFINE_QUARK(mailweir-socket-request-error, socket_request_error)

static gboolean
broken(GError **error, const char *problem)
{
	g_set_error_literal(error, SOCKET_REQUEST_ERROR,
	    SOCKET_REQUEST_ERROR_BROKEN, problem);
	return FALSE;
}

static gboolean
read_file(SocketRequest *request, const char *coded, GError **error)
{
	if (request->file != NULL)
		return broken(error, "File is written twice");
	request->file = lines_decode(coded);
	return (request->file != NULL && *request->file == '/') ||
	    broken(error, "File is not an absolute path, coded correctly");
}

/* "Sender=a@b" becomes the line "Sender: a@b". */
static gboolean
add_pair(GString *text, SocketRequest *request, const char *pair,
    GError **error)
{
	const char *equals = strchr(pair, '=');
	g_autoptr(GString) value = g_string_new(NULL);

	if (equals == NULL || equals == pair)
		return broken(error, "not KEY=VALUE");
	for (const char *p = equals + 1; *p != '\0'; p++) {
		if ((guchar)*p > '~')
			g_string_append_printf(value, "%%%02X", (guchar)*p);
		else
			g_string_append_c(value, *p);
	}
	if (g_str_has_prefix(pair, "File="))
		return read_file(request, value->str, error);
	g_string_append_printf(text, "%.*s: %s\n", (int)(equals - pair), pair,
	    value->str);
	return TRUE;
}

static gboolean
read_scan(SocketRequest *request, const char *pairs, GError **error)
{
	g_auto(GStrv) list = g_strsplit(pairs, " ", -1);
	g_autoptr(GString) text = lines_begin("Spool-Envelope");

	g_string_append(text, "Id: " NO_ID "\nSize: 0\n");
	for (guint i = 0; list[i] != NULL; i++)
		if (*list[i] != '\0' &&
		    !add_pair(text, request, list[i], error))
			return FALSE;
	lines_end(text);
	if (request->file == NULL)
		return broken(error, "there is no File=PATH");
	request->envelope = envelope_file_parse(text->str, text->len, error);
	return request->envelope != NULL;
}

SocketRequest *
socket_request_parse(const char *line, gsize len, GError **error)
{
	g_autoptr(SocketRequest) request = g_new0(SocketRequest, 1);
	g_autofree char *text = g_strndup(line, len);

	if (len > SOCKET_REQUEST_MAX_OCTETS || strlen(text) != len ||
	    strpbrk(text, "\r\n") != NULL) {
		broken(error, "too long, or with a NUL or line end in it");
		return NULL;
	}
	if (g_str_has_prefix(text, "SCAN1 "))
		return read_scan(request, text + strlen("SCAN1 "), error) ?
		    g_steal_pointer(&request) : NULL;
	if (g_str_has_prefix(text, "WAIT1 ") &&
	    spool_id_is_valid(text + strlen("WAIT1 "))) {
		request->id = g_strdup(text + strlen("WAIT1 "));
		return g_steal_pointer(&request);
	}
	broken(error, "neither WAIT1 ID nor SCAN1 File=PATH KEY=VALUE ...");
	return NULL;
}

void
socket_request_free(SocketRequest *request)
{
	if (request == NULL)
		return;
	g_free(request->id);
	g_free(request->file);
	envelope_free(request->envelope);
	g_free(request);
}
