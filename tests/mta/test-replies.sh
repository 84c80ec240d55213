#!/bin/sh
# tests/mta/test-replies.sh - a real Postfix gives each reply of the published table.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The files of contrib/postfix/replies are installed by the commands of their
# README; only the numbers in postfwd.cf are made small. Each row of replies.tsv is then
# played to Postfix, and the reply compared octet for octet with the catalogue's.
set -u
# shellcheck source=tests/mta/lib.sh
. "$G_TEST_SRCDIR/mta/lib.sh"
mta_enter "$0" postfix,postfwd,unbound,pyspf-milter,nftables,fail2ban

replies=$G_TEST_SRCDIR/../contrib/postfix/replies

# --- installed as the README says, but for what a network or systemd does -----------

sed -n '/^    apt-get/,/^    systemctl/ s/^    //p' "$replies/README.md" |
    sed '/^apt-get/d; /^systemctl/d' >"$work/install"
(cd "$G_TEST_SRCDIR/.." && sh -eu "$work/install") >"$work/install.log" 2>&1 ||
    bail_out 'the commands of the README' "$work/install.log"
cat /etc/postfix/replies/master >>/etc/postfix/master.cf

# --- the resolver, with zones of the test beside it --------------------------------

cat >/etc/unbound/unbound.conf.d/test.conf <<'CONF'
server:
    module-config: "iterator"
    do-ip6: no
    local-zone: "zen.spamhaus.org." static
    local-data: "9.100.51.198.zen.spamhaus.org. A 127.0.0.2"
    local-zone: "example.com." static
    local-data: 'spf.example.com. TXT "v=spf1 ip4:198.51.100.1 -all"'
CONF
echo 'nameserver 127.0.0.1' >/etc/resolv.conf
unbound -d 2>"$work/unbound.log" &
resolver=$!
wait_for 20 listens 53 || bail_out 'no resolver' "$work/unbound.log"
is 'everybody is on the list' '127.0.0.2' \
    "$(getent hosts 1.2.0.192.hl-ihu.replies.invalid | sed 's/ .*//')"

# --- counters and SPF -------------------------------------------------------------

# number RULE N
number() {
	sed -i -E "s#^(id=$1;.*/)[0-9]+(/[0-9]+/[a-z_]+\\))#\\1$2\\2#" \
	    /etc/postfix/postfwd.cf
}

while read -r rule count; do
	number "$rule" "$count"
done <<'NUMBERS'
HL_ITC 9
MI_CCL 4
RP_CCL 5
RP_DRC 10
RP_TRC 3
RP_QRC 2
HL_IFQ 3
MI_SFQ 2
MI_DMC 3
MI_CEL 2
RP_CEL 2
NUMBERS
sed -i 's/recipient_count>500/recipient_count>3/' /etc/postfix/postfwd.cf
# shellcheck source=/dev/null # there where the package is
. /etc/default/postfwd
# shellcheck disable=SC2086,SC2154 # a list of words, from the package
postfwd $ARGS --daemon --file "$CONF" --interface "$INET" --port "$PORT" \
    --user "$RUNAS" --group "$RUNAS" --pidfile /run/postfwd.pid \
    >"$work/postfwd.log" 2>&1
wait_for 20 listens 10040 || bail_out 'no postfwd' "$work/postfwd.log"

pyspf-milter /etc/pyspf-milter/pyspf-milter.conf >"$work/spf.log" 2>&1 &
spf=$!
wait_for 20 listens 8893 || bail_out 'no pyspf-milter' "$work/spf.log"

# --- Postfix -----------------------------------------------------------------------

# Debian's start script does that: smtpd is in a chroot with a copy of this.
install -D /etc/resolv.conf /var/spool/postfix/etc/resolv.conf
postfix_start mydestination= virtual_mailbox_domains=example.net \
    virtual_transport=discard: inet_protocols=all inet_interfaces=127.0.0.1 \
    smtpd_milters=inet:127.0.0.1:8893 \
    message_size_limit=100000000 smtpd_authorized_xclient_hosts=127.0.0.1

# play FILE: the dialogues in FILE.
play() {
	python3 "$mta/dialogue.py" "$tap_count" "$1" >"$work/tap" 2>&1 ||
	    bail_out 'dialogue' "$work/tap"
	cat "$work/tap"
	tap_count=$((tap_count + $(grep -cE '^(not )?ok ' "$work/tap")))
}

play "$mta/replies.tsv"

# --- HL:MEP and HL:REP: fail2ban ------------------------------------------------------

cat >/etc/fail2ban/jail.d/zz-test.local <<'CONF'
[sshd]
enabled = false
[mailweir-hl-mep]
maxretry = 3
backend = polling
[mailweir-hl-rep]
maxretry = 1
backend = polling
CONF
touch /var/log/fail2ban.log
fail2ban-client start >"$work/fail2ban.log" 2>&1
wait_for 20 fail2ban-client ping >>"$work/fail2ban.log" 2>&1 ||
    bail_out 'no fail2ban' "$work/fail2ban.log" /var/log/fail2ban.log

# is_banned ROW CLIENT
is_banned() {
	postmap -q "$2" "hash:/etc/postfix/replies/banned-$1" >"$work/banned"
}

is_past() {
	[ "$(stat -c %Y "$1")" -lt "$(date +%s)" ]
}

# forgive ROW CLIENT: Postfix looks at the second in which a table was written, so
# that two changes in one are one to a running smtpd.
forgive() {
	wait_for 3 is_past "/etc/postfix/replies/banned-$1.db"
	fail2ban-client set "mailweir-$(echo "$1" | tr _ -)" unbanip "$2" \
	    >"$work/unban"
}

unusual=198.51.100.70
cat >"$work/unusual.tsv" <<ROWS
Invalid User	0	$unusual	EHLO c.example | MAIL FROM:<> | RCPT TO:<nobody@example.net>
RP:FRL	0	$unusual	EHLO c.example | MAIL FROM:<> | RCPT TO:<b@elsewhere.example>
MI:SPB	0	$unusual	EHLO c.example | MAIL FROM:<not-allowed@example.com>
ROWS
play "$work/unusual.tsv"
wait_for 20 is_banned hl_rep $unusual ||
    bail_out 'no ban' /var/log/fail2ban.log /var/log/mail.log
printf 'HL:REP\t0\t%s\t\n' $unusual >"$work/rep.tsv"
play "$work/rep.tsv"
forgive hl_rep $unusual
printf 'HL:MEP\t0\t%s\t\n' $unusual >"$work/mep.tsv"
play "$work/mep.tsv"
forgive hl_mep $unusual
printf '+\t0\t%s\t\n' $unusual >"$work/forgiven.tsv"
play "$work/forgiven.tsv"

# --- HL:ICC ------------------------------------------------------------------------

# The client is on this host, so its connections pass the hook named output.
sed 's/hook prerouting priority dstnat/hook output priority -100/; s/count over 20/count over 3/' \
    "$replies/nftables.conf" >"$work/nftables.conf"
if nft -f "$work/nftables.conf" 2>"$work/nft.log"; then
	printf 'HL:ICC\t3 open\t127.0.0.9\t\n' >"$work/icc.tsv"
	play "$work/icc.tsv"
	nft delete table inet mailweir_replies
else
	ok "HL:ICC # SKIP nft: $(head -n 1 "$work/nft.log")"
fi

# --- what is published is what is tested --------------------------------------------

# Of each row that Postfix gives: reply, feature, files.
awk '/^[a-z]+ = / { value[$1] = substr($0, length($1) + 4) }
    /^zh = / && value["issuer"] == "mta" {
	print value["reply"] "\t" value["feature"] "\t" value["files"] }' \
    "$G_TEST_SRCDIR/../signatures/replies.conf" >"$work/rows"
cut -f 1 "$mta/replies.tsv" "$work"/*.tsv >"$work/played"
is 'the catalogue has rows of Postfix' 28 "$(wc -l <"$work/rows")"
is 'every row of Postfix is played' '' \
    "$(sed -E 's/\t.*//; s/^[0-9]+ [0-9.]+ //' "$work/rows" |
	grep -vxFf "$work/played")"
is 'the README says what mailweir explain says' '' \
    "$(sed 's/\t/ | /g; s/.*/| & |/' "$work/rows" |
	grep -vxFf "$replies/README.md")"
is 'the files are there' '' \
    "$(cut -f 3 "$work/rows" | sed 's/, /\n/g' | sort -u |
	while read -r file; do
		[ -f "$replies/$file" ] || echo "$file"
	done)"
mailweir explain | grep -E '^[245][0-9]{2} ' >"$work/catalogue"
is 'each text is in the catalogue' '' \
    "$(sed -n 's/^[^# ][^ ]*  *//p' "$replies/texts" |
	grep -vxFf "$work/catalogue")"

# --- with Postfix's default, replies to RCPT ------------------------------------------

postconf smtpd_delay_reject=yes
postfix reload 2>>"$work/postfix.log"
hello='EHLO c.example | MAIL FROM:<someone@example.com>'
cat >"$work/delayed.tsv" <<ROWS
HL:IHU	0	192.0.2.1	$hello | RCPT TO:<reader@example.net>
MI:NHD	0	198.51.100.90	HELO | MAIL FROM:<> | RCPT TO:<reader@example.net>
MI:IMF	0	198.51.100.91	EHLO c.example | MAIL FROM:<someone> | RCPT TO:<reader@example.net>
MI:SPB	0	198.51.100.92	EHLO c.example | MAIL FROM:<not-allowed@example.com> | RCPT TO:<reader@example.net>
HL:ITC	0	198.51.100.93	EHLO c.example | MAIL FROM:<> | 3 RCPT TO:<reader@example.net> | RSET | MAIL FROM:<> | 6 RCPT TO:<reader@example.net> | RCPT TO:<reader@example.net>
ROWS
play "$work/delayed.tsv"
postconf smtpd_delay_reject=no
postfix reload 2>>"$work/postfix.log"

# --- what the README says of services that do not answer ------------------------------

# fails WANTED CLIENT COMMANDS
fails() {
	printf '%s\t0\t%s\t%s\n' "$@" >"$work/plain.tsv"
	play "$work/plain.tsv"
}

kill "$resolver"
wait "$resolver"
fails '=554 5.7.1 <c.example[198.51.100.94]>: Client host rejected: MI:SPB' \
    198.51.100.94 'EHLO c.example | MAIL FROM:<not-allowed@example.com>'
kill "$spf"
wait "$spf"
fails '=451 4.7.1 Service unavailable - try again later' \
    198.51.100.95 'EHLO c.example | MAIL FROM:<>'
postconf smtpd_milters=
postfix reload 2>>"$work/postfix.log"
postfwd --file "$CONF" --pidfile /run/postfwd.pid --kill >>"$work/postfwd.log" 2>&1
fails + 198.51.100.96 'EHLO c.example | MAIL FROM:<someone@example.com>'

postfix_stop
tap_done
