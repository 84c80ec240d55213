/*
 * tests/fuzz/fuzz-office-ole2.c - any octets as a compound file.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/fuzz/fuzz-traits.h"

#include "scanner/office.h"

FUZZ_TRAITS(office_examine_ole2)
