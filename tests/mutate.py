#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damages messages that hold EICAR, and says which Python's parser still opens.

Usage: mutate.py DIRECTORY ROUNDS SEED
Writes ROUNDS messages, NNNNN.eml, into DIRECTORY, and to standard output the
names of those in which Python's email package finds the payload.
"""
import base64
import email
import pathlib
import quopri
import random
import sys

EICAR = (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"
         b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
HEAD = [b"From: Mei <mei@sender.example>", b"To: li@recipient.example",
        b"Subject: report", b"Date: Sat, 04 May 2024 12:00:00 +0800",
        b"MIME-Version: 1.0"]
TEXT = [b"Content-Type: text/plain; charset=us-ascii", b"", b"See the file."]
ODD = [b" ", b"\t", b'"', b"'", b";", b":", b",", b"(", b")", b"=", b"\\",
       b"-", b"\0", b"\r", b"\n", b"\x0b", b"\xe5", b"*", b"%", b"?"]


def attachment(encoding):
    data = {"base64": base64.encodebytes(EICAR).strip(),
            "quoted-printable": quopri.encodestring(EICAR),
            "7bit": EICAR}[encoding]
    return ([b'Content-Type: application/octet-stream; name="a.txt"',
             b"Content-Transfer-Encoding: " + encoding.encode(),
             b'Content-Disposition: attachment; filename="a.txt"', b""] +
            data.split(b"\n"))


def multipart(parts, boundary):
    lines = [b'Content-Type: multipart/mixed; boundary="' + boundary + b'"',
             b""]
    for part in parts:
        lines += [b"--" + boundary] + part
    return lines + [b"--" + boundary + b"--", b""]


def samples():
    for encoding in ("base64", "quoted-printable", "7bit"):
        part = attachment(encoding)
        yield HEAD + part
        yield HEAD + multipart([TEXT, part], b"=_b1")
        yield HEAD + multipart([multipart([TEXT, part], b"=_b1=_in")], b"=_b1")
        yield HEAD + multipart(
            [TEXT, [b"Content-Type: message/rfc822", b""] + HEAD +
             multipart([TEXT, part], b"=_b2")], b"=_b1")


def is_structure(line):
    return b":" in line[:40] or line.startswith(b"--") or not line


def damage(lines, ends, rng):
    """One change to a line that carries structure, or to its end."""
    places = [i for i, line in enumerate(lines) if is_structure(line)]
    i = rng.choice(places)
    line = lines[i]
    at = rng.randrange(len(line) + 1)
    kind = rng.randrange(12)
    if kind == 0:
        ends[i] = rng.choice([b"\n", b"\r", b"\r\r\n", b"\n\r"])
    elif kind == 1:
        lines[i] = line[:at] + line[at + 1:]
    elif kind in (2, 3, 4):
        lines[i] = line[:at] + rng.choice(ODD) + line[at:]
    elif kind == 5:
        lines.insert(i, line)
        ends.insert(i, ends[i])
    elif kind == 6:
        j = rng.choice(places)
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 7:
        del lines[i], ends[i]
    elif kind == 8:
        lines[i] = line[:at] + b"\r\n" + rng.choice([b" ", b"\t"]) + line[at:]
    elif kind == 9:
        lines[i] = line.swapcase()
    elif kind == 10:
        lines.insert(i, rng.choice([b"", b" ", b"\t", b"junk"]))
        ends.insert(i, b"\r\n")
    else:
        lines[i] = line + rng.choice(
            [b"; boundary=x", b"; name=b.txt", b" (comment)", b"; charset",
             b"=?utf-8?B?YQ==?=", b";;", b", 7bit", b'"'])


def opens(message):
    try:
        parsed = email.message_from_bytes(message)
        return any(EICAR in (leaf.get_payload(decode=True) or b"")
                   for leaf in parsed.walk() if not leaf.is_multipart())
    except Exception:  # the parser itself fails: it does not open it
        return False


def main():
    directory, rounds, seed = pathlib.Path(sys.argv[1]), *map(int,
                                                              sys.argv[2:4])
    rng = random.Random(seed)
    bases = list(samples())
    for n in range(rounds):
        lines = list(rng.choice(bases))
        ends = [b"\r\n"] * len(lines)
        if rng.randrange(8) == 0:
            ends = [b"\n"] * len(lines)
        for _ in range(rng.choice([1, 1, 2, 3, 5])):
            damage(lines, ends, rng)
        message = b"".join(a + b for a, b in zip(lines, ends))
        name = "%05d.eml" % n
        (directory / name).write_bytes(message)
        if opens(message):
            print(name)


if __name__ == "__main__":
    main()
