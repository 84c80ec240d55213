/*
 * scanner/office.h - what documents of office programs can do.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Old documents are compound files, new ones (OOXML, OpenDocument) are ZIP
 * archives: their members come here one by one, as octets, whatever the name of
 * the document and of the member.
 */
#ifndef SCANNER_OFFICE_H
#define SCANNER_OFFICE_H

#include "scanner/trait.h"

/* Anything that is no compound file is passed over. */
void office_examine_ole2(Span octets, Traits *traits);

/*
 * XML of a document or of a member of one; so is "flat" XML, with everything in
 * one file.
 */
void office_examine_xml(Span octets, Traits *traits);

/* A part of a binary workbook (.xlsb): octets that are no XML. */
void office_examine_binary(Span octets, Traits *traits);

/*
 * The file in an OLE package ([MS-OLEDS] 2.3.6; without its size): adds it to
 * traits.
 */
void office_examine_package(Span octets, Traits *traits);

/* Whether a compound file is an object of Equation Editor 3 with nothing but
 * sound formulas in it. */
gboolean office_is_formula(Span octets);

/* Whether a link goes to a server of anybody: paths of the author's own disk or
 * network do not. */
gboolean office_is_foreign(const char *target);

#endif
