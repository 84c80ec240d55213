/*
 * scanner/gmime_reading.h - the message as GMime reads it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The canonical reading: structure and declared types. The octets of bodies
 * are not decoded here (GMime drops the incomplete tail of unpadded base64),
 * only found.
 */
#ifndef SCANNER_GMIME_READING_H
#define SCANNER_GMIME_READING_H

#include "scanner/entity.h"
#include "scanner/policy.h"
#include "scanner/record.h"

#define GMIME_READING "gmime"

/*
 * Adds the entities of the message in octets (borrowed by them) to entities.
 * base is the path of the part that holds the message, "" for the message
 * itself; depth counts the levels around it already. Limits that are reached
 * and what GMime itself warns of become findings of the record.
 */
void gmime_reading(Span message, const char *base, guint depth,
    const ScanPolicy *policy, GPtrArray *entities, Record *record);

#endif
