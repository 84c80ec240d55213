#!/bin/sh
# test-rules.sh - content rules as an operator meets them.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mailweir rules check and test; a damaged file; rules and ClamAV signatures that
# answer a message; a 450 and its second look; rules that run out of time.
set -u
# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
: "${MAILWEIR:?path of the program}"
work=$(mktemp -d "${TMPDIR:-/tmp}/mailweir-rules.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

status() {
	"$@" >out 2>err
	echo $?
}

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
is 'check reports and succeeds' 0 "$(status "$MAILWEIR" rules check rules)"
has 'a bad regex: file, line, reason, score, starved metas' \
    '^rules/10_a.cf:4: BROKEN: regex: .*score 1\.5, starves 2 metas$' out
has 'an unknown function' \
    '^rules/10_a.cf:6: ASKS: eval nobody_has_this, score 1, starves 1 metas$' \
    out
has 'a rule that asks the network' '^rules/10_a.cf:7: NET: network, score 1$' \
    out
has 'a line that nobody knows' '^rules/10_a.cf:11: unknown directive' out
has 'a directive cut short' '^rules/10_a.cf:12: score is not a number$' out
has 'a rule of a missing plugin' '^rules/20_b.cf:3: SIGNED: plugin DKIM' out
has 'totals by count and by score' \
    '^4 rules run .*; 4 do not \(3\.5 points\); 2 other lines' out
is 'strict fails on any' 1 "$(status "$MAILWEIR" rules check --strict rules)"
is 'strict passes a clean folder' 0 \
    "$(status "$MAILWEIR" rules check --strict clean)"
is 'the shipped rules are clean' 0 \
    "$(status "$MAILWEIR" rules check --strict --starter)"
is 'no folder is a usage error' 64 "$(status "$MAILWEIR" rules check)"
is 'a folder that is not there' 0 "$(status "$MAILWEIR" rules check nowhere)"
has '... is named' '^nowhere:0: ' out
has '... and holds no rules' '^0 rules run' out

# --- rules test --------------------------------------------------------------------
is 'test tries a phrase' 0 \
    "$(status "$MAILWEIR" rules test --rules rules 'An online CASINO')"
has 'it shows rule, score and text' '^ +2\.50  GOOD +Names a casino  "CASINO"$' \
    out
has 'it adds up' '^ +[0-9.]+  in all$' out
"$MAILWEIR" rules test '代·開·發·票 13800138000' >out 2>&1
has 'obfuscated Chinese is seen through' '^ +5\.00  MW_ZH_FAPIAO ' out

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
is 'the suspect score puts a message off' '450 4.7.1 DT:SPM' \
    "$(key reply.code) $(key reply.enhanced) $(key reply.text)"
is 'the record has rule, score, text and offset of a hit' \
    'LOCAL_A 4 blue elephant 2' \
    "$(key score.hits.0.rule) $(key score.hits.0.score) $(key score.hits.0.text) $(key score.hits.0.offset)"
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
	not_ok 'a 450 says when its second look ends'
	echo "$expires at $now" | remark
fi
scan coded.eml
is 'the same text in another coding is the same content' "$digest" \
    "$(key score.digest)"
# Seen again: nothing is remembered but the rules of then.
printf 'score LOCAL_B 0.5\n' >own/60_later.cf
scan plain.eml
is 'seen again, it is judged by the rules of then: accepted' accept \
    "$(key action)"
printf 'score LOCAL_B 7\n' >own/60_later.cf
scan plain.eml
is 'or refused' '550 5.7.1 DT:SPM' \
    "$(key reply.code) $(key reply.enhanced) $(key reply.text)"
is 'a 550 has no second look' none "$(key score.expires)"
printf '[content]\nrules = %s/own\nstarter-rules = no\nsuspect-score = 20\nreject-score = 30\n' \
    "$work" >mailweir.conf
scan plain.eml
is 'the thresholds are keys' accept "$(key action)"

# --- a damaged file ---------------------------------------------------------------------
{
	head -c 300 /dev/zero
	printf '\nif (((\nbody (\nendif\nbody LATE /blue/\nscore LATE 40\n'
} >own/70_damaged.cf
scan plain.eml
is 'behind the damage the rules go on' 550 "$(key reply.code)"
"$MAILWEIR" rules check own >out
has 'the damage is named' '70_damaged.cf:1: ' out
has 'and the bad condition' '70_damaged.cf:2: condition not understood' out
rm own/70_damaged.cf

# --- out of time ----------------------------------------------------------------------------
printf 'body BAIT /^(?:[a-z]+ ?)+[0-9]$/\n' >own/80_bait.cf
printf '[content]\nrules = %s/own\nstarter-rules = no\nbudget = 0.05\n' "$work" >mailweir.conf
python3 -c 'print("word " * 400 + "!")' | mail 7bit >bait.eml
scan bait.eml
is 'rules that cannot end are an unfinished check' '451 content-time' \
    "$(key reply.code) $(key findings.0.rule)"
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
	reject) is 'SPM_ signatures are content: 550' '550 content' \
	     "$(key reply.code) $(key findings.0.class)";;
	suspect) is 'or 450' '450 content' \
	     "$(key reply.code) $(key findings.0.class)";;
	note) is 'or a note' accept "$(key action)";;
	esac
done
printf '[content]\nstarter-rules = no\nsignatures = OTHER_*\nsignature-verdict = note\n[rules]\ndatabases = %s/spm.ndb\n' \
    "$work" >mailweir.conf
scan signed.eml
is 'other names stay viruses' '550 virus' \
    "$(key reply.code) $(key findings.0.class)"
tap_done
