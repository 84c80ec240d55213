/*
 * tests/hole.c - a worker with holes, to see that it is confined.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Linked before the scanner (ld --wrap): a message with a field "X-Hole: WORD"
 * makes the worker do what a taken-over parser would do. Where it lives to tell,
 * a finding says how it went: "hole-closed", or "hole-open". The program that
 * is installed has nothing of this.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "scanner/scan.h"

Record *__real_scanner_scan(const Scanner *scanner, const Envelope *envelope,
    int fd);
Record *__wrap_scanner_scan(const Scanner *scanner, const Envelope *envelope,
    int fd);

/* Each returns TRUE when it could do what it must not. word: what follows the
 * name in the field, the pid of the supervisor or a path. */

static gboolean
open_file(const char *word)
{
	return open(word, O_RDONLY | O_CLOEXEC) != -1;
}

static gboolean
write_file(const char *word)
{
	int fd = open(word, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd != -1 && write(fd, "x", 1) == 1;
}

/* Out of the scratch folder, from within it. */
static gboolean
climb_out(const char *word)
{
	(void)word;
	return open("../../../../../../etc/passwd", O_RDONLY | O_CLOEXEC) != -1;
}

static gboolean
link_to_file(const char *word)
{
	return symlink(word, "hole") == 0 && open_file("hole");
}

static gboolean
connect_out(const char *word)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(25),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)word;
	return fd != -1 && connect(fd, (struct sockaddr *)&address,
	    sizeof(address)) == 0;
}

static gboolean
fork_child(const char *word)
{
	pid_t pid = fork();

	(void)word;
	if (pid == 0)
		_exit(0);
	return pid != -1;
}

static gboolean
execute(const char *word)
{
	execl("/bin/true", word, (char *)NULL);
	return FALSE;
}

static gboolean
signal_process(const char *word)
{
	return kill((pid_t)g_ascii_strtoll(word, NULL, 10), SIGUSR1) == 0;
}

static gboolean
trace_process(const char *word)
{
	return ptrace(PTRACE_ATTACH, (pid_t)g_ascii_strtoll(word, NULL, 10),
	    NULL, NULL) == 0;
}

static gboolean
map_code(const char *word)
{
	(void)word;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static gboolean
become_root(const char *word)
{
	(void)word;
	return setuid(0) == 0;
}

static gboolean
write_large_file(const char *word)
{
	g_autofree char *block = g_malloc0(1 << 20);
	int fd = open("large", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)word;
	for (guint i = 0; fd != -1 && i < 64; i++)
		if (write(fd, block, 1 << 20) != 1 << 20)
			return FALSE;
	return fd != -1;
}

/* --- what makes trouble -------------------------------------------------------- */

static gboolean
spin(const char *word)
{
	volatile guint64 n = 0;

	(void)word;
	for (;;)
		n++;
	return FALSE;
}

static gboolean
eat_memory(const char *word)
{
	(void)word;
	for (;;)
		memset(g_malloc(16 << 20), 1, 16 << 20);
	return FALSE;
}

static gboolean
crash(const char *word)
{
	(void)word;
	raise(SIGSEGV);
	return FALSE;
}

static gboolean
abort_here(const char *word)
{
	(void)word;
	abort();
}

static const struct hole {
	const char *name;
	gboolean (*try)(const char *word);
} holes[] = {
	{ "open", open_file },
	{ "write", write_file },
	{ "climb", climb_out },
	{ "link", link_to_file },
	{ "connect", connect_out },
	{ "fork", fork_child },
	{ "exec", execute },
	{ "signal", signal_process },
	{ "ptrace", trace_process },
	{ "map-code", map_code },
	{ "root", become_root },
	{ "large-file", write_large_file },
	{ "spin", spin },
	{ "eat-memory", eat_memory },
	{ "crash", crash },
	{ "abort", abort_here },
};

/* The field's words; NULL: there is none. Caller frees. */
static char **
hole_field(int fd)
{
	char text[4096];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	g_autofree char *line = NULL;
	const char *begin;

	if (len <= 0)
		return NULL;
	text[len] = '\0';
	begin = strstr(text, "X-Hole: ");
	if (begin == NULL)
		return NULL;
	begin += strlen("X-Hole: ");
	line = g_strndup(begin, strcspn(begin, "\r\n"));
	return g_strsplit(line, " ", 2);
}

Record *
__wrap_scanner_scan(const Scanner *scanner, const Envelope *envelope, int fd)
{
	g_auto(GStrv) words = hole_field(fd);
	Record *record = __real_scanner_scan(scanner, envelope, fd);

	for (gsize i = 0; words != NULL && words[0] != NULL &&
	     i < G_N_ELEMENTS(holes); i++) {
		gboolean is_open;
		int saved_errno;

		if (strcmp(words[0], holes[i].name) != 0)
			continue;
		is_open = holes[i].try(words[1] != NULL ? words[1] : "");
		saved_errno = errno;
		record_add_finding(record, FINDING_ERROR, is_open ?
		    "hole-open" : "hole-closed", VERDICT_ACCEPT, NULL, NULL,
		    NULL, "%s: %s", words[0], g_strerror(saved_errno));
		/* It comes after the decision. */
		((Finding *)g_ptr_array_index(record->findings,
		    record->findings->len - 1))->reply = 250;
	}
	return record;
}
