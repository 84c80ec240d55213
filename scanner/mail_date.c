/*
 * scanner/mail_date.c - a date as mail programs write it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/mail_date.h"

#define MAX_WORDS 60

/* Offsets of the named zones, in minutes; others count as UTC. */
static const struct {
	const char *name;
	int minutes;
} zones[] = {
	{ "BST", 60 }, { "CDT", -300 }, { "CEST", 120 }, { "CET", 60 },
	{ "CST", -360 }, { "EDT", -240 }, { "EEST", 180 }, { "EET", 120 },
	{ "EST", -300 }, { "HKT", 480 }, { "JST", 540 }, { "KST", 540 },
	{ "MDT", -360 }, { "MEST", 120 }, { "MET", 60 }, { "MSK", 180 },
	{ "MST", -420 }, { "PDT", -420 }, { "PST", -480 }, { "SGT", 480 },
	{ "WEST", 60 },
};

/* 1 to 12; 0: not a month. */
static int
month_of(const char *word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (strlen(word) != 3)
		return 0;
	for (int i = 0; i < 12; i++)
		if (g_ascii_strncasecmp(word, names + 3 * i, 3) == 0)
			return i + 1;
	return 0;
}

/* The number that a word of min to max digits is; -1: it is none. */
static int
number_of(const char *word, gsize min, gsize max)
{
	gsize len = strspn(word, G_CSET_DIGITS);

	return word[len] == '\0' && len >= min && len <= max ?
	    (int)g_ascii_strtoull(word, NULL, 10) : -1;
}

/* Two digits below 50 are of this century. */
static int
year_of(const char *word)
{
	int year = number_of(word, 2, 4);

	if (year == -1 || strlen(word) == 4)
		return year;
	return strlen(word) == 2 && year < 50 ? year + 2000 : year + 1900;
}

/* "12:30" or "12:30:59". */
static gboolean
read_time(const char *word, int *seconds)
{
	g_auto(GStrv) fields = g_strsplit(word, ":", 4);
	guint n = g_strv_length(fields);
	int hour, minute, second = 0;

	if (n != 2 && n != 3)
		return FALSE;
	hour = number_of(fields[0], 1, 2);
	minute = number_of(fields[1], 2, 2);
	if (n == 3)
		second = number_of(fields[2], 2, 2);
	if (hour == -1 || minute == -1 || second == -1)
		return FALSE;
	*seconds = MIN(hour, 23) * 3600 + MIN(minute, 59) * 60 +
	    MIN(second, 59);
	return TRUE;
}

/* Minutes east of Greenwich. */
static gboolean
read_zone(const char *word, int *minutes)
{
	if (*word == '+' || *word == '-') {
		int value = number_of(word + 1, 4, 4);

		if (value == -1)
			return FALSE;
		*minutes = (value / 100 * 60 + value % 100) *
		    (*word == '-' ? -1 : 1);
		return TRUE;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(zones); i++)
		if (strcmp(word, zones[i].name) == 0) {
			*minutes = zones[i].minutes;
			return TRUE;
		}
	return FALSE;
}

/* The calendar date that begins at words[i], and how many words it has. */
static guint
read_day(char **words, guint i, int *day, int *month, int *year)
{
	int unused;

	if (words[i + 1] == NULL || words[i + 2] == NULL)
		return 0;
	*day = number_of(words[i], 1, 4);
	*month = month_of(words[i + 1]);
	*year = year_of(words[i + 2]);
	if (*day != -1 && *month != 0 && *year != -1)
		return 3;
	*month = month_of(words[i]);
	*day = number_of(words[i + 1], 1, 4);
	*year = words[i + 3] != NULL ? number_of(words[i + 3], 4, 4) : -1;
	return *month != 0 && *day != -1 && *year != -1 &&
	    read_time(words[i + 2], &unused) ? 4 : 0;
}

/* As the calendar has it: a day that a month lacks is the next month's first. */
static gint64
days_since_epoch(int day, int month, int year)
{
	g_autoptr(GDateTime) date = NULL;

	year = CLAMP(year, 1970, 2037);
	if (day < 1 || !g_date_valid_dmy((GDateDay)MIN(day, 255),
	    (GDateMonth)month, (GDateYear)year)) {
		day = 1;
		month = month % 12 + 1;
	}
	date = g_date_time_new_utc(year, month, day, 0, 0, 0);
	return date != NULL ? g_date_time_to_unix(date) / 86400 : 0;
}

gboolean
mail_date_parse(const char *text, gint64 *seconds)
{
	g_autofree char *head = g_strndup(text, 4096);
	g_auto(GStrv) split = g_strsplit_set(head, " ,\t\r\n;()", -1);
	char *words[MAX_WORDS + 1] = { NULL };
	int day, month, year, time = 0, zone = 0;
	guint n = 0, at, len = 0;

	for (guint i = 0; split[i] != NULL && n < MAX_WORDS; i++)
		if (*split[i] != '\0')
			words[n++] = split[i];
	for (at = 0; at < n && len == 0; at++)
		len = read_day(words, at, &day, &month, &year);
	if (len == 0)
		return FALSE;
	for (guint i = at - 1; i < n; i++)
		if (read_time(words[i], &time))
			break;
	for (guint i = at - 1; i < n; i++)
		if (read_zone(words[i], &zone))
			break;
	*seconds = days_since_epoch(day, month, year) * 86400 + time -
	    zone * 60;
	return TRUE;
}
