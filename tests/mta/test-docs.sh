#!/bin/sh
# tests/mta/test-docs.sh - what docs/postfix.md and the like show is what is seen.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/mta/lib.sh
. "$G_TEST_SRCDIR/mta/lib.sh"

# replay: inside, the document $document; from the directory of the sources.
if [ "${MTA_INSIDE:-}" = yes ]; then
	mta_install
	cd "$G_TEST_SRCDIR/.." || exit 1
	exec python3 "$mta/transcript.py" "docs/$document"
fi
while read -r document packages; do
	export document
	mta_run "$0" "$packages" || exit 1
done <<'DOCUMENTS' | awk '
/^1\.\.0/ { print "ok", ++n, "#", substr($0, 8); next }
/^1\.\./ { next }
/^(not )?ok / { sub(/ok [0-9]+/, "ok " ++n) }
{ print; fflush() }
END { print "1.." n }'
postfix.md postfix,swaks
exim.md exim4-daemon-heavy,swaks
opensmtpd.md opensmtpd,swaks
DOCUMENTS
