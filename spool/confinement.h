/*
 * spool/confinement.h - what a worker gives up before it reads mail.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Layers, each of which would do alone against most of what a taken-over
 * parser may try:
 *   user          an unprivileged one, when started as root; no capabilities
 *   root          its own scratch folder, empty at first (root or a user
 *                 namespace can do this)
 *   Landlock      files below the scratch folder only; no TCP; no signals and
 *                 no abstract sockets to the outside, where the kernel's
 *                 version knows them
 *   system calls  those of system_calls.c; no socket, fork, exec, signal
 *   namespaces    no network but an empty one (an extra)
 *   limits        CPU time, memory, file size, descriptors, no processes
 * and: no new privileges, no core dumps, not traceable, gone with its parent.
 */
#ifndef SPOOL_CONFINEMENT_H
#define SPOOL_CONFINEMENT_H

#include <glib.h>
#include <sys/types.h>

/* What is done where Landlock or seccomp is missing. Zero is the safe value. */
typedef enum {
	SANDBOX_REQUIRED = 0,   /* refuse to start */
	SANDBOX_BEST_EFFORT,    /* go on with what there is */
	SANDBOX_OFF,            /* user and limits only */
} SandboxMode;

typedef struct {
	SandboxMode mode;
	char *user;             /* NULL: the default; only root changes users */
	guint cpu_ms;           /* of one message */
	guint64 memory_octets;  /* beyond what is mapped when it is confined */
	guint64 file_octets;    /* of one file in the scratch folder */
	guint open_files;
} Confinement;

#define CONFINEMENT_ERROR (confinement_error_quark())
GQuark confinement_error_quark(void);
typedef enum {
	CONFINEMENT_ERROR_MISSING,      /* the kernel lacks what is required */
	CONFINEMENT_ERROR_USER,         /* there is no such user */
	CONFINEMENT_ERROR_SYSTEM,       /* a call failed that must not */
} ConfinementError;

/* What this kernel gives to this process. */
typedef struct {
	int landlock;           /* version of the interface; 0: missing */
	gboolean has_seccomp;
	gboolean has_namespaces;
	gboolean may_change_root;
	gboolean may_change_user;
} ConfinementSupport;
ConfinementSupport confinement_probe(void);

/* Whether workers can be confined as the mode asks. FALSE and error. */
gboolean confinement_is_possible(const Confinement *confinement,
    GError **error);

/* The user that workers become: user, else "mailweir" where there is one,
 * else "nobody". *uid and *gid are -1 when this process is not root and stays
 * who it is. FALSE and error. */
gboolean confinement_find_user(const Confinement *confinement, uid_t *uid,
    gid_t *gid, GError **error);

/* Leaves the network and other processes' namespaces, where the kernel lets
 * it; children are born there. For the process that forks workers. */
void confinement_isolate(const Confinement *confinement);

/*
 * Gives up everything, for good. uid and gid are confinement_find_user()'s.
 * folder is the scratch folder, the new user's; from then on it is the current
 * directory, and perhaps the root. on_forbidden as for system_calls_confine().
 * FALSE and error: no mail may be read.
 */
gboolean confinement_enter(const Confinement *confinement, uid_t uid,
    gid_t gid, const char *folder, void (*on_forbidden)(int number),
    GError **error);

/* For each message: it may use cpu_ms from now on, then the process is ended
 * by SIGXCPU. The kernel counts whole seconds. */
void confinement_begin_message(const Confinement *confinement);

#endif
