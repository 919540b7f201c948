#!/usr/bin/python3
"""System calls that fail, of the server and of the client: strace(1) lets one call of a run after the
other fail, and then all of them, with every error that may come of it (docs/failures.md).

An interrupted call (EINTR) and one that has nothing to do now (EAGAIN) are seen by nobody. Whatever else
fails, of the server: a client gets the right octets or a clear failure, and the next client all
of it; of the client: exit code 0 and the right octets, or a line and a code that `get --help` documents,
and an output file as it was. Nobody waits for good, spins, leaves a descriptor open or a file behind.

The calls are those that a run without faults is seen to make. --each lets every one of them fail,
otherwise the first ones of each kind do. Most of the time somebody waits, so several processes share the
faults, each with servers of its own."""

import contextlib
import multiprocessing
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from checks import SCRATCH, equal, holds, make_site, require
from report import Report, outcome_of
from server import Server, is_over_tls, tls_flags

EACH = "--each" in sys.argv
PROGRAMS = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
if len(PROGRAMS) != 2:
    sys.exit(f"usage: {sys.argv[0]} [--each] GET SERVE")
GET, SERVE = PROGRAMS
STRACE = require("strace")
# LeakSanitizer needs ptrace(2) for itself.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
# A call that comes in one run and not in the next cannot be made to fail. With arenas of its own for a
# thread, malloc() looks how many processors there are, and, before it gives memory back for the first time,
# whether memory is overcommitted (/proc/sys/vm/overcommit_memory).
os.environ["GLIBC_TUNABLES"] = "glibc.malloc.arena_max=1"
ROOT, FILES = make_site()
UPLOAD = os.path.join(SCRATCH.name, "upload")
with open(UPLOAD, "wb") as upload_file:
    upload_file.write(FILES["large.bin"][:200_000])

PATTERN = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n" * 1000

# What may come of a call (its manual page, section 2), of those that say something of the moment rather
# than of the arguments. What is not here is not let fail: memory of one's own (mmap, brk), whose end is
# the program's, as everywhere; and what a program asks about itself.
ERRORS = {
    "accept4": ("EINTR", "ECONNABORTED", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EPROTO"),
    "bind": ("EADDRINUSE", "EACCES", "ENOMEM"),
    "clone3": ("EAGAIN",),
    # EINTR would be a lie of strace's: the connection is made all the same (connect(2)).
    "connect": ("ECONNREFUSED", "ENETUNREACH", "EADDRNOTAVAIL", "ETIMEDOUT"),
    "epoll_create1": ("EMFILE", "ENOMEM"),
    "epoll_ctl": ("ENOMEM", "ENOSPC"),
    "epoll_wait": ("EINTR",),
    "eventfd2": ("EMFILE", "ENOMEM"),
    "dup": ("EMFILE",),
    "fchmod": ("EPERM", "EIO"),
    "fchown": ("EPERM", "EIO"),
    "fcntl": ("EMFILE",),
    "fstat": ("EIO", "ENOMEM"),
    "newfstatat": ("EIO", "ENOMEM"),
    "getsockname": ("ENOBUFS",),
    "getpeername": ("ENOBUFS", "ENOTCONN"),
    "getsockopt": ("ENOBUFS",),
    "io_uring_enter": ("EINTR", "EAGAIN", "EBUSY", "ENOMEM"),
    "io_uring_register": ("ENOMEM",),
    "io_uring_setup": ("EMFILE", "ENOMEM", "EPERM"),
    "ioctl": ("EIO",),
    "listen": ("EADDRINUSE",),
    "lseek": ("ESPIPE",),
    "openat": ("EINTR", "EMFILE", "ENFILE", "EACCES", "EIO", "ENOMEM"),
    "openat2": ("EINTR", "EAGAIN", "EMFILE", "ENFILE", "ENOMEM", "EIO"),
    "poll": ("EINTR", "ENOMEM"),
    "pread64": ("EINTR", "EIO"),
    "prlimit64": ("EPERM",),
    "read": ("EINTR", "EAGAIN", "EIO"),
    "readlink": ("EACCES", "EIO"),
    "recvfrom": ("EINTR", "EAGAIN", "ECONNRESET", "ENOMEM", "ETIMEDOUT"),
    "rename": ("EACCES", "ENOSPC", "EIO"),
    "sendmsg": ("EINTR", "EAGAIN", "EPIPE", "ECONNRESET", "ENOBUFS", "ENOMEM"),
    "sendto": ("EINTR", "EAGAIN", "EPIPE"),
    "setsockopt": ("ENOPROTOOPT", "ENOBUFS"),
    "shutdown": ("ENOTCONN",),
    "socket": ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"),
    "socketpair": ("EMFILE",),
    "timerfd_create": ("EMFILE", "ENOMEM"),
    "timerfd_settime": ("EINVAL",),
    "write": ("EINTR", "EAGAIN", "ENOSPC", "EPIPE"),
    "writev": ("EINTR", "EAGAIN", "EPIPE", "ECONNRESET", "ENOBUFS"),
}
# What nobody but the program has to know of.
UNSEEN = ("EINTR", "EAGAIN", "EBUSY")
# What a server ends for with a line, when it stays for ten seconds (docs/failures.md).
FATAL = ("io_uring_enter",)
# None of them stays, and a program that tries again at once does nothing wrong: a call that fails like
# this again and again would be a lie of strace's.
PASSING = (*UNSEEN, "ECONNABORTED", "EPROTO")

FIRST = 2  # without --each: so many calls of a kind fail, one a run
LONGEST = 30  # seconds for a client that the fault leaves without an answer
# A run makes so many calls more, at most, because of a fault: for what is done again.
MORE_CALLS = 3_000
AT_ONCE = 6


class Trace:
    """The calls of a trace of strace's, in their order."""

    def __init__(self, path):
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
        found = (re.match(r"(?:\d+ +)?(\w+)\((.*)", line) for line in lines)
        self.calls = [match.groups() for match in found if match]
        self.injected = sum("(INJECTED)" in line for line in lines)

    def count(self):
        counts = {}
        for name, _ in self.calls:
            counts[name] = counts.get(name, 0) + 1
        return counts

    def before(self, name, arguments):
        """How often each call comes before the first one that is `name` with these arguments."""
        counts = {}
        for called, rest in self.calls:
            if called == name and arguments in rest:
                return counts
            counts[called] = counts.get(called, 0) + 1
        raise AssertionError(f"no {name} with {arguments} in the trace")


def strace_command(log, fault=None):
    command = [STRACE, "-f", "-qq", "-o", log]
    if fault is None:
        return command
    name, error, when = fault
    return [*command, "-e", f"inject={name}:error={error}:when={when}"]


def words(err):
    """What a program says: not what a build for coverage adds, when its counters cannot be written."""
    lines = err.decode(errors="replace").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("LLVM Profile"))


def told(fault):
    name, error, when = fault
    return f"{name} {error} {'from the first on' if when.endswith('+') else 'call ' + when}"


def faults(counts, before=None):
    """Every fault to try: of each call that a run makes, as often as it makes it, each error."""
    for name, count in sorted(counts.items()):
        first = 1 + (before or {}).get(name, 0)
        calls = range(first, count + 1) if EACH else range(first, min(first + FIRST, count + 1))
        for error in ERRORS.get(name, ()):
            for call in calls:
                yield name, error, str(call)
            if error not in PASSING and name not in FATAL and first <= count:
                yield name, error, f"{first}+"


# --- The server


class Fetched:
    """Files below the root, one from memory and an echo, over connections of one client."""

    ANSWERS = (("/large.bin", FILES["large.bin"]), ("/digits.txt", FILES["digits.txt"]),
               ("/sub/page.html", FILES["sub/page.html"]), ("/bytes/30000", PATTERN[:30_000]))

    def __init__(self, server, directory):
        names = [os.path.join(directory, f"answer{i}") for i in range(len(self.ANSWERS))]
        for name in names:
            if os.path.exists(name):
                os.remove(name)
        outputs = [argument for name in names for argument in ("-o", name)]
        urls = [server.url(path) for path, _ in self.ANSWERS]
        limits = ("--fail", "--timeout=10s", "--connect_timeout=10s", "--keepalive=2s")
        self.wrong = []
        self.words = ""
        self.code = self.run(*limits, *outputs, *urls)[0]
        for name, (path, content) in zip(names, self.ANSWERS):
            if os.path.exists(name):
                with open(name, "rb") as file:
                    got = file.read()
                if got != content:
                    self.wrong.append(path)
        with open(UPLOAD, "rb") as file:
            sent = file.read()
        code, echoed = self.run(*limits, "-d", "@" + UPLOAD, server.url("/echo"))
        if not sent.startswith(echoed) or (code == 0 and sent != echoed):
            self.wrong.append("/echo")
        self.code = self.code or code

    def run(self, *arguments):
        try:
            result = subprocess.run([GET, *arguments], stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, timeout=LONGEST, check=False)
        except subprocess.TimeoutExpired:
            return "none: it hangs", b""
        self.words += result.stderr.decode(errors="replace")
        return result.returncode, result.stdout


class AttachedServer:
    """A server that lives through all faults, one after the other."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(dir=SCRATCH.name)
        self.log = os.path.join(self.directory, "trace")
        self.start()

    def start(self):
        self.server = Server(SERVE, f"--root={ROOT}", "--diagnostics", "--log_file=/dev/null",
                             "--threads=1", "--idle_timeout=1s")
        self.fetch_all()  # so that it has made and read what it makes and reads once
        self.descriptors = self.settled_descriptors()

    def fetch_all(self):
        fetched = Fetched(self.server, self.directory)
        holds(fetched.code == 0 and not fetched.wrong,
              f"without a fault: exit code {fetched.code}, wrong: {fetched.wrong}; "
              f"{fetched.words}; {self.server.text()[-300:]}")

    def descriptors_now(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def settled_descriptors(self, wanted=None):
        """Once no connection is left: those that are closed a moment later are waited for."""
        deadline = time.monotonic() + LONGEST
        last = self.descriptors_now()
        stable = 0
        while time.monotonic() < deadline and (last != wanted if wanted is not None else stable < 5):
            time.sleep(0.02)
            now = self.descriptors_now()
            stable = stable + 1 if now == last else 0
            last = now
        return last

    def traced(self, fault):
        """What a client gets while strace looks on, and lets calls fail."""
        for name in FILES:
            os.chmod(os.path.join(ROOT, name), 0o644)  # a change, so that the server opens it anew
        with self.tracing(fault):
            return Fetched(self.server, self.directory)

    @contextlib.contextmanager
    def tracing(self, fault):
        tracer = subprocess.Popen([*strace_command(self.log, fault), "-p",
                                   str(self.server.process.pid)], stderr=subprocess.PIPE)
        try:
            self.wait_for_tracer()
            yield
        finally:
            self.detach(tracer)

    def detach(self, tracer):
        """A call that is let fail while strace leaves would fail with ENOSYS, so none is under way."""
        self.server.process.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < deadline and not self.has_stopped():
            time.sleep(0.002)
        tracer.send_signal(signal.SIGINT)
        tracer.wait(LONGEST)
        self.server.process.send_signal(signal.SIGCONT)

    def has_stopped(self):
        try:
            tasks = f"/proc/{self.server.process.pid}/task"
            return all(self.state_of(f"{tasks}/{task}/stat") in "TtZX" for task in os.listdir(tasks))
        except OSError:
            return True

    @staticmethod
    def state_of(stat):
        with open(stat, encoding="ascii", errors="replace") as file:
            return file.read().rpartition(") ")[2][0]

    def wait_for_tracer(self):
        """strace attaches to one thread after the other."""
        deadline = time.monotonic() + LONGEST
        tasks = f"/proc/{self.server.process.pid}/task"
        while time.monotonic() < deadline:
            if all(self.is_traced(f"{tasks}/{task}/status") for task in os.listdir(tasks)):
                return
            time.sleep(0.002)
        raise AssertionError("strace does not attach")

    @staticmethod
    def is_traced(status):
        with open(status, encoding="ascii") as file:
            return "TracerPid:\t0\n" not in file.read()

    def check(self, fault, usual_calls):
        try:
            fetched = self.traced(fault)
            holds(self.server.process.poll() is None,
                  f"the server ended with {self.server.process.poll()}: {self.server.text()[-300:]}")
            equal(fetched.wrong, [], "answers with wrong octets")
            holds(fetched.code != "none: it hangs", "the client hangs")
            holds(fetched.code == 0 or fault[1] not in UNSEEN, f"the client saw it: {fetched.code}, {fetched.words}")
            calls = Trace(self.log)
            # (So many calls of a kind are not made in each run.)
            late = calls.count().get(fault[0], 0) < int(fault[2].rstrip("+"))
            holds(calls.injected > 0 or (late and int(fault[2].rstrip("+")) > FIRST), "no call failed")
            holds(len(calls.calls) <= 4 * usual_calls + MORE_CALLS,
                  f"it spins: {len(calls.calls)} calls instead of {usual_calls}")
            self.fetch_all()
            equal(self.settled_descriptors(self.descriptors), self.descriptors, "descriptors")
        except (AssertionError, OSError):
            self.server.kill()
            self.start()
            raise


class ServerWhileItServes:
    def __init__(self):
        served = AttachedServer()
        try:
            served.traced(None)
            usual = Trace(served.log)
            holds(len(usual.calls) > 20, "strace sees nothing")
            self.usual_calls = len(usual.calls)
            self.faults = list(faults(usual.count()))
        finally:
            served.server.kill()

    def play(self, report, some):
        served = AttachedServer()
        try:
            for fault in some:
                report.run(f"serving: {told(fault)}", served.check, fault, self.usual_calls)
            report.add("the server ends cleanly", served.server.stop())
        finally:
            served.server.kill()


class ServerAtSighup:
    """Certificates that are read again: they are, or stay as they are, which is said; who comes is served."""

    def __init__(self):
        reloading = AttachedServer()
        try:
            self.reload(reloading, None)
            counts = Trace(reloading.log).count()
            holds(counts.get("openat", 0) >= 4, f"strace sees no files: {counts}")
            self.faults = [fault for fault in faults({name: counts[name] for name in ("openat", "read")})
                           if fault[1] != "EAGAIN"]  # (to read a file there is always something)
        finally:
            reloading.server.kill()

    @staticmethod
    def reload(reloading, fault):
        """What the server says of it."""
        said = len(reloading.server.output)
        with reloading.tracing(fault):
            reloading.server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + LONGEST
            while not (lines := [line for line in reloading.server.output[said:] if "SIGHUP: " in line]):
                holds(time.monotonic() < deadline, "it says nothing")
                time.sleep(0.002)
            return lines[0]

    def check(self, fault, reloading):
        said = self.reload(reloading, fault)
        holds(Trace(reloading.log).injected > 0, "no call failed")
        if fault[1] in UNSEEN:
            holds("were read again" in said, said)
        else:
            holds(re.search(r"stay as they are; \S+\.(pem|key): ", said), said)
        reloading.fetch_all()
        equal(reloading.settled_descriptors(reloading.descriptors), reloading.descriptors, "descriptors")

    def play(self, report, some):
        reloading = AttachedServer()
        try:
            for fault in some:
                report.run(f"SIGHUP: {told(fault)}", self.check, fault, reloading)
            report.add("the server ends cleanly", reloading.server.stop())
        finally:
            reloading.server.kill()


def run_traced(log, fault, *command):
    """A program from its start on: its exit code, or None if it had to be ended, and its words."""
    process = subprocess.Popen([*strace_command(log, fault), *command], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=LONGEST)
        return process.returncode, out, words(err)
    except subprocess.TimeoutExpired:
        # strace passes the signal on to nobody: its child ends with it (-I is not given).
        subprocess.run(["pkill", "-KILL", "-P", str(process.pid)], check=False)
        process.kill()
        process.communicate()
        return None, b"", ""


class ServerAtItsStart:
    """Until it serves: it does, or says in a line why it cannot."""

    IO = ["--io=" + os.environ.get("HEADRACE_TEST_IO", "epoll")]

    def __init__(self):
        with tempfile.NamedTemporaryFile(dir=SCRATCH.name) as log:
            self.check(None, log.name)
            begin = Trace(log.name).before("prlimit64", "RLIMIT_NOFILE")
            counts = Trace(log.name).before("epoll_wait" if self.IO == ["--io=epoll"] else "clone3", "")
        # What is wrong while it serves is the other test's. And without its announcement nobody knows when it
        # serves; the second write is the wake-up of SIGTERM: an eventfd is never interrupted, and full only
        # when it wakes all the same.
        # (To read a file there is always something.)
        self.faults = [fault for fault in faults(counts, begin)
                       if not fault[2].endswith("+") and not (is_over_tls() and fault[:2] == ("read", "EAGAIN"))
                       and (fault[0] != "write" or (fault[1] in UNSEEN and fault[2] == "1"))]

    def play(self, report, some):
        with tempfile.NamedTemporaryFile(dir=SCRATCH.name) as log:
            for fault in some:
                report.run(f"starting: {told(fault)}", self.check, fault, log.name)

    def check(self, fault, log):
        announced, code, err = self.start(fault, log)
        if announced and fault is not None and fault[0] == "clone3":
            holds(code == 1 and err.startswith("serve: a thread: "), f"exit code {code}: {err!r}")
            return
        if announced:
            equal(code, 0, "exit code after it served")
            return
        holds(fault is None or fault[1] not in UNSEEN or fault[0] == "clone3", f"it is ended by it: {err}")
        holds(code in (1, 2, 3), f"exit code {code}: {err}")
        holds(err.startswith("serve: ") and err.count("\n") == 1, f"no line that says why: {err!r}")

    def start(self, fault, log):
        command = [*strace_command(log, fault), SERVE, "--port=0", *self.IO, *tls_flags(SERVE), f"--root={ROOT}"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            announced = (select.select([process.stdout], [], [], LONGEST)[0]
                         and process.stdout.readline())
            if announced:
                for child in children(process.pid):
                    os.kill(child, signal.SIGTERM)
            _, err = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired as late:
            for child in children(process.pid):
                os.kill(child, signal.SIGKILL)
            process.communicate()
            raise AssertionError("it hangs") from late
        return announced, process.returncode, words(err)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


# --- The client


class ClientFaults:
    def __init__(self):
        server = Server(SERVE, "--threads=1")
        try:
            with tempfile.TemporaryDirectory(dir=SCRATCH.name) as scratch:
                trace = self.check(None, server, scratch)
            self.usual_calls = len(trace.calls)
            self.faults = list(faults(trace.count(), trace.before("rt_sigaction", "SIGPIPE")))
        finally:
            server.kill()

    def play(self, report, some):
        server = Server(SERVE, "--threads=1")
        try:
            with tempfile.TemporaryDirectory(dir=SCRATCH.name) as scratch:
                for fault in some:
                    report.run(f"fetching: {told(fault)}", self.check, fault, server, scratch, self.usual_calls)
            report.add("the server is alive", server.stop())
        finally:
            server.kill()

    @staticmethod
    def check(fault, server, scratch, usual_calls=None):
        io = ["--io=" + os.environ.get("HEADRACE_TEST_IO", "epoll")]
        log = os.path.join(scratch, "client")
        directory = os.path.join(scratch, "outputs")
        shutil.rmtree(directory, ignore_errors=True)
        os.mkdir(directory)
        output = os.path.join(directory, "file")
        with open(output, "wb") as file:
            file.write(b"old")
        code, out, err = run_traced(
            log, fault, GET, *io, "--timeout=10s", "--connect_timeout=10s", "--keepalive=2s", "-o",
            output, "-o", "-", "-d", "@" + UPLOAD, server.url("/echo"), server.url("/echo"))
        holds(code is not None, "it hangs")
        holds(code in range(12 if is_over_tls() else 11), f"exit code {code}: {err!r}")
        with open(UPLOAD, "rb") as file, open(output, "rb") as written:
            sent = file.read()
            got = written.read()
        holds(got in (b"old", sent), f"the file holds {len(got)} other octets")
        holds(sent.startswith(out), "the output has wrong octets")
        equal(os.listdir(directory), ["file"])
        holds(code == 0 or fault is None or fault[1] not in UNSEEN, f"exit code {code}: {err!r}")
        if code == 0:
            equal((len(got), len(out)), (len(sent), len(sent)), "octets, with exit code 0")
        else:
            lines = err.splitlines()
            mute = fault is not None and fault[0] == "write" and fault[2].endswith("+")
            holds(mute or lines and all(line.startswith("get: ") for line in lines), f"its words: {err!r}")
        trace = Trace(log)
        if usual_calls:
            holds(len(trace.calls) <= 4 * usual_calls + MORE_CALLS, f"it spins: {len(trace.calls)} calls")
        return trace


# --- All of them, side by side


class Told:
    """A report that another process has."""

    def __init__(self, outcomes):
        self.outcomes = outcomes

    def add(self, name, failure=None, seconds=0.0):
        self.outcomes.put((name, failure, seconds))

    def run(self, name, check, *arguments):
        self.add(name, *outcome_of(check, *arguments))


def play_some(parts, which, outcomes):
    for part in parts:
        failure, _ = outcome_of(part.play, Told(outcomes), part.faults[which::AT_ONCE])
        if failure is not None:
            outcomes.put((type(part).__name__, failure, 0.0))
    outcomes.put(None)


def main():
    report = Report("faults")
    parts = [ServerWhileItServes(), ServerAtItsStart(), ClientFaults(), *([ServerAtSighup()] if is_over_tls() else [])]
    context = multiprocessing.get_context("fork")
    outcomes = context.SimpleQueue()
    players = [context.Process(target=play_some, args=(parts, which, outcomes), daemon=True)
               for which in range(AT_ONCE)]
    for player in players:
        player.start()
    left = len(players)
    while left > 0:
        outcome = outcomes.get()
        if outcome is None:
            left -= 1
        else:
            report.add(*outcome)
    for player in players:
        player.join()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
