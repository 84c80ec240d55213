/*
 * spool/confinement.c - what a worker gives up before it reads mail.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spool/confinement.h"
#include "spool/landlock.h"
#include "spool/system_calls.h"

#define DEFAULT_USER "mailweir"
#define LAST_USER "nobody"
#define KEEP ((uid_t)-1)

#ifdef __SANITIZE_ADDRESS__
/* AddressSanitizer maps terabytes, and its reports read files and stacks. */
#define IS_SANITIZED TRUE
#else
#define IS_SANITIZED FALSE
#endif

G_DEFINE_QUARK(mailweir-confinement-error, confinement_error)

static gboolean
fail(const char *what, GError **error)
{
	g_set_error(error, CONFINEMENT_ERROR, CONFINEMENT_ERROR_SYSTEM,
	    "sandbox: %s: %s", what, g_strerror(errno));
	return FALSE;
}

/* --- namespaces -------------------------------------------------------------- */

static gboolean
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	gboolean is_written;

	if (fd == -1)
		return FALSE;
	is_written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return is_written;
}

/* Who is not root gets the right to it in a user namespace of its own, where
 * it is known by the same uid as outside. */
static gboolean
isolate(void)
{
	const int others = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	g_autofree char *uid_map = g_strdup_printf("%u %u 1\n", geteuid(),
	    geteuid());
	g_autofree char *gid_map = g_strdup_printf("%u %u 1\n", getegid(),
	    getegid());

	if (geteuid() == 0)
		return unshare(others) == 0;
	return unshare(CLONE_NEWUSER | others) == 0 &&
	    write_file("/proc/self/setgroups", "deny") &&
	    write_file("/proc/self/uid_map", uid_map) &&
	    write_file("/proc/self/gid_map", gid_map);
}

/* Half done it would harm: a child tries first. */
static gboolean
can_isolate(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(isolate() ? 0 : 1);
	return pid != -1 && waitpid(pid, &status, 0) == pid && status == 0;
}

void
confinement_isolate(const Confinement *confinement)
{
	if (confinement->mode != SANDBOX_OFF && can_isolate())
		isolate();
}

/* --- what there is ------------------------------------------------------------- */

static gboolean
has_capability(guint capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	memset(data, 0, sizeof(data));
	return syscall(SYS_capget, &header, data) == 0 &&
	    (data[CAP_TO_INDEX(capability)].effective &
	        CAP_TO_MASK(capability)) != 0;
}

static gboolean
may_change_user(void)
{
	return has_capability(CAP_SETUID) && has_capability(CAP_SETGID) &&
	    has_capability(CAP_CHOWN);
}

ConfinementSupport
confinement_probe(void)
{
	ConfinementSupport support = {
		.landlock = landlock_version(),
		.has_seccomp = system_calls_can_be_confined(),
		.has_namespaces = can_isolate(),
		.may_change_root = has_capability(CAP_SYS_CHROOT),
		.may_change_user = may_change_user(),
	};

	/* A user namespace gives the right to it. */
	support.may_change_root |= support.has_namespaces && geteuid() != 0;
	return support;
}

gboolean
confinement_is_possible(const Confinement *confinement, GError **error)
{
	gboolean has_landlock = landlock_version() > 0;
	gboolean has_seccomp = system_calls_can_be_confined();
	uid_t uid;
	gid_t gid;

	if (!confinement_find_user(confinement, &uid, &gid, error))
		return FALSE;
	if (confinement->mode != SANDBOX_REQUIRED ||
	    (has_landlock && has_seccomp))
		return TRUE;
	g_set_error(error, CONFINEMENT_ERROR, CONFINEMENT_ERROR_MISSING,
	    "sandbox: this kernel does not offer %s; 'mailweir check-sandbox' "
	    "tells more, [work] sandbox = best-effort does without",
	    has_landlock ? "seccomp filters" : has_seccomp ? "Landlock" :
	    "Landlock and seccomp filters");
	return FALSE;
}

gboolean
confinement_find_user(const Confinement *confinement, uid_t *uid, gid_t *gid,
    GError **error)
{
	const struct passwd *user;

	*uid = *gid = KEEP;
	if (geteuid() != 0)
		return TRUE;
	user = getpwnam(confinement->user != NULL ? confinement->user :
	    DEFAULT_USER);
	if (user == NULL && confinement->user == NULL)
		user = getpwnam(LAST_USER);
	if (user == NULL || user->pw_uid == 0) {
		g_set_error(error, CONFINEMENT_ERROR, CONFINEMENT_ERROR_USER,
		    user == NULL ? "[work] user: there is no user '%s'" :
		    "[work] user: '%s' is root: a worker must not be",
		    confinement->user != NULL ? confinement->user : LAST_USER);
		return FALSE;
	}
	/* Root without its rights, as in some containers, stays who it is. */
	if (!may_change_user())
		return TRUE;
	*uid = user->pw_uid;
	*gid = user->pw_gid;
	return TRUE;
}

/* --- giving up -------------------------------------------------------------------- */

static gboolean
change_user(uid_t uid, gid_t gid)
{
	if (uid == KEEP)
		return TRUE;
	return setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 &&
	    setresuid(uid, uid, uid) == 0 && setuid(0) == -1;
}

/* A user namespace has given all of them, within it. */
static gboolean
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

	memset(none, 0, sizeof(none));
	return syscall(SYS_capset, &header, none) == 0;
}

/* Octets of address space that are in use; 0: not known. */
static guint64
mapped_octets(void)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
		return 0;
	return g_ascii_strtoull(text, NULL, 10) *
	    (guint64)sysconf(_SC_PAGESIZE);
}

static gboolean
set_limits(const Confinement *confinement, guint64 mapped)
{
	const struct {
		int resource;
		rlim_t limit;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NPROC, 0 },
		{ RLIMIT_MEMLOCK, 0 },
		{ RLIMIT_MSGQUEUE, 0 },
		{ RLIMIT_FSIZE, confinement->file_octets },
		{ RLIMIT_NOFILE, confinement->open_files },
		{ RLIMIT_AS, IS_SANITIZED || mapped == 0 ? RLIM_INFINITY :
		    mapped + confinement->memory_octets },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
		struct rlimit now, limit = { limits[i].limit,
			limits[i].limit };

		if (getrlimit((__rlimit_resource_t)limits[i].resource, &now) ==
		    -1)
			return FALSE;
		/* The operator's own may be lower. */
		limit.rlim_max = MIN(limit.rlim_max, now.rlim_max);
		limit.rlim_cur = MIN(limit.rlim_cur, limit.rlim_max);
		if (setrlimit((__rlimit_resource_t)limits[i].resource,
		    &limit) == -1)
			return FALSE;
	}
	return TRUE;
}

/* After the change of users, which undoes the last two. */
static gboolean
set_process_flags(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

gboolean
confinement_enter(const Confinement *confinement, uid_t uid, gid_t gid,
    const char *folder, void (*on_forbidden)(int number), GError **error)
{
	gboolean is_off = confinement->mode == SANDBOX_OFF;
	gboolean is_required = confinement->mode == SANDBOX_REQUIRED;
	guint64 mapped = mapped_octets();

	if (chdir(folder) == -1)
		return fail(folder, error);
	/* Where it fails, Landlock does alone. */
	if (!is_off && !IS_SANITIZED && chroot(".") == -1)
		g_debug("chroot: %s", g_strerror(errno));
	if (!change_user(uid, gid) || !drop_capabilities())
		return fail("cannot become an unprivileged user", error);
	if (!set_process_flags())
		return fail("cannot forbid new privileges", error);
	if (!is_off && !landlock_confine(".") && is_required)
		return fail("Landlock", error);
	if (!set_limits(confinement, mapped))
		return fail("cannot set resource limits", error);
	if (!is_off && !system_calls_confine(on_forbidden) && is_required)
		return fail("seccomp", error);
	return TRUE;
}

void
confinement_begin_message(const Confinement *confinement)
{
	struct timespec used;
	struct rlimit limit = { 0, RLIM_INFINITY };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	limit.rlim_cur = (rlim_t)used.tv_sec + 1 + confinement->cpu_ms / 1000;
	setrlimit(RLIMIT_CPU, &limit);
}
