# tests/tap.sh - promises of a test in the shell, in TAP (sourced).
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# A test begins with:   . "$G_TEST_SRCDIR/tap.sh"
# and ends with:        tap_done
# What a promise got wrong is told in comments below its line.

tap_count=0

ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

not_ok() {
	tap_count=$((tap_count + 1))
	echo "not ok $tap_count - $1"
}

# remark: standard input as comments, below a promise that was not kept. (In a
# pipe nothing is counted, so it does not say the promise too.)
remark() {
	sed 's/^/# /'
}

# is NAME WANT GOT: the two are the same.
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		printf 'want: %s\ngot:  %s\n' "$2" "$3" | remark
	fi
}

# has NAME PATTERN FILE: a line of FILE matches the extended regular expression.
has() {
	if grep -Eq -- "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1"
		{ echo "no line with: $2"; cat "$3"; } | remark
	fi
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds; bounded.
wait_for() {
	tap_tries=$(($1 * 20))
	shift
	until "$@"; do
		tap_tries=$((tap_tries - 1))
		[ "$tap_tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# bail_out REASON [FILE...]: ends the test, with the last lines of each FILE.
bail_out() {
	echo "Bail out! $1"
	shift
	[ $# -eq 0 ] || tail -n 30 "$@" | remark
	exit 1
}

tap_done() {
	echo "1..$tap_count"
}
