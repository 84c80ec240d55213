/*
 * signatures/rule_meta.c - the arithmetic of meta rules.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Compiled to postfix order: the values wait on a stack whose depth is known
 * after compiling.
 */
#include "config.h"

#include <string.h>

#include "signatures/rule_meta.h"

/* Parentheses and signs within each other, and values that wait. */
#define MAX_DEPTH 64

typedef enum {
	OP_NUMBER, OP_NAME, OP_NOT, OP_NEGATE,
	OP_AND, OP_OR, OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE,
	OP_LESS, OP_LESS_EQUAL, OP_GREATER, OP_GREATER_EQUAL, OP_EQUAL,
	OP_NOT_EQUAL,
} Op;

typedef struct {
	Op op;
	double number;
	guint name;
} Step;

struct rule_meta {
	GArray *steps;          /* of Step */
	GPtrArray *names;       /* NULL-terminated when complete */
};

/* Longer tokens first. */
static const struct binary {
	const char *token;
	Op op;
	guint binding;          /* higher binds tighter */
} binaries[] = {
	{ "||", OP_OR, 1 }, { "&&", OP_AND, 2 },
	{ "==", OP_EQUAL, 3 }, { "!=", OP_NOT_EQUAL, 3 },
	{ "<=", OP_LESS_EQUAL, 4 }, { ">=", OP_GREATER_EQUAL, 4 },
	{ "<", OP_LESS, 4 }, { ">", OP_GREATER, 4 },
	{ "+", OP_ADD, 5 }, { "-", OP_SUBTRACT, 5 },
	{ "*", OP_MULTIPLY, 6 }, { "/", OP_DIVIDE, 6 },
};

typedef struct {
	const char *at;
	RuleMeta *meta;
	guint depth;
	const char *error;
} Parser;

G_DEFINE_QUARK(mailweir-rule-meta-error-quark, rule_meta_error)

static void
fail(Parser *parser, const char *error)
{
	if (parser->error == NULL)
		parser->error = error;
}

static void
skip_blanks(Parser *parser)
{
	parser->at += strspn(parser->at, " \t");
}

static void
add_step(Parser *parser, Op op, double number, guint name)
{
	Step step = { op, number, name };

	g_array_append_val(parser->meta->steps, step);
}

static void
add_name(Parser *parser, gsize len)
{
	g_autofree char *name = g_strndup(parser->at, len);
	GPtrArray *names = parser->meta->names;
	guint i;

	if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, &i)) {
		i = names->len;
		g_ptr_array_add(names, g_steal_pointer(&name));
	}
	add_step(parser, OP_NAME, 0, i);
	parser->at += len;
}

static void parse_binary(Parser *parser, guint binding);

static void
parse_operand(Parser *parser)
{
	gsize len;
	char *end;

	skip_blanks(parser);
	if (++parser->depth > MAX_DEPTH) {
		fail(parser, "meta: too deep");
		return;
	}
	if (*parser->at == '!' || *parser->at == '-') {
		Op op = *parser->at++ == '!' ? OP_NOT : OP_NEGATE;

		parse_operand(parser);
		add_step(parser, op, 0, 0);
	} else if (*parser->at == '(') {
		parser->at++;
		parse_binary(parser, 1);
		skip_blanks(parser);
		if (*parser->at == ')')
			parser->at++;
		else
			fail(parser, "meta: ) is missing");
	} else if (g_ascii_isdigit(*parser->at) || *parser->at == '.') {
		double number = g_ascii_strtod(parser->at, &end);

		if (end == parser->at)
			fail(parser, "meta: not a number");
		parser->at = end;
		add_step(parser, OP_NUMBER, number, 0);
	} else {
		len = strspn(parser->at,
		    G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");
		if (len == 0)
			fail(parser, "meta: not an expression");
		else if (parser->at[len] == '(')
			fail(parser, "meta: function");
		else
			add_name(parser, len);
	}
	parser->depth--;
}

static const struct binary *
binary_at(Parser *parser)
{
	skip_blanks(parser);
	for (gsize i = 0; i < G_N_ELEMENTS(binaries); i++)
		if (g_str_has_prefix(parser->at, binaries[i].token))
			return &binaries[i];
	return NULL;
}

/* Everything that binds at least as tight as binding. */
static void
parse_binary(Parser *parser, guint binding)
{
	const struct binary *binary;

	parse_operand(parser);
	while (parser->error == NULL &&
	    (binary = binary_at(parser)) != NULL &&
	    binary->binding >= binding) {
		parser->at += strlen(binary->token);
		parse_binary(parser, binary->binding + 1);
		add_step(parser, binary->op, 0, 0);
	}
}

/* The most values that wait at once. */
static guint
stack_depth(const RuleMeta *meta)
{
	guint depth = 0, deepest = 0;

	for (guint i = 0; i < meta->steps->len; i++) {
		Op op = g_array_index(meta->steps, Step, i).op;

		if (op == OP_NUMBER || op == OP_NAME)
			depth++;
		else if (op != OP_NOT && op != OP_NEGATE)
			depth--;
		deepest = MAX(deepest, depth);
	}
	return deepest;
}

RuleMeta *
rule_meta_new(const char *expression, GError **error)
{
	g_autoptr(RuleMeta) meta = g_new0(RuleMeta, 1);
	Parser parser = { expression, meta, 0, NULL };

	meta->steps = g_array_new(FALSE, FALSE, sizeof(Step));
	meta->names = g_ptr_array_new_with_free_func(g_free);
	parse_binary(&parser, 1);
	skip_blanks(&parser);
	if (parser.error == NULL && *parser.at != '\0')
		parser.error = "meta: not an expression";
	if (parser.error == NULL && stack_depth(meta) > MAX_DEPTH)
		parser.error = "meta: too deep";
	if (parser.error != NULL) {
		g_set_error_literal(error, RULE_META_ERROR,
		    RULE_META_ERROR_SYNTAX, parser.error);
		return NULL;
	}
	g_ptr_array_add(meta->names, NULL);
	return g_steal_pointer(&meta);
}

void
rule_meta_free(RuleMeta *meta)
{
	if (meta == NULL)
		return;
	g_array_unref(meta->steps);
	g_ptr_array_unref(meta->names);
	g_free(meta);
}

const char *const *
rule_meta_names(const RuleMeta *meta)
{
	return (const char *const *)meta->names->pdata;
}

/* && and || give the value that decided, as in Perl: sums rely on it. */
static double
combine(Op op, double a, double b)
{
	switch (op) {
	case OP_AND:
		return a != 0 ? b : a;
	case OP_OR:
		return a != 0 ? a : b;
	case OP_ADD:
		return a + b;
	case OP_SUBTRACT:
		return a - b;
	case OP_MULTIPLY:
		return a * b;
	case OP_DIVIDE:
		return b != 0 ? a / b : 0;
	case OP_LESS:
		return a < b;
	case OP_LESS_EQUAL:
		return a <= b;
	case OP_GREATER:
		return a > b;
	case OP_GREATER_EQUAL:
		return a >= b;
	case OP_EQUAL:
		return a == b;
	case OP_NOT_EQUAL:
		return a != b;
	case OP_NUMBER:
	case OP_NAME:
	case OP_NOT:
	case OP_NEGATE:
		break;
	}
	return 0;
}

double
rule_meta_value(const RuleMeta *meta, const double *values)
{
	double stack[MAX_DEPTH];
	guint n = 0;

	for (guint i = 0; i < meta->steps->len; i++) {
		const Step *step = &g_array_index(meta->steps, Step, i);

		switch (step->op) {
		case OP_NUMBER:
			stack[n++] = step->number;
			break;
		case OP_NAME:
			stack[n++] = values[step->name];
			break;
		case OP_NOT:
			stack[n - 1] = stack[n - 1] == 0;
			break;
		case OP_NEGATE:
			stack[n - 1] = -stack[n - 1];
			break;
		default:
			n--;
			stack[n - 1] = combine(step->op, stack[n - 1],
			    stack[n]);
		}
	}
	return stack[0];
}
