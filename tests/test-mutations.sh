#!/bin/sh
# tests/test-mutations.sh - whatever another parser opens, we refuse.
# SPDX-License-Identifier: GPL-2.0-or-later
# Messages with EICAR are damaged at random (MUTATION_ROUNDS of them, from
# MUTATION_SEED); each in which Python's, GMime's or libclamav's mail parser
# still finds the payload must be refused with a 5xx.
set -eu
rounds=${MUTATION_ROUNDS:-10000}
seed=${MUTATION_SEED:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/mail"
python3 "$G_TEST_SRCDIR/mutate.py" "$work/mail" "$rounds" "$seed" >"$work/python"
(cd "$work/mail" && find . -name '*.eml' | sed 's/^\.\///' |
    "$G_TEST_BUILDDIR/openers" "$G_TEST_SRCDIR/../signatures/starter.ndb") \
    >"$work/others"
sort -u "$work/python" "$work/others" >"$work/opened"
"$MAILWEIR" scan --json "$work/mail" >"$work/records" 2>"$work/errors" || :
sed -nE 's/^.*"file":"([^"]*\/)?([0-9]*\.eml)",.*"reply":\{"code":5.*/\2/p' \
    "$work/records" | sort >"$work/refused"
comm -23 "$work/opened" "$work/refused" >"$work/missed"
opened=$(wc -l <"$work/opened")
missed=$(wc -l <"$work/missed")
echo "# $rounds messages, seed $seed: $opened opened by another parser," \
    "$missed of them not refused"
head -n 10 "$work/missed" | sed 's/^/# /'
[ -z "${MUTATION_KEEP:-}" ] || cp -r "$work/." "$MUTATION_KEEP"
if [ "$opened" -gt $((rounds / 4)) ] && [ "$missed" -eq 0 ]; then
	echo "ok 1 - whatever another parser opens is refused"
else
	echo "not ok 1 - whatever another parser opens is refused"
fi
echo "1..1"
