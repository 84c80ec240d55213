#!/bin/sh
# tests/test-milter.sh - the milter protocol, spoken by a client of the tests.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
work=$(mktemp -d)
spool=$work/spool
pids=

cleanup() {
	# shellcheck disable=SC2086 # a list of numbers
	[ -z "$pids" ] || kill $pids 2>/dev/null
	wait
	rm -rf "$work"
}
trap cleanup EXIT

ask() {
	python3 "$G_TEST_SRCDIR/milter-client.py" "$work/socket" "$@" 2>&1
}

cat >"$work/conf" <<'CONF'
[limits]
max-message-octets = 1M
[policy]
ambiguity-results = mx.example.net
CONF

# --- how it is called --------------------------------------------------------
# refused PROGRAM STATUS WORDS OPTION...: what it says, and its exit status.
refused() {
	program=$1 want=$2 words=$3
	shift 3
	status=0
	got=$("$MAILWEIR-$program" "$@" 2>&1) || status=$?
	is "$program $*" "$want mailweir-$program: $words" "$status $got"
}

"$MAILWEIR" spool init "$spool"
for program in milter opensmtpd; do
	refused "$program" 64 '--spool is needed; try --help'
	refused "$program" 64 "'more' is no option; try --help" more
	refused "$program" 64 '--wait must be from 1 to 3600 seconds' \
	    --spool "$spool" --wait 0
	refused "$program" 64 '--wait must be from 1 to 3600 seconds' \
	    --spool "$spool" --wait 3601
	refused "$program" 66 "/nowhere: there is no such directory;$(:
	    ) 'mailweir spool init /nowhere' makes one" --spool /nowhere
	refused "$program" 78 'nowhere.conf: cannot read it: No such file or directory' \
	    --spool "$spool" --config nowhere.conf
done
refused milter 64 '--listen is needed; try --help' --spool "$spool"
for mode in 9 1000 x; do
	refused milter 64 '--mode must be octal, at most 777' \
	    --spool "$spool" --listen "unix:$work/socket" --mode "$mode"
done

# --- what it answers ---------------------------------------------------------
samples=$G_TEST_SRCDIR/../samples
base64 -d "$samples/5-virus.eml.b64" >"$work/virus.eml"
{ printf 'Subject: big\n\n'; head -c 1500000 /dev/zero | tr '\0' x; } \
    >"$work/big.eml"
{ printf 'Subject: dots\n'; echo 'MIME-Ambiguity-Results: forged; none';
    printf '\n.\n..\nFrom here\n'; } >"$work/dots.eml"
"$MAILWEIR" work --workers 2 --config "$work/conf" "$spool" \
    2>"$work/work.log" &
worker=$!
"$MAILWEIR-milter" --listen "unix:$work/socket" --spool "$spool" \
    --config "$work/conf" --mode 606 --wait 5 2>"$work/milter.log" &
milter=$!
pids="$worker $milter"
wait_for 60 grep -q '^ready' "$work/work.log" ||
    bail_out 'no worker' "$work/work.log"
wait_for 20 test -S "$work/socket" ||
    bail_out 'no milter' "$work/milter.log"

is 'the socket has its mode' 606 "$(stat -c %a "$work/socket")"
error451='451 4.3.0 Requested action aborted: local error in processing'
got=$(ask "$samples/1-accept.eml" | grep -v '^+')
is 'a clean message is accepted' accept "$got"
is 'an illegal attachment has the published reply' \
    '552 5.7.0 Illegal Attachment' "$(ask "$samples/2-by-name.eml")"
is 'so has a virus' '550 5.7.1 DT:SPM' "$(ask "$work/virus.eml")"
is 'and a message over the limit' \
    '552 5.3.4 Requested mail action aborted: exceeded mailsize limit' \
    "$(ask "$work/big.eml")"
is 'fields of the verdict are inserted, forged ones removed' \
    '-MIME-Ambiguity-Results
+MIME-Ambiguity-Results: mx.example.net; none
accept' "$(ask "$work/dots.eml")"
is 'several messages in a session' 3 \
    "$(ask "$samples/2-by-name.eml" 3 | grep -c '^552 5.7.0 Illegal')"
i=0
while [ "$i" -lt 10 ]; do
	i=$((i + 1))
	ask "$samples/2-by-name.eml" 5 >"$work/many.$i" &
	clients="${clients:-} $!"
done
# shellcheck disable=SC2086 # a list of numbers
wait $clients
is 'ten sessions at once' 50 \
    "$(cat "$work"/many.* | grep -c '^552 5.7.0 Illegal Attachment$')"
kill "$worker"
wait "$worker"
pids=$milter
is 'without a worker it is 451' "$error451" "$(ask "$samples/1-accept.eml")"
is 'nothing is left in the spool' 0 "$(find "$spool/tmp" "$spool/msg" \
    "$spool/incoming" "$spool/active" "$spool/verdict" -type f | wc -l)"
kill "$milter"
wait "$milter"
is 'SIGTERM ends it well' 0 $?
pids=
tap_done
