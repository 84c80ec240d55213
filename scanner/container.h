/*
 * scanner/container.h - which detected types are containers, and who opens them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libclamav opens most of them while it scans. The readers named here are asked
 * where it shows nothing, and for the kinds of which it shows too little.
 */
#ifndef SCANNER_CONTAINER_H
#define SCANNER_CONTAINER_H

#include "scanner/entity.h"
#include "signatures/engine.h"

typedef enum {
	READER_NONE = 0,        /* nobody */
	READER_CLAMAV,          /* libclamav alone */
	READER_ARCHIVE,         /* libarchive, by format */
	READER_FILTER,          /* libarchive: one compressed file */
	READER_ZIP,
	READER_TNEF,
	READER_OUTLOOK,
	READER_MAC,
	READER_CODED,
	READER_CMS,
} ContainerReader;

typedef struct {
	const char *type;       /* as detected */
	const char *label;      /* for people: "RAR" */
	ContainerReader reader;
	/* Nothing but an archive or a compressed file: one that cannot be
	 * opened hides what it holds. A document may be damaged. */
	gboolean is_archive;
	/* libclamav opens it, but shows less than the reader does. */
	gboolean is_always_read;
} ContainerKind;

/* By the detected type, and by the octets where one type is a container or not.
 * NULL: no container. Static. */
const ContainerKind *container_kind(const char *detected_type, Span octets);

/* Of a member that holds coded files as text, or what is signed. NULL: it does
 * not. Static. */
const ContainerKind *container_coded_kind(const char *detected_type,
    Span octets);

/*
 * The RAR or 7z archive that begins somewhere in the octets: programs for them
 * look for one behind whatever is before it. Empty: there is none.
 */
Span container_find_archive(Span octets);

/* Of such an archive in octets of no known type. Static. */
const ContainerKind *container_found_kind(void);

/* Of a document or another file that is a ZIP file too. Static. */
const ContainerKind *container_zip_kind(void);

/*
 * Archives that libmagic does not know, or gives no MIME type, by their first
 * octets: the detected type. NULL: none of them. Static.
 */
const char *container_type_of(const void *octets, gsize len);

/*
 * Who opens what on this machine, a line each: "reader TAB kinds". libclamav's
 * module for RAR and the parts of libarchive are asked, not assumed. Caller
 * frees.
 */
char *container_report(const Engine *engine);

#endif
