/*
 * scanner/eval_relay.c - eval functions on the relays of the Received fields.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "scanner/eval_call.h"

/* The i-th relay that is not trusted, newest first; NULL: no more. */
static const Relay *
untrusted(const EvalCall *call, guint i)
{
	const GPtrArray *relays = content_views_received(call->views)->relays;

	for (guint j = 0; j < relays->len; j++) {
		const Relay *relay = g_ptr_array_index(relays, j);

		if (!relay->is_trusted && i-- == 0)
			return relay;
	}
	return NULL;
}

static gboolean
check_no_relays(const EvalCall *call)
{
	const Received *received = content_views_received(call->views);

	return received->relays->len == 0 && received->unparseable == 0;
}

static gboolean
check_relays_unparseable(const EvalCall *call)
{
	return content_views_received(call->views)->unparseable > 0;
}

static gboolean
check_all_trusted(const EvalCall *call)
{
	const Received *received = content_views_received(call->views);

	return received->relays->len > 0 && received->unparseable == 0 &&
	    untrusted(call, 0) == NULL;
}

/* "1.2.3.4", and neither private nor of this host. */
static gboolean
is_public_ipv4(const char *text)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);

	return address != NULL && g_inet_address_get_family(address) ==
	    G_SOCKET_FAMILY_IPV4 && !received_is_private(address);
}

/* How many octets of "1.2.3.4" and the like are equal from the start. */
static guint
common_octets(const char *left, const char *right)
{
	guint n = 0;

	for (; *left != '\0' && *left == *right; left++, right++)
		n += *left == '.' ? 1 : 0;
	return n;
}

/* Greets with another network's address than its own. */
static gboolean
helo_ip_mismatch(const EvalCall *call)
{
	const Relay *relay;

	for (guint i = 0; (relay = untrusted(call, i)) != NULL; i++)
		if (is_public_ipv4(relay->helo) && is_public_ipv4(relay->ip) &&
		    common_octets(relay->helo, relay->ip) < 3)
			return TRUE;
	return FALSE;
}

/* Greets as a large provider, and has no name. */
static gboolean
check_for_no_rdns_dotcom_helo(const EvalCall *call)
{
	static const char pattern[] = "(?:\\.|^)(?:lycos\\.com|lycos\\.co\\.uk|"
	    "hotmail\\.com|localhost\\.com|excite\\.com|caramail\\.com|"
	    "cs\\.com|aol\\.com|msn\\.com|yahoo\\.com|drizzle\\.com)$";
	const Relay *relay;
	gboolean is_found = FALSE;

	/* The oldest relay with a public address decides. */
	for (guint i = 0; (relay = untrusted(call, i)) != NULL; i++)
		if (is_public_ipv4(relay->ip))
			is_found = relay->is_nameless && *relay->rdns == '\0' &&
			    eval_matches(call, pattern, "i", relay->helo);
	return is_found;
}

/* "example.org" or "example.org.uk" of a host name; an address as it is. */
static const char *
last_labels(const char *host)
{
	const char *last = strrchr(host, '.'), *at = last;
	guint wanted;

	if (last == NULL || strpbrk(host, G_CSET_A_2_Z G_CSET_a_2_z) == NULL)
		return host;
	wanted = strlen(last + 1) >= 3 || strcmp(last, ".ie") == 0 ||
	    strcmp(last, ".fr") == 0 || strcmp(last, ".de") == 0 ? 1 : 2;
	while (at > host && (at[-1] != '.' || --wanted > 0))
		at--;
	return at;
}

static gboolean
is_host_name(const char *host)
{
	const char *dot = strchr(host, '.');

	return dot != NULL && dot > host && dot[1] != '\0' &&
	    g_hostname_is_ip_address(host) == FALSE &&
	    host[strspn(host, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-.")]
	    == '\0';
}

/* A chain whose links do not fit: who received a message is not who passed it
 * on. More than once. */
static gboolean
check_for_forged_received_trail(const EvalCall *call)
{
	const Relay *relay, *newer = NULL;
	guint mismatches = 0;

	for (guint i = 0; (relay = untrusted(call, i)) != NULL; i++) {
		const char *by = last_labels(relay->by);
		const char *from = newer != NULL ? last_labels(newer->rdns) :
		    "";

		newer = relay;
		if (is_host_name(by) && is_host_name(from) &&
		    g_ascii_strcasecmp(by, from) != 0)
			mismatches++;
	}
	return mismatches > 1;
}

/* The sender's domain is that of the relay which handed the message over. */
static gboolean
check_mailfrom_matches_rcvd(const EvalCall *call)
{
	const GPtrArray *relays = content_views_received(call->views)->relays;
	g_autofree char *domain = eval_domain(eval_field(call,
	    "EnvelopeFrom"));
	const Relay *first = untrusted(call, 0);

	if (strchr(domain, '.') == NULL)
		return FALSE;
	for (guint i = 0; i < relays->len; i++) {
		const Relay *relay = g_ptr_array_index(relays, i);
		g_autofree char *rdns = g_ascii_strdown(relay->rdns, -1);

		if ((first == NULL || relay == first) && *rdns != '\0' &&
		    strcmp(eval_registered_domain(call, rdns),
		    eval_registered_domain(call, domain)) == 0)
			return TRUE;
	}
	return FALSE;
}

const EvalFunction eval_relay_functions[] = {
	{ "check_all_trusted", check_all_trusted },
	{ "check_for_forged_received_trail", check_for_forged_received_trail },
	{ "check_for_no_rdns_dotcom_helo", check_for_no_rdns_dotcom_helo },
	{ "check_mailfrom_matches_rcvd", check_mailfrom_matches_rcvd },
	{ "check_no_relays", check_no_relays },
	{ "check_relays_unparseable", check_relays_unparseable },
	{ "helo_ip_mismatch", helo_ip_mismatch },
	{ NULL, NULL },
};
