/*
 * tests/fuzz/main.c - replays files through a fuzz target, without a fuzzer.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every build links the targets with this, so that make check runs each over
 * the sample messages. Speaks TAP. Files: the arguments, or, without any, all
 * below $G_TEST_SRCDIR/fixtures.
 */
#include "config.h"

#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static guint
replay(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	g_autofree char *contents = NULL;
	const char *name;
	guint count = 0;
	gsize len;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		count += replay(child);
	}
	if (dir != NULL || !g_file_get_contents(path, &contents, &len, NULL))
		return count;
	LLVMFuzzerTestOneInput((const uint8_t *)contents, len);
	/* Cut in the middle as well: half a message is a message. */
	LLVMFuzzerTestOneInput((const uint8_t *)contents, len / 2);
	return 1;
}

int
main(int argc, char **argv)
{
	g_autofree char *fixtures = g_build_filename(
	    g_getenv("G_TEST_SRCDIR") != NULL ? g_getenv("G_TEST_SRCDIR") :
	    "tests", "fixtures", NULL);
	guint count = 0;

	if (argc < 2)
		count = replay(fixtures);
	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	printf("1..1\n%sok 1 - replays %u files\n", count > 0 ? "" : "not ",
	    count);
	return count > 0 ? 0 : 1;
}
