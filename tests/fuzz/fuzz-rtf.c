/*
 * tests/fuzz/fuzz-rtf.c - any octets as an RTF document.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/fuzz/fuzz-traits.h"

#include "scanner/rtf.h"

FUZZ_TRAITS(rtf_examine)
