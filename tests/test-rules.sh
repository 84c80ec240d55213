#!/bin/sh
# test-rules.sh - content rules as an operator meets them.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mailweir rules check and test; a damaged file; rules and ClamAV signatures that
# answer a message; a 450 and its second look; rules that run out of time.
set -u
: "${MAILWEIR:?path of the program}"
work=$(mktemp -d "${TMPDIR:-/tmp}/mailweir-rules.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
n=0

ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}

# has FILE PATTERN NAME: a line of FILE matches.
has() {
	if grep -Eq -- "$2" "$1"; then
		ok "$3"
	else
		n=$((n + 1))
		sed 's/^/# /' "$1"
		echo "not ok $n - $3"
	fi
}

# is WANT GOT NAME
is() {
	if [ "$1" = "$2" ]; then
		ok "$3"
	else
		n=$((n + 1))
		echo "# want $1, got $2"
		echo "not ok $n - $3"
	fi
}

status() {
	"$@" >out 2>err
	echo $?
}

echo 1..35

# --- rules check ----------------------------------------------------------------
mkdir rules clean
cat >rules/10_a.cf <<'CF'
body     GOOD	/casino/i
describe GOOD	Names a casino
score    GOOD	2.5
body     BROKEN	/(casino/
score    BROKEN	1.5
header   ASKS	eval:nobody_has_this()
header   NET	eval:check_rbl('x', 'y.example.')
tflags   NET	net
meta     NEEDS	BROKEN || ASKS
meta     ALSO	BROKEN && GOOD
frobnicate all
score
CF
printf 'body TWO /two/\nifplugin Mail::SpamAssassin::Plugin::DKIM\nbody SIGNED /x/\nendif\n' \
    >rules/20_b.cf
printf 'body FINE /fine/\nscore FINE 1\n' >clean/a.cf
is 0 "$(status "$MAILWEIR" rules check rules)" 'check reports and succeeds'
has out '^rules/10_a.cf:4: BROKEN: regex: .*score 1\.5, starves 2 metas$' \
    'a bad regex: file, line, reason, score, starved metas'
has out '^rules/10_a.cf:6: ASKS: eval nobody_has_this, score 1, starves 1 metas$' \
    'an unknown function'
has out '^rules/10_a.cf:7: NET: network, score 1$' 'a rule that asks the network'
has out '^rules/10_a.cf:11: unknown directive' 'a line that nobody knows'
has out '^rules/10_a.cf:12: score is not a number$' 'a directive cut short'
has out '^rules/20_b.cf:3: SIGNED: plugin DKIM' 'a rule of a missing plugin'
has out '^4 rules run .*; 4 do not \(3\.5 points\); 2 other lines' 'totals by count and by score'
is 1 "$(status "$MAILWEIR" rules check --strict rules)" 'strict fails on any'
is 0 "$(status "$MAILWEIR" rules check --strict clean)" 'strict passes a clean folder'
is 0 "$(status "$MAILWEIR" rules check --strict --starter)" 'the shipped rules are clean'
is 64 "$(status "$MAILWEIR" rules check)" 'no folder is a usage error'
is 0 "$(status "$MAILWEIR" rules check nowhere)" 'a folder that is not there'
has out '^nowhere:0: ' '... is named'
has out '^0 rules run' '... and holds no rules'

# --- rules test --------------------------------------------------------------------
is 0 "$(status "$MAILWEIR" rules test --rules rules 'An online CASINO')" 'test tries a phrase'
has out '^ +2\.50  GOOD +Names a casino  "CASINO"$' 'it shows rule, score and text'
has out '^ +[0-9.]+  in all$' 'it adds up'
"$MAILWEIR" rules test '代·開·發·票 13800138000' >out 2>&1
has out '^ +5\.00  MW_ZH_FAPIAO ' 'obfuscated Chinese is seen through'

# --- a message -----------------------------------------------------------------------
mail() {
	printf 'From: a@example.org\nTo: b@example.org\nDate: Mon, 1 Jun 2026 12:00:00 +0000\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: %s\n\n' "$1"
	cat
}

# scan MESSAGE: one record in out, mailweir.conf applied.
scan() {
	"$MAILWEIR" scan --json --config mailweir.conf "$1" >out 2>err
}

key() {
	python3 -c 'import functools, json, sys
record = json.loads(open("out").readline())
try:
    print(functools.reduce(lambda value, name: value[int(name)
        if isinstance(value, list) else name], sys.argv[1].split("."), record))
except (KeyError, IndexError):
    print("none")' "$1"
}

mkdir own
cat >own/50_local.cf <<'CF'
body  LOCAL_A	/blue elephant/
score LOCAL_A	4
body  LOCAL_B	/green/
score LOCAL_B	2.5
CF
printf '[content]\nrules = %s/own\nstarter-rules = no\n' "$work" >mailweir.conf
echo 'A blue elephant on green grass.' | mail 7bit >plain.eml
echo 'A blue elephant on green grass.' | base64 | mail base64 >coded.eml
scan plain.eml
is '450 4.7.1 DT:SPM' "$(key reply.code) $(key reply.enhanced) $(key reply.text)" \
    'the suspect score puts a message off'
is 'LOCAL_A 4 blue elephant 2' "$(key score.hits.0.rule) $(key score.hits.0.score) $(key score.hits.0.text) $(key score.hits.0.offset)" \
    'the record has rule, score, text and offset of a hit'
digest=$(key score.digest)
expires=$(key score.expires)
now=$(date +%s)
if [ "$expires" != none ] && python3 -c 'import datetime, sys
text, now = sys.argv[1], int(sys.argv[2])
at = int(text) if text.isdigit() else int(datetime.datetime.fromisoformat(
    text.replace("Z", "+00:00")).timestamp())
sys.exit(not now + 86000 < at < now + 86800)' "$expires" "$now"; then
	ok 'a 450 says when its second look ends'
else
	n=$((n + 1))
	echo "# $expires at $now"
	echo "not ok $n - a 450 says when its second look ends"
fi
scan coded.eml
is "$digest" "$(key score.digest)" 'the same text in another coding is the same content'
# Seen again: nothing is remembered but the rules of then.
printf 'score LOCAL_B 0.5\n' >own/60_later.cf
scan plain.eml
is accept "$(key action)" 'seen again, it is judged by the rules of then: accepted'
printf 'score LOCAL_B 7\n' >own/60_later.cf
scan plain.eml
is '550 5.7.1 DT:SPM' "$(key reply.code) $(key reply.enhanced) $(key reply.text)" \
    'or refused'
is none "$(key score.expires)" 'a 550 has no second look'
printf '[content]\nrules = %s/own\nstarter-rules = no\nsuspect-score = 20\nreject-score = 30\n' \
    "$work" >mailweir.conf
scan plain.eml
is accept "$(key action)" 'the thresholds are keys'

# --- a damaged file ---------------------------------------------------------------------
{
	head -c 300 /dev/zero
	printf '\nif (((\nbody (\nendif\nbody LATE /blue/\nscore LATE 40\n'
} >own/70_damaged.cf
scan plain.eml
is 550 "$(key reply.code)" 'behind the damage the rules go on'
"$MAILWEIR" rules check own >out
has out '70_damaged.cf:1: ' 'the damage is named'
has out '70_damaged.cf:2: condition not understood' 'and the bad condition'
rm own/70_damaged.cf

# --- out of time ----------------------------------------------------------------------------
printf 'body BAIT /^(?:[a-z]+ ?)+[0-9]$/\n' >own/80_bait.cf
printf '[content]\nrules = %s/own\nstarter-rules = no\nbudget = 0.05\n' "$work" >mailweir.conf
python3 -c 'print("word " * 400 + "!")' | mail 7bit >bait.eml
scan bait.eml
is '451 content-time' "$(key reply.code) $(key findings.0.rule)" \
    'rules that cannot end are an unfinished check'
rm own/80_bait.cf

# --- ClamAV signatures about content -----------------------------------------------------------
hex=$(printf 'a harmless test pattern' | od -An -tx1 | tr -d ' \n')
printf 'SPM_Own.Test:0:*:%s\n' "$hex" >spm.ndb
echo 'Here is a harmless test pattern for you.' | mail 7bit >signed.eml
for verdict in reject suspect note; do
	printf '[content]\nstarter-rules = no\nsignature-verdict = %s\n[rules]\ndatabases = %s/spm.ndb\n' \
	    $verdict "$work" >mailweir.conf
	scan signed.eml
	case $verdict in
	reject) is '550 content' "$(key reply.code) $(key findings.0.class)" 'SPM_ signatures are content: 550' ;;
	suspect) is '450 content' "$(key reply.code) $(key findings.0.class)" 'or 450' ;;
	note) is accept "$(key action)" 'or a note' ;;
	esac
done
printf '[content]\nstarter-rules = no\nsignatures = OTHER_*\nsignature-verdict = note\n[rules]\ndatabases = %s/spm.ndb\n' \
    "$work" >mailweir.conf
scan signed.eml
is '550 virus' "$(key reply.code) $(key findings.0.class)" 'other names stay viruses'
