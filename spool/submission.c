/*
 * spool/submission.c - one message on its way through a spool.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "spool/envelope_file.h"
#include "spool/ids.h"
#include "spool/lines.h"
#include "spool/submission.h"

/* Header fields come one by one: they are gathered before they are written. */
#define BUFFER_OCTETS (32u << 10)
/* A waiter looks itself so often, whatever inotify tells, in microseconds. */
#define LOOK_INTERVAL (G_USEC_PER_SEC / 2)

/* How long a process without a Waiter and a doorbell sleeps before it looks
 * again, in milliseconds; the last goes on. */
static const int poll_ms[] = { 1, 1, 2, 2, 5, 5, 10, 10, 20, 20, 50 };

struct submission {
	Spool *spool;
	char *id;
	char *message;          /* ID.eml */
	SpoolFolder folder;     /* where the message is: tmp, then msg */
	int fd;                 /* of the message; -1: written to its end */
	int ticket;             /* of the envelope; -1: not handed over */
	guint64 size, max_octets;
	guint unclaimed_ms;
	gsize n_buffered;
	char buffer[BUFFER_OCTETS];
};

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
fail_too_large(const Submission *submission, GError **error)
{
	g_set_error(error, SPOOL_ERROR, SPOOL_ERROR_TOO_LARGE,
	    "message-size: more than %" G_GUINT64_FORMAT " octets",
	    submission->max_octets);
	return FALSE;
}

Submission *
submission_new(Spool *spool, guint64 max_octets, GError **error)
{
	g_autoptr(Submission) submission = NULL;

	if (!spool_is_alive(spool)) {
		fail(error, "nobody works in the spool; 'mailweir work' "
		    "answers messages");
		return NULL;
	}
	if (spool_is_full(spool)) {
		fail(error, "the spool takes no messages: it is full");
		return NULL;
	}
	submission = g_new(Submission, 1);
	submission->spool = spool;
	submission->id = spool_id_new();
	submission->message = g_strconcat(submission->id, ".eml", NULL);
	submission->folder = SPOOL_TMP;
	submission->ticket = -1;
	submission->size = submission->n_buffered = 0;
	submission->max_octets = max_octets;
	submission->unclaimed_ms = SUBMISSION_UNCLAIMED_MS;
	submission->fd = openat(spool->folders[SPOOL_TMP],
	    submission->message, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0640);
	/* The umask must not take the group's right to read. */
	if (submission->fd != -1 && fchmod(submission->fd, 0640) == 0)
		return g_steal_pointer(&submission);
	fail(error, "tmp/%s: %s; is this user in the spool's group?",
	    submission->message, g_strerror(errno));
	return NULL;
}

void
submission_limit_unclaimed(Submission *submission, guint milliseconds)
{
	submission->unclaimed_ms = milliseconds;
}

static gboolean
write_all(Submission *submission, const char *octets, gsize len,
    GError **error)
{
	while (len > 0) {
		ssize_t n = write(submission->fd, octets, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return fail(error, "tmp/%s: %s", submission->message,
			    g_strerror(errno));
		octets += n;
		len -= (gsize)n;
	}
	return TRUE;
}

static gboolean
flush(Submission *submission, GError **error)
{
	gsize len = submission->n_buffered;

	submission->n_buffered = 0;
	return write_all(submission, submission->buffer, len, error);
}

gboolean
submission_write(Submission *submission, const void *octets, gsize len,
    GError **error)
{
	if (len > submission->max_octets - submission->size)
		return fail_too_large(submission, error);
	submission->size += len;
	if (len > BUFFER_OCTETS - submission->n_buffered &&
	    !flush(submission, error))
		return FALSE;
	if (len > BUFFER_OCTETS)
		return write_all(submission, octets, len, error);
	memcpy(submission->buffer + submission->n_buffered, octets, len);
	submission->n_buffered += len;
	return TRUE;
}

gboolean
submission_copy(Submission *submission, int fd, GError **error)
{
	char octets[BUFFER_OCTETS];
	ssize_t got;

	while ((got = read(fd, octets, sizeof(octets))) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return fail(error, "the message cannot be read: %s",
			    g_strerror(errno));
		if (!submission_write(submission, octets, (gsize)got, error))
			return FALSE;
	}
	return TRUE;
}

/* tmp/ID.eml becomes another name of the file. FALSE: it cannot be, and
 * tmp/ID.eml is as it was. */
static gboolean
link_message(Submission *submission, int fd)
{
	int tmp = submission->spool->folders[SPOOL_TMP];
	g_autofree char *file = g_strdup_printf("/proc/self/fd/%d", fd);
	g_autofree char *link = g_strconcat(submission->id, ".link", NULL);
	struct stat folder;

	/* A link keeps its group: with another than the spool's, the worker
	 * might not read it. */
	if (fstat(tmp, &folder) == -1 ||
	    fchown(fd, (uid_t)-1, folder.st_gid) == -1 ||
	    fchmod(fd, 0640) == -1 ||
	    linkat(AT_FDCWD, file, tmp, link, AT_SYMLINK_FOLLOW) == -1)
		return FALSE;
	if (renameat(tmp, link, tmp, submission->message) == 0)
		return TRUE;
	unlinkat(tmp, link, 0);
	return FALSE;
}

gboolean
submission_link(Submission *submission, int fd, GError **error)
{
	struct stat status;

	if (fstat(fd, &status) == -1)
		return fail(error, "the message cannot be read: %s",
		    g_strerror(errno));
	if ((guint64)status.st_size > submission->max_octets)
		return fail_too_large(submission, error);
	if (!S_ISREG(status.st_mode) || !link_message(submission, fd))
		return submission_copy(submission, fd, error);
	submission->size = (guint64)status.st_size;
	return TRUE;
}

/* tmp/ID.eml, complete, becomes msg/ID.eml. */
static gboolean
finish_message(Submission *submission, GError **error)
{
	Spool *spool = submission->spool;
	gboolean is_written = flush(submission, error);
	gboolean is_synced = spool->fsync == SPOOL_FSYNC_NONE ||
	    fsync(submission->fd) == 0;
	int closed = close(submission->fd);

	submission->fd = -1;
	if (!is_written)
		return FALSE;
	if (closed == -1 || !is_synced || renameat2(spool->folders[SPOOL_TMP],
	    submission->message, spool->folders[SPOOL_MSG],
	    submission->message, RENAME_NOREPLACE) == -1)
		return fail(error, "msg/%s: %s", submission->message,
		    g_strerror(errno));
	submission->folder = SPOOL_MSG;
	return spool_sync_folder(spool, SPOOL_MSG) || fail(error, "msg: %s",
	    g_strerror(errno));
}

/* tmp/ID.a0, locked (the ticket), becomes incoming/ID.a0. */
static gboolean
hand_over(Submission *submission, const Envelope *envelope, GError **error)
{
	Spool *spool = submission->spool;
	g_autofree char *name = spool_entry_name(submission->id, 0);
	g_autofree char *text = envelope_file_format(envelope);
	gsize len = strlen(text);
	int ticket = openat(spool->folders[SPOOL_TMP], name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);

	if (ticket == -1)
		return fail(error, "tmp/%s: %s", name, g_strerror(errno));
	if (fchmod(ticket, 0640) == 0 && flock(ticket, LOCK_EX) == 0 &&
	    write(ticket, text, len) == (ssize_t)len &&
	    (spool->fsync == SPOOL_FSYNC_NONE || fsync(ticket) == 0) &&
	    renameat(spool->folders[SPOOL_TMP], name,
	        spool->folders[SPOOL_INCOMING], name) == 0) {
		submission->ticket = ticket;
		return spool_sync_folder(spool, SPOOL_INCOMING) ||
		    fail(error, "incoming: %s", g_strerror(errno));
	}
	fail(error, "incoming/%s: %s", name, g_strerror(errno));
	spool_remove(spool, SPOOL_TMP, name);
	close(ticket);
	return FALSE;
}

/* The envelope is unlinked when the message is answered. */
static gboolean
is_answered(const Submission *submission)
{
	struct stat status;

	return fstat(submission->ticket, &status) == 0 && status.st_nlink == 0;
}

/* Whether it waits under its first name. */
static gboolean
is_unclaimed(const Submission *submission)
{
	g_autofree char *name = spool_entry_name(submission->id, 0);

	return spool_has(submission->spool, SPOOL_INCOMING, name);
}

/* Whether it is of any use to go on waiting. */
static gboolean
has_hope(Submission *submission, const Envelope *envelope, Waiter *waiter,
    gint64 begin, GError **error)
{
	gint64 waited = g_get_monotonic_time() - begin;

	if (waited >= (gint64)envelope->wait * G_USEC_PER_SEC)
		return fail(error, "%s: no verdict within %u seconds",
		    submission->id, envelope->wait);
	if (waiter != NULL && waiter_is_stopped(waiter))
		return fail(error, "%s: this program is being stopped",
		    submission->id);
	if (waited >= (gint64)submission->unclaimed_ms * 1000 &&
	    is_unclaimed(submission))
		return fail(error, "%s: nobody has claimed it within "
		    "unclaimed-wait", submission->id);
	/* It may have answered before it left. */
	if (!spool_is_alive(submission->spool) && !is_answered(submission))
		return fail(error, "%s: nobody works in the spool any more",
		    submission->id);
	return TRUE;
}

/* A connection to run/sock, on which something is heard when the answer is
 * there; what it says is of no interest. -1: there is none. */
static int
open_doorbell(const Submission *submission)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	g_autofree char *line = g_strdup_printf("WAIT1 %s\n", submission->id);
	int bell = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_snprintf(address.sun_path, sizeof(address.sun_path),
	    "/proc/self/fd/%d/sock", submission->spool->folders[SPOOL_RUN]);
	if (bell == -1 || (connect(bell, (struct sockaddr *)&address,
	    sizeof(address)) == 0 && send(bell, line, strlen(line),
	    MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)strlen(line)))
		return bell;
	close(bell);
	return -1;
}

/* Sleeps until the doorbell rings, or it is time to look. */
static void
sleep_at(int *bell, guint step)
{
	struct pollfd poll_fd = { .fd = *bell, .events = POLLIN };

	poll(&poll_fd, 1, *bell != -1 ? (int)(LOOK_INTERVAL / 1000) :
	    poll_ms[MIN(step, G_N_ELEMENTS(poll_ms) - 1)]);
	/* It rings once. */
	if (*bell != -1 && poll_fd.revents != 0) {
		close(*bell);
		*bell = -1;
	}
}

static gboolean
await_answer(Submission *submission, const Envelope *envelope, Waiter *waiter,
    GError **error)
{
	gint64 begin = g_get_monotonic_time();
	gint64 deadline = begin + (gint64)envelope->wait * G_USEC_PER_SEC;
	Wait *wait = waiter != NULL ?
	    waiter_begin(waiter, submission->ticket) : NULL;
	int bell = waiter == NULL ? open_doorbell(submission) : -1;
	gboolean is_there = is_answered(submission);
	guint step = 0;

	while (!is_there) {
		if (wait != NULL)
			waiter_sleep(wait, MIN(deadline,
			    g_get_monotonic_time() + LOOK_INTERVAL));
		else
			sleep_at(&bell, step++);
		is_there = is_answered(submission);
		if (!is_there &&
		    !has_hope(submission, envelope, waiter, begin, error))
			break;
	}
	if (bell != -1)
		close(bell);
	if (wait != NULL)
		waiter_end(wait);
	return is_there;
}

static VerdictFile *
read_verdict(Submission *submission, GError **error)
{
	g_autofree char *text = g_malloc(LINES_MAX_OCTETS);
	g_autoptr(VerdictFile) verdict = NULL;
	uid_t owner;
	ssize_t len;
	int fd = spool_open_file(submission->spool, SPOOL_VERDICT,
	    submission->id, &owner);

	if (fd == -1) {
		fail(error, "%s: there is no verdict: %s", submission->id,
		    g_strerror(errno));
		return NULL;
	}
	len = read(fd, text, LINES_MAX_OCTETS);
	close(fd);
	if (len != -1 && owner == submission->spool->owner)
		verdict = verdict_file_parse(text, (gsize)len, error);
	else
		fail(error, "%s: the verdict cannot be read, or is not the "
		    "spool owner's", submission->id);
	if (verdict == NULL)
		return NULL;
	if (strcmp(verdict->id, submission->id) == 0)
		return g_steal_pointer(&verdict);
	fail(error, "%s: the verdict is another message's", submission->id);
	return NULL;
}

gboolean
submission_begin(Submission *submission, Envelope *envelope, GError **error)
{
	g_return_val_if_fail(submission->ticket == -1, FALSE);
	g_free(envelope->id);
	envelope->id = g_strdup(submission->id);
	envelope->size = submission->size;
	envelope->submit_time = g_get_real_time() / G_USEC_PER_SEC;
	return finish_message(submission, error) &&
	    hand_over(submission, envelope, error);
}

VerdictFile *
submission_ask(Submission *submission, Envelope *envelope, Waiter *waiter,
    GError **error)
{
	if (!submission_begin(submission, envelope, error) ||
	    !await_answer(submission, envelope, waiter, error))
		return NULL;
	return read_verdict(submission, error);
}

int
submission_reopen(Submission *submission)
{
	uid_t owner;

	return spool_open_file(submission->spool, submission->folder,
	    submission->message, &owner);
}

void
submission_free(Submission *submission)
{
	if (submission == NULL)
		return;
	if (submission->fd != -1)
		close(submission->fd);
	if (submission->ticket != -1) {
		/* On giving up, it may wait under any number of attempts. */
		for (guint i = 0; i <= SPOOL_ATTEMPTS_MAX &&
		     !is_answered(submission); i++) {
			g_autofree char *name =
			    spool_entry_name(submission->id, i);

			spool_remove(submission->spool, SPOOL_INCOMING, name);
		}
		close(submission->ticket);
	}
	spool_remove(submission->spool, submission->folder,
	    submission->message);
	g_free(submission->message);
	g_free(submission->id);
	g_free(submission);
}
