/*
 * tests/openers.c - which messages GMime or libclamav's mail parser open.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Prints the name of each file named on standard input in which either finds
 * EICAR. Usage: openers STARTER.ndb <LIST
 */
#include "config.h"

#include <clamav.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

/* In two halves, so that this program is not a test virus. */
static const char needle_head[] = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR";
static const char needle_tail[] = "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

static void
find_in_leaf(GMimeObject *parent, GMimeObject *object, gpointer data)
{
	g_autofree char *needle = g_strconcat(needle_head, needle_tail, NULL);
	gboolean *is_found = data;
	GMimeDataWrapper *content;
	GMimeStream *stream;
	GByteArray *octets;

	(void)parent;
	content = GMIME_IS_PART(object) ?
	    g_mime_part_get_content(GMIME_PART(object)) : NULL;
	if (content == NULL)
		return;
	stream = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(content, stream);
	octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	if (octets->len > 0 &&
	    memmem(octets->data, octets->len, needle, strlen(needle)) != NULL)
		*is_found = TRUE;
	g_object_unref(stream);
}

static gboolean
gmime_opens(const char *text, gsize len)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	gboolean is_found = FALSE;

	if (message != NULL) {
		g_mime_message_foreach(message, find_in_leaf, &is_found);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(stream);
	return is_found;
}

static gboolean
clamav_opens(struct cl_engine *engine, const char *text, gsize len)
{
	struct cl_scan_options options = { .parse = ~0u };
	const char *signature = NULL;
	unsigned long scanned = 0;
	cl_fmap_t *map = len > 0 ? cl_fmap_open_memory(text, len) : NULL;
	gboolean is_found;

	if (map == NULL)
		return FALSE;
	is_found = cl_scanmap_callback(map, NULL, &signature, &scanned, engine,
	    &options, NULL) == CL_VIRUS;
	cl_fmap_close(map);
	return is_found;
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
	struct cl_engine *engine;
	unsigned int signatures = 0;
	char line[4096];

	if (argc != 2)
		return 64;
	g_mime_init();
	cl_set_clcb_msg(discard_message);
	cl_init(CL_INIT_DEFAULT);
	engine = cl_engine_new();
	if (cl_load(argv[1], engine, &signatures, CL_DB_STDOPT) != CL_SUCCESS ||
	    cl_engine_compile(engine) != CL_SUCCESS)
		return 70;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		g_autofree char *text = NULL;
		gsize len;

		line[strcspn(line, "\n")] = '\0';
		if (g_file_get_contents(line, &text, &len, NULL) &&
		    (gmime_opens(text, len) || clamav_opens(engine, text, len)))
			puts(line);
	}
	cl_engine_free(engine);
	return 0;
}
