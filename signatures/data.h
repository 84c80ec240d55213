/*
 * signatures/data.h - the data files that are embedded in the program.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SIGNATURES_DATA_H
#define SIGNATURES_DATA_H

#include <glib.h>

/* An embedded file such as "starter.ndb" (see data.gresource.xml). A name
 * that is not embedded is a bug. Caller unrefs. */
GBytes *signature_data_lookup(const char *name);

#endif
