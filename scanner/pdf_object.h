/*
 * scanner/pdf_object.h - what one object of a PDF says (ISO 32000-1 7.3).
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An object is read from behind its "obj" to its stream or its end; a member
 * of an object stream to the end of its value. Values that are objects of their
 * own ("5 0 R") are looked up where it matters how a stream is coded, and how
 * long it is.
 */
#ifndef SCANNER_PDF_OBJECT_H
#define SCANNER_PDF_OBJECT_H

#include "scanner/pdf_filter.h"
#include "scanner/pdf_lexer.h"

/* Filters of one stream; dictionaries in each other. */
#define PDF_MAX_FILTERS 8u
#define PDF_MAX_DEPTH 256u
/* Objects overlap when they are hostile: all that is read of them, in times of
 * the file, its object streams, and PDF_SMALL_OCTETS. */
#define PDF_MAX_READ_RATIO 8u
#define PDF_SMALL_OCTETS 65536u
/* Each counts as at least so many of them. */
#define PDF_MIN_READ_OCTETS 64u

/* The objects of a file, by where they are. */
typedef struct {
	Span octets;            /* the file */
	GArray *places;         /* of struct place; NULL: not looked up yet */
	/* number -> length, of objects in object streams; NULL: not known yet */
	GHashTable *lengths;
	guint64 stream_octets;  /* of its object streams, decoded */
	guint64 read_octets;
	gboolean exceeds_limit; /* there is more than has been read */
} PdfObjects;

void pdf_objects_clear(PdfObjects *objects);

/* Where the next object begins, behind its "obj", from the offset on. FALSE:
 * there is none. */
gboolean pdf_objects_next(const PdfObjects *objects, gsize *offset);

/* Where the object of this number begins, the *i-th of them, which is counted
 * on; 0: there are no more. */
gsize pdf_objects_find(PdfObjects *objects, guint number, guint *i);

/* The first token of what is at the offset, which lexer has then. */
void pdf_objects_value(PdfObjects *objects, PdfLexer *lexer, gsize offset);

/* FALSE: too much has been read already. */
gboolean pdf_objects_have_room(PdfObjects *objects);

/* The number that is written before the "obj" that ends at the offset. */
guint pdf_object_number(Span octets, gsize offset);

/* "/EF << /F 5 0 R >>" beside "/UF (name)". */
typedef struct {
	guint number;           /* of the object that is the file */
	GBytes *name;           /* NULL: none */
	guint name_number;      /* of the object that is its name; 0: none */
} PdfFileName;

void pdf_file_name_clear(gpointer file_name);

typedef struct frame Frame;

typedef struct {
	gboolean is_object_stream;      /* /Type /ObjStm */
	gboolean is_file;       /* /Type /EmbeddedFile */
	gboolean is_launch;     /* it is the name /Launch, and nothing else */
	gboolean has_script;    /* /JS */
	GArray *files;          /* of PdfFileName */
	gsize length;           /* the greatest /Length */
	gsize length_before;    /* without the last one */
	guint length_number;    /* of the object that it is; 0: none */
	gsize first;            /* /First */
	guint n_filters;
	PdfFilter filters[PDF_MAX_FILTERS];
	PdfFilterParms parms[PDF_MAX_FILTERS];
	gboolean is_unclear;    /* nobody can tell what its filters are */
	/* How far it has been read: */
	gboolean is_member;     /* of an object stream: it ends with its value */
	gboolean has_begun;
	gboolean is_too_deep;
	gboolean has_filter;    /* from /Filter, not /F */
	guint depth;
	Frame *frames;
} PdfObject;

PdfObject *pdf_object_new(void);

/* Forgets what it has said: the next one begins. */
void pdf_object_begin(PdfObject *object);

void pdf_object_free(PdfObject *object);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfObject, pdf_object_free)

/* The object is a value of /EF: what it refers to are files. */
void pdf_object_expect_files(PdfObject *object);

/*
 * Reads on, from where the lexer is. TRUE: it has come to a stream, which begins
 * behind the word, where the lexer is now; FALSE: the object has ended.
 */
gboolean pdf_object_read(PdfObject *object, PdfObjects *objects,
    PdfLexer *lexer);

#endif
