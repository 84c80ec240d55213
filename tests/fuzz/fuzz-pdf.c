/*
 * tests/fuzz/fuzz-pdf.c - any octets as a PDF.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/fuzz/fuzz-traits.h"

#include "scanner/pdf.h"

FUZZ_TRAITS(pdf_examine)
