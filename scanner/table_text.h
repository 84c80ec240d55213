/*
 * scanner/table_text.h - what tables that are text can do: SYLK, DIF, CSV.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Excel knows SYLK ("ID;") and DIF ("TABLE") by their beginnings, whatever their
 * names. In any table a value that begins as a formula is one, and may have a
 * link by DDE: service|topic!item. SYLK may also hold Excel 4 macros.
 */
#ifndef SCANNER_TABLE_TEXT_H
#define SCANNER_TABLE_TEXT_H

#include "scanner/trait.h"

/*
 * Octets of any kind; in UTF-16 too. is_table: by its name or declared type it
 * is a table of values (CSV), which nothing in its content tells.
 */
void table_text_examine(Span octets, gboolean is_table, Traits *traits);

#endif
