/*
 * spool/setting.c - one key of mailweir.conf: what it may be, and where it goes.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/policy.h"
#include "spool/confinement.h"
#include "spool/setting.h"
#include "spool/spool.h"

#define ALPHANUMERIC                                                    \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

#define HOST_MAX_OCTETS 255
#define USER_MAX_OCTETS 32

/* Members that hold one of a few words are set as a guint. */
G_STATIC_ASSERT(sizeof(PolicyChoice) == sizeof(guint));
G_STATIC_ASSERT(sizeof(PolicyVerdict) == sizeof(guint));
G_STATIC_ASSERT(sizeof(SpoolFsync) == sizeof(guint));
G_STATIC_ASSERT(sizeof(SandboxMode) == sizeof(guint));

/* The words of a kind, by the value that each stands for, and how an error
 * lists them. */
static const struct {
	const char *words[4];
	const char *wanted;
} vocabularies[] = {
	[KIND_BOOLEAN] = { { "no", "yes" }, "neither yes nor no" },
	[KIND_CHOICE] = { { [CHOICE_REFUSE] = "refuse", [CHOICE_NOTE] = "note" },
	    "neither refuse nor note" },
	[KIND_CONTENT] = { { [POLICY_REJECT] = "reject",
	    [POLICY_SUSPECT] = "suspect", [POLICY_NOTE] = "note" },
	    "not reject, suspect or note" },
	[KIND_FSYNC] = { { [SPOOL_FSYNC_NONE] = "none",
	    [SPOOL_FSYNC_FILES] = "files", [SPOOL_FSYNC_FULL] = "full" },
	    "not none, files or full" },
	[KIND_SANDBOX] = { { [SANDBOX_REQUIRED] = "required",
	    [SANDBOX_BEST_EFFORT] = "best-effort", [SANDBOX_OFF] = "off" },
	    "not required, best-effort or off" },
};

/* --- numbers ------------------------------------------------------------------ */

static gboolean
parse_octets(const char *value, guint64 *octets)
{
	static const struct {
		const char *suffix;
		guint64 factor;
	} units[] = { { "", 1 }, { "K", KIB }, { "M", MIB }, { "G", GIB } };
	gsize digits = strspn(value, "0123456789");
	g_autofree char *text = g_strndup(value, digits);
	guint64 number;

	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &number,
	    NULL))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(value + digits, units[i].suffix) == 0 &&
		    number <= G_MAXUINT64 / units[i].factor) {
			*octets = number * units[i].factor;
			return TRUE;
		}
	return FALSE;
}

/* Digits, or digits with a point in them: no sign, exponent or "inf". */
static gboolean
parse_decimal(const char *value, double *number)
{
	gsize digits = strspn(value, "0123456789");
	gsize decimals = value[digits] == '.' ?
	    strspn(value + digits + 1, "0123456789") : 0;
	gsize len = decimals > 0 ? digits + 1 + decimals : digits;

	*number = g_ascii_strtod(value, NULL);
	return digits > 0 && value[len] == '\0';
}

static gboolean
parse_milliseconds(const char *value, guint64 *number)
{
	double seconds;

	if (!parse_decimal(value, &seconds) || seconds > 1e6)
		return FALSE;
	*number = (guint64)(seconds * 1000 + 0.5);
	return TRUE;
}

static gboolean
parse_number(const char *value, SettingKind kind, guint64 *number)
{
	if (kind == KIND_OCTETS)
		return parse_octets(value, number);
	if (kind == KIND_MILLISECONDS)
		return parse_milliseconds(value, number);
	return g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT32, number,
	    NULL);
}

/* How a limit is written back in an error. Caller frees. */
static char *
show_number(guint64 number, SettingKind kind)
{
	if (kind == KIND_MILLISECONDS)
		return g_strdup_printf("%g seconds", (double)number / 1000);
	if (kind == KIND_OCTETS && number >= GIB && number % GIB == 0)
		return g_strdup_printf("%" G_GUINT64_FORMAT "G", number / GIB);
	if (kind == KIND_OCTETS && number >= MIB && number % MIB == 0)
		return g_strdup_printf("%" G_GUINT64_FORMAT "M", number / MIB);
	return g_strdup_printf("%" G_GUINT64_FORMAT, number);
}

static void
put_number(const Setting *setting, gpointer member, guint64 number)
{
	if (setting->kind == KIND_OCTETS)
		*(guint64 *)member = number;
	else
		*(guint *)member = (guint)number;
}

static gboolean
set_number(const Setting *setting, gpointer member, const ConfFile *conf,
    const char *value, GError **error)
{
	g_autofree char *min = show_number(setting->min, setting->kind);
	g_autofree char *max = show_number(setting->max, setting->kind);
	guint64 number;

	if (!parse_number(value, setting->kind, &number) ||
	    number < setting->min || number > setting->max)
		return conf_file_fail(conf, setting->group, setting->key,
		    error, "\"%s\" is not a number from %s to %s", value, min,
		    max);
	put_number(setting, member, number);
	return TRUE;
}

static gboolean
set_score(const Setting *setting, double *member, const ConfFile *conf,
    const char *value, GError **error)
{
	if (parse_decimal(value, member) && *member >= (double)setting->min &&
	    *member <= (double)setting->max)
		return TRUE;
	return conf_file_fail(conf, setting->group, setting->key, error,
	    "\"%s\" is not a number of points from %" G_GUINT64_FORMAT
	    " to %" G_GUINT64_FORMAT, value, setting->min, setting->max);
}

/* --- words -------------------------------------------------------------------- */

static gboolean
set_word(const Setting *setting, guint *member, const ConfFile *conf,
    const char *value, GError **error)
{
	const char *const *words = vocabularies[setting->kind].words;

	for (guint i = 0; words[i] != NULL; i++)
		if (strcmp(value, words[i]) == 0) {
			*member = i;
			return TRUE;
		}
	return conf_file_fail(conf, setting->group, setting->key, error,
	    "\"%s\" is %s", value, vocabularies[setting->kind].wanted);
}

static gboolean
is_path(const char *text)
{
	return g_path_is_absolute(text);
}

static gboolean
consists_of(const char *text, const char *octets, gsize max)
{
	gsize len = strlen(text);

	return len > 0 && len <= max && strspn(text, octets) == len;
}

static gboolean
is_host(const char *text)
{
	return consists_of(text, ALPHANUMERIC ".-", HOST_MAX_OCTETS);
}

static gboolean
is_user(const char *text)
{
	return consists_of(text, ALPHANUMERIC "._-", USER_MAX_OCTETS);
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
is_any(const char *text)
{
	(void)text;
	return TRUE;
}

/* What strings, and the items of lists, must be. */
static const struct {
	gboolean (*is_one)(const char *text);
	const char *wanted;
	gboolean is_list;
} texts[] = {
	[KIND_PATH] = { is_path, "an absolute path", FALSE },
	[KIND_PATHS] = { is_path, "an absolute path", TRUE },
	[KIND_NAMES] = { is_any, "", TRUE },
	[KIND_HOST] = { is_host, "the name of a host", FALSE },
	[KIND_USER] = { is_user, "the name of a user", FALSE },
	[KIND_REPLIES] = { is_reply_beginning,
	    "the beginning of a 4xx or 5xx reply", TRUE },
};

static gboolean
check_text(const Setting *setting, const ConfFile *conf, const char *text,
    GError **error)
{
	return texts[setting->kind].is_one(text) || conf_file_fail(conf,
	    setting->group, setting->key, error, "\"%s\" is not %s", text,
	    texts[setting->kind].wanted);
}

static gboolean
set_string(const Setting *setting, char **member, const ConfFile *conf,
    const char *value, GError **error)
{
	if (!check_text(setting, conf, value, error))
		return FALSE;
	*member = g_strdup(value);
	return TRUE;
}

static gboolean
set_list(const Setting *setting, char ***member, const ConfFile *conf,
    const char *const *list, GError **error)
{
	for (guint i = 0; list[i] != NULL; i++)
		if (!check_text(setting, conf, list[i], error))
			return FALSE;
	*member = g_strdupv((char **)list);
	return TRUE;
}

/* --- the setting -------------------------------------------------------------- */

gboolean
setting_set(const Setting *setting, gpointer structure, const ConfFile *conf,
    GError **error)
{
	gpointer member = G_STRUCT_MEMBER_P(structure, setting->offset);
	const char *value = conf_file_value(conf, setting->group,
	    setting->key);

	switch (setting->kind) {
	case KIND_PATH:
	case KIND_HOST:
	case KIND_USER:
		return set_string(setting, member, conf, value, error);
	case KIND_PATHS:
	case KIND_NAMES:
	case KIND_REPLIES:
		return set_list(setting, member, conf, conf_file_list(conf,
		    setting->group, setting->key), error);
	case KIND_BOOLEAN:
	case KIND_CHOICE:
	case KIND_CONTENT:
	case KIND_FSYNC:
	case KIND_SANDBOX:
		return set_word(setting, member, conf, value, error);
	case KIND_SCORE:
		return set_score(setting, member, conf, value, error);
	case KIND_COUNT:
	case KIND_OCTETS:
	case KIND_MILLISECONDS:
		break;
	}
	return set_number(setting, member, conf, value, error);
}

static gboolean
is_text(const Setting *setting)
{
	return setting->kind < G_N_ELEMENTS(texts);
}

void
setting_set_standard(const Setting *setting, gpointer structure)
{
	gpointer member = G_STRUCT_MEMBER_P(structure, setting->offset);

	if (setting->kind == KIND_SCORE)
		*(double *)member = (double)setting->standard;
	else if (!is_text(setting))
		put_number(setting, member, setting->standard);
}

void
setting_clear(const Setting *setting, gpointer structure)
{
	gpointer member = G_STRUCT_MEMBER_P(structure, setting->offset);

	if (!is_text(setting))
		return;
	if (texts[setting->kind].is_list)
		g_strfreev(*(char ***)member);
	else
		g_free(*(char **)member);
}
