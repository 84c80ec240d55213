/*
 * opensmtpd/main.c - mailweir-opensmtpd: the filter that OpenSMTPD runs.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "opensmtpd/session.h"

/* At the end, how long answers that are on their way may take. */
#define STOP_SECONDS 5

/* Until OpenSMTPD closes standard input: a filter must not leave before. */
static int
serve(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) != -1) {
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (strcmp(line, "config|ready") == 0)
			sessions_register();
		else if (!g_str_has_prefix(line, "config|") &&
		    !sessions_line(line))
			return adapter_fail(EX_PROTOCOL, "this is not the "
			    "protocol of OpenSMTPD 6.7 or later");
	}
	free(line);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	/* At the end threads may still run. */
	static Adapter adapter;
	int status;

	g_set_prgname("mailweir-opensmtpd");
	signal(SIGPIPE, SIG_IGN);
	status = adapter_open(&adapter, "Asks the spool about every "
	    "message before OpenSMTPD accepts it: a filter (proc-exec).",
	    NULL, argc, argv);
	if (status != EX_OK)
		return status;
	sessions_start(&adapter);
	status = serve();
	waiter_stop(adapter.waiter);
	adapter_await(&adapter, STOP_SECONDS);
	return status;
}
