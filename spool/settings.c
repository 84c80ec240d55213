/*
 * spool/settings.c - mailweir.conf: every key, with unit and default.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "signatures/conf_file.h"
#include "spool/settings.h"

/* Milliseconds for one part. */
#define MIN_ENGINE_MS 1000u
#define DEFAULT_PATH "/etc/mailweir/mailweir.conf"

enum kind {
	KIND_PATH,              /* char *: absolute */
	KIND_PATHS,             /* char **: absolute, separated by ';' */
	KIND_NAMES,             /* char **: words separated by ';' */
	KIND_HOST,              /* char *: letters, digits, dots and hyphens */
	KIND_BOOLEAN,           /* gboolean: yes or no */
	KIND_CHOICE,            /* PolicyChoice: refuse or note */
	KIND_COUNT,             /* guint */
	KIND_OCTETS,            /* guint64: octets; K, M and G are powers of 1024 */
	KIND_SCORE,             /* double: points, "6" or "7.5" */
	KIND_CONTENT,           /* PolicyVerdict: reject, suspect or note */
	KIND_FSYNC,             /* SpoolFsync: none, files or full */
	KIND_REPLIES,           /* char **: beginnings of replies, 4xx or 5xx */
	KIND_SANDBOX,           /* SandboxMode: required, best-effort or off */
	KIND_USER,              /* char *: name of a user */
	KIND_MILLISECONDS,      /* guint: written in seconds, "30" or "0.5" */
};

#define KEY(member) G_STRUCT_OFFSET(Settings, member)
#define KIB (G_GUINT64_CONSTANT(1) << 10)
#define MIB (KIB << 10)
#define GIB (MIB << 10)

/* What each key may be. Numbers are in the unit that Settings holds. */
static const struct key {
	const char *group;
	const char *key;
	enum kind kind;
	gsize offset;
	guint64 standard;       /* the default; 0 for paths and lists: none */
	guint64 min, max;
} keys[] = {
	{ "rules", "attachments", KIND_PATH, KEY(rules.attachments), 0, 0, 0 },
	{ "rules", "attachments-local", KIND_PATH,
	    KEY(rules.attachments_local), 0, 0, 0 },
	{ "rules", "types", KIND_PATH, KEY(rules.types), 0, 0, 0 },
	{ "rules", "replies", KIND_PATH, KEY(rules.replies), 0, 0, 0 },
	{ "rules", "databases", KIND_PATHS, KEY(rules.databases), 0, 0, 0 },
	{ "rules", "use-system-database", KIND_BOOLEAN,
	    KEY(rules.use_system_database), TRUE, 0, 0 },
	{ "limits", "max-message-octets", KIND_OCTETS,
	    KEY(policy.max_message_octets), 64 * MIB, 1, GIB },
	{ "limits", "max-part-octets", KIND_OCTETS,
	    KEY(policy.max_part_octets), 64 * MIB, 1, GIB },
	{ "limits", "max-expanded-octets", KIND_OCTETS,
	    KEY(policy.max_expanded_octets), 400 * MIB, 1, 4 * GIB },
	{ "limits", "max-name-octets", KIND_OCTETS,
	    KEY(policy.max_name_octets), KIB, 1, MIB },
	{ "limits", "max-depth", KIND_COUNT, KEY(policy.max_depth), 32, 1,
	    200 },
	{ "limits", "max-parts", KIND_COUNT, KEY(policy.max_parts), 1000, 1,
	    100000 },
	{ "limits", "max-messages", KIND_COUNT, KEY(policy.max_messages), 200,
	    1, 1000 },
	{ "limits", "max-decoded-ratio", KIND_COUNT,
	    KEY(policy.max_decoded_ratio), 4, 1, 1000 },
	{ "limits", "max-header-fields", KIND_COUNT,
	    KEY(policy.header.max_fields), 2000, 1, 1000000 },
	{ "limits", "max-header-octets", KIND_OCTETS,
	    KEY(policy.header.max_octets), MIB, 1, 64 * MIB },
	{ "limits", "max-parameters", KIND_COUNT,
	    KEY(policy.header.max_parameters), 200, 1, 10000 },
	{ "limits", "max-container-depth", KIND_COUNT,
	    KEY(policy.max_container_depth), 16, 1, 50 },
	{ "limits", "max-members", KIND_COUNT, KEY(policy.max_members), 10000,
	    1, 1000000 },
	{ "limits", "max-expansion-ratio", KIND_COUNT,
	    KEY(policy.max_expansion_ratio), 250, 1, 100000 },
	{ "limits", "max-container-time", KIND_MILLISECONDS,
	    KEY(policy.max_container_ms), 60000, 1, 3600000 },
	{ "policy", "try-passwords", KIND_COUNT, KEY(policy.try_passwords), 0,
	    0, 1000 },
	{ "policy", "encrypted-archive", KIND_CHOICE,
	    KEY(policy.encrypted_archive), CHOICE_REFUSE, 0, 0 },
	{ "policy", "encrypted-document", KIND_CHOICE,
	    KEY(policy.encrypted_document), CHOICE_NOTE, 0, 0 },
	{ "policy", "ambiguous-archive", KIND_CHOICE,
	    KEY(policy.ambiguous_archive), CHOICE_NOTE, 0, 0 },
	{ "policy", "unopened-container", KIND_CHOICE,
	    KEY(policy.unopened_container), CHOICE_REFUSE, 0, 0 },
	{ "policy", "hidden-part", KIND_CHOICE, KEY(policy.hidden_part),
	    CHOICE_REFUSE, 0, 0 },
	{ "policy", "message-partial", KIND_CHOICE,
	    KEY(policy.message_partial), CHOICE_REFUSE, 0, 0 },
	{ "policy", "external-body", KIND_CHOICE, KEY(policy.external_body),
	    CHOICE_NOTE, 0, 0 },
	{ "policy", "macros", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_MACROS]), CHOICE_NOTE, 0, 0 },
	{ "policy", "auto-macros", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_AUTO_MACROS]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "external-template", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_EXTERNAL_TEMPLATE]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "external-object", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_EXTERNAL_OBJECT]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "dde-auto", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_DDE_AUTO]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "dde", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_DDE]), CHOICE_NOTE, 0, 0 },
	{ "policy", "equation-object", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_EQUATION_OBJECT]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "rtf-object", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_RTF_OBJECT]), CHOICE_NOTE, 0, 0 },
	{ "policy", "pdf-javascript", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_PDF_JAVASCRIPT]), CHOICE_NOTE, 0, 0 },
	{ "policy", "pdf-launch", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_PDF_LAUNCH]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "pdf-file", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_PDF_FILE]), CHOICE_NOTE, 0, 0 },
	{ "policy", "onenote-file", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_ONENOTE_FILE]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "html-smuggling", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_HTML_SMUGGLING]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "html-file", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_HTML_FILE]), CHOICE_NOTE, 0, 0 },
	{ "policy", "svg-script", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_SVG_SCRIPT]), CHOICE_NOTE, 0, 0 },
	{ "policy", "polyglot", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_POLYGLOT]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "embedded-program", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_EMBEDDED_PROGRAM]), CHOICE_REFUSE, 0, 0 },
	{ "policy", "ambiguity-results", KIND_HOST,
	    KEY(policy.ambiguity_results), 0, 0, 0 },
	{ "content", "rules", KIND_PATHS, KEY(rules.content_rules), 0, 0, 0 },
	{ "content", "starter-rules", KIND_BOOLEAN,
	    KEY(rules.use_starter_rules), TRUE, 0, 0 },
	{ "content", "suspect-score", KIND_SCORE,
	    KEY(policy.content.suspect_score), 6, 1, 1000 },
	{ "content", "reject-score", KIND_SCORE,
	    KEY(policy.content.reject_score), 10, 1, 1000 },
	{ "content", "reject-rule-score", KIND_SCORE,
	    KEY(policy.content.reject_rule_score), 3, 0, 1000 },
	{ "content", "budget", KIND_MILLISECONDS,
	    KEY(policy.content.budget_ms), 2000, 1, 60000 },
	{ "content", "second-look", KIND_MILLISECONDS,
	    KEY(policy.content.second_look_ms), 86400000, 1000, 604800000 },
	{ "content", "trusted-networks", KIND_NAMES,
	    KEY(policy.content.trusted_networks), 0, 0, 0 },
	{ "content", "signatures", KIND_NAMES, KEY(policy.content.signatures),
	    0, 0, 0 },
	{ "content", "signature-verdict", KIND_CONTENT,
	    KEY(policy.content.signature_verdict), POLICY_REJECT, 0, 0 },
	/* 0: two more than there are processors. */
	{ "work", "workers", KIND_COUNT, KEY(workers), 0, 1, 256 },
	{ "work", "scan-timeout", KIND_MILLISECONDS, KEY(scan_timeout_ms),
	    100000, 1, 3600000 },
	{ "work", "max-attempts", KIND_COUNT, KEY(max_attempts), 2, 1, 9 },
	{ "work", "submitters", KIND_NAMES, KEY(submitters), 0, 0, 0 },
	{ "work", "journal", KIND_PATH, KEY(journal), 0, 0, 0 },
	{ "work", "sandbox", KIND_SANDBOX, KEY(confinement.mode),
	    SANDBOX_REQUIRED, 0, 0 },
	{ "work", "user", KIND_USER, KEY(confinement.user), 0, 0, 0 },
	{ "work", "cpu-limit", KIND_MILLISECONDS, KEY(confinement.cpu_ms),
	    90000, 1000, 3600000 },
	{ "work", "memory-limit", KIND_OCTETS,
	    KEY(confinement.memory_octets), GIB, 16 * MIB, 1024 * GIB },
	{ "work", "file-limit", KIND_OCTETS, KEY(confinement.file_octets),
	    GIB, MIB, 1024 * GIB },
	{ "work", "open-files", KIND_COUNT, KEY(confinement.open_files), 256,
	    32, 65536 },
	{ "work", "recycle-messages", KIND_COUNT, KEY(recycle_messages), 10000,
	    1, 1000000000 },
	{ "work", "recycle-memory", KIND_OCTETS, KEY(recycle_memory),
	    256 * MIB, 64 * KIB, 1024 * GIB },
	{ "work", "watch-databases", KIND_MILLISECONDS, KEY(watch_ms), 60000,
	    0, 86400000 },
	{ "spool", "fsync", KIND_FSYNC, KEY(spool.fsync), SPOOL_FSYNC_NONE, 0,
	    0 },
	{ "spool", "max-depth", KIND_COUNT, KEY(spool.max_depth), 200, 1,
	    10000 },
	{ "spool", "max-unclaimed", KIND_MILLISECONDS,
	    KEY(spool.max_unclaimed_ms), 30000, 100, 3600000 },
	{ "spool", "reserve-octets", KIND_OCTETS, KEY(spool.reserve_octets),
	    64 * MIB, 0, 1024 * GIB },
	{ "spool", "reserve-inodes", KIND_COUNT, KEY(spool.reserve_inodes),
	    1000, 0, 100000000 },
	{ "spool", "unclaimed-wait", KIND_MILLISECONDS,
	    KEY(spool.unclaimed_wait_ms), 60000, 100, 3600000 },
	{ "spool", "leftover-age", KIND_MILLISECONDS,
	    KEY(spool.leftover_age_ms), 600000, 1000, 86400000 },
	{ "spool", "poison-memory", KIND_MILLISECONDS,
	    KEY(spool.poison_memory_ms), 86400000, 1000, 604800000 },
	{ "spool", "max-corrupt-messages", KIND_COUNT,
	    KEY(spool.max_corrupt_messages), 100, 0, 100000 },
	{ "spool", "max-corrupt-octets", KIND_OCTETS,
	    KEY(spool.max_corrupt_octets), 256 * MIB, 0, 1024 * GIB },
	{ "spool", "socket", KIND_BOOLEAN, KEY(spool.has_socket), TRUE, 0, 0 },
	{ "spool", "scan-directories", KIND_PATHS,
	    KEY(spool.scan_directories), 0, 0, 0 },
	{ "quarantine", "replies", KIND_REPLIES, KEY(spool.quarantine), 0, 0,
	    0 },
	{ "quarantine", "discard", KIND_REPLIES, KEY(spool.discard), 0, 0, 0 },
	{ "quarantine", "max-messages", KIND_COUNT,
	    KEY(spool.max_quarantine_messages), 1000, 1, 1000000 },
	{ "quarantine", "max-octets", KIND_OCTETS,
	    KEY(spool.max_quarantine_octets), GIB, 1, 1024 * GIB },
};

static gboolean
parse_octets(const char *value, guint64 *octets)
{
	static const struct {
		const char *suffix;
		guint64 factor;
	} units[] = { { "", 1 }, { "K", KIB }, { "M", MIB }, { "G", GIB } };
	char *end = NULL;
	guint64 number;

	if (!g_ascii_isdigit(*value))
		return FALSE;
	number = g_ascii_strtoull(value, &end, 10);
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(end, units[i].suffix) == 0 &&
		    number <= G_MAXUINT64 / units[i].factor) {
			*octets = number * units[i].factor;
			return TRUE;
		}
	return FALSE;
}

static gboolean
parse_number(const char *value, enum kind kind, guint64 *number)
{
	char *end = NULL;
	double seconds;

	if (kind == KIND_OCTETS)
		return parse_octets(value, number);
	if (kind == KIND_COUNT)
		return g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT32,
		    number, NULL);
	if (!g_ascii_isdigit(*value))
		return FALSE;
	seconds = g_ascii_strtod(value, &end);
	if (*end != '\0' || seconds > 1e6)
		return FALSE;
	*number = (guint64)(seconds * 1000 + 0.5);
	return TRUE;
}

static gboolean
set_score(Settings *settings, const struct key *key, const ConfFile *conf,
    const char *value, GError **error)
{
	double *member = G_STRUCT_MEMBER_P(settings, key->offset);
	char *end = NULL;

	*member = g_ascii_strtod(value, &end);
	if (g_ascii_isdigit(*value) && *end == '\0' &&
	    *member >= (double)key->min && *member <= (double)key->max)
		return TRUE;
	return conf_file_fail(conf, key->group, key->key, error,
	    "\"%s\" is not a number of points from %" G_GUINT64_FORMAT
	    " to %" G_GUINT64_FORMAT, value, key->min, key->max);
}

static gboolean
set_content(Settings *settings, const struct key *key, const ConfFile *conf,
    const char *value, GError **error)
{
	static const char *const words[] = { "reject", "suspect", "note" };

	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(value, words[i]) == 0) {
			*(PolicyVerdict *)G_STRUCT_MEMBER_P(settings,
			    key->offset) = (PolicyVerdict)i;
			return TRUE;
		}
	return conf_file_fail(conf, key->group, key->key, error,
	    "\"%s\" is not reject, suspect or note", value);
}

static gboolean
set_fsync(Settings *settings, const struct key *key, const ConfFile *conf,
    const char *value, GError **error)
{
	static const char *const words[] = {
		[SPOOL_FSYNC_NONE] = "none",
		[SPOOL_FSYNC_FILES] = "files",
		[SPOOL_FSYNC_FULL] = "full",
	};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(value, words[i]) == 0) {
			*(SpoolFsync *)G_STRUCT_MEMBER_P(settings,
			    key->offset) = (SpoolFsync)i;
			return TRUE;
		}
	return conf_file_fail(conf, key->group, key->key, error,
	    "\"%s\" is not none, files or full", value);
}

/* "550", or more of a reply line. */
static gboolean
is_reply_beginning(const char *text)
{
	gsize len = strlen(text);

	return len >= 3 && strchr("45", *text) != NULL &&
	    g_ascii_isdigit(text[1]) && g_ascii_isdigit(text[2]) &&
	    (len == 3 || text[3] == ' ');
}

static gboolean
set_replies(Settings *settings, const struct key *key, const ConfFile *conf,
    const char *const *list, GError **error)
{
	for (guint i = 0; list[i] != NULL; i++)
		if (!is_reply_beginning(list[i]))
			return conf_file_fail(conf, key->group, key->key,
			    error, "\"%s\" is not the beginning of a 4xx or "
			    "5xx reply", list[i]);
	*(char ***)G_STRUCT_MEMBER_P(settings, key->offset) =
	    g_strdupv((char **)list);
	return TRUE;
}

static gboolean
set_sandbox(Settings *settings, const struct key *key, const ConfFile *conf,
    const char *value, GError **error)
{
	static const char *const words[] = { "required", "best-effort",
		"off" };

	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(value, words[i]) == 0) {
			*(SandboxMode *)G_STRUCT_MEMBER_P(settings,
			    key->offset) = (SandboxMode)i;
			return TRUE;
		}
	return conf_file_fail(conf, key->group, key->key, error,
	    "\"%s\" is not required, best-effort or off", value);
}

/* How a limit is written back in an error. Caller frees. */
static char *
show_number(guint64 number, enum kind kind)
{
	if (kind == KIND_MILLISECONDS)
		return g_strdup_printf("%g seconds", (double)number / 1000);
	if (kind == KIND_OCTETS && number >= GIB && number % GIB == 0)
		return g_strdup_printf("%" G_GUINT64_FORMAT "G", number / GIB);
	if (kind == KIND_OCTETS && number >= MIB && number % MIB == 0)
		return g_strdup_printf("%" G_GUINT64_FORMAT "M", number / MIB);
	return g_strdup_printf("%" G_GUINT64_FORMAT, number);
}

static gboolean
set_number(Settings *settings, const struct key *key, const ConfFile *conf,
    const char *value, GError **error)
{
	gpointer member = G_STRUCT_MEMBER_P(settings, key->offset);
	guint64 number;

	if (!parse_number(value, key->kind, &number) || number < key->min ||
	    number > key->max) {
		g_autofree char *min = show_number(key->min, key->kind);
		g_autofree char *max = show_number(key->max, key->kind);

		return conf_file_fail(conf, key->group, key->key, error,
		    "\"%s\" is not a number from %s to %s", value, min, max);
	}
	if (key->kind == KIND_OCTETS)
		*(guint64 *)member = number;
	else
		*(guint *)member = (guint)number;
	return TRUE;
}

static gboolean
set_key(Settings *settings, const struct key *key, const ConfFile *conf,
    GError **error)
{
	gpointer member = G_STRUCT_MEMBER_P(settings, key->offset);
	const char *value = conf_file_value(conf, key->group, key->key);
	const char *const *list = conf_file_list(conf, key->group, key->key);

	switch (key->kind) {
	case KIND_PATH:
		if (!g_path_is_absolute(value))
			return conf_file_fail(conf, key->group, key->key,
			    error, "\"%s\" is not an absolute path", value);
		*(char **)member = g_strdup(value);
		return TRUE;
	case KIND_HOST:
		if (*value == '\0' || strlen(value) > 255 ||
		    value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")] != '\0')
			return conf_file_fail(conf, key->group, key->key,
			    error, "\"%s\" is not the name of a host", value);
		*(char **)member = g_strdup(value);
		return TRUE;
	case KIND_PATHS:
		for (guint i = 0; list[i] != NULL; i++)
			if (!g_path_is_absolute(list[i]))
				return conf_file_fail(conf, key->group,
				    key->key, error,
				    "\"%s\" is not an absolute path", list[i]);
		*(char ***)member = g_strdupv((char **)list);
		return TRUE;
	case KIND_NAMES:
		*(char ***)member = g_strdupv((char **)list);
		return TRUE;
	case KIND_BOOLEAN:
		*(gboolean *)member = strcmp(value, "yes") == 0;
		return *(gboolean *)member || strcmp(value, "no") == 0 ||
		    conf_file_fail(conf, key->group, key->key, error,
		        "\"%s\" is neither yes nor no", value);
	case KIND_CHOICE:
		*(PolicyChoice *)member = strcmp(value, "note") == 0 ?
		    CHOICE_NOTE : CHOICE_REFUSE;
		return strcmp(value, "note") == 0 ||
		    strcmp(value, "refuse") == 0 ||
		    conf_file_fail(conf, key->group, key->key, error,
		        "\"%s\" is neither refuse nor note", value);
	case KIND_SCORE:
		return set_score(settings, key, conf, value, error);
	case KIND_CONTENT:
		return set_content(settings, key, conf, value, error);
	case KIND_FSYNC:
		return set_fsync(settings, key, conf, value, error);
	case KIND_REPLIES:
		return set_replies(settings, key, conf, list, error);
	case KIND_SANDBOX:
		return set_sandbox(settings, key, conf, value, error);
	case KIND_USER:
		if (*value == '\0' || strlen(value) > 32 ||
		    value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] != '\0')
			return conf_file_fail(conf, key->group, key->key,
			    error, "\"%s\" is not the name of a user", value);
		*(char **)member = g_strdup(value);
		return TRUE;
	case KIND_COUNT:
	case KIND_OCTETS:
	case KIND_MILLISECONDS:
		break;
	}
	return set_number(settings, key, conf, value, error);
}

static const struct key *
find_key(const char *group, const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		if (strcmp(keys[i].group, group) == 0 &&
		    (name == NULL || strcmp(keys[i].key, name) == 0))
			return &keys[i];
	return NULL;
}

static gboolean
set_keys(Settings *settings, const ConfFile *conf, GError **error)
{
	const char *const *groups = conf_file_groups(conf);

	for (guint i = 0; groups[i] != NULL; i++) {
		const char *const *names = conf_file_keys(conf, groups[i]);

		if (find_key(groups[i], NULL) == NULL)
			return conf_file_fail(conf, groups[i], NULL, error,
			    "unknown group; mailweir.conf(5) lists them");
		for (guint j = 0; names[j] != NULL; j++) {
			const struct key *key = find_key(groups[i], names[j]);

			if (key == NULL)
				return conf_file_fail(conf, groups[i],
				    names[j], error, "unknown key; "
				    "mailweir.conf(5) lists them");
			if (!set_key(settings, key, conf, error))
				return FALSE;
		}
	}
	return TRUE;
}

static const char *const standard_signatures[] = { "SPM_*", "*.Phishing.*",
	"Heuristics.Phishing*", NULL };

static void
set_defaults(Settings *settings)
{
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		gpointer member = G_STRUCT_MEMBER_P(settings, keys[i].offset);

		switch (keys[i].kind) {
		case KIND_OCTETS:
			*(guint64 *)member = keys[i].standard;
			break;
		case KIND_BOOLEAN:
			*(gboolean *)member = (gboolean)keys[i].standard;
			break;
		case KIND_CHOICE:
			*(PolicyChoice *)member =
			    (PolicyChoice)keys[i].standard;
			break;
		case KIND_COUNT:
		case KIND_MILLISECONDS:
			*(guint *)member = (guint)keys[i].standard;
			break;
		case KIND_SCORE:
			*(double *)member = (double)keys[i].standard;
			break;
		case KIND_CONTENT:
			*(PolicyVerdict *)member =
			    (PolicyVerdict)keys[i].standard;
			break;
		case KIND_FSYNC:
			*(SpoolFsync *)member = (SpoolFsync)keys[i].standard;
			break;
		case KIND_SANDBOX:
			*(SandboxMode *)member = (SandboxMode)keys[i].standard;
			break;
		case KIND_PATH:
		case KIND_PATHS:
		case KIND_NAMES:
		case KIND_REPLIES:
		case KIND_HOST:
		case KIND_USER:
			break;
		}
	}
}

/* What follows from other keys. */
static void
derive(Settings *settings)
{
	const ScanPolicy *policy = &settings->policy;
	EngineLimits *limits = &settings->rules.limits;

	if (policy->content.signatures == NULL)
		settings->policy.content.signatures = g_strdupv(
		    (char **)standard_signatures);
	if (settings->workers == 0)
		settings->workers = MIN(g_get_num_processors() + 2, 64);
	/* The remainder of a message may be as long as the message. */
	limits->max_file_octets = MAX(policy->max_part_octets,
	    policy->max_message_octets);
	/* The scanner counts members itself, each once. libclamav counts the
	 * container too, and what it visits again: it gets some room, so that
	 * the limit that is reached is ours and means what it says. */
	limits->max_expanded_octets = 2 * policy->max_expanded_octets +
	    policy->max_part_octets;
	limits->max_depth = policy->max_container_depth + 2;
	limits->max_members = 2 * policy->max_members + 16;
	/* The engine gives up first: a record says more than a killed worker.
	 * But it must have time to prove itself. */
	limits->max_time_ms = MAX(settings->scan_timeout_ms -
	    settings->scan_timeout_ms / 4, MIN_ENGINE_MS);
}

Settings *
settings_load(const char *path, GError **error)
{
	g_autoptr(Settings) settings = g_rc_box_new0(Settings);
	g_autoptr(ConfFile) conf = NULL;

	settings->config = g_strdup(path);
	set_defaults(settings);
	if (path == NULL && access(DEFAULT_PATH, F_OK) == 0)
		path = DEFAULT_PATH;
	if (path != NULL) {
		conf = conf_file_load(path, error);
		if (conf == NULL || !set_keys(settings, conf, error))
			return NULL;
		settings->path = g_strdup(path);
	}
	derive(settings);
	return g_steal_pointer(&settings);
}

Settings *
settings_reload(const Settings *settings, GError **error)
{
	Settings *fresh = settings_load(settings->config, error);

	if (fresh != NULL && settings->asked_workers > 0)
		settings_set_workers(fresh, settings->asked_workers);
	return fresh;
}

Settings *
settings_ref(Settings *settings)
{
	return g_rc_box_acquire(settings);
}

static void
clear_settings(gpointer data)
{
	Settings *settings = data;

	g_free(settings->path);
	g_free(settings->config);
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		gpointer member = G_STRUCT_MEMBER_P(settings, keys[i].offset);

		if (keys[i].kind == KIND_PATH || keys[i].kind == KIND_HOST ||
		    keys[i].kind == KIND_USER)
			g_free(*(char **)member);
		if (keys[i].kind == KIND_PATHS ||
		    keys[i].kind == KIND_NAMES ||
		    keys[i].kind == KIND_REPLIES)
			g_strfreev(*(char ***)member);
	}
}

void
settings_unref(Settings *settings)
{
	if (settings != NULL)
		g_rc_box_release_full(settings, clear_settings);
}

void
settings_set_workers(Settings *settings, guint workers)
{
	settings->workers = settings->asked_workers = workers;
}

void
settings_add_databases(Settings *settings, char **databases)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	if (settings->rules.databases != NULL)
		g_strv_builder_addv(builder,
		    (const char **)settings->rules.databases);
	if (databases != NULL)
		g_strv_builder_addv(builder, (const char **)databases);
	g_strfreev(settings->rules.databases);
	settings->rules.databases = g_strv_builder_end(builder);
}
