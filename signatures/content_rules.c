/*
 * signatures/content_rules.c - the content rules: loaded, compiled, in order.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Loading has two passes: first every line is read into a rule of that name,
 * later lines changing what earlier ones have set; then, when all tags and
 * scores are known, the rules are compiled and put in order.
 */
#include "config.h"

#include <string.h>

#include "signatures/content_rules.h"
#include "signatures/data.h"
#include "signatures/rule_file.h"

/* "multiple" without maxhits. */
#define DEFAULT_MAX_HITS 1000u

typedef struct {
	ContentRule rule;       /* first: the public part */
	char *source;           /* regex, expression or call */
	char *tflags;
	gboolean has_score;
	gboolean has_tags;      /* named in replace_rules */
	gboolean is_defined;    /* a rule line was seen, not a score alone */
	enum { NEW, OPEN, PLACED } order;       /* metas, while sorting */
} Draft;

struct content_rules {
	GPtrArray *rules;       /* of Draft *, those that are defined */
	GHashTable *by_name;    /* name -> Draft *, owner of all drafts */
	GArray *kinds[N_RULE_KINDS];
	GPtrArray *unsupported;
	GHashTable *lists;      /* key -> set of words */
	GStringChunk *files;
	RuleTags tags;
	const char *const *functions;   /* while loading */
	GHashTable *skipped;    /* name -> UnsupportedRule, borrowed */
};

static const char *const kind_names[N_RULE_KINDS] = {
	"header", "body", "rawbody", "uri", "full", "mimeheader", "hanbody",
	"eval", "meta",
};

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

const char *
rule_kind_name(RuleKind kind)
{
	return kind_names[kind];
}

static void
draft_free(gpointer data)
{
	Draft *draft = data;

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

static UnsupportedRule *
add_unsupported(ContentRules *rules, const char *name, const char *file,
    guint line, const char *reason)
{
	UnsupportedRule *row = g_new0(UnsupportedRule, 1);

	row->name = g_strdup(name);
	row->file = g_strdup(file);
	row->line = line;
	row->reason = g_utf8_make_valid(reason, -1);
	g_ptr_array_add(rules->unsupported, row);
	return row;
}

/* A defined rule that will not run. */
static void
drop(ContentRules *rules, Draft *draft, const char *reason)
{
	UnsupportedRule *row = add_unsupported(rules, draft->rule.name,
	    draft->rule.file, draft->rule.line, reason);

	row->score = draft->rule.score;
	draft->rule.is_run = FALSE;
	g_hash_table_replace(rules->skipped, draft->rule.name, row);
}

static Draft *
draft_of(ContentRules *rules, const char *name)
{
	Draft *draft = g_hash_table_lookup(rules->by_name, name);

	if (draft == NULL) {
		draft = g_new0(Draft, 1);
		draft->rule.name = g_strdup(name);
		g_hash_table_insert(rules->by_name, draft->rule.name, draft);
	}
	return draft;
}

/* Cuts the first word off; the rest is stripped. */
static char *
take_word(char **text)
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
forget_definition(Draft *draft)
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
define_rule(ContentRules *rules, const RuleLine *line, RuleKind kind)
{
	char *text = line->value;
	const char *name = take_word(&text);
	gboolean is_ok = *text != '\0';
	Draft *draft;
	ContentRule *rule;

	if (!is_rule_name(name)) {
		add_unsupported(rules, "", line->file, line->line,
		    "not a rule name");
		return;
	}
	if (line->missing_plugin != NULL) {
		g_autofree char *reason = g_strconcat("plugin ",
		    line->missing_plugin, NULL);

		g_hash_table_replace(rules->skipped,
		    draft_of(rules, name)->rule.name,
		    add_unsupported(rules, name, line->file, line->line,
		    reason));
		return;
	}
	draft = draft_of(rules, name);
	rule = &draft->rule;
	forget_definition(draft);
	draft->is_defined = TRUE;
	rule->kind = kind;
	rule->file = g_string_chunk_insert_const(rules->files, line->file);
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
		add_unsupported(rules, name, line->file, line->line,
		    "syntax of the definition");
	}
}

static void
set_score(ContentRules *rules, const RuleLine *line)
{
	char *text = line->value;
	const char *name = take_word(&text);
	Draft *draft;
	double score;
	char *end;

	if (line->missing_plugin != NULL)
		return;
	/* "(0.5)" is relative to an earlier score. */
	score = g_ascii_strtod(*text == '(' ? text + 1 : text, &end);
	if (!is_rule_name(name) || end == text || !(score > -1e6 && score < 1e6)) {
		add_unsupported(rules, "", line->file, line->line,
		    "score is not a number");
		return;
	}
	draft = draft_of(rules, name);
	draft->rule.score = *text == '(' ? draft->rule.score + score : score;
	draft->has_score = TRUE;
}

static void
set_text(ContentRules *rules, const RuleLine *line)
{
	char *text = line->value;
	const char *name = take_word(&text);
	char **where;

	if (line->missing_plugin != NULL || !is_rule_name(name))
		return;
	where = strcmp(line->key, "describe") == 0 ?
	    &draft_of(rules, name)->rule.describe :
	    &draft_of(rules, name)->tflags;
	g_free(*where);
	*where = g_utf8_make_valid(text, -1);
}

static void
set_tag(GHashTable *texts, const RuleLine *line)
{
	char *text = line->value;
	const char *name = take_word(&text);

	if (line->missing_plugin == NULL && *text != '\0')
		g_hash_table_replace(texts, g_strdup(name), g_strdup(text));
}

static void
mark_tagged(ContentRules *rules, const RuleLine *line)
{
	char *text = line->value;

	while (*text != '\0') {
		const char *name = take_word(&text);

		if (is_rule_name(name))
			draft_of(rules, name)->has_tags = TRUE;
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
	name = take_word(text);
	if (*name != '(' || !g_str_has_suffix(name, ")"))
		return NULL;
	return g_strdup_printf("%s:%.*s", line->key, (int)strlen(name) - 2,
	    name + 1);
}

static void
extend_list(ContentRules *rules, const RuleLine *line)
{
	char *text = line->value;
	g_autofree char *key = list_key(line, &text);
	GHashTable *words;

	if (key == NULL) {
		add_unsupported(rules, "", line->file, line->line,
		    "no (NAME) of a list");
		return;
	}
	words = g_hash_table_lookup(rules->lists, key);
	if (words == NULL) {
		words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
		    NULL);
		g_hash_table_insert(rules->lists, g_steal_pointer(&key),
		    words);
	}
	while (*text != '\0')
		g_hash_table_add(words, g_ascii_strdown(take_word(&text), -1));
}

static void
on_line(const RuleLine *line, gpointer data)
{
	ContentRules *rules = data;

	for (guint kind = 0; kind < N_RULE_KINDS; kind++) {
		if (kind != RULE_EVAL && strcmp(line->key, kind_names[kind]) == 0) {
			define_rule(rules, line, kind);
			return;
		}
	}
	if (strcmp(line->key, "score") == 0)
		set_score(rules, line);
	else if (strcmp(line->key, "describe") == 0 ||
	    strcmp(line->key, "tflags") == 0)
		set_text(rules, line);
	else if (strcmp(line->key, "replace_tag") == 0)
		set_tag(rules->tags.tag, line);
	else if (strcmp(line->key, "replace_pre") == 0)
		set_tag(rules->tags.pre, line);
	else if (strcmp(line->key, "replace_inter") == 0)
		set_tag(rules->tags.inter, line);
	else if (strcmp(line->key, "replace_post") == 0)
		set_tag(rules->tags.post, line);
	else if (strcmp(line->key, "replace_rules") == 0)
		mark_tagged(rules, line);
	else if (is_listed(line->key, list_keys, G_N_ELEMENTS(list_keys)))
		extend_list(rules, line);
	else if (line->missing_plugin == NULL &&
	    !is_listed(line->key, ignored_keys, G_N_ELEMENTS(ignored_keys)))
		add_unsupported(rules, "", line->file, line->line,
		    "unknown directive");
}

static void
on_trouble(const char *file, guint line, const char *text, gpointer data)
{
	add_unsupported(data, "", file, line, text);
}

/* What tflags say. FALSE: the rule asks the network. */
static gboolean
read_tflags(ContentRule *rule, char *tflags)
{
	gboolean is_local = TRUE;
	guint limit = DEFAULT_MAX_HITS;

	rule->max_hits = 1;
	while (*tflags != '\0') {
		const char *flag = take_word(&tflags);

		if (strcmp(flag, "nice") == 0)
			rule->is_nice = TRUE;
		else if (strcmp(flag, "nosubject") == 0)
			rule->skips_subject = TRUE;
		else if (strcmp(flag, "net") == 0)
			is_local = FALSE;
		else if (strcmp(flag, "multiple") == 0)
			rule->max_hits = DEFAULT_MAX_HITS;
		else if (g_str_has_prefix(flag, "maxhits="))
			limit = (guint)CLAMP(g_ascii_strtoull(
			    flag + strlen("maxhits="), NULL, 10), 1,
			    DEFAULT_MAX_HITS);
	}
	rule->max_hits = MIN(rule->max_hits, limit);
	return is_local;
}

static void
compile_eval(ContentRules *rules, Draft *draft)
{
	g_autofree char *reason = NULL;

	if (g_strv_contains(rules->functions, draft->rule.function))
		return;
	reason = g_strconcat("eval ", draft->rule.function, NULL);
	drop(rules, draft, reason);
}

static void
compile_rule(ContentRules *rules, Draft *draft)
{
	ContentRule *rule = &draft->rule;
	g_autoptr(GError) error = NULL;
	g_autofree char *tflags =
	    g_strdup(draft->tflags != NULL ? draft->tflags : "");
	gboolean is_local = read_tflags(rule, tflags);

	if (!draft->has_score)
		rule->score = (g_str_has_prefix(rule->name, "T_") ? 0.01 : 1) *
		    (rule->is_nice ? -1 : 1);
	rule->is_run = rule->score != 0;
	if (g_str_has_prefix(rule->name, "__"))
		rule->score = 0;
	/* A meta asks nobody itself; its parts that would ask count as 0. */
	if (!is_local && rule->kind != RULE_META) {
		drop(rules, draft, "network");
	} else if (rule->kind == RULE_EVAL) {
		compile_eval(rules, draft);
	} else if (rule->kind == RULE_META) {
		rule->meta = rule_meta_new(draft->source, &error);
	} else if (draft->source != NULL) {
		rule->regex = rule_regex_new(draft->source,
		    draft->has_tags ? &rules->tags : NULL,
		    rule->kind == RULE_HANBODY, &error);
	}
	if (error != NULL)
		drop(rules, draft, error->message);
}

static void
place(ContentRules *rules, Draft *draft, guint index)
{
	g_array_append_val(rules->kinds[draft->rule.kind], index);
	draft->order = PLACED;
}

/* The parts of a meta, as indexes; what it starves of is counted. */
static void
link_meta(ContentRules *rules, Draft *draft, GHashTable *indexes)
{
	const char *const *names = rule_meta_names(draft->rule.meta);
	guint n = g_strv_length((char **)names);

	draft->rule.parts = g_new(guint, n);
	for (guint i = 0; i < n; i++) {
		UnsupportedRule *row = g_hash_table_lookup(rules->skipped,
		    names[i]);
		gpointer index;

		draft->rule.parts[i] = G_MAXUINT;
		if (g_hash_table_lookup_extended(indexes, names[i], NULL,
		    &index))
			draft->rule.parts[i] = GPOINTER_TO_UINT(index);
		if (row != NULL)
			row->starved++;
	}
}

/*
 * Metas in the order of their need, without recursion: a meta waits on the
 * stack until its parts are placed. A ring is broken where it closes, and the
 * closing part counts as 0.
 */
static void
order_meta(ContentRules *rules, guint index)
{
	g_autoptr(GArray) waiting = g_array_new(FALSE, FALSE, sizeof(guint));

	g_array_append_val(waiting, index);
	while (waiting->len > 0) {
		guint top = g_array_index(waiting, guint, waiting->len - 1);
		Draft *draft = g_ptr_array_index(rules->rules, top);
		const char *const *names;
		gboolean is_ready = TRUE;

		if (draft->order == PLACED) {
			g_array_set_size(waiting, waiting->len - 1);
			continue;
		}
		draft->order = OPEN;
		names = rule_meta_names(draft->rule.meta);
		for (guint i = 0; names[i] != NULL; i++) {
			guint part = draft->rule.parts[i];
			const Draft *other;

			if (part == G_MAXUINT)
				continue;
			other = g_ptr_array_index(rules->rules, part);
			if (other->rule.kind != RULE_META ||
			    !other->rule.is_run || other->order == PLACED)
				continue;
			if (other->order == OPEN) {
				draft->rule.parts[i] = G_MAXUINT;
				continue;
			}
			g_array_append_val(waiting, part);
			is_ready = FALSE;
		}
		if (is_ready) {
			place(rules, draft, top);
			g_array_set_size(waiting, waiting->len - 1);
		}
	}
}

static gint
compare_places(gconstpointer a, gconstpointer b)
{
	const Draft *left = *(Draft *const *)a, *right = *(Draft *const *)b;
	int order = strcmp(left->rule.file, right->rule.file);

	if (order != 0)
		return order;
	return left->rule.line < right->rule.line ? -1 :
	    left->rule.line > right->rule.line;
}

static void
finish(ContentRules *rules)
{
	g_autoptr(GHashTable) indexes = g_hash_table_new(g_str_hash,
	    g_str_equal);
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, rules->by_name);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((Draft *)value)->is_defined)
			g_ptr_array_add(rules->rules, value);
	g_ptr_array_sort(rules->rules, compare_places);
	for (guint i = 0; i < rules->rules->len; i++) {
		Draft *draft = g_ptr_array_index(rules->rules, i);

		/* Skipped once, defined elsewhere: it is there after all. */
		g_hash_table_remove(rules->skipped, draft->rule.name);
		compile_rule(rules, draft);
		g_hash_table_insert(indexes, draft->rule.name,
		    GUINT_TO_POINTER(i));
	}
	for (guint i = 0; i < rules->rules->len; i++) {
		Draft *draft = g_ptr_array_index(rules->rules, i);

		if (draft->rule.meta != NULL)
			link_meta(rules, draft, indexes);
	}
	for (guint i = 0; i < rules->rules->len; i++) {
		Draft *draft = g_ptr_array_index(rules->rules, i);

		if (!draft->rule.is_run)
			continue;
		if (draft->rule.kind == RULE_META)
			order_meta(rules, i);
		else
			place(rules, draft, i);
	}
	/* A row about a rule that another file defines says nothing. */
	for (guint i = rules->unsupported->len; i-- > 0; ) {
		UnsupportedRule *row = g_ptr_array_index(rules->unsupported, i);

		if (*row->name != '\0' &&
		    g_hash_table_contains(indexes, row->name) &&
		    g_hash_table_lookup(rules->skipped, row->name) != row) {
			g_ptr_array_remove_index(rules->unsupported, i);
			continue;
		}
		if (g_hash_table_contains(rules->by_name, row->name) &&
		    !g_str_has_prefix(row->name, "__"))
			row->score = ((Draft *)g_hash_table_lookup(
			    rules->by_name, row->name))->rule.score;
	}
}

static GHashTable *
texts_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static ContentRules *
rules_new(const char *const *functions)
{
	ContentRules *rules = g_new0(ContentRules, 1);

	rules->rules = g_ptr_array_new();
	rules->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	    draft_free);
	for (guint i = 0; i < N_RULE_KINDS; i++)
		rules->kinds[i] = g_array_new(FALSE, FALSE, sizeof(guint));
	rules->unsupported = g_ptr_array_new_with_free_func(unsupported_free);
	rules->lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    (GDestroyNotify)g_hash_table_unref);
	rules->files = g_string_chunk_new(1024);
	rules->tags.tag = texts_new();
	rules->tags.pre = texts_new();
	rules->tags.inter = texts_new();
	rules->tags.post = texts_new();
	rules->functions = functions;
	rules->skipped = g_hash_table_new(g_str_hash, g_str_equal);
	return rules;
}

static const RuleFileVisitor visitor = { on_line, on_trouble };

/* What is shipped; the operator's own rules are files. */
static const char *const starter_files[] = {
	"rules/10_english.cf", "rules/20_chinese.cf",
};

ContentRules *
content_rules_load(const char *const *paths, gboolean use_starter,
    const char *const *functions)
{
	ContentRules *rules = rules_new(functions);

	for (gsize i = 0; use_starter && i < G_N_ELEMENTS(starter_files); i++) {
		g_autoptr(GBytes) bytes = signature_data_lookup(starter_files[i]);
		gsize len;
		const char *text = g_bytes_get_data(bytes, &len);

		rule_file_parse(starter_files[i], text, len, &visitor, rules);
	}
	for (; paths != NULL && *paths != NULL; paths++)
		rule_file_read(*paths, &visitor, rules);
	finish(rules);
	return rules;
}

ContentRules *
content_rules_parse(const char *name, const char *text, gsize len,
    const char *const *functions)
{
	ContentRules *rules = rules_new(functions);

	rule_file_parse(name, text, len, &visitor, rules);
	finish(rules);
	return rules;
}

void
content_rules_free(ContentRules *rules)
{
	if (rules == NULL)
		return;
	g_ptr_array_unref(rules->rules);
	g_hash_table_unref(rules->skipped);
	g_hash_table_unref(rules->by_name);
	for (guint i = 0; i < N_RULE_KINDS; i++)
		g_array_unref(rules->kinds[i]);
	g_ptr_array_unref(rules->unsupported);
	g_hash_table_unref(rules->lists);
	g_string_chunk_free(rules->files);
	g_hash_table_unref(rules->tags.tag);
	g_hash_table_unref(rules->tags.pre);
	g_hash_table_unref(rules->tags.inter);
	g_hash_table_unref(rules->tags.post);
	g_free(rules);
}

guint
content_rules_count(const ContentRules *rules)
{
	return rules->rules->len;
}

const ContentRule *
content_rules_get(const ContentRules *rules, guint i)
{
	return g_ptr_array_index(rules->rules, i);
}

const ContentRule *
content_rules_find(const ContentRules *rules, const char *name)
{
	const Draft *draft = g_hash_table_lookup(rules->by_name, name);

	return draft != NULL && draft->is_defined ? &draft->rule : NULL;
}

const GArray *
content_rules_of_kind(const ContentRules *rules, RuleKind kind)
{
	return rules->kinds[kind];
}

const GPtrArray *
content_rules_unsupported(const ContentRules *rules)
{
	return rules->unsupported;
}

const GHashTable *
content_rules_list(const ContentRules *rules, const char *key)
{
	return g_hash_table_lookup(rules->lists, key);
}
