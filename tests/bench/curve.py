#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long hostile messages take, by their size: time should grow as they do.

Usage: curve.py MAILWEIR [MIB...]       (default: 1 4 16 64)
Prints a row a kind of message: the milliseconds of its scan at each size, and
the reply.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

MIB = 1 << 20
HEAD = b"From: a@b.example\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
CODED = HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n"


def filled(head, unit):
    return lambda size: head + unit * ((size - len(head)) // len(unit))


def boundaries(size):
    lines = b"".join(b"--%x\r\n" % i for i in range(100000))
    return MIXED + (lines * (size // len(lines) + 1))[:size - len(MIXED)]


def names_of_files(size):
    """A PDF of 4,000 files, whose name is one object with many values."""
    files = b"".join(b"%d 0 obj<</F 5 0 R/EF<</F 6 0 R>>>>endobj\n" % i
                     for i in range(10, 4010))
    room = size * 3 // 4 - len(files) - 400
    values = b"5 0 " * (room // 20)
    values += b" " * (room - len(values))
    pdf = (b"%%PDF-1.5\n%s6 0 obj<</Type/EmbeddedFile>>stream\nx\nendstream "
           b"endobj\n4 0 obj<</Type/ObjStm/First %d>>stream\n%s(a)\nendstream "
           b"endobj\n" % (files, len(values), values))
    return (CODED.replace(b"\r\n\r\n", b"\r\nContent-Type: application/pdf"
                          b"\r\n\r\n") + base64.b64encode(pdf))


KINDS = {
    "dashes in one line": filled(MIXED, b"-"),
    "lines of dashes": filled(MIXED, b"--\r\n"),
    "one delimiter again and again": filled(MIXED, b"--b\r\n"),
    "100,000 different delimiters": boundaries,
    "header fields": filled(b"", b"X: y\r\n"),
    "MIME fields": filled(MIXED, b"Content-Type: text/plain\r\n"),
    "empty parts": filled(MIXED, b"--b\r\nContent-Type: a/b\r\n\r\n"),
    "base64, '=' behind every group": filled(CODED, b"QUJDRA=="),
    "base64, only '='": filled(CODED, b"="),
    "quotes in a parameter": filled(
        HEAD + b"Content-Type: multipart/mixed; boundary=", b'"a;'),
    "begin lines of uuencode": filled(HEAD + b"\r\n", b"begin 644 a\r\n"),
    "lines of base64 in text": filled(
        HEAD + b"\r\n", b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\r\n.\r\n"),
    "names of files in a PDF": names_of_files,
    "text": filled(HEAD + b"\r\n", b"Nothing but words in lines of text.\r\n"),
}


def main():
    program = sys.argv[1]
    sizes = [int(n) for n in sys.argv[2:]] or [1, 4, 16, 64]
    print("%-32s" % "ms at MiB" + "".join("%9d" % n for n in sizes))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.eml")
        for kind, make in KINDS.items():
            row, reply = "", ""
            for size in sizes:
                with open(path, "wb") as file:
                    file.write(make(size * MIB))
                out = subprocess.run([program, "scan", "--json", path],
                                     stdout=subprocess.PIPE, check=False)
                record = json.loads(out.stdout)
                row += "%9.0f" % record["elapsed_ms"]
                rules = [f["rule"] for f in record["findings"]
                         if f["reply"] == record["reply"]["code"]]
                reply = "%d %s" % (record["reply"]["code"],
                                   rules[0] if rules else "")
            print("%-32s%s  %s" % (kind, row, reply), flush=True)


if __name__ == "__main__":
    main()
