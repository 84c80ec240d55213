/*
 * tests/fuzz/fuzz-onenote.c - any octets as a OneNote section.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/fuzz/fuzz-traits.h"

#include "scanner/onenote.h"

FUZZ_TRAITS(onenote_examine)
