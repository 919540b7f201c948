#!/usr/bin/python3
"""The server under fire: whatever some clients do, the others are answered, and nothing stays behind.

Each attack is played three times against a server of its own, most with short deadlines. All along
two honest clients ask and compare what they get: one on a connection that stays, one that connects
anew each time. At the end the server counts as much memory as when it started (/stats), and has the
descriptors that it started with. (What the system says of a process's memory depends on how its
allocator and the kernel keep pages, and on how busy the machine is; what nobody counts and nobody
can reach any more is for LeakSanitizer to find.)
"""

import concurrent.futures
import contextlib
import json
import os
import resource
import sys
import threading
import time
from collections import namedtuple

import certificates
import transport
from attacker import (OPENING, PINNED_OPENING, Attackers, attackers_of, bomb, echoes, is_closed, is_dropped, request,
                      requests, settings)
from checks import equal, holds, make_site
from peer import (ACK, END_HEADERS, GOAWAY, INITIAL_WINDOW_SIZE, MAX_WINDOW, NO_ERROR, PING,
                  WINDOW_UPDATE, Departure, Peer)
from report import Report
from server import Server, is_over_tls

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else sys.exit(f"usage: {sys.argv[0]} SERVER-PROGRAM")
THOUSAND = (b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n" * 16)[:1000]  # /bytes/1000
ROOT, FILES = make_site()

ROUNDS = 3
DEADLINE = 60  # seconds: for an honest answer, and for the server to get rid of an attacker
AT_ONCE = 8    # checks, which mostly wait

# Where an attack begins. What it asks for is larger than what a socket takes.
LARGE = ("/large.bin", "/bytes/100000000")
HALF_A_BLOCK = OPENING + request("/bytes/1", flags=0)
HALF_A_REQUEST = OPENING + request("/echo", method="POST", flags=END_HEADERS)
WIDE_OPENING = (OPENING + settings((INITIAL_WINDOW_SIZE, MAX_WINDOW)) +
                Peer.pack(WINDOW_UPDATE, 0, 0, (MAX_WINDOW - 65535).to_bytes(4, "big")))

Target = namedtuple("Target", "host port get_path post_path timeout")


def target_of(server):
    return Target(server.host, server.port, "/bytes/1000", "/echo", DEADLINE)


class Client(Peer):
    """An honest one: its windows are as large as they get, it answers PINGs, and a graceful
    shutdown does not stop it from waiting for its answer."""

    def __init__(self, server):
        self.goaways = []
        super().__init__(target_of(server), settings=[(INITIAL_WINDOW_SIZE, MAX_WINDOW)])
        self.send_window_update(0, MAX_WINDOW - 65535)
        self.stream = -1  # of the last request

    def read(self, timeout=None):
        while True:
            frame = super().read(timeout)
            if frame is not None and frame.type == GOAWAY and frame.error == NO_ERROR:
                self.goaways.append(frame)
            elif frame is not None and frame.type == PING and not frame.flags & ACK:
                self.send_frame(PING, ACK, 0, frame.payload)
            else:
                return frame

    def ask(self, path, expected):
        self.stream += 2
        self.send_get(self.stream, path=path)
        equal(self.expect_message(self.stream)[1], expected, path)

    def send_and_compare(self, data):
        self.stream += 2
        self.send_post(self.stream)
        self.send_data(self.stream, data)
        equal(self.expect_message(self.stream)[1], data, "/echo")


class Honest(threading.Thread):
    """Asks again and again until stop(), which says what went wrong."""

    def __init__(self, server, stays):
        super().__init__(daemon=True)
        self.server = server
        self.stays = stays
        self.ends = threading.Event()
        self.rounds = 0
        self.failure = None
        self.start()

    def run(self):
        try:
            while not self.ends.is_set():
                self.connection()
        except Exception as error:  # pylint: disable=broad-except
            self.failure = f"after {self.rounds} rounds: {type(error).__name__}: {error}"

    def connection(self):
        client = Client(self.server)
        try:
            while True:
                client.ask("/bytes/1000", THOUSAND)
                client.send_and_compare(os.urandom(3000))
                name = "digits.txt" if self.rounds % 50 else "large.bin"
                client.ask("/" + name, FILES[name])
                self.rounds += 1
                if self.ends.wait(0.02) or not self.stays:
                    return
        except Departure:
            # On a busy machine it may seem idle, and have to give way: it asks again.
            if not client.goaways or client.goaways[-1].last_stream >= client.stream:
                raise
        finally:
            client.close()

    def stop(self):
        # (On a busy machine an attack may be over before the second round.)
        deadline = time.monotonic() + DEADLINE
        while self.rounds < 2 and self.failure is None and time.monotonic() < deadline:
            time.sleep(0.02)
        self.ends.set()
        self.join(2 * DEADLINE)
        name = "the honest client that " + ("stays" if self.stays else "connects anew")
        holds(self.failure is None, f"{name}, {self.failure}")
        holds(self.rounds >= 2, f"{name} got {self.rounds} rounds")


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def stats(server):
    client = Client(server)
    client.send_get(path="/stats")
    answer = json.loads(client.expect_message()[1])
    client.close()
    return answer


def held(server):
    """Octets that its clients make it hold, by its own count."""
    return stats(server)["memory"]


def nothing_stays(server, at_start, memory):
    wait_until(lambda: descriptors(server) == at_start,
               lambda: f"{descriptors(server)} descriptors instead of {at_start}")
    wait_until(lambda: held(server) <= memory,
               lambda: f"it holds {held(server)} octets instead of {memory}")


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        holds(time.monotonic() < deadline, f"not within {DEADLINE} s: {what()}")
        time.sleep(0.02)


def gone(attackers, is_gone=is_closed):
    """Waits until the server has closed every connection of theirs, which they did not."""
    left = list(attackers.sockets)

    def all_closed():
        left[:] = [one for one in left if not is_gone(one)]
        return not left

    wait_until(all_closed, lambda: f"{len(left)} of {len(attackers.sockets)} attackers are still there")


def few(server, count):
    wait_until(lambda: descriptors(server) <= count, lambda: f"{descriptors(server)} descriptors")


def answers(server):
    """Somebody comes in the middle of it, and is served."""
    for _ in range(2):
        client = Client(server)
        client.ask("/bytes/1000", THOUSAND)
        client.send_and_compare(os.urandom(3000))
        client.close()


def under_fire(attack, *flags, runner=()):
    """Plays `attack` ROUNDS times."""
    server = Server(PROGRAM, f"--root={ROOT}", "--diagnostics", *flags, runner=runner)
    try:
        at_start, memory = descriptors(server), held(server)
        wait_until(lambda: descriptors(server) == at_start, lambda: "the one who asked stays")
        honest = [Honest(server, stays=True), Honest(server, stays=False)]
        for _ in range(ROUNDS):
            attack(server)
            few(server, at_start + 6)
        for client in honest:
            client.stop()
        nothing_stays(server, at_start, memory)
        equal(server.stop(), None)
        more = [line for line in server.text().splitlines() if not line.startswith(("Serving ", "Try: "))]
        equal(more[:5], [], "lines behind its first")
    finally:
        server.kill()


# --- Who comes, and how many


def storm_of(*flags, count, openings, **how):
    def attack(server):
        with attackers_of(server) as attackers:
            for i in range(count):
                attackers.connect(openings[i % len(openings)])
            answers(server)

    under_fire(attack, *flags, **how)


def storm():
    """five times as many connections as it takes, which then do nothing"""
    storm_of("--max_connections=50", "--preface_timeout=4s", "--idle_timeout=5s", count=250,
             openings=(None, OPENING))


def storm_by_default():
    """the same with the default deadlines: the silent and the idle give way"""
    storm_of("--max_connections=50", count=250, openings=(None, OPENING))


def pinned_storm():
    """more connections than it takes, each with a stream that never moves, and the default deadlines"""
    storm_of("--max_connections=50", count=60,
             openings=(PINNED_OPENING + requests("/bytes/1000", 1), HALF_A_REQUEST,
                       WIDE_OPENING + requests(LARGE[0], 10)))


def hit_and_run():
    """a thousand connections that are reset or closed as soon as they are made"""
    def attack(server):
        with attackers_of(server) as attackers:
            for i in range(1000):
                one = attackers.connect(OPENING if i % 3 else None)
                (attackers.abort if i % 2 else attackers.close)(one)

    under_fire(attack, "--max_connections=50")


def crowd():
    """three thousand connections that come, wait and go leave no memory behind"""
    server = Server(PROGRAM)
    try:
        at_start, memory = descriptors(server), held(server)
        with attackers_of(server) as attackers:
            for _ in range(3000):
                attackers.connect(OPENING)
        nothing_stays(server, at_start, memory)
        equal(server.stop(), None)
    finally:
        server.kill()


FEW_DESCRIPTORS = ("prlimit", "--nofile=64:64")


def more_than_descriptors():
    """twice as many connections as the process may have descriptors: files are read all along"""
    storm_of("--preface_timeout=4s", "--idle_timeout=5s", count=120, openings=(None, OPENING),
             runner=FEW_DESCRIPTORS)


def more_than_descriptors_by_default():
    """the same with the default deadlines"""
    storm_of(count=120, openings=(None, OPENING), runner=FEW_DESCRIPTORS)


# --- Who takes its time


def dribble(attackers, data):
    """An octet now and then, until the server ends it."""
    sent = 0

    def step():
        nonlocal sent
        for one in attackers.sockets:
            attackers.send(one, data[sent:sent + 1])
        sent += 1
        time.sleep(0.2)
        return all(is_closed(one) for one in attackers.sockets)

    wait_until(step, lambda: f"it took {sent} octets")


def slow_preface():
    """a preface of an octet now and then"""
    def attack(server):
        with attackers_of(server) as attackers:
            for _ in range(40):
                attackers.connect()
            dribble(attackers, OPENING)

    under_fire(attack, "--preface_timeout=4s")


def slow_headers():
    """a HEADERS frame of an octet now and then"""
    def attack(server):
        with attackers_of(server) as attackers:
            for _ in range(40):
                attackers.connect(OPENING)
            dribble(attackers, request("/bytes/1", extra=[("x", "y" * 200)]))

    under_fire(attack, "--field_block_timeout=4s")


def slow_continuation():
    """a field block whose CONTINUATION does not come"""
    def attack(server):
        with attackers_of(server) as attackers:
            for _ in range(40):
                attackers.connect(HALF_A_BLOCK)
            gone(attackers)

    under_fire(attack, "--field_block_timeout=4s")


def slow_body():
    """a request's body of an octet now and then: it is answered when it has come"""
    def attack(server):
        clients = [Client(server) for _ in range(20)]
        body = b"slowly but surely"
        for client in clients:
            client.send_post()
        for octet in body:
            for client in clients:
                client.send_data(1, bytes([octet]), 0)
            time.sleep(0.2)
        for client in clients:
            client.send_data(1, b"")
            equal(client.expect_message(1)[1], body, "/echo")
            client.close()

    under_fire(attack, "--preface_timeout=2s", "--field_block_timeout=2s", "--idle_timeout=3s",
               "--stall_timeout=2s", "--write_timeout=2s")


def half_open():
    """peers that vanish without a FIN, with a request half sent"""
    def attack(server):
        with attackers_of(server) as attackers:
            for _ in range(40):
                attackers.connect(HALF_A_REQUEST)
            gone(attackers)

    under_fire(attack, "--keepalive_interval=2s", "--keepalive_timeout=8s")


# --- Who does not come to the end of a handshake


def slow_handshake():
    """TLS: a ClientHello of an octet now and then"""
    def attack(server):
        with Attackers(server) as attackers:
            for _ in range(40):
                attackers.connect()
            dribble(attackers, transport.client_hello())

    under_fire(attack, "--handshake_timeout=4s")


def half_handshakes():
    """TLS: five hundred ClientHellos, each of which costs the server a signature, and nothing behind them"""
    def attack(server):
        with Attackers(server) as attackers:
            for _ in range(500):
                attackers.connect(transport.client_hello())
            answers(server)
            gone(attackers)

    under_fire(attack, "--handshake_timeout=4s")


# --- Who does not read


def zero_windows():
    """a hundred streams on each connection, and no window for any"""
    def attack(server):
        with attackers_of(server) as attackers:
            for i in range(20):
                attackers.connect(PINNED_OPENING + requests(LARGE[i % 2], 100))
            gone(attackers)

    under_fire(attack, "--stall_timeout=4s", "--idle_timeout=5s")


def full_sockets():
    """large windows, and nobody who reads the socket"""
    def attack(server):
        with attackers_of(server) as attackers:
            for i in range(20):
                attackers.connect(WIDE_OPENING + requests(LARGE[i % 2], 10), receive_buffer=4096)
            gone(attackers, is_dropped)

    under_fire(attack, "--write_timeout=5s")


def pings_unread():
    """PINGs without end, whose acknowledgements nobody reads"""
    pings = Peer.pack(PING, 0, 0, b"12345678") * 1000

    def attack(server):
        with attackers_of(server) as attackers:
            for _ in range(8):
                attackers.connect(OPENING, receive_buffer=4096)
            wait_until(lambda: all([fills(one, pings) for one in attackers.sockets]),
                       lambda: "the server takes PINGs that it cannot answer")
            gone(attackers, is_dropped)

    under_fire(attack, "--write_timeout=5s")


def fills(one, data):
    """Sends; True when the server takes no more of it."""
    try:
        while one.send(data) == len(data):
            pass
    except OSError:  # the socket is full, or dropped already
        return True
    return False


def resets_in_mid_write():
    """connections that are reset while a response is on its way"""
    def attack(server):
        with attackers_of(server) as attackers:
            for i in range(200):
                one = attackers.connect(WIDE_OPENING + requests(LARGE[i % 2], 10))
                if i % 3:
                    one.setblocking(True)
                    one.recv(20000)
                attackers.abort(one)

    under_fire(attack)


# --- What runs out


BOUND_MIB = 32
# Much is asked to be held: heads until their body comes, and bodies that go back when there is a
# window for them.
BOMBS = (
    PINNED_OPENING + bomb("/bytes/1", 100, "POST", END_HEADERS),
    PINNED_OPENING + echoes(100, 65_000),
)


def bombs(*flags):
    """Plays them; the most that the server said it held, in octets, and how many it has ended."""
    most = ended = 0

    def attack(server):
        nonlocal most, ended
        with attackers_of(server) as attackers:
            for i in range(30):
                one = attackers.connect()
                one.setblocking(True)
                with contextlib.suppress(OSError):  # it may be ended meanwhile
                    one.sendall(BOMBS[i % 2])
                answer = stats(server)
                most = max(most, answer["memory"])
                ended = answer["connections_evicted"]

    under_fire(attack, "--preface_timeout=60s", *flags)
    return most, ended


MOST_HELD_KIB = 1200  # for one connection: answers and heads that wait


def multiplied():
    """octets that stand for thousands of fields, which come back as the body that nobody takes"""
    count, most = 50, 0

    def attack(server):
        nonlocal most
        with attackers_of(server) as attackers:
            for i in range(count):
                one = attackers.connect()
                one.sendall(PINNED_OPENING + bomb("/headers", 100, times=(15, 7)[i % 2]))
            answers(server)
            most = max(most, held(server))

    under_fire(attack)
    holds(most < count * MOST_HELD_KIB * 1024, f"it held {most} octets")


def memory():
    """what clients make it hold has a bound over all of them, and those who hold the most go"""
    most, ended = bombs(f"--memory_mib={BOUND_MIB}")
    holds(ended > 0, "nobody was ended")
    holds(most <= BOUND_MIB << 20, f"it held {most} octets")


def memory_undefended():
    """without that bound they get more than it"""
    most, ended = bombs("--memory_mib=0")
    equal(ended, 0)
    holds(most > BOUND_MIB << 20, f"it held {most} octets")


# --- The end


def end_under_load():
    """SIGTERM under load: what was asked before is answered in full, and it ends cleanly"""
    server = Server(PROGRAM, f"--root={ROOT}", "--diagnostics", "--preface_timeout=4s", "--stall_timeout=4s",
                    "--keepalive_interval=2s", "--keepalive_timeout=8s")
    try:
        with attackers_of(server) as attackers:
            for i in range(60):
                attackers.connect((None, OPENING, PINNED_OPENING + requests(LARGE[0], 100),
                                   HALF_A_REQUEST)[i % 4])
            failures, served = [], []
            clients = [threading.Thread(target=until_goaway, args=(server, served, failures),
                                        daemon=True) for _ in range(8)]
            for client in clients:
                client.start()
            wait_until(lambda: len(served) == 8 or failures, lambda: f"{len(served)} are served")
            server.terminate()
            for client in clients:
                client.join(2 * DEADLINE)
                holds(not client.is_alive(), "a client is still being served")
            equal(failures, [])
            equal(server.wait(DEADLINE), None)
    finally:
        server.kill()


def until_goaway(server, served, failures):
    try:
        client = Client(server)
        try:
            client.ask("/bytes/1000", THOUSAND)
            served.append(client)
            while not client.goaways:
                client.ask("/bytes/1000", THOUSAND)
            client.expect_close()
        except Departure:
            # Only what came after the final GOAWAY was on its way need not be answered.
            if not client.goaways or client.goaways[-1].last_stream >= client.stream:
                raise
        holds(len(client.goaways) == 2, f"two GOAWAYs were to come{client.story()}")
    except Exception as error:  # pylint: disable=broad-except
        failures.append(f"{type(error).__name__}: {error}")


# --- And without the defences


def undefended():
    """with deadlines of 0 the attackers stay: nothing else ends them"""
    server = Server(PROGRAM, f"--root={ROOT}", "--diagnostics", "--preface_timeout=0", "--field_block_timeout=0",
                    "--idle_timeout=0", "--stall_timeout=0", "--keepalive_interval=0",
                    "--write_timeout=0", "--handshake_timeout=0")
    try:
        with attackers_of(server) as attackers:
            for opening in (None, OPENING, HALF_A_BLOCK, HALF_A_REQUEST,
                            PINNED_OPENING + requests(LARGE[0], 100),
                            WIDE_OPENING + requests(LARGE[0], 10)):
                attackers.connect(opening, receive_buffer=4096)
            time.sleep(10)  # longer than the deadlines of the checks above
            equal([is_dropped(one) for one in attackers.sockets], [False] * len(attackers.sockets))
    finally:
        server.kill()


CHECKS = [storm, storm_by_default, pinned_storm, hit_and_run, crowd, more_than_descriptors,
          more_than_descriptors_by_default, slow_preface, slow_headers, slow_continuation, slow_body,
          half_open, zero_windows, full_sockets, pings_unread, resets_in_mid_write, multiplied,
          memory, memory_undefended, end_under_load, undefended]
OF_TLS = [slow_handshake, half_handshakes]


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    report = Report("under fire")
    if is_over_tls():
        certificates.for_servers()  # before several threads want them
    checks = CHECKS + OF_TLS if is_over_tls() else CHECKS
    wanted = [check for check in checks if check.__name__ in sys.argv[2:] or not sys.argv[2:]]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda check: report.run(check.__doc__, check), wanted))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
