#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""measure.py PROGRAM CORPORA [--full]: what detection misses, and what it
refuses wrongly.

Wraps each document of CORPORA/{tika,file,libarchive} into a message under its
true name, and each one that dangerous.tsv names also under false names and in
a ZIP (with --full: every one), scans them with PROGRAM, and speaks TAP. README
says what the numbers mean.
"""
import base64
import binascii
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
SETS = ("tika", "file", "libarchive")
TRUE, ZIPPED = "true name", "in a ZIP"
FALSE_NAMES = ("invoice.pdf", "photo.jpg", "report.txt", "data.dat", None)
MAX_HONEST_REFUSED = 0.005
HEAD = (b"From: a@sender.example\r\nTo: b@recipient.example\r\n"
        b"Subject: document\r\nDate: Sat, 04 May 2024 12:00:00 +0800\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="=_b"\r\n\r\n'
        b"--=_b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n--=_b\r\n"
        b"Content-Type: application/octet-stream\r\n"
        b"Content-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment")


def uudecode(text):
    out, inside = bytearray(), False
    for line in text.splitlines():
        if line.startswith(b"begin "):
            inside = True
        elif inside and line == b"end":
            break
        elif inside and line:
            length = ((line[0] - 32) & 63) * 4 // 3 + 3
            try:
                out += binascii.a2b_uu(line)
            except binascii.Error:
                out += binascii.a2b_uu(line[:length])
    return bytes(out)


def documents(corpora):
    """(set/path, true file name, octets) of each document."""
    for name in SETS:
        for path in sorted((corpora / name).rglob("*")):
            if not path.is_file():
                continue
            data = path.read_bytes()
            true = path.relative_to(corpora / name).as_posix()
            if name == "libarchive":
                data, true = uudecode(data), true.removesuffix(".uu")
            true = true.removesuffix(".testfile")
            yield "%s/%s" % (name, true), true.split("/")[-1], data


def message(name, data):
    text = HEAD
    if name is not None:
        text += b'; filename="' + name.encode() + b'"'
    coded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    return text + b"\r\n\r\n" + coded + b"--=_b--\r\n"


def in_zip(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("data.dat"), data)
    return out.getvalue()


def table(name, columns):
    rows = {}
    for line in (HERE / name).read_text().splitlines():
        if line and not line.startswith("#"):
            fields = line.split("\t")
            assert len(fields) == columns, line
            assert fields[0] not in rows, line
            rows[fields[0]] = fields[1:]
    return rows


def write_messages(folder, corpora, dangerous, full):
    """Returns {file name: (document, how it is sent)}."""
    sent = {}

    def write(document, how, octets):
        name = "%05d.eml" % len(sent)
        (folder / name).write_bytes(octets)
        sent[name] = (document, how)

    for document, true, data in documents(corpora):
        write(document, TRUE, message(true, data))
        if full or document in dangerous:
            for false in FALSE_NAMES:
                write(document, false or "no name", message(false, data))
            write(document, ZIPPED, message("files.zip", in_zip(data)))
    return sent


def scan(program, folder):
    run = subprocess.run([program, "scan", "--json", str(folder)],
                         stdout=subprocess.PIPE, check=False)
    return {pathlib.Path(record["file"]).name: record
            for record in map(json.loads, run.stdout.splitlines())}


def rules(record, refusing=False):
    return sorted({finding["rule"] for finding in record["findings"]
                   if not refusing or finding.get("reply", 250) != 250})


def is_caught(record, want):
    """want: refuse, or the rules (a|b) one of which must at least be noted."""
    return record["action"] == "reject" or not set(want.split("|")).isdisjoint(
        rules(record))


def main():
    full = "--full" in sys.argv
    program, corpora = [a for a in sys.argv[1:] if a != "--full"]
    corpora = pathlib.Path(corpora)
    dangerous, explained = table("dangerous.tsv", 4), table("refused.tsv", 3)
    with tempfile.TemporaryDirectory() as folder:
        sent = write_messages(pathlib.Path(folder), corpora, dangerous, full)
        records = scan(program, folder)
    assert records.keys() == sent.keys(), "a message has no record"
    missed, tries, honest, refused, disguised = [], 0, 0, [], []
    present = {document for document, _ in sent.values()}
    for name, (document, how) in sent.items():
        record = records[name]
        if document in dangerous:
            tries += 1
            if not is_caught(record, dangerous[document][1]):
                missed.append("%s, %s: %s, %s" % (
                    document, how, record["action"], " ".join(rules(record))))
        elif explained.get(document, [None])[0] == "policy":
            continue
        elif how == TRUE:
            honest += 1
            if record["action"] != "accept":
                refused.append((document, " ".join(rules(record, True))))
        elif record["action"] != "accept":
            disguised.append(document)
    unexplained = [row for row in refused if row[0] not in explained]
    stale = [document for document in (*dangerous, *explained)
             if document not in present] + [
        document for document, row in explained.items()
        if row[0] == "explained" and document not in dict(refused)]
    report(missed, tries, honest, refused, unexplained, stale, explained)
    if full:
        print("# harmless ones refused under a false name: %d of %d" % (
            len(disguised), honest * (len(FALSE_NAMES) + 1)))


def report(missed, tries, honest, refused, unexplained, stale, explained):
    print("1..4")
    print("%sok 1 - no dangerous document is missed: %d of %d" % (
        "not " if missed else "", len(missed), tries))
    for line in missed:
        print("# missed: " + line)
    share = len(refused) / honest
    print("%sok 2 - few honest documents are refused: %d of %d (%.2f %%)" % (
        "not " if share > MAX_HONEST_REFUSED else "", len(refused), honest,
        100 * share))
    for document, why in refused:
        print("# refused: %s: %s; %s" % (
            document, why, explained.get(document, ["", "NOT EXPLAINED"])[1]))
    print("%sok 3 - each of them is explained in refused.tsv" % (
        "not " if unexplained else ""))
    print("%sok 4 - the tables name nothing that is not there" % (
        "not " if stale else ""))
    for document in stale:
        print("# not there, or not refused any more: " + document)


if __name__ == "__main__":
    main()
