#!/bin/sh
# tests/test-spool.sh - a spool with real processes: what the protocol promises.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
work=$(mktemp -d)
spool=$work/spool
worker=

cleanup() {
	[ -z "$worker" ] || kill "$worker" 2>/dev/null
	[ -z "$worker" ] || wait "$worker" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

start() {
	rm -f "$work/log"
	"$MAILWEIR" work --workers 2 "$@" "$spool" 2>"$work/log" &
	worker=$!
	wait_for 60 grep -q '^ready' "$work/log" ||
	    bail_out 'the worker did not start' "$work/log"
}

stop() {
	kill "$worker"
	wait "$worker"
	status=$?
	worker=
	return $status
}

count_files() {
	find "$spool/tmp" "$spool/msg" "$spool/incoming" "$spool/active" \
	    "$spool/verdict" -type f | wc -l
}

has_line() {
	grep -q "$1" "$2" 2>/dev/null
}

printf 'Subject: hello\r\n\r\nNothing wrong.\r\n' >"$work/clean.eml"
printf 'Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name="a.exe"\r\n\r\nx\r\n' \
    >"$work/bad.eml"
error451='451 4.3.0 Requested action aborted: local error in processing'

# --- commands that must say what to do ---------------------------------------
"$MAILWEIR" work "$work/missing" 2>"$work/err"
is 'a missing spool has its exit status' 66 $?
is 'and one line says what to do' 1 \
    "$(grep -c 'mailweir spool init' "$work/err")"
mkdir "$work/foreign" && touch "$work/foreign/file"
"$MAILWEIR" spool init "$work/foreign" 2>"$work/err"
is 'a directory with other files does not become a spool' 65 $?
is 'and nothing is made in it' 1 "$(find "$work/foreign" -mindepth 1 | wc -l)"
"$MAILWEIR" work --no-such-option "$spool" 2>"$work/err"
is 'an unknown option is a usage error' 64 $?
is 'in one line' 1 "$(wc -l <"$work/err")"
printf '[limits]\nmax-partz = 3\n' >"$work/bad.conf"
"$MAILWEIR" spool init "$spool"
is 'init makes a spool' 0 $?
"$MAILWEIR" work --config "$work/bad.conf" "$spool" 2>"$work/err"
is 'a bad configuration has its exit status' 78 $?
is 'and names file, line and key' 1 \
    "$(grep -c 'bad.conf:2: \[limits\] max-partz' "$work/err")"
is 'init may be repeated' 0 "$("$MAILWEIR" spool init "$spool"; echo $?)"
is 'the folders have their modes' '3730 3730 3730 700 2710' \
    "$(cd "$spool" && stat -c %a tmp msg incoming active verdict | xargs)"

# --- without a worker ------------------------------------------------------------
got=$("$MAILWEIR" submit "$spool" "$work/clean.eml" 2>/dev/null)
is 'without a worker the reply is 451' "$error451" "$got"
is 'and nothing is left in the spool' 0 "$(count_files)"

# --- with one ----------------------------------------------------------------------
mkdir "$work/ok"
cp "$work/clean.eml" "$work/bad.eml" "$work/ok"
ln -s "$work/bad.eml" "$work/ok/link.eml"
mkfifo "$work/ok/fifo"
printf '[spool]\nscan-directories = %s/ok\n' "$work" >"$work/scan.conf"
start --config "$work/scan.conf"
got=$("$MAILWEIR" submit "$spool" "$work/clean.eml")
is 'a clean message is accepted with exit 0' 'accept 0' "$got $?"
got=$("$MAILWEIR" submit "$spool" "$work/bad.eml")
is 'a bad one is refused with exit 69' \
    '552 5.7.0 Illegal Attachment 69' "$got $?"
got=$("$MAILWEIR" submit --verbose --sender '' --recipient 'a b@c' \
    --helo "$(printf 'x\001')" "$spool" - <"$work/bad.eml" | sed -n 2p)
is 'the reason names part, name and rule' \
    'banned-extension part 1 "a.exe": .exe: program for Windows or DOS' "$got"
"$MAILWEIR" submit "$spool" "$work/nothing" 2>"$work/err"
is 'a missing message file is not a verdict' 66 $?
: >"$work/empty.eml"
got=$("$MAILWEIR" submit "$spool" "$work/empty.eml")
is 'an empty message has nothing wrong in it' accept "$got"
"$MAILWEIR" work "$spool" 2>"$work/err"
is 'a second supervisor does not start' 75 $?
is 'and names the first' 1 "$(grep -c "($worker)" "$work/err")"

# --- over the socket ------------------------------------------------------------------
# ask_socket REQUEST: prints the answer.
ask_socket() {
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode("latin-1") + b"\n")
s.settimeout(60)
for octets in iter(lambda: s.recv(65536), b""):
    sys.stdout.write(octets.decode())' "$spool/run/sock" "$1"
}
is 'the socket is for the group' 'srw-rw----' \
    "$(stat -c %A "$spool/run/sock")"
is 'SCAN1 answers as submit does' accept \
    "$(ask_socket "SCAN1 File=$work/ok/clean.eml Sender=a@b Recipient=c@d")"
is 'for a bad message too' '552 5.7.0 Illegal Attachment' \
    "$(ask_socket "SCAN1 File=$work/ok/bad.eml")"
is 'not for a file elsewhere' "$error451" \
    "$(ask_socket "SCAN1 File=$work/bad.eml")"
is 'not by way of dots' "$error451" \
    "$(ask_socket "SCAN1 File=$work/ok/../bad.eml")"
is 'not through a link' "$error451" \
    "$(ask_socket "SCAN1 File=$work/ok/link.eml")"
is 'not for a FIFO' "$error451" "$(ask_socket "SCAN1 File=$work/ok/fifo")"
is 'a request that is none gets 451' "$error451" "$(ask_socket 'SCAN2 a')"
is 'WAIT1 for an unknown entry is told nothing' '' \
    "$(ask_socket 'WAIT1 0123456789abcdef')"
is 'and nothing is left in the spool' 0 \
    "$(find "$spool/msg" "$spool/incoming" "$spool/active" -type f | wc -l)"

# --- what people ask --------------------------------------------------------------------
"$MAILWEIR" status "$spool" >"$work/status"
is 'status says that somebody works' 'yes 0' \
    "$(sed -n 's/^alive *//p' "$work/status") $?"
is 'and how much was refused' 1 \
    "$(wait_for 30 sh -c "\"$MAILWEIR\" status \"$spool\" |
        grep -q '^rejected *[1-9]'" && echo 1)"
is 'as JSON too' True "$("$MAILWEIR" status --json "$spool" | python3 -c \
    'import json, sys; print(json.load(sys.stdin)["alive"])')"
is 'check finds nothing' ' 0' \
    "$("$MAILWEIR" spool check "$spool" 2>&1) $?"

# --- a client written from the protocol alone ----------------------------------------
# submit_raw ID ENVELOPE-EXTRA: the envelope's Size is the file's unless extra
# says Size; holds the ticket until the verdict is there; prints the verdict.
submit_raw() {
	id=$1
	size=$(wc -c <"$spool/msg/$id.eml")
	case $2 in
	*Size:*) size_line= ;;
	*) size_line="Size: $size" ;;
	esac
	{
		echo 'Spool-Envelope: 1'
		echo "Id: $id"
		[ -z "$size_line" ] || echo "$size_line"
		[ -z "$2" ] || printf '%s\n' "$2"
		echo 'End: 1'
	} >"$spool/tmp/$id.a0"
	# shellcheck disable=SC2094 # the name moves, the descriptor stays
	(
		flock -x 9
		mv "$spool/tmp/$id.a0" "$spool/incoming/$id.a0"
		wait_for 30 test -e "$spool/verdict/$id"
		cat "$spool/verdict/$id"
	) 9<"$spool/tmp/$id.a0"
	rm -f "$spool/msg/$id.eml"
}

cp "$work/bad.eml" "$spool/msg/raw-client-00001.eml"
got=$(submit_raw raw-client-00001 'X-Unknown: 1')
is 'a raw client gets its verdict' 'Reply: 552 5.7.0 Illegal Attachment' \
    "$(echo "$got" | grep ^Reply)"
is 'which is complete' 'End: 1' "$(echo "$got" | tail -n 1)"
cp "$work/clean.eml" "$spool/msg/raw-client-00002.eml"
got=$(submit_raw raw-client-00002 'Must-Understand: 1')
is 'an unknown Must- key defers' "Reply: $error451" \
    "$(echo "$got" | grep ^Reply)"
cp "$work/clean.eml" "$spool/msg/raw-client-00003.eml"
got=$(submit_raw raw-client-00003 'Size: 9999')
is 'a truncated message defers' "Reply: $error451" \
    "$(echo "$got" | grep ^Reply)"
ln -s /etc/passwd "$spool/msg/raw-client-00004.eml"
got=$(submit_raw raw-client-00004 "Size: $(wc -c </etc/passwd)")
is 'a message that is a link defers' "Reply: $error451" \
    "$(echo "$got" | grep ^Reply)"
mkfifo "$spool/incoming/raw-client-00005.a0"
wait_for 30 test ! -e "$spool/incoming/raw-client-00005.a0"
is 'an envelope that is a FIFO is removed' 1 \
    "$(grep -c 'special file of uid .* was removed' "$work/log")"
echo junk >"$spool/incoming/not an entry"
mkdir "$spool/incoming/raw-client-00006.a0"
wait_for 30 test ! -e "$spool/incoming/not an entry"
is 'a file that is no entry goes to corrupt/' 1 \
    "$(find "$spool/corrupt" -type f | wc -l)"
mkdir -p "$spool/incoming/raw-client-00008.a0/full"
got=$("$MAILWEIR" submit "$spool" "$work/clean.eml")
is 'the service goes on' accept "$got"
wait_for 30 has_line 'directory of uid .* cannot be removed' "$work/log"
is 'a directory is removed, or told of once' '0 1' \
    "$(test -e "$spool/incoming/raw-client-00006.a0"; echo "$((1 - $?))") \
$(grep -c 'cannot be removed' "$work/log")"
rm -r "$spool/incoming/raw-client-00008.a0"

# An envelope whose ticket nobody holds is dropped without a scan.
cp "$work/clean.eml" "$spool/msg/raw-client-00007.eml"
printf 'Spool-Envelope: 1\nId: raw-client-00007\nSize: %s\nEnd: 1\n' \
    "$(wc -c <"$work/clean.eml")" >"$spool/tmp/raw-client-00007.a0"
mv "$spool/tmp/raw-client-00007.a0" "$spool/incoming/raw-client-00007.a0"
wait_for 30 sh -c "test ! -e $spool/incoming/raw-client-00007.a0 &&
    test ! -e $spool/active/raw-client-00007.a0 &&
    test ! -e $spool/msg/raw-client-00007.eml"
is 'without a waiter there is no verdict' 1 \
    "$(test -e "$spool/verdict/raw-client-00007"; echo $?)"
is 'nor is its message kept' 1 \
    "$(test -e "$spool/msg/raw-client-00007.eml"; echo $?)"

# --- workers that die -------------------------------------------------------------------
# Kills every worker; the generation (their parent) and the supervisor live on.
generation=$(pgrep -P "$worker")
for pid in $(pgrep -P "$generation"); do
	kill -KILL "$pid"
done
got=$("$MAILWEIR" submit "$spool" "$work/bad.eml")
is 'killed workers are replaced' '552 5.7.0 Illegal Attachment' "$got"

stop
is 'SIGTERM ends it well' 0 $?
is 'nothing is left in the spool' 0 "$(count_files)"

# --- limits of time ---------------------------------------------------------------------------
printf '[work]\nscan-timeout = 0.001\n' >"$work/short.conf"
head -c 3000000 /dev/urandom | base64 >"$work/body"
{ printf 'Subject: slow\r\n\r\n'; cat "$work/body"; } >"$work/slow.eml"
start --config "$work/short.conf"
got=$("$MAILWEIR" submit "$spool" "$work/slow.eml" 2>/dev/null)
is 'a scan that takes too long defers' "$error451" "$got"
is 'and the log says why' 0 "$(grep -q scan-timeout "$work/log"; echo $?)"
stop

# --- crash and recovery ------------------------------------------------------------------------
cp "$work/clean.eml" "$spool/msg/recover-000001.eml"
size=$(wc -c <"$work/clean.eml")
printf 'Spool-Envelope: 1\nId: recover-00000001\nSize: %s\nEnd: 1\n' "$size" \
    >"$spool/active/recover-00000001.a0"
mv "$spool/msg/recover-000001.eml" "$spool/msg/recover-00000001.eml"
exec 9<"$spool/active/recover-00000001.a0"
flock -x 9
start
wait_for 30 test -e "$spool/verdict/recover-00000001"
is 'a claimed entry is taken up again after a crash' 'Action: accept' \
    "$(grep ^Action "$spool/verdict/recover-00000001")"
exec 9<&-
rm -f "$spool/msg/recover-00000001.eml"
stop
echo "other boot" >"$spool/run/boot"
touch "$spool/msg/0123456789abcdef.eml" "$spool/tmp/x"
"$MAILWEIR" work --once "$spool" 2>/dev/null
is 'work --once ends by itself' 0 $?
is 'after another boot the spool is emptied' 0 "$(count_files)"
mkdir "$work/new"
"$MAILWEIR" work --once "$work/new" 2>/dev/null
is 'work makes a spool of an empty directory' 'spool 1 socket' \
    "$(cat "$work/new/VERSION")"

# --- many at once ---------------------------------------------------------------------------------
start
for i in 1 2 3 4 5 6 7 8; do
	for file in clean bad; do
		"$MAILWEIR" submit "$spool" "$work/$file.eml" \
		    >"$work/answer.$i.$file" 2>&1 &
		pids="${pids:-} $!"
	done
done
# shellcheck disable=SC2086 # a list of process ids
wait $pids
is 'eight clean ones at once are accepted' 8 \
    "$(cat "$work"/answer.*.clean | grep -c '^accept$')"
is 'and eight bad ones refused' 8 \
    "$(cat "$work"/answer.*.bad | grep -c '^552 5.7.0 Illegal Attachment$')"
stop
is 'and the spool is empty' 0 "$(count_files)"
tap_done
