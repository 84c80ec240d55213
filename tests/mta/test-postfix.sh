#!/bin/sh
# tests/mta/test-postfix.sh - a real Postfix asks mailweir-milter.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
# shellcheck source=tests/mta/lib.sh
. "$G_TEST_SRCDIR/mta/lib.sh"
mta_enter "$0" postfix

useradd --create-home inbox
mailweir_setup postfix
printf '[limits]\nmax-message-octets = 1M\n' >"$work/mailweir.conf"
worker_start
milter_start /var/spool/postfix/mailweir
postfix_start home_mailbox=Maildir/ smtpd_milters=unix:mailweir/milter.sock \
    milter_default_action=tempfail milter_content_timeout=300s

# --- each reply, exactly ---------------------------------------------------------

samples=$G_TEST_SRCDIR/../samples
base64 -d "$samples/5-virus.eml.b64" >"$work/virus.eml"
{ printf 'Subject: big\r\n\r\n'; head -c 1500000 /dev/zero | tr '\0' x; } \
    >"$work/big.eml"
got=$(send "$samples/1-accept.eml")
is 'a clean message is accepted' '250 2.0.0 Ok: queued as' "${got% *}"
is 'an illegal attachment' '552 5.7.0 Illegal Attachment' \
    "$(send "$samples/2-by-name.eml")"
is 'a virus' '550 5.7.1 DT:SPM' "$(send "$work/virus.eml")"
is 'a message over the limit' \
    '552 5.3.4 Requested mail action aborted: exceeded mailsize limit' \
    "$(send "$work/big.eml")"

postfix_stop
milter_stop
worker_stop
is 'nothing is left in the spool' '' "$(spool_files)"
mta_done
