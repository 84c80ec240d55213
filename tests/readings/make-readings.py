#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the messages in this directory: every class of docs/ambiguity.md.

Run it after a change and commit what it writes. NN-name.eml belongs to class
NN and hides a program, or a script's name, from some reader of MIME; it must
be refused. NN-name-control.eml is just as odd but harmless, and must pass.
"""
import base64
import binascii
import pathlib
import quopri
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fixtures"))
import importlib  # noqa: E402

fixtures = importlib.import_module("make-fixtures")
PROGRAM = fixtures.pe()
HARMLESS = b"Nothing but words in a text of some length. " * 20
HEAD = (b"From: Mei <mei@sender.example>\nTo: li@recipient.example\n"
        b"Subject: reading\nDate: Sat, 04 May 2024 12:00:00 +0800\n"
        b"MIME-Version: 1.0\n")
TEXT = b"Content-Type: text/plain\n\nSee the file.\n"
NAMED = b"This text stands in a script.\n"
written = set()


def crlf(message):
    return message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def b64(data, width=76):
    coded = base64.b64encode(data)
    return b"\n".join(coded[i:i + width]
                      for i in range(0, len(coded), width)) + b"\n"


def leaf(data, encoding=b"Content-Transfer-Encoding: base64\n",
         type_=b"application/octet-stream", body=None):
    return (b"Content-Type: " + type_ + b"\n" + encoding +
            b"Content-Disposition: attachment; filename=data\n\n" +
            (b64(data) if body is None else body))


def quoted(data):
    """Quoted-printable in which every octet is coded."""
    return b"".join(b"=%02X" % octet + (b"=\n" if i % 20 == 19 else b"")
                    for i, octet in enumerate(data)) + b"\n"


def mixed(parts, boundary=b"=_b", close=b"--\n", lead=b"--", tail=b"\n"):
    return b"".join(lead + boundary + tail + p for p in parts) + \
        b"--" + boundary + close


def multipart(parts, field=b'Content-Type: multipart/mixed; boundary="=_b"\n',
              **options):
    return HEAD + field + b"\n" + mixed(parts, **options)


def save(name, message, want, *lines, ends=crlf):
    assert name not in written, name
    written.add(name)
    (HERE / (name + ".eml")).write_bytes(ends(message))
    (HERE / (name + ".want")).write_text("\n".join((want,) + lines) + "\n")


def both(name, make, ends=crlf):
    """make(octets) is the message: refused with a program, accepted with text."""
    save(name, make(PROGRAM), fixtures.ILLEGAL, ends=ends)
    save(name + "-control", make(HARMLESS), fixtures.ACCEPT, ends=ends)


def named(name, make):
    """make(extension) is the message: refused with vbs, accepted with txt."""
    save(name, make(b"vbs"), fixtures.ILLEGAL, "finding banned-extension")
    save(name + "-control", make(b"txt"), fixtures.ACCEPT)


def script(extension, type_=b"application/octet-stream"):
    """A part that only its name makes a script."""
    return (b"Content-Type: " + type_ + b"; name=run." + extension +
            b"\nContent-Transfer-Encoding: base64\n\n" + b64(NAMED))


def encodings():
    field = b"Content-Transfer-Encoding: "
    for name, value in (
            ("01-encoding-valid-last", b"7bit\n" + field + b"base64\n"),
            ("01-encoding-valid-first", b"base64\n" + field + b"x-none\n"),
            ("01-encoding-three",
             b"8bit\n" + field + b"base64\n" + field + b"binary\n"),
            ("02-encoding-list", b"7bit, base64\n"),
            ("02-encoding-quoted", b'"base64"\n'),
            ("02-encoding-comment", b"(not (really)) base64\n"),
            ("02-encoding-unclosed-comment", b"base64 (text\n"),
            ("06-encoding-word", b"=?us-ascii?q?base64?=\n")):
        both(name, lambda data, value=value: multipart(
            [TEXT, leaf(data, field + value)]))
    both("02-encoding-misspelt", lambda data: multipart(
        [TEXT, leaf(data, field + b"quoted-printible\n", body=quoted(data))]))


def types():
    mixed_type = b'multipart/mixed; boundary="=_b"'
    for name, fields in (
            ("03-type-twice", b"Content-Type: text/plain\nContent-Type: " +
             mixed_type),
            ("03-types-in-one", b"Content-Type: text/plain, " + mixed_type),
            ("03-name-in-value", b"Content-Type: Content-Type: " + mixed_type),
            ("04-boundary-last",
             b"Content-Type: multipart/mixed; boundary=other; boundary=\"=_b\""),
            ("04-boundary-first",
             b"Content-Type: multipart/mixed; boundary=\"=_b\"; boundary=other"),
            ("05-comment-in-parameter",
             b'Content-Type: multipart/mixed; boundary(x)="=_b"'),
            ("05-comment-decoy", b'Content-Type: multipart/mixed; '
             b'(boundary="no" (boundary="never")) boundary="=_b"'),
            ("06-boundary-word",
             b"Content-Type: multipart/mixed; boundary=\"=?us-ascii?q?=3D=5Fb?=\""),
            ("07-boundary-sections",
             b'Content-Type: multipart/mixed; boundary*1="b"; boundary*0="=_"'),
            ("07-boundary-charset",
             b"Content-Type: multipart/mixed; boundary*=us-ascii''%3D_b"),
            ("08-boundary-half-quoted",
             b'Content-Type: multipart/mixed; boundary=="_b'),
            ("08-boundary-unclosed",
             b'Content-Type: multipart/mixed; boundary="=_b; charset=x'),
            ("08-boundary-folded",
             b'Content-Type: multipart/mixed; boundary="=_\n b"'),
            ("08-boundary-nul",
             b'Content-Type: multipart/mixed; boundary="=_b\0x"'),
            ("09-parameter-before",
             b'Content-Type: multipart/mixed; x:y=1; boundary="=_b"'),
            ("09-no-semicolon",
             b'Content-Type: multipart/mixed boundary="=_b"'),
            ("10-blank-before-colon", b"Content-Type : " + mixed_type),
            ("10-nul-in-name", b"Content-Type\0: " + mixed_type),
            ("10-comment-in-name", b"Content-Type(x): " + mixed_type)):
        both(name, lambda data, fields=fields: multipart(
            [TEXT, leaf(data)], fields + b"\n"))
    both("08-boundary-empty", lambda data: multipart(
        [TEXT, leaf(data)], b'Content-Type: multipart/mixed; boundary=""\n',
        boundary=b""))
    both("08-boundary-long", lambda data: multipart(
        [TEXT, leaf(data)], b'Content-Type: multipart/mixed; boundary="' +
        b"x" * 120 + b'"\n', boundary=b"x" * 120))
    both("11-no-version", lambda data: multipart(
        [TEXT, leaf(data)]).replace(b"MIME-Version: 1.0\n", b""))
    both("11-mbox-line", lambda data: b"From mei Sat May  4 12:00:00 2024\n" +
         multipart([TEXT, leaf(data)]))
    # Before those of the message, and nothing else in a signed entity.
    named("11-content-fields-first", lambda extension: script(
        extension).replace(b"\n\n", b"\n" + HEAD + b"\n", 1))
    named("11-content-fields-only", lambda extension: script(extension))
    named("10-nul-in-all-names", lambda extension: multipart(
        [TEXT, script(extension).replace(b"Con", b"Con\0")]))
    named("10-first-name-indented", lambda extension: multipart(
        [TEXT, b" " + script(extension)]))
    both("11-many-fields", lambda data: b"X-Filler: 1\n" * 1500 +
         multipart([TEXT, leaf(data)]))


def structure():
    both("12-no-close", lambda data: multipart([TEXT, leaf(data)], close=b""))
    both("12-close-without-dashes", lambda data: multipart(
        [TEXT, leaf(data)], close=b"\n"))
    both("12-delimiter-and-more", lambda data: multipart(
        [TEXT, leaf(data)], tail=b" and more\n"))
    both("12-delimiter-indented", lambda data: multipart(
        [TEXT, leaf(data)], lead=b" --"))
    for name, inner in (("13-inner-is-longer", b"=_b-inner"),
                        ("13-inner-is-shorter", b"=_"),
                        ("13-inner-is-equal", b"=_b")):
        both(name, lambda data, inner=inner: multipart(
            [TEXT, b'Content-Type: multipart/mixed; boundary="' + inner +
             b'"\n\n' + mixed([TEXT, leaf(data)], inner)]))
    # A part outside the parts is itself a reason, unless it is text.
    both("14-in-preamble", lambda data: HEAD +
         b'Content-Type: multipart/mixed; boundary="=_b"\n\n' + leaf(data) +
         mixed([TEXT]))
    both("14-in-epilogue", lambda data: multipart([TEXT]) + b"--=_b\n" +
         leaf(data))
    named("14-name-of-multipart", lambda extension: multipart(
        [TEXT, b"Content-Type: multipart/mixed; boundary=none; name=run." +
         extension + b"\n\n--=_in\n" + TEXT]))
    named("14-no-delimiter", lambda extension: HEAD +
          b'Content-Type: multipart/mixed; boundary="=_b"\n\n' +
          script(extension))
    both("14-inner-left-open", lambda data: multipart(
        [b'Content-Type: multipart/mixed; boundary="=_in"\n\n--=_in\n' + TEXT,
         leaf(data)]))

    def one(end):
        return lambda message: message.replace(b"\r\n", b"\n").replace(
            b"\n", end)

    message = lambda data: multipart([TEXT, leaf(data)])  # noqa: E731
    both("15-bare-lf", message, ends=one(b"\n"))
    both("15-crcrlf", message, ends=one(b"\r\r\n"))
    both("15-bare-cr-in-part", lambda data: crlf(multipart([TEXT])) .replace(
        b"--=_b--\r\n", b"--=_b\r\n" + leaf(data).replace(b"\n", b"\r") +
        b"\r--=_b--\r\n"), ends=bytes)
    named("15-vertical-tab-folds", lambda extension: multipart(
        [TEXT, script(extension).replace(b"; ", b";\n\v")]))
    named("16-parameter-behind-empty-line", lambda extension: multipart(
        [TEXT, script(extension).replace(b"; name=run.", b';\n\nname="run.')
         .replace(extension + b"\n", extension + b'"\n')]))
    named("10-comment-first", lambda extension: multipart(
        [TEXT, script(extension).replace(b"Content", b"(x)Content")],
        b"Content-Type: multipart/mixed\n"))
    both("16-no-border", lambda data: multipart([TEXT, leaf(data).replace(
        b"filename=data\n\n", b"filename=data\n")]))
    both("16-border-of-blanks", lambda data: multipart([TEXT, leaf(
        data).replace(b"filename=data\n\n", b"filename=data\n \n")]))
    field = b'Content-Type: multipart/mixed; boundary="=_b"\n'
    blanks = field + b" \t\n \n"
    image = leaf(fixtures.PNG, type_=b"image/png")
    both("16-message-border-of-blanks", lambda data: HEAD + blanks + mixed(
        [TEXT, leaf(data), image]))
    save("16-pictures-behind-border-of-blanks", HEAD + blanks + mixed(
        [image, TEXT, image.replace(b"=data\n", b"=data\n \n")]),
         fixtures.ACCEPT, "!finding hidden-part")
    save("16-border-of-blanks-in-attached", multipart(
        [TEXT, b"Content-Type: message/rfc822\n\n" + HEAD + blanks.replace(
            b"=_b", b"in") + mixed([TEXT, image], boundary=b"in")]),
         fixtures.ACCEPT, "!finding hidden-part")
    both("16-file-behind-blanks-and-empty-line", lambda data: multipart(
        [TEXT, leaf(HARMLESS).replace(b"filename=data\n\n", b"filename=data\n "
                                      b"\n") + b"\n" + b64(data)]))
    both("16-file-across-delimiters", lambda data: HEAD + blanks.replace(
        b"=_b", b"=_.") + b"--=_.\n" + leaf(b"", body=b64(data).replace(
            b"\n", b"\n--=_.\n\n", 2)))
    save("16-blanks-in-field", HEAD + b"X-Report: a\n \n  b\n \nX-A: b\n" +
         field + b"\n" + mixed([TEXT, image]), fixtures.ACCEPT,
         "!finding hidden-part")
    both("16-stray-empty-line", lambda data: multipart([TEXT, leaf(
        data).replace(b"Content-Disp", b"\nContent-Disp")]))
    both("17-multipart-in-base64", lambda data: HEAD +
         b'Content-Type: multipart/mixed; boundary="=_b"\n'
         b"Content-Transfer-Encoding: base64\n\n" +
         b64(crlf(mixed([TEXT, leaf(data)]))))
    both("17-multipart-in-uuencode", lambda data: HEAD +
         b'Content-Type: multipart/mixed; boundary="=_b"\n'
         b"Content-Transfer-Encoding: x-uuencode\n\n" +
         uuencoded(crlf(mixed([TEXT, leaf(data)]))))
    both("17-message-in-qp", lambda data: multipart(
        [TEXT, b"Content-Type: message/rfc822\n"
         b"Content-Transfer-Encoding: quoted-printable\n\n" +
         quopri.encodestring(multipart([TEXT, leaf(data)],
                                       field=b"Content-Type: multipart/mixed; "
                                       b"boundary=in\n", boundary=b"in"))]))
    both("17-digest", lambda data: multipart(
        [b"\n" + HEAD + leaf(data)],
        b'Content-Type: multipart/digest; boundary="=_b"\n'))
    save("18-partial", HEAD + b"Content-Type: message/partial; id=1; number=1;"
         b" total=2\n\n" + TEXT, fixtures.ILLEGAL, "finding message-partial")
    deep = TEXT
    for level in range(40):
        deep = (b"Content-Type: multipart/mixed; boundary=l%d\n\n" % level +
                mixed([deep], b"l%d" % level))
    save("18-deep", HEAD + deep, fixtures.ILLEGAL, "finding max-depth")
    save("18-thousands", multipart([TEXT] * 1001), fixtures.ILLEGAL,
         "finding max-parts")


def uuencoded(data):
    lines = [binascii.b2a_uu(data[i:i + 45]) for i in range(0, len(data), 45)]
    return b"begin 644 data\n" + b"".join(lines) + b"`\nend\n"


def yencoded(data):
    coded = bytearray()
    for octet in data:
        octet = (octet + 42) & 255
        if octet in (0, 10, 13, 61):
            coded += b"=" + bytes([(octet + 64) & 255])
        else:
            coded.append(octet)
    lines = [bytes(coded[i:i + 128]) for i in range(0, len(coded), 128)]
    # A pair of an escape is never cut: join where a line ends with '='.
    joined = []
    for line in lines:
        if joined and joined[-1].endswith(b"="):
            joined[-1] += line
        else:
            joined.append(line)
    return (b"=ybegin line=128 size=%d name=data\n" % len(data) +
            b"\n".join(joined) + b"\n=yend size=%d\n" % len(data))


def der(tag, *contents):
    body = b"".join(contents)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    return bytes([tag, 0x82]) + struct.pack(">H", len(body)) + body


def signed(content):
    """CMS SignedData without signers (RFC 5652 5.1)."""
    oid = bytes.fromhex("06092a864886f70d010701")
    inner = der(0x30, der(2, b"\1"), der(0x31), der(
        0x30, oid, der(0xA0, der(4, content))), der(0x31))
    return der(0x30, bytes.fromhex("06092a864886f70d010702"),
               der(0xA0, inner))


def binhex(data):
    """BinHex 4.0 without the line before it; no checksums."""
    alphabet = (b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ["
                b"`abcdefhijklmpqr")
    raw = (b"\4data\0TEXTtext\0\0" + struct.pack(">II", len(data), 0) +
           b"\0\0" + data + b"\0\0\0\0").replace(b"\x90", b"\x90\0")
    bits = "".join(f"{octet:08b}" for octet in raw)
    bits += "0" * (-len(bits) % 6)
    text = b":" + bytes(alphabet[int(bits[i:i + 6], 2)]
                        for i in range(0, len(bits), 6)) + b":"
    return b"\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + b"\n"


def sun(name, data):
    """As Sun's mail tool attached files before MIME."""
    return (HEAD + b"Content-Type: X-sun-attachment\n\n----------\n"
            b"X-Sun-Data-Type: text\nX-Sun-Data-Name: text\n\nSee the file.\n"
            b"----------\nX-Sun-Data-Type: default\nX-Sun-Data-Name: " + name +
            b"\nX-Sun-Encoding-Info: uuencode\n\n" + uuencoded(data))


def containers():
    in_text = lambda coded: HEAD + b"Content-Type: text/plain\n\n" \
        b"Words before.\n" + coded + b"Words behind.\n"  # noqa: E731
    both("19-uuencode", lambda data: in_text(uuencoded(data)))
    both("19-begin-base64", lambda data: in_text(
        b"begin-base64 644 data\n" + b64(data) + b"====\n"))
    both("19-yenc", lambda data: crlf(HEAD + b"Content-Type: text/plain\n\n") +
         crlf(b"Words before.\n") + yencoded(data), ends=bytes)
    both("19-uuencode-in-octets", lambda data: multipart(
        [TEXT, leaf(data, b"", body=uuencoded(data))]))
    both("19-binhex-by-type", lambda data: multipart(
        [TEXT, leaf(data, b"", b"application/mac-binhex40", binhex(data))]))
    # Its readings hold each other, but nothing is endless.
    both("19-uuencode-without-border", lambda data: multipart(
        [TEXT, b"no field\n" + leaf(data, b"Content-Transfer-Encoding: "
                                    b"x-uuencode\n", body=b"\r\n" +
                                    uuencoded(data))]))
    both("19-quoted-in-report", lambda data: in_text(multipart(
        [TEXT, leaf(data)])))
    # Nothing but words about a file: no client sees a part begin.
    fields = (b"Content-Type: application/octet-stream; name=setup.exe\n"
              b"Content-Transfer-Encoding: base64\n")
    for name, words in (
            ("none", b"The fields were:\n\n" + fields),
            ("words", b"The fields were:\n\n" + fields + b"\nWhy?\n"),
            ("log", b"250 Ok\nDATA\nFrom: mei\n" + fields + b"\n[...]\n"),
            ("indented", b"So:\n\n  it begins\n\nwith\n\n  " +
             fields.replace(b"\n", b"\n  ") + b"\n\nand goes on.\n")):
        save("19-told-" + name, HEAD + b"Content-Type: text/plain\n\n" + words,
             fixtures.ACCEPT)
        save("19-told-in-file-" + name, multipart([TEXT, leaf(words)]),
             fixtures.ACCEPT)
    # But here one may.
    save("19-told-behind-delimiter", HEAD + b"Content-Type: text/plain\n\n"
         b"Words.\n\n--=_b\n\n" + fields + b"\nWords\n", fixtures.ILLEGAL)
    save("19-told-behind-blanks", HEAD + b"Content-Type: text/plain\n \n"
         b"Words.\n \n" + fields + b"\nWords\n", fixtures.ILLEGAL)
    save("19-told-first", HEAD + b"Content-Type: text/plain\n\n" + fields +
         b"\nWords\n", fixtures.ILLEGAL)
    both("19-told-with-file", lambda data: HEAD +
         b"Content-Type: text/plain\n\nWords.\n\n" + leaf(data))
    both("19-sun-attachment", lambda data: sun(b"data", data))
    named("19-sun-attachment-name",
          lambda extension: sun(b"run." + extension, NAMED))
    named("19-opaque-signed-name", lambda extension: HEAD +
          b"Content-Type: application/pkcs7-mime; smime-type=signed-data\n"
          b"Content-Transfer-Encoding: base64\n\n" +
          b64(signed(crlf(script(extension)))))
    both("19-opaque-signed", lambda data: HEAD +
         b"Content-Type: application/pkcs7-mime; smime-type=signed-data; "
         b"name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" +
         b64(signed(crlf(leaf(data)))))


def decoding():
    b = lambda data: b64(data)  # noqa: E731
    one_line = lambda data: base64.b64encode(data)  # noqa: E731
    for name, body in (
            ("20-junk-between", lambda d: b(d).replace(b"A", b"A.*", 40)),
            ("20-equals-inside",
             lambda d: b64(d[:100]) + b64(d[100:])),
            ("20-no-padding", lambda d: b(d).replace(b"=", b"")),
            ("20-url-safe",
             lambda d: b(d).replace(b"+", b"-").replace(b"/", b"_")),
            ("20-one-character-a-line",
             lambda d: b"\n".join(one_line(d)[i:i + 1] for i in
                                  range(len(one_line(d)))) + b"\n"),
            ("20-text-behind", lambda d: b(d) + b"\nThat was all.\n"),
            ("20-nul-and-8bit", lambda d: b(d).replace(b"A", b"A\0\xe5", 9))):
        both(name, lambda data, body=body: multipart(
            [TEXT, leaf(data, body=body(data))]))
    qp = quoted
    field = b"Content-Transfer-Encoding: quoted-printable\n"
    for name, body in (
            ("21-lower-case", lambda d: qp(d).lower()),
            ("21-equals-alone", lambda d: qp(d).replace(b"=4D", b"=4D=@", 1)
             .replace(b"=@", b"=\n", 1)),
            ("21-blank-behind-soft-break",
             lambda d: qp(d).replace(b"=\n", b"= \t\n")),
            ("21-long-lines", lambda d: qp(d).replace(b"=\n", b"")),
            ("21-equals-at-end", lambda d: qp(d)[:-1] + b"=")):
        both(name, lambda data, body=body: multipart(
            [TEXT, leaf(data, field, body=body(data))]))


def names():
    for name, parameter in (
            ("22-sections", b"filename*1=\"bs\"; filename*0=\"run.v\""),
            ("22-two-names", b"filename=run.txt; filename=run.vbs"),
            ("22-unclosed", b'filename="run.vbs'),
            ("22-extended-beside", b"filename=run.txt; "
             b"filename*=utf-8''run%2Evbs"),
            ("22-direction", b"filename*=utf-8''run%E2%80%AEtxt.vbs"),
            ("22-nul", b"filename=\"run.vbs\0.txt\""),
            ("22-word-in-word", b"filename=\"=?utf-8?q?"
             b"=3D=3Futf-8=3Fq=3Frun=2Evbs=3F=3D?=\""),
            ("22-blank-of-latin-1", b"filename\xa0=run.vbs"),
            ("22-encoded-field", b"=?utf-8?q?filename=3Drun=2Evbs?=")):
        for suffix, replaced, want in (
                ("", b"vbs", fixtures.ILLEGAL),
                ("-control", b"txt", fixtures.ACCEPT)):
            line = parameter
            if suffix:
                line = line.replace(b"vbs", replaced).replace(
                    b'"bs"', b'"xt"').replace(b"run.v", b"run.t")
            save(name + suffix, multipart(
                [TEXT, b"Content-Type: text/plain\nContent-Disposition: "
                 b"attachment; " + line + b"\n\n" + NAMED]), want,
                *([] if suffix else ["finding banned-extension"]))


    octets = b"Content-Type: application/octet-stream\n"
    coded = b"Content-Transfer-Encoding: base64\n"
    for name, field in (
            ("22-content-name", octets + b"Content-Name: run.vbs\n"),
            ("22-description", octets + b"Content-Description: run.vbs\n"),
            ("22-location", octets + b"Content-Location: run.vbs\n"),
            ("22-type-alone", b"Content-Type: text/vbscript\n")):
        named(name, lambda extension, field=field: multipart(
            [TEXT, field.replace(b"run.vbs", b"run." + extension).replace(
                b"text/vbscript", b"text/vbscript" if extension == b"vbs"
                else b"text/plain") + coded + b"\n" + b64(NAMED)]))
    # Titles and addresses are no names.
    for name, field in (
            ("22-description-of-text", b"Content-Type: text/plain\n"
             b"Content-Description: example.com\n"),
            ("22-location-on-the-web", octets +
             b"Content-Location: http://www.example.com\n")):
        save(name + "-control", multipart([TEXT, field + coded + b"\n" +
                                           b64(NAMED)]), fixtures.ACCEPT)


if __name__ == "__main__":
    for old in list(HERE.glob("*.eml")) + list(HERE.glob("*.want")):
        old.unlink()
    for family in (encodings, types, structure, containers, decoding, names):
        family()
    print(len(written), "messages")
