/*
 * scanner/content_eval.c - the eval functions: what no regular expression says.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/content_eval.h"
#include "scanner/eval_call.h"

static const EvalFunction *const families[] = {
	eval_body_functions, eval_forgery_functions, eval_freemail_functions,
	eval_header_functions, eval_html_functions, eval_mime_functions,
	eval_relay_functions,
};

static gsize
count_functions(void)
{
	gsize n = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
		for (const EvalFunction *f = families[i]; f->name != NULL; f++)
			n++;
	return n;
}

const char *const *
content_eval_functions(void)
{
	static const char **names;
	gsize n = 0;

	if (names != NULL)
		return names;
	names = g_new0(const char *, count_functions() + 1);
	for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
		for (const EvalFunction *f = families[i]; f->name != NULL; f++)
			names[n++] = f->name;
	return names;
}

gboolean
content_eval_holds(const ContentRule *rule, ContentViews *views, RegexRun *run)
{
	const EvalCall call = { rule, views, run };

	for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
		for (const EvalFunction *f = families[i]; f->name != NULL; f++)
			if (strcmp(f->name, rule->function) == 0)
				return f->holds(&call);
	return FALSE;
}
