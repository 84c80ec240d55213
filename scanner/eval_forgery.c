/*
 * scanner/eval_forgery.c - eval functions on claims to come from a provider.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each large mailbox provider leaves marks of its own in what it sends. A
 * message that claims one and has none of its marks is forged.
 */
#include "config.h"

#include <string.h>

#include "scanner/eval_call.h"

#define ADDRESS "(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-fA-F:]{2,45})"

static gboolean
is_from(const EvalCall *call, const char *domain)
{
	g_autofree char *pattern = g_strdup_printf("\\b%s$", domain);

	return eval_matches(call, pattern, "i", eval_field(call, "From:addr"));
}

static gboolean
received_has(const EvalCall *call, const char *pattern)
{
	return eval_matches(call, pattern, "", eval_field(call, "Received"));
}

/* A mailing list that removes Received fields, or there are none. */
static gboolean
gated_through_received_hdr_remover(const EvalCall *call)
{
	const char *received = content_views_field(call->views, "Received");

	if (received == NULL)
		return TRUE;
	return (eval_matches(call,
	    "^contact \\S+\\@\\S+\\; run by ezmlm$", "m",
	    eval_field(call, "Mailing-List")) &&
	    eval_matches(call, "^mailing list \\S+\\@\\S+", "m",
	    eval_field(call, "Delivered-To")) &&
	    received_has(call, "qmail \\d+ invoked (?:from network|by "
	    ".{3,20})\\); \\d+ ... \\d+")) ||
	    received_has(call,
	    "from groups\\.msn\\.com \\(\\S+\\.msn\\.com ");
}

static gboolean
check_for_fake_aol_relay_in_rcvd(const EvalCall *call)
{
	return eval_matches(call, " rly-[a-z][a-z]\\d\\d\\.", "i",
	    eval_field(call, "Received")) &&
	    !received_has(call, "\\/AOL-\\d+\\.\\d+\\.\\d+\\)|"
	    "ESMTP id (?:RELAY|MAILRELAY|MAILIN)");
}

/* The marks of the provider that was Hotmail. */
static gboolean
has_hotmail_marks(const EvalCall *call)
{
	gboolean has_ip = eval_matches(call, ADDRESS, "",
	    eval_field(call, "X-Originating-Ip"));
	gboolean has_org = eval_matches(call,
	    "hotmail\\.com|msonline-outlook", "",
	    eval_field(call, "X-OriginatorOrg"));

	return received_has(call, "from mail pickup service by hotmail\\.com "
	    "with Microsoft SMTPSVC;") ||
	    gated_through_received_hdr_remover(call) ||
	    (has_ip && received_has(call,
	    "from (?:\\S*\\.)?hotmail.com \\(\\S+\\.hotmail(?:\\.msn)?\\.com[ \\)]|"
	    "from \\S*\\.hotmail.com \\(\\[" ADDRESS "\\][ \\):]|"
	    "from \\S+ by \\S+\\.hotmail(?:\\.msn)?\\.com with HTTP;|"
	    "from \\[66\\.218.\\S+\\] by \\S+\\.yahoo\\.com")) ||
	    (has_org && received_has(call,
	    "from \\S*\\.outbound\\.protection\\.outlook\\.com "
	    "\\(\\S+\\.outbound\\.protection\\.outlook\\.com[ \\)]|"
	    "from \\S*\\.(?:eur|nam)prd\\d+\\.prod\\.outlook\\.com \\("
	    ADDRESS "\\)"));
}

static gboolean
claims_hotmail_relay(const EvalCall *call)
{
	return received_has(call, "(?:from |HELO |helo=)\\S*hotmail\\.com\\b");
}

static gboolean
check_for_forged_hotmail_received_headers(const EvalCall *call)
{
	return claims_hotmail_relay(call) && !has_hotmail_marks(call);
}

static gboolean
check_for_no_hotmail_received_headers(const EvalCall *call)
{
	return is_from(call, "hotmail\\.com") && !claims_hotmail_relay(call) &&
	    !has_hotmail_marks(call);
}

static gboolean
check_for_forged_eudoramail_received_headers(const EvalCall *call)
{
	return is_from(call, "eudoramail\\.com") &&
	    !gated_through_received_hdr_remover(call) &&
	    !(received_has(call, "by \\S*whowhere.com;") && eval_matches(call,
	    ADDRESS, "", eval_field(call, "X-Sender-Ip")));
}

static gboolean
check_for_forged_yahoo_received_headers(const EvalCall *call)
{
	return is_from(call, "yahoo\\.com") &&
	    !gated_through_received_hdr_remover(call) &&
	    !eval_matches(call, " rdns=\\S+\\.yahoo\\.com ", "",
	    eval_field(call, "X-Spam-Relays-Trusted")) &&
	    !eval_matches(call, "^[^\\]]+ rdns=\\S+\\.yahoo\\.com ", "",
	    eval_field(call, "X-Spam-Relays-Untrusted")) &&
	    !received_has(call,
	    "by web\\S+\\.mail\\S*\\.yahoo\\.com via HTTP|"
	    "by sonic\\S+\\.consmr\\.mail\\S*\\.yahoo\\.com with HTTP|"
	    "by smtp\\S+\\.yahoo\\.com with SMTP|"
	    "from \\[" ADDRESS "\\] by \\S+\\.(?:groups|scd|dcn)\\.yahoo\\.com "
	    "with NNFMP|"
	    "by \\w+\\.\\w+\\.yahoo\\.com \\(\\d+\\.\\d+\\.\\d+\\/"
	    "\\d+\\.\\d+\\.\\d+\\)(?: with ESMTP)? id \\w+") &&
	    !(is_from(call, "\\@reply\\.yahoo\\.com") && received_has(call,
	    "\\bmailer\\d+\\.bulk\\.scd\\.yahoo\\.com\\b"));
}

static gboolean
check_for_forged_juno_received_headers(const EvalCall *call)
{
	const char *mailer = eval_field(call, "X-Mailer");

	if (!is_from(call, "juno\\.com") ||
	    gated_through_received_hdr_remover(call))
		return FALSE;
	if (*eval_field(call, "X-Originating-IP") == '\0')
		return TRUE;
	return strstr(mailer, "Juno ") == NULL || !received_has(call,
	    "from.*\\b(?:juno|untd)\\.com.*[\\[\\(]" ADDRESS "[\\]\\)].*by|"
	    " cookie\\.(?:juno|untd)\\.com ");
}

static gboolean
check_for_forged_gmail_received_headers(const EvalCall *call)
{
	const char *received = eval_field(call, "X-Received");

	return is_from(call, "gmail\\.com") &&
	    !eval_matches(call, "by (?:10\\.\\S+|2002:a\\d\\d:\\w+:\\S+) with "
	    "SMTP id \\S+", "", received) &&
	    !received_has(call,
	    "by smtp\\.googlemail\\.com with ESMTPSA id \\S+") &&
	    !(strlen(eval_field(call, "X-Gm-Message-State")) >= 60 &&
	    strlen(eval_field(call, "X-Google-Smtp-Source")) >= 60);
}

const EvalFunction eval_forgery_functions[] = {
	{ "check_for_fake_aol_relay_in_rcvd",
	    check_for_fake_aol_relay_in_rcvd },
	{ "check_for_forged_eudoramail_received_headers",
	    check_for_forged_eudoramail_received_headers },
	{ "check_for_forged_gmail_received_headers",
	    check_for_forged_gmail_received_headers },
	{ "check_for_forged_hotmail_received_headers",
	    check_for_forged_hotmail_received_headers },
	{ "check_for_forged_juno_received_headers",
	    check_for_forged_juno_received_headers },
	{ "check_for_forged_yahoo_received_headers",
	    check_for_forged_yahoo_received_headers },
	{ "check_for_no_hotmail_received_headers",
	    check_for_no_hotmail_received_headers },
	{ "gated_through_received_hdr_remover",
	    gated_through_received_hdr_remover },
	{ NULL, NULL },
};
