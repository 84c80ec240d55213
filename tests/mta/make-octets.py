#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages of odd octets, and what a mail server makes of them.

Usage: make-octets.py MTA FOLDER
       make-octets.py MTA --digest FILE
Writes FOLDER/NAME.eml, the octets that a client sends, and FOLDER/NAME.want,
the octets that must be in the spool when MTA (postfix, exim, opensmtpd) is
between them. Where the two differ, the table below says what is done by MTA;
everything else arrives as it was sent. --digest prints the SHA-256 of FILE
without what MTA has put before the message.
"""
import hashlib
import os
import re
import sys

# Without these, mail servers add them to the mail of their own clients.
FIELDS = (b"From: a@sender.example\r\nMessage-Id: <odd@sender.example>\r\n"
          b"Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n")
HEAD = b"Subject: odd octets\r\n" + FIELDS
LONG = b"0123456789" * 10000

MESSAGES = {
    "plain": HEAD + b"\r\nNothing odd.\r\n",
    "dots": HEAD + b"\r\n.\r\n..\r\n...\r\n.a\r\n. \r\nend\r\n.\r\n",
    "dot-first": HEAD + b"\r\n" + b".first line\r\n",
    "8-bit": HEAD + b"\r\n" + bytes(range(128, 256)) + b"\r\n",
    "8-bit-header": b"Subject: \xe6\xb5\x8b\xe8\xaf\x95 \xff\xfe\r\n" + FIELDS +
                    b"\r\nx\r\n",
    "control": HEAD + b"\r\n" + bytes(set(range(1, 32)) - {10, 13}) + b"\r\n",
    "nul": HEAD + b"\r\nbefore\0after\0\r\n\0\r\nend\r\n",
    "long-line": HEAD + b"\r\n" + LONG + b"\r\nend\r\n",
    "long-lines": HEAD + b"\r\n" + (b"x" * 5000 + b"\r\n") * 20,
    "long-field": b"X-Long: " + LONG[:50000] + b"\r\n" + HEAD + b"\r\nx\r\n",
    "folded": HEAD + b"X-Folded: one\r\n two\r\n\tthree\r\n \r\n four\r\n\r\nx\r\n",
    "spaces": HEAD + b"X-A:   many\r\nX-B:none\r\nX-C:\ttab \r\nX-D:\r\n"
              b"\r\nspaces at the end   \r\n \r\n\t\r\n",
    "empty-lines": HEAD + b"\r\n\r\n\r\n\r\nx\r\n\r\n\r\n",
    "no-body": HEAD + b"\r\n",
    "bare-lf": HEAD + b"\r\none\ntwo\r\n\nthree\n",
    "smuggled": HEAD + b"\r\none\n.\nMAIL FROM:<x@y.example>\n.\r\ntwo\r\n",
    "bare-cr": HEAD + b"\r\none\rtwo\r\r\nthree\r\n",
    "no-end": HEAD + b"\r\nno end of line",
    "from-line": HEAD + b"\r\nFrom here on\r\n>From there\r\n",
    "attachment": b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
                  b"boundary=\"b\"\r\n" + HEAD + b"\r\npreamble\r\n--b\r\n"
                  b"Content-Type: text/plain\r\n\r\nx\r\n--b\r\n"
                  b"Content-Type: image/png; name=\"a.png\"\r\n"
                  b"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
                  b"--b--\r\nepilogue\r\n",
}


def end_line(octets):
    """SMTP has no message without an end of line (RFC 5321 4.1.1.4)."""
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"


def bare_lf_to_crlf(octets):
    return re.sub(rb"(?<!\r)\n", b"\r\n", octets)


def bare_cr_to_space(octets):
    return re.sub(rb"\r(?!\n)", b" ", octets)


def without_lone_dots(octets):
    return re.sub(rb"(?m)^\.\r\n", b"", bare_lf_to_crlf(octets))


def lf(octets):
    return octets.replace(b"\r\n", b"\n")


def bare_lf_to_space(octets):
    return lf(re.sub(rb"(?<!\r)\n", b" ", octets))


def bare_cr_to_lf(octets):
    return lf(re.sub(rb"\r(?!\n)", b"\n", octets))


# What each mail server does to every message.
GENERAL = {"exim": lf}
# What it does not take at all.
REFUSED = {"opensmtpd": ["smuggled", "long-line"]}
# What it puts before it in the spool.
BEFORE = {
    "exim": rb"From .*\nX-Envelope-From: .*\nX-Envelope-To: .*\n"
            rb"Received: .*\n(?:\t.*\n)*",
    "opensmtpd": rb"Received: .*\r\n(?:\t.*\r\n)*",
}
# What each mail server changes before mailweir sees the message.
CHANGES = {
    # With smtpd_forbid_bare_newline = normalize (and no exclusions), without
    # which "smuggled" ends at its first lone dot. The other is
    # cleanup_replace_stray_cr_lf, and done to the message that is delivered.
    "postfix": {
        "bare-cr": bare_cr_to_space,
        "bare-lf": bare_lf_to_crlf,
        "smuggled": without_lone_dots,
    },
    # In the scan file and in what is delivered alike.
    "exim": {
        "bare-cr": bare_cr_to_lf,
        "bare-lf": bare_lf_to_space,
        "smuggled": bare_lf_to_space,
    },
    # It takes any LF for the end of a line, and a lone dot between two for the
    # end of the message ("smuggled" is not sent). What follows a NUL in a line
    # is gone, of what is delivered too. Lines have at most 65535 octets.
    "opensmtpd": {
        "bare-lf": bare_lf_to_crlf,
        "nul": lambda same: re.sub(rb"\0[^\r\n]*", b"", same),
    },
}


def digest(mta, file):
    with open(file, "rb") as stream:
        octets = stream.read()
    found = re.match(BEFORE.get(mta, b""), octets)
    if not found:
        return "what comes before the message is missing"
    return hashlib.sha256(octets[found.end():]).hexdigest()


def main():
    mta, folder = sys.argv[1], sys.argv[-1]
    if sys.argv[2] == "--digest":
        print(digest(mta, folder))
        return
    os.makedirs(folder, exist_ok=True)
    for name, octets in MESSAGES.items():
        if name in REFUSED.get(mta, []):
            continue
        change = CHANGES[mta].get(name, GENERAL.get(mta, lambda same: same))
        for suffix, content in (("eml", octets),
                                ("want", change(end_line(octets)))):
            with open(os.path.join(folder, name + "." + suffix), "wb") as out:
                out.write(content)


if __name__ == "__main__":
    main()
