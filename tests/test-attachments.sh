#!/bin/sh
# tests/test-attachments.sh - an operator's own attachments.conf beside the list.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fixtures=$G_TEST_SRCDIR/fixtures
printf '[rules]\nattachments-local = %s/local.conf\n' "$work" \
    >"$work/mailweir.conf"

# attach NAME [CONTENT]: a message with one attachment.
attach() {
	printf 'From: a@example.org\r\nMIME-Version: 1.0\r\n'
	printf 'Content-Type: application/octet-stream\r\n'
	printf 'Content-Disposition: attachment; filename="%s"\r\n\r\n' "$1"
	printf '%s' "${2-Harmless words.}"
}

# expect PROMISE REPLY RULE FILE: with local.conf, whose finding RULE the record
# must have ("-": any).
expect() {
	"$MAILWEIR" scan --json --config "$work/mailweir.conf" "$4" \
	    >"$work/record" 2>"$work/problem" || :
	if grep -q "\"reply\":{\"code\":$2" "$work/record" &&
	    { [ "$3" = - ] || grep -q "\"rule\":\"$3\"" "$work/record"; }; then
		ok "$1"
	else
		not_ok "$1"
		cat "$work/record" "$work/problem" | remark
	fi
}

script='var a = 1; function f(b) { return b + a; } f(2);'
attach a.pdf >"$work/pdf.eml"
attach a.exe >"$work/exe.eml"
attach a.js "$script" >"$work/js.eml"
attach README >"$work/none.eml"
attach a.xyz >"$work/xyz.eml"
attach a.docm >"$work/docm.eml"

: >"$work/local.conf"
expect 'an empty file changes nothing: banned' 552 banned-extension "$work/exe.eml"
expect 'an empty file changes nothing: unlisted' 250 - "$work/xyz.eml"

cat >"$work/local.conf" <<'CONF'
[ban]
docm = our rule ; us
[allow]
exe = we send programs ; us
[note]
scr = we only look ; us
CONF
expect 'a row bans what is only noted' 552 banned-extension "$work/docm.eml"
expect 'a row admits what is banned' 250 - "$work/exe.eml"

cat >"$work/local.conf" <<'CONF'
[ban]
xyz = ours ; us ; not-permitted
pdf = ours ; us ; suspect
docm = ours ; us ; too-big
CONF
expect 'a row has a reply of its own: 550' 550 banned-extension "$work/xyz.eml"
expect 'a row has a reply of its own: 450' 450 banned-extension "$work/pdf.eml"
expect 'a row has a reply of its own: 552 5.3.4' '552,"enhanced":"5.3.4"' \
    banned-extension "$work/docm.eml"

cat >"$work/local.conf" <<'CONF'
[unlisted]
extensions = refuse
[allow]
pdf = documents ; us
CONF
expect 'allow-list: a listed extension passes' 250 - "$work/pdf.eml"
expect 'allow-list: another does not' 552 unlisted-extension "$work/xyz.eml"
expect 'allow-list: a name without extension does not' 552 \
    unlisted-extension "$work/none.eml"
expect 'allow-list: noted ones pass' 250 banned-extension "$work/docm.eml"
expect 'allow-list: banned ones do not' 552 banned-extension "$work/exe.eml"
expect 'allow-list: text without a name passes' 250 - \
    "$fixtures/clean/plain.eml"
printf '{none} = like README ; us\n' >>"$work/local.conf"
expect 'allow-list: {none} admits names without extension' 250 - \
    "$work/none.eml"
printf '[unlisted]\nextensions = note\n' >"$work/local.conf"
expect 'what is not listed may be noted' 250 unlisted-extension \
    "$work/xyz.eml"

cat >"$work/local.conf" <<'CONF'
[exception scripts]
names = *.js
types = text/javascript; application/javascript; text/plain
inside = message
reason = our developers send them
CONF
expect 'an exception lets pass name, type and place' 250 banned-extension \
    "$work/js.eml"
attach b.exe "$script" >"$work/other.eml"
expect 'an exception is for its names only' 552 banned-extension \
    "$work/other.eml"
attach a.js '%PDF-1.4 not a script' >"$work/other.eml"
expect 'an exception is for its types only' 552 banned-extension \
    "$work/other.eml"
sed -i 's/^inside.*/inside = application\/zip/' "$work/local.conf"
expect 'an exception is for its place only' 552 banned-extension \
    "$work/js.eml"
expect 'a container is a place' 552 banned-extension \
    "$fixtures/archives/zip-local-name.eml"
sed -i 's/^names.*/names = *.vbs/' "$work/local.conf"
expect 'an exception holds in its container' 250 banned-extension \
    "$fixtures/archives/zip-local-name.eml"
expect 'and not in another one' 552 banned-extension \
    "$fixtures/archives/rar4-name.eml"
sed -i 's/^names.*/names = */; s/^types.*/types = */; s/^inside.*/inside = */' \
    "$work/local.conf"
expect 'no exception covers what cannot be opened' 552 unopened-container \
    "$fixtures/archives/unopened-ace.eml"
expect 'no exception covers encryption' 552 encrypted-archive \
    "$fixtures/containers/encrypted-zip.eml"

printf '[ban]\nexe = a ; b\nEXE = a ; b\n' >"$work/local.conf"
status=0
"$MAILWEIR" scan --config "$work/mailweir.conf" "$work/exe.eml" \
    >"$work/record" 2>&1 || status=$?
is 'a mistake ends it' 78 "$status"
has 'and is told with file, line and key' 'local.conf:3: \[ban\] EXE: ' \
    "$work/record"
tap_done
