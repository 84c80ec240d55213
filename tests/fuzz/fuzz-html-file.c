/*
 * tests/fuzz/fuzz-html-file.c - any octets as a page that may make files.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/fuzz/fuzz-traits.h"

#include "scanner/html_file.h"

FUZZ_TRAITS(html_file_examine_svg)
