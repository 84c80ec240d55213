#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The mail server's side of the milter protocol, version 6, for tests.

Usage: milter-client.py SOCKET FILE [COUNT]
Sends the message in FILE (LF or CRLF lines), COUNT times in one session, and
prints a line for each: "accept", "tempfail", "reject", the reply text, or
"lost"; before it, header fields to insert as "+Name: value", and those to
remove as "-Name".
"""
import re
import socket
import struct
import sys

ACTIONS = 0x1 | 0x10            # add and change header fields
STEPS = 0x1FFFFF


def send(conn, command, data=b""):
    conn.sendall(struct.pack(">I", len(data) + 1) + command + data)


def read_exactly(conn, size):
    data = b""
    while len(data) < size:
        got = conn.recv(size - len(data))
        if not got:
            raise EOFError
        data += got
    return data


def receive(conn):
    size = struct.unpack(">I", read_exactly(conn, 4))[0]
    packet = read_exactly(conn, size)
    return packet[:1], packet[1:]


def main():
    path, file, count = sys.argv[1], sys.argv[2], int((sys.argv + ["1"])[3])
    message = re.sub(b"\r?\n", b"\r\n", open(file, "rb").read())
    head, _, body = message.partition(b"\r\n\r\n")
    conn = socket.socket(socket.AF_UNIX)
    conn.settimeout(60)
    conn.connect(path)
    send(conn, b"O", struct.pack(">III", 6, ACTIONS, STEPS))
    _, data = receive(conn)
    steps = struct.unpack(">III", data[:12])[2]

    def step(command, data, silent):
        """True: the milter goes on. silent: the bit of "gives no reply"."""
        send(conn, command, data)
        return steps & silent or receive(conn)[0] in b"cs"

    step(b"C", b"client.example\0" + b"4" + struct.pack(">H", 25) +
         b"192.0.2.1\0", 0x1000)
    step(b"H", b"client.example\0", 0x2000)
    for _ in range(count):
        send(conn, b"D", b"Mi\0QUEUEID\0")
        step(b"M", b"<a@sender.example>\0", 0x4000)
        step(b"R", b"<b@recipient.example>\0", 0x8000)
        if not steps & 0x200:
            step(b"T", b"", 0x10000)
        for field in re.split(b"\r\n(?![ \t])", head):
            name, _, value = field.partition(b":")
            if not steps & 0x100000:
                value = value.lstrip(b" ")
            step(b"L", name + b"\0" + value.replace(b"\r\n", b"\n") + b"\0",
                 0x80)
        if not steps & 0x40:
            step(b"N", b"", 0x40000)
        for i in range(0, len(body), 65535):
            step(b"B", body[i:i + 65535], 0x80000)
        send(conn, b"E")
        while True:
            try:
                kind, data = receive(conn)
            except EOFError:
                print("lost")
                return
            if kind == b"h":
                name, value = data.split(b"\0")[:2]
                print("+%s: %s" % (name.decode(), value.decode().strip()))
            elif kind == b"i":
                name, value = data[4:].split(b"\0")[:2]
                print("+%s: %s" % (name.decode(), value.decode().strip()))
            elif kind == b"m":
                name, value = data[4:].split(b"\0")[:2]
                print("%s%s" % ("-" if not value else "=", name.decode()))
            elif kind == b"y":
                print(data.rstrip(b"\0").decode().replace("%%", "%"))
            elif kind in (b"a", b"c", b"t", b"r"):
                print({b"a": "accept", b"c": "accept", b"t": "tempfail",
                       b"r": "reject"}[kind])
            if kind in (b"a", b"c", b"t", b"r", b"y"):
                break
    send(conn, b"Q")


if __name__ == "__main__":
    main()
