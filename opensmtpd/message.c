/*
 * opensmtpd/message.c - a complete message: asks, and gives it back.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "opensmtpd/message.h"

/* One call a line: stdio keeps those of several threads apart. */
static void
give_line(const Message *message, const char *text, gsize len)
{
	g_autoptr(GString) line = g_string_sized_new(len + 64);

	g_string_append_printf(line, "filter-dataline|%s|%s|",
	    message->session, message->token);
	if (*text == '.')
		g_string_append_c(line, '.');
	g_string_append_len(line, text, (gssize)len);
	g_string_append_c(line, '\n');
	fwrite(line->str, 1, line->len, stdout);
}

static void
give_end(const Message *message)
{
	printf("filter-dataline|%s|%s|.\n", message->session, message->token);
	fflush(stdout);
}

/* Whether the line begins a field that the verdict's take the place of. */
static gboolean
is_replaced(const char *line, const GPtrArray *headers)
{
	for (guint i = 0; i < headers->len; i++) {
		const char *header = g_ptr_array_index(headers, i);
		gsize len = strcspn(header, ":");

		if (g_ascii_strncasecmp(line, header, len) == 0 &&
		    line[len + strspn(line + len, " \t")] == ':')
			return TRUE;
	}
	return FALSE;
}

/* The lines of stream, whose header section is changed as the verdict says. */
static void
give_lines(const Message *message, FILE *stream, const GPtrArray *headers)
{
	gboolean is_header = TRUE, is_left_out = FALSE;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	for (guint i = 0; i < headers->len; i++) {
		const char *header = g_ptr_array_index(headers, i);

		give_line(message, header, strlen(header));
	}
	while ((len = getline(&line, &room, stream)) != -1) {
		if (len > 0 && line[len - 1] == '\n')
			line[--len] = '\0';
		/* The spool has CRLF; OpenSMTPD's lines have no end. */
		if (len > 0 && line[len - 1] == '\r')
			line[--len] = '\0';
		is_header &= len > 0;
		if (is_header && *line != ' ' && *line != '\t')
			is_left_out = is_replaced(line, headers);
		if (!is_header || !is_left_out)
			give_line(message, line, (gsize)len);
	}
	free(line);
}

/* FALSE: the message is gone, or cannot be read. */
static gboolean
give_back(const Message *message, const GPtrArray *headers)
{
	int fd = submission_reopen(message->submission);
	FILE *stream = fd != -1 ? fdopen(fd, "r") : NULL;
	gboolean is_read;

	if (stream == NULL) {
		if (fd != -1)
			close(fd);
		return FALSE;
	}
	give_lines(message, stream, headers);
	is_read = !ferror(stream);
	fclose(stream);
	return is_read;
}

/* The first line of it: a filter has room for no more. */
static void
set_first_line(const Message *message, const char *reply)
{
	g_autofree char *line = g_strndup(reply, strcspn(reply, "\n"));

	sessions_set_reply(message->session, line);
}

static void
answer(const Message *message, const VerdictFile *verdict)
{
	if (verdict->reply != NULL)
		set_first_line(message, verdict->reply);
	else if (strcmp(verdict->action, "accept") == 0 &&
	    give_back(message, verdict->headers))
		sessions_set_reply(message->session, "accept");
	else
		fprintf(stderr, "%s: '%s' cannot be done\n",
		    message->envelope->queue_id, verdict->action);
}

static gpointer
run(gpointer data)
{
	g_autoptr(Message) message = data;
	Adapter *adapter = message->adapter;
	g_autoptr(VerdictFile) verdict = NULL;
	g_autoptr(GError) error = NULL;

	if (message->submission == NULL) {
		g_autofree char *line = reply_line(catalogue_reply(
		    adapter->catalogue, message->failure));

		sessions_set_reply(message->session, line);
	} else {
		verdict = submission_ask(message->submission,
		    message->envelope, adapter->waiter, &error);
	}
	if (verdict != NULL)
		answer(message, verdict);
	else if (error != NULL)
		fprintf(stderr, "%s: %s\n", message->envelope->queue_id,
		    error->message);
	give_end(message);
	g_clear_pointer(&message, message_free);
	g_atomic_int_add(&adapter->n_messages, -1);
	return NULL;
}

void
message_ask(Message *message)
{
	g_autoptr(GError) error = NULL;
	GThread *thread;

	g_atomic_int_inc(&message->adapter->n_messages);
	thread = g_thread_try_new("message", run, message, &error);
	if (thread != NULL) {
		g_thread_unref(thread);
		return;
	}
	/* Our 451: no reply is set. */
	fprintf(stderr, "%s: %s\n", message->session, error->message);
	give_end(message);
	g_atomic_int_add(&message->adapter->n_messages, -1);
	message_free(message);
}

void
message_free(Message *message)
{
	if (message == NULL)
		return;
	submission_free(message->submission);
	envelope_free(message->envelope);
	g_free(message->session);
	g_free(message->token);
	g_free(message);
}
