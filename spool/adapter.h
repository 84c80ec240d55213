/*
 * spool/adapter.h - a program between a mail server and the spool: what its
 * sessions share, how it begins and how it ends.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The order is adapter_open(), which reads the options, then sessions in any
 * number of threads; at the end waiter_stop() and adapter_await(). What goes
 * wrong is told on standard error in one line behind the program's name
 * (g_get_prgname()), and ends as an exit status of sysexits.h.
 */
#ifndef SPOOL_ADAPTER_H
#define SPOOL_ADAPTER_H

#include "signatures/replies.h"
#include "spool/spool.h"
#include "spool/waiter.h"

/* Lives until the process ends: sessions may still run then. */
typedef struct {
	Spool *spool;
	Waiter *waiter;
	Catalogue *catalogue;
	guint64 max_message_octets;
	guint wait;             /* seconds for an answer */
	gint n_messages;        /* not answered yet; atomic, for the sessions */
} Adapter;

/* Tells what went wrong; returns status. */
int adapter_fail(int status, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * Takes --spool, --wait, --config and options, the program's own (NULL: none),
 * from the arguments, of which none may be left, and opens the spool. summary
 * is for --help. Before the Waiter there is no other thread. EX_OK, or what
 * was told.
 */
int adapter_open(Adapter *adapter, const char *summary,
    const GOptionEntry *options, int argc, char **argv);

/* Waits at most so long until n_messages is 0. */
void adapter_await(Adapter *adapter, guint seconds);

#endif
