/*
 * tests/fuzz/fuzz-containers.c - our own readers of containers.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/mac_file.h"
#include "scanner/outlook_message.h"
#include "scanner/rar_survey.h"
#include "scanner/tnef.h"
#include "scanner/zip_survey.h"

int LLVMFuzzerTestOneInput(const guint8 *octets, size_t len);

static guint sum;

/* Touches every octet of a member and of its names. */
static gboolean
on_member(Unpacking *unpacking, const Member *member)
{
	for (gsize i = 0; i < member->octets.len; i++)
		sum += member->octets.octets[i];
	for (guint i = 0; i < MEMBER_MAX_NAMES && member->names[i] != NULL;
	     i++)
		sum += (guint)strlen(member->names[i]);
	unpacking->room -= MIN(unpacking->room, member->octets.len);
	return TRUE;
}

int
LLVMFuzzerTestOneInput(const guint8 *octets, size_t len)
{
	Unpacking unpacking = { .max_octets = 1u << 20, .room = 4u << 20,
		.deadline = G_MAXINT64, .on_member = on_member };

	tnef_open((Span){ octets, len }, &unpacking);
	unpacking.room = 4u << 20;
	mac_file_open((Span){ octets, len }, &unpacking);
	unpacking.room = 4u << 20;
	outlook_message_open((Span){ octets, len }, &unpacking);
	rar_survey((Span){ octets, len });
	zip_survey_free(zip_survey_new((Span){ octets, len }));
	return 0;
}
