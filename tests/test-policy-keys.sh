#!/bin/sh
# tests/test-policy-keys.sh - each choice in [policy] decides what it says, and no more.
# SPDX-License-Identifier: GPL-2.0-or-later
# Every key of vectors/settings.tsv that is refuse or note (and test-config holds
# that table to spool/settings.c) has a sample here, which has the finding of that
# key and no other reason to be refused. They are judged with every key a note,
# with one key at a time refusing, and with the defaults, which are those that
# mailweir.conf(5) tells.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec python3 -B - "$work" "$G_TEST_SRCDIR" "$MAILWEIR" <<'PYTHON'
import base64
import json
import pathlib
import re
import subprocess
import sys

work, tests = map(pathlib.Path, sys.argv[1:3])
sys.path.insert(0, str(tests / "fixtures"))
import trait_samples

PICTURE = base64.encodebytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08"
                             b"\2\0\0\0\x90wS\xde")


def message(name, octets, behind=b""):
    return (b"Subject: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
            b"boundary=b\n\n--b\n\nhello\n--b\nContent-Type: application/octet-"
            b"stream\nContent-Disposition: attachment; filename=%s\nContent-"
            b"Transfer-Encoding: base64\n\n%s\n--b--\n%s" % (
                name, base64.encodebytes(octets), behind))


def traits(name):
    return tests / "fixtures" / "traits" / (name + ".eml")


# Key: a file, or the octets of a message.
SAMPLES = {
    "encrypted-archive": tests / "containers" / "zip-aes-text.eml",
    "encrypted-document": tests / "containers" / "cms-enveloped-text.eml",
    "ambiguous-archive": tests / "fixtures" / "archives" /
    "zip-duplicate-honest.eml",
    "unopened-container": tests / "containers" / "lzop-text.eml",
    "hidden-part": message(
        b"a.txt", b"hello\n", b"--b\nContent-Type: image/png\nContent-Transfer"
        b"-Encoding: base64\n\n%s--b--\n" % PICTURE),
    "message-partial": tests / "fixtures" / "structure" / "partial.eml",
    "external-body": tests / "fixtures" / "structure" / "external-body.eml",
    "macros": traits("macros-doc"),
    "auto-macros": traits("auto-macros-doc"),
    "external-template": traits("template-on-a-server"),
    "external-object": traits("object-on-a-server"),
    "dde-auto": traits("field-dde"),
    "dde": traits("table-dde"),
    "equation-object": traits("equation-alone"),
    "equation": traits("equation-in-doc"),
    "rtf-object": traits("rtf-object"),
    "pdf-javascript": traits("pdf-script"),
    "pdf-launch": traits("pdf-launch"),
    "pdf-file": traits("pdf-holds-text"),
    "onenote-file": message(b"a.one", trait_samples.onenote(b"hello\n" * 9)),
    "html-smuggling": traits("html-blob-archive"),
    "html-file": traits("html-blob-and-little-text"),
    "svg-script": traits("svg-with-script"),
    "polyglot": traits("picture-and-pdf"),
    "embedded-program": traits("picture-and-program"),
}
# The finding of a key that is not called as the key is.
RULES = {"ambiguous-archive": "ambiguous-zip"}
# A sample that cannot but have the finding of another key too.
ALSO = {("auto-macros", "macros"), ("html-smuggling", "html-file")}


def choices():
    """Key: default, of those that are refuse or note."""
    rows = [line.split("\t") for line in
            (tests / "vectors/settings.tsv").read_text().splitlines()]
    return {row[1]: row[2] for row in rows
            if row[0] == "policy" and row[3] == "refuse|note"}


def documented():
    """Key: default, as the manual has it."""
    manual = (tests.parent / "docs/mailweir.conf.5").read_text()
    section = manual.partition(".Ss [policy]\n")[2].partition("\n.Ss ")[0]
    items = re.findall(r"^\.It Cm (\S+)\n(.*?)(?=^\.It |^\.El|\Z)", section,
                       re.M | re.S)
    return {key: found.group(1) for key, text in items
            for found in [re.search(r"[Dd]efault\s+(refuse|note)\b", text)]
            if found}


def judge(files, values):
    """Key: record, with these values of the keys."""
    config = work / "mailweir.conf"
    config.write_text("[policy]\n" + "".join(
        "%s = %s\n" % item for item in values.items()))
    out = subprocess.run([sys.argv[3], "scan", "--json", "--config", config] +
                         [str(path) for path in files.values()],
                         stdout=subprocess.PIPE, check=False).stdout
    records = map(json.loads, out.splitlines())
    by_file = {record["file"]: record for record in records}
    return {key: by_file.get(str(path)) for key, path in files.items()}


def is_right(key, record, refuses):
    """The finding is there, with its reply; and no other refuses."""
    rule = RULES.get(key, key)
    if record is None:
        return False
    found = [f for f in record["findings"] if f["rule"] == rule]
    refusing = {f["rule"] for f in record["findings"] if f["reply"] != 250}
    reply = "%(code)d %(enhanced)s %(text)s" % record["reply"]
    if not refuses:
        return bool(found) and not refusing and record["action"] == "accept"
    return (bool(found) and refusing == {rule} and record["action"] == "reject"
            and reply == "552 5.7.0 Illegal Attachment"
            and all(f["reply"] == 552 and "part" in f for f in found))


def wrong_with(key, records):
    """What is not right where this key alone refuses."""
    return [other for other, record in records.items()
            if (other, key) not in ALSO and
            not is_right(other, record, other == key)]


def tell(promise, is_kept, remark):
    tell.count += 1
    print("%sok %d - %s" % ("" if is_kept else "not ", tell.count, promise))
    if not is_kept:
        print("#", remark)


tell.count = 0
keys, manual = choices(), documented()
missing = sorted(set(keys) ^ set(SAMPLES))
tell("every key has its sample", not missing, missing)
files = {}
for key in sorted(set(keys) & set(SAMPLES)):
    files[key] = SAMPLES[key]
    if isinstance(files[key], bytes):
        files[key] = work / (key + ".eml")
        files[key].write_bytes(SAMPLES[key])
notes = dict.fromkeys(files, "note")
noted = judge(files, notes)
standard = judge(files, {})
for key in files:
    tell("%s = note: passes, and the record says so" % key,
         is_right(key, noted[key], False), noted[key])
    wrong = wrong_with(key, judge(files, {**notes, key: "refuse"}))
    tell("%s = refuse: refuses its sample, and no other" % key, not wrong,
         wrong)
    tell("%s: the default is the documented one" % key,
         manual.get(key) == keys[key] and
         is_right(key, standard[key], keys[key] == "refuse"),
         (manual.get(key), keys[key], standard[key]))
print("1..%d" % tell.count)
PYTHON
