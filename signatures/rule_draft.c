/*
 * signatures/rule_draft.c - what the lines of rule files say of each rule.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/rule_draft.h"
#include "signatures/rule_file.h"

/* Settings whose words are kept for eval functions. */
static const char *const list_keys[] = {
	"freemail_domains", "util_rb_tld", "util_rb_2tld", "util_rb_3tld",
	"url_shortener",
	/* Of the list that "(NAME)" before the words says. */
	"enlist_addrlist", "enlist_uri_host",
};

/* Settings of SpamAssassin that have no meaning for a filter, or that only
 * the network's or the statistics' plugins read. */
static const char *const ignored_keys[] = {
	"add_header", "adsp_override", "askdns", "bayes_ignore_header",
	"blocklist_from", "blacklist_from", "clear_headers",
	"clear_originating_ip_headers", "clear_report_template",
	"clear_unsafe_report_template", "dns_block_rule",
	"dns_local_ports_avoid", "dns_query_restriction",
	"originating_ip_headers", "priority",
	"redirector_pattern", "report", "report_charset", "report_contact",
	"report_safe", "required_score", "require_version", "reuse", "test",
	"unsafe_report", "uridnsbl_skip_domain", "urirhsbl", "urirhssub",
	"use_bayes", "welcomelist_from", "whitelist_from",
	"def_welcomelist_auth", "def_whitelist_auth",
	"def_welcomelist_from_dkim", "def_whitelist_from_dkim",
	"def_welcomelist_from_spf", "def_whitelist_from_spf",
	"clear_util_rb", "bayes_stopword_en", "bayes_stopword_languages",
	"bayes_auto_learn", "bayes_auto_learn_threshold_nonspam",
	"bayes_auto_learn_threshold_spam", "shortcircuit", "header_rule",
	"internal_networks", "trusted_networks", "lock_method", "ok_locales",
	"ok_languages", "rewrite_header", "welcomelist_bounce_relays",
};

static void
draft_free(gpointer data)
{
	RuleDraft *draft = data;

	g_free(draft->rule.name);
	g_free(draft->rule.describe);
	rule_regex_free(draft->rule.regex);
	g_free(draft->rule.field);
	g_free(draft->rule.if_unset);
	g_free(draft->rule.function);
	g_strfreev(draft->rule.arguments);
	rule_meta_free(draft->rule.meta);
	g_free(draft->rule.parts);
	g_free(draft->source);
	g_free(draft->tflags);
	g_free(draft);
}

static void
unsupported_free(gpointer data)
{
	UnsupportedRule *row = data;

	g_free(row->name);
	g_free(row->file);
	g_free(row->reason);
	g_free(row);
}

UnsupportedRule *
rule_drafts_add_unsupported(RuleDrafts *drafts, const char *name,
    const char *file, guint line, const char *reason)
{
	UnsupportedRule *row = g_new0(UnsupportedRule, 1);

	row->name = g_strdup(name);
	row->file = g_strdup(file);
	row->line = line;
	row->reason = g_utf8_make_valid(reason, -1);
	g_ptr_array_add(drafts->unsupported, row);
	return row;
}

static RuleDraft *
draft_of(RuleDrafts *drafts, const char *name)
{
	RuleDraft *draft = g_hash_table_lookup(drafts->by_name, name);

	if (draft == NULL) {
		draft = g_new0(RuleDraft, 1);
		draft->rule.name = g_strdup(name);
		g_hash_table_insert(drafts->by_name, draft->rule.name, draft);
	}
	return draft;
}

char *
rule_take_word(char **text)
{
	char *word = *text;

	*text += strcspn(*text, " \t");
	if (**text != '\0')
		*(*text)++ = '\0';
	*text += strspn(*text, " \t");
	return word;
}

static gboolean
is_rule_name(const char *name)
{
	return *name != '\0' && strlen(name) <= 255 &&
	    name[strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_")] ==
	    '\0';
}

static gboolean
is_listed(const char *word, const char *const *list, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return TRUE;
	return FALSE;
}

/* "Subject =~ /.../ [if-unset: x]" or "exists:Subject". FALSE: neither. */
static gboolean
define_header(ContentRule *rule, char **source, char *text)
{
	char *field, *sign, *unset;

	if (g_str_has_prefix(text, "exists:")) {
		rule->asks_existence = TRUE;
		rule->field = g_strdup(text + strlen("exists:"));
		return TRUE;
	}
	sign = strstr(text, "=~");
	unset = strstr(text, "!~");
	if (sign == NULL || (unset != NULL && unset < sign))
		sign = unset;
	if (sign == NULL)
		return FALSE;
	rule->is_negated = *sign == '!';
	field = g_strndup(text, (gsize)(sign - text));
	rule->field = g_strstrip(field);
	text = g_strstrip(sign + 2);
	unset = g_strrstr(text, "[if-unset:");
	if (unset != NULL && g_str_has_suffix(unset, "]")) {
		unset[strlen(unset) - 1] = '\0';
		rule->if_unset = g_strdup(g_strstrip(
		    unset + strlen("[if-unset:")));
		*unset = '\0';
	}
	*source = g_strdup(g_strchomp(text));
	return TRUE;
}

/* "name('a', 2)": FALSE unless it is one. */
static gboolean
define_call(ContentRule *rule, const char *text)
{
	g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
	const char *open = strchr(text, '(');
	const char *at;

	if (open == NULL) {
		rule->function = g_strdup(text);
		rule->arguments = g_new0(char *, 1);
		return TRUE;
	}
	rule->function = g_strndup(text, (gsize)(open - text));
	g_strstrip(rule->function);
	for (at = open + 1; *at != ')'; ) {
		const char *end;

		at += strspn(at, " \t,");
		if (*at == ')')
			break;
		if (*at == '\0')
			return FALSE;
		if (*at == '\'' || *at == '"') {
			end = strchr(at + 1, *at);
			if (end == NULL)
				return FALSE;
			g_ptr_array_add(arguments,
			    g_strndup(at + 1, (gsize)(end - at - 1)));
			at = end + 1;
		} else {
			gsize len = strcspn(at, " \t,)");

			g_ptr_array_add(arguments, g_strndup(at, len));
			at += len;
		}
	}
	g_ptr_array_add(arguments, NULL);
	rule->arguments = (char **)g_ptr_array_steal(arguments, NULL);
	return TRUE;
}

/* What a definition sets is cleared: a later one replaces all of it. */
static void
forget_definition(RuleDraft *draft)
{
	ContentRule *rule = &draft->rule;

	g_clear_pointer(&draft->source, g_free);
	g_clear_pointer(&rule->field, g_free);
	g_clear_pointer(&rule->if_unset, g_free);
	g_clear_pointer(&rule->function, g_free);
	g_clear_pointer(&rule->arguments, g_strfreev);
	rule->is_negated = FALSE;
	rule->asks_existence = FALSE;
}

static void
define_rule(RuleDrafts *drafts, const RuleLine *line, RuleKind kind)
{
	char *text = line->value;
	const char *name = rule_take_word(&text);
	gboolean is_ok = *text != '\0';
	RuleDraft *draft;
	ContentRule *rule;

	if (!is_rule_name(name)) {
		rule_drafts_add_unsupported(drafts, "", line->file, line->line,
		    "not a rule name");
		return;
	}
	if (line->missing_plugin != NULL) {
		g_autofree char *reason = g_strconcat("plugin ",
		    line->missing_plugin, NULL);

		g_hash_table_replace(drafts->skipped,
		    draft_of(drafts, name)->rule.name,
		    rule_drafts_add_unsupported(drafts, name, line->file, line->line,
		    reason));
		return;
	}
	draft = draft_of(drafts, name);
	rule = &draft->rule;
	forget_definition(draft);
	draft->is_defined = TRUE;
	rule->kind = kind;
	rule->file = g_string_chunk_insert_const(drafts->files, line->file);
	rule->line = line->line;
	if (g_str_has_prefix(text, "eval:")) {
		rule->kind = RULE_EVAL;
		is_ok = define_call(rule, text + strlen("eval:"));
	} else if (kind == RULE_HEADER || kind == RULE_MIMEHEADER) {
		is_ok = define_header(rule, &draft->source, text);
	} else {
		draft->source = g_strdup(text);
	}
	if (!is_ok) {
		draft->is_defined = FALSE;
		rule_drafts_add_unsupported(drafts, name, line->file, line->line,
		    "syntax of the definition");
	}
}

static void
set_score(RuleDrafts *drafts, const RuleLine *line)
{
	char *text = line->value;
	const char *name = rule_take_word(&text);
	RuleDraft *draft;
	double score;
	char *end;

	if (line->missing_plugin != NULL)
		return;
	/* "(0.5)" is relative to an earlier score. */
	score = g_ascii_strtod(*text == '(' ? text + 1 : text, &end);
	if (!is_rule_name(name) || end == text || !(score > -1e6 && score < 1e6)) {
		rule_drafts_add_unsupported(drafts, "", line->file, line->line,
		    "score is not a number");
		return;
	}
	draft = draft_of(drafts, name);
	draft->rule.score = *text == '(' ? draft->rule.score + score : score;
	draft->has_score = TRUE;
}

static void
set_text(RuleDrafts *drafts, const RuleLine *line)
{
	char *text = line->value;
	const char *name = rule_take_word(&text);
	char **where;

	if (line->missing_plugin != NULL || !is_rule_name(name))
		return;
	where = strcmp(line->key, "describe") == 0 ?
	    &draft_of(drafts, name)->rule.describe :
	    &draft_of(drafts, name)->tflags;
	g_free(*where);
	*where = g_utf8_make_valid(text, -1);
}

static void
set_tag(GHashTable *texts, const RuleLine *line)
{
	char *text = line->value;
	const char *name = rule_take_word(&text);

	if (line->missing_plugin == NULL && *text != '\0')
		g_hash_table_replace(texts, g_strdup(name), g_strdup(text));
}

static void
mark_tagged(RuleDrafts *drafts, const RuleLine *line)
{
	char *text = line->value;

	while (*text != '\0') {
		const char *name = rule_take_word(&text);

		if (is_rule_name(name))
			draft_of(drafts, name)->has_tags = TRUE;
	}
}

/* The key of a list: the directive, or "enlist_uri_host:NAME". NULL: the name is
 * not understood. Caller frees. */
static char *
list_key(const RuleLine *line, char **text)
{
	const char *name;

	if (!g_str_has_prefix(line->key, "enlist_"))
		return g_strdup(line->key);
	name = rule_take_word(text);
	if (*name != '(' || !g_str_has_suffix(name, ")"))
		return NULL;
	return g_strdup_printf("%s:%.*s", line->key, (int)strlen(name) - 2,
	    name + 1);
}

static void
extend_list(RuleDrafts *drafts, const RuleLine *line)
{
	char *text = line->value;
	g_autofree char *key = list_key(line, &text);
	GHashTable *words;

	if (key == NULL) {
		rule_drafts_add_unsupported(drafts, "", line->file, line->line,
		    "no (NAME) of a list");
		return;
	}
	words = g_hash_table_lookup(drafts->lists, key);
	if (words == NULL) {
		words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
		    NULL);
		g_hash_table_insert(drafts->lists, g_steal_pointer(&key),
		    words);
	}
	while (*text != '\0')
		g_hash_table_add(words, g_ascii_strdown(rule_take_word(&text), -1));
}

static void
on_line(const RuleLine *line, gpointer data)
{
	RuleDrafts *drafts = data;

	for (guint kind = 0; kind < N_RULE_KINDS; kind++) {
		if (kind != RULE_EVAL && strcmp(line->key, rule_kind_name(kind)) == 0) {
			define_rule(drafts, line, kind);
			return;
		}
	}
	if (strcmp(line->key, "score") == 0)
		set_score(drafts, line);
	else if (strcmp(line->key, "describe") == 0 ||
	    strcmp(line->key, "tflags") == 0)
		set_text(drafts, line);
	else if (strcmp(line->key, "replace_tag") == 0)
		set_tag(drafts->tags.tag, line);
	else if (strcmp(line->key, "replace_pre") == 0)
		set_tag(drafts->tags.pre, line);
	else if (strcmp(line->key, "replace_inter") == 0)
		set_tag(drafts->tags.inter, line);
	else if (strcmp(line->key, "replace_post") == 0)
		set_tag(drafts->tags.post, line);
	else if (strcmp(line->key, "replace_rules") == 0)
		mark_tagged(drafts, line);
	else if (is_listed(line->key, list_keys, G_N_ELEMENTS(list_keys)))
		extend_list(drafts, line);
	else if (line->missing_plugin == NULL &&
	    !is_listed(line->key, ignored_keys, G_N_ELEMENTS(ignored_keys)))
		rule_drafts_add_unsupported(drafts, "", line->file, line->line,
		    "unknown directive");
}

static void
on_trouble(const char *file, guint line, const char *text, gpointer data)
{
	rule_drafts_add_unsupported(data, "", file, line, text);
}

static GHashTable *
texts_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

RuleDrafts *
rule_drafts_new(void)
{
	RuleDrafts *drafts = g_new0(RuleDrafts, 1);

	drafts->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	    draft_free);
	drafts->unsupported = g_ptr_array_new_with_free_func(unsupported_free);
	drafts->skipped = g_hash_table_new(g_str_hash, g_str_equal);
	drafts->lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    (GDestroyNotify)g_hash_table_unref);
	drafts->files = g_string_chunk_new(1024);
	drafts->tags.tag = texts_new();
	drafts->tags.pre = texts_new();
	drafts->tags.inter = texts_new();
	drafts->tags.post = texts_new();
	return drafts;
}

void
rule_drafts_free(RuleDrafts *drafts)
{
	if (drafts == NULL)
		return;
	g_hash_table_unref(drafts->skipped);
	g_hash_table_unref(drafts->by_name);
	g_ptr_array_unref(drafts->unsupported);
	g_hash_table_unref(drafts->lists);
	g_string_chunk_free(drafts->files);
	g_hash_table_unref(drafts->tags.tag);
	g_hash_table_unref(drafts->tags.pre);
	g_hash_table_unref(drafts->tags.inter);
	g_hash_table_unref(drafts->tags.post);
	g_free(drafts);
}

static const RuleFileVisitor visitor = { on_line, on_trouble };

void
rule_drafts_parse(RuleDrafts *drafts, const char *name, const char *text,
    gsize len)
{
	rule_file_parse(name, text, len, &visitor, drafts);
}

void
rule_drafts_read(RuleDrafts *drafts, const char *path)
{
	rule_file_read(path, &visitor, drafts);
}
