#!/bin/sh
# tests/mta/test-replies.sh - a real Postfix gives each reply of the published table.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The files of contrib/postfix/replies are installed as their README says; only
# the numbers in postfwd.rules are made small. Each row of replies.tsv is then
# played to Postfix, and the reply compared octet for octet with the catalogue's.
set -u
# shellcheck source=tests/mta/lib.sh
. "$G_TEST_SRCDIR/mta/lib.sh"
mta_enter "$0" postfix,postfwd,unbound,pyspf-milter,nftables

replies=$G_TEST_SRCDIR/../contrib/postfix/replies

# --- the resolver, with zones of the test beside it --------------------------------

cp "$replies/unbound.conf" /etc/unbound/unbound.conf.d/replies.conf
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
wait_for 20 listens 53 || mta_bail 'no resolver' "$work/unbound.log"

# --- counters and SPF -------------------------------------------------------------

# number RULE N
number() {
	sed -i -E "s#^(id=$1;.*/)[0-9]+(/[0-9]+/[a-z_]+\\))#\\1$2\\2#" \
	    /etc/postfix/postfwd.cf
}

cp "$replies/postfwd.rules" /etc/postfix/postfwd.cf
while read -r rule count; do
	number "$rule" "$count"
done <<'NUMBERS'
HL_ITC 9
MI_CCL 4
RP_CCL 5
RP_DRC 6
RP_TRC 3
RP_QRC 2
HL_IFQ 3
MI_SFQ 2
MI_DMC 3
MI_CEL 2
RP_CEL 2
NUMBERS
sed -i 's/recipient_count>500/recipient_count>3/' /etc/postfix/postfwd.cf
. /etc/default/postfwd
# shellcheck disable=SC2086,SC2154 # a list of words, from the package
postfwd $ARGS --daemon --file "$CONF" --interface "$INET" --port "$PORT" \
    --user "$RUNAS" --group "$RUNAS" --pidfile /run/postfwd.pid \
    >"$work/postfwd.log" 2>&1
wait_for 20 listens 10040 || mta_bail 'no postfwd' "$work/postfwd.log"

cp "$replies/pyspf-milter.conf" /etc/pyspf-milter/pyspf-milter.conf
install -d -o pyspf-milter /run/pyspf-milter
pyspf-milter /etc/pyspf-milter/pyspf-milter.conf >"$work/spf.log" 2>&1 &
wait_for 20 listens 8893 || mta_bail 'no pyspf-milter' "$work/spf.log"

# --- Postfix -----------------------------------------------------------------------

cp -r "$replies" /etc/postfix/replies
postconf -X smtpd_relay_restrictions
cat /etc/postfix/replies/*.cf >>/etc/postfix/main.cf
cat /etc/postfix/replies/master >>/etc/postfix/master.cf
# Debian's start script does that: smtpd is in a chroot with a copy of this.
install -D /etc/resolv.conf /var/spool/postfix/etc/resolv.conf
postfix_start mydestination= virtual_mailbox_domains=example.net \
    virtual_transport=discard: inet_protocols=all inet_interfaces=127.0.0.1 \
    smtpd_milters=inet:127.0.0.1:8893 \
    smtpd_authorized_xclient_hosts=127.0.0.1

# play FILE: the dialogues in FILE.
play() {
	python3 "$mta/dialogue.py" "$n" "$1" >"$work/tap" 2>&1 ||
	    mta_bail 'dialogue' "$work/tap"
	cat "$work/tap"
	n=$((n + $(grep -cE '^(not )?ok ' "$work/tap")))
}

play "$mta/replies.tsv"

# --- HL:ICC ------------------------------------------------------------------------

# The client is on this host, so its connections pass the hook named output.
sed 's/hook prerouting priority dstnat/hook output priority -100/; s/count over 20/count over 3/' \
    "$replies/nftables.conf" >"$work/nftables.conf"
if nft -f "$work/nftables.conf" 2>"$work/nft.log"; then
	printf 'HL:ICC\t3 open\t127.0.0.9\t\n' >"$work/icc.tsv"
	play "$work/icc.tsv"
	nft delete table ip mailweir_replies
else
	n=$((n + 1))
	echo "ok $n - HL:ICC # SKIP nft: $(head -n 1 "$work/nft.log")"
fi

# --- what is published is what is tested --------------------------------------------

# Of each row that Postfix gives: reply, feature, files.
awk '/^[a-z]+ = / { value[$1] = substr($0, length($1) + 4) }
    /^zh = / && value["issuer"] == "mta" {
	print value["reply"] "\t" value["feature"] "\t" value["files"] }' \
    "$G_TEST_SRCDIR/../signatures/replies.conf" >"$work/rows"
{ cut -f 1 "$mta/replies.tsv" && echo HL:ICC; } >"$work/played"
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

# --- without the resolver, refused all the same ----------------------------------------

kill "$resolver"
wait "$resolver"
printf '=%s\t0\t198.51.100.99\tEHLO c.example | %s\n' \
    '554 5.7.1 <c.example[198.51.100.99]>: Client host rejected: MI:SPB' \
    'MAIL FROM:<not-allowed@example.com>' >"$work/plain.tsv"
play "$work/plain.tsv"

postfix_stop
mta_done
