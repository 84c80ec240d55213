#!/usr/bin/env python3
"""tests/spool_client.py - a client of the spool, from docs/spool-protocol.md alone.
SPDX-License-Identifier: GPL-2.0-or-later

    spool_client.py SPOOL FILE [KEY=VALUE ...]

Prints the reply, "accept" or "discard". Uses nothing of mailweir's.
"""
import fcntl, os, re, struct, sys, time

ERROR = "451 4.3.0 Requested action aborted: local error in processing"
REPLY = re.compile(r"(?!421)([45])[0-9][0-9] \1\.[0-9]{1,3}\.[0-9]{1,3} [ -~]+")
POLL = [0.001, 0.001, 0.002, 0.002, 0.005, 0.005, 0.01, 0.01, 0.02, 0.02]


def code(value):
    """Octets other than 33..126, and the per cent sign, as %XX."""
    return "".join(chr(o) if 33 <= o <= 126 and o != 37 else "%%%02X" % o
                   for o in value)


def is_alive(spool):
    """Does somebody hold the write lock (F_OFD_GETLK is 36)?"""
    try:
        with open(spool + "/run/alive", "rb") as file:
            lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
            held = fcntl.fcntl(file, 36, lock)
            return struct.unpack("hhqqi4x", held)[0] != fcntl.F_UNLCK
    except OSError:
        return False


def write(path, octets):
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    os.fchmod(fd, 0o640)
    while octets:
        octets = octets[os.write(fd, octets):]
    return fd


def parse(text, spool_id, size):
    """(answer, header fields) of a verdict; ValueError: it is broken."""
    lines = text.decode("ascii").split("\n")
    if lines[0] != "Spool-Verdict: 1" or lines[-2:] != ["End: 1", ""]:
        raise ValueError("not complete")
    fields = {}
    for line in lines[1:-2]:
        key, colon, value = line.partition(": ")
        if not colon or (key in fields and key not in ("Reply", "Header")):
            raise ValueError(line)
        if key.startswith("Must-"):
            raise ValueError(line)
        fields.setdefault(key, []).append(value)
    if fields["Id"] != [spool_id] or fields["Size"] != [str(size)]:
        raise ValueError("of another message")
    action, replies = fields["Action"][0], fields.get("Reply", [])
    if action in ("accept", "discard") and not replies:
        return action, fields.get("Header", [])
    if action not in ("reject", "defer") or not 1 <= len(replies) <= 8:
        raise ValueError("action " + action)
    for reply in replies:
        if (not REPLY.fullmatch(reply) or len(reply) > 500 or
                reply.split(" ")[:2] != replies[0].split(" ")[:2] or
                (reply[0] == "5") != (action == "reject")):
            raise ValueError(reply)
    return "\n".join(replies), []


def submit(spool, message, envelope=(), wait=240, unclaimed=60):
    """The answer to give for the message (octets) and the header fields."""
    spool_id = "%010x%05x" % divmod(time.time_ns() // 1000, 10**6)
    spool_id += os.urandom(8).hex()
    eml, ticket, begin = "/%s.eml" % spool_id, -1, time.monotonic()
    if not is_alive(spool) or os.path.exists(spool + "/run/full"):
        return ERROR, []
    try:
        os.close(write(spool + "/tmp" + eml, message))
        os.rename(spool + "/tmp" + eml, spool + "/msg" + eml)
        lines = ["Spool-Envelope: 1", "Id: " + spool_id,
                 "Size: %d" % len(message), "Submit-Time: %d" % time.time(),
                 "Wait: %d" % wait, "Submitter: python"]
        lines += ["%s: %s" % (key, code(value)) for key, value in envelope]
        name = "/%s.a0" % spool_id
        ticket = write(spool + "/tmp" + name,
                       "\n".join(lines + ["End: 1", ""]).encode())
        fcntl.flock(ticket, fcntl.LOCK_EX)
        os.rename(spool + "/tmp" + name, spool + "/incoming" + name)
        steps = iter(POLL)
        while os.fstat(ticket).st_nlink > 0:
            waited = time.monotonic() - begin
            if waited > wait or (waited > unclaimed and
                                 os.path.exists(spool + "/incoming" + name)):
                return ERROR, []
            time.sleep(next(steps, 0.05))
        with open(spool + "/verdict/" + spool_id, "rb") as file:
            return parse(file.read(), spool_id, len(message))
    except (OSError, ValueError, KeyError):
        return ERROR, []
    finally:
        leftovers = ["/incoming/%s.a%d" % (spool_id, n) for n in range(100)
                     if ticket != -1 and os.fstat(ticket).st_nlink > 0]
        for path in leftovers + ["/tmp/%s.a0" % spool_id, "/tmp" + eml, "/msg" + eml]:
            try:
                os.unlink(spool + path)
            except OSError:
                pass
        if ticket != -1:
            os.close(ticket)


if __name__ == "__main__":
    with open(sys.argv[2], "rb") as source:
        answer, headers = submit(sys.argv[1], source.read(), [
            (key, value.encode()) for key, value in
            (argument.split("=", 1) for argument in sys.argv[3:])])
    print("\n".join([answer] + headers))
