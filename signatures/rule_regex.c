/*
 * signatures/rule_regex.c - one regular expression of a content rule.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>
#include <time.h>

#include "signatures/ascii.h"
#include "signatures/rule_regex.h"

/* One match gives up here; PCRE2's own default is ten million. */
#define MATCH_LIMIT 1000000u
#define DEPTH_LIMIT 10000u
#define HEAP_LIMIT_KIB 4096u
#define JIT_STACK_OCTETS (512u << 10)
/* Matches between two looks at the clock. */
#define CLOCK_INTERVAL 64u
/* Tags within tags. */
#define MAX_TAG_DEPTH 5

struct rule_regex {
	pcre2_code *code;
	pcre2_code *ascii_code; /* the same for ASCII text; NULL: none */
	gboolean has_jit;
	guint32 match_flags;    /* of code */
};

struct regex_run {
	pcre2_match_context *context;
	pcre2_match_data *match;
	pcre2_jit_stack *stack; /* NULL: the machine's own was enough so far */
	gint64 deadline_ns;
	guint until_clock;
	gboolean is_over;
};

G_DEFINE_QUARK(mailweir-rule-regex-error-quark, rule_regex_error)

/* "<A>", or with a command: "<inter W2>". */
static gboolean
tag_at(const char *text, char **name, gsize *len)
{
	gsize n;

	if (text[0] != '<')
		return FALSE;
	n = strcspn(text + 1, "<>");
	if (n == 0 || text[1 + n] != '>')
		return FALSE;
	*name = g_strndup(text + 1, n);
	*len = n + 2;
	return TRUE;
}

static gboolean
is_group_name(const char *name)
{
	return strlen(name) <= 24 &&
	    name[strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_")] ==
	    '\0';
}

/*
 * The pattern with tags as calls. used collects the names of called tags.
 * SpamAssassin puts pre and post around each tag, and inter between two that
 * stand side by side.
 */
static char *
replace_tags(const char *pattern, const RuleTags *tags, const char *pre,
    const char *inter, const char *post, GPtrArray *used)
{
	g_autoptr(GString) out = g_string_new(NULL);
	gboolean follows_tag = FALSE;

	while (*pattern != '\0') {
		g_autofree char *name = NULL;
		gsize len;

		if (tag_at(pattern, &name, &len) && is_group_name(name) &&
		    g_hash_table_contains(tags->tag, name)) {
			if (follows_tag)
				g_string_append(out, inter);
			g_string_append_printf(out, "%s(?&t_%s)%s", pre, name,
			    post);
			if (!g_ptr_array_find_with_equal_func(used, name,
			    g_str_equal, NULL))
				g_ptr_array_add(used, g_steal_pointer(&name));
			follows_tag = TRUE;
			pattern += len;
		} else {
			g_string_append_c(out, *pattern++);
			follows_tag = FALSE;
		}
	}
	return g_strdup(out->str);
}

/* Takes "<inter W2>" and the like out of the pattern and looks it up. */
static char *
take_command(GString *pattern, const char *command, GHashTable *texts)
{
	g_autofree char *opening = g_strdup_printf("<%s ", command);
	const char *start = strstr(pattern->str, opening);
	g_autofree char *name = NULL;
	const char *name_start, *end;
	const char *text;

	if (start == NULL || (end = strchr(start, '>')) == NULL)
		return g_strdup("");
	name_start = start + strlen(opening);
	name = g_strndup(name_start, (gsize)(end - name_start));
	g_string_erase(pattern, start - pattern->str, end + 1 - start);
	text = g_hash_table_lookup(texts, g_strstrip(name));
	return g_strdup(text != NULL ? text : "");
}

static char *
expand_tags(const char *source, const RuleTags *tags)
{
	g_autoptr(GString) pattern = g_string_new(source);
	g_autoptr(GPtrArray) used = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *pre = take_command(pattern, "pre", tags->pre);
	g_autofree char *post = take_command(pattern, "post", tags->post);
	g_autofree char *inter = take_command(pattern, "inter", tags->inter);
	g_autofree char *calls = replace_tags(pattern->str, tags, pre, inter,
	    post, used);
	g_autoptr(GString) out = g_string_new(calls);
	guint done = 0;

	/* At the end, so that no group of a tag shifts \1 of the pattern. A tag
	 * of a tag joins the list, and so cannot be defined twice. */
	for (guint depth = 0; depth < MAX_TAG_DEPTH && done < used->len;
	    depth++) {
		for (guint n = used->len; done < n; done++) {
			const char *name = g_ptr_array_index(used, done);
			g_autofree char *body = replace_tags(
			    g_hash_table_lookup(tags->tag, name), tags, "", "",
			    "", used);

			g_string_append_printf(out, "(?(DEFINE)(?<t_%s>%s))",
			    name, body);
		}
	}
	return g_strdup(out->str);
}

/* The delimited pattern of source and what stands after it; FALSE: none. */
static gboolean
split_source(const char *source, char **pattern, const char **flags)
{
	const char *end;
	char opening, closing;

	if (source[0] == 'm' && source[1] != '\0' &&
	    !g_ascii_isalnum(source[1]) && !g_ascii_isspace(source[1]))
		source++;
	else if (source[0] != '/')
		return FALSE;
	opening = *source++;
	closing = opening == '{' ? '}' : opening == '(' ? ')' :
	    opening == '[' ? ']' : opening == '<' ? '>' : opening;
	end = strrchr(source, closing);
	if (end == NULL)
		return FALSE;
	*pattern = g_strndup(source, (gsize)(end - source));
	*flags = end + 1;
	return TRUE;
}

static gboolean
read_flags(const char *flags, guint32 *options)
{
	for (; *flags != '\0'; flags++) {
		switch (*flags) {
		case 'i':
			*options |= PCRE2_CASELESS;
			break;
		case 'm':
			*options |= PCRE2_MULTILINE;
			break;
		case 's':
			*options |= PCRE2_DOTALL;
			break;
		case 'x':
			*options |= PCRE2_EXTENDED;
			break;
		case 'a':
		case 'g':
		case 'o':
			break;
		default:
			return FALSE;
		}
	}
	return TRUE;
}

/* NULL: *code and *offset say why. */
static pcre2_code *
compile(const char *pattern, guint32 options, int *code, PCRE2_SIZE *offset)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *compiled;

	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
	compiled = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), options,
	    code, offset, context);
	pcre2_compile_context_free(context);
	return compiled;
}

/*
 * Properties of characters take time that ASCII text need not pay for: there,
 * octets are characters, and the classes are the same. A pattern that is none
 * without UTF has no such form.
 */
static pcre2_code *
compile_for_ascii(const char *pattern, guint32 options)
{
	PCRE2_SIZE offset;
	int code;
	pcre2_code *compiled = compile(pattern,
	    options & ~(PCRE2_UTF | PCRE2_UCP), &code, &offset);

	if (compiled != NULL && pcre2_jit_compile(compiled,
	    PCRE2_JIT_COMPLETE) == 0)
		return compiled;
	pcre2_code_free(compiled);
	return NULL;
}

static gboolean
compile_all(RuleRegex *regex, const char *pattern, guint32 options,
    GError **error)
{
	PCRE2_UCHAR text[160] = "";
	PCRE2_SIZE offset = 0;
	int code = 0;

	regex->code = compile(pattern, options, &code, &offset);
	if (regex->code == NULL) {
		pcre2_get_error_message(code, text, sizeof text);
		g_set_error(error, RULE_REGEX_ERROR, RULE_REGEX_ERROR_SYNTAX,
		    "regex: %s at %" G_GSIZE_FORMAT, (const char *)text,
		    (gsize)offset);
		return FALSE;
	}
	regex->has_jit = pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0;
	if (regex->has_jit && (options & PCRE2_UTF) != 0)
		regex->ascii_code = compile_for_ascii(pattern, options);
	return TRUE;
}

RuleRegex *
rule_regex_new(const char *source, const RuleTags *tags, gboolean is_text,
    GError **error)
{
	g_autoptr(RuleRegex) regex = g_new0(RuleRegex, 1);
	g_autofree char *pattern = NULL;
	guint32 options = is_text ? PCRE2_UTF | PCRE2_UCP : 0;
	const char *flags;

	if (!split_source(source, &pattern, &flags)) {
		g_set_error(error, RULE_REGEX_ERROR, RULE_REGEX_ERROR_SYNTAX,
		    "regex: no /.../ or m{...}");
		return NULL;
	}
	if (!read_flags(flags, &options)) {
		g_set_error(error, RULE_REGEX_ERROR, RULE_REGEX_ERROR_SYNTAX,
		    "regex: flags \"%s\"", flags);
		return NULL;
	}
	if (strstr(pattern, "%{") != NULL) {
		g_set_error(error, RULE_REGEX_ERROR, RULE_REGEX_ERROR_SYNTAX,
		    "regex: %%{NAME} of another rule's capture");
		return NULL;
	}
	if (tags != NULL) {
		char *expanded = expand_tags(pattern, tags);

		g_free(pattern);
		pattern = expanded;
	}
	regex->match_flags = is_text ? PCRE2_NO_UTF_CHECK : 0;
	if (!compile_all(regex, pattern, options, error))
		return NULL;
	return g_steal_pointer(&regex);
}

void
rule_regex_free(RuleRegex *regex)
{
	if (regex == NULL)
		return;
	pcre2_code_free(regex->code);
	pcre2_code_free(regex->ascii_code);
	g_free(regex);
}

gboolean
rule_regex_has_jit(const RuleRegex *regex)
{
	return regex->has_jit;
}

static gint64
cpu_now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == -1)
		return G_MAXINT64;
	return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

RegexRun *
regex_run_new(guint budget_ms)
{
	RegexRun *run = g_new0(RegexRun, 1);

	run->context = pcre2_match_context_create(NULL);
	run->match = pcre2_match_data_create(1, NULL);
	pcre2_set_match_limit(run->context, MATCH_LIMIT);
	pcre2_set_depth_limit(run->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(run->context, HEAP_LIMIT_KIB);
	run->deadline_ns = cpu_now_ns() + (gint64)budget_ms * 1000000;
	run->until_clock = CLOCK_INTERVAL;
	return run;
}

void
regex_run_free(RegexRun *run)
{
	if (run == NULL)
		return;
	pcre2_match_data_free(run->match);
	pcre2_match_context_free(run->context);
	pcre2_jit_stack_free(run->stack);
	g_free(run);
}

gboolean
regex_run_is_over(const RegexRun *run)
{
	return run->is_over;
}

gboolean
regex_run_check(RegexRun *run)
{
	run->until_clock = CLOCK_INTERVAL;
	if (cpu_now_ns() > run->deadline_ns)
		run->is_over = TRUE;
	return run->is_over;
}

static int
match(const RuleRegex *regex, RegexRun *run, const char *text, gsize len,
    gsize offset)
{
	gboolean is_simple = regex->ascii_code != NULL && is_ascii(text, len);

	return pcre2_match(is_simple ? regex->ascii_code : regex->code,
	    (PCRE2_SPTR)text, len, offset, is_simple ? 0 : regex->match_flags,
	    run->match, run->context);
}

/* The few that need more than 32 KiB get a stack of their own. */
static gboolean
add_stack(RegexRun *run)
{
	if (run->stack != NULL)
		return FALSE;
	run->stack = pcre2_jit_stack_create(32u << 10, JIT_STACK_OCTETS, NULL);
	pcre2_jit_stack_assign(run->context, NULL, run->stack);
	return run->stack != NULL;
}

gboolean
rule_regex_search(const RuleRegex *regex, RegexRun *run, const char *text,
    gsize len, gsize offset, gsize *start, gsize *end)
{
	const PCRE2_SIZE *where;
	int code;

	if (run->is_over || offset > len)
		return FALSE;
	if (--run->until_clock == 0 && regex_run_check(run))
		return FALSE;
	code = match(regex, run, text, len, offset);
	if (code == PCRE2_ERROR_JIT_STACKLIMIT && add_stack(run))
		code = match(regex, run, text, len, offset);
	if (code == PCRE2_ERROR_NOMATCH)
		return FALSE;
	/* A limit, or no memory: nobody knows whether it would have matched. */
	if (code < 0) {
		run->is_over = TRUE;
		return FALSE;
	}
	where = pcre2_get_ovector_pointer(run->match);
	/* \K in a lookahead can put the start behind the end. */
	if (start != NULL)
		*start = MIN(where[0], where[1]);
	if (end != NULL)
		*end = MAX(where[0], where[1]);
	return TRUE;
}
