#!/usr/bin/python3
"""When places, descriptors, memory or the processor are short, honest clients are served all the same.

Some clients do what takes up as much of one of them as they can. Meanwhile twenty honest requests come,
one a second and each on a connection of its own: each is answered within five seconds.

Each situation has a server and a process of its own, and most of them wait most of the time: they run side by
side, with one thread of the server's and with several.
"""

import concurrent.futures
import contextlib
import io
import json
import multiprocessing
import os
import resource
import select
import socket
import sys
import threading
import time
from collections import namedtuple

import certificates
import transport
from attacker import OPENING, PINNED_OPENING, Attackers, is_closed, request, requests, settings
from checks import equal, holds, make_site
from peer import DATA, END_HEADERS, INITIAL_WINDOW_SIZE, MAX_WINDOW, WINDOW_UPDATE, Departure, Peer
from report import Report, outcome_of
from server import Server, is_over_tls

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else sys.exit(f"usage: {sys.argv[0]} SERVER-PROGRAM")
ROOT, _ = make_site()
MANY = [os.urandom(20_000) for _ in range(100)]  # files that are not read at once

REQUESTS = 20
WITHIN = 5     # seconds
BUSY = 20     # times that more, for each second that a server with nothing to do takes
DEADLINE = 180  # for the server to get somewhere: it hangs
PLACES = 200
THREADS = 3   # of a server that has several

HERE, THERE = "127.0.0.1", "127.0.0.2"  # two clients

Target = namedtuple("Target", "host port get_path post_path timeout")


def credit(stream, octets):
    return Peer.pack(WINDOW_UPDATE, 0, stream, octets.to_bytes(4, "big"))


def ask(server, path, timeout=WITHIN):
    """The body of the answer to one request on a connection of its own."""
    client = Peer(Target(server.host, server.port, path, "/echo", timeout))
    try:
        client.send_get(path=path)
        return client.expect_message()[1]
    finally:
        client.close()


class Watcher:
    """Asks for /stats on a connection that stays."""

    def __init__(self, server):
        self.client = Peer(Target(server.host, server.port, "/stats", "/echo", DEADLINE))
        self.stream = -1

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.client.close()

    def stats(self):
        self.stream += 2
        self.client.send_get(self.stream)
        return json.loads(self.client.expect_message(self.stream)[1])


def stats(server):
    return json.loads(ask(server, "/stats", DEADLINE))


def time_of(server, path, expected, timeout):
    began = time.monotonic()
    try:
        equal(ask(server, path, timeout), expected, path)
    except (Departure, OSError) as error:
        took = time.monotonic() - began
        raise AssertionError(f"no answer in {took:.1f} s: {error}") from None
    return time.monotonic() - began


def all_are_answered(server, path, expected):
    """The twenty honest requests. What a server takes that nobody bothers is the machine's doing."""
    slowest = 0
    with serving() as quiet:
        for _ in range(REQUESTS):
            allowed = WITHIN + BUSY * time_of(quiet, "/bytes/5", b"01234", DEADLINE)
            took = time_of(server, path, expected, DEADLINE)
            slowest = max(slowest, took)
            holds(took <= allowed, f"an answer took {took:.1f} s, and {allowed:.1f} s were allowed")
            time.sleep(max(0, 1 - took))
    print(f"        slowest {slowest:.2f} s")


class Pump(threading.Thread):
    """Calls `step` every `interval` seconds until the end of the with block."""

    def __init__(self, step, interval):
        super().__init__(daemon=True)
        self.step, self.interval = step, interval
        self.ends = threading.Event()
        self.failure = None

    def run(self):
        try:
            while not self.ends.is_set():
                self.step()
                self.ends.wait(self.interval)
        except Exception as error:  # pylint: disable=broad-except
            self.failure = f"{type(error).__name__}: {error}"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.ends.set()
        self.join(DEADLINE)
        equal(self.failure, None, "the attackers")


@contextlib.contextmanager
def serving(*flags, threads=1, runner=()):
    server = Server(PROGRAM, f"--threads={threads}", *flags, runner=runner)
    try:
        yield server
        equal(server.stop(DEADLINE), None)
    finally:
        server.kill()


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        holds(time.monotonic() < deadline, f"not within {DEADLINE} s: {what}")
        time.sleep(0.05)


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


# --- Descriptors


def files(threads, connections, limit, paths):
    """A hundred GETs of files on each connection, and an octet of window for each now and then."""
    with serving(f"--root={ROOT}", threads=threads, runner=("prlimit", f"--nofile={limit}:{limit}")) as server:
        gets = b"".join(request(paths[i % len(paths)], 2 * i + 1) for i in range(100))
        octets = b"".join(credit(2 * i + 1, 1) for i in range(100)) + credit(0, 100)
        with Attackers(server) as attackers:
            for _ in range(connections):
                attackers.connect(PINNED_OPENING + gets)

            def step():
                for one in attackers.sockets:
                    is_closed(one)  # reads
                    attackers.send(one, octets)

            with Pump(step, 2):
                all_are_answered(server, "/many/99.bin", MANY[99])
                most = connections + limit // 8 + 40 + 10 * threads
                holds(descriptors(server) <= most, f"{descriptors(server)} descriptors, not {most}")
                equal(len([one for one in attackers.sockets if is_closed(one)]), 0, "who was dropped")


def one_file(threads):
    """11 connections with a hundred responses each from one file, of 1,024 descriptors"""
    files(threads, 11, 1024, ["/large.bin"])


def many_files(threads):
    """the same from a hundred files, in which nobody is kept waiting for a descriptor"""
    files(threads, 11, 1024, [f"/many/{i}.bin" for i in range(100)])


def many_connections(threads):
    """198 connections with a hundred responses each from one file, of 20,000 descriptors"""
    files(threads, 198, 20_000, ["/large.bin"])


# --- Places

POST = OPENING + request("/echo", method="POST", flags=END_HEADERS)
TRICKLE = (
    (POST, Peer.pack(DATA, 0, 1, b"x")),
    (PINNED_OPENING + request("/bytes/100000000"), credit(1, 1) + credit(0, 1)),
)


def trickle(threads, kinds, source, interval=3, flags=(), runner=(), path="/bytes/5", expected=b"01234"):
    """Every place is taken by who does one of `kinds`, an opening and what follows it every `interval` seconds,
    and comes again when it has to go. Meanwhile honest ones ask for `path`."""
    with serving(f"--max_connections={PLACES}", "--diagnostics", *flags, threads=threads, runner=runner) as server:
        with Attackers(server) as attackers:
            def step():
                for i, one in enumerate(list(attackers.sockets)):
                    if is_closed(one):
                        attackers.close(one)
                    else:
                        attackers.send(one, kinds[i % len(kinds)][1])
                while len(attackers.sockets) < PLACES:
                    attackers.connect(kinds[len(attackers.sockets) % len(kinds)][0], source=source)

            with Pump(step, interval):
                wait_until(lambda: len(attackers.sockets) == PLACES, "they all come")
                all_are_answered(server, path, expected)
                holds(stats(server)["connections_yielded"] > 0, "nobody had to go")


def trickle_from_here(threads):
    """a trickle on each of 200 places, all from the address of the honest client"""
    trickle(threads, TRICKLE, HERE)


def trickle_from_elsewhere(threads):
    """a trickle on each of 200 places from another address"""
    trickle(threads, TRICKLE, THERE)


def trickle_beside_a_stream(threads):
    """a trickle on 99 streams of each of 200 places, and one that gets on"""
    octets = b"".join(credit(2 * i + 1, 8000 if i == 0 else 1) for i in range(100)) + credit(0, 8099)
    trickle(threads, ((PINNED_OPENING + requests("/bytes/100000000", 100), octets),), HERE, interval=1)


def handshakes():
    """Those of clients that go no further, at once or an octet at a time."""
    hello = transport.client_hello()
    return (b"", b""), (hello[:60], b"x"), (hello[:-1], b""), (hello, b"")


def handshakes_from_here(threads):
    """over TLS: a handshake that does not end on each of 200 places, all from the address of the honest client"""
    trickle(threads, handshakes(), HERE, interval=1, flags=["--handshake_timeout=0"])


def handshakes_from_elsewhere(threads):
    """over TLS: a handshake that does not end on each of 200 places from another address"""
    trickle(threads, handshakes(), THERE, interval=1, flags=["--handshake_timeout=0"])


def handshakes_beside_files(threads):
    """over TLS: the same with 150 descriptors, of which honest ones need one for a file"""
    trickle(threads, handshakes(), HERE, interval=1, flags=["--handshake_timeout=0", f"--root={ROOT}"],
            runner=("prlimit", "--nofile=150:150"), path="/many/99.bin", expected=MANY[99])


def honest_rate(_):
    """8 KB/s on each of 200 places: nobody loses it, whoever waits for one"""
    with serving(f"--max_connections={PLACES}") as server:
        with Attackers(server) as honest, Attackers(server) as waiting:
            for i in range(PLACES):
                honest.connect(PINNED_OPENING + request("/bytes/100000000"), source=(HERE, THERE)[i % 2])
            received = [0] * PLACES

            def step():
                for i, one in enumerate(honest.sockets):
                    honest.send(one, credit(1, 8000) + credit(0, 8000))
                    one.setblocking(False)
                    with contextlib.suppress(BlockingIOError):
                        received[i] += len(one.recv(1 << 16))

            with Pump(step, 1):
                wait_until(lambda: min(received) > 0, "all are served")
                for source in (HERE, THERE) * 3:
                    waiting.connect(OPENING + request("/bytes/5"), source=source)
                enough = min(received) + 10 * 8000
                wait_until(lambda: min(received) > enough, f"they go on: {min(received)}")
            equal([one for one in honest.sockets if is_closed(one)], [])


def paused(_):
    """a video that is paused while there is room stays, and goes on"""
    with serving(f"--max_connections={PLACES}") as server:
        with Attackers(server) as attackers:
            video = Peer(Target(server.host, server.port, "/bytes/100000", "/echo", DEADLINE),
                         settings=[(INITIAL_WINDOW_SIZE, 1000)])
            video.send_get()
            for i in range(PLACES - 50):
                attackers.connect(TRICKLE[i % 2][0])
            time.sleep(6)  # longer than who stands still stays when there is none
            video.send_window_update(1, 100_000)
            video.send_window_update(0, 100_000)
            equal(len(video.expect_message()[1]), 100_000)
            equal(stats(server)["connections_yielded"], 0)


def shares(_):
    """who comes from an address with a crowd gives way, and who has a few idle connections stays"""
    with serving("--max_connections=40", "--idle_timeout=0", "--preface_timeout=0") as server:
        with Attackers(server) as few, Attackers(server) as crowd:
            for _ in range(5):
                few.connect(OPENING, source=HERE)
            with Watcher(server) as watcher:
                wait_until(lambda: watcher.stats()["connections_open"] == 6, "the few are there")
                for _ in range(100):
                    crowd.connect(OPENING, source=THERE)

                def crowded():
                    now = watcher.stats()
                    return now["connections_yielded"] + now["connections_refused"] >= 50

                wait_until(crowded, "the crowd takes turns, or is turned away")
            equal([is_closed(one) for one in few.sockets], [False] * 5)


def proxies(_):
    """an address that stands for many has no share to keep to"""
    with serving("--max_connections=40", f"--proxies=::1,{THERE}", "--idle_timeout=0") as server:
        with Attackers(server) as few, Attackers(server) as crowd:
            for _ in range(5):
                few.connect(OPENING, source=HERE)
            wait_until(lambda: stats(server)["connections_open"] == 6, "the few are there")
            for _ in range(100):
                crowd.connect(OPENING, source=THERE)
            wait_until(lambda: all(is_closed(one) for one in few.sockets), "the few give way in turn")


# --- Work


def expensive(threads):
    """700 connections that ask for what costs much and is short"""
    with serving("--max_connections=2000", threads=threads) as server:
        with Attackers(server) as attackers:
            batch = requests("/headers", 50)
            streams = {}
            poll = select.poll()
            for _ in range(700):
                one = attackers.connect(OPENING + batch)
                streams[one.fileno()] = [one, 50]
                poll.register(one, select.POLLIN)

            def step():
                """Who has its answers asks again."""
                for descriptor, _ in poll.poll(100):
                    state = streams[descriptor]
                    if is_closed(state[0]):
                        poll.unregister(descriptor)
                        continue
                    again = credit(0, 4000) + b"".join(request("/headers", 2 * (state[1] + i) + 1)
                                                       for i in range(4))
                    state[1] += 4
                    attackers.send(state[0], again)

            # A machine that is slow makes an honest one wait for longer, and one that is fast lets more
            # of the others in meanwhile: it is starved where both are too much.
            with Pump(step, 0):
                most = 0
                for _ in range(REQUESTS):
                    before, asked_at = stats(server)["requests_received"], time.monotonic()
                    others = stats(server)["requests_received"] - before
                    seconds = time.monotonic() - asked_at
                    most = max(most, others)
                    holds(others < 700 * 20 or seconds < 5,
                          f"{others} requests of others came before an honest one, {seconds:.1f} s later")
                print(f"        {most} requests of others at most before an honest one")
            holds(stats(server)["requests_received"] > 700 * 50, "they were kept busy")


# --- Memory

MEMORY_MIB = 64
WIDE_OPENING = (OPENING + settings((INITIAL_WINDOW_SIZE, MAX_WINDOW)) + credit(0, MAX_WINDOW - 65535))


def slow_readers(threads):
    """what the system holds for who does not read counts, and is bounded with the rest"""
    with serving(f"--memory_mib={MEMORY_MIB}", threads=threads) as server:
        with Attackers(server) as attackers:
            most, most_of_sockets = 0, 0
            for i in range(400):
                attackers.connect(WIDE_OPENING + request("/bytes/100000000"))
                if i % 20 == 0:
                    now = stats(server)
                    most = max(most, now["memory"])
                    most_of_sockets = max(most_of_sockets, now["socket_memory"])
            wait_until(lambda: stats(server)["connections_evicted"] > 0, "who holds the most goes")
            all_are_answered(server, "/bytes/5", b"01234")
        print(f"        {most >> 10} KiB, of which {most_of_sockets >> 10} KiB in the sockets")
        holds(most_of_sockets > MEMORY_MIB << 18, f"{most_of_sockets} octets in the sockets")
        holds(most <= (MEMORY_MIB << 20) * 11 // 10, f"{most} octets in all")
        wait_until(lambda: stats(server)["socket_memory"] == 0, "it is given back")


def slow_reader(_):
    """who reads what the system holds is not given up, though little can be written meanwhile"""
    with serving("--write_timeout=8s") as server:
        one = socket.create_connection((server.host, server.port))
        one.sendall(WIDE_OPENING + request("/bytes/100000000"))
        one.settimeout(DEADLINE)
        until = time.monotonic() + 25
        while time.monotonic() < until:
            holds(one.recv(7_500) != b"", "it was given up")
            time.sleep(0.25)
        equal(stats(server)["connections_failed"], 0)
        one.close()


# What waits; and what keeps the processor busy, and counts what is done in place of time.
SIDE_BY_SIDE = [(check, threads)
                for check in (many_connections, trickle_beside_a_stream, trickle_from_here, trickle_from_elsewhere,
                              many_files, one_file, slow_readers)
                for threads in (1, THREADS)] + [
                    (check, 1) for check in (slow_reader, honest_rate, paused, shares, proxies)]
OVER_TLS = [(check, threads)
            for check in (handshakes_from_here, handshakes_from_elsewhere, handshakes_beside_files)
            for threads in (1, THREADS)]
ONE_BY_ONE = [(expensive, 1), (expensive, THREADS)]
AT_ONCE = 20


def played(check, threads):
    """Its outcome, and what it has said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        outcome = outcome_of(check, threads)
    return outcome, said.getvalue()


def play(report, checks, at_once):
    wanted = sys.argv[2:]
    checks = [(check, threads) for check, threads in checks if check.__name__ in wanted or not wanted]
    # (Each in a process of its own: they are threads too, and fork.)
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(at_once, mp_context=context) as pool:
        results = [pool.submit(played, check, threads) for check, threads in checks]
        for (check, threads), result in zip(checks, results):
            (failure, seconds), said = result.result()
            report.add(check.__doc__ + (f", {threads} threads" if threads > 1 else ""), failure, seconds)
            print(said, end="", flush=True)


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    many = os.path.join(ROOT, "many")
    os.makedirs(many)
    for i, content in enumerate(MANY):
        with open(os.path.join(many, f"{i}.bin"), "wb") as out:
            out.write(content)
    report = Report("scarcity")
    if is_over_tls():
        certificates.for_servers()  # before others need them side by side
        play(report, OVER_TLS, AT_ONCE)
    else:
        play(report, SIDE_BY_SIDE, AT_ONCE)
        play(report, ONE_BY_ONE, 1)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
