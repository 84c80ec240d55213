#!/usr/bin/env python3
"""tests/faults.py - the spool shown by faults, with real processes.
SPDX-License-Identifier: GPL-2.0-or-later

    faults.py short|long [SECTION ...]

Prints TAP. MAILWEIR is the program, STOP_AT_STEP the library made from
stop-at-step.c. Sections: storm steps full planted crowd stopped poison users.
Only processes that are begun here are killed, by their id.
"""
import contextlib
import fcntl
import grp
import os
import pwd
import random
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import spool_client

MAILWEIR = os.environ["MAILWEIR"]
ERROR = spool_client.ERROR
ILLEGAL = "552 5.7.0 Illegal Attachment"
CONF = """[rules]
use-system-database = no
[content]
starter-rules = no
[spool]
reserve-octets = 0
reserve-inodes = 0
"""
ENDED = object()
count = 0
figures = []


def ok(name, truth, *remarks):
    global count
    count += 1
    print("%sok %d - %s" % ("" if truth else "not ", count, name), flush=True)
    if not truth:
        for remark in remarks:
            print("# " + str(remark).replace("\n", "\n# "), flush=True)


def is_(name, want, got):
    ok(name, want == got, "want: %r" % (want,), "got:  %r" % (got,))


def skip(name, why):
    global count
    count += 1
    print("ok %d - %s # SKIP %s" % (count, name, why), flush=True)


def figure(text, *values):
    """Of the long form, repeated at the end."""
    figures.append(text % values)
    print("# " + figures[-1], flush=True)


def poll(condition, seconds=60):
    """Until it holds; bounded. Its last value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


def clean(n):
    return b"Subject: %d\r\n\r\nNothing wrong with %d.\r\n" % (n, n)


def bad(n):
    return (b"Subject: %d\r\nMIME-Version: 1.0\r\nContent-Type: application/"
            b"octet-stream; name=\"%d.exe\"\r\n\r\nx\r\n" % (n, n))


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


class Bench:
    """A spool with its supervisor."""
    benches = []

    def __init__(self, conf="", path=None, options=(), workers=2):
        self.work = tempfile.mkdtemp(prefix="mailweir-faults.")
        self.spool = path or self.work + "/spool"
        self.conf = self.work + "/conf"
        self.log = self.work + "/log"
        self.workers = workers
        self.process = None
        Bench.benches.append(self)
        with open(self.conf, "w") as file:
            file.write(CONF + conf)
        subprocess.run([MAILWEIR, "spool", "init", *options, self.spool],
                       check=True)

    def start(self, **keywords):
        self.begin(**keywords)
        if not poll(self.is_ready):
            print("Bail out! the supervisor does not start: " + self.logged())
            sys.exit(1)

    def begin(self, **keywords):
        self.mark = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [MAILWEIR, "work", "--config", self.conf,
                 "--workers", str(self.workers), self.spool],
                stdout=subprocess.DEVNULL, stderr=log, **keywords)

    def is_ready(self):
        return "\nready:" in "\n" + self.logged()

    def logged(self):
        with open(self.log, errors="replace") as file:
            file.seek(self.mark)
            return file.read()

    def generation(self):
        """The child that has children."""
        with_children = [pid for pid in children(self.process.pid)
                         if children(pid)]
        return with_children[0] if with_children else None

    def scanners(self):
        generation = self.generation()
        return children(generation) if generation else []

    def kill(self, signal_=signal.SIGKILL):
        self.process.send_signal(signal_)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        return self.process.returncode

    def submit(self, message, **keywords):
        return spool_client.submit(self.spool, message, **keywords)[0]

    def files(self, *folders):
        return sorted(
            folder + "/" + name for folder in folders or
            ("tmp", "msg", "incoming", "active", "verdict")
            for name in os.listdir(self.spool + "/" + folder))

    def age(self, name):
        with contextlib.suppress(OSError):
            return time.time() - os.lstat(self.spool + "/" + name).st_ctime
        return 1e9

    def check(self, *options):
        """What 'spool check' finds; empty: nothing."""
        return subprocess.run([MAILWEIR, "spool", "check", *options,
                               self.spool], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True).stdout

    def place(self, name, message, envelope=None, hold=True, at="incoming"):
        """An entry written by hand. The ticket, held."""
        if message is not None:
            with open("%s/msg/%s.eml" % (self.spool, name), "wb") as file:
                file.write(message)
        if envelope is None:
            envelope = b"Spool-Envelope: 1\nId: %s\nSize: %d\nEnd: 1\n" % (
                name.encode(), len(message))
        path = "%s/%s.a0" % (self.spool + "/tmp", name)
        ticket = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
        os.write(ticket, envelope)
        if hold:
            fcntl.flock(ticket, fcntl.LOCK_EX)
        os.rename(path, "%s/%s/%s.a0" % (self.spool, at, name))
        return ticket

    def answer(self, name, ticket, seconds=60):
        """Of an entry placed by hand; its message goes."""
        if not poll(lambda: os.fstat(ticket).st_nlink == 0, seconds):
            return None
        os.close(ticket)
        text = self.verdict(name)
        with contextlib.suppress(OSError):
            os.unlink("%s/msg/%s.eml" % (self.spool, name))
        return text

    def verdict(self, name):
        try:
            with open(self.spool + "/verdict/" + name) as file:
                lines = file.read().split("\n")
        except OSError:
            return ERROR
        if lines[-2:] != ["End: 1", ""]:
            return "incomplete"
        return next((line[7:] for line in lines if line.startswith("Reply: ")),
                    "accept")

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        if self in Bench.benches:
            Bench.benches.remove(self)
        shutil.rmtree(self.work, ignore_errors=True)


# --- 1. processes that are killed at random ----------------------------------

class Submitter:
    """A process that hands over one message at a time, as it is told to."""

    def __init__(self, bench):
        self.number = None      # what it was told and has not answered
        self.socket, theirs = socket.socketpair(socket.AF_UNIX,
                                                socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.socket.close()
                self.work(bench, theirs)
            finally:
                os._exit(1)
        theirs.close()

    @staticmethod
    def work(bench, orders):
        while True:
            number = int(orders.recv(16))
            # A mail server that is refused at once tries again.
            poll(lambda: spool_client.is_alive(bench.spool), 20)
            answer = bench.submit(
                bad(number) if number % 2 else clean(number), wait=60)
            orders.send(answer.encode())

    def give(self, number):
        self.number = number
        self.socket.send(b"%d" % number)

    def take(self):
        """Its answer; None: there is none."""
        try:
            return self.socket.recv(1000, socket.MSG_DONTWAIT).decode() or None
        except (BlockingIOError, ConnectionResetError):
            return None

    def kill(self):
        """The answer that it had given already, or None."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        answer = self.take() if self.number is not None else None
        self.socket.close()
        return answer


class Storm:
    """Submitters at work, and what they were answered."""
    KINDS = ("worker", "generation", "supervisor", "submitter")
    N_SUBMITTERS = 8

    def __init__(self, bench):
        self.bench = bench
        self.submitters = []
        self.answers = {}       # by number
        self.dead = []          # numbers that went with their submitter
        self.sent = self.restarts = 0
        self.kills = dict.fromkeys(self.KINDS, 0)

    def collect(self):
        waiting = [one.socket for one in self.submitters
                   if one.number is not None]
        readable = select.select(waiting, [], [], 0.005)[0]
        for one in self.submitters:
            if one.socket in readable:
                self.answers[one.number] = one.take()
                one.number = None

    def hand_out(self):
        for one in self.submitters:
            if one.number is None:
                one.give(self.sent)
                self.sent += 1

    def keep_up(self):
        if self.bench.process.poll() is not None:
            self.restarts += 1
            self.bench.begin()
        while len(self.submitters) < self.N_SUBMITTERS:
            self.submitters.append(Submitter(self.bench))

    def under_way(self):
        return sum(one.number is not None for one in self.submitters)

    def kill_submitter(self, one):
        self.submitters.remove(one)
        answer = one.kill()
        if answer is not None:
            self.answers[one.number] = answer
        elif one.number is not None:
            self.dead.append(one.number)

    def strike(self):
        """Kills one. False: there is nothing to disturb."""
        if not self.bench.is_ready():
            return False
        kind = random.choice(self.KINDS)
        victims = {"submitter": self.submitters,
                   "supervisor": [self.bench.process.pid],
                   "generation": [self.bench.generation()],
                   "worker": self.bench.scanners()}[kind]
        victims = [victim for victim in victims if victim]
        if not victims:
            return False
        victim = random.choice(victims)
        if kind == "submitter":
            self.kill_submitter(victim)
        else:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                return False
        self.kills[kind] += 1
        return True


def verdicts_logged(bench):
    """{id: codes of those accepted or refused}, of the whole log."""
    given = {}
    with open(bench.log, errors="replace") as file:
        for line in file:
            match = re.match(
                r"(\S+): (?:accept|reject), (\d{3} \S+) ", line)
            if match:
                given.setdefault(match[1], set()).add(match[2])
    return given


def storm(is_long):
    messages, min_kills = (5000, 1000) if is_long else (200, 0)
    bench = Bench("leftover-age = 1\n[work]\nmax-attempts = 9\n", workers=4)
    bench.start()
    run = Storm(bench)
    next_strike = time.monotonic() + 0.1
    end = time.monotonic() + (3600 if is_long else 120)
    while time.monotonic() < end:
        is_enough = (run.sent >= messages and all(run.kills.values()) and
                     sum(run.kills.values()) >= min_kills)
        if is_enough and run.under_way() == 0:
            break
        run.keep_up()
        if not is_enough:
            run.hand_out()
        run.collect()
        # Towards the end the last ones are left in peace.
        if time.monotonic() >= next_strike and not is_enough and run.strike():
            next_strike = time.monotonic() + 0.1
    lost = [one.number for one in run.submitters if one.number is not None]
    for one in run.submitters:
        one.kill()
    right = own = 0
    wrong = []
    for number, answer in run.answers.items():
        want = ILLEGAL if number % 2 else "accept"
        right += answer == want
        own += answer == ERROR
        if answer not in (want, ERROR):
            wrong.append((number, answer))
    figure("storm: %d messages: %d right verdicts, %d wrong, %d own 451, %d "
           "without an answer, %d killed with their submitter; %d kills %s, "
           "%d restarts", run.sent, right, len(wrong), own, len(lost),
           len(run.dead), sum(run.kills.values()), run.kills, run.restarts)
    is_("storm: every message of a living submitter is answered", [], lost)
    is_("storm: none is unaccounted for", run.sent,
        len(run.answers) + len(run.dead) + len(lost))
    is_("storm: no answer is wrong", [], wrong)
    is_("storm: no entry had two verdicts", {}, {
        name: replies for name, replies in verdicts_logged(bench).items()
        if len(replies) > 1})
    ok("storm: most answers are verdicts", right >= own, right, own)
    ok("storm: kills of every kind", all(run.kills.values()) and
       sum(run.kills.values()) >= min_kills, run.kills)

    def finish():
        """The spool is looked at when what is left over is old enough."""
        poll(bench.is_ready)
        poll(lambda: all(bench.age(name) > 8 for name in bench.files()), 20)
        bench.stop()
        is_("storm: at the end the spool is empty", [], bench.files())
        is_("storm: and in order", "", bench.check())
        bench.close()
    return finish


# --- 2. a stop behind each file operation ------------------------------------

def steps(is_long):
    bench = Bench("[quarantine]\nreplies = 552\n", workers=1)
    waiting, found, answers, last = {}, [], [], 0
    environment = dict(os.environ, LD_PRELOAD=os.environ["STOP_AT_STEP"],
                       ASAN_OPTIONS="verify_asan_link_order=0")

    def run(stop_at):
        with open(bench.log, "ab") as log:
            return subprocess.run(
                [MAILWEIR, "work", "--once", "--workers", "1", "--config",
                 bench.conf, bench.spool], stderr=log,
                env=dict(environment, STOP_AT=str(stop_at))).returncode

    def collect():
        for name in [name for name in waiting
                     if os.fstat(waiting[name]).st_nlink == 0]:
            answers.append((name, bench.answer(name, waiting.pop(name))))

    stop_at, status = 1, -signal.SIGKILL
    while status == -signal.SIGKILL and stop_at < 1000:
        for kind, message in ("clean", clean), ("bad", bad):
            name = "%s-step-%08d" % (kind, stop_at)
            waiting[name] = bench.place(name, message(stop_at))
        status = run(stop_at)
        problems = bench.check()
        if problems:
            found.append("step %d: %s" % (stop_at, problems))
        collect()
        last, stop_at = stop_at, stop_at + (1 if is_long else 3)
    is_("steps: the last run comes to its end", 0, status)
    ok("steps: there are many (%d)" % last, last > 30, last)
    ok("steps: each leads to a state of the table", not found, *found)
    run(0)
    collect()
    is_("steps: every submitter is answered", {}, waiting)
    wrong = [(name, answer) for name, answer in answers if answer not in
             (ERROR, ILLEGAL if name.startswith("bad") else "accept")]
    is_("steps: no answer is wrong", [], wrong)
    verdicts = sum(answer != ERROR for _, answer in answers)
    ok("steps: most answers are verdicts", verdicts * 2 > len(answers),
       "%d of %d" % (verdicts, len(answers)))
    figure("steps: stopped behind %d file operations; %d answers, %d of them "
           "verdicts, %d wrong", last - 1, len(answers), verdicts, len(wrong))
    run(0)
    is_("steps: the spool is empty", [], bench.files())
    kept = {name.split(".")[0] for name in os.listdir(
        bench.spool + "/quarantine")}
    is_("steps: what was refused is in quarantine", [], [
        name for name, answer in answers
        if answer == ILLEGAL and name not in kept])
    bench.close()


# --- 3. full disk, no inodes, no descriptors ----------------------------------

@contextlib.contextmanager
def small_disk(options):
    path = tempfile.mkdtemp(prefix="mailweir-disk.")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs",
                           path], stderr=subprocess.DEVNULL).returncode
    try:
        yield path if done == 0 else None
    finally:
        if done == 0:
            subprocess.run(["umount", "-l", path])
        os.rmdir(path)


def fill_octets(path):
    with open(path, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
    return [path]


def fill_inodes(path):
    made = []
    with contextlib.suppress(OSError):
        while True:
            made.append("%s.%d" % (path, len(made)))
            os.close(os.open(made[-1], os.O_CREAT))
    return made[:-1]


def full_disk(kind, options, fill, conf, word):
    with small_disk(options) as disk:
        if disk is None:
            skip("full: " + kind, "no tmpfs can be mounted here")
            return
        bench = Bench("[quarantine]\nreplies = 552\n", path=disk + "/spool")
        bench.start()
        is_(kind + ": before, all is well", "accept", bench.submit(clean(1)))
        os.kill(bench.process.pid, signal.SIGSTOP)
        first = bench.place("first-entry-00001", clean(2))
        made = fill(disk + "/filler")
        is_(kind + ": a message that cannot be written gets 451", ERROR,
            bench.submit(clean(5), wait=20))
        os.kill(bench.process.pid, signal.SIGCONT)
        is_(kind + ": the reserve holds one verdict", "accept",
            bench.answer("first-entry-00001", first))
        # What it still frees, and its reserve, would be room for what is to
        # be quarantined.
        poll(lambda: not bench.files())
        os.kill(bench.process.pid, signal.SIGSTOP)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(bench.spool + "/run/reserve")
        for path in made:
            os.unlink(path)
        second = bench.place("second-entry-0001", bad(3))
        third = bench.place("third-entry-00001", clean(4))
        made = fill(disk + "/filler")
        os.kill(bench.process.pid, signal.SIGCONT)
        is_(kind + ": what cannot be quarantined is not refused", ERROR,
            bench.answer("second-entry-0001", second))
        ok(kind + ": nor is anything accepted without a verdict",
           bench.answer("third-entry-00001", third) in ("accept", ERROR))
        for path in made:
            os.unlink(path)
        is_(kind + ": with room again, all is well", ILLEGAL,
            bench.submit(bad(6)))
        is_(kind + ": and it is kept", 4, len(bench.files("quarantine")))
        bench.stop()
        is_(kind + ": nothing is left behind", ([], ""),
            (bench.files(), bench.check()))
        # With a mark, nobody gets that far.
        with open(bench.conf, "w") as file:
            file.write(CONF.replace(conf[0], conf[1]))
        bench.start()
        made = fill(disk + "/filler")
        ok(kind + ": the flag is raised",
           poll(lambda: os.path.exists(bench.spool + "/run/full")))
        begin = time.monotonic()
        answer = bench.submit(clean(7))
        is_(kind + ": then the answer is 451", ERROR, answer)
        ok(kind + ": at once", time.monotonic() - begin < 5)
        for path in made:
            os.unlink(path)
        ok(kind + ": and lowered", poll(
            lambda: not os.path.exists(bench.spool + "/run/full")))
        is_(kind + ": messages are taken again", "accept",
            bench.submit(clean(8)))
        ok(kind + ": the log says why", word in bench.logged())
        bench.close()


def full(is_long):
    full_disk("disk", "size=2m", fill_octets,
              ("reserve-octets = 0", "reserve-octets = 200K"),
              "reserve-octets")
    full_disk("inodes", "size=8m,nr_inodes=200", fill_inodes,
              ("reserve-inodes = 0", "reserve-inodes = 20"),
              "reserve-inodes")
    bench = Bench()
    bench.start()
    limit = resource.prlimit(bench.process.pid, resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/%d/fd" % bench.process.pid))
    for room in range(4):
        resource.prlimit(bench.process.pid, resource.RLIMIT_NOFILE,
                         (used + room, limit[1]))
        # Not claimed, or claimed and not opened: 451 either way, in the end.
        answer = bench.submit(clean(room), wait=3)
        ok("descriptors: with %d to spare" % room,
           answer in (ERROR, "accept"), answer)
    resource.prlimit(bench.process.pid, resource.RLIMIT_NOFILE, limit)
    is_("descriptors: with more of them, all is well", ILLEGAL,
        bench.submit(bad(1)))
    bench.stop()
    is_("descriptors: nothing is left behind", ([], ""),
        (bench.files(), bench.check()))
    bench.close()


# --- 4. what somebody plants ---------------------------------------------------

def planted(is_long):
    bench = Bench()
    bench.start()
    spool = bench.spool
    begin = b"Spool-Envelope: 1\nId: %s\nSize: 5\n"

    def answer(case, message, envelope=None, prepare=None):
        name = ("planted-" + case).ljust(20, "0")
        if prepare is not None:
            prepare(spool + "/msg/" + name + ".eml")
        if envelope is not None and b"%s" in envelope:
            envelope = envelope % name.encode()
        return bench.answer(name, bench.place(name, message, envelope))

    five = begin + b"End: 1\n"
    is_("planted: an entry in order", "accept", answer("good", b"a:b\r\n", five))
    for case, message, envelope, prepare in (
            ("symlink", None, five, lambda p: os.symlink("/etc/hostname", p)),
            ("fifo", None, five, os.mkfifo),
            ("directory", None, five, os.mkdir),
            ("nothing", None, five, None),
            ("short", b"a:b\n", five, None),
            ("long", b"a:b\r\nc", five, None),
            ("cut", b"a:b\r\n", begin + b"Sender: a", None),
            ("no-end", b"a:b\r\n", begin, None),
            ("no-lf", b"a:b\r\n", b"Spool-Envelope: 1" * 100000, None),
            ("endless", b"a:b\r\n", begin + b"X: " + b"x" * 300000, None),
            ("empty", b"a:b\r\n", b"", None),
            ("binary", b"a:b\r\n", bytes(range(256)), None),
            ("other-id", b"a:b\r\n",
             five.replace(b"%s", b"0123456789abcdef"), None),
            ("later", b"a:b\r\n", five.replace(b": 1\nI", b": 2\nI"), None),
            ("must", b"a:b\r\n", begin + b"Must-X: 1\nEnd: 1\n", None)):
        is_("planted: " + case, ERROR, answer(case, message, envelope, prepare))
    is_("planted: unknown keys do not matter", "accept",
        answer("unknown", b"a:b\r\n", begin + b"X-Y: 1\nEnd: 1\n"))
    shutil.rmtree(spool + "/msg/planted-directory000.eml", ignore_errors=True)
    if os.geteuid() == 0:
        is_("planted: a foreign owner", ERROR, answer(
            "foreign", None, five, lambda p: (
                os.close(os.open(p, os.O_CREAT | os.O_WRONLY)),
                os.truncate(p, 5), os.chown(p, 54321, 54321))))
        incoming = spool + "/incoming/planted-device00000.a0"
        os.mknod(incoming, 0o600 | 0o020000, os.makedev(1, 5))
        ok("planted: a device is removed",
           poll(lambda: not os.path.exists(incoming)))
    else:
        skip("planted: a foreign owner, a device", "needs root")
    os.symlink("/etc/hostname", spool + "/incoming/planted-link-00000.a0")
    for name in ("x", "-rf", "a b", "new\nline", "x" * 250, "0" * 64 + ".a100",
                 "planted-name-000.a00", "planted-name-000.A0"):
        with open(spool + "/incoming/" + name, "w"):
            pass
    ok("planted: bad names go out of the way",
       poll(lambda: not bench.files("incoming")), bench.files("incoming"))
    is_("planted: the service goes on", ILLEGAL, bench.submit(bad(1)))

    # A message cut while it is examined.
    for pid in bench.scanners():
        os.kill(pid, signal.SIGSTOP)
    ticket = bench.place("truncated-message", clean(2) * 1000)
    ok("planted: a stopped worker has it",
       poll(lambda: not bench.files("incoming")))
    os.truncate(spool + "/msg/truncated-message.eml", 1000)
    for pid in bench.scanners():
        os.kill(pid, signal.SIGCONT)
    is_("planted: a message cut under scan", ERROR,
        bench.answer("truncated-message", ticket))
    bench.stop()
    is_("planted: nothing is left behind", ([], ""),
        (bench.files(), bench.check()))
    # Another boot.
    with open(spool + "/run/boot", "w") as file:
        file.write("another\n")
    for path in ("tmp/x", "msg/y.eml", "incoming/z", "active/a", "verdict/b"):
        with open(spool + "/" + path, "w"):
            pass
    bench.start()
    is_("planted: after another boot the spool is empty", [], bench.files())
    bench.close()


def crowd(is_long):
    names = 1000000 if is_long else 50000
    bench = Bench()
    for n in range(names):
        os.close(os.open("%s/incoming/bad name %d" % (bench.spool, n),
                         os.O_CREAT, 0o640))
    begin = time.monotonic()
    bench.start()
    ticket = bench.place("in-the-crowd-0001", bad(1))
    is_("crowd: an entry among %d names is answered" % names, ILLEGAL,
        bench.answer("in-the-crowd-0001", ticket, 600))
    ok("crowd: the names go",
       poll(lambda: len(os.listdir(bench.spool + "/incoming")) == 0, 1200))
    figure("crowd: %d names gone in %.1f seconds", names,
           time.monotonic() - begin)
    ok("crowd: few are kept",
       poll(lambda: len(bench.files("corrupt")) <= 200, 60),
       len(bench.files("corrupt")))
    ok("crowd: few are logged", len(bench.logged()) < names * 2,
       len(bench.logged()))
    bench.stop()
    is_("crowd: the spool is in order", "", bench.check())
    bench.close()


def stopped(is_long):
    bench = Bench("unclaimed-wait = 0.5\nmax-depth = 3\n", workers=1)
    is_("stopped: nobody works", ERROR, bench.submit(clean(1)))
    bench.start()

    def submit(message, *options):
        return subprocess.run(
            [MAILWEIR, "submit", "--config", bench.conf, *options,
             bench.spool, "-"], input=message, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    is_("stopped: before", b"accept\n", submit(clean(2)).stdout)
    for pid in bench.scanners():
        os.kill(pid, signal.SIGSTOP)
    done = submit(clean(3), "--wait", "1")
    is_("stopped: a stopped worker costs the submitter its own limit",
        (ERROR + "\n").encode(), done.stdout)
    ok("stopped: which it names", b"within 1 seconds" in done.stderr,
       done.stderr)
    ok("stopped: the supervisor drops it",
       poll(lambda: "nobody waits any more" in bench.logged()))
    is_("stopped: and another worker goes on", (ILLEGAL + "\n").encode(),
        submit(bad(4)).stdout)
    os.kill(bench.process.pid, signal.SIGSTOP)
    done = submit(clean(5))
    os.kill(bench.process.pid, signal.SIGCONT)
    is_("stopped: what nobody claims is given up",
        (ERROR + "\n").encode(), done.stdout)
    ok("stopped: for that reason", b"unclaimed-wait" in done.stderr,
       done.stderr)
    is_("stopped: the supervisor goes on", b"accept\n", submit(clean(6)).stdout)

    # More than max-depth wait.
    flag = bench.spool + "/run/full"
    for pid in bench.scanners():
        os.kill(pid, signal.SIGSTOP)
    names = ["waiting-entry-%04d" % n for n in range(5)]
    tickets = [bench.place(name, clean(n)) for n, name in enumerate(names)]
    ok("depth: the flag is raised", poll(lambda: os.path.exists(flag)))
    is_("depth: nothing more is taken", ERROR, bench.submit(clean(7)))
    for pid in bench.scanners():
        os.kill(pid, signal.SIGCONT)
    is_("depth: what waits is answered", {"accept"},
        {bench.answer(*pair) for pair in zip(names, tickets)})
    ok("depth: and the flag lowered", poll(lambda: not os.path.exists(flag)))
    bench.stop()
    is_("stopped: nothing is left behind", ([], ""),
        (bench.files(), bench.check()))
    bench.close()


# --- poison, and what people do with what is kept --------------------------------

def mailweir(*arguments):
    done = subprocess.run([MAILWEIR, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def kill_under_scan(bench, name, message):
    """Hands it over and kills the worker that has it."""
    for pid in bench.scanners():
        os.kill(pid, signal.SIGSTOP)
    ticket = bench.place(name, message)
    poll(lambda: not bench.files("incoming"))
    for pid in bench.scanners():
        os.kill(pid, signal.SIGKILL)
    return bench.answer(name, ticket)


def poison(is_long):
    bench = Bench("[work]\nmax-attempts = 2\n[quarantine]\n"
                  "replies = 552 5.7.0\ndiscard = 552\n", workers=1)
    bench.start()
    is_("poison: one crash, then another worker tries", "accept",
        kill_under_scan(bench, "survivor-message0", clean(1)))
    bench.stop()
    with open(bench.conf) as file:
        text = file.read()
    with open(bench.conf, "w") as file:
        file.write(text.replace("max-attempts = 2", "max-attempts = 1"))
    bench.start()
    is_("poison: the last attempt", ERROR,
        kill_under_scan(bench, "poisonous-message", clean(2)))
    is_("poison: is kept with its record", [
        "corrupt/poisonous-message." + suffix
        for suffix in ("eml", "env", "json", "verdict")],
        bench.files("corrupt"))
    begin = bench.logged().count("attempt 1 failed")
    is_("poison: a retry gets 451", ERROR, bench.submit(clean(2)))
    ok("poison: without a scan", "poison" in bench.logged() and
       bench.logged().count("attempt 1 failed") == begin)
    is_("poison: the same size is not enough", "accept",
        bench.submit(clean(3)))
    bench.stop()
    bench.start()
    is_("poison: it is remembered over a restart", ERROR,
        bench.submit(clean(2)))
    status, listed = mailweir("poison", "list", bench.spool)
    ok("poison: list", status == 0 and "poisonous-message" in listed and
       "worker" in listed, listed)
    status, shown = mailweir("poison", "show", bench.spool, "poisonous-message")
    ok("poison: show", status == 0 and "Spool-Envelope" in shown and
       '"record":1' in shown, shown)
    is_("poison: release", (0, ""), mailweir(
        "poison", "release", bench.spool, "poisonous-message"))
    is_("poison: then it is scanned again", "accept", bench.submit(clean(2)))
    status, text = mailweir("poison", "delete", bench.spool, "no-such-message-0")
    ok("poison: what is not there", status == 66 and "no such" in text, text)

    # Quarantine: the same words.
    is_("quarantine: discard", "discard", bench.submit(
        bad(7), envelope=[("Sender", b"a@b"), ("Recipient", b"c d@e"),
                          ("Recipient", b"-f")]))
    is_("quarantine: what is accepted is not kept", "accept",
        bench.submit(clean(8)))
    status, listed = mailweir("quarantine", "list", bench.spool)
    name = listed.split(" ")[0]
    ok("quarantine: list", listed.count("\n") == 1 and "7.exe" in listed,
       listed)
    with open("%s/quarantine/%s.eml" % (bench.spool, name), "rb") as file:
        is_("quarantine: the message, octet for octet", bad(7), file.read())
    script = bench.work + "/sendmail"
    with open(script, "w") as file:
        file.write('#!/bin/sh\nprintf "%%s\\n" "$@" >%s/arguments\n'
                   'cat >%s/released\n' % (bench.work, bench.work))
    os.chmod(script, 0o755)
    is_("quarantine: release", (0, ""), mailweir(
        "quarantine", "release", "--sendmail", script, bench.spool, name))
    with open(bench.work + "/arguments") as file:
        is_("quarantine: to its recipients",
            "-G -i -f a@b -- c d@e -f", " ".join(file.read().split("\n")[:-1]))
    with open(bench.work + "/released", "rb") as file:
        is_("quarantine: what is released", bad(7), file.read())
    is_("quarantine: is kept no longer", [], bench.files("quarantine"))
    bench.stop()
    is_("poison: nothing is left behind", ([], ""),
        (bench.files(), bench.check()))
    bench.close()


# --- 8. users -------------------------------------------------------------------------

def as_user(user, function):
    """In a child with the user's ids; what it returns, or the errno."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.initgroups(user, pwd.getpwnam(user).pw_gid)
        os.setgid(pwd.getpwnam(user).pw_gid)
        os.setuid(pwd.getpwnam(user).pw_uid)
        try:
            answer = str(function())
        except OSError as error:
            answer = error.strerror
        os.write(into, answer.encode())
        os._exit(0)
    os.close(into)
    os.waitpid(pid, 0)
    with os.fdopen(out) as file:
        return file.read()


@contextlib.contextmanager
def accounts():
    prefix = "mwt%d" % (os.getpid() % 100000)
    group = prefix + "s"
    users = [prefix + letter for letter in "wabx"]
    try:
        subprocess.run(["groupadd", "-r", group], check=True)
        for user in users:
            extra = [] if user.endswith("x") else ["-G", group]
            subprocess.run(["useradd", "-r", "-M", "-s", "/bin/false", "-U",
                            *extra, user], check=True)
        yield group, users
    finally:
        for user in users:
            subprocess.run(["userdel", "-f", user], stderr=subprocess.DEVNULL)
        for name in [group] + users:
            subprocess.run(["groupdel", name], stderr=subprocess.DEVNULL)


def users(is_long):
    if os.geteuid() != 0 or not shutil.which("useradd"):
        skip("users: table of rights", "needs root and useradd")
        return
    with accounts() as (group, (worker, a, b, stranger)), contextlib.closing(
            Bench("fsync = full\n[work]\nsubmitters = %s; %s\n" % (a, b),
                  options=(
                "--user", worker, "--group", group, "--readers", stranger))) \
            as bench:
        os.chmod(bench.work, 0o755)
        spool = bench.spool
        is_("users: what init made is in order", "", bench.check())
        entry = pwd.getpwnam(worker)
        bench.start(user=worker, group=entry.pw_gid,
                    extra_groups=[grp.getgrnam(group).gr_gid])
        for user in a, b:
            is_("users: %s submits" % user[-1], ILLEGAL,
                as_user(user, lambda: bench.submit(bad(1))))
        is_("users: and a stranger does not", ERROR,
            as_user(stranger, lambda: bench.submit(clean(1))))
        is_("users: submit by way of the socket", "accept\n", as_user(
            a, lambda: subprocess.run(
                [MAILWEIR, "submit", "--config", bench.conf, spool, "-"],
                input=clean(2).decode(), stdout=subprocess.PIPE,
                text=True).stdout))
        message, verdict = spool + "/msg/owned-by-a-000001.eml", \
            spool + "/verdict/owned-by-a-000001"

        def make():
            with open(message, "w") as file:
                os.fchmod(file.fileno(), 0o640)
        as_user(a, make)
        denied, forbidden = "Permission denied", "Operation not permitted"
        for name, user, want, function in (
                ("list msg/", a, denied, lambda: os.listdir(spool + "/msg")),
                ("list verdict/", a, denied,
                 lambda: os.listdir(spool + "/verdict")),
                ("write another's file", b, denied,
                 lambda: open(message, "w")),
                ("rename another's file", b, forbidden,
                 lambda: os.rename(message, message + "x")),
                ("unlink another's file", b, forbidden,
                 lambda: os.unlink(message)),
                ("forge a verdict", a, denied, lambda: open(verdict, "w")),
                ("look into active/", a, denied,
                 lambda: os.listdir(spool + "/active")),
                ("a stranger passes through", stranger, denied,
                 lambda: os.stat(message)),
                ("a stranger connects", stranger, denied,
                 lambda: socket.socket(socket.AF_UNIX).connect(
                     spool + "/run/sock")),
                ("another's file, by its name", b, "0",
                 lambda: os.stat(message).st_size),
                ("its own file", a, "None", lambda: os.unlink(message))):
            is_("users: %s: %s" % (user[-1], name), want,
                as_user(user, function))
        # A directory of another cannot be moved away by the worker.
        as_user(a, lambda: (
            os.makedirs(spool + "/tmp/directory/full"),
            os.rename(spool + "/tmp/directory",
                      spool + "/incoming/directory-of-a-01.a0")))
        ok("users: a directory is told of", poll(
            lambda: "cannot be removed" in bench.logged()))
        is_("users: the service goes on", "accept",
            as_user(b, lambda: bench.submit(clean(3))))
        is_("users: it is told of once", 1,
            bench.logged().count("cannot be removed"))
        # As soon as it is empty the supervisor may be faster.
        shutil.rmtree(spool + "/incoming/directory-of-a-01.a0",
                      ignore_errors=True)
        os.chmod(spool + "/verdict", 0o777)
        problem = bench.check()
        ok("users: check names a wrong mode", "has mode 0777" in problem and
           "mend it: chmod 2710" in problem, problem)
        subprocess.run(problem.split("mend it: ")[1], shell=True)
        bench.stop()
        is_("users: and how to mend it", "", bench.check())
        is_("users: nothing is left behind", [], bench.files())


def main():
    is_long = sys.argv[1:2] == ["long"]
    sections = {function.__name__: function for function in (
        storm, steps, full, planted, crowd, stopped, poison, users)}
    finish = []
    for name in sys.argv[2:] or sections:
        begin = time.monotonic()
        finish.append(sections[name](is_long))
        figure("%s: %.1f seconds", name, time.monotonic() - begin)
    for function in filter(None, finish):
        function()
    print("1..%d" % count)
    print("# figures: " + "; ".join(figures))


if __name__ == "__main__":
    try:
        main()
    finally:
        for bench_left in list(Bench.benches):
            bench_left.close()
