/*
 * tests/fuzz/fuzz-table-text.c - any octets as a table that is text.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/fuzz/fuzz-traits.h"

#include "scanner/table_text.h"

static void
examine(Span octets, Traits *traits)
{
	table_text_examine(octets, FALSE, traits);
	table_text_examine(octets, TRUE, traits);
}

FUZZ_TRAITS(examine)
