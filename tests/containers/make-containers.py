#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the sample messages here: archives that real programs write, with a
program in them (KIND-program) and with a text (KIND-text).

docs/containers.md says in a table what becomes of each, and
test-container-table.sh whether that is true; so there are no .want files.
Needs these Debian packages: 7zip arj cpio dpkg gcab jlha-utils
libarchive-tools lzop openssl rpm squashfs-tools wimtools zstd. The files are
not the same every time: run it for new kinds only (name them), and commit what
it writes.
"""
import base64
import binascii
import bz2
import gzip
import importlib.util
import io
import lzma
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"
sys.path.insert(0, str(FIXTURES))
from archives import (COMPRESSED, DATA, ENVELOPED, SIGNED, ZLIB, cms, der,
                      oid)

spec = importlib.util.spec_from_file_location("fixtures",
                                              FIXTURES / "make-fixtures.py")
fixtures = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fixtures)
zipped, tarred = fixtures.zipped, fixtures.tarred
TEXT = b"Some harmless words, and then some more of them.\r\n" * 10

# kind -> (suffix, command): OUT is what it writes, IN the file, DIR its folder.
TOOLS = {
    "cab": ("cab", "gcab -c -z OUT IN"),
    "cab-stored": ("cab", "gcab -c OUT IN"),
    "arj": ("arj", "arj a OUT IN"),
    "lha": ("lzh", "jlha a OUT IN"),
    "7z": ("7z", "7zz a OUT IN"),
    "7z-ppmd": ("7z", "7zz a -m0=PPMd OUT IN"),
    "7z-encrypted": ("7z", "7zz a -psecret OUT IN"),
    "7z-encrypted-names": ("7z", "7zz a -psecret -mhe=on OUT IN"),
    "zip-aes": ("zip", "7zz a -psecret -mem=AES256 OUT IN"),
    "zip-lzma": ("zip", "7zz a -mm=LZMA OUT IN"),
    "zip-deflate64": ("zip", "7zz a -mm=Deflate64 OUT IN"),
    "zip-bzip2": ("zip", "7zz a -mm=BZip2 OUT IN"),
    "zip-ppmd": ("zip", "7zz a -mm=PPMd OUT IN"),
    "zip-xz": ("zip", "7zz a -mm=xz OUT IN"),
    "wim": ("wim", "wimlib-imagex capture DIR OUT"),
    "wim-solid": ("esd", "wimlib-imagex capture --solid DIR OUT"),
    "squashfs": ("sqsh", "mksquashfs DIR OUT -quiet -no-progress"),
    "xar": ("xar", "bsdtar --format=xar -cf OUT IN"),
    "warc": ("warc", "bsdtar --format=warc -cf OUT IN"),
    "cpio": ("cpio", "bsdtar --format=newc -cf OUT IN"),
    "ar": ("a", "bsdtar --format=arbsd -cf OUT IN"),
    "pax": ("tar", "bsdtar --format=pax -cf OUT IN"),
    "shar": ("sh.txt", "bsdtar --format=shar -cf OUT IN"),
    "lzop": ("lzo", "lzop -o OUT IN"),
    "zstd": ("zst", "zstd -q -o OUT IN"),
    "deb": ("deb", "dpkg-deb -b PACKAGE OUT"),
    "rpm": ("rpm", "rpmbuild -bb --quiet p.spec"),
}


def by_tool(kind, command, name, data):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for place in ("dir", "package/opt"):
            (work / place).mkdir(parents=True)
            (work / place / name).write_bytes(data)
        (work / name).write_bytes(data)
        (work / "package/DEBIAN").mkdir()
        (work / "package/DEBIAN/control").write_text(
            "Package: p\nVersion: 1\nArchitecture: all\n"
            "Maintainer: a <a@example.org>\nDescription: x\n")
        (work / "p.spec").write_text(
            "Name: p\nVersion: 1\nRelease: 1\nSummary: s\nLicense: x\n"
            "BuildArch: noarch\n%%description\nx\n%%install\n"
            "mkdir -p %%{buildroot}/opt\ncp %s/%s %%{buildroot}/opt/\n"
            "%%files\n/opt/%s\n" % (folder, name, name))
        out = work / ("out." + TOOLS[kind][0])
        words = {"OUT": str(out), "IN": name, "DIR": "dir",
                 "PACKAGE": "package"}
        subprocess.run([words.get(word, word) for word in command.split()],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, HOME=folder))
        return (next(work.rglob("*.rpm")) if kind == "rpm" else
                out).read_bytes()


# --- what Python can write ----------------------------------------------------

def uuencoded(name, data):
    lines = [binascii.b2a_uu(data[i:i + 45]) for i in range(0, len(data), 45)]
    return b"begin 644 " + name.encode() + b"\n" + b"".join(lines) + b"`\nend\n"


def yencoded(name, data):
    out, column = bytearray(), 0
    for octet in data:
        octet = (octet + 42) & 255
        escaped = octet in (0, 10, 13, 46, 61)
        out += bytes([61, (octet + 64) & 255]) if escaped else bytes([octet])
        column += 2 if escaped else 1
        if column >= 128:
            out += b"\r\n"
            column = 0
    return (b"=ybegin line=128 size=%d name=%s\r\n" % (len(data),
            name.encode()) + bytes(out) + b"\r\n=yend size=%d\r\n" % len(data))


def binhex(name, data):
    alphabet = (b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ["
                b"`abcdefhijklmpqr")
    raw = bytes([len(name)]) + name.encode() + b"\0TEXT????\0\0" + \
        struct.pack(">II", len(data), 0)
    raw += struct.pack(">H", binascii.crc_hqx(raw, 0)) + data
    raw += struct.pack(">H", binascii.crc_hqx(data, 0)) + b"\0\0"
    raw = raw.replace(b"\x90", b"\x90\0")
    bits = "".join(f"{octet:08b}" for octet in raw)
    bits += "0" * (-len(bits) % 6)
    text = b":" + bytes(alphabet[int(bits[i:i + 6], 2)]
                        for i in range(0, len(bits), 6)) + b":"
    return (b"(This file must be converted with BinHex 4.0)\r\n\r\n" +
            b"\r\n".join(text[i:i + 64] for i in range(0, len(text), 64)) +
            b"\r\n")


def gzipped(name, data):
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def zip64(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(zipfile.ZipInfo(name, (2024, 5, 4, 12, 0, 0)), "w",
                          force_zip64=True) as file:
            file.write(data)
    return out.getvalue()


def entity(name, data):
    return (b"Content-Type: application/octet-stream; name=" + name.encode() +
            b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
            base64.encodebytes(data).replace(b"\n", b"\r\n"))


def pem(data):
    return (b"-----BEGIN CMS-----\n" + base64.encodebytes(data) +
            b"-----END CMS-----\n")


def enveloped(data):
    """Only its outside: what is in it is noise."""
    noise = bytes((7 * octet + 3) & 255 for octet in data[:200])
    return der(0x30, oid(ENVELOPED), der(0xA0, der(
        0x30, der(2, b"\0"), der(0x31), der(
            0x30, oid(DATA), der(0x30, oid("2a864886f70d0307")),
            der(0x80, noise)))))


first = tarred([("first.txt", TEXT)])
WRITERS = {
    "uuencode-in-zip": ("zip", lambda n, d: zipped([("a.txt",
                                                     uuencoded(n, d))])),
    "yenc-in-zip": ("zip", lambda n, d: zipped([("a.txt", yencoded(n, d))])),
    "binhex-in-zip": ("zip", lambda n, d: zipped([("a.txt", binhex(n, d))])),
    "yenc-in-gzip": ("txt.gz", lambda n, d: gzipped("", yencoded(n, d))),
    "yenc-attached": ("txt", yencoded),
    "zip-in-zip": ("zip", lambda n, d: zipped([("a.zip", zipped([(n, d)]))])),
    "zip64": ("zip", zip64),
    "gzip": ("gz", lambda n, d: gzipped(n, d)),
    "gzip-streams": ("gz", lambda n, d: gzipped("", TEXT) + gzipped("", d)),
    "bzip2-streams": ("bz2", lambda n, d: bz2.compress(TEXT) +
                      bz2.compress(d)),
    "bzip2-tar-streams": ("tar.bz2", lambda n, d: b"".join(
        bz2.compress(piece) for piece in (first[:700], first[700:1024] +
                                          tarred([(n, d)])))),
    "xz-streams": ("xz", lambda n, d: lzma.compress(TEXT) + lzma.compress(d)),
    "tar-two": ("tar", lambda n, d: first[:2048] + tarred([(n, d)])),
    "tar-padded": ("tar", lambda n, d: tarred([(n, d)]) + b"padding " * 99),
    "cms-signed": ("p7m", lambda n, d: cms(SIGNED, der(0x31), entity(n, d))),
    "cms-signed-pem": ("p7m", lambda n, d: pem(cms(SIGNED, der(0x31),
                                                   entity(n, d)))),
    "cms-compressed": ("p7z", lambda n, d: cms(COMPRESSED, der(
        0x30, oid(ZLIB)), zlib.compress(entity(n, d)))),
    "cms-signed-p7s": ("p7s", lambda n, d: cms(SIGNED, der(0x31),
                                               entity(n, d))),
    "cms-enveloped": ("p7m", lambda n, d: enveloped(d)),
    "cms-enveloped-p7s": ("p7s", lambda n, d: enveloped(d)),
}


def save(kind, suffix, state, data):
    head = fixtures.head("%s-%s" % (kind, state))
    text = head + fixtures.multi([fixtures.text(), fixtures.part(
        data, disposition="a." + suffix)])
    (HERE / ("%s-%s.eml" % (kind, state))).write_bytes(text)


def main():
    for kind in sys.argv[1:] or list(TOOLS) + list(WRITERS):
        for state, name, data in (("program", "setup.exe", fixtures.pe()),
                                  ("text", "notes.txt", TEXT)):
            if kind in TOOLS:
                suffix, command = TOOLS[kind]
                made = by_tool(kind, command, name, data)
            else:
                suffix, write = WRITERS[kind]
                made = write(name, data)
            save(kind, suffix, state, made)
    # Of a stream of nothing each program says something else.
    if not sys.argv[1:]:
        for suffix, data in (("gz", gzipped("", b"")), ("xz", lzma.compress(
                b"")), ("bz2", bz2.compress(b"")), ("lzma", lzma.compress(
                    b"", lzma.FORMAT_ALONE))):
            save("empty-" + suffix, suffix, "text", data)
        save("gzip-name", "txt.gz", "program", gzipped("run.vbs", TEXT))
        save("gzip-name", "txt.gz", "text", gzipped("run.txt", TEXT))


main()
