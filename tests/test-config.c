/*
 * tests/test-config.c - what bad data and configuration files are told.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "signatures/attachments.h"
#include "signatures/conf_file.h"
#include "signatures/replies.h"
#include "signatures/types.h"
#include "spool/settings.h"
#include "tests/table.h"

/* Writes text to a file, and loads it as one kind of file. NULL: no error. */
static char *
load_error(const char *kind, const char *text, gsize len)
{
	g_autofree char *dir = g_dir_make_tmp("mailweir-test-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "x.conf", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_true(g_file_set_contents(path, text, (gssize)len, NULL));
	if (strcmp(kind, "conf") == 0)
		conf_file_free(conf_file_load(path, &error));
	else if (strcmp(kind, "attachments") == 0)
		attachments_free(attachments_load(path, NULL, &error));
	else if (strcmp(kind, "types") == 0)
		types_free(types_load(path, &error));
	else if (strcmp(kind, "replies") == 0)
		catalogue_free(catalogue_load(path, &error));
	else
		settings_unref(settings_load(path, &error));
	unlink(path);
	rmdir(dir);
	return error != NULL ? g_strdup(error->message) : NULL;
}

static const struct error_case {
	const char *name;
	const char *kind;
	const char *text;
	const char *want;       /* in the error; NULL: it loads */
} error_cases[] = {
	{ "comments-and-blanks", "conf", "# x\n\n[a]\nb = c\n", NULL },
	{ "empty", "conf", "", NULL },
	{ "line-without-equals", "conf", "[a]\n\nb\n", "x.conf:3: [a]: neither" },
	{ "text-before-group", "conf", "b = c\n", "x.conf:1: text before" },
	{ "group-not-closed", "conf", "[a\n", "x.conf:1: a group must" },
	{ "key-twice", "conf", "[a]\nb = 1\nb = 2\n",
	    "x.conf:3: [a] b: is written twice" },
	{ "group-twice", "conf", "[a]\n[b]\n[a]\n",
	    "x.conf:3: [a] is written twice" },
	{ "not-utf-8", "conf", "[a]\nb = \xff\n", "x.conf:2: octet 0xff" },
	{ "extension-in-upper-case", "attachments", "[ban]\nEXE = a ; b\n",
	    "x.conf:2: [ban] EXE: an extension is written" },
	{ "extension-with-dot", "attachments", "[ban]\n.exe = a ; b\n",
	    "x.conf:2: [ban] .exe: an extension is written" },
	{ "extension-without-source", "attachments", "[ban]\nexe = a\n",
	    "x.conf:2: [ban] exe: the value must be" },
	{ "extension-in-two-groups", "attachments",
	    "[ban]\nexe = a ; b\n[note]\nexe = a ; b\n",
	    "x.conf:4: [note] exe: is listed in another group" },
	{ "unknown-tier", "attachments", "[bann]\nexe = a ; b\n",
	    "x.conf:1: [bann]: unknown group" },
	{ "extension-with-reply", "attachments",
	    "[ban]\nexe = a ; b ; not-permitted\n", NULL },
	{ "extension-with-unknown-reply", "attachments",
	    "[ban]\nexe = a ; b ; 550\n", "x.conf:2: [ban] exe: 550 is no" },
	{ "extension-accepted-by-reply", "attachments",
	    "[ban]\nexe = a ; b ; accept\n",
	    "x.conf:2: [ban] exe: accept is no" },
	{ "unlisted", "attachments", "[unlisted]\nextensions = refuse\n", NULL },
	{ "unlisted-misspelt", "attachments",
	    "[unlisted]\nextensions = refused\n",
	    "x.conf:2: [unlisted] extensions: \"refused\" is not" },
	{ "unlisted-key", "attachments", "[unlisted]\nextension = refuse\n",
	    "x.conf:2: [unlisted] extension: unknown key" },
	{ "exception", "attachments", "[exception a]\nnames = *.js\n"
	    "types = text/*\ninside = application/zip\nreason = r\n", NULL },
	{ "exception-without-type", "attachments", "[exception a]\n"
	    "names = *.js\ninside = application/zip\nreason = r\n",
	    "x.conf:1: [exception a]: the key types is missing" },
	{ "exception-without-names", "attachments", "[exception a]\n"
	    "names =\ntypes = a/b\ninside = message\nreason = r\n",
	    "x.conf:1: [exception a]: the key names is missing" },
	{ "exception-with-other-key", "attachments", "[exception a]\n"
	    "name = *.js\n", "x.conf:2: [exception a] name: unknown key" },
	{ "type-without-slash", "types", "[dangerous]\nexe = a ; b\n",
	    "x.conf:2: [dangerous] exe: the key must be a type" },
	{ "type-without-reason", "types", "[dangerous]\na/b = rule\n",
	    "x.conf:2: [dangerous] a/b: the value must be" },
	{ "declared", "types", "[declared]\ntext/x-vbs+a.b = vbs\n", NULL },
	{ "declared-twice", "types",
	    "[declared]\ntext/vbs = vbs\ntext/vbs = js\n",
	    "x.conf:3: [declared] text/vbs: is written twice" },
	{ "declared-pattern", "types", "[declared]\ntext/* = vbs\n",
	    "x.conf:2: [declared] text/*: the key must be a type" },
	{ "declared-type-in-upper-case", "types", "[declared]\ntext/VBS = vbs\n",
	    "x.conf:2: [declared] text/VBS: the key must be a type" },
	{ "declared-no-type", "types", "[declared]\nvbs = vbs\n",
	    "x.conf:2: [declared] vbs: the key must be a type" },
	{ "declared-with-dot", "types", "[declared]\ntext/vbs = .vbs\n",
	    "x.conf:2: [declared] text/vbs: the value must be one" },
	{ "declared-in-upper-case", "types", "[declared]\ntext/vbs = VBS\n",
	    "x.conf:2: [declared] text/vbs: the value must be one" },
	{ "declared-as-two", "types", "[declared]\ntext/vbs = vbs; js\n",
	    "x.conf:2: [declared] text/vbs: the value must be one" },
	{ "declared-as-nothing", "types", "[declared]\ntext/vbs =\n",
	    "x.conf:2: [declared] text/vbs: " },
	{ "extension-with-bad-type", "types", "[extension]\njpg = image\n",
	    "x.conf:2: [extension] jpg: image is not a type" },
	{ "reply-is-missing", "replies", "[a]\nissuer = mta\nen = e\nzh = z\n",
	    "x.conf:1: [a]: the key reply is missing" },
	{ "reply-421", "replies",
	    "[a]\nreply = 421 4.3.0 x\nissuer = mta\nen = e\nzh = z\n",
	    "x.conf:2: [a] reply: 421 would close" },
	{ "reply-classes-differ", "replies",
	    "[a]\nreply = 550 4.7.1 x\nissuer = mta\nen = e\nzh = z\n",
	    "x.conf:2: [a] reply: the reply code and the enhanced" },
	{ "reply-not-ascii", "replies",
	    "[a]\nreply = 550 5.7.1 \xe5\x8f\x91\nissuer = mta\nen = e\n"
	    "zh = z\n", "x.conf:2: [a] reply: the reply must be printable" },
	{ "no-reply-for-a-verdict", "replies",
	    "[a]\nreply = 250 2.0.0 Ok\nissuer = mailweir\nen = e\nzh = z\n"
	    "given-for = accept\n", "no reply has given-for = too-big" },
	{ "verdict-of-another-class", "replies",
	    "[a]\nreply = 450 4.7.0 x\nissuer = mailweir\nen = e\nzh = z\n"
	    "given-for = illegal\n", "x.conf:2: [a] reply: a reply given for" },
	{ "settings", "settings", "[limits]\nmax-message-octets = 10M\n"
	    "[work]\nscan-timeout = 0.5\n[policy]\nencrypted-archive = note\n",
	    NULL },
	{ "unknown-setting", "settings", "[limits]\nmax-size = 1\n",
	    "x.conf:2: [limits] max-size: unknown key" },
	{ "unknown-settings-group", "settings", "[limit]\nmax-parts = 1\n",
	    "x.conf:1: [limit]: unknown group" },
	{ "spool-settings", "settings", "[spool]\nfsync = full\n"
	    "[quarantine]\nreplies = 550; 552 5.7.0\n", NULL },
	{ "bad-fsync", "settings", "[spool]\nfsync = always\n",
	    "x.conf:2: [spool] fsync: \"always\" is not none, files or full" },
	{ "accept-in-quarantine", "settings", "[quarantine]\nreplies = 250\n",
	    "x.conf:2: [quarantine] replies: \"250\" is not the beginning" },
	{ "negative-limit", "settings", "[limits]\nmax-parts = -1\n",
	    "x.conf:2: [limits] max-parts: \"-1\" is not a number from 1" },
	{ "limit-of-zero", "settings", "[limits]\nmax-parts = 0\n",
	    "x.conf:2: [limits] max-parts: \"0\" is not a number from 1" },
	{ "unknown-unit", "settings", "[limits]\nmax-part-octets = 10MB\n",
	    "\"10MB\" is not a number from 1 to 1G" },
	{ "limit-overflows", "settings",
	    "[limits]\nmax-part-octets = 99999999999999999999G\n",
	    "is not a number" },
	{ "choice-misspelt", "settings", "[policy]\nencrypted-archive = refused\n",
	    "x.conf:2: [policy] encrypted-archive: \"refused\" is neither" },
	{ "relative-path", "settings", "[rules]\ntypes = types.conf\n",
	    "x.conf:2: [rules] types: \"types.conf\" is not an absolute" },
	{ "time-of-zero", "settings", "[work]\nscan-timeout = 0\n",
	    "x.conf:2: [work] scan-timeout: \"0\" is not a number from 0.001" },
};

static void
test_error(gconstpointer data)
{
	const struct error_case *tc = data;
	g_autofree char *got = load_error(tc->kind, tc->text,
	    strlen(tc->text));

	g_test_message("got: %s", got != NULL ? got : "no error");
	if (tc->want == NULL)
		g_assert_null(got);
	else
		g_assert_true(got != NULL && strstr(got, tc->want) != NULL);
}

/* --- every key of mailweir.conf --------------------------------------------- */

/* Of tests/vectors/settings.tsv. */
enum column { GROUP, KEY, DEFAULT, GOOD, BAD, N_COLUMNS };

/* The rows, of char **. Caller owns the result. */
static GPtrArray *
read_rows(void)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors",
	    "settings.tsv", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	GPtrArray *rows = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)g_strfreev);

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++)
		if (*lines[i] != '\0' && *lines[i] != '#')
			g_ptr_array_add(rows, g_strsplit(lines[i], "\t", -1));
	return rows;
}

static const Setting *
find_setting(char **row)
{
	gsize n;
	const Setting *settings = settings_keys(&n);

	for (gsize i = 0; i < n; i++)
		if (strcmp(settings[i].group, row[GROUP]) == 0 &&
		    strcmp(settings[i].key, row[KEY]) == 0)
			return &settings[i];
	return NULL;
}

static char *
file_with(char **row, const char *value)
{
	return g_strdup_printf("[%s]\n%s = %s\n", row[GROUP], row[KEY], value);
}

static char *
value_error(char **row, const char *value)
{
	g_autofree char *text = file_with(row, value);

	g_test_message("[%s] %s = %s", row[GROUP], row[KEY], value);
	return load_error("settings", text, strlen(text));
}

/* The structures differ where the default is not what the row says. */
static gboolean
is_default(char **row)
{
	const Setting *setting = find_setting(row);
	g_autofree char *text = file_with(row, row[DEFAULT]);
	g_autoptr(ConfFile) conf = conf_file_parse("x.conf", text,
	    strlen(text), NULL);
	Settings standard = { 0 }, set = { 0 };

	setting_set_standard(setting, &standard);
	return setting_set(setting, &set, conf, NULL) &&
	    memcmp(&standard, &set, sizeof(set)) == 0;
}

static void
test_key(gconstpointer data)
{
	char **row = (char **)data;
	g_auto(GStrv) good = g_strsplit(row[GOOD], "|", -1);
	g_auto(GStrv) bad = g_strsplit(row[BAD], "|", -1);
	g_autofree char *place = g_strdup_printf("/x.conf:2: [%s] %s: \"",
	    row[GROUP], row[KEY]);

	g_assert_nonnull(find_setting(row));
	for (guint i = 0; good[i] != NULL; i++) {
		g_autofree char *error = value_error(row, good[i]);

		g_assert_cmpstr(error, ==, NULL);
	}
	for (guint i = 0; bad[i] != NULL && strcmp(row[BAD], "-") != 0; i++) {
		g_autofree char *error = value_error(row, bad[i]);

		g_assert_nonnull(error);
		g_assert_nonnull(strstr(error, place));
	}
	g_assert_true(strcmp(row[DEFAULT], "-") == 0 || is_default(row));
}

/* rows: see read_rows(). */
static void
test_keys_are_listed(gconstpointer data)
{
	const GPtrArray *rows = data;
	gsize n;
	const Setting *settings = settings_keys(&n);

	g_assert_cmpuint(rows->len, ==, n);
	for (guint i = 0; i < rows->len; i++) {
		char **row = g_ptr_array_index(rows, i);

		/* The same order, too, so that a missing one is found. */
		g_assert_cmpuint(g_strv_length(row), ==, N_COLUMNS);
		g_assert_cmpstr(row[KEY], ==, settings[i].key);
		g_assert_cmpstr(row[GROUP], ==, settings[i].group);
	}
}

static void
add_keys(const GPtrArray *rows)
{
	for (guint i = 0; i < rows->len; i++) {
		char **row = g_ptr_array_index(rows, i);
		g_autofree char *path = g_strdup_printf("/config/key/%s/%s",
		    row[GROUP], row[KEY]);

		g_test_add_data_func(path, row, test_key);
	}
	g_test_add_data_func("/config/keys-are-listed", rows,
	    test_keys_are_listed);
}

static void
test_unreadable(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(conf_file_load("/dev/zero", &error));
	g_assert_nonnull(strstr(error->message, "not a regular file"));
	g_clear_error(&error);
	g_assert_null(conf_file_load("/nonexistent/x.conf", &error));
	g_assert_nonnull(strstr(error->message, "cannot read it"));
}

static void
test_too_big(void)
{
	g_autofree char *text = g_strnfill(CONF_FILE_MAX_OCTETS + 1, '\n');
	g_autofree char *at_limit = load_error("conf", text,
	    CONF_FILE_MAX_OCTETS);
	g_autofree char *over = load_error("conf", text,
	    CONF_FILE_MAX_OCTETS + 1);

	g_assert_null(at_limit);
	g_assert_nonnull(strstr(over, "more than 4 MiB"));
}

/* --- what the shipped data says ------------------------------------------- */

static void
test_operator_list(void)
{
	static const char *const extensions[] = { "uu", "pif", "scr", "mim",
		"hqx", "bhx", "cmd", "vbs", "bat", "com", "vbe", "vb", "js",
		"wsh" };
	g_autoptr(Attachments) attachments = attachments_load(NULL, NULL, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(extensions); i++) {
		const BannedExtension *row = attachments_find(attachments,
		    extensions[i]);

		g_assert_nonnull(row);
		g_assert_cmpint(row->tier, ==, TIER_OPERATOR);
		g_assert_true(banned_extension_refuses(row, FALSE));
		g_assert_true(banned_extension_refuses(row, TRUE));
	}
	g_assert_null(attachments_find(attachments, "pdf"));
	g_assert_false(banned_extension_refuses(
	    attachments_find(attachments, "one"), FALSE));
	g_assert_true(banned_extension_refuses(
	    attachments_find(attachments, "one"), TRUE));
	g_assert_false(banned_extension_refuses(
	    attachments_find(attachments, "html"), TRUE));
}

static const struct judge_case {
	const char *name;
	const char *type;
	const char *extension;
	gboolean is_mail_text;
	TypeJudgement want;
} judge_cases[] = {
	{ "program-anywhere", "application/x-dosexec", "", FALSE,
	    TYPE_DANGEROUS },
	{ "program-in-the-text", "application/x-dosexec", "", TRUE,
	    TYPE_DANGEROUS },
	{ "program-as-picture", "application/x-dosexec", "jpg", FALSE,
	    TYPE_DANGEROUS },
	{ "batch-file-as-txt", "text/x-msdos-batch", "txt", FALSE,
	    TYPE_DANGEROUS },
	{ "batch-file-in-the-text", "text/x-msdos-batch", "", TRUE,
	    TYPE_NOTE },
	{ "guessed-program-as-dat", "application/x-guessed-program", "dat",
	    FALSE, TYPE_NOTE },
	{ "guessed-program-as-pdf", "application/x-guessed-program", "pdf",
	    FALSE, TYPE_NOTE },
	{ "jpeg-as-jpg", "image/jpeg", "jpg", FALSE, TYPE_HARMLESS },
	{ "png-as-jpg", "image/png", "jpg", FALSE, TYPE_NOTE },
	{ "zip-as-pdf", "application/zip", "pdf", FALSE, TYPE_DISGUISED },
	{ "html-as-jpg", "text/html", "jpg", FALSE, TYPE_DISGUISED },
	{ "script-as-jpg", "text/x-shellscript", "jpg", FALSE,
	    TYPE_DISGUISED },
	{ "script-as-txt", "text/x-shellscript", "txt", FALSE, TYPE_NOTE },
	{ "script-without-name", "text/x-shellscript", "", FALSE, TYPE_NOTE },
	{ "script-in-the-text", "text/x-shellscript", "", TRUE,
	    TYPE_HARMLESS },
	{ "script-under-unknown-extension", "text/x-shellscript", "foo", FALSE,
	    TYPE_NOTE },
	{ "data-as-pdf", "application/octet-stream", "pdf", FALSE, TYPE_NOTE },
	{ "zip-as-docx", "application/zip", "docx", FALSE, TYPE_HARMLESS },
	{ "encrypted-docx", "application/encrypted", "docx", FALSE,
	    TYPE_HARMLESS },
	{ "rtf-as-doc", "text/rtf", "doc", FALSE, TYPE_HARMLESS },
};

static void
test_judge(gconstpointer data)
{
	const struct judge_case *tc = data;
	g_autoptr(Types) types = types_load(NULL, NULL);
	const char *rule = NULL, *reason = NULL;

	g_assert_cmpint(types_judge(types, tc->type, tc->extension,
	    tc->is_mail_text, &rule, &reason), ==, tc->want);
	g_assert_true((rule != NULL) == (tc->want != TYPE_HARMLESS));
}

static const struct opinion_case {
	const char *name;
	const char *detected_type;
	const char *engine_type;
	const char *want;       /* rule; NULL: none */
} opinion_cases[] = {
	{ "unknown-is-elf", "application/octet-stream", "CL_TYPE_ELF",
	    "program" },
	{ "text-is-shortcut", "text/plain", "CL_TYPE_LNK", "shortcut" },
	{ "known-already", "application/x-executable", "CL_TYPE_ELF", NULL },
	{ "two-octets", "text/plain", "CL_TYPE_MSEXE", NULL },
	{ "harmless", "application/octet-stream", "CL_TYPE_PDF", NULL },
	{ "not-known", "application/octet-stream", NULL, NULL },
};

static void
test_opinion(gconstpointer data)
{
	const struct opinion_case *tc = data;
	g_autoptr(Types) types = types_load(NULL, NULL);
	const char *rule = NULL, *reason = NULL;

	types_second_opinion(types, tc->detected_type, tc->engine_type, &rule,
	    &reason);
	g_assert_cmpstr(rule, ==, tc->want);
}

/* The published lines, to the octet. */
static const struct reply_case {
	const char *name;
	Verdict verdict;
	const char *want;
} reply_cases[] = {
	{ "illegal", VERDICT_ILLEGAL, "552 5.7.0 Illegal Attachment" },
	{ "not-permitted", VERDICT_NOT_PERMITTED, "550 5.7.1 DT:SPM" },
	{ "suspect", VERDICT_SUSPECT, "450 4.7.1 DT:SPM" },
	{ "too-big", VERDICT_TOO_BIG, "552 5.3.4 Requested mail action aborted: "
	    "exceeded mailsize limit" },
	{ "defer", VERDICT_DEFER, "451 4.3.0 Requested action aborted: local "
	    "error in processing" },
	{ "zeroed", (Verdict)0, "451 4.3.0 Requested action aborted: local "
	    "error in processing" },
};

static void
test_declared(void)
{
	g_autoptr(Types) types = types_load(NULL, NULL);

	g_assert_cmpstr(types_declared_extension(types, "text/vbscript"), ==,
	    "vbs");
	g_assert_cmpstr(types_declared_extension(types, "application/x-msi"),
	    ==, "msi");
	g_assert_null(types_declared_extension(types, "text/plain"));
	g_assert_null(types_declared_extension(types, "text/"));
	g_assert_null(types_declared_extension(types, ""));
}

static void
test_reply(gconstpointer data)
{
	const struct reply_case *tc = data;
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	g_autofree char *line = reply_line(catalogue_reply(catalogue,
	    tc->verdict));

	g_assert_cmpstr(line, ==, tc->want);
}

static const struct find_case {
	const char *name;
	const char *query;
	const char *want;       /* tag of the first match */
	guint n;                /* how many match; 0: any */
} find_cases[] = {
	{ "tag", "HL:IHU", "554 HL:IHU", 1 },
	{ "published-form", "552 Illegal Attachment", "552 Illegal Attachment",
	    1 },
	{ "whole-line", "552 5.7.0 Illegal Attachment", "552 Illegal Attachment",
	    1 },
	{ "in-a-bounce", "host mx said: 550 5.7.1 DT:SPM (in reply to end of "
	    "DATA)", "550 DT:SPM", 1 },
	{ "lower-case", "illegal attachment", "552 Illegal Attachment", 1 },
	{ "text-of-two-rows", "DT:SPM", "550 DT:SPM", 2 },
	{ "code", "500", "500 Error: bad syntax", 0 },
	{ "enhanced-code", "5.1.7", "550 MI:IMF", 1 },
	{ "words", "mailsize limit", "552 Requested mail action aborted: "
	    "exceeded mailsize limit", 1 },
	{ "by-a-gateway", "host mx.example.net[192.0.2.1] said: 552 5.7.0 Illegal "
	    "Attachment (in reply to end of DATA command)",
	    "552 Illegal Attachment", 1 },
	{ "tag-in-a-bounce", "said: 554 HL:IHU smtp9,abc 1732500000", "554 HL:IHU",
	    1 },
	{ "upper-case-and-spaces", "  550   5.7.1\tdt:SPM\r\n", "550 DT:SPM", 1 },
	{ "diagnostic-code", "Diagnostic-Code: smtp; 450 4.7.1 DT:SPM", "450 DT:SPM",
	    1 },
	{ "wrapped", "The mail system\n\n<a@example.net>: host mx said: 552 5.7.0\n"
	    "    Illegal Attachment (in reply\n    to end of DATA command)\n",
	    "552 Illegal Attachment", 1 },
	{ "wrapped-and-quoted", "> > host mx said: 451 4.3.0 Requested action\r\n"
	    "> > aborted: local error in\r\n > > processing",
	    "451 Requested action aborted: local error in processing", 1 },
	{ "continuation-line", "552-5.7.0 Illegal Attachment",
	    "552 Illegal Attachment", 1 },
	{ "decorated-by-postfix", "554 5.7.1 <mx.example.org[192.0.2.1]>: Client "
	    "host rejected: HL:IHU (in reply to RCPT TO command)", "554 HL:IHU",
	    1 },
	{ "decorated-with-two-codes", "450 4.7.1 <a@example.org>: Sender address "
	    "rejected: DT:SPM", "450 DT:SPM", 1 },
	{ "text-without-code", "your mail was refused: MI:SPF.", "550 MI:SPF", 1 },
	{ "longer-code-is-another", "5500 5.7.1 DT:SPM", "550 DT:SPM", 2 },
	{ "ok-in-a-word", "the token DT:RBL", "450 DT:RBL", 1 },
};

static void
test_find(gconstpointer data)
{
	const struct find_case *tc = data;
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	g_autoptr(GPtrArray) found = catalogue_find(catalogue, tc->query);

	g_assert_cmpuint(found->len, >, 0);
	g_assert_cmpstr(((const Reply *)found->pdata[0])->tag, ==, tc->want);
	if (tc->n > 0)
		g_assert_cmpuint(found->len, ==, tc->n);
}

/* What a help desk asks of each row: cause, advice, and who gives it. */
static void
test_rows_are_complete(void)
{
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	g_autoptr(GPtrArray) all = catalogue_all(catalogue);

	for (guint i = 0; i < all->len; i++) {
		const Reply *reply = all->pdata[i];
		gboolean is_accept = reply->code == 250;
		g_autofree char *line = reply_line(reply);
		g_autoptr(GPtrArray) found = catalogue_find(catalogue, line);

		g_test_message("%s", reply->tag);
		g_assert_cmpuint(found->len, ==, 1);
		g_assert_true(found->pdata[0] == reply);
		g_assert_cmpuint(strlen(reply->enhanced), >, 0);
		g_assert_nonnull(reply->feature);
		g_assert_true((strcmp(reply->issuer, "mta") == 0) ==
		    (reply->files != NULL));
		/* Two sentences: what it means, what to do. */
		g_assert_true(is_accept || strstr(reply->en, ". ") != NULL ||
		    strstr(reply->en, ": ") != NULL);
		g_assert_true(is_accept || strstr(reply->zh, "请") != NULL ||
		    strstr(reply->zh, "无需") != NULL ||
		    strstr(reply->zh, "自动重试") != NULL);
	}
}

static void
test_find_nothing(void)
{
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	g_autoptr(GPtrArray) found = catalogue_find(catalogue, "no such thing");
	g_autoptr(GPtrArray) blank = catalogue_find(catalogue, "  ");

	g_assert_cmpuint(found->len, ==, 0);
	g_assert_cmpuint(blank->len, ==, 0);
}

/* The list is freed without what it lists. */
static void
test_find_all(void)
{
	g_autoptr(Catalogue) catalogue = catalogue_load(NULL, NULL);
	guint n;

	for (guint i = 0; i < 2; i++) {
		g_autoptr(GPtrArray) all = catalogue_all(catalogue);

		n = all->len;
		g_assert_cmpstr(((const Reply *)all->pdata[0])->tag, ==,
		    "250 accept");
	}
	g_assert_cmpuint(n, >, 20);
}

int
main(int argc, char **argv)
{
	g_autoptr(GPtrArray) rows = NULL;

	g_test_init(&argc, &argv, NULL);
	rows = read_rows();
	add_keys(rows);
	ADD_TABLE("/config/error/", error_cases, test_error);
	g_test_add_func("/config/unreadable", test_unreadable);
	g_test_add_func("/config/too-big", test_too_big);
	g_test_add_func("/config/operator-list", test_operator_list);
	g_test_add_func("/config/declared-extension", test_declared);
	ADD_TABLE("/config/judge/", judge_cases, test_judge);
	ADD_TABLE("/config/second-opinion/", opinion_cases, test_opinion);
	ADD_TABLE("/config/reply/", reply_cases, test_reply);
	ADD_TABLE("/config/find/", find_cases, test_find);
	g_test_add_func("/config/find-nothing", test_find_nothing);
	g_test_add_func("/config/find-all", test_find_all);
	g_test_add_func("/config/rows-are-complete", test_rows_are_complete);
	return g_test_run();
}
