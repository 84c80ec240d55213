/*
 * scanner/examination_remark.c - what libclamav says of an object.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/examiners.h"

/*
 * libclamav tells with one name space what it found: signatures, and its own
 * remarks under "Heuristics.". The first prefix that fits decides.
 */
enum remark { REMARK_VIRUS, REMARK_ENCRYPTED_DOCUMENT,
	REMARK_ENCRYPTED_ARCHIVE, REMARK_TIMEOUT, REMARK_LIMIT,
	REMARK_ESCAPED_NAME };

static const struct {
	const char *prefix;
	enum remark remark;
} remarks[] = {
	{ "Heuristics.Encrypted.PDF", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.OLE2", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.Doc", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.XL", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.PPT", REMARK_ENCRYPTED_DOCUMENT },
	{ "Heuristics.Encrypted.", REMARK_ENCRYPTED_ARCHIVE },
	{ "Heuristics.Limits.Exceeded.MaxScanTime", REMARK_TIMEOUT },
	{ "Heuristics.Limits.Exceeded", REMARK_LIMIT },
	/* One entry's octets are another's, too: only bombs are so. */
	{ "Heuristics.Zip.OverlappingFiles", REMARK_LIMIT },
	/* Legal (ISO 32000-1 7.3.5), and no fault: pdf.c reads such names. */
	{ "Heuristics.PDF.ObfuscatedNameObject", REMARK_ESCAPED_NAME },
	{ "", REMARK_VIRUS },
};

/* What is scanned: libclamav does not say which of its members it means. */
static PartRecord *
scan_root(const EngineScan *scan)
{
	return ((const Container *)g_ptr_array_index(scan->containers,
	    0))->part;
}

/* Whether the signature is about content rather than about a virus; then the
 * finding is. */
static gboolean
add_content_match(const EngineScan *scan, const char *signature)
{
	static const Verdict verdicts[] = {
		[POLICY_REJECT] = VERDICT_NOT_PERMITTED,
		[POLICY_SUSPECT] = VERDICT_SUSPECT,
		[POLICY_NOTE] = VERDICT_ACCEPT,
	};
	const Walk *walk = scan->walk;
	const ContentPolicy *policy = &walk->examination->policy->content;
	const PartRecord *part = scan_root(scan);

	for (guint i = 0; policy->signatures != NULL &&
	     policy->signatures[i] != NULL; i++) {
		if (!g_pattern_match_simple(policy->signatures[i], signature))
			continue;
		record_add_finding(walk->examination->record, FINDING_CONTENT,
		    signature, verdicts[policy->signature_verdict], part->path,
		    part_first_name(part), walk->reading, "matched by libclamav");
		return TRUE;
	}
	return FALSE;
}

void
scan_on_match(const char *signature, gpointer data)
{
	EngineScan *scan = data;
	const Walk *walk = scan->walk;
	Examination *examination = walk->examination;
	const ScanPolicy *policy = examination->policy;
	PartRecord *part = scan_root(scan);
	const char *name = part_first_name(part);
	gsize i = 0;

	while (!g_str_has_prefix(signature, remarks[i].prefix))
		i++;
	switch (remarks[i].remark) {
	case REMARK_ENCRYPTED_DOCUMENT:
		part->is_encrypted = TRUE;
		record_add_finding(examination->record, FINDING_ENCRYPTED,
		    "encrypted-document",
		    verdict_of(policy->encrypted_document), part->path, name,
		    walk->reading, "%s", signature);
		break;
	case REMARK_ENCRYPTED_ARCHIVE:
		scan->has_other_encryption |= !g_str_has_prefix(signature,
		    "Heuristics.Encrypted.Zip");
		part->is_encrypted = TRUE;
		record_add_finding(examination->record, FINDING_ENCRYPTED,
		    "encrypted-archive", verdict_of(policy->encrypted_archive),
		    part->path, name, walk->reading, "%s", signature);
		break;
	case REMARK_TIMEOUT:
		record_add_finding(examination->record, FINDING_ERROR,
		    "engine-time", VERDICT_DEFER, part->path, name,
		    walk->reading, "%s", signature);
		break;
	case REMARK_LIMIT:
		record_add_finding(examination->record, FINDING_LIMIT,
		    "container-limit", VERDICT_ILLEGAL, part->path, name,
		    walk->reading, "%s", signature);
		break;
	case REMARK_ESCAPED_NAME:
		record_add_finding(examination->record, FINDING_TYPE,
		    "pdf-escaped-name", VERDICT_ACCEPT, part->path, name,
		    walk->reading, "%s", signature);
		break;
	case REMARK_VIRUS:
		if (add_content_match(scan, signature))
			break;
		record_add_finding(examination->record, FINDING_VIRUS,
		    signature, VERDICT_NOT_PERMITTED, part->path, name,
		    walk->reading, "matched by libclamav");
		break;
	}
}
