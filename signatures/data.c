/*
 * signatures/data.c - the data files that are embedded in the program.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <gio/gio.h>

#include "signatures/data.h"

/* Generated from data.gresource.xml. */
GResource *signature_data_get_resource(void);

GBytes *
signature_data_lookup(const char *name)
{
	g_autofree char *path = g_strconcat("/mailweir/", name, NULL);
	g_autoptr(GError) error = NULL;
	GBytes *bytes;

	bytes = g_resource_lookup_data(signature_data_get_resource(), path,
	    G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
	g_assert_no_error(error);
	return bytes;
}
