#!/bin/sh
# tests/bench/spool.sh - what the spool costs: time, and memory of workers.
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: spool.sh [PART...]: hop, throughput, neighbours, signatures; all when
# none is named. Wants an idle machine: where it is not, CPU times mean more than
# elapsed ones. The spool is on tmpfs, or in TMPDIR: ext4 without a journal looks
# through the inodes of files that were removed whenever one is made, which makes
# it several times slower. SIGNATURES (2,000,000) are generated, MESSAGES (2,000) are sent
# where a message takes little time.
set -eu
build=${BUILD:-build}
signatures=${SIGNATURES:-2000000}
messages=${MESSAGES:-2000}
work=$(mktemp -d -p "${TMPDIR:-/dev/shm}")
chmod 755 "$work"
spool=$work/spool
supervisor=
trouble=

stop_trouble() {
	[ -z "$trouble" ] || kill "$trouble" 2>/dev/null || :
	[ -z "$trouble" ] || wait "$trouble" 2>/dev/null || :
	trouble=
}

cleanup() {
	stop_trouble
	[ -z "$supervisor" ] || kill "$supervisor" 2>/dev/null || :
	[ -z "$supervisor" ] || wait "$supervisor" 2>/dev/null || :
	supervisor=
}
trap 'cleanup; rm -rf "$work"' EXIT

# start WORKERS [CONFIG [PROGRAM]]
start() {
	"${3:-$build/mailweir}" work --config "${2:-$work/trivial.conf}" \
	    --workers "$1" "$spool" 2>"$work/log" &
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

# cpu PID...: nanoseconds of CPU time, together.
cpu() {
	for pid; do
		cat "/proc/$pid/schedstat"
	done | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# --- messages and rules -------------------------------------------------------

# Trivial rules: no content rules, the starter's signatures.
printf '[rules]\nuse-system-database = no\n[content]\nstarter-rules = no\n' \
    >"$work/trivial.conf"
{
	printf 'From: a@example.org\r\nSubject: twenty kilobytes\r\n\r\n'
	yes 'Nothing is wrong with this line, which is here many times over.' |
	    head -n 310 | sed 's/$/\r/'
} >"$work/20k.eml"
# Of few octets, and with much to examine: workers are what is measured.
python3 - >"$work/zip.eml" <<'PYTHON'
import base64, io, zipfile
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
    for n in range(4):
        file.writestr("report-%d.txt" % n, ("Line %d of a report.\n" % n) * 500)
text = base64.encodebytes(archive.getvalue()).decode().replace("\n", "\r\n")
print("From: a@example.org\r\nMIME-Version: 1.0\r\n"
      "Content-Type: application/zip; name=\"a.zip\"\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n" + text, end="")
PYTHON
"$build/mailweir" spool init "$spool"

# --- parts --------------------------------------------------------------------

bench_hop() {
	echo "hop: one submitter, 4 workers, $(wc -c <"$work/20k.eml") octets:"
	start 4
	hop "$work/20k.eml" 100 1 >/dev/null
	hop "$work/20k.eml" "$messages" 1
	cleanup
}

# run WORKERS: "messages a second, CPU ms of worker, supervisor, submitter".
run() {
	start "$1"
	hop "$work/zip.eml" 50 8 >/dev/null
	ids=$(workers)
	# shellcheck disable=SC2086 # a list of process ids
	workers_before=$(cpu $ids)
	supervisor_before=$(cpu "$supervisor")
	hop "$work/zip.eml" "$n" 8 >"$work/hop"
	# shellcheck disable=SC2086
	echo "$workers_before $(cpu $ids) $supervisor_before" \
	    "$(cpu "$supervisor") $(sed 's/.* ms, \(.*\) a second, \(.*\) ms.*/\1 \2/' \
	    "$work/hop")" | awk -v n="$n" '{ printf "%.1f %.3f %.3f %.3f\n", $5,
		($2 - $1) / n / 1e6, ($4 - $3) / n / 1e6, $6 }'
	cleanup
}

# In turn, so that what else the machine does is the same for both. What two
# processors can do at most follows from the CPU times: the workers share them
# with the supervisor and, here, with the submitters.
bench_throughput() {
	n=$((messages / 4))
	echo "throughput: 8 submitters, $(wc -c <"$work/zip.eml") octets," \
	    "5 rounds of $n messages, median:"
	for _ in 1 2 3 4 5; do
		for workers in 1 2; do
			echo "$workers $(run $workers)"
		done
	done >"$work/rounds"
	for workers in 1 2; do
		grep "^$workers " "$work/rounds" | sort -n -k 2 | sed -n 3p
	done | awk '{
		rate[$1] = $2
		printf "%d workers: %.1f a second; CPU for each: worker " \
		    "%.2f ms, supervisor %.2f, submitter %.2f\n",
		    $1, $2, $3, $4, $5
	}
	$1 == 2 { bound = 2 * $3 / ($3 + $4 + $5) }
	END { printf "two workers: %.2f times one; by CPU time on two " \
	    "processors at most %.2f\n", rate[2] / rate[1], bound }'
}

# make_trouble WORD: one message after the other; no two are the same, or they
# would be answered as poison.
make_trouble() {
	i=0
	while :; do
		i=$((i + 1))
		printf 'X-Hole: %s\r\nSubject: %d\r\n\r\nx\r\n' "$1" $i \
		    >"$work/trouble.eml"
		"$build/mailweir" submit "$spool" "$work/trouble.eml" \
		    >>"$work/replies" 2>/dev/null || :
	done
}

bench_neighbours() {
	echo 'neighbours: 2 submitters, 4 workers, 5 seconds each:'
	printf '[work]\nmemory-limit = 256M\nscan-timeout = 2\nmax-attempts = 1\n' |
	    cat "$work/trivial.conf" - >"$work/neighbours.conf"
	start 4 "$work/neighbours.conf" "$build/tests/hole-worker"
	hop "$work/20k.eml" 100 2 >/dev/null
	echo "alone:             $(hop "$work/20k.eml" 1000000 2 5)"
	for word in spin eat-memory crash; do
		: >"$work/replies"
		make_trouble $word &
		trouble=$!
		printf 'beside %-12s%s\n' "$word:" \
		    "$(hop "$work/20k.eml" 1000000 2 5)"
		stop_trouble
		echo "                   $(wc -l <"$work/replies") such" \
		    "messages meanwhile, $(grep -c '^451' "$work/replies" ||
		    :) answered 451"
	done
	cleanup
}

# MD5 signatures of files and of PE sections, and some with wildcards, as the
# real databases are mixed.
generate_signatures() {
	mkdir "$work/db"
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
				print hex ":" 1000 + i % 100000 ":Bench.H-" i \
				    > hdb
		}
	}'
	printf '[rules]\nuse-system-database = no\ndatabases = %s\n' \
	    "$work/db" >"$work/large.conf"
}

print_memory() {
	for worker in $(workers); do
		awk '/^Private/ { sum += $2 }
		    /^Rss/ { rss = $2 }
		    /^Pss:/ { pss = $2 }
		    END { printf "worker: %.1f MiB private, %.1f " \
		        "proportional, %.1f resident\n", sum / 1024,
		        pss / 1024, rss / 1024 }' "/proc/$worker/smaps_rollup"
	done
}

# Under load until the new rules are in force.
bench_reload() {
	echo 'before a reload, while it loads, and after it, 2 submitters:'
	hop "$work/20k.eml" 1000000 2 5
	begin=$(date +%s)
	kill -HUP "$supervisor"
	until grep -q 'new rules are in force' "$work/log"; do
		! grep -q 'the old rules stay' "$work/log" || break
		hop "$work/20k.eml" 1000000 2 5
	done
	echo "after $(($(date +%s) - begin)) seconds:" \
	    "$(grep '^reload' "$work/log" | tail -n 1)"
	hop "$work/20k.eml" 1000000 2 5
}

bench_signatures() {
	generate_signatures
	start 4 "$work/large.conf"
	hop "$work/20k.eml" "$messages" 4
	hop "$work/zip.eml" 100 4
	echo "signatures: $signatures, 4 workers, after $((messages + 100))" \
	    "messages:"
	print_memory
	bench_reload
	echo 'and then:'
	print_memory
	cleanup
}

[ $# -gt 0 ] || set -- hop throughput neighbours signatures
for part; do
	case $part in
	hop | throughput | neighbours | signatures) "bench_$part" ;;
	*)
		echo "spool.sh: no part is called $part" >&2
		exit 64
		;;
	esac
done
