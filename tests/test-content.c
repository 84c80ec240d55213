/*
 * tests/test-content.c - what content rules see of a message.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <gmime/gmime.h>
#include <string.h>

#include "scanner/content.h"
#include "scanner/content_eval.h"
#include "scanner/content_views.h"
#include "scanner/mail_date.h"
#include "tests/table.h"

static Charsets *charsets;
static Han *han;

static const struct charset_case {
	const char *name;
	const char *octets;
	const char *label;
	const char *want;
	gboolean is_damaged;
} charset_cases[] = {
	{ "ascii", "abc", NULL, "abc", FALSE },
	{ "utf-8-under-any-label", "\xe5\x8f\x91", "iso-8859-1", "发", FALSE },
	{ "gb2312", "\xb7\xa2\xc6\xb1", "gb2312", "发票", FALSE },
	{ "gbk-under-gb2312", "\x8a\x96", "gb2312", "姈", FALSE },
	{ "x-gbk", "\xb7\xa2", "x-gbk", "发", FALSE },
	{ "gb_2312-80", "\xb7\xa2", "gb_2312-80", "发", FALSE },
	{ "big5", "\xb5\x6f\xb2\xbc", "big5", "發票", FALSE },
	{ "big5-hkscs-under-big5", "\x88\x62", "big5", "Ê̄", FALSE },
	{ "hz", "~{7\"F1~}!", "hz-gb-2312", "发票!", FALSE },
	{ "hz-never-closed", "~{7\"F1", "hz-gb-2312", "发票", FALSE },
	{ "utf-7", "+U9F5aA-", "utf-7", "发票", FALSE },
	{ "utf-7-by-its-old-name", "+U9F5aA-", "unicode-1-1-utf-7", "发票",
	    FALSE },
	{ "big5-as-windows-has-it", "\xf9\xd6", "big5", "碁", FALSE },
	{ "gb18030-four-octets", "\x81\x30\x84\x36", "gb2312", "¥", FALSE },
	{ "unlabelled-gb", "\xb1\xbe\xb9\xab\xcb\xbe\xb4\xfa\xbf\xaa\xb7\xa2"
	    "\xc6\xb1\xa3\xac\xb5\xe3\xca\xfd\xd3\xc5\xbb\xdd", NULL,
	    "本公司代开发票，点数优惠", FALSE },
	{ "wrong-label-of-gb", "\xb1\xbe\xb9\xab\xcb\xbe\xb4\xfa\xbf\xaa\xb7"
	    "\xa2\xc6\xb1\xa3\xac\xb5\xe3\xca\xfd\xd3\xc5\xbb\xdd", "us-ascii",
	    "本公司代开发票，点数优惠", FALSE },
	{ "broken-gb-is-detected", "\xb7\xa2\xc6\xb1\xff\xff" "abc", "gb2312",
	    NULL, FALSE },
	{ "damage-costs-no-text", "+\x01!abc", "utf-7", NULL, TRUE },
	{ "latin-1-is-windows", "\x93x\x94", "iso-8859-1", "“x”", FALSE },
	{ "broken-text-stays", "a\xff\x81z", "utf-8", NULL, FALSE },
	{ "empty", "", "gb2312", "", FALSE },
	{ "label-of-nothing", "abc", "", "abc", FALSE },
};

static void
test_charset(gconstpointer data)
{
	const struct charset_case *tc = data;
	gboolean is_damaged;
	g_autofree char *text = charset_to_utf8(charsets,
	    (const guint8 *)tc->octets, strlen(tc->octets), tc->label,
	    &is_damaged);

	g_test_message("%s", text);
	g_assert_true(g_utf8_validate(text, -1, NULL));
	if (tc->want != NULL) {
		g_assert_cmpstr(text, ==, tc->want);
		g_assert_cmpint(is_damaged, ==, tc->is_damaged);
	}
	/* Damage costs no text. */
	if (tc->is_damaged) {
		g_assert_true(is_damaged);
		g_assert_nonnull(strstr(text, "abc"));
	}
}

static const struct date_case {
	const char *name;
	const char *text;
	gint64 seconds;         /* -1: not a date */
} date_cases[] = {
	{ "rfc-5322", "Mon, 26 Aug 2002 15:49:52 +0800", 1030348192 },
	{ "no-day-of-week", "26 Aug 2002 15:49:52 +0000", 1030376992 },
	{ "no-seconds", "26 Aug 2002 15:49 +0000", 1030376940 },
	{ "named-zone", "Mon, 26 Aug 2002 15:49:52 EDT", 1030391392 },
	{ "unknown-zone-is-utc", "26 Aug 2002 15:49:52 XYZ", 1030376992 },
	{ "comment", "26 Aug 2002 15:49:52 +0800 (CST)", 1030348192 },
	{ "two-digit-year", "26 Aug 02 15:49:52 +0000", 1030376992 },
	{ "ctime", "Mon Aug 26 15:49:52 2002", 1030376992 },
	{ "year-102-is-1970", "26 Aug 0102 00:00:00 +0000", 20476800 },
	{ "far-future-is-2037", "1 Jan 9999 00:00:00 +0000", 2114380800 },
	{ "day-that-the-month-lacks", "31 Feb 2002 00:00:00 +0000",
	    1014940800 },
	{ "hour-99", "26 Aug 2002 99:00:00 +0000", 1030402800 },
	{ "words", "yesterday", -1 },
	{ "cut", "26 Aug", -1 },
	{ "empty", "", -1 },
};

static void
test_date(gconstpointer data)
{
	const struct date_case *tc = data;
	gint64 seconds = -1;

	g_assert_cmpint(mail_date_parse(tc->text, &seconds), ==,
	    tc->seconds != -1);
	g_assert_cmpint(seconds, ==, tc->seconds);
}

static const struct han_case {
	const char *name;
	const char *text;
	const char *want;
} han_cases[] = {
	{ "traditional", "發票", "发票" },
	{ "ascii", "Free  Offer: A* B\n", "free  offer: a* b\n" },
	{ "no-han", "ÉTÉ Ｆ", "été f" },
	{ "full-width", "ＡＢＣ１２３", "abc123" },
	{ "circled-digits", "①③⑧", "138" },
	{ "separators-go", "发·票*代 / 开", "发票代开" },
	{ "zero-width-goes", "发\xe2\x80\x8b票", "发票" },
	{ "soft-hyphen-goes", "vi\xc2\xad" "agra", "viagra" },
	{ "latin-keeps-its-blanks", "a b", "a b" },
	{ "line-end-separates", "发\n票", "发\n票" },
	{ "digits-separate", "发1票", "发1票" },
	{ "look-alikes-in-a-latin-word", "vi\xd0\xb0gr\xce\xb1 C\xd1\x96" "alis",
	    "viagra cialis" },
	{ "cyrillic-words-stay", "\xd0\xbe\xd1\x80\xd0\xb0 a",
	    "\xd0\xbe\xd1\x80\xd0\xb0 a" },
	{ "many-separators-stay", "发- - - - - -票", "发- - - - - -票" },
};

static void
test_han(gconstpointer data)
{
	const struct han_case *tc = data;
	g_autofree char *got = han_normalise(han, tc->text);

	g_assert_cmpstr(got, ==, tc->want);
}

static const struct html_case {
	const char *name;
	const char *html;
	const char *text;
	const char *hidden;
} html_cases[] = {
	{ "plain", "a b", "a b", "" },
	{ "blanks-collapse", "a \n\t b", "a b", "" },
	{ "entities", "&lt;&amp;&#65;&#x42;&eacute;", "<&ABé", "" },
	{ "entity-without-semicolon", "a&ltb", "a&ltb", "" },
	{ "paragraph", "a<p>b</p>c", "a\n\nb\n\nc", "" },
	{ "line-break", "a<br>b", "a\nb", "" },
	{ "tag-within-word", "vi<b></b>agra", "viagra", "" },
	{ "comment-within-word", "vi<!-- x -->agra", "viagra", "" },
	{ "script-goes", "a<script>x<b</script>b", "ab", "" },
	{ "style-goes", "a<style>p{}</style>b", "ab", "" },
	{ "style-never-closed-shows", "a<style>b", "ab", "" },
	{ "comment-never-closed", "a<!-- b > c", "a c", "" },
	{ "stray-bracket", "1 < 2", "1 < 2", "" },
	{ "white-on-white", "<font color=white>x</font>y", "xy", "x" },
	{ "on-its-own-ground", "<td bgcolor=black><font color=white>x", " x",
	    "" },
	{ "display-none", "<div style='display:none'>x</div>", "\nx\n", "x" },
	{ "tiny", "<font size=1>x</font>", "x", "x" },
	{ "quote-never-closed", "<a href=\"x>y</a>z", "yz", "" },
	{ "cut-in-a-tag", "x<a href=", "x", "" },
	{ "empty", "", "", "" },
};

static void
test_html(gconstpointer data)
{
	const struct html_case *tc = data;
	g_autoptr(HtmlText) html = html_text_new(tc->html);

	g_assert_cmpstr(html->text->str, ==, tc->text);
	g_assert_cmpstr(html->hidden->str, ==, tc->hidden);
}

static const struct uri_case {
	const char *name;
	const char *text;
	const char *want;       /* one of the URIs; NULL: there is none */
} uri_cases[] = {
	{ "scheme", "see http://example.org/a.", "http://example.org/a" },
	{ "www", "see www.example.org, now", "http://www.example.org" },
	{ "bare-host", "see example.org/x now", "http://example.org/x" },
	{ "mail", "to joe@example.org", "mailto:joe@example.org" },
	{ "percent", "http://%65xample.org/", "http://example.org/" },
	{ "user-and-port", "http://a:b@example.org:80/x",
	    "http://example.org/x" },
	{ "redirector", "http://a.example/?u=http://b.example/x",
	    "http://b.example/x" },
	{ "backslashes", "http:\\\\example.org\\x", NULL },
	{ "not-a-host", "e.g. this", NULL },
	{ "parenthesis-ends-it", "(http://example.org/a)",
	    "http://example.org/a" },
	{ "none", "no link here", NULL },
};

static void
test_uri(gconstpointer data)
{
	const struct uri_case *tc = data;
	g_autoptr(UriFinder) finder = uri_finder_new(NULL);
	g_autoptr(RegexRun) run = regex_run_new(1000);
	g_autoptr(UriList) list = uri_list_new();
	const TextSpan line = { tc->text, strlen(tc->text) };

	uri_list_add_text(list, finder, run, &line);
	for (guint i = 0; i < list->uris->len; i++)
		g_test_message("%s", (char *)g_ptr_array_index(list->uris, i));
	if (tc->want == NULL)
		g_assert_cmpuint(list->uris->len, ==, 0);
	else
		g_assert_true(g_hash_table_contains(list->seen, tc->want));
}

static const struct header_case {
	const char *name;
	const char *header;
	const char *request;
	const char *want;
} header_cases[] = {
	{ "value", "Subject: a\n", "Subject", "a\n" },
	{ "name-in-any-case", "SUBJECT: a\n", "Subject", "a\n" },
	{ "folded", "Subject: a\n\tb\n", "Subject", "a b\n" },
	{ "crlf", "Subject: a\r\n b\r\n", "Subject", "a b\n" },
	{ "raw", "Subject: =?utf-8?q?a?=\n", "Subject:raw",
	    " =?utf-8?q?a?=\n" },
	{ "encoded-word", "Subject: =?utf-8?B?5Y+R56Wo?=\n", "Subject",
	    "发票\n" },
	{ "character-cut-between-words",
	    "Subject: =?utf-8?B?5Y8=?= =?utf-8?B?keelqA==?=\n", "Subject",
	    "发票\n" },
	{ "gb2312-word", "Subject: =?gb2312?Q?=B7=A2=C6=B1?=\n", "Subject",
	    "发票\n" },
	{ "two-fields", "To: a\nTo: b\n", "To", "a\nb\n" },
	{ "first", "To: a\nTo: b\n", "To:first", "a\n" },
	{ "last", "To: a\nTo: b\n", "To:last", "b\n" },
	{ "address", "From: \"A, B\" <a@example.org>\n", "From:addr",
	    "a@example.org" },
	{ "bare-address", "From: a@example.org\n", "From:addr",
	    "a@example.org" },
	{ "display-name", "From: \"A, B\" <a@example.org>\n", "From:name",
	    "A, B" },
	{ "name-in-comment", "From: a@example.org (A B)\n", "From:name",
	    "A B" },
	{ "to-and-cc", "Cc: b\nTo: a\n", "ToCc", "a\nb\n" },
	{ "all", "A: 1\nB: 2\n", "ALL", "A: 1\nB: 2\n" },
	{ "message-id", "Message-Id: <x>\n", "MESSAGEID", "<x>\n" },
	{ "none", "A: 1\n", "Subject", NULL },
	{ "body-is-not-header", "A: 1\n\nSubject: x\n", "Subject", NULL },
	{ "fold-without-field", " x\nA: 1\n", "A", "1\n" },
};

static void
test_header(gconstpointer data)
{
	const struct header_case *tc = data;
	g_autoptr(HeaderView) view = header_view_new(
	    (const guint8 *)tc->header, strlen(tc->header), charsets);
	g_autofree char *got = header_view_get(view, tc->request);

	g_assert_cmpstr(got, ==, tc->want);
}

static const struct received_case {
	const char *name;
	const char *header;
	const char *untrusted;  /* how the text begins */
} received_cases[] = {
	{ "postfix", "Received: from a.example (b.example [192.0.2.1])\n"
	    "\tby c.example (Postfix) with ESMTP id X1; date\n",
	    "[ ip=192.0.2.1 rdns=b.example helo=a.example by=c.example "
	    "ident= envfrom= intl=0 id=X1 auth= msa=0 ]" },
	{ "no-rdns", "Received: from a (unknown [192.0.2.1]) by c id X1\n",
	    "[ ip=192.0.2.1 rdns= helo=a by=c " },
	{ "ipv6", "Received: from a (b.example [IPv6:2001:db8::1]) by c\n",
	    "[ ip=2001:db8::1 rdns=b.example helo=a by=c " },
	{ "exim-helo", "Received: from [192.0.2.1] (helo=a.example) by c\n",
	    "[ ip=192.0.2.1 rdns= helo=a.example by=c " },
	{ "ident", "Received: from a (joe@b.example [192.0.2.1]) by c\n",
	    "[ ip=192.0.2.1 rdns=b.example helo=a by=c ident=joe " },
	{ "private-is-trusted", "Received: from a (b [10.0.0.1]) by c\n", "" },
	{ "login-is-trusted", "Received: from a (b [192.0.2.1]) by c with "
	    "ESMTPSA id X\n", "" },
	{ "local-is-no-relay", "Received: by c (Postfix, from userid 0)\n",
	    "" },
	{ "cut-off", "Received: from a (b [192.0.2", "" },
};

static void
test_received(gconstpointer data)
{
	const struct received_case *tc = data;
	g_autoptr(HeaderView) view = header_view_new(
	    (const guint8 *)tc->header, strlen(tc->header), charsets);
	g_autoptr(Received) received = received_new(view, NULL);
	g_autofree char *got = received_text(received, FALSE);

	g_test_message("%s", got);
	g_assert_true(g_str_has_prefix(got, tc->untrusted));
	g_assert_cmpint(*got == '\0', ==, *tc->untrusted == '\0');
}

static ContentResult *
scan_text(const ContentRules *rules, const ContentSettings *settings,
    const char *text, gsize len, const char *content_type)
{
	g_autoptr(ContentEngine) engine = content_engine_new(rules, settings);
	const ContentPart part = { .content_type = content_type,
		.header = (const guint8 *)"", .octets = (const guint8 *)text,
		.len = len };
	const ContentInput input = { .message = (const guint8 *)text,
		.message_len = len, .parts = &part, .n_parts = 1 };

	return content_engine_scan(engine, &input, TRUE);
}

static const struct verdict_case {
	const char *name;
	double score;
	double rule_score;
	gboolean is_unfinished;
	Verdict want;
} verdict_cases[] = {
	{ "nothing-accepts", 0, 0, FALSE, VERDICT_ACCEPT },
	{ "below-suspect", 5.99, 5.99, FALSE, VERDICT_ACCEPT },
	{ "suspect", 6, 6, FALSE, VERDICT_SUSPECT },
	{ "below-reject", 9.99, 9.99, FALSE, VERDICT_SUSPECT },
	{ "reject", 10, 10, FALSE, VERDICT_NOT_PERMITTED },
	{ "reject-needs-rules", 10, 2.9, FALSE, VERDICT_SUSPECT },
	{ "unfinished-never-accepts", 0, 0, TRUE, VERDICT_DEFER },
	{ "unfinished-never-refuses", 20, 20, TRUE, VERDICT_DEFER },
};

static void
test_verdict(gconstpointer data)
{
	const struct verdict_case *tc = data;
	const ContentThresholds thresholds = CONTENT_THRESHOLDS_DEFAULT;
	const ContentResult result = { .score = tc->score,
		.rule_score = tc->rule_score,
		.is_unfinished = tc->is_unfinished };

	g_assert_cmpint(content_verdict(&result, &thresholds), ==, tc->want);
}

/* A regular expression that backtracks for ever ends as unfinished. */
static void
test_bait(void)
{
	static const char rule[] = "body R /^(a+)+$/\n";
	g_autoptr(ContentRules) rules = content_rules_parse("x.cf", rule,
	    strlen(rule), content_eval_functions());
	const ContentSettings settings = { .budget_ms = 1000 };
	const ContentThresholds thresholds = CONTENT_THRESHOLDS_DEFAULT;
	g_autofree char *text = g_strnfill(1000, 'a');
	g_autoptr(ContentResult) result = NULL;

	text[999] = 'b';
	result = scan_text(rules, &settings, text, 1000, "text/plain");
	g_assert_true(result->is_unfinished);
	g_assert_cmpint(content_verdict(result, &thresholds), ==,
	    VERDICT_DEFER);
}

/* Much of one thing: ends, in time linear in the length. */
static const struct flood_case {
	const char *name;
	const char *unit;
	const char *content_type;
} flood_cases[] = {
	{ "one-line", "a", "text/plain" },
	{ "uris", "http://a.example/1 ", "text/plain" },
	{ "mail-addresses", "a@b.example ", "text/plain" },
	{ "nested-elements", "<div style='color:red'>", "text/html" },
	{ "links", "<a href='http://a.example/'>x</a>", "text/html" },
	{ "comments-never-closed", "<!-- ", "text/html" },
	{ "quotes-never-closed", "<a b=\" ", "text/html" },
	{ "attributes", "<a b b b b b b b b b b b b b b b b ", "text/html" },
	{ "literals-never-closed", "<script>", "text/html" },
	{ "entities", "&#", "text/html" },
	{ "han", "发·", "text/plain" },
	{ "nuls", "\xff\xfe", "text/plain" },
};

static void
test_flood(gconstpointer data)
{
	const struct flood_case *tc = data;
	const ContentSettings settings = { .budget_ms = 100000,
		.max_raw_octets = 10u << 20, .max_part_octets = 10u << 20 };
	gsize unit = strlen(tc->unit), len = 2u << 20;
	g_autofree char *text = g_malloc(len);
	g_autoptr(ContentRules) rules = content_rules_load(NULL, TRUE,
	    content_eval_functions());
	g_autoptr(ContentResult) result = NULL;

	for (gsize i = 0; i < len; i++)
		text[i] = tc->unit[i % unit];
	result = scan_text(rules, &settings, text, len, tc->content_type);
	g_assert_nonnull(result);
}

/* The same with the limits as shipped, and more of it: it ends, says what it
 * has not looked at, and where the rules did not end it is no accept. */
static const struct deluge_case {
	const char *name;
	const char *unit;
	gsize octets;
	const char *content_type;
	const char *note;
} deluge_cases[] = {
	{ "10-mb-on-one-line", "a", 10u << 20, "text/plain",
	    "not all text was looked at" },
	{ "a-million-uris", "http://a.example/1 ", 19000000, "text/plain",
	    "not all text was looked at" },
	{ "a-million-links", "<a href=http://a.example/>", 26000000,
	    "text/html", "not all text was looked at" },
	{ "a-million-levels", "<div>", 5000000, "text/html",
	    "not all text was looked at" },
	{ "10-mb-of-han", "发·", 10u << 20, "text/plain",
	    "not all text was looked at" },
};

static void
test_deluge(gconstpointer data)
{
	const struct deluge_case *tc = data;
	const ContentSettings settings = { 0 };
	const ContentThresholds thresholds = CONTENT_THRESHOLDS_DEFAULT;
	gsize unit = strlen(tc->unit);
	g_autofree char *text = g_malloc(tc->octets);
	g_autoptr(ContentRules) rules = content_rules_load(NULL, TRUE,
	    content_eval_functions());
	g_autoptr(ContentResult) result = NULL;

	for (gsize i = 0; i < tc->octets; i++)
		text[i] = tc->unit[i % unit];
	result = scan_text(rules, &settings, text, tc->octets,
	    tc->content_type);
	if (result->is_unfinished)
		g_assert_cmpint(content_verdict(result, &thresholds), ==,
		    VERDICT_DEFER);
	g_assert_true(g_ptr_array_find_with_equal_func(result->notes, tc->note,
	    g_str_equal, NULL));
}

int
main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	g_mime_init();
	charsets = charsets_new();
	han = han_new();
	ADD_TABLE("/charset/", charset_cases, test_charset);
	ADD_TABLE("/mail-date/", date_cases, test_date);
	ADD_TABLE("/han/", han_cases, test_han);
	ADD_TABLE("/html-text/", html_cases, test_html);
	ADD_TABLE("/uri-list/", uri_cases, test_uri);
	ADD_TABLE("/header-view/", header_cases, test_header);
	ADD_TABLE("/received/", received_cases, test_received);
	ADD_TABLE("/content/verdict/", verdict_cases, test_verdict);
	g_test_add_func("/content/bait-is-unfinished", test_bait);
	ADD_TABLE("/content/flood/", flood_cases, test_flood);
	ADD_TABLE("/content/deluge/", deluge_cases, test_deluge);
	status = g_test_run();
	charsets_free(charsets);
	han_free(han);
	return status;
}
