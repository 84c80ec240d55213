#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""coverage.py RECORDS SET: whether each part of each message came to an end
that policy allows. Speaks TAP, without the plan: PROMISES lines.

coverage.py --wrap CORPORA FOLDER: writes each document of the corpora (see
measure/README) into FOLDER, as the attachment of a message.
"""
import json
import pathlib
import sys

PROMISES = 5
# Skipped without a finding: there is nothing in it, or it is told elsewhere.
NEEDS_NO_FINDING = ("too small to hold anything", "another name of a member")
UNOPENED = " that cannot be opened"


def around(path):
    """The path, and those of all that hold the part."""
    yield path
    while ">" in path:
        path = path.rpartition(">")[0]
        yield path


def rules_about(record, path):
    holders = set(around(path))
    return [f for f in record["findings"] if f.get("part", "") in holders]


def faults(record):
    """(number of the promise, what breaks it)."""
    for part in record["parts"]:
        coverage, why = part["coverage"], part.get("why", "")
        where = "%s %s: %s %s" % (record["file"], part["path"], coverage, why)
        about = rules_about(record, part["path"])
        if coverage not in ("scanned", "skipped", "unreadable") or (
                coverage != "scanned" and not why):
            yield 1, where
        if coverage == "unreadable" and record["action"] == "accept":
            yield 2, where
        if coverage == "unreadable" and not any(
                f["reply"] >= 400 for f in about):
            yield 3, where
        if coverage != "skipped" or why in NEEDS_NO_FINDING:
            continue
        if why.startswith("over ") and any(
                f["rule"] == why[len("over "):] and f["reply"] >= 400
                for f in record["findings"]):
            continue
        if why == "encrypted":
            if not any(f["class"] == "encrypted" for f in about):
                yield 4, where
        elif not (why.endswith(UNOPENED) and any(
                f["rule"] in ("unopened-container", "archive-fragment")
                for f in about)):
            yield 4, where
    if record["action"] != "accept" and not any(
            f["reply"] == record["reply"]["code"] for f in record["findings"]):
        yield 5, record["file"]


def judge(path, name):
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    broken = {number: [] for number in range(1, PROMISES + 1)}
    for record in records:
        for number, where in faults(record):
            broken[number].append(where)
    for number, promise in enumerate((
            "each part ends as scanned, or with a reason",
            "no message with an unreadable part is accepted",
            "what is unreadable has a reply, for it or for what holds it",
            "what is skipped is told of, or holds nothing",
            "the reply is that of a finding"), 1):
        wrong = broken[number]
        print("%sok - %s: %s" % ("not " if wrong else "", name, promise))
        for line in wrong[:20]:
            print("#", line)
    parts = [part for record in records for part in record["parts"]]
    print("# %s: %d messages, %d parts, %d of them members" % (name,
          len(records), len(parts), sum(">" in p["path"] for p in parts)))


def wrap(corpora, folder):
    sys.path.insert(0, str(pathlib.Path(__file__).parent / "measure"))
    import measure
    for number, (_, name, data) in enumerate(measure.documents(
            pathlib.Path(corpora))):
        path = pathlib.Path(folder) / ("%04d.eml" % number)
        path.write_bytes(measure.message(name, data))


if __name__ == "__main__":
    if sys.argv[1] == "--wrap":
        wrap(sys.argv[2], sys.argv[3])
    else:
        judge(sys.argv[1], sys.argv[2])
