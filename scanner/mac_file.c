/*
 * scanner/mac_file.c - the file in a MacBinary, AppleSingle or AppleDouble file.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/cursor.h"
#include "scanner/mac_file.h"

#define APPLE_SINGLE 0x00051600u
#define APPLE_DOUBLE 0x00051607u
#define MAX_ENTRIES 64u

/* MacBinary: a header, then both forks in blocks. */
#define BLOCK_OCTETS 128u
#define MAX_NAME_OCTETS 63u

typedef struct {
	Span name;
	Span forks[2];          /* data, resource */
} MacFile;

/* RFC 1740, appendix A: magic number, version, entries. */
static gboolean
read_apple(Span octets, MacFile *file)
{
	Cursor cursor = { octets, FALSE };
	guint64 magic = cursor_big_endian(&cursor, 4);
	guint64 version = cursor_big_endian(&cursor, 4);
	guint64 n;

	if ((magic != APPLE_SINGLE && magic != APPLE_DOUBLE) ||
	    (version != 0x10000 && version != 0x20000))
		return FALSE;
	cursor_take(&cursor, 16);
	n = cursor_big_endian(&cursor, 2);
	if (n > MAX_ENTRIES)
		return FALSE;
	while (n-- > 0) {
		guint64 id = cursor_big_endian(&cursor, 4);
		guint64 offset = cursor_big_endian(&cursor, 4);
		guint64 len = cursor_big_endian(&cursor, 4);
		Span entry = span_at(octets, offset, len);

		if (id == 1 || id == 2)
			file->forks[id - 1] = entry;
		else if (id == 3)
			file->name = entry;
	}
	return !cursor.has_failed;
}

static guint64
in_blocks(guint64 len)
{
	return (len + BLOCK_OCTETS - 1) / BLOCK_OCTETS * BLOCK_OCTETS;
}

static gboolean
read_macbinary(Span octets, MacFile *file)
{
	Cursor cursor = { octets, FALSE };
	Span head = cursor_take(&cursor, BLOCK_OCTETS);
	Cursor lengths = { span_at(head, 83, 8), FALSE };
	guint64 data = cursor_big_endian(&lengths, 4);
	guint64 resource = cursor_big_endian(&lengths, 4);
	guint64 end = BLOCK_OCTETS + in_blocks(data);

	if (head.len == 0 || head.octets[0] != 0 || head.octets[74] != 0 ||
	    head.octets[82] != 0 || head.octets[1] == 0 ||
	    head.octets[1] > MAX_NAME_OCTETS)
		return FALSE;
	file->name = span_at(head, 2, head.octets[1]);
	for (gsize i = 0; i < file->name.len; i++)
		if (file->name.octets[i] < ' ')
			return FALSE;
	/* The last block may be cut, and a comment may follow. */
	if (data + resource == 0 || octets.len < BLOCK_OCTETS + data ||
	    (resource > 0 && octets.len < end + resource) ||
	    octets.len > end + in_blocks(resource) + 2 * BLOCK_OCTETS)
		return FALSE;
	file->forks[0] = span_at(octets, BLOCK_OCTETS, data);
	file->forks[1] = span_at(octets, end, resource);
	return TRUE;
}

static gboolean
read_file(Span octets, MacFile *file)
{
	memset(file, 0, sizeof(*file));
	return read_apple(octets, file) || read_macbinary(octets, file);
}

gboolean
mac_file_is(Span octets)
{
	MacFile file;

	return read_file(octets, &file);
}

Opened
mac_file_open(Span octets, Unpacking *unpacking)
{
	g_autofree char *name = NULL;
	MacFile file;

	if (!read_file(octets, &file))
		return OPENED_NOT;
	name = file.name.len > 0 ? g_strndup((const char *)file.name.octets,
	    file.name.len) : NULL;
	for (guint i = 0; i < G_N_ELEMENTS(file.forks); i++) {
		Member member = { .names = { name },
			.octets = file.forks[i], .size = file.forks[i].len,
			.state = MEMBER_WHOLE };

		/* AppleDouble: the name counts, even without a data fork. */
		if (member.octets.len == 0 && (i > 0 || name == NULL))
			continue;
		if (member.octets.len == 0)
			member.state = MEMBER_EMPTY;
		else if (member.octets.len > unpacking->room ||
		    member.octets.len > unpacking->max_octets)
			member.state = MEMBER_TOO_LONG;
		if (!unpacking->on_member(unpacking, &member))
			break;
	}
	return OPENED_WHOLE;
}
