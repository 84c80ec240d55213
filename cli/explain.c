/*
 * cli/explain.c - mailweir explain: what an SMTP reply means.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "spool/settings.h"

/* Who gives the reply, by what, and where that is shown. */
static void
print_source(const Reply *reply, gboolean is_chinese)
{
	gboolean is_ours = strcmp(reply->issuer, "mailweir") == 0;

	if (is_chinese)
		printf("  %s", is_ours ? "由 mailweir 给出" : "由邮件服务器给出");
	else
		printf("  Given by %s", is_ours ? "mailweir" : "the mail server");
	if (reply->feature != NULL)
		printf(is_chinese ? "：%s" : ": %s", reply->feature);
	if (reply->files != NULL)
		printf(is_chinese ? "（contrib/postfix/replies：%s）" :
		    " (contrib/postfix/replies: %s)", reply->files);
	puts(is_chinese ? "。" : ".");
}

static void
print_reply(const Reply *reply, gboolean is_chinese)
{
	g_autofree char *line = reply_line(reply);

	printf("%s\n  %s\n", line, is_chinese ? reply->zh : reply->en);
	print_source(reply, is_chinese);
}

/* NULL: the locale decides. -1: neither. */
static int
wants_chinese(const char *language)
{
	const char *locale = setlocale(LC_MESSAGES, NULL);

	if (language == NULL)
		return locale != NULL && g_str_has_prefix(locale, "zh");
	if (strcmp(language, "zh") == 0)
		return TRUE;
	return strcmp(language, "en") == 0 ? FALSE : -1;
}

int
cli_explain(int argc, char **argv)
{
	g_autofree char *language = NULL, *config = NULL, *query = NULL;
	const GOptionEntry options[] = {
		{ "lang", 0, 0, G_OPTION_ARG_STRING, &language,
		    "Language: en or zh (default: the locale's)", "LANG" },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = NULL;
	g_autoptr(Catalogue) catalogue = NULL;
	g_autoptr(GPtrArray) replies = NULL;
	int is_chinese;

	if (!cli_parse(&argc, &argv, options, "CODE-OR-TEXT...",
	    "Says what a reply such as \"552 Illegal Attachment\" means; "
	    "without words, lists all replies."))
		return EX_USAGE;
	is_chinese = wants_chinese(language);
	if (is_chinese == -1)
		return cli_fail(EX_USAGE, "explain",
		    "--lang must be en or zh, not '%s'", language);
	settings = settings_load(config, &error);
	if (settings != NULL)
		catalogue = catalogue_load(settings->rules.replies, &error);
	if (catalogue == NULL)
		return cli_fail(EX_CONFIG, "explain", "%s", error->message);
	query = g_strjoinv(" ", argv + 1);
	replies = *query != '\0' ? catalogue_find(catalogue, query) :
	    catalogue_all(catalogue);
	for (guint i = 0; i < replies->len; i++)
		print_reply(g_ptr_array_index(replies, i), is_chinese);
	if (replies->len > 0)
		return EX_OK;
	return cli_fail(1, "explain", "no reply matches '%s'; "
	    "'mailweir explain' lists all of them", query);
}
