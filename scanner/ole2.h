/*
 * scanner/ole2.h - the streams of a compound file ([MS-CFB]).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents of Office before 2007, Outlook messages, Windows installers, and
 * the VBA projects of newer documents are compound files. Entries are listed as
 * the directory has them, whether or not its tree reaches them: what a tree
 * hides, some program still finds.
 */
#ifndef SCANNER_OLE2_H
#define SCANNER_OLE2_H

#include "scanner/entity.h"

/* Directory entries beyond these, used or not, are not read. */
#define OLE2_MAX_ENTRIES 16384u
/* So many times the octets of the file may its streams be, all together. */
#define OLE2_MAX_SHARING 2u

typedef struct ole2 Ole2;

typedef struct ole2_entry {
	char *name;             /* UTF-8; control characters as they are */
	/* The storage or root that holds it by the directory's tree; NULL: it
	 * is the root, or the tree does not reach it. */
	const struct ole2_entry *parent;
	gboolean is_stream;     /* else a storage, or the root */
	gboolean is_mini;       /* a stream in the mini stream */
	guint8 class_id[16];    /* as stored */
	guint32 first_sector;
	guint64 size;           /* octets of a stream, as many as are there */
} Ole2Entry;

/* NULL: no compound file. octets are borrowed. */
Ole2 *ole2_new(Span octets);
void ole2_free(Ole2 *ole2);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ole2, ole2_free)

/* Of Ole2Entry *, in the order of the directory; borrowed. */
const GPtrArray *ole2_entries(const Ole2 *ole2);

/*
 * There is more than is here: the directory has more than OLE2_MAX_ENTRIES, or
 * the streams are together more than OLE2_MAX_SHARING times the file, which
 * they can only be by sharing its sectors: from there on they are empty.
 */
gboolean ole2_exceeds_limit(const Ole2 *ole2);

/* No entry is held by two others, so that all programs see the same tree. */
gboolean ole2_is_tree(const Ole2 *ole2);

/* The octets of a stream. Caller unrefs. */
GBytes *ole2_read(const Ole2 *ole2, const Ole2Entry *entry);

#endif
