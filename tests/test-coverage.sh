#!/bin/sh
# tests/test-coverage.sh - what was not looked at is never accepted in silence.
# SPDX-License-Identifier: GPL-2.0-or-later
# Each part is scanned, or skipped for a reason that policy allows, or unreadable
# with a reply: over the sample messages, and over what lies beside the source
# tree ($MAILWEIR_SHARED, else ../shared), each file as a message and each
# document as an attachment. That is skipped where it is absent.
set -u
corpora=${MAILWEIR_SHARED:-$G_TEST_SRCDIR/../../shared}/corpus
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
coverage=$G_TEST_SRCDIR/coverage.py

# judge NAME LIST
judge() {
	"$MAILWEIR" scan --json --files-from "$2" >"$work/records"
	status=$?
	# Refused ones are among them, and deferred ones may be.
	[ "$status" -eq 1 ] || printf 'not '
	echo "ok - $1: all of them are scanned"
	python3 "$coverage" "$work/records" "$1"
}

for file in "$G_TEST_SRCDIR"/fixtures/*/*.eml.b64; do
	base64 -d "$file" >"$work/$(basename "$file" .b64)"
done
ls "$G_TEST_SRCDIR"/fixtures/*/*.eml "$G_TEST_SRCDIR"/containers/*.eml \
    "$work"/*.eml >"$work/samples"
judge samples "$work/samples"

# What the last line counts: parts, and members as they are unpacked.
"$MAILWEIR" scan "$G_TEST_SRCDIR/../samples/4-in-a-zip.eml" | tail -n 1 |
    grep -q '; looked at 226 octets in 2 parts and 1024 in 1 member$' ||
	printf 'not '
echo "ok - scan counts the octets of parts and of members"

if [ -d "$corpora/tika" ]; then
	find "$corpora" -type f >"$work/files"
	judge files "$work/files"
	mkdir "$work/documents"
	python3 "$coverage" --wrap "$corpora" "$work/documents"
	find "$work/documents" -type f >"$work/attachments"
	judge attachments "$work/attachments"
	echo 1..19
else
	echo "# $corpora is not there: set MAILWEIR_SHARED"
	for name in files attachments; do
		echo "ok - $name # SKIP $corpora is not there"
	done
	echo 1..9
fi
