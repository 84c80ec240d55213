/*
 * scanner/scan.c - message octets, envelope, rule set and policy in; record out.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>
#include <unistd.h>

#include "scanner/ambiguity.h"
#include "scanner/archive.h"
#include "scanner/charset.h"
#include "scanner/content.h"
#include "scanner/filename.h"
#include "scanner/message.h"
#include "scanner/scan.h"

struct scanner {
	const RuleSet *rules;
	const ScanPolicy *policy;
	ContentEngine *content; /* NULL: there are no content rules */
};

Scanner *
scanner_new(const RuleSet *rules, const ScanPolicy *policy)
{
	Scanner *scanner = g_new0(Scanner, 1);
	const ContentSettings settings = {
		.trusted_networks =
		    (const char *const *)policy->content.trusted_networks,
		.budget_ms = policy->content.budget_ms,
	};

	g_mime_init();
	filename_init();
	charsets_preload();
	archive_init();
	scanner->rules = rules;
	scanner->policy = policy;
	if (content_rules_count(ruleset_content(rules)) > 0)
		scanner->content = content_engine_new(ruleset_content(rules),
		    &settings);
	return scanner;
}

void
scanner_free(Scanner *scanner)
{
	if (scanner == NULL)
		return;
	content_engine_free(scanner->content);
	g_free(scanner);
}

/* --- reading the message ------------------------------------------------- */

static void
add_error(Record *record, const char *rule, const char *detail)
{
	record_add_finding(record, FINDING_ERROR, rule, VERDICT_DEFER, NULL,
	    NULL, NULL, "%s", detail);
}

/*
 * Exactly size octets. A file that is shorter or longer than its envelope says
 * is not the message that was handed over; read(2) rather than mmap(2), for
 * the submitter can still truncate the file. Caller frees; NULL: a finding
 * says why.
 */
static guint8 *
read_message(int fd, guint64 size, Record *record)
{
	g_autofree guint8 *octets = g_malloc(size + 1);
	guint64 len = 0;

	while (len <= size) {
		ssize_t got = pread(fd, octets + len, size + 1 - len,
		    (off_t)len);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1) {
			add_error(record, "unreadable-message",
			    g_strerror(errno));
			return NULL;
		}
		if (got == 0)
			break;
		len += (guint64)got;
	}
	if (len != size) {
		add_error(record, len < size ? "message-truncated" :
		    "message-too-long",
		    "the file does not have the size its envelope says");
		return NULL;
	}
	return g_steal_pointer(&octets);
}

/* The line at the beginning of text, with the lines that continue it. */
static gsize
field_len(Span text)
{
	gsize len = 0;

	do {
		const guint8 *lf = memchr(text.octets + len, '\n',
		    text.len - len);

		len = lf != NULL ? (gsize)(lf - text.octets) + 1 : text.len;
	} while (len < text.len &&
	    (text.octets[len] == ' ' || text.octets[len] == '\t'));
	return len;
}

/* What Exim puts before the message in its scan file, once each and in this
 * order: the message itself may begin with any of them again. */
static Span
without_exim_envelope(Span text)
{
	static const char *const lines[] = {
		"From ", "X-Envelope-From: ", "X-Envelope-To: ",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		gsize len = strlen(lines[i]);

		if (text.len < len || memcmp(text.octets, lines[i], len) != 0)
			continue;
		len = field_len(text);
		text.octets += len;
		text.len -= len;
	}
	return text;
}

static void
add_ambiguity_results(Record *record, const char *server)
{
	g_autofree char *results = ambiguity_results(record, server);

	g_ptr_array_add(record->headers, g_strconcat(AMBIGUITY_FIELD ": ",
	    results, NULL));
}

Record *
scanner_scan(const Scanner *scanner, const Envelope *envelope, int fd)
{
	const RuleSet *rules = scanner->rules;
	const ScanPolicy *policy = scanner->policy;
	gint64 begin = g_get_monotonic_time();
	Record *record = record_new();
	g_autofree guint8 *octets = NULL;
	Span message;

	record->id = g_strdup(envelope->id);
	if (envelope->file != NULL)
		record->file = g_utf8_make_valid(envelope->file, -1);
	record->size = envelope->size;
	record->signatures = engine_signature_count(ruleset_engine(rules));
	record->newest = engine_newest(ruleset_engine(rules));
	record->policy = g_strdup(ruleset_fingerprint(rules));
	if (envelope->size > policy->max_message_octets)
		record_add_finding(record, FINDING_SIZE, "message-size",
		    VERDICT_TOO_BIG, NULL, NULL, NULL,
		    "more than %" G_GUINT64_FORMAT " octets",
		    policy->max_message_octets);
	else
		octets = read_message(fd, envelope->size, record);
	message = (Span){ octets, envelope->size };
	if (octets != NULL && envelope->format == MESSAGE_FORMAT_EXIM_MBOX)
		message = without_exim_envelope(message);
	if (octets != NULL)
		message_examine(message, rules, policy, scanner->content,
		    envelope, record);
	record_decide(record, ruleset_catalogue(rules));
	if (policy->ambiguity_results != NULL)
		add_ambiguity_results(record, policy->ambiguity_results);
	record->elapsed_ms =
	    (double)(g_get_monotonic_time() - begin) / 1000.0;
	return record;
}
