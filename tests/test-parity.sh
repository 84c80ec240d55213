#!/bin/sh
# test-parity.sh - content rules hit what SpamAssassin hits.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Asks what "./dev parity" has left; without that, or without SpamAssassin,
# there is nothing to compare with. Speed is that command's, not this test's.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
folder=${MAILWEIR_PARITY:-$top/build-parity}
hits=${G_TEST_BUILDDIR:-$top/build/tests}/parity/parity-hits
rules=${RULES:-/usr/share/spamassassin}

if [ ! -s "$folder/sa-hits.tsv" ] || [ ! -e "$rules/72_active.cf" ]; then
	echo "1..0 # SKIP neither SpamAssassin nor its corpus is here: ./dev parity"
	exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/mailweir-parity.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo 1..2
# One message of ten that both have seen: seconds, also under sanitizers.
cut -f 1 "$folder/sa-hits.tsv" | LC_ALL=C sort | awk 'NR % 10 == 1' >"$work/list"
cp "$folder/sa-hits.tsv" "$folder/sa-rules.tsv" "$work/"
cd "$folder" || exit 99
"$hits" rules "$rules" >"$work/rules.tsv"
"$hits" hits "$rules" <"$work/list" >"$work/hits.tsv"
"$hits" hits starter <"$work/list" >"$work/starter.tsv"
if [ "$(wc -l <"$work/hits.tsv")" -eq "$(wc -l <"$work/list")" ]; then
	echo 'ok 1 - every message gets a score'
else
	echo 'not ok 1 - every message gets a score'
fi
# Agreement by kind, scores, false replies of the shipped rules.
if python3 "$top/tests/parity/compare.py" "$work" --check >"$work/report"; then
	echo 'ok 2 - agreement with SpamAssassin'
else
	sed 's/^/# /' "$work/report"
	echo 'not ok 2 - agreement with SpamAssassin'
fi
