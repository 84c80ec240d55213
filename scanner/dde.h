/*
 * scanner/dde.h - data from another program, which may be any program: DDE.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Dynamic data exchange asks a program for data, by its name, and starts it
 * where it is not running: of a command shell that is the attack itself. Links
 * between the programs of an office are honest.
 */
#ifndef SCANNER_DDE_H
#define SCANNER_DDE_H

#include "scanner/trait.h"

/* A table has a link to the service, for data of the topic: some services start
 * a program that is named there. */
void dde_add_link(Span service, Span topic, Traits *traits);

/* Begins a field in the text of Word ([MS-DOC] 2.8.25). */
#define DDE_FIELD_BEGIN '\x13'

/*
 * What the fields of a document do, by their first words: "DDEAUTO" starts its
 * program when the document is opened, "DDE" when its fields are updated. A field
 * is what is behind DDE_FIELD_BEGIN, or at the beginning of fields.
 */
void dde_examine_fields(Span fields, Traits *traits);

#endif
