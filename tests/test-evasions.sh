#!/bin/sh
# tests/test-evasions.sh - messages that mail clients and filters read differently.
# SPDX-License-Identifier: GPL-2.0-or-later
# A set beside the source tree: $MAILWEIR_SHARED, else ../shared. Skipped where
# it is absent. Fails on any hostile message that is known or likely to show its
# attachment in a real client and is not refused, and on any refused control.
set -u
shared=${MAILWEIR_SHARED:-$G_TEST_SRCDIR/../../shared}
set_=$shared/evasions

if [ ! -r "$set_/manifest.tsv" ]; then
	echo "1..0 # SKIP $set_ is not there: set MAILWEIR_SHARED"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$MAILWEIR" scan --json "$set_" >"$work/records" 2>"$work/errors"
sed -nE 's/^.*"file":"([^"]*\/)?([^"\/]*\.eml)","size":[0-9]+,"action":"[a-z]+","reply":\{"code":([0-9]+),.*/\2\t\3/p' \
    "$work/records" >"$work/codes"
# manifest: file method class payload shown expected note
awk -F '\t' '
FNR == NR { code[$1] = $2; next }
FNR == 1 { next }
{
	group = $3 " " $5 " " $6
	total[group]++
	got = code[$1]
	good = $6 == "pass" ? got == 250 : (got == 550 || got == 552)
	if (!good) {
		missed[group]++
		list[group] = list[group] "# " $2 " (" $4 "): got " got "\n"
	}
}
END {
	n = 0
	for (group in total) {
		n++
		split(group, word, " ")
		bonus = word[2] == "unknown" && missed[group]
		bad = missed[group] && !bonus
		printf "%sok %d - %s: %d of %d wrong%s\n%s", bad ? "not " : "",
		    n, group, missed[group], total[group],
		    bonus ? " # TODO unknown to any client" : "", list[group]
	}
	printf "1..%d\n", n
}' "$work/codes" "$set_/manifest.tsv"
