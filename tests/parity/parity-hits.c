/*
 * tests/parity/parity-hits.c - which content rules hit which messages.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * parity-hits RULES FILE...: one line a message, "path TAB score TAB
 * milliseconds of CPU TAB hits" (separated by commas, sub-rules too), for
 * comparison with SpamAssassin's own hits by compare.py. Messages are read
 * with GMime alone.
 */
#include "config.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "scanner/content.h"
#include "scanner/content_eval.h"

typedef struct {
	GArray *parts;          /* of ContentPart */
	GPtrArray *owned;       /* GBytes and strings that parts borrow */
} Walk;

static char *
own(Walk *walk, char *text)
{
	g_ptr_array_add(walk->owned, g_bytes_new_take(text, 0));
	return text;
}

static void
read_content(Walk *walk, GMimePart *leaf, ContentPart *part)
{
	g_autoptr(GByteArray) octets = g_byte_array_new();
	GMimeStream *stream = g_mime_stream_mem_new();
	GMimeDataWrapper *content = g_mime_part_get_content(leaf);
	GByteArray *array;

	if (content != NULL)
		g_mime_data_wrapper_write_to_stream(content, stream);
	array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	part->len = array->len;
	part->octets = (const guint8 *)own(walk,
	    g_memdup2(array->len > 0 ? array->data : (guint8 *)"",
	    MAX(array->len, 1)));
	g_object_unref(stream);
}

static void
visit(GMimeObject *parent, GMimeObject *object, gpointer data)
{
	Walk *walk = data;
	ContentPart part = { 0 };
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *disposition = g_mime_object_get_disposition(object);
	char *header = g_mime_object_get_headers(object, NULL);
	char *mime = g_mime_content_type_get_mime_type(type);

	(void)parent;
	part.content_type = own(walk, g_ascii_strdown(mime, -1));
	g_free(mime);
	part.charset = own(walk, g_strdup(
	    g_mime_content_type_get_parameter(type, "charset")));
	part.header = (const guint8 *)own(walk, header);
	part.header_len = strlen(header);
	part.is_attachment = disposition != NULL &&
	    g_ascii_strcasecmp(disposition, "attachment") == 0;
	if (GMIME_IS_PART(object)) {
		part.name = own(walk, g_strdup(
		    g_mime_part_get_filename(GMIME_PART(object))));
		part.encoding = own(walk, g_strdup(
		    g_mime_object_get_header(object,
		    "Content-Transfer-Encoding")));
		read_content(walk, GMIME_PART(object), &part);
	}
	g_array_append_val(walk->parts, part);
}

static gsize
header_length(const char *text, gsize len)
{
	const char *end = g_strstr_len(text, (gssize)len, "\n\n");

	return end != NULL ? (gsize)(end - text) + 1 : len;
}

static void
print_result(const char *path, const ContentResult *result, double cpu_ms)
{
	printf("%s\t%.3f\t%.2f\t", path, result->score, cpu_ms);
	for (guint i = 0; i < result->hits->len; i++) {
		const ContentHit *hit = g_ptr_array_index(result->hits, i);

		printf("%s%s", i > 0 ? "," : "", hit->rule->name);
	}
	printf("%s\n", result->is_unfinished ? "\tunfinished" : "");
}

static double
cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
scan_file(const ContentEngine *engine, const char *path)
{
	g_autofree char *text = NULL;
	gsize len;
	ContentInput input = { 0 };
	Walk walk;
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;
	double start = cpu_ms();

	if (!g_file_get_contents(path, &text, &len, NULL))
		return;
	walk.parts = g_array_new(FALSE, FALSE, sizeof(ContentPart));
	walk.owned = g_ptr_array_new_with_free_func(
	    (GDestroyNotify)g_bytes_unref);
	stream = g_mime_stream_mem_new_with_buffer(text, len);
	parser = g_mime_parser_new_with_stream(stream);
	message = g_mime_parser_construct_message(parser, NULL);
	if (message != NULL)
		g_mime_message_foreach(message, visit, &walk);
	input.message = (const guint8 *)text;
	input.message_len = len;
	input.header_len = header_length(text, len);
	input.parts = (const ContentPart *)(void *)walk.parts->data;
	input.n_parts = walk.parts->len;
	/* The first part's header is the message's. */
	if (walk.parts->len > 0) {
		ContentPart *first =
		    &g_array_index(walk.parts, ContentPart, 0);

		first->header = input.message;
		first->header_len = input.header_len;
	}
	{
		g_autoptr(ContentResult) result =
		    content_engine_scan(engine, &input, TRUE);

		print_result(path, result, cpu_ms() - start);
	}
	g_clear_object(&message);
	g_object_unref(parser);
	g_object_unref(stream);
	g_array_unref(walk.parts);
	g_ptr_array_unref(walk.owned);
}

int
main(int argc, char **argv)
{
	g_autoptr(ContentRules) rules = NULL;
	g_autoptr(ContentEngine) engine = NULL;
	const ContentSettings settings = { .budget_ms = 10000 };
	const char *paths[] = { NULL, NULL };

	if (argc < 2)
		return 64;
	g_mime_init();
	paths[0] = argv[1];
	rules = content_rules_load(paths, FALSE, content_eval_functions());
	engine = content_engine_new(rules, &settings);
	for (int i = 2; i < argc; i++)
		scan_file(engine, argv[i]);
	return 0;
}
