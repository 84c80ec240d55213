/*
 * tests/table.h - adds a table of named cases as tests.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_TABLE_H
#define TESTS_TABLE_H

#include <glib.h>

/* Each row's member name becomes a test path behind prefix; function gets the
 * row. */
#define ADD_TABLE(prefix, cases, function)                                   \
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {                    \
		g_autofree char *path = g_strconcat(prefix, (cases)[i].name, \
		    NULL);                                                   \
		g_test_add_data_func(path, &(cases)[i], function);           \
	}

#endif
