/*
 * signatures/engine.h - libclamav: signatures, and what containers hold.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The only module that knows libclamav. One scan of one part tells three
 * things: the signatures that match, the members of every container inside
 * it (through a visitor), and whether the check was finished.
 */
#ifndef SIGNATURES_ENGINE_H
#define SIGNATURES_ENGINE_H

#include <glib.h>

typedef struct {
	guint64 max_file_octets;        /* one file or member */
	guint64 max_expanded_octets;    /* all members together */
	guint max_depth;
	guint max_members;
	guint max_time_ms;              /* one scan */
} EngineLimits;

typedef struct engine Engine;

#define ENGINE_ERROR (engine_error_quark())
GQuark engine_error_quark(void);
typedef enum { ENGINE_ERROR_LOAD } EngineError;

/*
 * databases: directories or files (NULL-terminated, NULL: none), loaded after
 * the embedded starter (EICAR and GTUBE). use_system: also libclamav's default
 * directory where it holds any database. Caller owns the result.
 */
Engine *engine_load(const char *const *databases, gboolean use_system,
    const EngineLimits *limits, GError **error);
void engine_free(Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Engine, engine_free)

/*
 * Where extracted files go. Every process that scans must have a folder of its
 * own and set it after it was forked: libclamav's temporary names are the same
 * in all of them. FALSE: no memory.
 */
gboolean engine_set_scratch(const Engine *engine, const char *path);

/* libclamav's default folder of databases; static. */
const char *engine_system_folder(void);

guint64 engine_signature_count(const Engine *engine);
/* Build time of the newest database, seconds since the epoch; 0: not known. */
gint64 engine_newest(const Engine *engine);
/* "1.4.6". */
const char *engine_library_version(void);

/* One place the engine loaded from, for mailweir signatures. */
typedef struct {
	char *path;             /* "(starter)" for the embedded one */
	guint signatures;
	gint64 build_time;      /* seconds since the epoch; 0: not known */
} EngineDatabase;
const GPtrArray *engine_databases(const Engine *engine);

typedef enum {
	ENGINE_VISIT_SCAN,      /* go on */
	ENGINE_VISIT_SKIP,      /* do not scan this member: it was examined before */
} EngineVisit;

/* A member of a container inside the scanned part; borrowed for the call. */
typedef struct {
	const char *name;       /* hostile octets; NULL: not known */
	const char *engine_type;        /* libclamav's own, "CL_TYPE_MSEXE" */
	const guint8 *octets;
	gsize len;
	guint depth;            /* 0: the part itself; 1: directly in it */
	gsize parent_len;       /* octets of the layer that holds it */
	gboolean is_normalised; /* not the member itself but a cleaned copy */
} EngineMember;

/* Called from inside libclamav, for outer members before inner ones. */
typedef struct {
	/* A member's name is known, in a layer that is of the type for
	 * libclamav; its content may be unreadable. May be called more than
	 * once for one member. */
	void (*on_name)(const char *container_type, const char *name,
	    guint64 size, gboolean is_encrypted, gpointer data);
	/* A member's content. */
	EngineVisit (*on_member)(const EngineMember *member, gpointer data);
	/* A signature or heuristic alert matches. */
	void (*on_match)(const char *signature, gpointer data);
} EngineVisitor;

typedef enum {
	ENGINE_UNFINISHED = 0,  /* any error: *detail says which */
	ENGINE_CLEAN,
	ENGINE_MATCHED,
} EngineResult;

typedef enum {
	ENGINE_WHOLE,           /* with whatever is in it */
	/* Mail is matched as mail, but its parts are not taken out: a fifth of
	 * the cost of a small message. */
	ENGINE_UNOPENED_MAIL,
} EngineScope;

/* Scans octets as one file. detail: borrowed, static. */
EngineResult engine_scan(const Engine *engine, const void *octets, gsize len,
    EngineScope scope, const EngineVisitor *visitor, gpointer data,
    const char **detail);

#endif
