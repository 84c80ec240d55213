#!/bin/sh
# tests/mta/test-postfix.sh - a real Postfix asks mailweir-milter.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/mta/lib.sh
. "$G_TEST_SRCDIR/mta/lib.sh"
mta_enter "$0" postfix,swaks
sockets=/var/spool/postfix/mailweir

useradd --create-home inbox
useradd --create-home other
mailweir_setup postfix
messages_make
postfix_start home_mailbox=Maildir/ recipient_delimiter=+ \
    smtpd_milters=unix:mailweir/milter.sock \
    milter_default_action=tempfail milter_content_timeout=300s \
    message_size_limit=100000000 smtpd_recipient_limit=20000 \
    smtpd_forbid_bare_newline=normalize smtpd_forbid_bare_newline_exclusions= \
    smtpd_sasl_auth_enable=yes smtpd_sasl_type=dovecot \
    smtpd_sasl_path=private/auth
python3 "$mta/fake-auth.py" /var/spool/postfix/private/auth 2>/dev/null &
auth=$!

# --- without anybody ----------------------------------------------------------
elsewhere='451 4.7.1 Service unavailable - try again later'
is 'without a milter Postfix defers' "$elsewhere" "$(send "$work/clean.eml")"
milter_start "$sockets" --wait 2
mailweir-milter --listen "unix:$sockets/milter.sock" --spool "$spool" \
    2>"$work/second.log"
is 'a second milter does not take the socket away' '73 1' \
    "$? $(grep -c 'another instance' "$work/second.log")"
is 'without a worker it is our 451, within a second' "$error451" \
    "$(send_impatiently "$work/clean.eml")"
is 'nothing is left in the spool' '' "$(spool_files)"

# --- what the worker says, and what it must not say ------------------------------
fake_start
octets_are_kept postfix
replies_are_checked
got=$(says discard 'Action: discard')
is 'discard: the client is told that it is accepted' 250 "${got%% *}"
is 'and the message is gone' 1 \
    "$(grep -c 'milter-discard: END-OF-MESSAGE' /var/log/mail.log)"
envelope_is_kept
send --auth 'user%name:secret' "$work/clean.eml" >"$work/answer"
is 'AUTH: the user is in the envelope' 'ESMTPA user%25name' \
    "$(seen Protocol) $(seen Auth-User)"
send --smtputf8 --from '测试@例.example' "$work/clean.eml" >"$work/answer"
is 'SMTPUTF8: so is an address in UTF-8' \
    '%E6%B5%8B%E8%AF%95@%E4%BE%8B.example' "$(seen Sender)"
is 'CHUNKING: no octet is lost' \
    "$(sha256sum <"$work/octets/attachment.want") 250" \
    "$(send --bdat 17 "$work/octets/attachment.eml" >"$work/answer"
    sha256sum <"$work/seen/message") $(cut -c 1-3 "$work/answer")"
says many 'Action: reject|Reply: 550 5.7.1 many' --recipients 10000 \
    >"$work/answer"
is '10000 recipients: the envelope has as many as find room' \
    '550 5.7.1 many, 6000 or more' \
    "$(cat "$work/answer"), $(test "$(grep -c ^Recipient: \
    "$work/seen/envelope")" -ge 6000 && echo 6000 or more)"
is 'and is within its limit' 262144 "$(printf '%s\n%s\n' 262144 \
    "$(wc -c <"$work/seen/envelope")" | sort -n | tail -n 1)"

# --- waiting in vain ------------------------------------------------------------------
says wait 'hang' >"$work/answer" &
client=$!
says wait 'none' >"$work/none"
is 'no verdict means 451' "$error451" "$(cat "$work/none")"
wait "$client"
is 'nobody answers: our 451 at our limit' "$error451" "$(cat "$work/answer")"
kill -STOP "$worker"
is 'the worker is stopped: our 451 at our limit' "$error451" \
    "$(send "$work/clean.eml")"
kill -CONT "$worker"
forget_claimed
wait_for 10 spool_is_empty
is 'nothing is left in the spool' '' "$(spool_files)"
says wait 'hang' >"$work/answer" &
client=$!
wait_for 10 claimed
kill "$milter"
wait "$client"
is 'the milter is told to leave: 451' "$error451" "$(cat "$work/answer")"
wait "$milter"
is 'and it leaves nothing' '0 ' "$? $(forget_claimed; spool_files)"
milter_start "$sockets" --wait 60
says wait 'hang' >"$work/answer" &
client=$!
wait_for 10 claimed
kill -KILL "$milter"
wait "$client"
is 'the milter is killed: 451 of Postfix' "$elsewhere" "$(cat "$work/answer")"
forget_all
milter_start "$sockets" --wait 60
is 'and another takes its place' 250 \
    "$(send "$work/clean.eml" | cut -c 1-3)"
says wait 'hang' >"$work/answer" &
client=$!
wait_for 10 claimed
kill -KILL "$worker"
wait "$client"
is 'the worker is killed: our 451' "$error451" "$(cat "$work/answer")"
forget_claimed
is 'nothing is left in the spool' '' "$(spool_files)"

# --- the real worker ---------------------------------------------------------------------
worker_start
each_reply_is_exact
send --to other@mx.example.net "$work/forged.eml" >"$work/answer"
wait_for 10 delivered other
is 'the field of the verdict is the only one of its name' \
    'MIME-Ambiguity-Results: mx.example.net; none' \
    "$(grep -hi ^MIME-Ambiguity-Results /home/other/Maildir/new/*)"
is 'several messages in a session' '552 250 550 552' \
    "$(send "$work/illegal.eml" "$work/clean.eml" "$work/virus.eml" \
    "$work/illegal.eml" | cut -c 1-3 | xargs)"
got=$(send "$work/50M.eml")
is 'a message of 50 MB is accepted' 250 "${got%% *}"
is 'the client hangs up in the middle, and without waiting' \
    'hung up hung up 552' "$(send --hang-up data "$work/50M.eml" | xargs
    ) $(send --hang-up end "$work/illegal.eml" | xargs
    ) $(send "$work/illegal.eml" | cut -c 1-3)"
many_replies_are_right 5
send --sessions 4 --count 60 "$work/illegal.eml" >"$work/many" &
client=$!
kill -HUP "$worker"
wait_for 60 grep -q 'new rules' "$work/worker.log"
wait "$client"
is 'new rules under load: every reply is right' 240 \
    "$(grep -c '^552 5.7.0 Illegal Attachment$' "$work/many")"
send --sessions 4 --count 60 "$work/illegal.eml" >"$work/many" &
client=$!
wait_for 10 test -s "$work/milter.log"
kill "$milter"
wait "$milter"
milter_start "$sockets" --wait 60
wait "$client"
is 'the milter is restarted under load: the right reply or 4xx' '240 0' \
    "$(grep -cE "^552 5.7.0 Illegal|^4" "$work/many") $(
    grep -c ^250 "$work/many")"

worker_stop
milter_stop
is 'nothing is left in the spool' '' "$(spool_files)"

# --- behind the queue: pipe(8) ----------------------------------------------------------------
# What Postfix makes of it is in its log: status, and what it says of why.
in_log() {
	grep -o "$1" /var/log/mail.log
}
cat >>/etc/postfix/master.cf <<'MASTER'
scan unix - n n - 10 pipe
  flags=Rq user=mailweir null_sender=
  argv=/usr/bin/mailweir submit --pipe /usr/sbin/sendmail --sender ${sender}
  /var/spool/mailweir - ${recipient}
MASTER
postconf smtpd_milters= content_filter=scan:dummy
postconf -P pickup/unix/content_filter=
postfix reload 2>/dev/null
# An smtpd from before the reload still asks the milter, which is gone.
is_queued() {
	send --to other@mx.example.net "$work/illegal.eml" >"$work/answer"
	grep -q ^250 "$work/answer"
}
wait_for 10 is_queued
wait_for 20 in_log 'dsn=4.3.0, status=deferred' >"$work/answer"
is 'pipe: without a worker it is tried again' \
    "status=deferred (${error451#* * })" \
    "$(in_log 'status=deferred (Requested.*')"
worker_start
send --to other@mx.example.net "$work/illegal.eml" >"$work/answer"
wait_for 20 in_log 'dsn=5.7.0, status=bounced' >"$work/answer"
is 'pipe: an illegal attachment is a bounce' \
    'status=bounced (Illegal Attachment)' "$(in_log 'status=bounced.*')"
rm -f /home/other/Maildir/new/*
send --to other@mx.example.net "$work/dotted.eml" >"$work/answer"
wait_for 10 delivered other
is 'pipe: a clean message comes back as it was' \
    "$(sed -n '/^\r*$/,$p' "$work/dotted.eml" | tr -d '\r' | sha256sum)" \
    "$(sed -n '/^$/,$p' /home/other/Maildir/new/* | sha256sum)"
worker_stop
postfix_stop
kill "$auth"
tap_done
