/*
 * cli/check_sandbox.c - mailweir check-sandbox: what this kernel gives workers.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/cli.h"
#include "spool/confinement.h"
#include "spool/scratch.h"
#include "spool/settings.h"

/* How a child ended that was confined as a worker is, and then tried to get
 * out. */
enum trial {
	TRIAL_CONFINED = 0,
	TRIAL_OPENED_FILE,      /* Landlock is missing */
	TRIAL_MADE_SOCKET,      /* seccomp is missing */
	TRIAL_FAILED,           /* it could not be confined */
};

static void
on_forbidden(int number)
{
	(void)number;
	_exit(TRIAL_CONFINED);
}

static G_NORETURN void
try_to_get_out(const Confinement *confinement, uid_t uid, gid_t gid,
    const char *folder)
{
	g_autoptr(GError) error = NULL;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (!confinement_enter(confinement, uid, gid, folder, on_forbidden,
	    &error))
		_exit(TRIAL_FAILED);
	/* Through a descriptor of outside: a changed root is no help. */
	if (openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) != -1)
		_exit(TRIAL_OPENED_FILE);
	socket(AF_INET, SOCK_STREAM, 0);
	_exit(TRIAL_MADE_SOCKET);
}

static enum trial
run_trial(const Confinement *confinement, uid_t uid, gid_t gid)
{
	int lock = -1;
	g_autofree char *scratch = scratch_new(&lock, NULL);
	g_autofree char *folder = scratch != NULL ?
	    g_build_filename(scratch, "1", NULL) : NULL;
	int status = TRIAL_FAILED << 8;
	pid_t pid = -1;

	if (folder != NULL && mkdir(folder, 0700) == 0 &&
	    (uid == (uid_t)-1 || chown(folder, uid, gid) == 0))
		pid = fork();
	if (pid == 0) {
		confinement_isolate(confinement);
		try_to_get_out(confinement, uid, gid, folder);
	}
	if (pid != -1)
		waitpid(pid, &status, 0);
	if (scratch != NULL)
		scratch_remove(scratch);
	if (lock != -1)
		close(lock);
	return WIFEXITED(status) ? (enum trial)WEXITSTATUS(status) :
	    TRIAL_FAILED;
}

static const char *
describe_landlock(int version)
{
	static const char *const reaches[] = { "missing", "files",
		"files", "files, truncation", "files, truncation, TCP",
		"files, truncation, TCP, devices",
		"files, truncation, TCP, devices, signals" };

	return reaches[MIN(version, (int)G_N_ELEMENTS(reaches) - 1)];
}

static void
print_support(const ConfinementSupport *support)
{
	struct utsname kernel;

	uname(&kernel);
	printf("kernel          %s %s %s\n", kernel.sysname, kernel.release,
	    kernel.machine);
	printf("Landlock        %s", describe_landlock(support->landlock));
	if (support->landlock > 0)
		printf(" (version %d)", support->landlock);
	printf("\nseccomp         %s\n", support->has_seccomp ? "yes" :
	    "missing");
	printf("namespaces      %s\n", support->has_namespaces ?
	    "network, IPC, host name" : "not permitted (an extra)");
	printf("root of its own %s\n", support->may_change_root ? "yes" :
	    "not permitted (an extra)");
}

static void
print_user(uid_t uid)
{
	const struct passwd *user = getpwuid(uid != (uid_t)-1 ? uid :
	    geteuid());

	printf("user            %s (%u)%s\n", user != NULL ? user->pw_name :
	    "without a name", uid != (uid_t)-1 ? uid : geteuid(),
	    uid != (uid_t)-1 ? "" : geteuid() == 0 ?
	    ": root without the right to change users" : ": the same");
}

static void
print_limits(const Confinement *confinement)
{
	g_autofree char *memory = g_format_size_full(
	    confinement->memory_octets, G_FORMAT_SIZE_IEC_UNITS);
	g_autofree char *file = g_format_size_full(confinement->file_octets,
	    G_FORMAT_SIZE_IEC_UNITS);

	printf("limits          %g s of CPU time a message, %s of memory, "
	    "%s a file, %u files\n", confinement->cpu_ms / 1000.0, memory, file,
	    confinement->open_files);
}

static int
print_trial(const Confinement *confinement, enum trial trial)
{
	static const char *const results[] = {
		[TRIAL_CONFINED] = "confined: a trial could not get out",
		[TRIAL_OPENED_FILE] =
		    "NOT confined: a trial has opened a folder outside",
		[TRIAL_MADE_SOCKET] =
		    "NOT confined: a trial has made a socket",
		[TRIAL_FAILED] = "cannot be confined: a trial has failed",
	};

	printf("a worker        %s%s\n", trial < G_N_ELEMENTS(results) ?
	    results[trial] : results[TRIAL_FAILED], trial == TRIAL_CONFINED ||
	    confinement->mode == SANDBOX_REQUIRED ? "" :
	    ", and mailweir.conf accepts that");
	return trial == TRIAL_CONFINED ||
	    confinement->mode != SANDBOX_REQUIRED ? EX_OK : EX_UNAVAILABLE;
}

int
cli_check_sandbox(int argc, char **argv)
{
	g_autofree char *config = NULL;
	const GOptionEntry options[] = {
		{ "config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		    "Configuration file", "FILE" },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) settings = NULL;
	ConfinementSupport support;
	uid_t uid;
	gid_t gid;

	if (!cli_parse(&argc, &argv, options, NULL,
	    "Shows what this kernel gives to confine workers, and tries it."))
		return EX_USAGE;
	if (argc > 1)
		return cli_fail(EX_USAGE, "check-sandbox", "takes no operand; "
		    "try 'mailweir check-sandbox --help'");
	settings = settings_load(config, &error);
	if (settings == NULL || !confinement_find_user(&settings->confinement,
	    &uid, &gid, &error))
		return cli_fail(EX_CONFIG, "check-sandbox", "%s",
		    error->message);
	support = confinement_probe();
	print_support(&support);
	print_user(uid);
	print_limits(&settings->confinement);
	fflush(stdout);
	return print_trial(&settings->confinement,
	    run_trial(&settings->confinement, uid, gid));
}
