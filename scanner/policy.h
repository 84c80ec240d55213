/*
 * scanner/policy.h - the limits and choices a scan works under.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Plain data, set from mailweir.conf (spool/settings.c has the table of keys
 * with units and defaults). Each limit is the largest value that still passes:
 * N is accepted, N + 1 is a finding.
 */
#ifndef SCANNER_POLICY_H
#define SCANNER_POLICY_H

#include <glib.h>

#include "scanner/trait.h"

/* Times max-parts: a reading of a message that shows so many delimiters or
 * header sections is not read to its end; the finding is max-parts. */
#define POLICY_FLOOD_FACTOR 4u

/* What a finding that policy may decide does to the message. */
typedef enum {
	CHOICE_REFUSE = 0,
	CHOICE_NOTE,
} PolicyChoice;

/* The same for content. */
typedef enum {
	POLICY_REJECT = 0,      /* 550 */
	POLICY_SUSPECT,         /* 450 */
	POLICY_NOTE,
} PolicyVerdict;

/* Of one header section. */
typedef struct {
	guint max_fields;
	guint max_parameters;           /* how often one parameter may occur */
	guint64 max_octets;
} HeaderLimits;

/* What content rules lead to; see content.h. Scores are points. */
typedef struct {
	double suspect_score;           /* from here on: 450 */
	double reject_score;            /* and from here on: 550, ... */
	double reject_rule_score;       /* ... with so much from rules */
	guint budget_ms;                /* CPU time of the rules for one message */
	guint second_look_ms;           /* how long a 450 is remembered for */
	char **trusted_networks;        /* NULL: private ones; see received.h */
	/* Names of ClamAV signatures that are about content, with '*' and '?';
	 * NULL: none. */
	char **signatures;
	PolicyVerdict signature_verdict;
} ContentPolicy;

typedef struct {
	/* octets */
	guint64 max_message_octets;
	guint64 max_part_octets;        /* one decoded part or member */
	guint64 max_expanded_octets;    /* all members of one part's containers together */
	guint64 max_name_octets;        /* one file name */
	/* counts */
	guint max_depth;                /* multipart and message levels */
	guint max_parts;                /* MIME parts of a message */
	/* Messages that are attached as files or coded, one in another or not:
	 * each is read like the message itself. */
	guint max_messages;
	/* Decoded octets of all readings together, as a multiple of the octets
	 * of the message, or of 64 KiB if that is more: honest mail has less
	 * than one. */
	guint max_decoded_ratio;
	guint max_container_depth;      /* containers within containers */
	guint max_members;              /* members of one part's containers together */
	/* Octets of all members of a part, as a multiple of the octets of the
	 * part, or of 64 KiB if that is more. */
	guint max_expansion_ratio;
	guint max_container_ms;         /* time for one part and all its members */
	HeaderLimits header;
	ContentPolicy content;
	/* choices */
	guint try_passwords;    /* words of the text, on encrypted archives */
	PolicyChoice encrypted_archive;
	PolicyChoice encrypted_document;
	PolicyChoice ambiguous_archive; /* programs differ in what is in it */
	PolicyChoice unopened_container; /* an archive that no reader opens */
	PolicyChoice hidden_part;       /* an object that only a tolerant reading shows */
	PolicyChoice message_partial;
	PolicyChoice external_body;
	PolicyChoice traits[N_TRAITS];  /* what documents can do: see trait.h */
	/* The name of this server in MIME-Ambiguity-Results; NULL: no such
	 * field. */
	char *ambiguity_results;
} ScanPolicy;

#endif
