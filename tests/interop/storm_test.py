#!/usr/bin/python3
"""The server in a storm: hundreds of connections come, say something or nothing, and go while it is busy.

It is stopped while they queue up, so that it finds all of them at once: who has come, what they have
sent and that they are gone, in one turn. Every other one goes by RST. Honest clients in between are
answered, no descriptor is left, and the process ends cleanly, also when SIGTERM comes in the middle.
A build with AddressSanitizer says at once what is used after it was freed.
"""

import contextlib
import itertools
import os
import resource
import signal
import sys
import threading
import time
from collections import namedtuple

import transport
from attacker import OPENING, Attackers
from checks import equal, holds
from peer import Departure, Peer
from report import Report
from server import Server

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else sys.exit(f"usage: {sys.argv[0]} SERVER-PROGRAM")
THOUSAND = (b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n" * 16)[:1000]  # /bytes/1000

DEADLINE = 60  # seconds, on a machine that is busy with other things
CROWDS = (300, 600, 1000, 1500)
FIRST_WORDS = transport.client_hello() or OPENING
WORDS = (FIRST_WORDS, FIRST_WORDS[:8], b"")
CHURN_SECONDS = float(os.environ.get("HEADRACE_STORM_SECONDS", "4"))
CHURNERS = 3

Target = namedtuple("Target", "host port get_path post_path timeout")


def is_answered(server):
    """A request of an honest client."""
    client = Peer(Target(server.host, server.port, "/bytes/1000", "/echo", DEADLINE))
    client.send_get(path="/bytes/1000")
    equal(client.expect_message()[1], THOUSAND, "/bytes/1000")
    client.close()


def come_and_go(server, count):
    """Some are gone before the next one comes, the others when all have come."""
    with Attackers(server) as crowd:
        for i in range(count):
            one = crowd.connect(WORDS[i % len(WORDS)])
            if i % 4 == 3:
                crowd.abort(one)
        for i, one in enumerate(list(crowd.sockets)):
            (crowd.abort if i % 2 else crowd.close)(one)


@contextlib.contextmanager
def stopped(server):
    """Nothing runs in it meanwhile."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        holds(time.monotonic() < deadline, f"not within {DEADLINE} s: {what()}")
        time.sleep(0.02)


class Churn:
    """Clients that come and go all the time, from several threads, until the end of the with block."""

    def __init__(self, server):
        self.server = server
        self.ends = threading.Event()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.rounds = 0
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(CHURNERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *unused):
        self.ends.set()
        self.goes_on.set()
        for thread in self.threads:
            thread.join(DEADLINE)

    @contextlib.contextmanager
    def held(self):
        """No more than a round of each meanwhile: they would fill the listen queue of a server that is
        stopped, where the next connect() waits for it to go on."""
        self.goes_on.clear()
        try:
            yield
        finally:
            self.goes_on.set()

    def run(self):
        while not self.ends.is_set():
            self.goes_on.wait()
            # (Refused, once it does not listen any more.) Who waits for an answer behind each round never
            # fills the listen queue of a server that gets little of the processor.
            with contextlib.suppress(OSError, Departure):
                come_and_go(self.server, 40)
                is_answered(self.server)
            self.rounds += 1


def weather(threads):
    """Crowds, then churn with crowds in it: nobody honest suffers, and nothing is left."""
    server = Server(PROGRAM, f"--threads={threads}")
    try:
        is_answered(server)
        at_start = descriptors(server)
        held_at_start = server.counted()
        for count in CROWDS:
            with stopped(server):
                come_and_go(server, count)
            is_answered(server)
        with Churn(server) as churn:
            until = time.monotonic() + CHURN_SECONDS
            crowds = itertools.cycle(CROWDS)
            while time.monotonic() < until:
                is_answered(server)
                with churn.held(), stopped(server):
                    come_and_go(server, next(crowds))
        is_answered(server)
        wait_until(lambda: descriptors(server) <= at_start,
                   lambda: f"{descriptors(server)} descriptors instead of {at_start}")
        # (What /stats counts has the connection that asks for it in it, both times.)
        wait_until(lambda: server.counted() <= 2 * held_at_start,
                   lambda: f"{server.counted()} octets are held instead of {held_at_start}")
        equal(server.stop(DEADLINE), None)
    finally:
        server.kill()


def end_in_the_middle(threads):
    """SIGTERM while a crowd is queued and others come: the process ends cleanly."""
    server = Server(PROGRAM, f"--threads={threads}")
    try:
        with Churn(server) as churn:
            wait_until(lambda: churn.rounds > CHURNERS, lambda: f"{churn.rounds} rounds")
            with contextlib.suppress(Departure):
                is_answered(server)
            with churn.held(), stopped(server):
                come_and_go(server, CROWDS[1])
                server.terminate()
            equal(server.wait(DEADLINE), None)
    finally:
        server.kill()


def one_loop():
    """crowds and churn, one thread"""
    weather(1)


def several_loops():
    """the same over four threads"""
    weather(4)


def one_loop_ends():
    """SIGTERM in the middle of a storm, one thread"""
    end_in_the_middle(1)


def several_loops_end():
    """the same over four threads"""
    end_in_the_middle(4)


CHECKS = [one_loop, several_loops, one_loop_ends, several_loops_end]


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    report = Report("storm")
    for check in CHECKS:
        if check.__name__ in sys.argv[2:] or not sys.argv[2:]:
            report.run(check.__doc__, check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
