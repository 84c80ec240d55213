/*
 * scanner/envelope.c - what the MTA knows of a message besides its octets.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "scanner/envelope.h"

Envelope *
envelope_new(void)
{
	Envelope *envelope = g_new0(Envelope, 1);

	envelope->recipients = g_ptr_array_new_with_free_func(g_free);
	return envelope;
}

void
envelope_free(Envelope *envelope)
{
	if (envelope == NULL)
		return;
	g_free(envelope->id);
	g_free(envelope->file);
	g_free(envelope->client_address);
	g_free(envelope->client_name);
	g_free(envelope->helo);
	g_free(envelope->protocol);
	g_free(envelope->auth_user);
	g_free(envelope->reverse_path);
	g_free(envelope->sender_arg);
	g_ptr_array_unref(envelope->recipients);
	g_free(envelope->queue_id);
	g_free(envelope->submitter);
	g_free(envelope);
}
