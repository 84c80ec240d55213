#!/bin/sh
# tests/bench/bench.sh - CPU time of mailweir scan against the floor program.
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: bench.sh [LIST]: a file with one file name a line; default: the clean
# sample messages, and those beside the source tree. Both programs run in turn,
# ROUNDS times; each pays for starting with one run over an empty list, which is
# taken off. Times are user + system CPU of the program and its children.
# Counted apart: messages that programs read in different ways, which are scanned
# once more by libclamav's own mail reader; archives that libclamav does not open,
# so that the floor does nothing with them; messages over a limit.
set -eu
build=${BUILD:-build}
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
list=${1:-}

if [ -z "$list" ]; then
	list=$work/list
	find "$PWD/tests/fixtures/clean" -name '*.eml' >"$list"
	shared=${MAILWEIR_SHARED:-$PWD/../shared}
	[ ! -d "$shared/corpus" ] ||
	    find "$shared/corpus" -name '*.eml' -size -4000k >>"$list"
fi
[ -s "$list" ] || {
	echo "bench: $list names no file" >&2
	exit 66
}
: >"$work/none"

# cpu COMMAND...: its CPU time in milliseconds.
cpu() {
	{ times; "$@" >"$work/out" 2>"$work/err" || :; times; } >"$work/times"
	sed 's/m/ /g; s/s//g' "$work/times" | awk '
	    NR == 2 { before = $1 * 60 + $2 + $3 * 60 + $4 }
	    NR == 4 { after = $1 * 60 + $2 + $3 * 60 + $4 }
	    END { printf "%d\n", (after - before) * 1000 + 0.5 }'
}

scan() {
	"$build/mailweir" scan --jobs 1 --json --files-from "$1"
}

floor() {
	"$build/tests/bench/floor" signatures/starter.ndb <"$1"
}

# compare LABEL LIST
compare() {
	ours=0
	theirs=0
	round=0
	messages=$(wc -l <"$2")
	[ "$messages" -gt 0 ] || return 0
	while [ "$round" -lt "$rounds" ]; do
		round=$((round + 1))
		ours=$((ours + $(cpu scan "$2") - $(cpu scan "$work/none")))
		theirs=$((theirs + $(cpu floor "$2") - \
		    $(cpu floor "$work/none")))
	done
	awk -v label="$1" -v ours="$ours" -v theirs="$theirs" -v n="$messages" \
	    -v r="$rounds" '
	BEGIN {
		printf "%-12s %8d %14.3f %14.3f %7.2f\n", label, n, \
		    ours / n / r, theirs / n / r, ours / theirs
	}'
}

scan "$list" >"$work/records" || :
python3 - "$work" <<'PYTHON'
import json
import sys

# As "mailweir signatures" lists them, with libclamav as Debian packs it.
UNOPENED = {"application/x-rar", "application/x-compress", "application/zstd",
            "application/x-lz4", "application/x-lzip", "application/x-lzma",
            "application/warc", "application/x-archive",
            "application/x-xar"}


def group(record):
    classes = {finding["class"] for finding in record["findings"]}
    if "limit" in classes:
        return "over-limit"
    if "ambiguity" in classes:
        return "ambiguous"
    types = {part.get("detected_type") for part in record["parts"]}
    return "unopened" if types & UNOPENED else "clear"


lists = {name: open(sys.argv[1] + "/" + name, "w")
         for name in ("clear", "ambiguous", "unopened", "over-limit")}
with open(sys.argv[1] + "/records") as records:
    for line in records:
        record = json.loads(line)
        print(record["file"], file=lists[group(record)])
PYTHON
printf '%-12s %8s %14s %14s %7s\n' messages number 'mailweir ms' 'floor ms' ratio
for group in clear ambiguous unopened over-limit; do
	compare "$group" "$work/$group"
done
compare all "$list"
