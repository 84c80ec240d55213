/*
 * tests/stop-at-step.c - ends a process behind its k-th file operation.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A library for LD_PRELOAD, so that the program has no hooks. With STOP_AT=k
 * in the environment, the process that loads it (not its children) gets
 * SIGKILL as soon as its k-th call has returned that makes, renames, removes
 * or cuts a file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static pid_t process;
static long stop_at, steps;

__attribute__((constructor)) static void
begin(void)
{
	const char *text = getenv("STOP_AT");

	process = getpid();
	stop_at = text != NULL ? atol(text) : 0;
}

static void
step(void)
{
	if (getpid() == process && ++steps == stop_at)
		kill(process, SIGKILL);
}

/* The function of that name behind this library. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                           \
	int                                                                  \
	name(int folder, const char *path, int flags, ...)                   \
	{                                                                    \
		mode_t mode = 0;                                             \
		va_list arguments;                                           \
		int fd;                                                      \
									     \
		if (flags & O_CREAT) {                                       \
			va_start(arguments, flags);                          \
			mode = va_arg(arguments, mode_t);                    \
			va_end(arguments);                                   \
		}                                                            \
		fd = NEXT(name)(folder, path, flags, mode);                  \
		if (flags & O_CREAT)                                         \
			step();                                              \
		return fd;                                                   \
	}
OPEN(openat)
OPEN(openat64)

int
renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	int result = NEXT(renameat)(from_folder, from, to_folder, to);

	step();
	return result;
}

int
unlinkat(int folder, const char *path, int flags)
{
	int result = NEXT(unlinkat)(folder, path, flags);

	step();
	return result;
}

int
ftruncate(int fd, off_t size)
{
	int result = NEXT(ftruncate)(fd, size);

	step();
	return result;
}

int
ftruncate64(int fd, off64_t size)
{
	int result = NEXT(ftruncate64)(fd, size);

	step();
	return result;
}

/* Of files alone: what goes to a socket or a log leaves nothing behind. */
ssize_t
write(int fd, const void *octets, size_t len)
{
	ssize_t result = NEXT(write)(fd, octets, len);
	struct stat status;

	if (getpid() == process && fd > STDERR_FILENO &&
	    fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		step();
	return result;
}
