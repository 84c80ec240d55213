/*
 * spool/listener.c - run/sock: answers over a socket.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "spool/entry.h"
#include "spool/ids.h"
#include "spool/lines.h"
#include "spool/listener.h"
#include "spool/log.h"
#include "spool/socket_request.h"
#include "spool/submission.h"

/* A request must be there so many seconds after the connection. */
#define REQUEST_SECONDS 10

struct listener {
	Spool *spool;
	const Settings *settings;
	const Catalogue *catalogue;
	const GArray *submitters;
	int socket;
	guint source;
	GPtrArray *connections; /* of struct connection * */
};

struct connection {
	Listener *listener;
	int socket;
	guint source;
	guint timer;
	GString *line;          /* of the request, as far as it has come */
	char *id;               /* of the entry; NULL: nothing asked yet */
	Submission *submission; /* SCAN1; NULL: WAIT1 */
};

static void
connection_free(struct connection *connection)
{
	if (connection->source != 0)
		g_source_remove(connection->source);
	if (connection->timer != 0)
		g_source_remove(connection->timer);
	close(connection->socket);
	submission_free(connection->submission);
	g_string_free(connection->line, TRUE);
	g_free(connection->id);
	g_free(connection);
}

/* Says text, if there is one, and hangs up. */
static void
finish(struct connection *connection, const char *text)
{
	/* It fits into the socket's buffer: a verdict is short. A client that
	 * does not get it reads the file. */
	if (text != NULL && send(connection->socket, text, strlen(text),
	    MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		log_line("%s: run/sock: %s", connection->id != NULL ?
		    connection->id : "-", g_strerror(errno));
	g_ptr_array_remove_fast(connection->listener->connections, connection);
}

/* The answer to SCAN1 when there is no verdict. */
static void
finish_failed(struct connection *connection, const GError *error)
{
	g_autofree char *reply = reply_line(catalogue_reply(
	    connection->listener->catalogue,
	    g_error_matches(error, SPOOL_ERROR, SPOOL_ERROR_TOO_LARGE) ?
	    VERDICT_TOO_BIG : VERDICT_DEFER));
	g_autofree char *text = g_strconcat(reply, "\n", NULL);

	log_line("%s: run/sock: %s", connection->id != NULL ? connection->id :
	    "-", error != NULL ? error->message : "no verdict");
	finish(connection, text);
}

static void
finish_scan(struct connection *connection, const char *verdict_text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(VerdictFile) verdict = verdict_text != NULL ?
	    verdict_file_parse(verdict_text, strlen(verdict_text), &error) :
	    NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	if (verdict == NULL) {
		finish_failed(connection, error);
		return;
	}
	g_string_append_printf(text, "%s\n", verdict->reply != NULL ?
	    verdict->reply : verdict->action);
	for (guint i = 0; strcmp(verdict->action, "accept") == 0 &&
	     i < verdict->headers->len; i++)
		g_string_append_printf(text, "%s\n",
		    (const char *)g_ptr_array_index(verdict->headers, i));
	finish(connection, text->str);
}

void
listener_answer(Listener *listener, const char *id, const char *verdict)
{
	for (guint i = listener->connections->len; i > 0; i--) {
		struct connection *connection = g_ptr_array_index(
		    listener->connections, i - 1);

		if (g_strcmp0(connection->id, id) != 0)
			continue;
		if (connection->submission != NULL)
			finish_scan(connection, verdict);
		else
			finish(connection, verdict);
	}
}

/* --- requests --------------------------------------------------------------- */

/* A file below one of the directories that the operator has named: not through
 * a link, and of somebody who may submit. -1 and errno. */
static int
open_scan_file(const Listener *listener, const char *path)
{
	char **directories = listener->settings->spool.scan_directories;
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS,
	};

	for (guint i = 0; directories != NULL && directories[i] != NULL; i++) {
		gsize len = strlen(directories[i]);
		struct stat status;
		int directory, fd;

		if (strncmp(path, directories[i], len) != 0 ||
		    path[len] != '/')
			continue;
		directory = open(directories[i],
		    O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd = directory == -1 ? -1 : (int)syscall(SYS_openat2,
		    directory, path + len + 1, &how, sizeof(how));
		if (directory != -1)
			close(directory);
		if (fd == -1 || (fstat(fd, &status) == 0 &&
		    S_ISREG(status.st_mode) && spool_may_submit(
		    listener->spool, listener->submitters, status.st_uid)))
			return fd;
		close(fd);
		break;
	}
	errno = EPERM;
	return -1;
}

static gboolean
on_late(gpointer data)
{
	struct connection *connection = data;

	connection->timer = 0;
	if (connection->submission != NULL)
		finish_failed(connection, NULL);
	else
		finish(connection, NULL);
	return G_SOURCE_REMOVE;
}

static void
begin_scan(struct connection *connection, SocketRequest *request)
{
	Listener *listener = connection->listener;
	g_autoptr(GError) error = NULL;
	guint wait = MIN(request->envelope->wait, SUBMISSION_MAX_WAIT);
	int fd = open_scan_file(listener, request->file);

	if (fd == -1)
		g_set_error(&error, SPOOL_ERROR, SPOOL_ERROR_TEMPFAIL,
		    "%s: cannot be scanned: %s", request->file,
		    g_strerror(errno));
	else
		connection->submission = submission_new(listener->spool,
		    listener->settings->policy.max_message_octets, &error);
	if (wait == 0)
		wait = SUBMISSION_DEFAULT_WAIT;
	request->envelope->wait = wait;
	if (connection->submission != NULL &&
	    submission_copy(connection->submission, fd, &error) &&
	    submission_begin(connection->submission, request->envelope,
	        &error)) {
		connection->id = g_strdup(request->envelope->id);
		connection->timer = g_timeout_add_seconds(wait, on_late,
		    connection);
	}
	if (fd != -1)
		close(fd);
	if (error != NULL)
		finish_failed(connection, error);
}

/* The text of verdict/ID. Caller frees; NULL: there is none. */
static char *
read_verdict(Spool *spool, const char *id)
{
	g_autofree char *text = g_malloc(LINES_MAX_OCTETS + 1);
	uid_t owner;
	int fd = spool_open_file(spool, SPOOL_VERDICT, id, &owner);
	ssize_t got;

	if (fd == -1)
		return NULL;
	got = read(fd, text, LINES_MAX_OCTETS);
	close(fd);
	if (got <= 0)
		return NULL;
	text[got] = '\0';
	return g_steal_pointer(&text);
}

static gboolean
is_under_way(Spool *spool, const char *id)
{
	for (guint i = 0; i <= SPOOL_ATTEMPTS_MAX; i++) {
		g_autofree char *name = spool_entry_name(id, i);

		if (spool_has(spool, SPOOL_ACTIVE, name) ||
		    spool_has(spool, SPOOL_INCOMING, name))
			return TRUE;
	}
	return FALSE;
}

static void
begin_wait(struct connection *connection, const SocketRequest *request)
{
	Spool *spool = connection->listener->spool;
	g_autofree char *verdict = read_verdict(spool, request->id);

	connection->id = g_strdup(request->id);
	if (verdict != NULL || !is_under_way(spool, request->id))
		finish(connection, verdict);
	else
		connection->timer = g_timeout_add_seconds(SUBMISSION_MAX_WAIT,
		    on_late, connection);
}

static gboolean
on_hang_up(gint fd, GIOCondition condition, gpointer data)
{
	struct connection *connection = data;

	(void)fd;
	(void)condition;
	connection->source = 0;
	finish(connection, NULL);
	return G_SOURCE_REMOVE;
}

static void
begin(struct connection *connection, gsize len)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SocketRequest) request = socket_request_parse(
	    connection->line->str, len, &error);

	g_source_remove(connection->timer);
	connection->timer = 0;
	/* A client may close its sending side; only when it closes the other
	 * too it has hung up. */
	connection->source = g_unix_fd_add(connection->socket,
	    G_IO_HUP | G_IO_ERR, on_hang_up, connection);
	if (request == NULL)
		finish_failed(connection, error);
	else if (request->id != NULL)
		begin_wait(connection, request);
	else
		begin_scan(connection, request);
}

static gboolean
on_request(gint fd, GIOCondition condition, gpointer data)
{
	struct connection *connection = data;
	char octets[4096];
	ssize_t got = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);
	const char *lf;

	(void)condition;
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (got > 0)
		g_string_append_len(connection->line, octets, got);
	lf = memchr(connection->line->str, '\n', connection->line->len);
	if (lf != NULL) {
		connection->source = 0;
		begin(connection, (gsize)(lf - connection->line->str));
		return G_SOURCE_REMOVE;
	}
	if (got > 0 && connection->line->len <= SOCKET_REQUEST_MAX_OCTETS)
		return G_SOURCE_CONTINUE;
	connection->source = 0;
	finish(connection, NULL);
	return G_SOURCE_REMOVE;
}

static gboolean
peer_may_submit(const Listener *listener, int socket)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    spool_may_submit(listener->spool, listener->submitters, peer.uid);
}

static gboolean on_connect(gint fd, GIOCondition condition, gpointer data);

static gboolean
on_resume(gpointer data)
{
	Listener *listener = data;

	listener->source = g_unix_fd_add(listener->socket, G_IO_IN,
	    on_connect, listener);
	return G_SOURCE_REMOVE;
}

static gboolean
on_connect(gint fd, GIOCondition condition, gpointer data)
{
	Listener *listener = data;
	struct connection *connection;
	int socket = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)condition;
	/* Without a descriptor to spare the connection stays where it is, and
	 * would wake us at once again. */
	if (socket == -1 && (errno == EMFILE || errno == ENFILE)) {
		listener->source = g_timeout_add_seconds(1, on_resume,
		    listener);
		return G_SOURCE_REMOVE;
	}
	if (socket == -1)
		return G_SOURCE_CONTINUE;
	if (listener->connections->len >= LISTENER_MAX_CONNECTIONS ||
	    !peer_may_submit(listener, socket)) {
		close(socket);
		return G_SOURCE_CONTINUE;
	}
	connection = g_new0(struct connection, 1);
	connection->listener = listener;
	connection->socket = socket;
	connection->line = g_string_new(NULL);
	connection->source = g_unix_fd_add(socket,
	    G_IO_IN | G_IO_HUP | G_IO_ERR, on_request, connection);
	connection->timer = g_timeout_add_seconds(REQUEST_SECONDS, on_late,
	    connection);
	g_ptr_array_add(listener->connections, connection);
	return G_SOURCE_CONTINUE;
}

/* --- the socket ------------------------------------------------------------- */

/* Under another name until it has its mode and is listened on. */
static gboolean
open_socket(Listener *listener)
{
	Spool *spool = listener->spool;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int run = spool->folders[SPOOL_RUN];

	/* However long the spool's path is. */
	g_snprintf(address.sun_path, sizeof(address.sun_path),
	    "/proc/self/fd/%d/.sock", run);
	spool_remove(spool, SPOOL_RUN, ".sock");
	listener->socket = socket(AF_UNIX,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return listener->socket != -1 &&
	    bind(listener->socket, (struct sockaddr *)&address,
	        sizeof(address)) == 0 &&
	    fchmodat(run, ".sock", 0660, 0) == 0 &&
	    listen(listener->socket, SOMAXCONN) == 0 &&
	    renameat(run, ".sock", run, "sock") == 0;
}

void
listener_change_settings(Listener *listener, const Settings *settings,
    const Catalogue *catalogue, const GArray *submitters)
{
	if (listener == NULL)
		return;
	listener->settings = settings;
	listener->catalogue = catalogue;
	listener->submitters = submitters;
}

Listener *
listener_new(Spool *spool, const Settings *settings,
    const Catalogue *catalogue, const GArray *submitters, GError **error)
{
	g_autoptr(Listener) listener = g_new0(Listener, 1);

	listener->spool = spool;
	listener_change_settings(listener, settings, catalogue, submitters);
	listener->connections = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)connection_free);
	if (!open_socket(listener)) {
		g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_ACCESS,
		    "run/sock: %s", g_strerror(errno));
		return NULL;
	}
	listener->source = g_unix_fd_add(listener->socket, G_IO_IN,
	    on_connect, listener);
	return g_steal_pointer(&listener);
}

void
listener_free(Listener *listener)
{
	if (listener == NULL)
		return;
	g_ptr_array_unref(listener->connections);
	if (listener->source != 0) {
		g_source_remove(listener->source);
		spool_remove(listener->spool, SPOOL_RUN, "sock");
	}
	if (listener->socket != -1)
		close(listener->socket);
	g_free(listener);
}
