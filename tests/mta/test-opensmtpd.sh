#!/bin/sh
# tests/mta/test-opensmtpd.sh - a real OpenSMTPD asks mailweir.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/mta/lib.sh
. "$G_TEST_SRCDIR/mta/lib.sh"
mta_enter "$0" opensmtpd,swaks

useradd --create-home inbox
useradd --create-home other
useradd --create-home third
mailweir_setup
messages_make
install -D "$work/mailweir.conf" /etc/mailweir/mailweir.conf
sed 's/--spool/--wait 4 --spool/' \
    "$G_TEST_SRCDIR/../contrib/opensmtpd/smtpd.conf" >/etc/smtpd.conf
cat >>/etc/smtpd.conf <<'CONF'
listen on 127.0.0.1 filter "mailweir"
action "deliver" maildir
match from any for any action "deliver"
CONF
opensmtpd_start

# --- without anybody ----------------------------------------------------------
is 'without a worker it is our 451, within a second' "$error451" \
    "$(send_impatiently "$work/clean.eml")"
is 'nothing is left in the spool' '' "$(spool_files)"

# --- what the worker says, and what it must not say ------------------------------
fake_start
octets_are_kept opensmtpd
replies_are_checked
is 'of a reply of several lines, the first' '550 5.7.1 one' \
    "$(says lines 'Action: reject|Reply: 550 5.7.1 one|Reply: 550 5.7.1 two')"
is 'discard cannot be done' "$error451" "$(says discard 'Action: discard')"
envelope_is_kept
send --recipients 3 "$work/clean.eml" >"$work/answer"
is 'several recipients' 3 "$(grep -c ^Recipient: "$work/seen/envelope")"
is 'no verdict means 451' "$error451" "$(says none none)"
is 'nobody answers: our 451 at our limit' "$error451" "$(says hang hang)"
says hang hang >"$work/answer" &
client=$!
wait_for 10 claimed
is 'who waits keeps nobody else' '550 5.7.1 now' \
    "$(says now 'Action: reject|Reply: 550 5.7.1 now')"
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
    "$(grep -hiA1 ^MIME-Ambiguity-Results /home/other/Maildir/new/* |
        grep -v ^Received)"
is 'what is delivered is what was examined, and one field' \
    "$(sed -n '/^Subject/,$p' "$work/dotted.eml" | tr -d '\r' | sha256sum)" \
    "$(send --to third@mx.example.net "$work/dotted.eml" >"$work/answer"
    wait_for 10 delivered third
    sed -n '/^Subject/,$p' /home/third/Maildir/new/* | sha256sum)"
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
opensmtpd_stop
worker_stop
is 'nothing is left in the spool' '' "$(spool_files)"
tap_done
