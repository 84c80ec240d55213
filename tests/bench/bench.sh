#!/bin/sh
# tests/bench/bench.sh - CPU time of mailweir scan against the floor program.
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: bench.sh [LIST]: a file with one file name a line; default: the clean
# sample messages, and those beside the source tree. Both programs run in turn,
# ROUNDS times; each pays for starting with one run over an empty list, which is
# taken off. Times are user + system CPU of the program and its children.
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
sort -o "$work/files" "$list"
: >"$work/none"
messages=$(wc -l <"$work/files")
[ "$messages" -gt 0 ] || {
	echo "bench: $list names no file" >&2
	exit 66
}

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

ours=0
theirs=0
round=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	ours=$((ours + $(cpu scan "$work/files") - $(cpu scan "$work/none")))
	theirs=$((theirs + $(cpu floor "$work/files") - \
	    $(cpu floor "$work/none")))
done
awk -v ours="$ours" -v theirs="$theirs" -v n="$messages" -v r="$rounds" '
BEGIN {
	printf "%d messages, %d rounds\n", n, r
	printf "mailweir scan  %8.3f ms CPU a message\n", ours / n / r
	printf "floor          %8.3f ms CPU a message\n", theirs / n / r
	printf "ratio          %8.2f\n", ours / theirs
}'
