/*
 * spool/ids.c - the names of entries.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "spool/ids.h"

char *
spool_id_new(void)
{
	gint64 now = g_get_real_time();
	guint64 random;

	/* Does not fail for so few octets once the system is up. */
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		g_error("getrandom: no random numbers");
	return g_strdup_printf("%010" G_GINT64_MODIFIER "x%05x%016"
	    G_GINT64_MODIFIER "x", (guint64)(now / G_USEC_PER_SEC),
	    (guint)(now % G_USEC_PER_SEC), random);
}

gboolean
spool_id_is_valid(const char *id)
{
	gsize len = 0;

	for (; id[len] != '\0'; len++)
		if (len == SPOOL_ID_MAX || (!g_ascii_isalnum(id[len]) &&
		    id[len] != '_' && id[len] != '-'))
			return FALSE;
	return len >= SPOOL_ID_MIN;
}

char *
spool_entry_name_parse(const char *name, guint *attempts)
{
	const char *dot = strchr(name, '.');
	g_autofree char *id = dot != NULL ?
	    g_strndup(name, (gsize)(dot - name)) : NULL;
	gsize digits;

	if (id == NULL || !spool_id_is_valid(id) || dot[1] != 'a')
		return NULL;
	digits = strspn(dot + 2, "0123456789");
	/* One spelling for each number: it is written back. */
	if (digits == 0 || digits > 2 || (digits == 2 && dot[2] == '0') ||
	    dot[2 + digits] != '\0')
		return NULL;
	*attempts = (guint)atoi(dot + 2);
	return g_steal_pointer(&id);
}

char *
spool_entry_name(const char *id, guint attempts)
{
	return g_strdup_printf("%s.a%u", id, MIN(attempts, SPOOL_ATTEMPTS_MAX));
}
