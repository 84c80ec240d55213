/*
 * spool/settings.c - mailweir.conf: every key, with unit and default.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "spool/settings.h"

/* Milliseconds for one part. */
#define MIN_ENGINE_MS 1000u
#define DEFAULT_PATH "/etc/mailweir/mailweir.conf"

#define KEY(member) G_STRUCT_OFFSET(Settings, member)

static const Setting keys[] = {
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
	{ "policy", "equation", KIND_CHOICE,
	    KEY(policy.traits[TRAIT_EQUATION]), CHOICE_NOTE, 0, 0 },
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

const Setting *
settings_keys(gsize *n)
{
	*n = G_N_ELEMENTS(keys);
	return keys;
}

static const Setting *
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
			const Setting *key = find_key(groups[i], names[j]);

			if (key == NULL)
				return conf_file_fail(conf, groups[i],
				    names[j], error, "unknown key; "
				    "mailweir.conf(5) lists them");
			if (!setting_set(key, settings, conf, error))
				return FALSE;
		}
	}
	return TRUE;
}

static const char *const standard_signatures[] = { "SPM_*", "*.Phishing.*",
	"Heuristics.Phishing*", NULL };

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
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		setting_set_standard(&keys[i], settings);
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
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		setting_clear(&keys[i], settings);
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
