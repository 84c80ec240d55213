#!/bin/sh
# tests/test-container-table.sh - docs/containers.md says what becomes of archives.
# SPDX-License-Identifier: GPL-2.0-or-later
# Each row of the table names a sample in containers/ and what is answered when a
# text is in it, and when a program is: that it passes, or the rules that refuse.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$MAILWEIR" scan --json "$G_TEST_SRCDIR"/containers/*.eml >"$work/records" ||
	[ $? -eq 1 ]
exec python3 - "$work/records" "$G_TEST_SRCDIR/../docs/containers.md" <<'PYTHON'
import json
import pathlib
import re
import sys

answers = {}
for line in open(sys.argv[1], encoding="utf-8"):
    record = json.loads(line)
    refusing = {f["rule"] for f in record["findings"] if f["reply"] >= 400}
    noted = {f["rule"] for f in record["findings"] if f["reply"] < 400}
    answers[pathlib.Path(record["file"]).stem] = (
        record["action"], refusing, noted)


def is_true(cell, answer):
    action, refusing, noted = answer
    rules = set(re.findall("`([^`]+)`", cell))
    if cell.startswith("passes"):
        return action == "accept" and rules <= noted
    return action == "reject" and bool(rules) and rules == refusing


rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in open(sys.argv[2], encoding="utf-8")]
rows = [row for row in rows if len(row) == 4 and
        re.fullmatch("`[^`]+`", row[1])]
cases = [("%s: with a %s" % (row[0], what), "%s-%s" % (
    row[1].strip("`"), what), cell) for row in rows
    for what, cell in zip(("text", "program"), row[2:]) if cell]
print("1..%d" % (len(cases) + 2))
for number, (promise, sample, cell) in enumerate(cases, 1):
    answer = answers.pop(sample, None)
    good = answer is not None and is_true(cell, answer)
    print("%sok %d - %s" % ("" if good else "not ", number, promise))
    if not good:
        print("# want", cell, "got", answer)
print("%sok %d - every sample has its row" % ("not " if answers else "",
                                              len(cases) + 1))
print("%sok %d - there are rows" % ("" if len(cases) > 90 else "not ",
                                    len(cases) + 2))
for sample in answers:
    print("# no row:", sample)
PYTHON
