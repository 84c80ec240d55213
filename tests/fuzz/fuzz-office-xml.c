/*
 * tests/fuzz/fuzz-office-xml.c - any octets as XML of an office document.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/fuzz/fuzz-traits.h"

#include "scanner/office.h"

FUZZ_TRAITS(office_examine_xml)
