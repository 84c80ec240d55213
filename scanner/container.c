/*
 * scanner/container.c - which detected types are containers, and who opens them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/archive.h"
#include "scanner/cms.h"
#include "scanner/coded_file.h"
#include "scanner/container.h"
#include "scanner/mac_file.h"
#include "scanner/octet_search.h"
#include "scanner/outlook_message.h"

/* clang-format off */
static const ContainerKind kinds[] = {
	{ "application/zip",                    "ZIP",          READER_ZIP, TRUE, FALSE },
	{ "application/x-rar",                  "RAR",          READER_ARCHIVE, TRUE, FALSE },
	{ "application/vnd.rar",                "RAR",          READER_ARCHIVE, TRUE, FALSE },
	{ "application/x-7z-compressed",        "7z",           READER_ARCHIVE, TRUE, FALSE },
	{ "application/x-tar",                  "tar",          READER_ARCHIVE, TRUE, TRUE },
	{ "application/x-gtar",                 "tar",          READER_ARCHIVE, TRUE, TRUE },
	{ "application/x-cpio",                 "cpio",         READER_ARCHIVE, TRUE, FALSE },
	{ "application/x-archive",              "ar",           READER_ARCHIVE, TRUE, FALSE },
	{ "application/vnd.ms-cab-compressed",  "CAB",          READER_ARCHIVE, TRUE, FALSE },
	{ "application/x-lzh-compressed",       "LHA",          READER_ARCHIVE, TRUE, FALSE },
	{ "application/x-lha",                  "LHA",          READER_ARCHIVE, TRUE, FALSE },
	{ "application/x-xar",                  "xar",          READER_ARCHIVE, TRUE, FALSE },
	{ "application/warc",                   "WARC",         READER_ARCHIVE, FALSE, FALSE },
	{ "application/x-iso9660-image",        "ISO 9660",     READER_ARCHIVE, TRUE, FALSE },
	{ "application/gzip",                   "gzip",         READER_FILTER, TRUE, TRUE },
	{ "application/x-gzip",                 "gzip",         READER_FILTER, TRUE, TRUE },
	{ "application/x-bzip2",                "bzip2",        READER_FILTER, TRUE, TRUE },
	{ "application/x-xz",                   "xz",           READER_FILTER, TRUE, TRUE },
	{ "application/x-lzma",                 "lzma",         READER_FILTER, TRUE, TRUE },
	{ "application/x-lzip",                 "lzip",         READER_FILTER, TRUE, TRUE },
	{ "application/x-compress",             "compress",     READER_FILTER, TRUE, TRUE },
	{ "application/zstd",                   "zstd",         READER_FILTER, TRUE, TRUE },
	{ "application/x-zstd",                 "zstd",         READER_FILTER, TRUE, TRUE },
	{ "application/x-lz4",                  "lz4",          READER_FILTER, TRUE, TRUE },
	{ "application/vnd.ms-tnef",            "TNEF",         READER_TNEF, FALSE, TRUE },
	{ "application/ms-tnef",                "TNEF",         READER_TNEF, FALSE, TRUE },
	/* libclamav opens these, or nobody does. */
	{ "application/x-arj",                  "ARJ",          READER_CLAMAV, TRUE, FALSE },
	{ "application/x-ace-compressed",       "ACE",          READER_NONE, TRUE, FALSE },
	{ "application/x-alz-compressed",       "ALZ",          READER_NONE, TRUE, FALSE },
	{ "application/x-egg-compressed",       "EGG",          READER_NONE, TRUE, FALSE },
	{ "application/x-stuffit",              "StuffIt",      READER_NONE, TRUE, FALSE },
	{ "application/x-stuffitx",             "StuffIt X",    READER_NONE, TRUE, FALSE },
	{ "application/x-zoo",                  "zoo",          READER_NONE, TRUE, FALSE },
	{ "application/x-arc",                  "ARC",          READER_NONE, TRUE, FALSE },
	{ "application/x-lzop",                 "lzop",         READER_NONE, TRUE, FALSE },
	{ "application/x-lrzip",                "lrzip",        READER_NONE, TRUE, FALSE },
	{ "application/x-rzip",                 "rzip",         READER_NONE, TRUE, FALSE },
	{ "application/x-bzip",                 "bzip",         READER_NONE, TRUE, FALSE },
	{ "application/x-bzip3",                "bzip3",        READER_NONE, TRUE, FALSE },
	{ "application/x-snappy-framed",        "snappy",       READER_NONE, TRUE, FALSE },
	{ "application/x-zpaq",                 "zpaq",         READER_NONE, TRUE, FALSE },
	{ "application/x-freearc",              "FreeArc",      READER_NONE, TRUE, FALSE },
	{ "application/x-ms-compress-szdd",     "SZDD",         READER_NONE, TRUE, FALSE },
	{ "application/x-ms-compress-kwaj",     "KWAJ",         READER_NONE, TRUE, FALSE },
	{ "application/x-ms-compress-sz",       "SZ",           READER_NONE, TRUE, FALSE },
	{ "application/x-compress-j",           "compress -j",  READER_NONE, TRUE, FALSE },
	{ "application/x-dzip",                 "DZip",         READER_NONE, TRUE, FALSE },
	{ "application/x-quantum",              "Quantum",      READER_NONE, TRUE, FALSE },
	{ "application/x-squashfs",             "squashfs",     READER_NONE, TRUE, FALSE },
};

/* Each is enough to be sure of: no text and no document begins so. */
static const struct {
	gsize offset;
	const char *octets;
	gsize len;
	const char *type;
} beginnings[] = {
	{ 0, "ALZ\1", 4, "application/x-alz-compressed" },
	{ 0, "EGGA", 4, "application/x-egg-compressed" },
	{ 7, "**ACE**", 7, "application/x-ace-compressed" },
	{ 0, "MSCF\0\0\0\0", 8, "application/vnd.ms-cab-compressed" },
	{ 0, "StuffIt!", 8, "application/x-stuffitx" },
	{ 0, "StuffIt?", 8, "application/x-stuffitx" },
	{ 0, "StuffIt (c)1997", 15, "application/x-stuffit" },
	{ 0, "\x89LZO\0\r\n\x1a\n", 9, "application/x-lzop" },
	{ 0, "RZIP\2", 5, "application/x-rzip" },
	{ 0, "BZ3v1", 5, "application/x-bzip3" },
	{ 0, "7kSt", 4, "application/x-zpaq" },
	{ 0, "zPQ\1", 4, "application/x-zpaq" },
	{ 0, "ArC\1", 4, "application/x-freearc" },
	{ 0, "7z\xbc\xaf\x27\x1c", 6, "application/x-7z-compressed" },
	{ 0, "Rar!\x1a\7", 6, "application/x-rar" },
	{ 0, "\x28\xb5\x2f\xfd", 4, "application/zstd" },
	{ 0, "\x04\x22\x4d\x18", 4, "application/x-lz4" },
	{ 0, "\x02\x21\x4c\x18", 4, "application/x-lz4" },
	{ 0, "LZIP", 4, "application/x-lzip" },
	{ 0, "hsqs", 4, "application/x-squashfs" },
};
/* clang-format on */

/* Types of documents and of unknown octets have several kinds in them. */
static const ContainerKind outlook_kind = { "application/vnd.ms-outlook",
	"Outlook message", READER_OUTLOOK, FALSE, TRUE };
static const ContainerKind mac_kind = { "application/applefile",
	"MacBinary or AppleSingle", READER_MAC, FALSE, TRUE };

static const ContainerKind zip_kind = { "application/zip", "ZIP",
	READER_ZIP, FALSE, FALSE };

static const ContainerKind found_kind = { "application/octet-stream",
	"RAR or 7z behind other octets", READER_ARCHIVE, FALSE, TRUE };

static const ContainerKind coded_kind = { "text/x-uuencode",
	"uuencode, yEnc, BinHex or iCalendar", READER_CODED, FALSE, TRUE };

static const ContainerKind cms_kind = { "application/pkcs7-mime", "CMS",
	READER_CMS, FALSE, TRUE };

const ContainerKind *
container_coded_kind(const char *detected_type, Span octets)
{
	if (cms_is_open(octets))
		return &cms_kind;
	return coded_file_is(detected_type, octets) ? &coded_kind : NULL;
}

Span
container_find_archive(Span octets)
{
	static const struct {
		const char *octets;
		gsize len;
	} marks[] = { { "Rar!\x1a\7\0", 7 }, { "Rar!\x1a\7\1\0", 8 },
		{ "7z\xbc\xaf\x27\x1c\0", 7 } };
	const guint8 *first = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
		const guint8 *at = memmem(octets.octets, octets.len,
		    marks[i].octets, marks[i].len);

		if (at != NULL && (first == NULL || at < first))
			first = at;
	}
	return first != NULL ? octets_behind(octets, first) :
	    (Span){ NULL, 0 };
}

const ContainerKind *
container_found_kind(void)
{
	return &found_kind;
}

const ContainerKind *
container_zip_kind(void)
{
	return &zip_kind;
}

const ContainerKind *
container_kind(const char *detected_type, Span octets)
{
	if (outlook_message_is(octets))
		return &outlook_kind;
	/* libmagic calls them after whatever lies inside. */
	if (octets.len > 0 && octets.octets[0] == 0 && mac_file_is(octets))
		return &mac_kind;
	for (gsize i = 0; detected_type != NULL && i < G_N_ELEMENTS(kinds);
	     i++)
		if (strcmp(kinds[i].type, detected_type) == 0)
			return &kinds[i];
	return NULL;
}

const char *
container_type_of(const void *octets, gsize len)
{
	for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (len >= beginnings[i].offset + beginnings[i].len &&
		    memcmp((const guint8 *)octets + beginnings[i].offset,
		        beginnings[i].octets, beginnings[i].len) == 0)
			return beginnings[i].type;
	return NULL;
}

/* --- who opens what -------------------------------------------------------- */

/* A RAR file with the member "a", of eight letters. */
static const guint8 rar_sample[] = {
	0x52, 0x61, 0x72, 0x21, 0x1a, 0x07, 0x00, 0xcf, 0x90, 0x73, 0x00, 0x00,
	0x0d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1b, 0x06, 0x74, 0x00,
	0x80, 0x21, 0x00, 0x08, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x02,
	0x46, 0x80, 0x84, 0xbf, 0x00, 0x60, 0xa4, 0x58, 0x14, 0x30, 0x01, 0x00,
	0x20, 0x00, 0x00, 0x00, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61,
	0x61, 0xc4, 0x3d, 0x7b, 0x00, 0x40, 0x07, 0x00,
};

static void
on_sample_name(const char *container_type, const char *name, guint64 size,
    gboolean is_encrypted, gpointer data)
{
	gboolean *is_opened = data;

	(void)container_type;
	(void)name;
	(void)size;
	(void)is_encrypted;
	*is_opened = TRUE;
}

static EngineVisit
on_sample_member(const EngineMember *member, gpointer data)
{
	(void)member;
	(void)data;
	return ENGINE_VISIT_SCAN;
}

static void
on_sample_match(const char *signature, gpointer data)
{
	(void)signature;
	(void)data;
}

/* Whether libclamav has its module for RAR, which is not free. */
static gboolean
engine_opens_rar(const Engine *engine)
{
	static const EngineVisitor visitor = { on_sample_name,
		on_sample_member, on_sample_match };
	gboolean is_opened = FALSE;
	const char *detail;

	engine_scan(engine, rar_sample, sizeof(rar_sample), ENGINE_WHOLE,
	    &visitor, &is_opened, &detail);
	return is_opened;
}

char *
container_report(const Engine *engine)
{
	g_autoptr(GString) report = g_string_new(NULL);
	g_autofree char *formats = archive_formats();
	const char *before = NULL;

	g_string_append_printf(report, "libclamav %s\tzip 7z tar cpio gzip "
	    "bzip2 xz cab lha arj iso9660 chm ole2%s\n",
	    engine_library_version(), engine_opens_rar(engine) ? " rar" : "");
	g_string_append_printf(report, "%s\t%s\n",
	    archive_library_version(), formats);
	g_string_append(report, "mailweir\ttnef outlook-msg macbinary "
	    "applesingle appledouble uuencode yenc binhex "
	    "icalendar\nnobody\t");
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (kinds[i].reader != READER_NONE)
			continue;
		g_string_append_printf(report, "%s%s", before != NULL ? ", " :
		    "", kinds[i].label);
		before = kinds[i].label;
	}
	g_string_append(report, "\n");
	return g_string_free(g_steal_pointer(&report), FALSE);
}
