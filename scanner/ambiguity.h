/*
 * scanner/ambiguity.h - how badly the readings of a message differ.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each finding about the structure of a message has a grade, and the message
 * has the worst of them. docs/ambiguity.md says what is done about each. What
 * is wrong with a container (endless-container, ambiguous-zip, max-members) has
 * none: it is no matter of how the message is read.
 */
#ifndef SCANNER_AMBIGUITY_H
#define SCANNER_AMBIGUITY_H

#include "scanner/record.h"

typedef enum {
	AMBIGUITY_NONE = 0,
	AMBIGUITY_BENIGN,       /* A1: odd, but every client shows the same */
	AMBIGUITY_DIFFERENT,    /* A2: clients show different objects */
	AMBIGUITY_UNREADABLE,   /* A3: nobody can say what some client shows */
} AmbiguityGrade;

AmbiguityGrade ambiguity_of_finding(const Finding *finding);
AmbiguityGrade ambiguity_of_record(const Record *record);

/* "A2"; NULL for none. Static. */
const char *ambiguity_name(AmbiguityGrade grade);

/*
 * The body of a MIME-Ambiguity-Results field, in the shape of RFC 8601:
 * "mx.example.net; grade=A2 rule=hidden-part part="@120" offset=120". server is
 * the authserv-id. At most AMBIGUITY_MAX_RESULTS findings are told. Caller
 * frees.
 */
#define AMBIGUITY_FIELD "MIME-Ambiguity-Results"
#define AMBIGUITY_MAX_RESULTS 8
char *ambiguity_results(const Record *record, const char *server);

#endif
