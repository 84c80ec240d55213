#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An SMTP client that sends octets as they are, for tests.

Usage: smtp.py [OPTION...] FILE...
Sends the message in each FILE in one session and prints the reply to its end,
continuation lines too. The octets of FILE are sent untouched, but for a dot
before each dot that follows CRLF (RFC 5321 4.5.2) and a CRLF at the end where
there is none; nothing is done to a bare LF or CR.
"""
import argparse
import base64
import os
import socket
import sys
import threading
import time


class Lost(Exception):
    """The server has closed the connection."""


class Session:
    def __init__(self, options):
        self.options = options
        self.conn = socket.create_connection(
            ("127.0.0.1", options.port), timeout=options.timeout)
        self.conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.conn.makefile("rb")
        self.read_reply()
        hello = self.command(b"EHLO client.example.org")
        # Recipients at once, where the server takes them so.
        self.batch = 1000 if "PIPELINING" in hello else 1
        if options.auth:
            user, _, password = options.auth.partition(":")
            self.command(b"AUTH PLAIN " + base64.b64encode(
                b"\0%s\0%s" % (user.encode(), password.encode())))

    def read_reply(self):
        lines = []
        while True:
            line = self.input.readline()
            if not line.endswith(b"\n"):
                raise Lost
            lines.append(line.rstrip(b"\r\n").decode("latin-1"))
            if lines[-1][3:4] != "-":
                return "\n".join(lines)

    def command(self, line, want="23"):
        self.conn.sendall(line + b"\r\n")
        reply = self.read_reply()
        if reply[0] not in want:
            raise ValueError(reply)
        return reply

    def envelope(self):
        options = self.options
        parameters = b" SMTPUTF8" if options.smtputf8 else b""
        if options.bdat:
            parameters += b" BODY=8BITMIME"
        self.command(b"MAIL FROM:<%s>%s" % (
            os.fsencode(options.sender), parameters))
        recipients = [options.to] if options.recipients == 1 else [
            options.to.replace("@", "+%d@" % i)
            for i in range(options.recipients)]
        for at in range(0, len(recipients), self.batch):
            some = recipients[at:at + self.batch]
            self.conn.sendall(b"".join(
                b"RCPT TO:<%s>\r\n" % os.fsencode(r) for r in some))
            replies = [self.read_reply() for _ in some]
            for reply in replies:
                if reply[0] != "2":
                    raise ValueError(reply)

    def data(self, octets):
        self.command(b"DATA", "3")
        octets = octets.replace(b"\r\n.", b"\r\n..")
        if octets.startswith(b"."):
            octets = b"." + octets
        if not octets.endswith(b"\r\n"):
            octets += b"\r\n"
        if self.options.hang_up == "data":
            self.conn.sendall(octets[:len(octets) // 2])
            return None
        self.conn.sendall(octets)
        started = time.monotonic()
        self.conn.sendall(b".\r\n")
        if self.options.hang_up == "end":
            return None
        self.conn.settimeout(self.options.patience)
        reply = self.read_reply()
        self.conn.settimeout(self.options.timeout)
        return reply, time.monotonic() - started

    def bdat(self, octets):
        size = self.options.bdat
        for at in range(0, len(octets), size):
            chunk = octets[at:at + size]
            self.conn.sendall(b"BDAT %d\r\n" % len(chunk) + chunk)
            reply = self.read_reply()
            if reply[0] != "2":
                return reply, 0
        started = time.monotonic()
        self.conn.sendall(b"BDAT 0 LAST\r\n")
        reply = self.read_reply()
        return reply, time.monotonic() - started

    def send(self, octets):
        """(reply, seconds from the end to the reply); None: hung up."""
        self.envelope()
        return self.bdat(octets) if self.options.bdat else self.data(octets)

    def close(self):
        self.conn.close()


def converse(options, messages, answers):
    """Appends to answers, for each message, reply and seconds."""
    session = None
    for octets in messages:
        try:
            if session is None:
                session = Session(options)
            answer = session.send(octets)
            if answer is None:
                session.close()
                session = None
                answer = "hung up", 0
            answers.append(answer)
            if answer[0].startswith("421"):
                session = None
        except ValueError as error:
            answers.append((str(error), 0))
            session.command(b"RSET")
        except (Lost, OSError) as error:
            answers.append(("lost %s" % error, 0))
            session = None
    if session:
        try:
            session.command(b"QUIT")
        except (Lost, OSError, ValueError):
            pass


def read(file):
    with open(file, "rb") as stream:
        return stream.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--port", type=int, default=25)
    parser.add_argument("--from", dest="sender", default="a@sender.example")
    parser.add_argument("--to", default="inbox@mx.example.net")
    parser.add_argument("--recipients", type=int, default=1,
                        help="so many: --to with +0, +1, ... in it")
    parser.add_argument("--auth", metavar="USER:PASSWORD")
    parser.add_argument("--bdat", type=int, metavar="OCTETS", default=0,
                        help="CHUNKING, with chunks of that size")
    parser.add_argument("--smtputf8", action="store_true")
    parser.add_argument("--hang-up", choices=["data", "end"],
                        help="in the middle of the data, or without waiting")
    parser.add_argument("--count", type=int, default=1,
                        help="so often all of FILE, in one session")
    parser.add_argument("--sessions", type=int, default=1,
                        help="so many at once, each sending all of that")
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--patience", type=float, default=120,
                        help="seconds to wait for the reply to the message")
    parser.add_argument("--times", action="store_true",
                        help="milliseconds before each reply")
    options = parser.parse_args()
    messages = [read(file) for file in options.files] * options.count
    answers = [[] for _ in range(options.sessions)]
    threads = [threading.Thread(target=converse,
                                args=(options, messages, some))
               for some in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for some in answers:
        for reply, seconds in some:
            if options.times:
                print("%.3f " % (seconds * 1000), end="")
            print(reply)
    return 0 if all(len(some) == len(messages) for some in answers) else 1


if __name__ == "__main__":
    sys.exit(main())
