/*
 * tests/bench/floor.c - the least that any filter of this kind must do.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads each file whose name is on standard input, parses it with GMime,
 * decodes every leaf, those of attached messages too, asks libmagic about the
 * first 64 KiB and libclamav (with the options and the starter database that
 * mailweir uses) about all of it, up to MAX_PARTS leaves; one thread, no
 * callbacks, no record. What mailweir does beyond this is what it costs.
 * Usage: floor STARTER.ndb <LIST
 */
#include "config.h"

#include <clamav.h>
#include <glib/gstdio.h>
#include <gmime/gmime.h>
#include <magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_OCTETS (64u << 10)
/* mailweir's max-parts: more is refused. */
#define MAX_PARTS 1000u

struct floor {
	struct cl_engine *engine;
	magic_t magic;
	guint64 matches;
	guint64 types;
	guint parts;            /* of this message */
};

static void
scan_leaf(GMimeObject *parent, GMimeObject *object, gpointer data)
{
	struct floor *floor = data;
	struct cl_scan_options options = {
		.general = CL_SCAN_GENERAL_ALLMATCHES |
		    CL_SCAN_GENERAL_HEURISTICS,
		.parse = ~0u,
		.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX |
		    CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE |
		    CL_SCAN_HEURISTIC_ENCRYPTED_DOC,
	};
	GMimeDataWrapper *content;
	GMimeStream *stream;
	GByteArray *octets;
	const char *signature = NULL;
	unsigned long scanned = 0;
	cl_fmap_t *map;

	(void)parent;
	if (GMIME_IS_MESSAGE_PART(object) &&
	    g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)) != NULL)
		g_mime_message_foreach(g_mime_message_part_get_message(
		    GMIME_MESSAGE_PART(object)), scan_leaf, data);
	if (!GMIME_IS_PART(object) || floor->parts++ >= MAX_PARTS)
		return;
	content = g_mime_part_get_content(GMIME_PART(object));
	if (content == NULL)
		return;
	stream = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(content, stream);
	octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	floor->types += magic_buffer(floor->magic, octets->data,
	    MIN(octets->len, WINDOW_OCTETS)) != NULL;
	if (octets->len > 0) {
		map = cl_fmap_open_memory(octets->data, octets->len);
		floor->matches += cl_scanmap_callback(map, NULL, &signature,
		    &scanned, floor->engine, &options, NULL) == CL_VIRUS;
		cl_fmap_close(map);
	}
	g_object_unref(stream);
}

static void
scan_file(struct floor *floor, const char *file)
{
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;
	char *text;
	gsize len, blank;

	if (!g_file_get_contents(file, &text, &len, NULL))
		return;
	/* GMime would find no header section behind blank lines. */
	blank = strspn(text, " \t\r\n");
	stream = g_mime_stream_mem_new_with_buffer(text + blank, len - blank);
	g_free(text);
	parser = g_mime_parser_new_with_stream(stream);
	message = g_mime_parser_construct_message(parser, NULL);
	if (message != NULL) {
		floor->parts = 0;
		g_mime_message_foreach(message, scan_leaf, floor);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

static void
discard_message(enum cl_msg severity, const char *full, const char *text,
    void *context)
{
	(void)severity;
	(void)full;
	(void)text;
	(void)context;
}

int
main(int argc, char **argv)
{
	struct floor floor = { 0 };
	unsigned int signatures = 0;
	char line[4096];
	guint files = 0;

	if (argc != 2) {
		fputs("usage: floor STARTER.ndb <LIST\n", stderr);
		return 64;
	}
	g_mime_init();
	cl_set_clcb_msg(discard_message);
	cl_init(CL_INIT_DEFAULT);
	floor.engine = cl_engine_new();
	cl_engine_set_num(floor.engine, CL_ENGINE_DISABLE_CACHE, 1);
	if (cl_load(argv[1], floor.engine, &signatures, CL_DB_STDOPT) !=
	    CL_SUCCESS || cl_engine_compile(floor.engine) != CL_SUCCESS)
		return 70;
	floor.magic = magic_open(MAGIC_MIME_TYPE);
	magic_load(floor.magic, NULL);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		scan_file(&floor, line);
		files++;
	}
	printf("%u files, %" G_GUINT64_FORMAT " types, %" G_GUINT64_FORMAT
	    " matches\n", files, floor.types, floor.matches);
	return 0;
}
