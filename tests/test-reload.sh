#!/bin/sh
# tests/test-reload.sh - new rules, new workers, start and stop: nobody waits.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
work=$(mktemp -d)
chmod 755 "$work"
spool=$work/spool
supervisor=
listener=
hop=$G_TEST_BUILDDIR/bench/hop
hole=$G_TEST_BUILDDIR/hole-worker

cleanup() {
	for pid in $supervisor $listener; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT

# count PATTERN: lines of the log.
count() {
	grep -c -- "$1" "$work/log"
}

# logs N PATTERN: at least so many of them.
logs() {
	[ "$(count "$2")" -ge "$1" ]
}

start() {
	rm -f "$work/log"
	program=$1
	shift
	"$program" work --config "$work/mailweir.conf" "$@" "$spool" \
	    2>"$work/log" &
	supervisor=$!
	wait_for 60 grep -q '^ready' "$work/log" ||
	    bail_out 'the supervisor did not start' "$work/log"
}

stop() {
	kill "$supervisor"
	wait "$supervisor"
	status=$?
	supervisor=
	return $status
}

submit() {
	"$MAILWEIR" submit "$spool" "$1" 2>/dev/null
}

answers() {
	[ "$(submit "$1")" = "$2" ]
}

children() {
	pgrep -P "$supervisor" | wc -l
}

has_children() {
	[ "$(children)" -eq "$1" ]
}

# configure LINE...: of [work] and what follows.
configure() {
	{
		printf '[rules]\nuse-system-database = no\n'
		printf 'databases = %s\n[work]\nworkers = 2\n' "$work/db"
		printf '%s\n' "$@"
	} >"$work/mailweir.conf"
}

printf 'Subject: hello\r\n\r\nNothing wrong.\r\n' >"$work/clean.eml"
printf 'Subject: hello\r\n\r\nmarker-of-this-test is here.\r\n' \
    >"$work/marker.eml"
mkdir "$work/db"
# Hexadecimal for text that no message has.
echo 'Test.Other:0:*:6f746865722d6d61726b65722d6f662d746869732d74657374' \
    >"$work/db/a.ndb"
"$MAILWEIR" spool init "$spool"
configure 'watch-databases = 0'
start "$MAILWEIR"

# --- SIGHUP under load ---------------------------------------------------------
"$hop" "$spool" "$work/clean.eml" 600 3 >"$work/hop" &
load=$!
for i in 1 2 3; do
	kill -HUP "$supervisor"
	wait_for 60 logs $i 'new rules are in force'
done
wait $load
has 'every message under a reload is accepted' \
    '^600 messages, 600 accepted' "$work/hop"
is 'three times new rules came into force' 3 "$(count 'in force')"
wait_for 60 has_children 1
is 'the old generations have left' 1 "$(children)"
is 'one that is asked for twice is given up for the last' 0 "$(
	kill -HUP "$supervisor"
	kill -HUP "$supervisor"
	wait_for 60 logs 4 'new rules are in force'; echo $?)"

# --- what must not take over -----------------------------------------------------
before=$(count 'in force')
echo 'This is no signature' >"$work/db/bad.ndb"
kill -HUP "$supervisor"
wait_for 60 logs 1 'the old rules stay'
has 'a bad database is told of' 'cannot load this ClamAV database' \
    "$work/log"
status_has() {
	"$MAILWEIR" status "$spool" >"$work/status" && grep -Eq "$1" "$work/status"
}
wait_for 60 status_has 'reload .*cannot load this ClamAV database'
has 'and status says so' '^reload +.*cannot load this ClamAV database' "$work/status"
has 'with the time' '^reload-time +[1-9]' "$work/status"
has 'and that nothing loads' '^loading-since +0$' "$work/status"
rm "$work/db/bad.ndb"
is 'and the old rules stay' accept "$(submit "$work/clean.eml")"
cp "$work/mailweir.conf" "$work/good.conf"
echo 'workerz = 3' >>"$work/mailweir.conf"
kill -HUP "$supervisor"
wait_for 60 logs 1 'nothing is changed'
has 'a bad configuration names file, line and key' \
    'mailweir.conf:[0-9]*: \[work\] workerz' "$work/log"
wait_for 60 status_has '^reload +.*workerz'
has 'and status names them' '^reload +.*mailweir.conf:[0-9]+: \[work\] workerz' \
    "$work/status"
cp "$work/good.conf" "$work/mailweir.conf"
sanitized=$(nm "$hole" 2>/dev/null | grep -c __asan_init)
if [ "$sanitized" -eq 0 ]; then
	used=$(awk '/^VmSize/ { print $2 * 1024 }' "/proc/$supervisor/status")
	prlimit --pid "$supervisor" --as="$((used + 4000000)):" 
	failed=$(count 'the old rules stay')
	kill -HUP "$supervisor"
	wait_for 60 logs $((failed + 1)) 'the old rules stay'
	is 'without memory for them new rules are not loaded' $((failed + 1)) \
	    "$(count 'the old rules stay')"
	is 'and messages are answered' accept "$(submit "$work/clean.eml")"
	prlimit --pid "$supervisor" --as=unlimited:
fi
is 'no new rules have come into force' "$before" "$(count 'in force')"
generation=$("$MAILWEIR" status "$spool" | awk '$1 == "generation" { print $2 }')

# --- configuration ------------------------------------------------------------------
configure 'watch-databases = 0.1' '[limits]' 'max-message-octets = 10'
kill -HUP "$supervisor"
wait_for 60 logs $((before + 1)) 'in force'
is 'a limit of the new configuration is in force' \
    '552 5.3.4 Requested mail action aborted: exceeded mailsize limit' \
    "$("$MAILWEIR" submit "$spool" "$work/clean.eml" 2>/dev/null)"
wait_for 60 status_has '^reload +in force'
is 'status counts the rules that came into force' \
    "generation $((generation + 1))" \
    "$(awk '$1 == "generation" { print $1, $2 }' "$work/status")"
configure 'watch-databases = 0.1'
kill -HUP "$supervisor"
wait_for 60 logs $((before + 2)) 'in force'

# --- databases that change on disk -----------------------------------------------------
is 'a message is accepted before there is a signature' accept \
    "$(submit "$work/marker.eml")"
echo 'Test.Marker:0:*:6d61726b65722d6f662d746869732d74657374' \
    >"$work/new.ndb"
mv "$work/new.ndb" "$work/db/b.ndb"
wait_for 60 answers "$work/marker.eml" '550 5.7.1 DT:SPM'
is 'and refused when the signature has come' '550 5.7.1 DT:SPM' \
    "$(submit "$work/marker.eml")"
is 'others are accepted' accept "$(submit "$work/clean.eml")"

# --- a generation that dies --------------------------------------------------------------
"$hop" "$spool" "$work/clean.eml" 300 3 >"$work/hop" &
load=$!
kill -KILL "$(pgrep -P "$supervisor")"
wait $load
has 'when the generation dies, messages wait for the next' \
    '^300 messages, 300 accepted' "$work/hop"
has 'and the log says so' 'the process that holds the rules died: signal 9' \
    "$work/log"
kill -HUP "$supervisor"
wait_for 60 has_children 2
# The one that loads is the younger one.
kill -KILL "$(pgrep -n -P "$supervisor")"
wait_for 60 has_children 1
is 'one that dies while it loads changes nothing' accept \
    "$(submit "$work/clean.eml")"
kill -HUP "$supervisor"
stop
is 'it can be stopped while it loads' 0 $?

# --- recycling --------------------------------------------------------------------------------
configure 'recycle-messages = 7'
start "$MAILWEIR"
"$hop" "$spool" "$work/clean.eml" 200 3 >"$work/hop"
has 'recycling delays no message' '^200 messages, 200 accepted' "$work/hop"
has 'workers are recycled' 'recycled after 7 messages' "$work/log"
is 'more than once' yes "$([ "$(count 'recycled after')" -ge 10 ] &&
    echo yes)"
stop
configure 'recycle-memory = 64K'
start "$MAILWEIR"
{
	printf 'Subject: large\r\n\r\n'
	yes 'This line is repeated until there are millions of octets.' |
	    head -n 100000
} >"$work/large.eml"
"$hop" "$spool" "$work/large.eml" 6 2 >"$work/hop"
has 'and when they are too large' 'recycled after [1-3] messages' "$work/log"
stop

# --- the service manager ---------------------------------------------------------------------
python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(120)
print("listening", flush=True)
while True:
    print(s.recv(4096).decode(), flush=True)
' "$work/notify" >"$work/notified" &
listener=$!
wait_for 60 grep -q listening "$work/notified"
NOTIFY_SOCKET=$work/notify
export NOTIFY_SOCKET
configure 'scan-timeout = 60'
start "$hole"
unset NOTIFY_SOCKET
wait_for 60 grep -q READY=1 "$work/notified"
has 'the service manager is told when it is ready' READY=1 "$work/notified"
kill -HUP "$supervisor"
wait_for 60 logs 1 'in force'
wait_for 60 sh -c "[ \"\$(grep -c READY=1 '$work/notified')\" -eq 2 ]"
has 'and of a reload' '^RELOADING=1' "$work/notified"
is 'and of its end' 2 "$(grep -c READY=1 "$work/notified")"

# --- stopping ------------------------------------------------------------------------------------
printf 'X-Hole: spin\r\n\r\nx\r\n' >"$work/spin.eml"
"$MAILWEIR" submit "$spool" "$work/spin.eml" >"$work/spin" 2>/dev/null &
submitter=$!
# shellcheck disable=SC2016 # for the inner shell
wait_for 60 sh -c '[ -n "$(ls -A "$1")" ]' - "$spool/active"
kill "$supervisor"
wait_for 60 logs 1 'finish first'
has 'a first signal lets the message under scan finish' 'finish first' \
    "$work/log"
has 'and the service manager is told' STOPPING=1 "$work/notified"
stop
is 'a second one stops it at once' 0 $?
wait $submitter
is 'the submitter has its 451' \
    '451 4.3.0 Requested action aborted: local error in processing' \
    "$(cat "$work/spin")"
configure 'watch-databases = 0'
start "$MAILWEIR"
is 'the next one goes on' accept "$(submit "$work/clean.eml")"
stop
is 'nothing is left in the spool' 0 "$(find "$spool/tmp" "$spool/msg" \
    "$spool/incoming" "$spool/active" "$spool/verdict" -type f | wc -l)"
tap_done
