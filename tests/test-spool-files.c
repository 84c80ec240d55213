/*
 * tests/test-spool-files.c - the files of the spool, written and read back.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "spool/envelope_file.h"
#include "spool/ids.h"
#include "spool/layout.h"
#include "spool/lines.h"
#include "spool/room.h"
#include "spool/socket_request.h"
#include "spool/verdict_file.h"
#include "tests/table.h"

#define ID "0123456789abcdef"
#define E "Spool-Envelope: 1\nId: " ID "\nSize: 5\n"

static const struct envelope_case {
	const char *name;
	const char *text;
	const char *want;       /* in the error; NULL: it is read */
} envelope_cases[] = {
	{ "smallest", E "End: 1\n", NULL },
	{ "unknown-key", E "X-New: 1\nEnd: 1\n", NULL },
	{ "null-reverse-path", E "Sender: \nEnd: 1\n", NULL },
	{ "no-recipient", E "End: 1\n", NULL },
	{ "must-key", E "Must-Decrypt: 1\nEnd: 1\n", "Must-Decrypt: is required" },
	{ "no-end", E, "not complete" },
	{ "cut-line", E "End: 1", "line 4" },
	{ "text-behind-end", E "End: 1\nX: 1\n", "line 5: text behind" },
	{ "end-twice", E "End: 1\nEnd: 1\n", "text behind" },
	{ "other-format", "Spool-Verdict: 1\nEnd: 1\n", "line 1" },
	{ "later-version", "Spool-Envelope: 2\nEnd: 1\n", "version 2" },
	{ "no-version", "Spool-Envelope: \nEnd: 1\n", "line 1" },
	{ "empty", "", "not complete" },
	{ "no-size", "Spool-Envelope: 1\nId: " ID "\nEnd: 1\n", "Size is missing" },
	{ "no-id", "Spool-Envelope: 1\nSize: 5\nEnd: 1\n", "Id is missing" },
	{ "size-twice", E "Size: 5\nEnd: 1\n", "Size: is written twice" },
	{ "format-twice", E "Format: lf\nFormat: lf\nEnd: 1\n", "written twice" },
	{ "wait-twice", E "Wait: 5\nWait: 5\nEnd: 1\n", "written twice" },
	{ "id-twice", E "Id: " ID "\nEnd: 1\n", "Id: is written twice" },
	{ "unknown-key-twice", E "X-New: 1\nX-New: 2\nEnd: 1\n", NULL },
	{ "sender-twice", E "Sender: a\nSender: b\nEnd: 1\n", "written twice" },
	{ "negative-size", "Spool-Envelope: 1\nId: " ID "\nSize: -5\nEnd: 1\n",
	    "Size: not a number" },
	{ "huge-size", "Spool-Envelope: 1\nId: " ID
	    "\nSize: 99999999999999999999\nEnd: 1\n", "Size: not a number" },
	{ "id-with-slash", "Spool-Envelope: 1\nId: ../../etc/passwd0000\n"
	    "Size: 5\nEnd: 1\n", "Id: not a valid id" },
	{ "bad-code", E "Sender: a%4\nEnd: 1\n", "not coded correctly" },
	{ "coded-nul", E "Sender: a%00\nEnd: 1\n", "not coded correctly" },
	{ "code-in-lower-case", E "Sender: a%e5\nEnd: 1\n",
	    "not coded correctly" },
	{ "raw-blank", E "Sender: a b\nEnd: 1\n", "not coded correctly" },
	{ "raw-control", E "Sender: a\tb\nEnd: 1\n", "line 4" },
	{ "raw-8-bit", E "Sender: \xe5\nEnd: 1\n", "line 4" },
	{ "carriage-return", E "Sender: a\r\nEnd: 1\n", "line 4" },
	{ "unknown-message-format", E "Format: ms-dos\nEnd: 1\n", "Format: not" },
	{ "wait-out-of-range", E "Wait: 86401\nEnd: 1\n", "Wait: not a number" },
};

static void
test_envelope(gconstpointer data)
{
	const struct envelope_case *tc = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Envelope) envelope = envelope_file_parse(tc->text,
	    strlen(tc->text), &error);

	g_test_message("got: %s", error != NULL ? error->message : "no error");
	if (tc->want == NULL) {
		g_assert_no_error(error);
		g_assert_cmpstr(envelope->id, ==, ID);
		return;
	}
	g_assert_null(envelope);
	g_assert_nonnull(strstr(error->message, tc->want));
}

static void
test_envelope_round_trip(void)
{
	g_autoptr(Envelope) envelope = envelope_new();
	g_autoptr(Envelope) copy = NULL;
	g_autofree char *text = NULL, *again = NULL;

	envelope->id = spool_id_new();
	envelope->size = 12345;
	envelope->format = MESSAGE_FORMAT_EXIM_MBOX;
	envelope->reverse_path = g_strdup("");
	envelope->helo = g_strdup("100% \"odd\"\r\n\x01\xff");
	envelope->submit_time = 1700000000;
	envelope->wait = 240;
	g_ptr_array_add(envelope->recipients, g_strdup("a b@c.example"));
	g_ptr_array_add(envelope->recipients, g_strdup("收件人@d.example"));
	text = envelope_file_format(envelope);
	copy = envelope_file_parse(text, strlen(text), NULL);
	g_assert_nonnull(copy);
	g_assert_cmpstr(copy->reverse_path, ==, "");
	g_assert_cmpstr(copy->helo, ==, envelope->helo);
	again = envelope_file_format(copy);
	g_assert_cmpstr(again, ==, text);
	/* Cut at every octet it is broken, never half an envelope. */
	for (gsize len = 0; len < strlen(text); len++)
		g_assert_null(envelope_file_parse(text, len, NULL));
}

/* A text of the limit's length is read, one octet more is not. */
static const struct length_case {
	const char *name;
	const char *key;        /* NULL: a line of any unknown key */
	gsize max;
} length_cases[] = {
	{ "client-address", "Client-Address", 255 },
	{ "client-name", "Client-Name", 255 },
	{ "helo", "Helo", ENVELOPE_MAX_HELO_OCTETS },
	{ "protocol", "Protocol", 255 },
	{ "auth-user", "Auth-User", ENVELOPE_MAX_ADDRESS_OCTETS },
	{ "sender", "Sender", ENVELOPE_MAX_ADDRESS_OCTETS },
	{ "recipient", "Recipient", ENVELOPE_MAX_ADDRESS_OCTETS },
	{ "queue-id", "Queue-Id", 255 },
	{ "submitter", "Submitter", 255 },
	{ "line", NULL, LINES_MAX_LINE_OCTETS - 3 },
};

static void
test_length(gconstpointer data)
{
	const struct length_case *tc = data;

	for (int delta = -1; delta <= 1; delta++) {
		g_autofree char *value = g_strnfill(
		    tc->max + (gsize)(delta + 1) - 1, 'a');
		g_autofree char *text = g_strdup_printf(E "%s: %s\nEnd: 1\n",
		    tc->key != NULL ? tc->key : "X", value);
		g_autoptr(Envelope) envelope = envelope_file_parse(text,
		    strlen(text), NULL);

		g_assert_true((envelope != NULL) == (delta <= 0));
	}
}

/* Each limit of a number at N - 1, N and N + 1. */
static void
test_limits(void)
{
	for (int delta = -1; delta <= 1; delta++) {
		g_autofree char *wait = g_strdup_printf(E "Wait: %d\nEnd: 1\n",
		    ENVELOPE_MAX_WAIT + delta);
		g_autoptr(GString) many = g_string_new(E);
		g_autoptr(GString) large = g_string_new(E);
		g_autoptr(Envelope) a = envelope_file_parse(wait, strlen(wait),
		    NULL);
		g_autoptr(Envelope) b = NULL;
		g_autoptr(Envelope) c = NULL;

		for (int i = 0; i < ENVELOPE_MAX_RECIPIENTS + delta; i++)
			g_string_append(many, "Recipient: a@b\n");
		g_string_append(many, "End: 1\n");
		b = envelope_file_parse(many->str, many->len, NULL);
		while (large->len < LINES_MAX_OCTETS - 4096)
			g_string_append(large, "X-Filler: of the file\n");
		g_string_append_printf(large, "X: %0*d\nEnd: 1\n",
		    (int)(LINES_MAX_OCTETS - large->len) - 11 + delta, 0);
		g_assert_cmpuint(large->len, ==,
		    LINES_MAX_OCTETS + (guint)(delta + 1) - 1);
		c = envelope_file_parse(large->str, large->len, NULL);
		g_assert_true((a != NULL) == (delta <= 0));
		g_assert_true((b != NULL) == (delta <= 0));
		g_assert_true((c != NULL) == (delta <= 0));
	}
}

static const struct reply_case {
	const char *name;
	const char *line;
	gboolean is_valid;
} reply_cases[] = {
	{ "published", "552 5.7.0 Illegal Attachment", TRUE },
	{ "temporary", "450 4.7.1 DT:SPM", TRUE },
	{ "accept", "250 2.0.0 Ok", FALSE },
	{ "classes-differ", "550 4.7.1 DT:SPM", FALSE },
	{ "closes-the-session", "421 4.3.0 Goodbye", FALSE },
	{ "shortest", "550 5.7.1 x", TRUE },
	{ "no-text", "550 5.7.1 ", FALSE },
	{ "no-enhanced-code", "550 DT:SPM and more", FALSE },
	{ "line-end", "550 5.7.1 a\r\n250 Ok", FALSE },
	{ "8-bit", "550 5.7.1 \xe5\x8f\x91", FALSE },
	{ "four-digits", "550 5.7.1000 text", FALSE },
	{ "empty", "", FALSE },
};

static void
test_reply(gconstpointer data)
{
	const struct reply_case *tc = data;

	g_assert_true(verdict_reply_is_valid(tc->line) == tc->is_valid);
}

static void
test_reply_length(void)
{
	for (int delta = -1; delta <= 1; delta++) {
		g_autofree char *filler = g_strnfill((gsize)
		    (VERDICT_MAX_REPLY_OCTETS - 10 + delta), 'x');
		g_autofree char *line = g_strconcat("550 5.7.1 ", filler, NULL);

		g_assert_true(verdict_reply_is_valid(line) == (delta <= 0));
	}
}

static const struct verdict_case {
	const char *name;
	const char *body;       /* behind the id */
	gboolean is_valid;
} verdict_cases[] = {
	{ "accept", "Action: accept\n", TRUE },
	{ "reject", "Action: reject\nReply: 552 5.7.0 Illegal Attachment\n",
	    TRUE },
	{ "defer", "Action: defer\nReply: 451 4.3.0 later\n", TRUE },
	{ "reason", "Action: accept\nReason: a%20b\n", TRUE },
	{ "accept-with-reply", "Action: accept\nReply: 552 5.7.0 x\n", FALSE },
	{ "reject-without-reply", "Action: reject\n", FALSE },
	{ "reject-with-4xx", "Action: reject\nReply: 451 4.3.0 later\n", FALSE },
	{ "defer-with-5xx", "Action: defer\nReply: 552 5.7.0 x\n", FALSE },
	{ "no-action", "", FALSE },
	{ "unknown-action", "Action: pass\n", FALSE },
	{ "action-twice", "Action: reject\nReply: 552 5.7.0 x\nAction: accept\n",
	    FALSE },
	{ "header", "Action: accept\nHeader: X-A: b c\nHeader: X-B: d\n", TRUE },
	{ "header-without-name", "Action: accept\nHeader: : b\n", FALSE },
	{ "header-without-blank", "Action: accept\nHeader: X-A:b\n", FALSE },
	{ "header-name-with-blank", "Action: accept\nHeader: X A: b\n", FALSE },
	{ "header-with-tab", "Action: accept\nHeader: X-A: b\tc\n", FALSE },
	{ "two-lines", "Action: reject\nReply: 552 5.7.0 x\n"
	    "Reply: 552 5.7.0 y\n", TRUE },
	{ "lines-of-two-codes", "Action: reject\nReply: 552 5.7.0 x\n"
	    "Reply: 550 5.7.0 y\n", FALSE },
	{ "lines-of-two-enhanced-codes", "Action: reject\n"
	    "Reply: 552 5.7.0 x\nReply: 552 5.7.01 y\n", FALSE },
	{ "size-twice", "Size: 5\nAction: accept\n", FALSE },
	{ "reason-twice", "Action: accept\nReason: a\nReason: b\n", FALSE },
	{ "bad-reason", "Action: accept\nReason: %\n", FALSE },
	{ "discard", "Action: discard\n", TRUE },
	{ "discard-with-reply", "Action: discard\nReply: 552 5.7.0 x\n",
	    FALSE },
	{ "unknown-key", "Action: accept\nX-New: 1\n", TRUE },
	{ "must-key", "Action: accept\nMust-Sign: 1\n", FALSE },
};

static void
test_verdict(gconstpointer data)
{
	const struct verdict_case *tc = data;
	g_autofree char *text = g_strdup_printf("Spool-Verdict: 1\nId: " ID
	    "\nSize: 5\n%sEnd: 1\n", tc->body);
	g_autoptr(VerdictFile) verdict = verdict_file_parse(text, strlen(text),
	    NULL);

	g_assert_true((verdict != NULL) == tc->is_valid);
	for (gsize len = 0; len < strlen(text); len++)
		g_assert_null(verdict_file_parse(text, len, NULL));
}

/* Lines of a reply and header fields, at N - 1, N and N + 1. */
static void
test_verdict_limits(void)
{
	for (guint n = 1; n <= VERDICT_MAX_HEADERS + 1; n++) {
		g_autoptr(GString) replies = g_string_new("Spool-Verdict: 1\n"
		    "Id: " ID "\nSize: 5\nAction: reject\n");
		g_autoptr(GString) headers = g_string_new("Spool-Verdict: 1\n"
		    "Id: " ID "\nSize: 5\nAction: accept\n");
		g_autoptr(VerdictFile) a = NULL, b = NULL;

		for (guint i = 0; i < n; i++) {
			g_string_append(replies, "Reply: 550 5.7.1 x\n");
			g_string_append(headers, "Header: X-A: b\n");
		}
		g_string_append(replies, "End: 1\n");
		g_string_append(headers, "End: 1\n");
		a = verdict_file_parse(replies->str, replies->len, NULL);
		b = verdict_file_parse(headers->str, headers->len, NULL);
		g_assert_true((a != NULL) == (n <= VERDICT_MAX_REPLY_LINES));
		g_assert_true((b != NULL) == (n <= VERDICT_MAX_HEADERS));
	}
}

/* What is discarded has no reply: the client is told that it was accepted. */
static void
test_discard(void)
{
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	g_autoptr(Record) record = record_new_error(catalogue, ID, NULL, 5,
	    "some-rule", "why");
	g_autofree char *text = verdict_file_format(record, TRUE);
	g_autoptr(VerdictFile) verdict = verdict_file_parse(text, strlen(text),
	    NULL);

	g_assert_cmpstr(verdict->action, ==, "discard");
	g_assert_null(verdict->reply);
	g_assert_cmpstr(verdict->reason, ==, "some-rule: why");
}

#define FILE_KEY "SCAN1 File=/a"

static const struct request_case {
	const char *name;
	const char *line;
	const char *want;       /* in the error; NULL: it is read */
} request_cases[] = {
	{ "wait", "WAIT1 " ID, NULL },
	{ "wait-for-a-path", "WAIT1 ../../../etc/passwd", "neither" },
	{ "wait-for-nothing", "WAIT1 ", "neither" },
	{ "later-version", "WAIT2 " ID, "neither" },
	{ "empty", "", "neither" },
	{ "file-alone", FILE_KEY, NULL },
	{ "two-blanks", "SCAN1  File=/a  Helo=b", NULL },
	{ "relative-file", "SCAN1 File=a", "absolute" },
	{ "file-twice", FILE_KEY " File=/b", "twice" },
	{ "no-file", "SCAN1 Sender=a", "no File" },
	{ "no-equals", FILE_KEY " Sender", "KEY=VALUE" },
	{ "id-of-the-client", FILE_KEY " Id=" ID, "written twice" },
	{ "size-of-the-client", FILE_KEY " Size=1", "written twice" },
	{ "early-end", FILE_KEY " End=1", "behind the end" },
	{ "must-key", FILE_KEY " Must-Fly=1", "required" },
	{ "line-end", FILE_KEY " Sender=a\nSize:", "line end in it" },
};

static void
test_request(gconstpointer data)
{
	const struct request_case *tc = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(SocketRequest) request = socket_request_parse(tc->line,
	    strlen(tc->line), &error);

	g_test_message("got: %s", error != NULL ? error->message : "no error");
	g_assert_true((request != NULL) == (tc->want == NULL));
	if (tc->want != NULL)
		g_assert_nonnull(strstr(error->message, tc->want));
}

static void
test_request_envelope(void)
{
	const char *line = "SCAN1 Sender=a%20b@c Recipient=\xc3\xa9@d "
	    "Recipient=e Format=exim-mbox File=/a%20b";
	g_autoptr(SocketRequest) request = socket_request_parse(line,
	    strlen(line), NULL);

	g_assert_cmpstr(request->file, ==, "/a b");
	g_assert_cmpstr(request->envelope->reverse_path, ==, "a b@c");
	g_assert_cmpuint(request->envelope->recipients->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(request->envelope->recipients, 0),
	    ==, "\xc3\xa9@d");
	g_assert_cmpint(request->envelope->format, ==,
	    MESSAGE_FORMAT_EXIM_MBOX);
}

/* The length of a line, at N - 1, N and N + 1; a NUL. */
static void
test_request_length(void)
{
	g_autofree char *line = g_strnfill(SOCKET_REQUEST_MAX_OCTETS + 1, ' ');

	memcpy(line, FILE_KEY, strlen(FILE_KEY));
	for (int delta = -1; delta <= 1; delta++) {
		g_autoptr(SocketRequest) request = socket_request_parse(line,
		    (gsize)(SOCKET_REQUEST_MAX_OCTETS + delta), NULL);

		g_assert_true((request != NULL) == (delta <= 0));
	}
	g_assert_null(socket_request_parse(FILE_KEY "\0b",
	    strlen(FILE_KEY) + 2, NULL));
}

static const struct room_case {
	const char *name;
	SpoolLoad load;
	gboolean was_full;
	const char *want;       /* in the problem; NULL: there is room */
} room_cases[] = {
	{ "quiet", { 0, 0, G_MAXUINT64, G_MAXUINT64 }, FALSE, NULL },
	{ "depth-at-the-mark", { 200, 0, 5000, 5000 }, FALSE, NULL },
	{ "depth-over-the-mark", { 201, 0, 5000, 5000 }, FALSE, "max-depth" },
	{ "depth-not-yet-low", { 141, 0, 5000, 5000 }, TRUE, "max-depth" },
	{ "depth-low-again", { 140, 0, 5000, 5000 }, TRUE, NULL },
	{ "old-entry-at-the-mark", { 1, 30000, 5000, 5000 }, FALSE, NULL },
	{ "old-entry", { 1, 30001, 5000, 5000 }, FALSE, "max-unclaimed" },
	{ "old-entry-not-yet", { 1, 21001, 5000, 5000 }, TRUE,
	    "max-unclaimed" },
	{ "young-again", { 1, 21000, 5000, 5000 }, TRUE, NULL },
	{ "disk-at-the-mark", { 0, 0, 700, 5000 }, FALSE, NULL },
	{ "disk-full", { 0, 0, 699, 5000 }, FALSE, "reserve-octets" },
	{ "disk-not-yet", { 0, 0, 999, 5000 }, TRUE, "reserve-octets" },
	{ "disk-again", { 0, 0, 1000, 5000 }, TRUE, NULL },
	{ "inodes-at-the-mark", { 0, 0, 5000, 70 }, FALSE, NULL },
	{ "no-inodes", { 0, 0, 5000, 69 }, FALSE, "reserve-inodes" },
	{ "inodes-not-yet", { 0, 0, 5000, 99 }, TRUE, "reserve-inodes" },
	{ "inodes-again", { 0, 0, 5000, 100 }, TRUE, NULL },
};

static void
test_room(gconstpointer data)
{
	const SpoolSettings settings = { .max_depth = 200,
		.max_unclaimed_ms = 30000, .reserve_octets = 700,
		.reserve_inodes = 70 };
	const struct room_case *tc = data;
	const char *got = room_problem(&tc->load, &settings, tc->was_full);

	g_test_message("got: %s", got != NULL ? got : "room");
	g_assert_true((got == NULL) == (tc->want == NULL));
	if (got != NULL)
		g_assert_nonnull(strstr(got, tc->want));
}

static void
test_file_systems(void)
{
	g_assert_false(spool_file_system_is_local(0x6969));
	g_assert_false(spool_file_system_is_local(0xff534d42u));
	g_assert_false(spool_file_system_is_local(0x65735546));
	g_assert_true(spool_file_system_is_local(0xef53));
	g_assert_true(spool_file_system_is_local(0x01021994));
}

static const struct id_case {
	const char *name;
	const char *entry;
	gboolean is_valid;
} id_cases[] = {
	{ "shortest", "0123456789abcdef.a0", TRUE },
	{ "attempts", "0123456789abcdef.a12", TRUE },
	{ "too-short", "0123456789abcde.a0", FALSE },
	{ "longest", "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef.a0", TRUE },
	{ "too-long", "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef0.a0", FALSE },
	{ "no-attempts", "0123456789abcdef.a", FALSE },
	{ "too-many-attempts", "0123456789abcdef.a100", FALSE },
	{ "leading-zero", "0123456789abcdef.a00", FALSE },
	{ "no-suffix", "0123456789abcdef", FALSE },
	{ "message", "0123456789abcdef.eml", FALSE },
	{ "dots", "..", FALSE },
	{ "slash", "0123456789abcde/.a0", FALSE },
	{ "line-end", "0123456789abcde\n.a0", FALSE },
};

static void
test_id(gconstpointer data)
{
	const struct id_case *tc = data;
	guint attempts = 0;
	g_autofree char *id = spool_entry_name_parse(tc->entry, &attempts);
	g_autofree char *again = NULL;

	g_assert_true((id != NULL) == tc->is_valid);
	if (id != NULL) {
		again = spool_entry_name(id, attempts);
		g_assert_cmpstr(again, ==, tc->entry);
	}
}

static void
test_new_ids(void)
{
	g_autofree char *a = spool_id_new(), *b = spool_id_new();

	g_assert_true(spool_id_is_valid(a));
	g_assert_cmpstr(a, !=, b);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD_TABLE("/envelope/", envelope_cases, test_envelope);
	g_test_add_func("/envelope/round-trip", test_envelope_round_trip);
	ADD_TABLE("/envelope/length/", length_cases, test_length);
	g_test_add_func("/envelope/limits", test_limits);
	ADD_TABLE("/verdict/reply/", reply_cases, test_reply);
	g_test_add_func("/verdict/reply/length", test_reply_length);
	ADD_TABLE("/verdict/", verdict_cases, test_verdict);
	g_test_add_func("/verdict/limits", test_verdict_limits);
	g_test_add_func("/verdict/discarded", test_discard);
	ADD_TABLE("/request/", request_cases, test_request);
	g_test_add_func("/request/envelope", test_request_envelope);
	g_test_add_func("/request/length", test_request_length);
	ADD_TABLE("/room/", room_cases, test_room);
	g_test_add_func("/layout/file-systems", test_file_systems);
	ADD_TABLE("/id/", id_cases, test_id);
	g_test_add_func("/id/new", test_new_ids);
	return g_test_run();
}
