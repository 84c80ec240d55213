/*
 * signatures/engine.c - libclamav: signatures, and what containers hold.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <clamav.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "signatures/data.h"
#include "signatures/engine.h"

#define STARTER_RESOURCE "starter.ndb"

struct engine {
	struct cl_engine *clamav;
	GPtrArray *databases;   /* of EngineDatabase * */
	guint64 signature_count;
	gint64 newest;
};

/* One engine_scan() under way: libclamav's callbacks get it as context. */
struct scan {
	const EngineVisitor *visitor;
	gpointer data;
	gboolean has_match;
};

G_DEFINE_QUARK(mailweir-engine-error, engine_error)

static void
database_free(gpointer data)
{
	EngineDatabase *database = data;

	g_free(database->path);
	g_free(database);
}

/* libclamav would write its warnings to stderr; what matters comes back as a
 * result code. */
static void
discard_message(enum cl_msg severity, const char *full, const char *text,
    void *context)
{
	(void)severity;
	(void)full;
	(void)text;
	(void)context;
}

static cl_error_t
on_meta(const char *container_type, unsigned long container_size,
    const char *name, unsigned long size, int is_encrypted,
    unsigned int position, void *context)
{
	struct scan *scan = context;

	(void)container_size;
	(void)position;
	scan->visitor->on_name(container_type, name, size, is_encrypted != 0,
	    scan->data);
	return CL_CLEAN;
}

/* Parts of mail without a name get one from libclamav, and those that it has
 * written to a temporary file have the file's. */
static gboolean
is_made_up(const char *name, const char **ancestors, uint32_t level)
{
	if (name == NULL)
		return FALSE;
	if (g_str_has_prefix(name, "clamav-") && g_str_has_suffix(name, ".tmp"))
		return TRUE;
	return level > 0 && ancestors != NULL &&
	    g_strcmp0(ancestors[level - 1], "CL_TYPE_MAIL") == 0 &&
	    strcmp(name, "attachment") == 0;
}

static cl_error_t
on_file_inspection(int fd, const char *type, const char **ancestors,
    size_t parent_size, const char *name, size_t size, const char *octets,
    uint32_t level, uint32_t attributes, void *context)
{
	struct scan *scan = context;
	EngineMember member = {
		.name = is_made_up(name, ancestors, level) ? NULL : name,
		.engine_type = type,
		.octets = (const guint8 *)octets,
		.len = size,
		.depth = level,
		.parent_len = parent_size,
		.is_normalised = (attributes & LAYER_ATTRIBUTES_NORMALIZED) != 0,
	};

	(void)fd;
	switch (scan->visitor->on_member(&member, scan->data)) {
	case ENGINE_VISIT_SKIP:
		return CL_BREAK;
	case ENGINE_VISIT_SCAN:
		break;
	}
	return CL_CLEAN;
}

static void
on_virus_found(int fd, const char *signature, void *context)
{
	struct scan *scan = context;

	(void)fd;
	scan->has_match = TRUE;
	scan->visitor->on_match(signature, scan->data);
}

static gboolean
set_limits(struct cl_engine *clamav, const EngineLimits *limits,
    GError **error)
{
	const struct {
		enum cl_engine_field field;
		long long value;
	} numbers[] = {
		{ CL_ENGINE_MAX_FILESIZE, (long long)limits->max_file_octets },
		{ CL_ENGINE_MAX_SCANSIZE, (long long)limits->max_expanded_octets },
		{ CL_ENGINE_MAX_RECURSION, limits->max_depth + 1 },
		{ CL_ENGINE_MAX_FILES, limits->max_members },
		{ CL_ENGINE_MAX_SCANTIME, limits->max_time_ms },
		/* A cached clean container would not show its members again. */
		{ CL_ENGINE_DISABLE_CACHE, 1 },
	};
	cl_error_t result = CL_SUCCESS;

	for (gsize i = 0; result == CL_SUCCESS && i < G_N_ELEMENTS(numbers); i++)
		result = cl_engine_set_num(clamav, numbers[i].field,
		    numbers[i].value);
	if (result == CL_SUCCESS)
		return TRUE;
	g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_LOAD,
	    "libclamav: cannot set its limits: %s", cl_strerror(result));
	return FALSE;
}

/* When a database was built; for a directory, the newest file in it. */
static gint64
build_time(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	struct cl_cvd *head;
	gint64 newest = 0;
	const char *name;
	GStatBuf status;

	if (dir != NULL) {
		while ((name = g_dir_read_name(dir)) != NULL) {
			g_autofree char *file = g_build_filename(path, name, NULL);

			newest = MAX(newest, build_time(file));
		}
		return newest;
	}
	if (g_str_has_suffix(path, ".cvd") || g_str_has_suffix(path, ".cld")) {
		head = cl_cvdhead(path);
		if (head != NULL) {
			newest = head->stime;
			cl_cvdfree(head);
			return newest;
		}
	}
	return g_stat(path, &status) == 0 ? (gint64)status.st_mtime : 0;
}

static gboolean
load_database(Engine *engine, const char *path, const char *label,
    GError **error)
{
	unsigned int signatures = 0;
	cl_error_t result = cl_load(path, engine->clamav, &signatures,
	    CL_DB_STDOPT);
	EngineDatabase *database;

	if (result != CL_SUCCESS || signatures == 0) {
		g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_LOAD,
		    "%s: cannot load this ClamAV database: %s", label,
		    result != CL_SUCCESS ? cl_strerror(result)
		                         : "no signature in it");
		return FALSE;
	}
	database = g_new0(EngineDatabase, 1);
	database->path = g_strdup(label);
	database->signatures = signatures;
	database->build_time = path == label ? build_time(path) : 0;
	g_ptr_array_add(engine->databases, database);
	engine->signature_count += signatures;
	engine->newest = MAX(engine->newest, database->build_time);
	return TRUE;
}

/* cl_load() reads files only: the embedded starter becomes one for a moment. */
static gboolean
load_starter(Engine *engine, GError **error)
{
	g_autoptr(GBytes) starter = signature_data_lookup(STARTER_RESOURCE);
	g_autofree char *dir = g_dir_make_tmp("mailweir-XXXXXX", error);
	g_autofree char *path = NULL;
	gboolean is_loaded;

	if (dir == NULL)
		return FALSE;
	path = g_build_filename(dir, STARTER_RESOURCE, NULL);
	is_loaded = g_file_set_contents(path, g_bytes_get_data(starter, NULL),
	    (gssize)g_bytes_get_size(starter), error) &&
	    load_database(engine, path, "(starter)", error);
	g_unlink(path);
	g_rmdir(dir);
	return is_loaded;
}

/* The files libclamav loads from a directory, by suffix; freshclam's own
 * bookkeeping files lie beside them. */
static gboolean
holds_database(const char *path)
{
	static const char *const suffixes[] = { ".cvd", ".cld", ".cud", ".ndb",
		".ldb", ".hdb", ".hsb", ".mdb", ".msb", ".db", ".yar", NULL };
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		for (gsize i = 0; suffixes[i] != NULL; i++)
			if (g_str_has_suffix(name, suffixes[i]))
				return TRUE;
	}
	return FALSE;
}

Engine *
engine_load(const char *const *databases, gboolean use_system,
    const EngineLimits *limits, GError **error)
{
	static gsize is_initialised = 0;
	g_autoptr(Engine) engine = g_new0(Engine, 1);
	cl_error_t result = CL_SUCCESS;

	if (g_once_init_enter(&is_initialised)) {
		cl_set_clcb_msg(discard_message);
		result = cl_init(CL_INIT_DEFAULT);
		g_once_init_leave(&is_initialised, 1);
	}
	engine->databases = g_ptr_array_new_with_free_func(database_free);
	engine->clamav = result == CL_SUCCESS ? cl_engine_new() : NULL;
	if (engine->clamav == NULL) {
		g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_LOAD,
		    "libclamav: cannot start: %s", cl_strerror(result));
		return NULL;
	}
	if (!set_limits(engine->clamav, limits, error) ||
	    !load_starter(engine, error))
		return NULL;
	if (use_system && holds_database(cl_retdbdir()) &&
	    !load_database(engine, cl_retdbdir(), cl_retdbdir(), error))
		return NULL;
	for (gsize i = 0; databases != NULL && databases[i] != NULL; i++)
		if (!load_database(engine, databases[i], databases[i], error))
			return NULL;
	result = cl_engine_compile(engine->clamav);
	if (result != CL_SUCCESS) {
		g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_LOAD,
		    "libclamav: cannot prepare the signatures: %s",
		    cl_strerror(result));
		return NULL;
	}
	cl_engine_set_clcb_meta(engine->clamav, on_meta);
	cl_engine_set_clcb_file_inspection(engine->clamav, on_file_inspection);
	cl_engine_set_clcb_virus_found(engine->clamav, on_virus_found);
	return g_steal_pointer(&engine);
}

void
engine_free(Engine *engine)
{
	if (engine == NULL)
		return;
	if (engine->clamav != NULL)
		cl_engine_free(engine->clamav);
	g_ptr_array_unref(engine->databases);
	g_free(engine);
}

gboolean
engine_set_scratch(const Engine *engine, const char *path)
{
	return cl_engine_set_str(engine->clamav, CL_ENGINE_TMPDIR, path) ==
	    CL_SUCCESS;
}

const char *
engine_system_folder(void)
{
	return cl_retdbdir();
}

guint64
engine_signature_count(const Engine *engine)
{
	return engine->signature_count;
}

gint64
engine_newest(const Engine *engine)
{
	return engine->newest;
}

const char *
engine_library_version(void)
{
	return cl_retver();
}

const GPtrArray *
engine_databases(const Engine *engine)
{
	return engine->databases;
}

EngineResult
engine_scan(const Engine *engine, const void *octets, gsize len,
    EngineScope scope, const EngineVisitor *visitor, gpointer data,
    const char **detail)
{
	/*
	 * All matches, not the first: "encrypted" must not hide a virus beside
	 * it. EXCEEDS_MAX because a limit that is reached in silence would pass
	 * as clean.
	 */
	struct cl_scan_options options = {
		.general = CL_SCAN_GENERAL_ALLMATCHES |
		    CL_SCAN_GENERAL_HEURISTICS,
		.parse = scope == ENGINE_WHOLE ? ~0u :
		    ~(unsigned int)CL_SCAN_PARSE_MAIL,
		.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX |
		    CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE |
		    CL_SCAN_HEURISTIC_ENCRYPTED_DOC,
	};
	struct scan scan = { .visitor = visitor, .data = data };
	unsigned long scanned = 0;
	const char *signature = NULL;
	cl_error_t result;
	cl_fmap_t *map;

	*detail = NULL;
	if (len == 0)
		return ENGINE_CLEAN;
	map = cl_fmap_open_memory(octets, len);
	if (map == NULL) {
		*detail = "libclamav: cannot map the part";
		return ENGINE_UNFINISHED;
	}
	result = cl_scanmap_callback(map, NULL, &signature, &scanned,
	    engine->clamav, &options, &scan);
	cl_fmap_close(map);
	switch (result) {
	case CL_CLEAN:
		return scan.has_match ? ENGINE_MATCHED : ENGINE_CLEAN;
	case CL_VIRUS:
		if (!scan.has_match && signature != NULL)
			visitor->on_match(signature, data);
		return ENGINE_MATCHED;
	default:
		*detail = cl_strerror(result);
		return ENGINE_UNFINISHED;
	}
}
