/*
 * signatures/rule_file.h - reads SpamAssassin's .cf format line by line.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The format: one directive a line, "key value"; '#' begins a comment unless
 * it is written "\#"; if/ifplugin/else/endif enclose lines for some readers
 * only; "include FILE" reads another file here; "lang xx ..." is a text in
 * another language and is skipped. What a directive means is the caller's.
 *
 * Conditions are answered as SpamAssassin 4.0.1 with the plugins that mailweir
 * does itself would answer them ("ifplugin Mailweir" is true here alone).
 * A line that no one understands never stops the reading.
 */
#ifndef SIGNATURES_RULE_FILE_H
#define SIGNATURES_RULE_FILE_H

#include <glib.h>

/* Files within files. */
#define RULE_FILE_MAX_DEPTH 8
/* Octets of one file. */
#define RULE_FILE_MAX_OCTETS (16u << 20)

typedef struct {
	const char *file;
	guint line;
	const char *key;
	char *value;            /* stripped of blanks; may be changed in place */
	/* NULL; or the plugin without which SpamAssassin, and so mailweir, does
	 * not read this line ("DKIM"). */
	const char *missing_plugin;
} RuleLine;

typedef struct {
	void (*on_line)(const RuleLine *line, gpointer data);
	/* Trouble that is not one directive's: an unreadable file, an endif
	 * without its if. The text is borrowed for the call. */
	void (*on_trouble)(const char *file, guint line, const char *text,
	    gpointer data);
} RuleFileVisitor;

/* Reads all *.cf files of a directory, sorted by name, or one file. */
void rule_file_read(const char *path, const RuleFileVisitor *visitor,
    gpointer data);

/* The same from memory; name stands for the file. include reads the file
 * system only when read from there. */
void rule_file_parse(const char *name, const char *text, gsize len,
    const RuleFileVisitor *visitor, gpointer data);

#endif
