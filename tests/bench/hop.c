/*
 * tests/bench/hop.c - how long a spool takes from submission to verdict.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Usage: hop SPOOL FILE MESSAGES PARALLEL [SECONDS]
 * Submits FILE so often, from so many processes, as the milter does it (one
 * waiter a process), or for so long, whichever ends first. Prints one line:
 * messages, those accepted, those refused, milliseconds (median, p99, most),
 * messages a second, milliseconds of CPU time of the submitters for each.
 */
#include "config.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/spool.h"
#include "spool/submission.h"
#include "spool/waiter.h"

struct result {
	double ms;
	char action;            /* 'a', 'r', 'd'; 0: not begun */
};

static char
submit(Spool *spool, Waiter *waiter, const char *octets, gsize len)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Submission) submission = submission_new(spool, G_MAXINT32,
	    &error);
	g_autoptr(Envelope) envelope = envelope_new();
	g_autoptr(VerdictFile) verdict = NULL;

	envelope->wait = SUBMISSION_DEFAULT_WAIT;
	if (submission != NULL && submission_write(submission, octets, len,
	    &error))
		verdict = submission_ask(submission, envelope, waiter, &error);
	return verdict != NULL ? *verdict->action : 'd';
}

static G_NORETURN void
submit_all(const char *path, const char *octets, gsize len,
    struct result *results, guint n, guint step, gint64 until)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Spool) spool = spool_open(path, &error);
	Waiter *waiter = spool != NULL ? waiter_new(&error) : NULL;

	if (waiter == NULL) {
		fprintf(stderr, "hop: %s\n", error->message);
		_exit(1);
	}
	for (guint i = 0; i < n && g_get_monotonic_time() < until; i += step) {
		gint64 begin = g_get_monotonic_time();

		results[i].action = submit(spool, waiter, octets, len);
		results[i].ms = (double)(g_get_monotonic_time() - begin) /
		    1000;
	}
	_exit(0);
}

static int
compare_results(const void *a, const void *b)
{
	double x = ((const struct result *)a)->ms;
	double y = ((const struct result *)b)->ms;

	return (x > y) - (x < y);
}

static double
milliseconds(const struct timeval *time)
{
	return (double)time->tv_sec * 1e3 + (double)time->tv_usec / 1e3;
}

/* Of the submitters, which have ended. */
static double
cpu_ms(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_CHILDREN, &usage) == -1)
		return 0;
	return milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime);
}

static void
print_results(struct result *results, guint n, gint64 elapsed_us)
{
	guint accepted = 0, refused = 0, begun = 0;

	for (guint i = 0; i < n; i++) {
		if (results[i].action == 0)
			continue;
		accepted += results[i].action == 'a';
		refused += results[i].action == 'r';
		results[begun++] = results[i];
	}
	if (begun == 0)
		return;
	qsort(results, begun, sizeof(*results), compare_results);
	printf("%u messages, %u accepted, %u refused, median %.2f ms, "
	    "p99 %.2f ms, most %.2f ms, %.1f a second, %.2f ms of CPU\n",
	    begun, accepted, refused, results[begun / 2].ms,
	    results[begun * 99 / 100].ms, results[begun - 1].ms,
	    begun / ((double)elapsed_us / 1e6), cpu_ms() / begun);
}

int
main(int argc, char **argv)
{
	guint n = argc > 4 ? (guint)atoi(argv[3]) : 0;
	guint parallel = argc > 4 ? (guint)atoi(argv[4]) : 0;
	struct result *results;
	g_autofree char *octets = NULL;
	gint64 begin, until = G_MAXINT64;
	gsize len;

	if (n == 0 || parallel == 0 ||
	    !g_file_get_contents(argv[2], &octets, &len, NULL)) {
		fputs("usage: hop SPOOL FILE MESSAGES PARALLEL [SECONDS]\n",
		    stderr);
		return 64;
	}
	results = mmap(NULL, n * sizeof(*results), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		return 71;
	begin = g_get_monotonic_time();
	if (argc > 5)
		until = begin + atoi(argv[5]) * G_USEC_PER_SEC;
	for (guint i = 0; i < parallel; i++)
		if (fork() == 0)
			submit_all(argv[1], octets, len, results + i, n - i,
			    parallel, until);
	while (wait(NULL) != -1)
		;
	print_results(results, n, g_get_monotonic_time() - begin);
	return 0;
}
