/*
 * signatures/file_type.c - types that libmagic does not tell, or only guesses.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/file_type.h"
#include "signatures/script_type.h"

#define SECTOR 512
/* Where ISO 9660 (ECMA-119 6.2.1) and UDF (ECMA-167 2/8.3.1) say what they are. */
#define VOLUME_DESCRIPTORS 32768
#define VOLUME_SECTOR 2048
/* Where a tar has the sum of its header (POSIX.1, pax: ustar). */
#define TAR_SUM 148
#define TAR_SUM_OCTETS 8

/* --- octets at a fixed place ----------------------------------------------- */

/* offset: from the beginning, or, where negative, from the end. */
static const struct {
	gssize offset;
	const char *octets;
	gsize len;
	const char *type;
} marks[] = {
	{ 0, "\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 20,
	    "application/x-ms-shortcut" },
	{ 0, "ITSF\x03\0\0\0", 8, "application/vnd.ms-htmlhelp" },
	{ 0, "ITOLITLS", 8, "application/x-ms-reader" },
	{ 0, "\x3f\x5f\x03\0", 4, "application/winhelp" },
	{ 0, "MSWIM\0\0\0", 8, "application/x-ms-wim" },
	{ 0, "vhdxfile", 8, "application/x-virtualbox-vhdx" },
	{ 0, "conectix", 8, "application/x-virtualbox-vhd" },
	{ -512, "conectix", 8, "application/x-virtualbox-vhd" },
	{ -512, "koly\0\0\0\x04", 8, "application/x-apple-diskimage" },
	{ 0, "KDMV", 4, "application/x-vmdk-disk" },
	{ 0, "COWD", 4, "application/x-vmdk-disk" },
	{ 0, "# Disk DescriptorFile", 21, "application/x-vmdk-disk" },
	{ 0, "QFI\xfb", 4, "application/x-qemu-disk" },
	{ 0, "dex\n0", 5, "application/x-dex" },
	{ 0, "cdex0", 5, "application/x-dex" },
	{ 0, "dey\n0", 5, "application/x-dex" },
	{ 0, "!<arch>\ndebian-binary", 21,
	    "application/vnd.debian.binary-package" },
	{ 0, "\xed\xab\xee\xdb", 4, "application/x-rpm" },
	/* [MS-ONESTORE] 2.3.1: a section, a table of contents. */
	{ 0, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",
	    16, "application/onenote" },
	{ 0, "\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f",
	    16, "application/onenote" },
	{ 0, "\0asm\x01\0\0\0", 8, "application/wasm" },
	{ 0, "FasdUAS 1.101.10", 16, "application/x-applescript" },
	{ 0, "Cr24\x02\0\0\0", 8, "application/x-chrome-extension" },
	{ 0, "Cr24\x03\0\0\0", 8, "application/x-chrome-extension" },
	{ 0, "#~\x03""8.", 5, "application/x-racket-bytecode" },
	{ 0, "racket", 6, "application/x-racket-bytecode" },
};

static gboolean
has_at(const guint8 *octets, gsize len, gsize offset, const char *mark,
    gsize mark_len)
{
	return offset <= len && len - offset >= mark_len &&
	    memcmp(octets + offset, mark, mark_len) == 0;
}

static const char *
type_of_marks(const guint8 *octets, gsize len)
{
	for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
		gsize back = marks[i].offset < 0 ? (gsize)-marks[i].offset : 0;

		if (back <= len && has_at(octets, len,
		    back > 0 ? len - back : (gsize)marks[i].offset,
		    marks[i].octets, marks[i].len))
			return marks[i].type;
	}
	return NULL;
}

/*
 * A link of macOS in a binary property list: a dictionary of one key, "URL",
 * whose value is a string of at most 14 characters, or one with its length in
 * front (0x10: in one octet, 0x11: in two).
 */
static const char *
type_of_location(const guint8 *octets, gsize len)
{
	static const char mark[] = "bplist00\xd1\x01\x02SURL";
	gsize at = sizeof(mark) - 1;

	if (!has_at(octets, len, 0, mark, at) || len - at < 8)
		return NULL;
	at += octets[at] != 0x5f ? 1 : octets[at + 1] == 0x11 ? 4 : 3;
	return len - at >= 5 && g_ascii_strncasecmp((const char *)octets + at,
	    "file:", 5) == 0 ? "text/x-apple-fileloc" : "text/x-apple-webloc";
}

/* --- programs ---------------------------------------------------------------- */

static guint
le16(const guint8 *octets)
{
	return octets[0] | (guint)octets[1] << 8;
}

static guint32
le32(const guint8 *octets)
{
	return le16(octets) | (guint32)le16(octets + 2) << 16;
}

/*
 * A program for DOS or Windows. Text may begin with "MZ", so the header must
 * make sense: it points to a newer one, or says itself how long the program is,
 * where its code begins, and that there is not much more.
 */
static const char *
type_of_exe(const guint8 *octets, gsize len)
{
	guint32 newer;
	gsize header, pages, last;

	if (len < 28 || (memcmp(octets, "MZ", 2) != 0 &&
	    memcmp(octets, "ZM", 2) != 0))
		return NULL;
	if (len >= 64) {
		newer = le32(octets + 60);
		if (has_at(octets, len, newer, "PE\0\0", 4))
			return "application/vnd.microsoft.portable-executable";
		if (has_at(octets, len, newer, "NE", 2) ||
		    has_at(octets, len, newer, "LE\0\0", 4) ||
		    has_at(octets, len, newer, "LX\0\0", 4))
			return "application/x-ms-ne-executable";
	}
	last = le16(octets + 2);
	pages = le16(octets + 4);
	header = 16 * (gsize)le16(octets + 8);
	if (pages == 0 || last >= SECTOR || header < 28 || header > len ||
	    header > pages * SECTOR || le16(octets + 24) > header ||
	    pages * SECTOR > len + SECTOR)
		return NULL;
	return "application/x-dosexec";
}

/*
 * Mach-O for several processors and Java classes both begin with CAFEBABE: a
 * class has its version there (45 and more), the other one a small number.
 */
static const char *
type_of_cafebabe(const guint8 *octets, gsize len)
{
	if (!has_at(octets, len, 0, "\xca\xfe\xba\xbe", 4) || len < 8)
		return NULL;
	return octets[4] == 0 && octets[5] == 0 && octets[6] == 0 &&
	    octets[7] < 45 ? "application/x-mach-binary" :
	    "application/x-java-applet";
}

/*
 * Compiled Python 3.7 and later (PEP 552): its version, the end of a line, flags
 * of which two are in use. libmagic knows one version after another; a pcapng
 * file, which may look like one to others, has its length for flags.
 */
static const char *
type_of_bytecode(const guint8 *octets, gsize len)
{
	if (len < 16 || le16(octets) < 3390 || le16(octets) > 4999 ||
	    memcmp(octets + 2, "\r\n", 2) != 0 || le32(octets + 4) > 3)
		return NULL;
	return "application/x-bytecode.python";
}

/*
 * A package, patch or transform of Windows Installer is a compound file
 * ([MS-CFB]) whose root entry, the first of its directory, has such a class.
 */
static const char *
type_of_installer(const guint8 *octets, gsize len)
{
	static const char classes[] = "\x84\x86\x82";
	static const char rest[] = "\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";
	guint64 entry;
	guint shift;

	if (!has_at(octets, len, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) ||
	    len < SECTOR)
		return NULL;
	shift = le16(octets + 30);
	if (shift != 9 && shift != 12)
		return NULL;
	entry = ((guint64)le32(octets + 48) + 1) << shift;
	if (entry > len || len - entry < 128)
		return NULL;
	return memchr(classes, octets[entry + 80], 3) != NULL &&
	    has_at(octets, len, entry + 81, rest, sizeof(rest) - 1) ?
	    "application/x-msi" : NULL;
}

/* --- archives that little says to be some ---------------------------------------- */

/* cpio's binary header: 13 words of 16 bits of either order, then the name with
 * its NUL. */
static gboolean
is_cpio(const guint8 *octets, gsize len)
{
	gboolean is_big = octets[0] == 0x71;
	guint words[13];

	if (len <= 2 * G_N_ELEMENTS(words))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		words[i] = is_big ? (guint)octets[2 * i] << 8 |
		    octets[2 * i + 1] : le16(octets + 2 * i);
	/* The name's length; kinds of files that there are. */
	if (words[10] < 2 || words[10] > len - 26 ||
	    memchr("\0\1\2\4\6\10\12\14", (int)(words[3] >> 12), 8) ==
	    NULL)
		return FALSE;
	return memchr(octets + 26, '\0', words[10]) ==
	    octets + 26 + words[10] - 1;
}

/* compress: codes of 9 bits first, none of which can refer to what has not been
 * made yet. */
static gboolean
is_compress(const guint8 *octets, gsize len)
{
	guint bits = 0, n = 0, code = 0;

	if (len < 3 || (octets[2] & 0x60) != 0 || (octets[2] & 0x1f) < 9 ||
	    (octets[2] & 0x1f) > 16)
		return FALSE;
	for (gsize i = 3; i < len && n < 32; i++) {
		code |= (guint)octets[i] << bits;
		bits += 8;
		if (bits < 9)
			continue;
		if ((code & 0x1ff) > (n == 0 ? 255 : 256 + n))
			return FALSE;
		n++;
		code >>= 9;
		bits -= 9;
	}
	return TRUE;
}

/* ARC: a method, a name of at most 12 octets, how many octets follow. */
static gboolean
is_arc(const guint8 *octets, gsize len)
{
	const guint8 *end;

	if (len < 29 || octets[1] == 0 || octets[1] > 11 ||
	    le32(octets + 15) > len)
		return FALSE;
	end = memchr(octets + 2, '\0', 13);
	if (end == NULL || end == octets + 2)
		return FALSE;
	for (const guint8 *at = octets + 2; at < end; at++)
		if (*at < ' ')
			return FALSE;
	return TRUE;
}

/*
 * tar says so in its header, or holds the sum of the header's octets, in octal
 * and with blanks for the sum itself. Old programs added signed octets.
 */
static gboolean
is_tar(const guint8 *octets, gsize len)
{
	char written[TAR_SUM_OCTETS + 1] = "";
	gint64 sum = 0, signed_sum = 0, said;
	char *end;

	if (has_at(octets, len, 257, "ustar\0", 6) ||
	    has_at(octets, len, 257, "ustar  \0", 8))
		return TRUE;
	if (len < SECTOR)
		return FALSE;
	memcpy(written, octets + TAR_SUM, TAR_SUM_OCTETS);
	said = g_ascii_strtoll(written, &end, 8);
	/* No number is no sum: that of signed octets is often 0. */
	if (said <= 0 || (*end != ' ' && *end != '\0'))
		return FALSE;
	for (gsize i = 0; i < SECTOR; i++) {
		guint8 octet = i - TAR_SUM < TAR_SUM_OCTETS ? ' ' : octets[i];

		sum += octet;
		signed_sum += (gint8)octet;
	}
	return said == sum || said == signed_sum;
}

static const char *
type_of_archive(const guint8 *octets, gsize len)
{
	if (is_tar(octets, len))
		return "application/x-tar";
	if (has_at(octets, len, 0, "07070", 5) ||
	    ((has_at(octets, len, 0, "\xc7\x71", 2) ||
	    has_at(octets, len, 0, "\x71\xc7", 2)) && is_cpio(octets, len)))
		return "application/x-cpio";
	/* RFC 1952, 2.3: deflate, and no flag that there is not. */
	if (has_at(octets, len, 0, "\x1f\x8b\x08", 3) && len > 3 &&
	    (octets[3] & 0xe0) == 0)
		return "application/gzip";
	if (has_at(octets, len, 0, "\x1f\x9d", 2) && is_compress(octets, len))
		return "application/x-compress";
	if (has_at(octets, len, 0, "\x1a", 1) && is_arc(octets, len))
		return "application/x-arc";
	return NULL;
}

/* --- disk images --------------------------------------------------------------- */

static const char *
type_of_volume(const guint8 *octets, gsize len)
{
	/* Raw sectors of 2352 octets have 16 or 24 before their data. */
	static const gsize lead[] = { 0, 16, 24 };
	gsize sector;

	for (gsize i = 0; i < G_N_ELEMENTS(lead); i++) {
		sector = lead[i] == 0 ? VOLUME_SECTOR : 2352;
		for (gsize n = 16; n < 20; n++) {
			gsize offset = n * sector + lead[i] + 1;

			if (has_at(octets, len, offset, "CD001", 5) ||
			    has_at(octets, len, offset, "BEA01", 5) ||
			    has_at(octets, len, offset, "NSR0", 4))
				return "application/x-iso9660-image";
		}
	}
	return NULL;
}

static gboolean
is_power_of_2(guint value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* A file system as Windows mounts it, or a disk with a partition table. */
static const char *
type_of_disk(const guint8 *octets, gsize len)
{
	guint n = 0;

	if (len < 2 * SECTOR || !has_at(octets, len, 510, "\x55\xaa", 2))
		return NULL;
	if (octets[0] == 0xeb || octets[0] == 0xe9) {
		if (has_at(octets, len, 3, "NTFS    ", 8) ||
		    has_at(octets, len, 3, "EXFAT   ", 8))
			return "application/x-raw-disk-image";
		/* The parameters of a FAT volume. */
		if (le16(octets + 11) >= SECTOR &&
		    is_power_of_2(le16(octets + 11)) &&
		    is_power_of_2(octets[13]) && octets[16] >= 1 &&
		    octets[16] <= 2 && (octets[21] == 0xf0 || octets[21] >= 0xf8))
			return "application/x-raw-disk-image";
	}
	for (gsize entry = 446; entry < 510; entry += 16) {
		if (octets[entry] != 0 && octets[entry] != 0x80)
			return NULL;
		/* Of a type, with a beginning and a length. */
		n += octets[entry + 4] != 0 && le32(octets + entry + 8) != 0 &&
		    le32(octets + entry + 12) != 0;
	}
	return n > 0 ? "application/x-raw-disk-image" : NULL;
}

/* --- what libmagic guesses --------------------------------------------------- */

/*
 * libmagic gives these types for very little: where the recognisers above have
 * not found the thing itself, they are only guesses.
 */
static const struct {
	const char *type;
	const char *guess;
} guesses[] = {
	/* "MZ", or octets that a .com may begin with */
	{ "application/x-dosexec", "application/x-guessed-program" },
	{ "application/x-ms-ne-executable", "application/x-guessed-program" },
	/* an octet of 0x80: an object file of DOS */
	{ "application/x-object", "application/x-guessed-program" },
	/* "ER" */
	{ "application/x-apple-diskimage",
	    "application/x-guessed-disk-image" },
	{ "application/x-virtualbox-vhd", "application/x-guessed-disk-image" },
	{ "application/x-iso9660-image", "application/x-guessed-disk-image" },
	{ "application/x-cpio", FILE_TYPE_GUESSED_ARCHIVE },
	{ "application/gzip", FILE_TYPE_GUESSED_ARCHIVE },
	{ "application/x-gzip", FILE_TYPE_GUESSED_ARCHIVE },
	{ "application/x-compress", FILE_TYPE_GUESSED_ARCHIVE },
	{ "application/x-arc", FILE_TYPE_GUESSED_ARCHIVE },
	/* octal numbers where a header has some: a list of holes, say */
	{ "application/x-tar", FILE_TYPE_GUESSED_ARCHIVE },
	/* "DZ" */
	{ "application/x-dzip", FILE_TYPE_GUESSED_ARCHIVE },
	/* "[version]" or "[strings]": any settings may begin so */
	{ "application/x-setupscript", "text/plain" },
};

static const char *
name_guess(const guint8 *octets, gsize len, const char *detected_type)
{
	if (has_at(octets, len, 0, "\x7f" "ELF", 4))
		return detected_type;
	for (gsize i = 0; i < G_N_ELEMENTS(guesses); i++)
		if (strcmp(guesses[i].type, detected_type) == 0)
			return guesses[i].guess;
	return detected_type;
}

/* The first line of a script for Unix, whose interpreter libmagic does not know. */
static const char *
type_of_interpreter(const guint8 *octets, gsize len)
{
	gsize i = 2;

	if (!has_at(octets, len, 0, "#!", 2))
		return NULL;
	while (i < len && (octets[i] == ' ' || octets[i] == '\t'))
		i++;
	return i < len && octets[i] == '/' ? "text/x-script" : NULL;
}

const char *
file_type_refine(const void *octets, gsize len, const char *detected_type)
{
	static const char *(*const recognisers[])(const guint8 *, gsize) = {
		type_of_marks, type_of_location, type_of_exe,
		type_of_cafebabe, type_of_bytecode, type_of_installer,
		type_of_volume, type_of_disk,
		type_of_archive,
	};
	const char *type = NULL;

	if (len == 0)
		return detected_type;
	for (gsize i = 0; type == NULL && i < G_N_ELEMENTS(recognisers); i++)
		type = recognisers[i](octets, len);
	if (type == NULL)
		type = script_type(octets, len, detected_type);
	if (type == NULL && (strcmp(detected_type, "text/plain") == 0 ||
	    strcmp(detected_type, "application/octet-stream") == 0))
		type = type_of_interpreter(octets, len);
	return type != NULL ? type : name_guess(octets, len, detected_type);
}
