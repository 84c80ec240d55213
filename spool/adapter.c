/*
 * spool/adapter.c - see adapter.h
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#include "spool/adapter.h"
#include "spool/settings.h"
#include "spool/submission.h"

int
adapter_fail(int status, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", g_get_prgname());
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

static int
open_all(Adapter *adapter, const char *path, const char *config)
{
	g_autoptr(Settings) settings = NULL;
	g_autoptr(GError) error = NULL;

	settings = settings_load(config, &error);
	if (settings != NULL)
		adapter->catalogue = catalogue_load(settings->rules.replies,
		    &error);
	if (adapter->catalogue == NULL)
		return adapter_fail(EX_CONFIG, "%s", error->message);
	adapter->spool = spool_open(path, &error);
	if (adapter->spool == NULL)
		return adapter_fail(EX_NOINPUT, "%s", error->message);
	adapter->spool->fsync = settings->spool.fsync;
	adapter->max_message_octets = settings->policy.max_message_octets;
	adapter->waiter = waiter_new(&error);
	if (adapter->waiter == NULL)
		return adapter_fail(EX_OSERR, "%s", error->message);
	return EX_OK;
}

int
adapter_open(Adapter *adapter, const char *summary,
    const GOptionEntry *options, int argc, char **argv)
{
	g_autofree char *path = NULL, *config = NULL;
	int wait = SUBMISSION_DEFAULT_WAIT;
	const GOptionEntry own[] = {
		{ "spool", 0, 0, G_OPTION_ARG_FILENAME, &path,
		    "Spool directory", "SPOOL" },
		{ "wait", 0, 0, G_OPTION_ARG_INT, &wait,
		    "Seconds to wait for an answer (240)", "SECONDS" },
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(context, summary);
	if (options != NULL)
		g_option_context_add_main_entries(context, options, NULL);
	g_option_context_add_main_entries(context, own, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return adapter_fail(EX_USAGE, "%s; try --help",
		    error->message);
	if (argc != 1)
		return adapter_fail(EX_USAGE, "'%s' is no option; try --help",
		    argv[1]);
	if (path == NULL)
		return adapter_fail(EX_USAGE, "--spool is needed; try --help");
	if (wait < 1 || wait > SUBMISSION_MAX_WAIT)
		return adapter_fail(EX_USAGE, "--wait must be from 1 to %d "
		    "seconds", SUBMISSION_MAX_WAIT);
	adapter->wait = (guint)wait;
	return open_all(adapter, path, config);
}

void
adapter_await(Adapter *adapter, guint seconds)
{
	gint64 until = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;

	while (g_atomic_int_get(&adapter->n_messages) > 0 &&
	    g_get_monotonic_time() < until)
		g_usleep(10000);
}
