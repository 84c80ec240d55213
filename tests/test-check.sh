#!/bin/sh
# tests/test-check.sh - the project's own sample messages, by mailweir check.
# SPDX-License-Identifier: GPL-2.0-or-later
# Each family of fixtures (and readings/, one message and a control for every
# class of docs/ambiguity.md) may have a mailweir.conf. Messages stored in base64
# are decoded into a temporary directory first.
set -eu
fixtures=$G_TEST_SRCDIR/fixtures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
total=0

for family in "$fixtures"/*/ "$G_TEST_SRCDIR"/readings/; do
	name=$(basename "$family")
	mkdir "$work/$name"
	for file in "$family"*; do
		case $file in
		*.eml.b64)
			base64 -d "$file" >"$work/$name/$(basename "$file" .b64)"
			;;
		*.eml | *.want) cp "$file" "$work/$name/" ;;
		esac
	done
	if [ -e "${family}mailweir.conf" ]; then
		set -- --config "${family}mailweir.conf"
	else
		set --
	fi
	"$MAILWEIR" check "$@" "$work/$name" >"$work/$name.tap" || :
	# One plan for all families: numbers go on.
	grep -v '^1\.\.' "$work/$name.tap" |
	    sed -E "s/^((not )?ok) [0-9]+ - /\1 - $name\//"
	count=$(sed -n 's/^1\.\.//p' "$work/$name.tap")
	total=$((total + ${count:-1}))
done
echo "1..$total"
