#!/usr/bin/env python3
"""extract.py - messages out of the package of SpamAssassin's public corpus.
SPDX-License-Identifier: GPL-2.0-or-later

extract.py PACKAGE FOLDER: PACKAGE/data/SET/*.txt to FOLDER/SET/*.eml, octets
unchanged but for the first line, which is a mailbox file's.
"""
import os
import sys

package, folder = sys.argv[1:3]
data = os.path.join(package, "data")
for name in sorted(os.listdir(data)):
    source, target = os.path.join(data, name), os.path.join(folder, name)
    if not os.path.isdir(source):
        continue
    os.makedirs(target, exist_ok=True)
    for file in sorted(os.listdir(source)):
        if not file.endswith(".txt"):
            continue
        with open(os.path.join(source, file), "rb") as message:
            octets = message.read()
        if octets.startswith(b"From "):
            octets = octets[octets.index(b"\n") + 1:]
        with open(os.path.join(target, file[:-4] + ".eml"), "wb") as message:
            message.write(octets)
