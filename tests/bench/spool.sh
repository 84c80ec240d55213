#!/bin/sh
# tests/bench/spool.sh - what the spool costs: time, and memory of workers.
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: spool.sh [SIGNATURES]: so many are generated for the memory part
# (default 2,000,000; 0 leaves it out). Wants an idle machine.
set -eu
build=${BUILD:-build}
signatures=${1:-2000000}
messages=${MESSAGES:-2000}
work=$(mktemp -d)
chmod 755 "$work"
spool=$work/spool
supervisor=

cleanup() {
	[ -z "$supervisor" ] || kill "$supervisor" 2>/dev/null || :
	[ -z "$supervisor" ] || wait "$supervisor" 2>/dev/null || :
	supervisor=
}
trap 'cleanup; rm -rf "$work"' EXIT

# start WORKERS [CONFIG]
start() {
	config=${2:-$work/trivial.conf}
	"$build/mailweir" work --config "$config" --workers "$1" "$spool" \
	    2>"$work/log" &
	supervisor=$!
	until grep -q '^ready' "$work/log"; do
		kill -0 "$supervisor" 2>/dev/null || {
			cat "$work/log" >&2
			exit 1
		}
		sleep 0.1
	done
}

hop() {
	"$build/tests/bench/hop" "$spool" "$@"
}

# workers: their process ids.
workers() {
	for generation in $(pgrep -P "$supervisor"); do
		pgrep -P "$generation"
	done
}

# Trivial rules: no content rules, the starter's signatures.
printf '[rules]\nuse-system-database = no\n[content]\nstarter-rules = no\n' \
    >"$work/trivial.conf"
{
	printf 'From: a@example.org\r\nSubject: twenty kilobytes\r\n\r\n'
	yes 'Nothing is wrong with this line, which is here many times over.' |
	    head -n 310 | sed 's/$/\r/'
} >"$work/20k.eml"
"$build/mailweir" spool init "$spool"

echo "one submitter, 4 workers, $(wc -c <"$work/20k.eml") octets:"
start 4
hop "$work/20k.eml" 100 1 >/dev/null
hop "$work/20k.eml" "$messages" 1
cleanup

# A message whose scan takes some milliseconds: workers are what is measured.
{
	printf 'From: a@example.org\r\nMIME-Version: 1.0\r\n'
	printf 'Content-Type: application/octet-stream; name="a.bin"\r\n'
	printf 'Content-Transfer-Encoding: base64\r\n\r\n'
	head -c 400000 /dev/urandom | base64 | sed 's/$/\r/'
} >"$work/scan.eml"
for n in 1 2; do
	echo "8 submitters, $n workers, $(wc -c <"$work/scan.eml") octets:"
	start $n
	hop "$work/scan.eml" 50 8 >/dev/null
	hop "$work/scan.eml" $((messages / 4)) 8
	cleanup
done

[ "$signatures" -gt 0 ] || exit 0
mkdir "$work/db"
# MD5 signatures of files and of PE sections, and some with wildcards, as the
# real databases are mixed.
awk -v n="$signatures" -v ndb="$work/db/bench.ndb" \
    -v hdb="$work/db/bench.hdb" 'BEGIN {
	srand(1)
	for (i = 0; i < n; i++) {
		hex = sprintf("%08x%08x%08x%08x", rand() * 4294967295,
		    rand() * 4294967295, rand() * 4294967295,
		    rand() * 4294967295)
		if (i % 20 == 0)
			print "Bench.N-" i ":0:*:" hex hex > ndb
		else
			print hex ":" 1000 + i % 100000 ":Bench.H-" i > hdb
	}
}'
printf '[rules]\nuse-system-database = no\ndatabases = %s\n' "$work/db" \
    >"$work/large.conf"
echo "$signatures signatures, 4 workers, after $messages messages:"
start 4 "$work/large.conf"
hop "$work/20k.eml" "$messages" 4
hop "$work/scan.eml" 100 4
for worker in $(workers); do
	awk '/^Private/ { sum += $2 }
	    /^Rss/ { rss = $2 }
	    /^Pss:/ { pss = $2 }
	    END { printf "worker: %.1f MiB private, %.1f proportional, " \
	        "%.1f resident\n", sum / 1024, pss / 1024, rss / 1024 }' \
	    "/proc/$worker/smaps_rollup"
done
echo 'before, during and after a reload, 4 submitters:'
hop "$work/20k.eml" 1000000 4 5
kill -HUP "$supervisor"
hop "$work/20k.eml" 1000000 4 5
until grep -q 'new rules are in force' "$work/log"; do
	hop "$work/20k.eml" 1000000 4 5
done
hop "$work/20k.eml" 1000000 4 5
grep '^reload' "$work/log"
