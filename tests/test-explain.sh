#!/bin/sh
# tests/test-explain.sh - what the help desk is told.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# explain ARGUMENT...: output, messages and exit status.
explain() {
	status=0
	"$MAILWEIR" explain "$@" 2>&1 || status=$?
	[ "$status" -eq 0 ] || echo "status $status"
}

is 'a reply of ours' '552 5.7.0 Illegal Attachment' \
    "$(explain '552 Illegal Attachment' | sed -n 1p)"
is 'who gives it' \
    '  Given by the mail server: client access table (contrib/postfix/replies: hl.cf, clients.cidr).' \
    "$(explain --lang en HL:IHU | sed -n 3p)"
is 'in Chinese' \
    '  由邮件服务器给出：client access table（contrib/postfix/replies：hl.cf, clients.cidr）。' \
    "$(explain --lang zh HL:IHU | sed -n 3p)"
is 'a bounce message on several lines' '450 4.7.1 DT:SPM' \
    "$(explain '<a@example.net>: host mx.example.net said: 450
    4.7.1 DT:SPM (in reply to end of DATA command)' | sed -n 1p)"
is 'words without quotes' '550 5.1.1 Invalid User' \
    "$(explain 550 invalid user | sed -n 1p)"
is 'no words: each reply of the catalogue' \
    "$(grep -c '^reply = ' "$G_TEST_SRCDIR/../signatures/replies.conf")" \
    "$(explain --lang en | grep -cE '^[245][0-9]{2} ')"
is 'nothing matches' \
    "mailweir explain: no reply matches 'no such thing'; 'mailweir explain' lists all of them
status 1" "$(explain 'no such thing')"
is 'another language' \
    "mailweir explain: --lang must be en or zh, not 'fr'
status 64" "$(explain --lang fr HL:IHU)"
cat >"$work/replies.conf" <<'CONF'
[x]
reply = 421 4.7.0 Go away
issuer = mta
en = x
zh = x
CONF
printf '[rules]\nreplies = %s\n' "$work/replies.conf" >"$work/mailweir.conf"
is 'a reply that would close the connection' \
    "mailweir explain: $work/replies.conf:2: [x] reply: 421 would close the connection: use 451
status 78" "$(explain --config "$work/mailweir.conf")"
tap_done
