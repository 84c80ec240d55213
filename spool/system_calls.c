/*
 * spool/system_calls.c - the system calls that a worker may make.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "spool/system_calls.h"

/* What the arguments of a call must be. */
enum condition {
	ANY_ARGUMENTS,
	NOT_EXECUTABLE,         /* the third one has no PROT_EXEC */
	READS_FLAGS,            /* the second one is F_GETFL */
	LIMITS_OWN_CPU,         /* for this process, RLIMIT_CPU */
	SIGNALS_ITSELF,         /* the first one is this process */
	SETS_ABORT,             /* the first one is SIGABRT */
};

/* clang-format off */
static const struct system_call {
	int number;
	enum condition condition;
	const char *reason;
} system_calls[] = {
	/* the conversation with the owner */
	{ SCMP_SYS(recvmsg), ANY_ARGUMENTS, "the next message's descriptors" },
	{ SCMP_SYS(sendto), ANY_ARGUMENTS, "the record; sockets cannot be made" },
	{ SCMP_SYS(pread64), ANY_ARGUMENTS, "the message, the envelope, extracted files" },
	{ SCMP_SYS(close), ANY_ARGUMENTS, "both, when they have been read" },
	/* files that libclamav and libarchive extract, in the scratch folder:
	 * Landlock knows no other */
	{ SCMP_SYS(openat), ANY_ARGUMENTS, "makes and reads them" },
	{ SCMP_SYS(open), ANY_ARGUMENTS, "the same, by C libraries other than glibc" },
	{ SCMP_SYS(read), ANY_ARGUMENTS, "extracted files" },
	{ SCMP_SYS(write), ANY_ARGUMENTS, "extracted files" },
	{ SCMP_SYS(writev), ANY_ARGUMENTS, "the C library's last words" },
	{ SCMP_SYS(lseek), ANY_ARGUMENTS, "extracted files" },
	{ SCMP_SYS(_llseek), ANY_ARGUMENTS, "lseek of 32-bit machines" },
	{ SCMP_SYS(ftruncate), ANY_ARGUMENTS, "extracted files" },
	{ SCMP_SYS(newfstatat), ANY_ARGUMENTS, "sizes of extracted files" },
	{ SCMP_SYS(fstat), ANY_ARGUMENTS, "sizes of extracted files" },
	{ SCMP_SYS(fstatat64), ANY_ARGUMENTS, "fstat of 32-bit machines" },
	{ SCMP_SYS(statx), ANY_ARGUMENTS, "fstat of newer C libraries and of Rust" },
	{ SCMP_SYS(getdents64), ANY_ARGUMENTS, "libclamav empties its folders" },
	{ SCMP_SYS(mkdir), ANY_ARGUMENTS, "libclamav has a folder for each scan" },
	{ SCMP_SYS(mkdirat), ANY_ARGUMENTS, "mkdir of newer machines" },
	{ SCMP_SYS(rmdir), ANY_ARGUMENTS, "removes them" },
	{ SCMP_SYS(unlink), ANY_ARGUMENTS, "removes extracted files" },
	{ SCMP_SYS(unlinkat), ANY_ARGUMENTS, "unlink and rmdir of newer machines" },
	{ SCMP_SYS(chmod), ANY_ARGUMENTS, "libclamav, before it removes" },
	{ SCMP_SYS(fchmodat), ANY_ARGUMENTS, "chmod of newer machines" },
	{ SCMP_SYS(fcntl), READS_FLAGS, "fdopen(3)" },
	{ SCMP_SYS(fcntl64), READS_FLAGS, "fcntl of 32-bit machines" },
	{ SCMP_SYS(getcwd), ANY_ARGUMENTS, "libxml2 makes names absolute" },
	/* memory; what is executable was made before */
	{ SCMP_SYS(brk), ANY_ARGUMENTS, "malloc" },
	{ SCMP_SYS(mmap), NOT_EXECUTABLE, "malloc, extracted files" },
	{ SCMP_SYS(mmap2), NOT_EXECUTABLE, "mmap of 32-bit machines" },
	{ SCMP_SYS(munmap), ANY_ARGUMENTS, "free" },
	{ SCMP_SYS(mremap), ANY_ARGUMENTS, "realloc" },
	{ SCMP_SYS(mprotect), NOT_EXECUTABLE, "malloc grows its heap" },
	{ SCMP_SYS(madvise), ANY_ARGUMENTS, "memory is given back after a message" },
	{ SCMP_SYS(futex), ANY_ARGUMENTS, "locks and once-only set-up in libraries" },
	/* clocks and chance */
	{ SCMP_SYS(clock_gettime), ANY_ARGUMENTS, "time limits; CPU time has no vDSO" },
	{ SCMP_SYS(clock_gettime64), ANY_ARGUMENTS, "the same of 32-bit machines" },
	{ SCMP_SYS(gettimeofday), ANY_ARGUMENTS, "where there is no vDSO" },
	{ SCMP_SYS(time), ANY_ARGUMENTS, "where there is no vDSO" },
	{ SCMP_SYS(getrandom), ANY_ARGUMENTS, "seeds of hash tables" },
	/* the process itself */
	{ SCMP_SYS(getpid), ANY_ARGUMENTS, "abort" },
	{ SCMP_SYS(gettid), ANY_ARGUMENTS, "abort" },
	{ SCMP_SYS(tgkill), SIGNALS_ITSELF, "abort" },
	{ SCMP_SYS(rt_sigaction), SETS_ABORT, "abort" },
	{ SCMP_SYS(rt_sigprocmask), ANY_ARGUMENTS, "abort" },
	{ SCMP_SYS(prlimit64), LIMITS_OWN_CPU, "each message has its own CPU time" },
	{ SCMP_SYS(setrlimit), LIMITS_OWN_CPU, "the same of older C libraries" },
	{ SCMP_SYS(restart_syscall), ANY_ARGUMENTS, "goes on after a stop and continue" },
	{ SCMP_SYS(exit), ANY_ARGUMENTS, "the end" },
	{ SCMP_SYS(exit_group), ANY_ARGUMENTS, "the end" },
#ifdef __SANITIZE_ADDRESS__
	{ SCMP_SYS(sigaltstack), ANY_ARGUMENTS, "AddressSanitizer's reports" },
	{ SCMP_SYS(readlink), ANY_ARGUMENTS, "AddressSanitizer's reports" },
	{ SCMP_SYS(readlinkat), ANY_ARGUMENTS, "AddressSanitizer's reports" },
	{ SCMP_SYS(stat), ANY_ARGUMENTS, "AddressSanitizer's reports" },
	{ SCMP_SYS(sched_yield), ANY_ARGUMENTS, "AddressSanitizer's locks" },
#endif
};
/* clang-format on */

static int
add_rule(scmp_filter_ctx filter, const struct system_call *call)
{
	switch (call->condition) {
	case ANY_ARGUMENTS:
		break;
	case NOT_EXECUTABLE:
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number,
		    1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	case READS_FLAGS:
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number,
		    1, SCMP_A1(SCMP_CMP_EQ, F_GETFL));
	case LIMITS_OWN_CPU:
		if (call->number == SCMP_SYS(setrlimit))
			return seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			    call->number, 1, SCMP_A0(SCMP_CMP_EQ,
			    RLIMIT_CPU));
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number,
		    2, SCMP_A0(SCMP_CMP_EQ, 0),
		    SCMP_A1(SCMP_CMP_EQ, RLIMIT_CPU));
	case SIGNALS_ITSELF:
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number,
		    1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	case SETS_ABORT:
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number,
		    1, SCMP_A0(SCMP_CMP_EQ, SIGABRT));
	}
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number, 0);
}

/* A negative errno, or 0. */
static int
load_table(scmp_filter_ctx filter)
{
	int result = 0;

	for (gsize i = 0; result == 0 && i < G_N_ELEMENTS(system_calls); i++) {
		result = add_rule(filter, &system_calls[i]);
		/* This machine has no such call. */
		if (result == -EDOM || result == -EFAULT)
			result = 0;
	}
	return result != 0 ? result : seccomp_load(filter);
}

static void (*forbidden)(int number);

static void
on_sigsys(int signal, siginfo_t *siginfo, void *context)
{
	(void)signal;
	(void)context;
	forbidden(siginfo->si_syscall);
}

gboolean
system_calls_can_be_confined(void)
{
	/* The pointer is bad: EFAULT tells that filters exist. */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 &&
	    errno == EFAULT;
}

gboolean
system_calls_confine(void (*on_forbidden)(int number))
{
	struct sigaction action = { .sa_sigaction = on_sigsys,
		.sa_flags = SA_SIGINFO };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int result = filter != NULL ? 0 : -ENOMEM;

	forbidden = on_forbidden;
	if (result == 0 && sigaction(SIGSYS, &action, NULL) == -1)
		result = -errno;
	if (result == 0)
		result = load_table(filter);
	if (filter != NULL)
		seccomp_release(filter);
	errno = -result;
	return result == 0;
}

char *
system_calls_name(int number)
{
	char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(),
	    number);
	char *copy = name != NULL ? g_strdup(name) :
	    g_strdup_printf("system call %d", number);

	free(name);
	return copy;
}
