#!/bin/sh
# tests/mta/test-exim.sh - a real Exim asks mailweir.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/mta/lib.sh
. "$G_TEST_SRCDIR/mta/lib.sh"
mta_enter "$0" exim4-daemon-heavy,swaks
contrib=$G_TEST_SRCDIR/../contrib/exim

useradd --create-home inbox
useradd --create-home other
useradd --create-home third
mailweir_setup
usermod --append --groups mailweir Debian-exim
messages_make
printf '[work]\nsubmitters = Debian-exim\n' >>"$work/mailweir.conf"
install -D "$work/mailweir.conf" /etc/mailweir/mailweir.conf
cp "$contrib"/mailweir-* /etc/exim4/
cat >/etc/exim4/exim4.conf.localmacros <<'MACROS'
CHECK_DATA_LOCAL_ACL_FILE = /etc/exim4/mailweir-acl
MESSAGE_SIZE_LIMIT = 100M
IGNORE_SMTP_LINE_LENGTH_LIMIT = yes
MACROS
exim_start

# --- without anybody ----------------------------------------------------------
is 'without a worker it is our 451, within a second' "$error451" \
    "$(send_impatiently "$work/clean.eml")"
chmod 700 "$spool"
is 'without access to the spool too' "$error451" "$(send "$work/clean.eml")"
chmod 755 "$spool"
mv /usr/bin/mailweir /usr/bin/elsewhere
is 'without the program too' "$error451" "$(send "$work/clean.eml")"
mv /usr/bin/elsewhere /usr/bin/mailweir
is 'nothing is left in the spool' '' "$(spool_files)"

# --- what the worker says, and what it must not say ------------------------------
fake_start
octets_are_kept exim
replies_are_checked
is 'a reply of several lines' "$(printf '%s\n' '550-5.7.1 one' \
    '550-5.7.1 two' '550 5.7.1 three')" \
    "$(says lines 'Action: reject|Reply: 550 5.7.1 one|Reply: 550 5.7.1 two|Reply: 550 5.7.1 three')"
got=$(says discard 'Action: discard')
is 'discard: the client is told that it is accepted' 250 "${got%% *}"
envelope_is_kept
# shellcheck disable=SC2016 # what looks like a variable is none
bad='"--x $b`id`${run{x}}"@sender.example'
send --from "$bad" "$work/clean.eml" >"$work/answer"
is 'what the sender says is no command and no option' "$bad" \
    "$(seen Sender | sed 's/%20/ /g')"
send --recipients 3 "$work/clean.eml" >"$work/answer"
is 'several recipients' 3 "$(grep -c ^Recipient: "$work/seen/envelope")"
is 'the message is a link, of the group of the spool' '2 mailweir' \
    "$(cat "$work/seen/status")"
send --bdat 17 "$work/octets/attachment.eml" >"$work/answer"
is 'CHUNKING: no octet is lost' \
    "$(sha256sum <"$work/octets/attachment.want" | cut -c 1-64) 250" \
    "$(python3 "$mta/make-octets.py" exim --digest "$work/seen/message"
    ) $(tail -n 1 "$work/answer" | cut -c 1-3)"
kill "$worker"
forget_all

# --- the real worker ---------------------------------------------------------------------
worker_start
each_reply_is_exact
send --to other@mx.example.net "$work/forged.eml" >"$work/answer"
wait_for 10 delivered other
is 'the field of the verdict is the only one of its name' \
    'MIME-Ambiguity-Results: mx.example.net; none' \
    "$(grep -hi ^MIME-Ambiguity-Results /home/other/Maildir/new/*)"
got=$(send "$work/50M.eml")
is 'a message of 50 MB is accepted' 250 "${got%% *}"
many_replies_are_right 1
worker_stop
is 'nothing is left in the spool' '' "$(spool_files)"

# --- by the socket of the spool -----------------------------------------------------------
usermod --append --groups Debian-exim mailweir
printf '[spool]\nscan-directories = /var/spool/exim4/scan\n' \
    >>"$work/mailweir.conf"
echo 'MAILWEIR_SOCKET = yes' >>/etc/exim4/exim4.conf.localmacros
exim_stop
exim_start
is 'without a worker it is our 451, within a second' "$error451" \
    "$(send_impatiently "$work/clean.eml")"
worker_start
each_reply_is_exact
send --to third@mx.example.net "$work/forged.eml" >"$work/answer"
wait_for 10 delivered third
is 'the field of the verdict is the only one of its name' \
    'MIME-Ambiguity-Results: mx.example.net; none' \
    "$(grep -hi ^MIME-Ambiguity-Results /home/third/Maildir/new/*)"
got=$(send --from '"a %20|b"@sender.example' --recipients 3 "$work/clean.eml")
is 'odd addresses are no trouble' 250 "${got%% *}"
kill -STOP "$worker"
send "$work/clean.eml" >"$work/answer" &
client=$!
wait_for 10 busy
kill -KILL "$worker"
wait "$client"
is 'the worker is killed: our 451' "$error451" "$(cat "$work/answer")"
exim_stop
tap_done
