#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replays the commands of a document, and compares what they print.

Usage: transcript.py [--write] FILE
A command is a line of an indented block that begins with "# " (it goes on in
the next line after a backslash); what it prints are the lines below it, up to
the next command or the end of the block. All run in one shell. Names of
messages, processes, times and sizes may differ: two lines are the same when
they are so without digits and hexadecimal words. Prints TAP; --write puts what
was printed into FILE instead.
"""
import re
import subprocess
import sys

INDENT = "    "
END = "--end of output--"


def blocks(lines):
    """(is_code, lines) in turn."""
    result = []
    for line in lines:
        is_code = line.startswith(INDENT)
        if not result or result[-1][0] != is_code:
            result.append((is_code, []))
        result[-1][1].append(line)
    return result


def commands(block):
    """(command lines, output lines) in turn; text before the first command is
    a pair without command."""
    pairs = [([], [])]
    is_continued = False
    for line in block:
        text = line[len(INDENT):]
        if is_continued or text.startswith("# "):
            if not is_continued:
                pairs.append(([], []))
            pairs[-1][0].append(text)
            is_continued = text.endswith("\\")
        else:
            pairs[-1][1].append(text)
    return pairs


class Shell:
    def __init__(self):
        self.process = subprocess.Popen(
            ["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace")

    def run(self, command):
        # Without standard input, and jobs in the background without ours.
        self.process.stdin.write("{ %s\n} </dev/null; echo '%s'\n" % (
            command, END))
        self.process.stdin.flush()
        output = []
        for line in self.process.stdout:
            if line.rstrip("\n").endswith(END):
                if line.rstrip("\n") != END:
                    output.append(line.rstrip("\n")[:-len(END)])
                break
            output.append(line.rstrip("\n").expandtabs())
        return output


def alike(line):
    """Without what differs from one time to the next."""
    line = re.sub(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", "DAY", line)
    line = re.sub(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b",
                  "MONTH", line)
    line = re.sub(r"\b[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}\b", "ID",
                  line)
    line = re.sub(r"\b(?=\w*\d)[0-9A-Fa-f]{7,}\b", "HEX", line)
    return re.sub(r"\s+", " ", re.sub(r"\d+", "N", line)).strip()


def main():
    is_written, file = "--write" in sys.argv, sys.argv[-1]
    with open(file, encoding="utf-8") as stream:
        lines = stream.read().split("\n")
    shell, count, new = Shell(), 0, []
    for is_code, block in blocks(lines):
        if not is_code:
            new += block
            continue
        for command, output in commands(block):
            new += [INDENT + line for line in command]
            if not command:
                new += [INDENT + line for line in output]
                continue
            got = shell.run("\n".join(command)[2:])
            new += [(INDENT + line).rstrip() for line in got]
            if is_written:
                continue
            count += 1
            is_same = [alike(x) for x in output] == [alike(x) for x in got]
            print("%s %d - %s: %s" % ("ok" if is_same else "not ok", count,
                                      file.rsplit("/", 1)[-1],
                                      command[0][2:]), flush=True)
            if not is_same:
                for title, text in ("want", output), ("got", got):
                    for line in text:
                        print("# %s: %s" % (title, line))
    if is_written:
        with open(file, "w", encoding="utf-8") as stream:
            stream.write("\n".join(new))
    else:
        print("1..%d" % count)


if __name__ == "__main__":
    main()
