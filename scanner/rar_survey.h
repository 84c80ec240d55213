/*
 * scanner/rar_survey.h - what in a RAR 5 file is encrypted.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libarchive 3.6 calls encrypted members of RAR 5 damaged. The headers say what
 * they are (RAR 5.0 archive format, rarlab.com/technote.htm).
 */
#ifndef SCANNER_RAR_SURVEY_H
#define SCANNER_RAR_SURVEY_H

#include "scanner/entity.h"

typedef enum {
	RAR_OPEN = 0,           /* nothing, or it is no RAR 5 file */
	RAR_MEMBERS_ENCRYPTED,  /* at least one */
	RAR_ALL_ENCRYPTED,      /* the names, too */
} RarEncryption;

RarEncryption rar_survey(Span octets);

#endif
