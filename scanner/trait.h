/*
 * scanner/trait.h - what a document can do besides being read.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A trait is no fault in itself; policy has a key for each, of the same name as
 * the finding's rule. A document may also hold files of its own, which are to
 * be examined like members of an archive.
 */
#ifndef SCANNER_TRAIT_H
#define SCANNER_TRAIT_H

#include "scanner/entity.h"

typedef enum {
	TRAIT_MACROS,           /* code of an office program */
	TRAIT_AUTO_MACROS,      /* ... that runs by itself */
	TRAIT_EXTERNAL_TEMPLATE,        /* takes its template from a server */
	TRAIT_EXTERNAL_OBJECT,  /* takes a part of itself from a server */
	TRAIT_DDE_AUTO,         /* a field that starts a program */
	TRAIT_DDE,              /* data from another program */
	TRAIT_EQUATION_OBJECT,  /* for the equation editor, perhaps an attack */
	TRAIT_EQUATION,         /* ... a sound one */
	TRAIT_RTF_OBJECT,       /* an OLE object in RTF */
	TRAIT_PDF_JAVASCRIPT,
	TRAIT_PDF_LAUNCH,       /* starts a program or opens a file */
	TRAIT_PDF_FILE,         /* holds a file */
	TRAIT_ONENOTE_FILE,     /* holds a file that is no picture */
	TRAIT_HTML_SMUGGLING,   /* holds a file that script hands to the reader */
	TRAIT_HTML_FILE,        /* has script that could */
	TRAIT_SVG_SCRIPT,
	TRAIT_POLYGLOT,         /* is two files in one */
	TRAIT_EMBEDDED_PROGRAM, /* a program somewhere inside */
	N_TRAITS,
} Trait;

/* "auto-macros"; static. */
const char *trait_name(Trait trait);

/* A file that a document holds. */
typedef struct {
	GBytes *name;           /* as it is written there; NULL: none */
	GBytes *octets;
} HeldFile;

/* Files and octets of one document beyond these are not kept. */
#define TRAITS_MAX_FILES 256u
#define TRAITS_MAX_FILE_OCTETS (64u << 20)

typedef struct {
	const char *details[N_TRAITS];  /* static; NULL: it has not this trait */
	GPtrArray *files;       /* of HeldFile * */
	gsize file_octets;      /* of all of them */
	/* "an encrypted ...": that it is, and that what holds it is; static;
	 * NULL: not. */
	const char *encryption;
	const char *holder_encryption;
	/* There is more in it than is kept here, so that it is not all examined. */
	gboolean exceeds_limit;
} Traits;

Traits *traits_new(void);
void traits_free(Traits *traits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Traits, traits_free)

/* detail: static, one phrase for people. What was said first stays. */
void traits_add(Traits *traits, Trait trait, const char *detail);

/* Keeps a copy of name (empty: none), and octets, which are taken. */
void traits_add_file(Traits *traits, Span name, GBytes *octets);

#endif
