/*
 * scanner/uri_list.c - every URI of a message, as rules on URIs see them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/uri_list.h"

/* Redirectors within redirectors. */
#define MAX_REDIRECTS 4

struct uri_finder {
	RuleRegex *regex;
	const GHashTable *tlds;
};

/*
 * In this order: with a scheme or a telling prefix; a mail address; a bare
 * host name, with or without a path. Delimiters are those of mail clients.
 */
#define END "><\"`}\\]{[|\\s\\x1b\\xa0"
#define END_MAIL END ",('\\x80-\\xff"
static const char pattern[] =
    "/(?:\\b|(?<=[><\"'`,{\\[(|\\s\\x1b\\xa0]))(?:"
    "(?:(?:https?|ftp):\\/\\/|(?:www\\d{0,2}|ftp)\\.)[^" END "]{1,2048}"
    "(?=[" END "]|\\z)|"
    "(?:mailto:[^" END_MAIL "]{1,2048}|"
    "[^" END_MAIL "@]{1,251}\\@[^" END_MAIL "]{1,251})(?=[" END_MAIL "]|\\z)|"
    "(?:^|(?<=[!\"#$&'()*+,\\/:;<=>?@\\[\\\\\\]^`{|}~\\s\\x1b\\xa0]))"
    "[a-z\\d][a-z\\d._-]{0,251}\\.[a-z][a-z\\d-]{1,62}\\.?(?::\\d{1,5})?"
    "(?:\\/[^" END "]{1,2048})?(?=[" END "]|\\z))/i";

UriFinder *
uri_finder_new(const GHashTable *tlds)
{
	UriFinder *finder = g_new0(UriFinder, 1);

	finder->regex = rule_regex_new(pattern, NULL, FALSE, NULL);
	finder->tlds = tlds;
	return finder;
}

void
uri_finder_free(UriFinder *finder)
{
	if (finder == NULL)
		return;
	rule_regex_free(finder->regex);
	g_free(finder);
}

UriList *
uri_list_new(void)
{
	UriList *list = g_new0(UriList, 1);

	list->uris = g_ptr_array_new_with_free_func(g_free);
	list->seen = g_hash_table_new(g_str_hash, g_str_equal);
	return list;
}

void
uri_list_free(UriList *list)
{
	if (list == NULL)
		return;
	g_hash_table_unref(list->seen);
	g_ptr_array_unref(list->uris);
	g_free(list);
}

/* FALSE: it is there already, or there is no room. */
static gboolean
add(UriList *list, const char *uri)
{
	char *copy;

	if (g_hash_table_contains(list->seen, uri))
		return FALSE;
	if (list->uris->len >= URI_LIST_MAX) {
		list->is_truncated = TRUE;
		return FALSE;
	}
	copy = g_strdup(uri);
	g_ptr_array_add(list->uris, copy);
	g_hash_table_add(list->seen, copy);
	return TRUE;
}

static gboolean
has_prefix(const char *text, const char *prefix)
{
	return g_ascii_strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* %41 of a character that needs no encoding. */
static void
decode_percent(char *uri)
{
	char *to = uri;

	for (const char *from = uri; *from != '\0'; from++) {
		if (from[0] == '%' && g_ascii_isxdigit(from[1]) &&
		    g_ascii_isxdigit(from[2])) {
			int c = g_ascii_xdigit_value(from[1]) << 4 |
			    g_ascii_xdigit_value(from[2]);

			if (c > ' ' && c < 0x7f && strchr("\"%<>", c) == NULL) {
				*to++ = (char)c;
				from += 2;
				continue;
			}
		}
		*to++ = *from;
	}
	*to = '\0';
}

/* "&#46;" written into an address of plain text. */
static void
decode_references(char *uri)
{
	char *to = uri;

	for (const char *from = uri; *from != '\0'; from++) {
		gboolean is_hex = from[0] == '&' && from[1] == '#' &&
		    (from[2] | 0x20) == 'x';

		if (from[0] == '&' && from[1] == '#') {
			const char *digits = from + (is_hex ? 3 : 2);
			char *end;
			guint64 c = g_ascii_isxdigit(*digits) ?
			    g_ascii_strtoull(digits, &end, is_hex ? 16 : 10) :
			    0;

			if (c > ' ' && c < 0x7f && *end == ';') {
				*to++ = (char)c;
				from = end;
				continue;
			}
		}
		*to++ = *from;
	}
	*to = '\0';
}

static gboolean
has_scheme(const char *uri)
{
	gsize n = strspn(uri, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_");

	return n > 0 && uri[n] == ':';
}

static void
add_mailto(UriList *list, const char *uri)
{
	const char *at = strchr(uri, '@');
	g_autofree char *plain = NULL;

	add(list, uri);
	if (at == NULL)
		return;
	plain = g_strndup(uri, (gsize)(at - uri) + strcspn(at, "?&"));
	add(list, plain);
}

/* The scheme with two slashes, and a slash behind the host. */
static char *
with_slashes(const char *uri)
{
	gsize scheme = strcspn(uri, ":") + 1;
	const char *rest = uri + scheme;
	gsize host;

	rest += strspn(rest, "/") >= 2 ? 2 : strspn(rest, "/");
	host = strcspn(rest, "/?#");
	return g_strdup_printf("%.*s//%.*s%s%s", (int)scheme, uri, (int)host,
	    rest, rest[host] == '?' || rest[host] == '#' ? "/" : "",
	    rest + host);
}

char *
uri_host(const char *uri)
{
	const char *host = strstr(uri, "://");
	const char *at;
	gsize len;

	if (host == NULL)
		return NULL;
	host += 3;
	len = strcspn(host, "/?#");
	at = memrchr(host, '@', len);
	if (at != NULL) {
		len -= (gsize)(at + 1 - host);
		host = at + 1;
	}
	len = MIN(len, strcspn(host, ":"));
	return len > 0 ? g_ascii_strdown(host, (gssize)len) : NULL;
}

/* "http://host/rest" without user and port, host without odd ends. */
static void
add_plain_host(UriList *list, const char *uri)
{
	const char *start = strstr(uri, "://") + 3;
	gsize authority = strcspn(start, "/?#");
	const char *at = memrchr(start, '@', authority);
	const char *host = at != NULL ? at + 1 : start;
	gsize host_len = authority - (gsize)(host - start);
	gsize name_len = MIN(host_len, strcspn(host, ":"));
	g_autofree char *plain = NULL;

	while (name_len > 0 && !g_ascii_isalnum(host[name_len - 1]) &&
	    (host[name_len - 1] & 0x80) == 0)
		name_len--;
	plain = g_strdup_printf("%.*s%.*s%s", (int)(start - uri), uri,
	    (int)name_len, host, start + authority);
	add(list, plain);
}

/* All forms of one URI; returns the URI inside it, or NULL. Caller frees. */
static char *
add_forms(UriList *list, const char *uri)
{
	g_autofree char *plain = g_strdup(uri);
	const char *inner;

	g_strdelimit(plain, "\\", '/');
	decode_percent(plain);
	decode_references(plain);
	if (!has_scheme(plain)) {
		char *longer = g_strconcat(has_prefix(plain, "ftp.") ?
		    "ftp://" : "http://", plain, NULL);

		g_free(plain);
		plain = longer;
	}
	if (has_prefix(plain, "http:") || has_prefix(plain, "https:")) {
		char *slashed = with_slashes(plain);

		g_free(plain);
		plain = slashed;
	}
	add(list, plain);
	if (!has_prefix(plain, "http://") && !has_prefix(plain, "https://"))
		return NULL;
	add_plain_host(list, plain);
	inner = strstr(plain + 8, "http");
	if (inner == NULL ||
	    (!has_prefix(inner, "http:/") && !has_prefix(inner, "https:/")))
		return NULL;
	return g_strndup(inner, strcspn(inner, "&#"));
}

void
uri_list_add(UriList *list, const char *text)
{
	g_autofree char *uri = g_strndup(text, URI_MAX_OCTETS);
	char *to = uri;

	if (strlen(text) > URI_MAX_OCTETS)
		list->is_truncated = TRUE;
	for (const char *from = uri; *from != '\0'; from++)
		if (*from != '\n' && *from != '\r')
			*to++ = *from;
	*to = '\0';
	g_strstrip(uri);
	/* Anchors and paths of this page lead nowhere. */
	if (strlen(uri) < 2 || strchr("#?&", *uri) != NULL ||
	    (*uri == '/' && uri[1] != '/'))
		return;
	if (has_prefix(uri, "mailto:")) {
		add_mailto(list, uri);
		return;
	}
	for (int i = 0; i < MAX_REDIRECTS && uri != NULL; i++) {
		char *inner;

		if (!add(list, uri))
			return;
		inner = add_forms(list, uri);
		g_free(uri);
		uri = inner;
	}
}

static gboolean
is_tld(const UriFinder *finder, const char *host)
{
	const char *dot = strrchr(host, '.');
	g_autofree char *tld = NULL;

	if (dot == NULL || dot == host || dot[1] == '\0')
		return FALSE;
	if (finder->tlds == NULL)
		return TRUE;
	tld = g_ascii_strdown(dot + 1, -1);
	return g_hash_table_contains((GHashTable *)finder->tlds, tld);
}

/* As a mail client cuts it: a closing parenthesis ends it unless one is open,
 * and punctuation at its end belongs to the sentence. */
static void
trim(char *uri)
{
	gsize open = strcspn(uri, "("), close = strcspn(uri, ")");
	gsize len;

	if (close < open)
		uri[close] = '\0';
	len = strlen(uri);
	while (len > 0 && strchr("-~!@#^&*()_+=:;'?,.", uri[len - 1]) != NULL)
		len--;
	uri[len] = '\0';
}

static void
add_found(UriList *list, const UriFinder *finder, char *uri)
{
	g_autofree char *full = NULL;
	g_autofree char *host = NULL;

	trim(uri);
	if (has_prefix(uri, "http:") || has_prefix(uri, "https:") ||
	    has_prefix(uri, "ftp:")) {
		full = g_strdup(uri);
	} else if (has_prefix(uri, "www")) {
		full = g_strconcat("http://", uri, NULL);
	} else if (has_prefix(uri, "ftp.")) {
		full = g_strconcat("ftp://", uri, NULL);
	} else if (strchr(uri, '@') != NULL) {
		const char *at = strchr(uri, '@');

		host = g_strndup(at + 1, strcspn(at + 1, "?&>"));
		if (!is_tld(finder, host))
			return;
		full = has_prefix(uri, "mailto:") ? g_strdup(uri) :
		    g_strconcat("mailto:", uri, NULL);
		uri_list_add(list, full);
		return;
	} else {
		full = g_strconcat("http://", uri, NULL);
	}
	host = uri_host(full);
	if (host == NULL || (!is_tld(finder, host) &&
	    !g_hostname_is_ip_address(host)))
		return;
	uri_list_add(list, full);
}

void
uri_list_add_text(UriList *list, const UriFinder *finder, RegexRun *run,
    const TextSpan *line)
{
	gsize offset = 0, start, end;

	/* Most lines have neither. */
	if (memchr(line->text, '.', line->len) == NULL &&
	    memchr(line->text, '/', line->len) == NULL)
		return;
	while (!list->is_truncated && rule_regex_search(finder->regex, run,
	    line->text, line->len, offset, &start, &end)) {
		g_autofree char *uri = g_strndup(line->text + start,
		    end - start);

		add_found(list, finder, uri);
		offset = MAX(end, offset + 1);
	}
}
