#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A SASL server that lets everybody in, for tests of what comes after.

Usage: fake-auth.py SOCKET
Speaks what Postfix needs of Dovecot's authentication protocol 1.1: PLAIN, one
request after the other.
"""
import base64
import os
import socketserver
import sys

HELLO = (b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\n"
         b"COOKIE\t00000000000000000000000000000000\nDONE\n")


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(HELLO)
        for line in self.rfile:
            words = line.rstrip(b"\n").split(b"\t")
            if words[0] != b"AUTH":
                continue
            for word in words:
                if word.startswith(b"resp="):
                    user = base64.b64decode(word[5:]).split(b"\0")[1]
                    self.wfile.write(b"OK\t%s\tuser=%s\n" % (words[1], user))


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


if __name__ == "__main__":
    os.umask(0)
    Server(sys.argv[1], Conversation).serve_forever()
