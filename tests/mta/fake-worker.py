#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The supervisor's side of the spool protocol, with any answer, for tests.

Usage: fake-worker.py SPOOL FOLDER
Answers each entry with the lines of the message's field X-Verdict, which are
separated by "|": X-Verdict: Action: reject|Reply: 550 5.7.1 text
Without that field it accepts; X-Verdict: none takes the envelope away without
a verdict, X-Verdict: hang never answers. The octets of the message are left in
FOLDER/message, its envelope in FOLDER/envelope, and in FOLDER/status the
message's number of links and its group. Prints "ready" and runs until
it is killed; it looks for entries every two milliseconds.
"""
import fcntl
import grp
import os
import re
import shutil
import struct
import sys
import time


def lock(path):
    """An open-file-description write lock, as the kernel's flock64 wants it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.fcntl(fd, fcntl.F_OFD_SETLK,
                struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
    return fd


def keep(source, target):
    """target is complete at any time."""
    shutil.copyfile(source, target + ".new")
    os.rename(target + ".new", target)


def answer(spool, folder, name):
    entry = name.split(".")[0]
    claimed = os.path.join(spool, "active", name)
    message = os.path.join(spool, "msg", entry + ".eml")
    os.rename(os.path.join(spool, "incoming", name), claimed)
    keep(claimed, os.path.join(folder, "envelope"))
    keep(message, os.path.join(folder, "message"))
    status = os.stat(message)
    with open(os.path.join(folder, "status"), "w") as stream:
        stream.write("%d %s\n" % (status.st_nlink,
                                  grp.getgrgid(status.st_gid).gr_name))
    with open(message, "rb") as stream:
        head = stream.read(16384)
    found = re.search(rb"^X-Verdict: (.*?)\r?$", head, re.M | re.I)
    wanted = found.group(1) if found else b"Action: accept"
    if wanted == b"hang":
        return
    if wanted != b"none":
        verdict = os.path.join(spool, "verdict", "." + entry)
        with open(verdict, "wb") as stream:
            stream.write(b"Spool-Verdict: 1\nId: %s\nSize: %d\n%s\nEnd: 1\n" % (
                entry.encode(), os.path.getsize(message),
                wanted.replace(b"|", b"\n")))
        os.rename(verdict, os.path.join(spool, "verdict", entry))
    os.unlink(claimed)


def sweep(spool):
    for entry in os.listdir(os.path.join(spool, "verdict")):
        if not os.path.exists(os.path.join(spool, "msg", entry + ".eml")):
            os.unlink(os.path.join(spool, "verdict", entry))


def main():
    spool, folder = sys.argv[1:]
    lock(os.path.join(spool, "run", "alive"))
    print("ready", flush=True)
    while True:
        for name in os.listdir(os.path.join(spool, "incoming")):
            try:
                answer(spool, folder, name)
            except FileNotFoundError:
                pass            # its submitter has given up
        sweep(spool)
        time.sleep(0.002)


if __name__ == "__main__":
    main()
