/*
 * scanner/pdf.h - what a PDF can do (ISO 32000-1), read without its cross-references.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every object in the file counts, whether or not the cross-reference table
 * knows it: viewers mend a broken table and find them. Object streams are opened
 * (ISO 32000-1 7.5.7); names are compared after their #xx are decoded.
 */
#ifndef SCANNER_PDF_H
#define SCANNER_PDF_H

#include "scanner/trait.h"

/* Of one object stream, or one embedded file, when it is unpacked. */
#define PDF_MAX_STREAM_OCTETS (32u << 20)
/* Of all object streams of a file together. */
#define PDF_MAX_OBJECT_STREAM_OCTETS (64u << 20)
/* Streams overlap when they are hostile: what goes into decoders, in times of
 * the file. */
#define PDF_MAX_DECODED_RATIO 2u
/* Names of embedded files, each for each reference to its file. */
#define PDF_MAX_FILE_NAMES 4096u

/*
 * octets: a file with "%PDF-" somewhere, or a decoded object stream, which
 * libclamav shows of encrypted files.
 */
void pdf_examine(Span octets, Traits *traits);

#endif
