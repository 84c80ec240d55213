/*
 * spool/submitter.c - the MTA's side: puts a message into a spool and waits.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "spool/envelope_file.h"
#include "spool/ids.h"
#include "spool/lines.h"
#include "spool/submitter.h"

/* Octets of the file system that are left for others. */
#define RESERVE_OCTETS (16u << 20)

/* How long to wait before looking again, in milliseconds; the last goes on.
 * A one-shot process polls: an inotify instance of its own costs more. */
static const guint poll_ms[] = { 1, 1, 2, 2, 5, 5, 10, 10, 20, 20, 50 };

static gboolean G_GNUC_PRINTF(2, 3)
fail(GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_propagate_error(error, g_error_new_valist(SPOOL_ERROR,
	    SPOOL_ERROR_TEMPFAIL, format, arguments));
	va_end(arguments);
	return FALSE;
}

static gboolean
copy_message(int from, int to, guint64 *size)
{
	char buffer[64 << 10];
	ssize_t got;

	*size = 0;
	while ((got = read(from, buffer, sizeof(buffer))) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return FALSE;
		for (ssize_t written = 0, n; written < got; written += n) {
			n = write(to, buffer + written,
			    (size_t)(got - written));
			if (n == -1)
				return FALSE;
		}
		*size += (guint64)got;
	}
	return TRUE;
}

static gboolean
has_room(Spool *spool)
{
	struct statvfs status;

	return fstatvfs(spool->folders[SPOOL_MSG], &status) == -1 ||
	    (guint64)status.f_bavail * status.f_frsize > RESERVE_OCTETS;
}

/* tmp/ID.eml, then msg/ID.eml. */
static gboolean
put_message(Spool *spool, Envelope *envelope, const char *name,
    int message_fd, GError **error)
{
	int fd = openat(spool->folders[SPOOL_TMP], name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	gboolean is_written;

	if (fd == -1)
		return fail(error, "tmp/%s: %s; is this user in the spool's "
		    "group?", name, g_strerror(errno));
	is_written = fchmod(fd, 0640) == 0 &&
	    copy_message(message_fd, fd, &envelope->size);
	if ((close(fd) == -1 || !is_written) ||
	    renameat2(spool->folders[SPOOL_TMP], name,
	        spool->folders[SPOOL_MSG], name, RENAME_NOREPLACE) == -1) {
		fail(error, "msg/%s: %s", name, g_strerror(errno));
		spool_remove(spool, SPOOL_TMP, name);
		return FALSE;
	}
	return TRUE;
}

/* tmp/ID.a0, locked (the ticket), then incoming/ID.a0. -1 and error. */
static int
put_envelope(Spool *spool, const Envelope *envelope, const char *name,
    GError **error)
{
	g_autofree char *text = envelope_file_format(envelope);
	gsize len = strlen(text);
	int ticket = openat(spool->folders[SPOOL_TMP], name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);

	if (ticket == -1) {
		fail(error, "tmp/%s: %s", name, g_strerror(errno));
		return -1;
	}
	if (fchmod(ticket, 0640) == 0 && flock(ticket, LOCK_EX) == 0 &&
	    write(ticket, text, len) == (ssize_t)len &&
	    renameat(spool->folders[SPOOL_TMP], name,
	        spool->folders[SPOOL_INCOMING], name) == 0)
		return ticket;
	fail(error, "incoming/%s: %s", name, g_strerror(errno));
	spool_remove(spool, SPOOL_TMP, name);
	close(ticket);
	return -1;
}

static VerdictFile *
read_verdict(Spool *spool, const Envelope *envelope, GError **error)
{
	g_autofree char *text = g_malloc(LINES_MAX_OCTETS);
	g_autoptr(VerdictFile) verdict = NULL;
	uid_t owner;
	ssize_t len;
	int fd = spool_open_file(spool, SPOOL_VERDICT, envelope->id, &owner);

	if (fd == -1) {
		fail(error, "%s: there is no verdict: %s", envelope->id,
		    g_strerror(errno));
		return NULL;
	}
	len = read(fd, text, LINES_MAX_OCTETS);
	close(fd);
	if (len != -1 && owner == spool->owner)
		verdict = verdict_file_parse(text, (gsize)len, error);
	else
		fail(error, "%s: the verdict cannot be read, or is not the "
		    "spool owner's", envelope->id);
	if (verdict == NULL)
		return NULL;
	if (strcmp(verdict->id, envelope->id) == 0)
		return g_steal_pointer(&verdict);
	fail(error, "%s: the verdict is another message's", envelope->id);
	return NULL;
}

/* The envelope is unlinked when the message is answered. */
static gboolean
is_answered(int ticket)
{
	struct stat status;

	return fstat(ticket, &status) == 0 && status.st_nlink == 0;
}

static VerdictFile *
await_verdict(Spool *spool, const Envelope *envelope, int ticket,
    GError **error)
{
	gint64 deadline = g_get_monotonic_time() +
	    (gint64)envelope->wait * G_USEC_PER_SEC;
	guint step = 0;

	while (!is_answered(ticket)) {
		if (g_get_monotonic_time() > deadline) {
			fail(error, "%s: no verdict within %u seconds",
			    envelope->id, envelope->wait);
			return NULL;
		}
		g_usleep(poll_ms[step] * 1000);
		if (step + 1 < G_N_ELEMENTS(poll_ms))
			step++;
		/* Without a supervisor the wait would be for nothing. */
		else if (!spool_is_alive(spool) && !is_answered(ticket)) {
			fail(error, "%s: nobody works in the spool any more",
			    envelope->id);
			return NULL;
		}
	}
	return read_verdict(spool, envelope, error);
}

/* On giving up, the envelope may wait under any number of attempts. */
static void
remove_waiting(Spool *spool, const char *id)
{
	for (guint i = 0; i <= SPOOL_ATTEMPTS_MAX; i++) {
		g_autofree char *name = spool_entry_name(id, i);

		spool_remove(spool, SPOOL_INCOMING, name);
	}
}

VerdictFile *
submitter_submit(Spool *spool, Envelope *envelope, int message_fd,
    GError **error)
{
	g_autofree char *message = NULL, *name = NULL;
	VerdictFile *verdict = NULL;
	int ticket;

	if (!spool_is_alive(spool)) {
		fail(error, "nobody works in the spool, or it is full; "
		    "'mailweir work' answers messages");
		return NULL;
	}
	if (!has_room(spool)) {
		fail(error, "the spool's file system is full");
		return NULL;
	}
	g_free(envelope->id);
	envelope->id = spool_id_new();
	envelope->submit_time = g_get_real_time() / G_USEC_PER_SEC;
	message = g_strconcat(envelope->id, ".eml", NULL);
	name = spool_entry_name(envelope->id, 0);
	if (!put_message(spool, envelope, message, message_fd, error))
		return NULL;
	ticket = put_envelope(spool, envelope, name, error);
	if (ticket != -1) {
		verdict = await_verdict(spool, envelope, ticket, error);
		if (verdict == NULL)
			remove_waiting(spool, envelope->id);
		close(ticket);
	}
	spool_remove(spool, SPOOL_MSG, message);
	return verdict;
}
