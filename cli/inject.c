/*
 * cli/inject.c - gives an accepted message back to the mail server.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <gio/gio.h>

#include "cli/inject.h"

gboolean
inject(int fd, const Envelope *envelope, const char *sendmail, GError **error)
{
	g_autoptr(GPtrArray) arguments = g_ptr_array_new();
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
	    G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
	g_autoptr(GSubprocess) process = NULL;
	const char *sender = envelope->reverse_path;

	g_subprocess_launcher_take_stdin_fd(launcher, fd);
	g_ptr_array_add(arguments, (gpointer)sendmail);
	g_ptr_array_add(arguments, (gpointer)"-G");
	g_ptr_array_add(arguments, (gpointer)"-i");
	g_ptr_array_add(arguments, (gpointer)"-f");
	g_ptr_array_add(arguments, (gpointer)(sender != NULL ? sender : ""));
	g_ptr_array_add(arguments, (gpointer)"--");
	for (guint i = 0; i < envelope->recipients->len; i++)
		g_ptr_array_add(arguments,
		    g_ptr_array_index(envelope->recipients, i));
	g_ptr_array_add(arguments, NULL);
	process = g_subprocess_launcher_spawnv(launcher,
	    (const char *const *)arguments->pdata, error);
	return process != NULL && g_subprocess_wait_check(process, NULL, error);
}
