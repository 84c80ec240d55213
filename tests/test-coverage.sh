#!/bin/sh
# tests/test-coverage.sh - what was not looked at is never accepted in silence.
# SPDX-License-Identifier: GPL-2.0-or-later
# Over every sample message: each part is scanned, or skipped for a reason that
# policy allows, or unreadable; then the message is not accepted.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in "$G_TEST_SRCDIR"/fixtures/*/*.eml.b64; do
	base64 -d "$file" >"$work/$(basename "$file" .b64)"
done
status=0
"$MAILWEIR" scan --json "$G_TEST_SRCDIR"/fixtures/*/*.eml "$work"/*.eml \
    >"$work/records" || status=$?
echo 1..4
[ "$status" -eq 1 ] || [ "$status" -eq 2 ] || printf 'not '
echo "ok 1 - all samples are scanned"
python3 - "$work/records" <<'PYTHON'
import json
import sys

ALLOWED = ("encrypted", "too small to hold anything",
           "another name of a member")
records = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
silent, unread, skipped = [], [], []
for record in records:
    for part in record["parts"]:
        where = "%s %s" % (record["file"], part["path"])
        coverage, why = part["coverage"], part.get("why", "")
        if coverage not in ("scanned", "skipped", "unreadable") or (
                coverage == "skipped" and not why):
            silent.append(where)
        if record["action"] != "accept":
            continue
        if coverage == "unreadable":
            unread.append(where)
        if coverage == "skipped" and why not in ALLOWED and \
                not why.endswith("that cannot be opened"):
            skipped.append("%s: %s" % (where, why))
for number, (promise, wrong) in enumerate((
        ("a part that was skipped has a reason", silent),
        ("no message with an unreadable part is accepted", unread),
        ("nothing is skipped for another reason than policy has", skipped)),
        2):
    print("%sok %d - %s" % ("not " if wrong else "", number, promise))
    for line in wrong[:20]:
        print("#", line)
print("# %d messages, %d parts" % (len(records), sum(
    len(r["parts"]) for r in records)))
PYTHON
