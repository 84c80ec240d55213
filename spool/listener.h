/*
 * spool/listener.h - run/sock: answers over a socket, for those who like to
 * wait that way.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The files stay the truth: WAIT1 only tells that the verdict is there, with
 * its text; SCAN1 submits the file to the spool in the client's place. One
 * request a connection (socket_request.h). Peers whose uid may not submit are
 * not heard. Runs from the default GLib main context.
 */
#ifndef SPOOL_LISTENER_H
#define SPOOL_LISTENER_H

#include "signatures/replies.h"
#include "spool/settings.h"
#include "spool/spool.h"

typedef struct listener Listener;

/* Connections served at the same time; more are closed at once. */
#define LISTENER_MAX_CONNECTIONS 1000

/* Makes run/sock. All arguments are borrowed and must outlive it; submitters:
 * of uid_t. NULL and error. */
Listener *listener_new(Spool *spool, const Settings *settings,
    const Catalogue *catalogue, const GArray *submitters, GError **error);
/* Works by others from here on. NULL is allowed. */
void listener_change_settings(Listener *listener, const Settings *settings,
    const Catalogue *catalogue, const GArray *submitters);
void listener_free(Listener *listener);         /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listener, listener_free)

/* The entry was answered. verdict: the text of verdict/ID; NULL: it could not
 * be written. */
void listener_answer(Listener *listener, const char *id, const char *verdict);

#endif
