/*
 * scanner/examination_unlock.c - encrypted ZIP files, and words that may open them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Off unless [policy] try-passwords says how many words to try. Whoever sends
 * malware in an encrypted ZIP file writes the password beside it.
 */
#include "config.h"

#include <string.h>

#include "scanner/archive.h"
#include "scanner/examiners.h"

#define MAX_PASSWORD_OCTETS 64u

/* Text around a word that says what it is: the words of its line, and of the
 * next, are tried. In lower case; other scripts have none. */
static const char *const hints[] = { "pass", "pwd", "code", "pin", "kennwort",
	"contrase", "senha", "\xe5\xaf\x86\xe7\xa0\x81" /* 密码 */,
	"\xe5\xaf\x86\xe7\xa2\xbc" /* 密碼 */,
	"\xe5\x8f\xa3\xe4\xbb\xa4" /* 口令 */,
	"\xe8\xa7\xa3\xe5\x8e\x8b\xe7\xa0\x81" /* 解压码 */,
	"\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf" /* パスワ */,
	"\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c" /* пароль */ };

struct locked {
	PartRecord *part;
	PartRecord *root;       /* of the scan: libclamav's word is about it */
	GBytes *octets;
	guint depth, children;
	const char *reading;
};

void
locked_free(gpointer data)
{
	struct locked *locked = data;

	g_bytes_unref(locked->octets);
	g_free(locked);
}

/* --- words ----------------------------------------------------------------- */

static void
add_word(Examination *examination, const char *word, gsize len)
{
	g_autofree char *copy = g_strndup(word, len);

	if (len == 0 || len > MAX_PASSWORD_OCTETS ||
	    examination->passwords->len >= examination->policy->try_passwords)
		return;
	add_unique(examination->passwords, copy);
}

/* A word as it stands, and without marks around it or in front of a colon. */
static void
add_readings(Examination *examination, const char *word)
{
	static const char marks[] = "\"'`.,;:!?()[]{}<>*_";
	gsize begin = strspn(word, marks);
	gsize end = strlen(word);
	const char *colon = strrchr(word, ':');
	const char *wide = strstr(word, "\xef\xbc\x9a");        /* ： */

	add_word(examination, word, end);
	while (end > begin && strchr(marks, word[end - 1]) != NULL)
		end--;
	if (begin > 0 || word[end] != '\0')
		add_word(examination, word + begin, end - begin);
	if (colon != NULL)
		add_word(examination, colon + 1, strlen(colon + 1));
	if (wide != NULL)
		add_word(examination, wide + 3, strlen(wide + 3));
}

static gboolean
has_hint(const char *line)
{
	g_autofree char *lower = g_ascii_strdown(line, -1);

	for (gsize i = 0; i < G_N_ELEMENTS(hints); i++)
		if (strstr(lower, hints[i]) != NULL)
			return TRUE;
	return FALSE;
}

void
examination_add_text(Examination *examination, Span text)
{
	g_autofree char *copy = NULL;
	g_auto(GStrv) lines = NULL;
	guint hinted = 0;

	if (examination->policy->try_passwords == 0)
		return;
	copy = g_strndup((const char *)text.octets, text.len);
	lines = g_strsplit_set(copy, "\r\n", -1);
	for (guint i = 0; lines[i] != NULL &&
	     examination->passwords->len < examination->policy->try_passwords;
	     i++) {
		g_auto(GStrv) words = NULL;

		if (*lines[i] == '\0')
			continue;
		hinted = has_hint(lines[i]) ? 2 : hinted > 0 ? hinted - 1 : 0;
		if (hinted == 0)
			continue;
		words = g_strsplit_set(lines[i], " \t<>", -1);
		for (guint j = 0; words[j] != NULL; j++)
			add_readings(examination, words[j]);
	}
}

/* --- archives -------------------------------------------------------------- */

void
remember_locked(EngineScan *scan, const Container *container)
{
	Examination *examination = scan->walk->examination;
	struct locked *locked;

	if (container->octets == NULL)
		return;
	locked = g_new0(struct locked, 1);
	locked->part = container->part;
	locked->root = ((const Container *)g_ptr_array_index(
	    scan->containers, 0))->part;
	locked->octets = g_bytes_new(g_bytes_get_data(container->octets, NULL),
	    g_bytes_get_size(container->octets));
	locked->depth = container->depth;
	locked->children = container->children;
	locked->reading = scan->walk->reading;
	g_ptr_array_add(examination->locked, locked);
}

/* Ends at the first member that the password does not open. */
static gboolean
on_trial(Unpacking *unpacking, const Member *member)
{
	gboolean *is_open = unpacking->data;

	if (member->state != MEMBER_WHOLE && member->state != MEMBER_EMPTY)
		*is_open = FALSE;
	unpacking->room -= MIN(unpacking->room, member->octets.len);
	return *is_open;
}

static gboolean
opens(const struct locked *locked, const char *password, const Walk *walk)
{
	gboolean is_open = TRUE;
	Unpacking unpacking = {
		.max_octets = walk->examination->policy->max_part_octets,
		.room = walk_room(walk), .deadline = walk->deadline,
		.on_member = on_trial, .data = &is_open };
	Span octets = span_of_bytes(locked->octets);

	return archive_open(octets, ARCHIVE_ZIP_DIRECTORY, password,
	    &unpacking) == OPENED_WHOLE && is_open &&
	    !unpacking_is_late(&unpacking);
}

/* What was said of the archive is a note now. */
static void
lift_findings(Record *record, const struct locked *locked)
{
	for (guint i = 0; i < record->findings->len; i++) {
		Finding *finding = g_ptr_array_index(record->findings, i);

		if (finding->class == FINDING_ENCRYPTED &&
		    (g_strcmp0(finding->part, locked->part->path) == 0 ||
		        g_strcmp0(finding->part, locked->root->path) == 0)) {
			finding->verdict = VERDICT_ACCEPT;
			g_free(finding->detail);
			finding->detail = g_strdup(
			    "opened with a word of the message");
		}
	}
}

static void
unlock(Examination *examination, const struct locked *locked)
{
	Walk walk = { .examination = examination, .reading = locked->reading,
		.root = locked->part,
		.root_octets = g_bytes_get_size(locked->octets) };

	walk.deadline = g_get_monotonic_time() +
	    1000 * (gint64)examination->policy->max_container_ms;
	for (guint i = 0; i < examination->passwords->len; i++) {
		const char *password =
		    g_ptr_array_index(examination->passwords, i);
		Container container = { .part = locked->part,
			.kind = container_zip_kind(),
			.octets = locked->octets, .depth = locked->depth,
			.children = locked->children };

		if (!opens(locked, password, &walk))
			continue;
		open_with_password(&walk, &container, password);
		if (!walk.is_over)
			lift_findings(examination->record, locked);
		return;
	}
}

void
examination_unlock(Examination *examination)
{
	/* Members may be locked as well: the list grows. */
	for (guint i = 0; i < examination->locked->len; i++)
		unlock(examination, g_ptr_array_index(examination->locked, i));
}
