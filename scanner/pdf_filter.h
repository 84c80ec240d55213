/*
 * scanner/pdf_filter.h - what the streams of a PDF are coded in (ISO 32000-1 7.4).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All filters but those of pictures. Each decodes as far as its data is sound,
 * as viewers do: a stream that is cut or damaged gives what is before that.
 */
#ifndef SCANNER_PDF_FILTER_H
#define SCANNER_PDF_FILTER_H

#include "scanner/entity.h"

typedef enum {
	PDF_FILTER_UNKNOWN,     /* a picture's, or nobody's */
	PDF_FILTER_FLATE,
	PDF_FILTER_LZW,
	PDF_FILTER_ASCII85,
	PDF_FILTER_ASCII_HEX,
	PDF_FILTER_RUN_LENGTH,
	PDF_FILTER_CRYPT,       /* changes nothing where there is no key */
} PdfFilter;

/* Of its name, without the slash, or of the short one (ISO 32000-1 table 94). */
PdfFilter pdf_filter_named(const char *name);

/* The parameters of Flate and LZW (ISO 32000-1 table 8). */
typedef struct {
	guint predictor;
	guint colors;
	guint bits;             /* /BitsPerComponent */
	guint columns;
	guint early_change;
} PdfFilterParms;

#define PDF_FILTER_PARMS { 1, 1, 8, 1, 1 }

/*
 * At most max_octets; *exceeds_limit is set, and never cleared, if there would
 * be more. parms: NULL: defaults. NULL: nothing. Caller unrefs.
 */
GBytes *pdf_filter_decode(PdfFilter filter, const PdfFilterParms *parms,
    Span octets, gsize max_octets, gboolean *exceeds_limit);

#endif
