#!/bin/sh
# tests/mta/bench.sh - what asking mailweir adds to Postfix's answer to a message.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run by ./dev bench mta. Postfix listens twice, with the milter and without, and
# is asked in turn; times are from the end of DATA to the reply, in milliseconds.
# First with trivial rules (the starter signatures alone), then with the default
# ones; "scan" is the worker's own time, and "way" what is left of what is added:
# the way through milter and spool. Then strace counts, over 100 messages, what must
# not be on the way of a message.
set -u
# shellcheck source=tests/mta/lib.sh
. "$G_TEST_SRCDIR/mta/lib.sh"
mta_enter "$0" postfix,strace

# message OCTETS: text, and from 20000 octets an attachment in base64.
message() {
	printf 'Subject: %s\r\nFrom: a@sender.example\r\nDate: %s\r\n' "$1" \
	    'Tue, 24 Nov 2026 12:00:00 +0000'
	printf 'Message-Id: <%s@sender.example>\r\nMIME-Version: 1.0\r\n' "$1"
	printf 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n'
	yes 'The quick brown fox jumps over the lazy dog.' | head -n 30 |
	    sed 's/$/\r/'
	printf -- '--b\r\nContent-Type: application/octet-stream\r\n'
	printf 'Content-Transfer-Encoding: base64\r\n\r\n'
	# The same octets each time.
	yes 'some octets of an attachment' | head -c $((($1 - 1800) * 54 / 78)) |
	    base64 -w 76 | sed 's/$/\r/'
	printf -- '--b--\r\n'
}

# plain OCTETS: nothing but text.
plain() {
	printf 'Subject: %s\r\nFrom: a@sender.example\r\n\r\n' "$1"
	yes 'The quick brown fox jumps over the lazy dog.' |
	    head -n $(($1 / 46)) | sed 's/$/\r/'
}

# figures FILE: median and 99th percentile.
figures() {
	sort -n "$1" | awk '{ v[NR] = $1 }
	    END { printf "%.2f %.2f\n", v[int((NR + 1) / 2)],
	        v[int(NR * 0.99 + 0.5)] }'
}

# measure KIND OCTETS COUNT
measure() {
	"$1" "$2" >"$work/message"
	kind=$1
	shift
	lines=$(wc -l <"$work/worker.log")
	: >"$work/with"
	: >"$work/without"
	for round in 1 2 3 4 5; do
		for way in with without; do
			port=25
			[ "$way" = with ] || port=26
			send --times --port "$port" --count "$2" \
			    "$work/message" >"$work/answers"
			grep -vc ' 250 ' "$work/answers" |
			    grep -qx 0 || bail_out "round $round" "$work/answers"
			cut -d ' ' -f 1 "$work/answers" >>"$work/$way"
		done
	done
	tail -n "+$((lines + 1))" "$work/worker.log" |
	    sed -n 's/.*, \([0-9.]*\) ms$/\1/p' >"$work/scan"
	# shellcheck disable=SC2046 # six words
	set -- "$1" $(figures "$work/without") $(figures "$work/with") \
	    $(figures "$work/scan")
	awk "BEGIN { printf \"%9d%9.2f%9.2f%9.2f%9.2f%9.2f%9.2f%9.2f  $kind\\n\", $1, $2,
	    $3, $4, $5, $4 - $2, $6, $4 - $2 - $6 }"
}

mailweir_setup postfix
cp "$work/mailweir.conf" "$work/default.conf"
cat >>"$work/mailweir.conf" <<'CONF'
[rules]
use-system-database = no
[content]
starter-rules = no
CONF
worker_start
milter_start /var/spool/postfix/mailweir
cat >>/etc/postfix/master.cf <<'MASTER'
127.0.0.1:26 inet n - y - - smtpd
  -o smtpd_milters=
MASTER
postfix_start smtpd_milters=unix:mailweir/milter.sock \
    message_size_limit=100000000 local_transport=discard: \
    local_recipient_maps=
wait_for 20 listens 26 || bail_out 'no second port'

echo 'with trivial rules:'
echo '          without the milter   with the milter'
echo '   octets   median     99 %   median     99 %    added     scan      way'
measure plain 20000 100
measure message 20000 100
echo 'the same with the default rules:'
worker_stop
cp "$work/default.conf" "$work/mailweir.conf"
worker_start
measure message 2000 100
measure message 20000 100
measure message 1000000 10
measure message 20000000 1

message 20000 >"$work/message"
inotify=$(find "/proc/$milter/fd" -lname 'anon_inode:inotify' |
    sed 's/.*\///')
strace -f -q -o "$work/strace" -p "$milter" 2>/dev/null &
tracer=$!
wait_for 20 grep -q . "/proc/$milter/task/$milter/status"
wait_for 20 grep -q 'TracerPid:	[1-9]' "/proc/$milter/status"
send --count 100 "$work/message" >"$work/answers"
kill "$tracer"
wait "$tracer"
echo "strace of the milter over 100 messages:" \
    "$(grep -cE 'f(data)?sync\(' "$work/strace") fsync," \
    "$(grep -c 'inotify_init' "$work/strace") inotify instances made," \
    "$(grep -cE "close\\(${inotify:-none}\\)" "$work/strace") closed," \
    "$(grep -c 'inotify_add_watch' "$work/strace") watches"
postfix_stop
milter_stop
worker_stop
