#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays dialogues to the SMTP server on port 25 and compares its last reply.

Usage: dialogue.py TESTS-BEFORE FILE
Prints TAP. A line of FILE has four columns, separated by tabs:
  wanted    a tag of the catalogue (its reply is asked of mailweir explain),
            "=" and a reply, or "+": any positive reply
  times     how often, each in a session of its own, all replies are positive
            before the wanted one comes; "N open": these sessions stay open
  client    its address, given with XCLIENT, and other XCLIENT attributes; one
            in 127.0.0.0/8 is really connected from
  commands  separated by " | "; "N COMMAND": N times; "! COMMAND": its reply
            may be negative before the wanted one comes. None: the greeting.
{i} stands for the number of the session, {20+i} for a sum.
"""
import re
import socket
import subprocess
import sys


class Server:
    def __init__(self, client):
        address, _, attributes = client.partition(" ")
        is_real = address.startswith("127.")
        self.conn = socket.create_connection(
            ("127.0.0.1", 25), 20, (address if is_real else "127.0.0.1", 0))
        self.input = self.conn.makefile("rb")
        self.greeting = self.reply()
        if not is_real:
            self.greeting = self.command("XCLIENT NAME=c.example ADDR=%s %s"
                                         % (address, attributes))

    def reply(self):
        """All lines, each with its CRLF."""
        octets = b""
        while True:
            line = self.input.readline()
            octets += line
            if line[3:4] != b"-":
                return octets

    def command(self, line):
        self.conn.sendall(line.encode() + b"\r\n")
        return self.reply()


def is_positive(reply):
    return reply[:1] in b"23" and reply != b""


def steps(commands):
    """(command, may be negative), for each one to be sent."""
    for part in commands.split(" | ") if commands != "" else []:
        times, command = re.match(r"(?:([0-9]+) )?(.*)", part).groups()
        may_fail = command.startswith("! ")
        for _ in range(int(times or 1)):
            yield command[2:] if may_fail else command, may_fail


def play(client, commands, is_last):
    """The last reply, and the server. A reply that must be positive and is not
    is the last one."""
    server = Server(client)
    reply = server.greeting
    todo = list(steps(commands))
    for at, (command, may_fail) in enumerate(todo):
        if not is_positive(reply):
            break
        reply = server.command(command)
        if may_fail and not (is_last and at == len(todo) - 1):
            reply = b"250 expected\r\n" if reply[:1] == b"5" else reply
    return reply, server


def catalogue():
    """The replies of mailweir explain, by what stands after their codes."""
    lines = subprocess.run(["mailweir", "explain", "--lang", "en"], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    found = {}
    for line in lines:
        match = re.match(r"[245][0-9]{2} (?:[0-9.]+ )?(.*)", line)
        if match:
            found.setdefault(match.group(1), line)
    return found


def filled(text, i):
    return re.sub(r"\{(?:([0-9]+)\+)?i\}",
                  lambda match: str(int(match.group(1) or 0) + i), text)


def problem(wanted, times, client, commands, replies):
    """None, or what is wrong."""
    count, _, stays_open = times.partition(" ")
    kept = []
    for i in range(int(count)):
        reply, server = play(filled(client, i), filled(commands, i), False)
        if stays_open:
            kept.append(server)
        else:
            server.conn.close()
        if not is_positive(reply):
            return "session %d: %r" % (i, reply)
    i = int(count)
    reply, server = play(filled(client, i), filled(commands, i), True)
    server.conn.close()
    for other in kept:
        other.conn.close()
    if wanted == "+":
        return None if is_positive(reply) else "got %r" % reply
    want = wanted[1:] if wanted[0] == "=" else replies.get(wanted, "none")
    want = want.encode() + b"\r\n"
    return None if reply == want else "want %r, got %r" % (want, reply)


def main():
    replies = catalogue()
    number = int(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as stream:
        rows = [line.rstrip("\n").split("\t") for line in stream
                if not line.startswith("#")]
    for row in rows:
        number += 1
        try:
            wrong = problem(*row, replies)
        except OSError as error:
            wrong = str(error)
        print("%sok %d - %s" % ("not " if wrong else "", number,
                                " ".join(row).strip().replace("#", "")))
        if wrong:
            print("# " + wrong)


if __name__ == "__main__":
    main()
