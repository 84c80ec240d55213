/*
 * spool/poison.c - messages that have killed workers, remembered.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/ids.h"
#include "spool/poison.h"

#define LIST_MAX 100000
#define TEXT_MAX 128

struct poison {
	Spool *spool;
	GHashTable *sizes;      /* of guint64: the sizes that are remembered */
};

Poison *
poison_new(Spool *spool)
{
	Poison *poison = g_new0(Poison, 1);

	poison->spool = spool;
	poison->sizes = g_hash_table_new_full(g_int64_hash, g_int64_equal,
	    g_free, NULL);
	return poison;
}

void
poison_free(Poison *poison)
{
	if (poison == NULL)
		return;
	g_hash_table_unref(poison->sizes);
	g_free(poison);
}

static void
add_size(Poison *poison, guint64 size)
{
	g_hash_table_add(poison->sizes, g_memdup2(&size, sizeof(size)));
}

void
poison_refresh(Poison *poison, gint64 max_age)
{
	g_autoptr(GPtrArray) names = spool_list(poison->spool, SPOOL_POISON,
	    LIST_MAX);
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;

	g_hash_table_remove_all(poison->sizes);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		struct stat status;

		if (fstatat(poison->spool->folders[SPOOL_POISON], name,
		    &status, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		if (now - status.st_mtime > max_age)
			spool_remove(poison->spool, SPOOL_POISON, name);
		else
			add_size(poison, g_ascii_strtoull(name, NULL, 10));
	}
}

/* "SIZE-SHA256". Caller frees. NULL and errno: the message cannot be read, or
 * has another size. */
static char *
name_of(int message, guint64 size)
{
	struct sha256_ctx context;
	guint8 octets[65536], digest[SHA256_DIGEST_SIZE];
	GString *name;
	guint64 done = 0;
	ssize_t got;

	sha256_init(&context);
	while ((got = pread(message, octets, sizeof(octets),
	    (off_t)done)) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return NULL;
		sha256_update(&context, (size_t)got, octets);
		done += (guint64)got;
		if (done > size)
			break;
	}
	errno = EIO;
	if (done != size)
		return NULL;
	sha256_digest(&context, sizeof(digest), digest);
	name = g_string_new(NULL);
	g_string_printf(name, "%" G_GUINT64_FORMAT "-", size);
	for (gsize i = 0; i < sizeof(digest); i++)
		g_string_append_printf(name, "%02x", digest[i]);
	return g_string_free(name, FALSE);
}

/* "ATTEMPTS ID". Caller frees the id; NULL: no such file, or not in order. */
static char *
read_memory(Spool *spool, const char *name, guint *attempts)
{
	char text[TEXT_MAX] = "";
	guint64 number;
	g_auto(GStrv) words = NULL;
	uid_t owner;
	ssize_t got;
	int fd = spool_open_file(spool, SPOOL_POISON, name, &owner);

	if (fd == -1)
		return NULL;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return NULL;
	words = g_strsplit(g_strchomp(text), " ", 3);
	if (g_strv_length(words) != 2 || !spool_id_is_valid(words[1]) ||
	    !g_ascii_string_to_unsigned(words[0], 10, 1, SPOOL_ATTEMPTS_MAX,
	        &number, NULL))
		return NULL;
	*attempts = (guint)number;
	return g_strdup(words[1]);
}

guint
poison_attempts(const Poison *poison, int message, guint64 size)
{
	g_autofree char *name = NULL, *id = NULL;
	guint attempts = 0;

	if (!g_hash_table_contains(poison->sizes, &size))
		return 0;
	name = name_of(message, size);
	if (name != NULL)
		id = read_memory(poison->spool, name, &attempts);
	return id != NULL ? attempts : 0;
}

gboolean
poison_remember(Poison *poison, int message, guint64 size, guint attempts,
    const char *id)
{
	g_autofree char *name = name_of(message, size);
	g_autofree char *text = g_strdup_printf("%u %s\n",
	    MIN(attempts, SPOOL_ATTEMPTS_MAX), id);

	if (name == NULL || !spool_write_file(poison->spool, SPOOL_POISON,
	    SPOOL_POISON, name, text, strlen(text)))
		return FALSE;
	add_size(poison, size);
	return TRUE;
}

gboolean
poison_forget(Spool *spool, const char *id)
{
	g_autoptr(GPtrArray) names = spool_list(spool, SPOOL_POISON,
	    LIST_MAX);
	gboolean is_forgotten = FALSE;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		guint attempts;
		g_autofree char *other = read_memory(spool, name, &attempts);

		if (g_strcmp0(other, id) == 0)
			is_forgotten |= unlinkat(spool->folders[SPOOL_POISON],
			    name, 0) == 0;
	}
	return is_forgotten;
}
