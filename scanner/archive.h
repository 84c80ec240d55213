/*
 * scanner/archive.h - an archive or compressed file, opened by libarchive.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For what libclamav does not open. libarchive reads from memory here, opens
 * no file and starts no program: the readers that would (mtree, lrzip, lzop
 * and the like) are left out.
 */
#ifndef SCANNER_ARCHIVE_H
#define SCANNER_ARCHIVE_H

#include "scanner/member.h"

/* Opens the locale that names need, which lies in files: a process that will
 * not be able to open files calls it before. Not for threads. */
void archive_init(void);

typedef enum {
	ARCHIVE_FORMATS,        /* RAR, 7z, tar, cpio, ar, CAB, LHA, ISO, ... */
	ARCHIVE_FILTERS,        /* zstd, lz4, lzip, compress, ...: one member */
	ARCHIVE_ZIP_DIRECTORY,  /* ZIP, by its central directory */
	ARCHIVE_ZIP_ENTRIES,    /* ZIP, by its local headers from the start on */
} ArchiveWay;

/* password NULL: none. Encrypted members of ZIP alone can be read with one. */
Opened archive_open(Span octets, ArchiveWay way, const char *password,
    Unpacking *unpacking);

/* The formats and filters that this build of libarchive reads itself,
 * separated by blanks. Caller frees. */
char *archive_formats(void);

/* "libarchive 3.6.2". Static. */
const char *archive_library_version(void);

#endif
