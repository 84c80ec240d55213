/*
 * opensmtpd/session.c - the SMTP sessions, as OpenSMTPD tells them to a filter.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "opensmtpd/message.h"
#include "opensmtpd/session.h"
#include "spool/envelope_file.h"

typedef struct {
	char *client_address;
	char *client_name;
	char *helo;
	char *auth_user;
	gboolean has_tls;
	/* Of the transaction. */
	char *queue_id;
	char *reverse_path;
	GPtrArray *recipients;  /* of char * */
	Message *message;       /* while it arrives; NULL: none */
	char *reply;            /* when it is there; NULL: our 451 */
} Session;

static Adapter *adapter;
static GMutex mutex;            /* of sessions and all in it */
static GHashTable *sessions;    /* name -> Session */

static void
end_transaction(Session *session)
{
	g_clear_pointer(&session->queue_id, g_free);
	g_clear_pointer(&session->reverse_path, g_free);
	g_clear_pointer(&session->message, message_free);
	g_clear_pointer(&session->reply, g_free);
	g_ptr_array_set_size(session->recipients, 0);
}

static void
session_free(gpointer data)
{
	Session *session = data;

	end_transaction(session);
	g_ptr_array_unref(session->recipients);
	g_free(session->client_address);
	g_free(session->client_name);
	g_free(session->helo);
	g_free(session->auth_user);
	g_free(session);
}

void
sessions_start(Adapter *with)
{
	adapter = with;
	sessions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    session_free);
}

/* Never NULL: a filter may have been started in the middle of a session. */
static Session *
find(const char *name)
{
	Session *session = g_hash_table_lookup(sessions, name);

	if (session != NULL)
		return session;
	session = g_new0(Session, 1);
	session->recipients = g_ptr_array_new_with_free_func(g_free);
	g_hash_table_insert(sessions, g_strdup(name), session);
	return session;
}

static void
set(char **member, const char *value)
{
	g_free(*member);
	*member = g_strdup(value);
}

/* The word at *text, of which the separator is overwritten; *text is then what
 * follows. "" at the end. */
static char *
next_word(char **text)
{
	char *word = *text;
	gsize len = strcspn(word, "|");

	*text += len;
	if (**text != '\0')
		*(*text)++ = '\0';
	return word;
}

/* --- what OpenSMTPD reports ---------------------------------------------- */

/* rest: "NAME|pass|192.0.2.7:25|..."; "[2001:db8::1]:25" for IPv6. */
static void
on_connect(Session *session, char *rest)
{
	char *name = next_word(&rest), *address, *end;

	next_word(&rest);
	address = next_word(&rest);
	end = strrchr(address, ':');
	if (end != NULL)
		*end = '\0';
	if (*address == '[' && g_str_has_suffix(address, "]")) {
		address[strlen(address) - 1] = '\0';
		address++;
	}
	set(&session->client_name, name);
	set(&session->client_address, address);
}

static void
on_identify(Session *session, char *rest)
{
	next_word(&rest);
	set(&session->helo, rest);
}

static void
on_tls(Session *session, char *rest)
{
	(void)rest;
	session->has_tls = TRUE;
}

/* "USER|pass", and since protocol 0.7 "pass|USER". */
static void
on_auth(Session *session, char *rest)
{
	if (g_str_has_suffix(rest, "|pass"))
		rest[strlen(rest) - strlen("|pass")] = '\0';
	else if (g_str_has_prefix(rest, "pass|"))
		rest += strlen("pass|");
	else
		return;
	set(&session->auth_user, rest);
}

/* "MESSAGE|ok|ADDRESS" */
static void
on_mail(Session *session, char *rest)
{
	char *id = next_word(&rest);

	if (strcmp(next_word(&rest), "ok") != 0)
		return;
	end_transaction(session);
	set(&session->queue_id, id);
	set(&session->reverse_path, rest);
}

static void
on_recipient(Session *session, char *rest)
{
	next_word(&rest);
	if (strcmp(next_word(&rest), "ok") == 0 &&
	    session->recipients->len < ENVELOPE_MAX_RECIPIENTS)
		g_ptr_array_add(session->recipients, g_strdup(rest));
}

static void
on_reset(Session *session, char *rest)
{
	(void)rest;
	end_transaction(session);
}

static const struct report {
	const char *event;
	void (*handle)(Session *session, char *rest);
} reports[] = {
	{ "link-connect", on_connect },
	{ "link-identify", on_identify },
	{ "link-tls", on_tls },
	{ "link-auth", on_auth },
	{ "tx-mail", on_mail },
	{ "tx-rcpt", on_recipient },
	{ "tx-reset", on_reset },
	{ "link-disconnect", NULL },
};

static void
report(const char *event, const char *name, char *rest)
{
	for (gsize i = 0; i < G_N_ELEMENTS(reports); i++)
		if (strcmp(event, reports[i].event) != 0)
			continue;
		else if (reports[i].handle != NULL)
			reports[i].handle(find(name), rest);
		else
			g_hash_table_remove(sessions, name);
}

/* --- what it asks ----------------------------------------------------------- */

static Envelope *
envelope_of(const Session *session)
{
	Envelope *envelope = envelope_new();

	envelope->client_address = g_strdup(session->client_address);
	envelope->client_name = g_strdup(session->client_name);
	envelope->helo = g_strdup(session->helo);
	envelope->auth_user = g_strdup(session->auth_user);
	envelope->reverse_path = g_strdup(session->reverse_path);
	envelope->queue_id = g_strdup(session->queue_id);
	for (guint i = 0; i < session->recipients->len; i++)
		g_ptr_array_add(envelope->recipients,
		    g_strdup(g_ptr_array_index(session->recipients, i)));
	/* RFC 3848. */
	envelope->protocol = g_strdup_printf("ESMTP%s%s",
	    session->has_tls ? "S" : "",
	    session->auth_user != NULL ? "A" : "");
	envelope->submitter = g_strdup("opensmtpd");
	envelope->wait = adapter->wait;
	return envelope;
}

static void
begin_message(Session *session, const char *name, const char *token)
{
	g_autoptr(GError) error = NULL;
	Message *message = g_new0(Message, 1);

	g_clear_pointer(&session->reply, g_free);
	if (session->queue_id == NULL)
		set(&session->queue_id, "-");
	message->adapter = adapter;
	message->session = g_strdup(name);
	message->token = g_strdup(token);
	message->envelope = envelope_of(session);
	message->failure = VERDICT_DEFER;
	message->submission = submission_new(adapter->spool,
	    adapter->max_message_octets, &error);
	if (message->submission == NULL)
		fprintf(stderr, "%s: %s\n", session->queue_id, error->message);
	session->message = message;
}

/* The rest of a message for which this fails is not spooled. */
static void
spool_line(Message *message, const char *line)
{
	g_autoptr(GError) error = NULL;

	if (message->submission == NULL ||
	    (submission_write(message->submission, line, strlen(line),
	    &error) &&
	    submission_write(message->submission, "\r\n", 2, &error)))
		return;
	if (g_error_matches(error, SPOOL_ERROR, SPOOL_ERROR_TOO_LARGE))
		message->failure = VERDICT_TOO_BIG;
	fprintf(stderr, "%s: %s\n", message->envelope->queue_id,
	    error->message);
	g_clear_pointer(&message->submission, submission_free);
}

static void
data_line(const char *name, const char *token, const char *line)
{
	Session *session = find(name);

	if (session->message == NULL)
		begin_message(session, name, token);
	if (strcmp(line, ".") == 0)
		message_ask(g_steal_pointer(&session->message));
	else
		spool_line(session->message, *line == '.' ? line + 1 : line);
}

static void
commit(const char *name, const char *token)
{
	g_autofree char *reply = g_steal_pointer(&find(name)->reply);

	if (reply == NULL)
		reply = reply_line(catalogue_reply(adapter->catalogue,
		    VERDICT_DEFER));
	if (strcmp(reply, "accept") == 0)
		printf("filter-result|%s|%s|proceed\n", name, token);
	else
		printf("filter-result|%s|%s|reject|%s\n", name, token, reply);
	fflush(stdout);
}

void
sessions_set_reply(const char *name, const char *reply)
{
	Session *session;

	g_mutex_lock(&mutex);
	session = g_hash_table_lookup(sessions, name);
	/* Its client may have left. */
	if (session != NULL)
		set(&session->reply, reply);
	g_mutex_unlock(&mutex);
}

void
sessions_register(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(reports); i++)
		printf("register|report|smtp-in|%s\n", reports[i].event);
	fputs("register|filter|smtp-in|data-line\n"
	    "register|filter|smtp-in|commit\nregister|ready\n", stdout);
	fflush(stdout);
}

gboolean
sessions_line(char *line)
{
	char *stream = next_word(&line), *version = next_word(&line), *event,
	    *name, *token;
	gboolean is_report = strcmp(stream, "report") == 0;

	if ((!is_report && strcmp(stream, "filter") != 0) ||
	    g_ascii_strtod(version, NULL) < 0.6)
		return FALSE;
	next_word(&line);
	next_word(&line);
	event = next_word(&line);
	name = next_word(&line);
	g_mutex_lock(&mutex);
	if (is_report) {
		report(event, name, line);
	} else {
		token = next_word(&line);
		if (strcmp(event, "data-line") == 0)
			data_line(name, token, line);
		else
			commit(name, token);
	}
	g_mutex_unlock(&mutex);
	return TRUE;
}
