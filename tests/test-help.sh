#!/bin/sh
# tests/test-help.sh - what --help and the manual pages say is the same.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2013 # the lines are words
set -u
# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
root=$G_TEST_SRCDIR/..

# report NAME MISSING
report() {
	is "$1" '' "$2"
}

subcommands=$("$MAILWEIR" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p')
report 'there are subcommands' "$([ -n "$subcommands" ] || echo all)"
for subcommand in $subcommands; do
	section=$(sed -n "/^\.Ss $subcommand\$/,/^\.S[sh] /p" \
	    "$root/docs/mailweir.1")
	missing=
	for option in $("$MAILWEIR" "$subcommand" --help |
	    grep -o -- '--[a-z-]*' | sort -u); do
		[ "$option" != --help ] || continue
		echo "$section $(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' \
		    "$root/docs/mailweir.1")" |
		    grep -q -- "Fl -${option#--}" || missing="$missing $option"
	done
	[ -n "$section" ] || missing="$missing section"
	report "mailweir(1) has every option of $subcommand" "$missing"
done
for program in milter opensmtpd; do
	missing=
	for option in $("$MAILWEIR-$program" --help |
	    grep -o -- '--[a-z-]*' | sort -u); do
		[ "$option" = --help ] ||
		    grep -q "^\.It Fl -${option#--}" \
		    "$root/docs/mailweir-$program.8" ||
		    missing="$missing $option"
	done
	report "mailweir-$program(8) has every option" "$missing"
done
missing=
for key in $(sed -n 's/^	{ "[a-z]*", "\([a-z-]*\)".*/\1/p' \
    "$root/spool/settings.c"); do
	grep -q "^\.It Cm $key\$" "$root/docs/mailweir.conf.5" ||
	    missing="$missing $key"
done
report 'mailweir.conf(5) has every key' "$missing"
missing=
for key in $(sed -n 's/^\.It Cm \([a-z-]*\)$/\1/p' \
    "$root/docs/mailweir.conf.5"); do
	grep -q "\"$key\"" "$root/spool/settings.c" || missing="$missing $key"
done
report 'and no other' "$missing"
missing=
for key in $(sed -n 's/^	{ "limits", "\([a-z-]*\)".*/\1/p' \
    "$root/spool/settings.c"); do
	grep -q "^| $key |" "$root/README.md" || missing="$missing $key"
done
report 'README.md has every limit' "$missing"
tap_done
