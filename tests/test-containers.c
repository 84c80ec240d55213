/*
 * tests/test-containers.c - the readers of containers, on whole and cut files.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <magic.h>
#include <string.h>

#include "scanner/archive.h"
#include "scanner/container.h"
#include "scanner/mac_file.h"
#include "scanner/outlook_message.h"
#include "scanner/tnef.h"
#include "scanner/zip_survey.h"
#include "signatures/file_type.h"
#include "signatures/magic_type.h"
#include "signatures/types.h"

static Opened
open_formats(Span octets, Unpacking *unpacking)
{
	return archive_open(octets, ARCHIVE_FORMATS, NULL, unpacking);
}

static Opened
open_entries(Span octets, Unpacking *unpacking)
{
	return archive_open(octets, ARCHIVE_ZIP_ENTRIES, NULL, unpacking);
}

static const struct reader_case {
	const char *name;       /* of the promise: how the reader is named */
	const char *sample;     /* below fixtures/ */
	Opened (*open)(Span octets, Unpacking *unpacking);
	const char *want;       /* "names:octets", of every member */
} readers[] = {
	{ "tnef", "sample.tnef", tnef_open,
	    "PHOTO~1.TXT photo of us.txt:22 PHOTO~1.TXT photo of us.txt:22 " },
	{ "outlook", "sample.msg", outlook_message_open,
	    "PHOTO~1.TXT photo of us.txt:22 PHOTO~1.TXT photo of us.txt:22 " },
	{ "applesingle", "sample.applesingle", mac_file_open,
	    "a.txt:22 a.txt:9 " },
	{ "macbinary", "sample.macbinary", mac_file_open, "a.txt:22 " },
	{ "rar5", "sample.rar", open_formats,
	    "folder/note.txt:22 folder/note.vbs:22 " },
	{ "zip-by-entries", "sample.zip", open_entries,
	    "a.txt:22 run.vbs:14 " },
};

static GBytes *
sample(const char *name)
{
	g_autofree char *path = g_build_filename(g_getenv("G_TEST_SRCDIR"),
	    "fixtures", name, NULL);
	g_autoptr(GError) error = NULL;
	char *contents;
	gsize len;

	g_file_get_contents(path, &contents, &len, &error);
	g_assert_no_error(error);
	return g_bytes_new_take(contents, len);
}

/* Notes the member, and reads each of its octets. */
static gboolean
on_member(Unpacking *unpacking, const Member *member)
{
	GString *seen = unpacking->data;
	guint sum = 0;

	for (guint i = 0; i < MEMBER_MAX_NAMES && member->names[i] != NULL; i++)
		g_string_append_printf(seen, "%s%s", i > 0 ? " " : "",
		    member->names[i]);
	for (gsize i = 0; i < member->octets.len; i++)
		sum += member->octets.octets[i];
	g_assert_cmpuint(sum, <, G_MAXUINT);
	g_string_append_printf(seen, ":%" G_GSIZE_FORMAT " ",
	    member->octets.len);
	return TRUE;
}

static Opened
read_octets(const struct reader_case *tc, Span octets, GString *seen)
{
	Unpacking unpacking = { .max_octets = 1u << 20, .room = 1u << 20,
		.deadline = G_MAXINT64, .on_member = on_member,
		.data = seen };

	return tc->open(octets, &unpacking);
}

static void
test_whole(gconstpointer data)
{
	const struct reader_case *tc = data;
	g_autoptr(GBytes) bytes = sample(tc->sample);
	g_autoptr(GString) seen = g_string_new(NULL);
	Span octets;

	octets = span_of_bytes(bytes);
	g_assert_cmpint(read_octets(tc, octets, seen), ==, OPENED_WHOLE);
	g_assert_cmpstr(seen->str, ==, tc->want);
}

/* In a block of its own, so that a sanitizer sees every step too far. */
static void
test_cut(gconstpointer data)
{
	const struct reader_case *tc = data;
	g_autoptr(GBytes) bytes = sample(tc->sample);
	gsize len = g_bytes_get_size(bytes);

	for (gsize cut = 0; cut < len; cut++) {
		g_autofree guint8 *copy = g_memdup2(
		    g_bytes_get_data(bytes, NULL), cut);
		g_autoptr(GString) seen = g_string_new(NULL);
		Span octets = { copy, cut };
		g_autoptr(ZipSurvey) survey = zip_survey_new(octets);

		read_octets(tc, octets, seen);
		g_assert_cmpuint(strlen(seen->str), <=, strlen(tc->want) + 9);
	}
}

/* Every octet in turn becomes 0, 0xff, and one more than it was. */
static void
test_damage(gconstpointer data)
{
	const struct reader_case *tc = data;
	g_autoptr(GBytes) bytes = sample(tc->sample);
	gsize len;
	const guint8 *whole = g_bytes_get_data(bytes, &len);

	for (gsize i = 0; i < len; i++) {
		const guint8 values[] = { 0, 0xff, (guint8)(whole[i] + 1) };
		g_autofree guint8 *copy = g_memdup2(whole, len);

		for (gsize v = 0; v < G_N_ELEMENTS(values); v++) {
			g_autoptr(GString) seen = g_string_new(NULL);
			g_autoptr(ZipSurvey) survey = NULL;

			copy[i] = values[v];
			read_octets(tc, (Span){ copy, len }, seen);
			survey = zip_survey_new((Span){ copy, len });
		}
	}
}

/* A member may have as many octets as there is room for, and not one more. */
static void
test_room(gconstpointer data)
{
	const struct reader_case *tc = data;
	g_autoptr(GBytes) bytes = sample(tc->sample);
	Span octets;

	octets = span_of_bytes(bytes);
	for (guint64 room = 21; room <= 23; room++) {
		g_autoptr(GString) seen = g_string_new(NULL);
		Unpacking unpacking = { .max_octets = room, .room = 1u << 20,
			.deadline = G_MAXINT64, .on_member = on_member,
			.data = seen };

		tc->open(octets, &unpacking);
		if (tc->open == open_formats || tc->open == open_entries)
			g_assert_cmpint(strstr(seen->str, ":22 ") != NULL, ==,
			    room >= 22);
	}
}

static void
test_survey(void)
{
	g_autoptr(GBytes) bytes = sample("sample.zip");
	g_autoptr(ZipSurvey) survey = NULL;
	g_autofree char *words = NULL;
	Span octets;

	octets = span_of_bytes(bytes);
	survey = zip_survey_new(octets);
	g_assert_nonnull(survey);
	words = zip_survey_describe(survey);
	g_assert_cmpstr(words, ==, "a member that is not listed");
	g_assert_cmpuint(survey->unlisted->len, ==, 1);
	g_assert_cmpuint(g_array_index(survey->unlisted, gsize, 0), ==,
	    30 + 5 + 22);
	g_assert_true(zip_survey_needs_reader(survey));
	g_assert_null(zip_survey_new((Span){ (const guint8 *)"PK", 2 }));
}

/* libmagic knows some types by two octets: what is behind them must fit, or an
 * encrypted stream among thousands would be one of them. */
static void
test_random(void)
{
	static const char beginnings[][2] = { { '\xc7', '\x71' },
		{ '\x71', '\xc7' }, { '\x1f', '\x8b' }, { '\x1f', '\x9d' },
		{ '\x1a', '\x02' }, { '\x1a', '\x08' }, { 'D', 'Z' },
		{ 'M', 'Z' }, { '\x80', '\x58' }, { '\x60', '\xea' },
		{ 'B', 'Z' }, { 'P', 'K' }, { 'E', 'R' }, { '\x5d', '\0' } };
	g_autoptr(GError) error = NULL;
	g_autoptr(MagicType) magic = magic_type_new(&error);
	g_autoptr(Types) types = types_load(NULL, &error);
	g_autoptr(GRand) random = g_rand_new_with_seed(1);
	guint8 octets[600];

	g_assert_no_error(error);
	for (guint n = 0; n < 50 * G_N_ELEMENTS(beginnings); n++) {
		const char *type, *rule, *reason;
		const ContainerKind *kind;

		for (gsize i = 0; i < sizeof(octets); i++)
			octets[i] = (guint8)g_rand_int(random);
		memcpy(octets, beginnings[n % G_N_ELEMENTS(beginnings)], 2);
		type = magic_type_detect(magic, octets, sizeof(octets),
		    &error);
		g_assert_no_error(error);
		type = file_type_refine(octets, sizeof(octets), type);
		kind = container_kind(type, (Span){ octets, sizeof(octets) });
		g_test_message("%02x%02x: %s", octets[0], octets[1], type);
		g_assert_true(kind == NULL || !kind->is_archive);
		g_assert_cmpint(types_judge(types, type, "bin", FALSE, &rule,
		    &reason), <=, TYPE_NOTE);
	}
}

/* Archives that begin with two octets, each cut at every place: shorter than
 * min they are none that makes sense. */
#define ROW(octets) octets, sizeof(octets) - 1
static const struct short_case {
	const char *name;
	const char *octets;
	gsize len;
	const char *type;
	gsize min;
} short_cases[] = {
	{ "cpio-little-endian", ROW("\xc7\x71\0\0\1\0\xa4\x81\0\0\0\0\1\0"
	    "\0\0\0\0\0\0\6\0\0\0\5\0a.txt\0hello"), "application/x-cpio",
	    32 },
	{ "cpio-big-endian", ROW("\x71\xc7\0\0\0\1\x81\xa4\0\0\0\0\0\1"
	    "\0\0\0\0\0\0\0\6\0\0\0\5a.txt\0hello"), "application/x-cpio",
	    32 },
	{ "gzip", ROW("\x1f\x8b\x08\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0"),
	    "application/gzip", 4 },
	/* "hello" in codes of 9 bits */
	{ "compress", ROW("\x1f\x9d\x90\x68\xca\xb0\x61\xf3\6"),
	    "application/x-compress", 3 },
	/* stored: name, size, date, time, checksum, length; the end */
	{ "arc", ROW("\x1a\2a.txt\0\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\0\0"
	    "\5\0\0\0hello\x1a\0"), "application/x-arc", 29 },
};

static void
test_short(gconstpointer data)
{
	const struct short_case *tc = data;

	for (gsize len = 1; len <= tc->len; len++) {
		/* An allocation of its own: reading past it is seen. */
		g_autofree guint8 *copy = g_memdup2(tc->octets, len);

		g_assert_cmpstr(file_type_refine(copy, len, tc->type), ==,
		    len < tc->min ? "application/x-guessed-archive" :
		    tc->type);
	}
}

/* A tar of old, without a mark: only the sum of its header tells it from octal
 * numbers in their columns. */
static const struct tar_case {
	const char *name;
	const char *member;
	gsize len;              /* of the header */
	gint added;             /* to the sum */
	gboolean is_tar;
} tar_cases[] = {
	{ "sum", "a.txt", 512, 0, TRUE },
	{ "sum-minus-1", "a.txt", 512, -1, FALSE },
	{ "sum-plus-1", "a.txt", 512, 1, FALSE },
	{ "an-octet-less", "a.txt", 511, 0, FALSE },
	{ "unsigned-octets", "\xc4.txt", 512, 0, TRUE },
	{ "signed-octets", "\xc4.txt", 512, -256, TRUE },
	/* Twice -128 and the blanks. */
	{ "no-sum", "\x80\x80", 512, -512, FALSE },
};

static void
test_tar(gconstpointer data)
{
	const struct tar_case *tc = data;
	g_autofree guint8 *header = g_malloc0(tc->len);
	gint sum = tc->added;

	memcpy(header, tc->member, strlen(tc->member));
	memset(header + 148, ' ', 8);
	for (gsize i = 0; i < tc->len; i++)
		sum += header[i];
	g_snprintf((char *)header + 148, 7, "%06o", (guint)sum);
	g_assert_cmpstr(file_type_refine(header, tc->len, "application/x-tar"),
	    ==, tc->is_tar ? "application/x-tar" :
	    "application/x-guessed-archive");
}

/* What we say without libmagic, it says too, wherever the octets are cut; and of
 * the others only itself. */
static const char *const unasked[] = {
	"<?xml version=\"1.0\"?><Relationships xmlns=\"a\"/>",
	"<?xml version=\"1.0\"?>\r\n<Types xmlns=\"a\"/>",
	"<?xml version='1.0' standalone='yes'?><w:document xmlns:w=\"a\"/>",
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<p:sld xmlns:p=\"a\"/>",
	"<?xml version=\"1.0\"?><worksheet xmlns=\"a\"><svg></worksheet>",
	"<?xml version=\"1.0\"?><office:document-content xmlns=\"a\"/>",
	"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
	"<?xml version=\"1.0\"?><rss version=\"2.0\"/>",
	"<?xml version=\"1.0\"?><!DOCTYPE html><html/>",
	"<?xml version=\"1.0\"?>"
	    "<kml xmlns=\"http://www.opengis.net/kml/2.2\"/>",
	"<?xml version=\"1.0\"?><dgm:colorsDef><html></dgm:colorsDef>",
	"<?xml version=\"1.0\"?><svg:svg xmlns:svg=\"a\"/>",
	"<?xml version=\"1.0\"?><gmr:Workbook xmlns:gmr=\"a\"/>",
	"<?xml version=\"1.0\"?><a1_b:c xmlns:a1_b=\"a\"/>",
	"<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5\"?>\n"
	    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
	    "</x:xmpmeta>\n<?xpacket end=\"w\"?>",
	"<?xpacket begin=\"\" id=\"W5\"?>\n<x:xmpmeta><html></x:xmpmeta>",
	"<?xpacket begin=\"\" id=\"W5\"?>\n<HEAD>",
	"<?xpacket begin=\"\"?><x:a/><?php echo 1 ?>",
	"<?xpacket begin=\"\"?><x:a/></html><script>",
	"application/vnd.oasis.opendocument.text-master",
	"someone@example.com",
	"1.0_a/b",
	"SMTP",
	"a b@c",
	".TH",
	"application/vnd.oasis.opendocument.text\n",
	"<html xmlns:o=\"a\"><?xml:namespace ns=\"a\"/><p>\xd6\xd0</html>",
	"<HTML>\n<?php echo 1 ?>#!/bin/sh",
	"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"><svg>",
	"<htmlx>",
	"\x01\xff\xfe",
	"Reporting-MTA: dns; mx.example\n\n"
	    "Final-Recipient: rfc822; a@b.example\n",
	"Final-Recipient: rfc822; a@b.example\nAction: failed\n<html>",
	"Final-Recipient: rfc822; a@b.example\n"
	    "Diagnostic-Code: smtp; 550 <c@b.example> unknown\n",
};

static void
test_unasked(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(MagicType) magic = magic_type_new(&error);
	magic_t cookie = magic_open(MAGIC_MIME_TYPE);

	g_assert_no_error(error);
	g_assert_cmpint(magic_load(cookie, NULL), ==, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(unasked); i++)
		for (gsize len = strlen(unasked[i]); len > 0; len--)
			g_assert_cmpstr(magic_type_detect(magic,
			    unasked[i], len, NULL), ==,
			    magic_buffer(cookie, unasked[i], len));
	g_assert_cmpstr(magic_type_detect(magic, NULL, 0, NULL), ==,
	    "application/x-empty");
	magic_close(cookie);
}

/* libmagic takes streams of OLE2 files for databases; a tar file whose first
 * member is called so stays one. */
static void
test_ole_stream(void)
{
	static const char beginnings[][5] = { "\xfe\xff\0", "\1\0\xfe\xff",
		"\1\0\0\2" };
	g_autoptr(GError) error = NULL;
	g_autoptr(MagicType) magic = magic_type_new(&error);

	g_assert_no_error(error);
	for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++) {
		char octets[512] = { 0 };
		guint sum = 0;

		memcpy(octets, beginnings[i], 4);
		memcpy(octets + 257, "ustar\0" "00", 8);
		memset(octets + 148, ' ', 8);
		for (gsize j = 0; j < sizeof(octets); j++)
			sum += (guint8)octets[j];
		g_snprintf(octets + 148, 8, "%06o", sum);
		g_assert_cmpstr(magic_type_detect(magic, octets, 511, NULL),
		    ==, "application/octet-stream");
		g_assert_cmpstr(magic_type_detect(magic, octets, 512, NULL),
		    ==, "application/x-tar");
	}
}

/* The texts of UTF-16 that are not looked at are what libmagic calls data. */
static void
test_utf16(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(MagicType) magic = magic_type_new(&error);
	magic_t cookie = magic_open(MAGIC_MIME_TYPE);
	char octets[520] = { 0 };

	g_assert_no_error(error);
	g_assert_cmpint(magic_load(cookie, NULL), ==, 0);
	for (gsize i = 0; i < sizeof(octets); i += 2)
		octets[i] = "<html>@echo off\r\nPerson"[i / 2 % 23];
	for (gsize len = 1; len <= sizeof(octets); len++)
		g_assert_cmpstr(magic_type_detect(magic, octets, len, NULL),
		    ==, magic_buffer(cookie, octets, len));
	octets[0] = '\xff';
	octets[1] = '\xfe';
	g_assert_cmpstr(magic_type_detect(magic, octets, 64, NULL), ==,
	    magic_buffer(cookie, octets, 64));
	magic_close(cookie);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
		const struct reader_case *tc = &readers[i];
		g_autofree char *whole = g_strconcat("/containers/whole/",
		    tc->name, NULL);
		g_autofree char *cut = g_strconcat("/containers/cut/",
		    tc->name, NULL);
		g_autofree char *damage = g_strconcat("/containers/damage/",
		    tc->name, NULL);
		g_autofree char *room = g_strconcat("/containers/room/",
		    tc->name, NULL);

		g_test_add_data_func(whole, tc, test_whole);
		g_test_add_data_func(cut, tc, test_cut);
		g_test_add_data_func(damage, tc, test_damage);
		g_test_add_data_func(room, tc, test_room);
	}
	g_test_add_func("/containers/survey", test_survey);
	g_test_add_func("/containers/random-octets", test_random);
	g_test_add_func("/containers/unasked", test_unasked);
	g_test_add_func("/containers/ole-stream", test_ole_stream);
	g_test_add_func("/containers/utf16", test_utf16);
	for (gsize i = 0; i < G_N_ELEMENTS(tar_cases); i++) {
		g_autofree char *path = g_strconcat("/containers/tar/",
		    tar_cases[i].name, NULL);

		g_test_add_data_func(path, &tar_cases[i], test_tar);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(short_cases); i++) {
		g_autofree char *path = g_strconcat("/containers/short/",
		    short_cases[i].name, NULL);

		g_test_add_data_func(path, &short_cases[i], test_short);
	}
	return g_test_run();
}
