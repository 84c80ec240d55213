/*
 * milter/session.c - one SMTP session, as the mail server tells it to a milter.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "milter/session.h"
#include "spool/envelope_file.h"
#include "spool/submission.h"

/* Nothing but the end of the message is answered: the mail server need not
 * wait for us after each header field. */
#define WANTED_STEPS (SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_HDR_LEADSPC | \
	SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | \
	SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY)
#define WANTED_ACTIONS (SMFIF_ADDHDRS | SMFIF_CHGHDRS)

typedef struct {
	/* Of the session. */
	char *client_address;
	char *client_name;
	char *helo;
	gboolean has_leading_space;     /* header values come as they were sent */
	/* Of the message; NULL between messages. */
	Envelope *envelope;
	Submission *submission;         /* NULL: failure says why */
	Verdict failure;                /* VERDICT_DEFER or VERDICT_TOO_BIG */
	GPtrArray *names;               /* of char *: its header fields' names */
} Session;

static Adapter *adapter;

void
session_share(Adapter *with)
{
	adapter = with;
}

/* One line; control characters cannot forge another. */
static void
log_line(const Session *session, const char *what)
{
	const char *id = session->envelope->queue_id;
	g_autofree char *line = g_strdup_printf("%s: %s",
	    id != NULL ? id : "-", what);

	for (char *p = line; *p != '\0'; p++)
		if ((guchar)*p < ' ' || *p == 0x7f)
			*p = '?';
	fprintf(stderr, "%s\n", line);
}

/* Whatever is still in the spool of the message goes. */
static void
end_message(Session *session)
{
	if (session->submission != NULL) {
		g_clear_pointer(&session->submission, submission_free);
		g_atomic_int_add(&adapter->n_messages, -1);
	}
	g_clear_pointer(&session->envelope, envelope_free);
	g_clear_pointer(&session->names, g_ptr_array_unref);
	session->failure = VERDICT_DEFER;
}

/* The rest of the message is not spooled; its end is answered so. */
static void
give_up(Session *session, const GError *error)
{
	log_line(session, error->message);
	session->failure = g_error_matches(error, SPOOL_ERROR,
	    SPOOL_ERROR_TOO_LARGE) ? VERDICT_TOO_BIG : VERDICT_DEFER;
	g_clear_pointer(&session->submission, submission_free);
	g_atomic_int_add(&adapter->n_messages, -1);
}

static void
spool_octets(Session *session, const void *octets, gsize len)
{
	g_autoptr(GError) error = NULL;

	if (session->submission != NULL && !submission_write(
	    session->submission, octets, len, &error))
		give_up(session, error);
}

/* --- the session -------------------------------------------------------- */

/* NULL: not by network. Caller frees. */
static char *
address_text(const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN];

	if (address != NULL && address->sa_family == AF_INET)
		return g_strdup(inet_ntop(AF_INET,
		    &((const struct sockaddr_in *)(const void *)address)->
		    sin_addr, text, sizeof(text)));
	if (address != NULL && address->sa_family == AF_INET6)
		return g_strdup(inet_ntop(AF_INET6,
		    &((const struct sockaddr_in6 *)(const void *)address)->
		    sin6_addr, text, sizeof(text)));
	return NULL;
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
	Session *session = smfi_getpriv(ctx);

	session->client_address = address_text(address);
	session->client_name = g_strdup(host);
	return SMFIS_NOREPLY;
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long f2, unsigned long f3, unsigned long *our_actions,
    unsigned long *our_steps, unsigned long *our_f2, unsigned long *our_f3)
{
	Session *session = g_new0(Session, 1);

	(void)f2;
	(void)f3;
	*our_f2 = *our_f3 = 0;
	/* libmilter answers in our place where the server knows no NR_. */
	*our_steps = steps & WANTED_STEPS;
	*our_actions = WANTED_ACTIONS;
	session->has_leading_space = (steps & SMFIP_HDR_LEADSPC) != 0;
	if (smfi_setpriv(ctx, session) == MI_FAILURE) {
		g_free(session);
		return SMFIS_REJECT;
	}
	if (actions & SMFIF_SETSYMLIST) {
		char envelope_macros[] =
		    "i {auth_authen} {tls_version} {mail_addr}";
		char end_macros[] = "i";

		smfi_setsymlist(ctx, SMFIM_ENVFROM, envelope_macros);
		smfi_setsymlist(ctx, SMFIM_EOM, end_macros);
	}
	return SMFIS_CONTINUE;
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	Session *session = smfi_getpriv(ctx);

	g_free(session->helo);
	session->helo = g_strdup(name);
	return SMFIS_NOREPLY;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);

	if (session == NULL)
		return SMFIS_CONTINUE;
	end_message(session);
	g_free(session->client_address);
	g_free(session->client_name);
	g_free(session->helo);
	g_free(session);
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

/* --- the envelope ------------------------------------------------------- */

/* "<a@example>" without the brackets. Caller frees. */
static char *
bare_address(const char *path)
{
	gsize len = strlen(path);

	if (len >= 2 && *path == '<' && path[len - 1] == '>')
		return g_strndup(path + 1, len - 2);
	return g_strdup(path);
}

static char *
macro(SMFICTX *ctx, const char *name)
{
	g_autofree char *writable = g_strdup(name);

	return g_strdup(smfi_getsymval(ctx, writable));
}

static sfsistat
on_mail(SMFICTX *ctx, char **arguments)
{
	Session *session = smfi_getpriv(ctx);
	Envelope *envelope = envelope_new();
	g_autofree char *tls = macro(ctx, "{tls_version}");
	g_autoptr(GError) error = NULL;

	end_message(session);
	session->envelope = envelope;
	session->names = g_ptr_array_new_with_free_func(g_free);
	envelope->client_address = g_strdup(session->client_address);
	envelope->client_name = g_strdup(session->client_name);
	envelope->helo = g_strdup(session->helo);
	envelope->reverse_path = bare_address(arguments[0]);
	if (arguments[1] != NULL)
		envelope->sender_arg = g_strjoinv(" ", arguments + 1);
	envelope->auth_user = macro(ctx, "{auth_authen}");
	envelope->queue_id = macro(ctx, "i");
	/* RFC 3848; the mail servers do not tell HELO from EHLO. */
	envelope->protocol = g_strdup_printf("ESMTP%s%s",
	    tls != NULL ? "S" : "", envelope->auth_user != NULL ? "A" : "");
	envelope->submitter = g_strdup("milter");
	envelope->wait = adapter->wait;
	return SMFIS_NOREPLY;
}

static sfsistat
on_recipient(SMFICTX *ctx, char **arguments)
{
	Session *session = smfi_getpriv(ctx);

	/* An envelope file has room for no more. */
	if (session->envelope != NULL &&
	    session->envelope->recipients->len < ENVELOPE_MAX_RECIPIENTS)
		g_ptr_array_add(session->envelope->recipients,
		    bare_address(arguments[0]));
	return SMFIS_NOREPLY;
}

/* --- the message -------------------------------------------------------- */

/* With the first header field or, without any, the end of the header. */
static void
begin_message(Session *session)
{
	g_autoptr(GError) error = NULL;

	if (session->submission != NULL || session->names->len > 0)
		return;
	session->submission = submission_new(adapter->spool,
	    adapter->max_message_octets, &error);
	if (session->submission != NULL)
		g_atomic_int_inc(&adapter->n_messages);
	else
		log_line(session, error->message);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	Session *session = smfi_getpriv(ctx);
	const char *line = value;

	if (session->envelope == NULL)
		return SMFIS_NOREPLY;
	begin_message(session);
	g_ptr_array_add(session->names, g_strdup(name));
	spool_octets(session, name, strlen(name));
	spool_octets(session, ": ", session->has_leading_space ? 1 : 2);
	/* Folded lines come with LF alone. */
	for (;;) {
		gsize len = strcspn(line, "\n");
		gboolean has_cr = len > 0 && line[len - 1] == '\r' &&
		    line[len] == '\n';

		spool_octets(session, line, has_cr ? len - 1 : len);
		spool_octets(session, "\r\n", 2);
		if (line[len] == '\0')
			return SMFIS_NOREPLY;
		line += len + 1;
	}
}

static sfsistat
on_end_of_header(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);

	if (session->envelope == NULL)
		return SMFIS_NOREPLY;
	begin_message(session);
	spool_octets(session, "\r\n", 2);
	return SMFIS_NOREPLY;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *octets, size_t len)
{
	Session *session = smfi_getpriv(ctx);

	spool_octets(session, octets, len);
	return SMFIS_NOREPLY;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	end_message(smfi_getpriv(ctx));
	return SMFIS_CONTINUE;
}

/* --- the answer --------------------------------------------------------- */

/* The text of "552 5.7.0 Illegal Attachment"; the mail server takes a % for
 * the beginning of a format. Caller frees. */
static char *
reply_text(const char *line)
{
	const char *text = line + 4 + strcspn(line + 4, " ") + 1;
	g_auto(GStrv) pieces = g_strsplit(text, "%", -1);

	return g_strjoinv("%%", pieces);
}

/* Of one line or several, each valid. FALSE: it cannot be given, and the mail
 * server would give a text of its own. */
static gboolean
set_reply(SMFICTX *ctx, const char *reply)
{
	g_auto(GStrv) lines = g_strsplit(reply, "\n", -1);
	g_autofree char *code = g_strndup(reply, 3);
	g_autofree char *enhanced = g_strndup(reply + 4,
	    strcspn(reply + 4, " "));
	char *texts[VERDICT_MAX_REPLY_LINES] = { NULL };
	gboolean is_set;

	if (g_strv_length(lines) > VERDICT_MAX_REPLY_LINES)
		return FALSE;
	for (guint i = 0; lines[i] != NULL; i++)
		texts[i] = reply_text(lines[i]);
	/* The first NULL ends the list. */
	is_set = smfi_setmlreply(ctx, code, enhanced, texts[0], texts[1],
	    texts[2], texts[3], texts[4], texts[5], texts[6], texts[7],
	    NULL) == MI_SUCCESS;
	for (guint i = 0; i < VERDICT_MAX_REPLY_LINES; i++)
		g_free(texts[i]);
	return is_set;
}

static sfsistat
defer(SMFICTX *ctx)
{
	g_autofree char *line = reply_line(catalogue_reply(adapter->catalogue,
	    VERDICT_DEFER));

	/* Where it cannot be set the server's own words are 4xx too. */
	set_reply(ctx, line);
	return SMFIS_TEMPFAIL;
}

/* A reply that cannot be given defers, whatever its class: its own words would
 * be the mail server's. */
static sfsistat
reply(SMFICTX *ctx, const Session *session, const char *line)
{
	if (!set_reply(ctx, line)) {
		log_line(session, "the mail server takes no such reply");
		return defer(ctx);
	}
	return *line == '5' ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

/* Removes what the message brought under the name, last first: the index
 * counts fields of one name. */
static gboolean
remove_fields(SMFICTX *ctx, const Session *session, char *name)
{
	int n = 0;

	for (guint i = 0; i < session->names->len; i++)
		n += g_ascii_strcasecmp(g_ptr_array_index(session->names, i),
		    name) == 0;
	for (; n > 0; n--)
		if (smfi_chgheader(ctx, name, n, NULL) == MI_FAILURE)
			return FALSE;
	return TRUE;
}

static gboolean
set_headers(SMFICTX *ctx, const Session *session, const GPtrArray *headers)
{
	/* All removals first: two lines of one name must not lose one. */
	for (guint i = 0; i < headers->len; i++) {
		const char *line = g_ptr_array_index(headers, i);
		g_autofree char *name = g_strndup(line, strcspn(line, ":"));

		if (!remove_fields(ctx, session, name))
			return FALSE;
	}
	for (guint i = 0; i < headers->len; i++) {
		const char *line = g_ptr_array_index(headers, i);
		gsize len = strcspn(line, ":");
		g_autofree char *name = g_strndup(line, len);
		/* As the values came, so they go. */
		g_autofree char *value = g_strdup(line + len +
		    (session->has_leading_space ? 1 : 2));

		if (smfi_insheader(ctx, (int)i, name, value) == MI_FAILURE)
			return FALSE;
	}
	return TRUE;
}

/* The verdict was checked when it was read. */
static sfsistat
give(SMFICTX *ctx, const Session *session, const VerdictFile *verdict)
{
	g_autofree char *line = g_strdup_printf("%s: %s",
	    verdict->reply != NULL ? verdict->reply : verdict->action,
	    verdict->reason != NULL ? verdict->reason : "");

	if (strcmp(verdict->action, "accept") == 0)
		return set_headers(ctx, session, verdict->headers) ?
		    SMFIS_CONTINUE : defer(ctx);
	log_line(session, line);
	/* It is kept in quarantine. */
	if (strcmp(verdict->action, "discard") == 0)
		return SMFIS_DISCARD;
	return verdict->reply != NULL ? reply(ctx, session, verdict->reply) :
	    defer(ctx);
}

static sfsistat
answer(SMFICTX *ctx, Session *session)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(VerdictFile) verdict = NULL;

	g_free(session->envelope->queue_id);
	session->envelope->queue_id = macro(ctx, "i");
	if (session->submission == NULL) {
		g_autofree char *line = reply_line(catalogue_reply(
		    adapter->catalogue, session->failure));

		return reply(ctx, session, line);
	}
	verdict = submission_ask(session->submission, session->envelope,
	    adapter->waiter, &error);
	if (verdict != NULL)
		return give(ctx, session, verdict);
	log_line(session, error->message);
	return defer(ctx);
}

static sfsistat
on_end_of_message(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);
	sfsistat status = session->envelope != NULL ? answer(ctx, session) :
	    defer(ctx);

	end_message(session);
	return status;
}

static char program_name[] = "mailweir";

const struct smfiDesc session_callbacks = {
	.xxfi_name = program_name,
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = WANTED_ACTIONS | SMFIF_SETSYMLIST,
	.xxfi_connect = on_connect,
	.xxfi_helo = on_helo,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_recipient,
	.xxfi_header = on_header,
	.xxfi_eoh = on_end_of_header,
	.xxfi_body = on_body,
	.xxfi_eom = on_end_of_message,
	.xxfi_abort = on_abort,
	.xxfi_close = on_close,
	.xxfi_negotiate = on_negotiate,
};
