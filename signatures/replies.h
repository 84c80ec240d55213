/*
 * signatures/replies.h - the catalogue of SMTP replies, and which verdict gives which.
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The texts are the operator's published interface. They are data
 * (replies.conf, embedded as the default): no reply text is written in code.
 * A reply is a reply code (RFC 5321 4.2), an enhanced status code (RFC 3463)
 * and a text; as a line it reads "552 5.7.0 Illegal Attachment". Rows that
 * only the MTA issues may lack the enhanced status code.
 *
 * A Catalogue never changes after it is loaded; what its functions return is
 * borrowed from it.
 */
#ifndef SIGNATURES_REPLIES_H
#define SIGNATURES_REPLIES_H

#include <glib.h>

/*
 * The outcome for a message. Zero is the safe value, so a cleared struct
 * defers. The order of severity is verdict_severity(), not the number.
 */
typedef enum {
	VERDICT_DEFER = 0,      /* nothing decided: trouble on our side */
	VERDICT_ACCEPT,
	VERDICT_SUSPECT,        /* content rules: try again later */
	VERDICT_NOT_PERMITTED,  /* virus, or content rules at the reject score */
	VERDICT_ILLEGAL,        /* illegal attachment, or a message that cannot be read */
	VERDICT_TOO_BIG,
} Verdict;
#define N_VERDICTS (VERDICT_TOO_BIG + 1)

/* Of several verdicts the one with the highest severity answers. A value out
 * of range has the severity of VERDICT_DEFER. */
int verdict_severity(Verdict verdict);

/* The verdict that replies.conf calls so in given-for. FALSE: there is none. */
gboolean verdict_from_name(const char *given_for, Verdict *verdict);

/* "accept", "defer" or "reject": the word used in records and verdict files. */
const char *verdict_action(Verdict verdict);

typedef struct {
	guint code;             /* reply code, 3 digits */
	const char *enhanced;   /* enhanced status code, or "" */
	const char *text;       /* printable ASCII, without the codes */
	const char *tag;        /* the published short form, e.g. "552 Illegal Attachment" */
	const char *issuer;     /* "mailweir" or "mta" */
	const char *feature;    /* what in the issuer gives it; NULL: not said */
	const char *files;      /* which files of contrib/postfix/replies make
	                         * Postfix give it; NULL: none */
	const char *en;         /* explanation, English */
	const char *zh;         /* explanation, Chinese, UTF-8 */
} Reply;

typedef struct catalogue Catalogue;

#define CATALOGUE_ERROR (catalogue_error_quark())
GQuark catalogue_error_quark(void);
typedef enum { CATALOGUE_ERROR_INVALID } CatalogueError;

/*
 * path NULL: the embedded replies.conf. Caller owns the result. NULL and error
 * (naming file, line and key) when the file cannot be read or is not valid;
 * every verdict must have exactly one reply, of its own class.
 */
Catalogue *catalogue_load(const char *path, GError **error);
void catalogue_free(Catalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalogue, catalogue_free)

/* Never NULL; a value out of range gives the reply of VERDICT_DEFER. */
const Reply *catalogue_reply(const Catalogue *catalogue, Verdict verdict);

/*
 * The replies that a person means by query: a code ("552"), a tag ("HL:IHU"),
 * words of the text, or what a bounce message quotes: the reply with words
 * before, after or (Postfix) between code and text, on several lines, quoted
 * with ">". Case does not matter. Best match first. Caller frees the array (of
 * const Reply *) with g_ptr_array_unref(); empty when nothing matches.
 */
GPtrArray *catalogue_find(const Catalogue *catalogue, const char *query);

/* All rows in the file's order, as above. */
GPtrArray *catalogue_all(const Catalogue *catalogue);

/* "552 5.7.0 Illegal Attachment". Caller frees. */
char *reply_line(const Reply *reply);

#endif
