/*
 * spool/envelope_file.c - an Envelope as text: the spool's ID.aN files.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "spool/envelope_file.h"
#include "spool/ids.h"
#include "spool/lines.h"

#define FORMAT "Spool-Envelope"
#define MAX_TEXT_OCTETS 4096
/* Leaves room for one recipient and what stands behind them. */
#define MAX_RECIPIENT_TEXT (LINES_MAX_OCTETS - 2 * LINES_MAX_LINE_OCTETS)

G_DEFINE_QUARK(mailweir-envelope-file-error, envelope_file_error)

/* What may stand in front of a value, and how it is read. */
struct key {
	const char *key;
	gboolean (*read)(Envelope *envelope, const Line *line,
	    const struct key *key, GError **error);
	gsize offset;           /* of the member */
	guint64 max;            /* octets of a text, value of a number */
};

static const char *const format_names[] = {
	[MESSAGE_FORMAT_SMTP_CRLF] = "smtp-crlf",
	[MESSAGE_FORMAT_LF] = "lf",
	[MESSAGE_FORMAT_EXIM_MBOX] = "exim-mbox",
};

static gboolean
broken(const Line *line, GError **error, const char *problem)
{
	g_set_error(error, ENVELOPE_FILE_ERROR, ENVELOPE_FILE_ERROR_BROKEN,
	    "%s: %s", line->key, problem);
	return FALSE;
}

static gboolean
read_number(const Line *line, guint64 max, guint64 *number, GError **error)
{
	return g_ascii_string_to_unsigned(line->value, 10, 0, max, number,
	    NULL) || broken(line, error, "not a number in range");
}

static gboolean
read_text(Envelope *envelope, const Line *line, const struct key *key,
    GError **error)
{
	char **member = G_STRUCT_MEMBER_P(envelope, key->offset);

	*member = lines_decode(line->value);
	if (*member == NULL)
		return broken(line, error, "not coded correctly");
	return strlen(*member) <= key->max || broken(line, error, "too long");
}

static gboolean
read_recipient(Envelope *envelope, const Line *line, const struct key *key,
    GError **error)
{
	char *recipient = lines_decode(line->value);

	if (recipient == NULL)
		return broken(line, error, "not coded correctly");
	g_ptr_array_add(envelope->recipients, recipient);
	if (strlen(recipient) > key->max)
		return broken(line, error, "too long");
	return envelope->recipients->len <= ENVELOPE_MAX_RECIPIENTS ||
	    broken(line, error, "more than 10000");
}

static gboolean
read_format(Envelope *envelope, const Line *line, const struct key *key,
    GError **error)
{
	(void)key;
	for (guint i = 0; i < G_N_ELEMENTS(format_names); i++)
		if (strcmp(line->value, format_names[i]) == 0) {
			envelope->format = (MessageFormat)i;
			return TRUE;
		}
	return broken(line, error, "not smtp-crlf, lf or exim-mbox");
}

static gboolean
read_id(Envelope *envelope, const Line *line, const struct key *key,
    GError **error)
{
	(void)key;
	envelope->id = g_strdup(line->value);
	return spool_id_is_valid(envelope->id) ||
	    broken(line, error, "not a valid id");
}

static gboolean
read_size(Envelope *envelope, const Line *line, const struct key *key,
    GError **error)
{
	return read_number(line, key->max, &envelope->size, error);
}

static gboolean
read_time(Envelope *envelope, const Line *line, const struct key *key,
    GError **error)
{
	guint64 number = 0;

	if (!read_number(line, key->max, &number, error))
		return FALSE;
	envelope->submit_time = (gint64)number;
	return TRUE;
}

static gboolean
read_wait(Envelope *envelope, const Line *line, const struct key *key,
    GError **error)
{
	guint64 number = 0;

	if (!read_number(line, key->max, &number, error))
		return FALSE;
	envelope->wait = (guint)number;
	return TRUE;
}

#define TEXT(member, max) read_text, G_STRUCT_OFFSET(Envelope, member), max

static const struct key keys[] = {
	{ "Id", read_id, 0, 0 },
	{ "Size", read_size, 0, G_MAXINT64 },
	{ "Format", read_format, 0, 0 },
	{ "Client-Address", TEXT(client_address, 255) },
	{ "Client-Name", TEXT(client_name, 255) },
	{ "Helo", TEXT(helo, ENVELOPE_MAX_HELO_OCTETS) },
	{ "Protocol", TEXT(protocol, 255) },
	{ "Auth-User", TEXT(auth_user, ENVELOPE_MAX_ADDRESS_OCTETS) },
	{ "Sender", TEXT(reverse_path, ENVELOPE_MAX_ADDRESS_OCTETS) },
	{ "Sender-Arg", TEXT(sender_arg, MAX_TEXT_OCTETS) },
	{ "Queue-Id", TEXT(queue_id, 255) },
	{ "Submitter", TEXT(submitter, 255) },
	{ "Recipient", read_recipient, 0, ENVELOPE_MAX_ADDRESS_OCTETS },
	{ "Submit-Time", read_time, 0, G_MAXINT64 },
	{ "Wait", read_wait, 0, ENVELOPE_MAX_WAIT },
};
G_STATIC_ASSERT(G_N_ELEMENTS(keys) <= 32);

/* seen: a bit for each key that has been read. */
static gboolean
read_line(Envelope *envelope, const Line *line, guint32 *seen, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(line->key, keys[i].key) != 0)
			continue;
		if (keys[i].read != read_recipient && *seen & 1u << i)
			return broken(line, error, "is written twice");
		*seen |= 1u << i;
		return keys[i].read(envelope, line, &keys[i], error);
	}
	return !g_str_has_prefix(line->key, "Must-") ||
	    broken(line, error, "is required, but not known here");
}

Envelope *
envelope_file_parse(const char *text, gsize len, GError **error)
{
	g_autoptr(GPtrArray) lines = lines_parse(text, len, FORMAT, error);
	g_autoptr(Envelope) envelope = envelope_new();
	guint32 seen = 0;

	if (lines == NULL)
		return NULL;
	for (guint i = 0; i < lines->len; i++)
		if (!read_line(envelope, g_ptr_array_index(lines, i), &seen,
		    error))
			return NULL;
	/* Id and Size are the first two. */
	if ((seen & 3) == 3)
		return g_steal_pointer(&envelope);
	g_set_error(error, ENVELOPE_FILE_ERROR, ENVELOPE_FILE_ERROR_BROKEN,
	    "the key %s is missing", seen & 1 ? "Size" : "Id");
	return NULL;
}

Envelope *
envelope_file_read(int fd, GError **error)
{
	g_autofree char *text = g_malloc(LINES_MAX_OCTETS + 1);
	gsize len = 0;

	while (len <= LINES_MAX_OCTETS) {
		ssize_t got = pread(fd, text + len,
		    LINES_MAX_OCTETS + 1 - len, (off_t)len);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1) {
			g_set_error(error, ENVELOPE_FILE_ERROR,
			    ENVELOPE_FILE_ERROR_BROKEN, "cannot be read: %s",
			    g_strerror(errno));
			return NULL;
		}
		if (got == 0)
			break;
		len += (gsize)got;
	}
	return envelope_file_parse(text, len, error);
}

static void
add_number(GString *text, const char *key, guint64 number)
{
	g_string_append_printf(text, "%s: %" G_GUINT64_FORMAT "\n", key,
	    number);
}

char *
envelope_file_format(const Envelope *envelope)
{
	GString *text = lines_begin(FORMAT);

	lines_add_plain(text, "Id", envelope->id);
	add_number(text, "Size", envelope->size);
	lines_add_plain(text, "Format", format_names[envelope->format]);
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		const char *value = keys[i].read == read_text ?
		    G_STRUCT_MEMBER(char *, envelope, keys[i].offset) : NULL;

		if (value != NULL)
			lines_add_coded(text, keys[i].key, value);
	}
	/* A file that is too long would not be read at all. Of recipients
	 * beyond that, the scan need not know. */
	for (guint i = 0; i < MIN(envelope->recipients->len,
	     ENVELOPE_MAX_RECIPIENTS) && text->len < MAX_RECIPIENT_TEXT; i++)
		lines_add_coded(text, "Recipient",
		    g_ptr_array_index(envelope->recipients, i));
	if (envelope->submit_time != 0)
		add_number(text, "Submit-Time",
		    (guint64)envelope->submit_time);
	if (envelope->wait != 0)
		add_number(text, "Wait", envelope->wait);
	lines_end(text);
	return g_string_free(text, FALSE);
}
