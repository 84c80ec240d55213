/*
 * scanner/received.c - the chain of relays that the Received fields tell of.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Fields are written by hundreds of programs. What is read is what nearly all
 * share: "from HELO (RDNS [IP]) by BY with PROTOCOL id ID", with the helo name
 * in place of the rdns name, or inside the comment, where a program says so.
 */
#include "config.h"

#include <string.h>

#include "scanner/received.h"

static void
relay_free(gpointer data)
{
	Relay *relay = data;

	g_free(relay->ip);
	g_free(relay->rdns);
	g_free(relay->helo);
	g_free(relay->ident);
	g_free(relay->by);
	g_free(relay->envelope_from);
	g_free(relay->id);
	g_free(relay->auth);
	g_free(relay);
}

/* The word at text, up to one of stops or a blank. */
static char *
word_at(const char *text, const char *stops)
{
	gsize n = 0;

	while (text[n] != '\0' && !g_ascii_isspace(text[n]) &&
	    strchr(stops, text[n]) == NULL)
		n++;
	return g_strndup(text, n);
}

/* The word behind " key "; "" where there is none. */
static char *
word_after(const char *text, const char *key, const char *stops)
{
	const char *found = strstr(text, key);

	return found != NULL ? word_at(found + strlen(key), stops) :
	    g_strdup("");
}

/* The IP address that begins at text, "IPv6:" allowed; NULL: none. */
static char *
address_at(const char *text)
{
	g_autofree char *word = NULL;

	if (g_ascii_strncasecmp(text, "IPv6:", 5) == 0)
		text += 5;
	word = g_strndup(text, strspn(text, "0123456789abcdefABCDEF.:"));
	if (strlen(word) > 2 && g_hostname_is_ip_address(word))
		return g_steal_pointer(&word);
	return NULL;
}

/* The first address in brackets before end, else in parentheses. */
static char *
find_address(const char *text, const char *end)
{
	static const char openings[] = "[(";

	for (const char *open = openings; *open != '\0'; open++)
		for (const char *at = text; (at = strchr(at, *open)) != NULL &&
		    at < end; at++) {
			char *address = address_at(at + 1);

			if (address != NULL)
				return address;
		}
	return NULL;
}

/* "(rdns [ip])", "(helo=x)", "(HELO x)" between from and by, where end is.
 * Behind that sendmail writes its version: it always looks for a name. */
static void
read_comment(Relay *relay, const char *text, const char *end)
{
	g_autofree char *comment = g_strndup(text, (gsize)(end - text));
	g_autofree char *first = NULL;
	gboolean is_before_address = FALSE;
	const char *found;

	if ((found = strstr(comment, "helo=")) != NULL) {
		g_free(relay->rdns);
		relay->rdns = relay->helo;
		relay->helo = word_at(found + 5, "()[];");
	} else if ((found = strstr(comment, "HELO ")) != NULL ||
	    (found = strstr(comment, "EHLO ")) != NULL) {
		g_free(relay->rdns);
		relay->rdns = relay->helo;
		relay->helo = word_at(found + 5, "()[];");
	} else if ((found = strchr(comment, '(')) != NULL) {
		const char *at;

		first = word_at(found + 1, "()[];");
		found += 1 + strlen(first);
		found += strspn(found, " ");
		is_before_address = *found == '[';
		at = strchr(first, '@');
		if (at != NULL) {
			g_free(relay->ident);
			relay->ident = g_strndup(first, (gsize)(at - first));
		}
		/* One word without a dot may be any remark. */
		if (*found == '[' || strchr(first, '.') != NULL) {
			g_free(relay->rdns);
			relay->rdns = g_strdup(at != NULL ? at + 1 : first);
		}
	}
	relay->is_nameless = strstr(comment, "(unknown [") != NULL ||
	    (strstr(comment, "([") != NULL && strstr(end, " (8.") != NULL);
	/* "from a (1.2.3.4 [1.2.3.4])" is what some write for no name; rules
	 * know it. */
	if (g_str_has_prefix(relay->rdns, "[") ||
	    (g_hostname_is_ip_address(relay->rdns) && !is_before_address)) {
		g_free(relay->rdns);
		relay->rdns = g_strdup("");
	}
}

/* "with ESMTPSA": the client has logged in (RFC 3848). */
static char *
read_auth(const char *text)
{
	g_autofree char *protocol = word_after(text, " with ", ";()");

	if (g_ascii_strcasecmp(protocol, "ASMTP") == 0 ||
	    ((g_str_has_suffix(protocol, "PA") ||
	    g_str_has_suffix(protocol, "PSA")) &&
	    strstr(protocol, "MT") != NULL))
		return g_steal_pointer(&protocol);
	return g_strdup("");
}

/* "(envelope-from <a@b>)" and the like; NULL: the field does not say. */
static char *
read_envelope_from(const char *text)
{
	const char *found = strstr(text, "envelope-");
	const char *value;

	if (found == NULL)
		return NULL;
	value = found + strlen("envelope-");
	if (!g_str_has_prefix(value, "from") &&
	    !g_str_has_prefix(value, "sender"))
		return NULL;
	value += strspn(value, G_CSET_a_2_z);
	value += strspn(value, " =:<");
	return word_at(value, ">;()");
}

/* NULL: not a relay; *is_odd: not understood at all. */
static Relay *
relay_new(const char *text, gboolean *is_odd)
{
	g_autofree char *ip = NULL;
	const char *by, *from_end;
	Relay *relay;

	*is_odd = FALSE;
	if (g_ascii_strncasecmp(text, "from ", 5) != 0)
		return NULL;
	/* The operator's own program that empties a mailbox elsewhere. */
	if (strstr(text, "by localhost with ") != NULL &&
	    strstr(text, "(fetchmail") != NULL)
		return NULL;
	by = strstr(text, " by ");
	from_end = by != NULL ? by : text + strlen(text);
	ip = find_address(text + 5, from_end);
	if (ip == NULL) {
		/* "from a by b": handed over within one host. */
		*is_odd = memchr(text, '(', (gsize)(from_end - text)) !=
		    NULL && !g_str_has_prefix(text, "from localhost");
		return NULL;
	}
	relay = g_new0(Relay, 1);
	relay->ip = g_steal_pointer(&ip);
	relay->helo = word_at(text + 5, "()[];");
	relay->rdns = g_strdup("");
	relay->ident = g_strdup("");
	relay->by = word_after(text, " by ", "();");
	relay->envelope_from = read_envelope_from(text);
	relay->id = word_after(text, " id ", "<>;()");
	relay->auth = read_auth(text);
	read_comment(relay, text + 5 + strlen(relay->helo), from_end);
	if (g_str_has_suffix(relay->rdns, "."))
		relay->rdns[strlen(relay->rdns) - 1] = '\0';
	if (strcmp(relay->rdns, "unknown") == 0)
		relay->rdns[0] = '\0';
	return relay;
}

gboolean
received_is_private(GInetAddress *address)
{
	return g_inet_address_get_is_loopback(address) ||
	    g_inet_address_get_is_site_local(address) ||
	    g_inet_address_get_is_link_local(address);
}

static gboolean
is_trusted(const Relay *relay, const char *const *networks)
{
	g_autoptr(GInetAddress) address =
	    g_inet_address_new_from_string(relay->ip);

	if (*relay->auth != '\0')
		return TRUE;
	if (address == NULL)
		return FALSE;
	if (networks == NULL)
		return received_is_private(address);
	for (; *networks != NULL; networks++) {
		g_autoptr(GInetAddressMask) mask =
		    g_inet_address_mask_new_from_string(*networks, NULL);

		if (mask != NULL && g_inet_address_mask_matches(mask, address))
			return TRUE;
	}
	return g_inet_address_get_is_loopback(address);
}

Received *
received_new(const HeaderView *header, const char *const *trusted)
{
	g_autoptr(GPtrArray) fields = header_view_all(header, "Received");
	Received *received = g_new0(Received, 1);
	gboolean is_inside = TRUE;

	received->relays = g_ptr_array_new_with_free_func(relay_free);
	for (guint i = 0; i < MIN(fields->len, RECEIVED_MAX_RELAYS); i++) {
		gboolean is_odd;
		Relay *relay = relay_new(g_ptr_array_index(fields, i),
		    &is_odd);

		received->unparseable += is_odd ? 1 : 0;
		if (relay != NULL)
			is_inside = is_inside && is_trusted(relay, trusted);
		received->trusted_fields += is_inside ? 1 : 0;
		if (relay == NULL)
			continue;
		relay->is_trusted = is_inside;
		g_ptr_array_add(received->relays, relay);
	}
	return received;
}

void
received_free(Received *received)
{
	if (received == NULL)
		return;
	g_ptr_array_unref(received->relays);
	g_free(received);
}

char *
received_text(const Received *received, gboolean wants_trusted)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < received->relays->len; i++) {
		const Relay *relay = g_ptr_array_index(received->relays, i);

		if (relay->is_trusted != wants_trusted)
			continue;
		g_string_append_printf(text, "%s[ ip=%s rdns=%s helo=%s by=%s "
		    "ident=%s envfrom=%s intl=%d id=%s auth=%s msa=0 ]",
		    text->len > 0 ? " " : "", relay->ip, relay->rdns,
		    relay->helo, relay->by, relay->ident,
		    relay->envelope_from != NULL ? relay->envelope_from : "",
		    relay->is_trusted ? 1 : 0, relay->id, relay->auth);
	}
	return g_string_free(text, FALSE);
}
