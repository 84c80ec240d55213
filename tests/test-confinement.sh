#!/bin/sh
# tests/test-confinement.sh - what a worker that is taken over can do: nothing.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
work=$(mktemp -d)
chmod 755 "$work"
spool=$work/spool
supervisor=
hole=$G_TEST_BUILDDIR/hole-worker
without=$G_TEST_BUILDDIR/without

cleanup() {
	[ -z "$supervisor" ] || kill "$supervisor" 2>/dev/null
	[ -z "$supervisor" ] || wait "$supervisor" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

if ! "$MAILWEIR" check-sandbox >"$work/sandbox"; then
	sed 's/^/# /' "$work/sandbox"
	echo "1..0 # SKIP this kernel cannot confine workers"
	exit 0
fi
sanitized=$(nm "$hole" 2>/dev/null | grep -c __asan_init)

# --- what the kernel gives --------------------------------------------------------
has 'check-sandbox tries it' 'a trial could not get out' "$work/sandbox"
printf 'Subject: hello\r\n\r\nNothing wrong.\r\n' >"$work/clean.eml"
for lack in landlock seccomp; do
	"$without" $lack "$MAILWEIR" check-sandbox >"$work/out" 2>&1
	is "without $lack check-sandbox fails" 69 $?
	"$without" $lack "$MAILWEIR" scan "$work/clean.eml" >"$work/out" 2>&1
	is "without $lack nothing is scanned" 78 $?
	has 'and the message says how to go on' 'sandbox = best-effort' \
	    "$work/out"
	printf '[work]\nsandbox = best-effort\n' >"$work/best.conf"
	"$without" $lack "$MAILWEIR" scan --config "$work/best.conf" \
	    "$work/clean.eml" >"$work/out" 2>&1
	is "unless mailweir.conf says so ($lack)" 0 $?
done
if [ "$(id -u)" -eq 0 ]; then
	printf '[work]\nuser = no-such-user\n' >"$work/user.conf"
	"$MAILWEIR" scan --config "$work/user.conf" "$work/clean.eml" \
	    >"$work/out" 2>&1
	is 'a user that is missing is an error' 78 $?
	printf '[work]\nuser = root\n' >"$work/user.conf"
	"$MAILWEIR" scan --config "$work/user.conf" "$work/clean.eml" \
	    >"$work/out" 2>&1
	is 'and so is root' 78 $?
fi

# --- holes ---------------------------------------------------------------------------
# message NAME WORD...: one that makes the worker try WORD.
message() {
	name=$1
	shift
	printf 'X-Hole: %s\r\nSubject: x\r\n\r\nx\r\n' "$*" >"$work/$name.eml"
}

printf '[work]\nworkers = 1\nfile-limit = 1M\nmemory-limit = 64M\ncpu-limit = 1\n' \
    >"$work/small.conf"

# closed NAME WORD...: the worker lives, and could not.
closed() {
	message "$@"
	"$hole" scan --config "$work/small.conf" --json "$work/$1.eml" \
	    >"$work/out" 2>&1
	has "$1 fails" '"rule" *: *"hole-closed"' "$work/out"
}

# ended NAME RULE DETAIL WORD...: the worker is ended, and the record says why.
ended() {
	name=$1 rule=$2 detail=$3
	shift 3
	message "$name" "$@"
	"$hole" scan --config "$work/small.conf" --json "$work/$name.eml" \
	    >"$work/out" 2>&1
	has "$name ends the worker: $rule" "\"rule\" *: *\"$rule\"" "$work/out"
	has "and the record says $detail" "$detail" "$work/out"
	has 'and defers' '"code" *: *451' "$work/out"
}

closed open open /etc/passwd
closed write write "$work/planted"
closed climb climb
ended connect forbidden-call 'system call socket' connect
ended fork forbidden-call 'system call clone' fork
ended exec forbidden-call 'system call execve' exec
ended signal forbidden-call 'system call kill' signal $$
ended ptrace forbidden-call 'system call ptrace' ptrace $$
ended map-code forbidden-call 'system call mmap' map-code
ended root forbidden-call 'system call setuid' root
ended link forbidden-call 'system call symlink' link /etc/passwd
closed large-file large-file
ended spin worker-cpu 'cpu-limit' spin
# AddressSanitizer has signals, aborts and memory in its own hands.
if [ "$sanitized" -eq 0 ]; then
	ended crash worker-crashed 'signal 11' crash
	ended eat-memory worker-memory 'memory-limit' eat-memory
	ended abort worker-crashed 'signal 6' abort
fi
is 'nothing was planted' 1 "$(test -e "$work/planted"; echo $?)"

# --- in a service -----------------------------------------------------------------
printf '[work]\nworkers = 3\nmemory-limit = 64M\nscan-timeout = 6\n' \
    >"$work/service.conf"
"$hole" spool init "$spool"
"$hole" work --config "$work/service.conf" "$spool" 2>"$work/log" &
supervisor=$!
wait_for 60 grep -q '^ready' "$work/log" ||
    bail_out 'the supervisor did not start' "$work/log"
message spool-write write "$spool/verdict/0123456789abcdef"
message spool-open open "$spool/VERSION"
message stop signal "$supervisor"
message crash crash
message eat-memory eat-memory
pids=
for name in spin eat-memory crash stop spool-write spool-open; do
	# Under AddressSanitizer memory has no limit.
	[ "$name" != eat-memory ] || [ "$sanitized" -eq 0 ] || continue
	"$hole" submit "$spool" "$work/$name.eml" >"$work/$name.reply" 2>&1 &
	pids="$pids $!"
done
# Their neighbours.
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	"$hole" submit "$spool" "$work/clean.eml" >"$work/good.$i" 2>&1 &
	pids="$pids $!"
done
# shellcheck disable=SC2086 # a list of process ids
wait $pids
is 'every neighbour is answered' 16 "$(cat "$work"/good.* | grep -c '^accept$')"
error451='451 4.3.0 Requested action aborted: local error in processing'
is 'a message that spins defers' "$error451" "$(cat "$work/spin.reply")"
[ "$sanitized" -ne 0 ] ||
    is 'one that eats memory too' "$error451" "$(cat "$work/eat-memory.reply")"
is 'one that crashes too' "$error451" "$(cat "$work/crash.reply")"
is 'one that signals the supervisor too' "$error451" \
    "$(cat "$work/stop.reply")"
is 'the spool cannot be written to' 1 \
    "$(test -e "$spool/verdict/0123456789abcdef"; echo $?)"
is 'the supervisor lives' 0 "$(kill -0 "$supervisor"; echo $?)"
has 'the log names the forbidden call' \
    'forbidden-call: system call kill' "$work/log"
[ "$sanitized" -ne 0 ] ||
    has 'and the crash' 'worker-crashed: signal 11' "$work/log"
has 'and who spins' 'scan-timeout' "$work/log"
[ "$sanitized" -ne 0 ] ||
    has 'and who eats memory' 'worker-memory' "$work/log"
is 'a clean message is still accepted' accept \
    "$("$hole" submit "$spool" "$work/clean.eml")"
kill "$supervisor"
wait "$supervisor"
is 'it stops well' 0 $?
supervisor=
is 'no hole is in the program itself' 0 \
    "$(grep -c 'X-Hole' "$MAILWEIR")"
tap_done
