#!/usr/bin/python3
"""How the server starts, is configured, and ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

import transport
from checks import equal, holds, require, run, without_io_uring
from peer import DATA, ENHANCE_YOUR_CALM, GOAWAY, INITIAL_WINDOW_SIZE, MAX_WINDOW, NO_ERROR, PREFACE, Peer
from report import Report
from server import NotStarted, Server, is_over_tls

CURL = require("curl")
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else sys.exit(f"usage: {sys.argv[0]} SERVER-PROGRAM")

PATIENCE = 60  # seconds, which only something that hangs takes
Target = namedtuple("Target", "host port get_path post_path timeout")


def connect(server, settings=()):
    return Peer(Target(server.host, server.port, "/bytes/1000", "/echo", PATIENCE), settings)


def curl(server, path):
    return run(CURL, "--http2-prior-knowledge", "-sS", "--max-time", str(PATIENCE), server.url(path))


class running:
    """A server for one check; it must be alive at the end, unless the check has ended it."""

    def __init__(self, *flags, environment=None, runner=()):
        self.server = Server(PROGRAM, *flags, environment=environment, runner=runner)

    def __enter__(self):
        return self.server

    def __exit__(self, kind, *unused):
        self.server.kill()


# --- The start


def announcement():
    """prints its URL and curl lines that work, whichever version of HTTP it speaks"""
    for version, lines in (("detect", 2), ("2", 1), ("1.1", 1)):
        with running(f"--http={version}") as server:
            wanted = 1 if is_over_tls() else lines
            server.wait_for(rf"(?:Try: curl .*\s*){{{wanted}}}")
            commands = re.findall(r"Try: (curl .*)", server.text())
            equal(len(commands), wanted, version)
            for command in commands:
                run("/bin/sh", "-c", f"{command} -sS --max-time {PATIENCE} --output /dev/null")


def refuses(*flags, runner=(), code=2):
    """One clear line on stderr, nothing on stdout, and this exit code."""
    # (Its usual port may be taken, by another test for one.)
    port = () if any(flag.startswith("--port=") for flag in flags) else ("--port=0",)
    result = subprocess.run([*runner, PROGRAM, *port, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            timeout=PATIENCE, check=False, text=True)
    equal(result.returncode, code, f"exit code with {' '.join(flags)}")
    lines = result.stderr.strip().split("\n")
    equal(len(lines), 1, f"lines on stderr ({result.stderr!r})")
    equal(result.stdout, "", "stdout")
    return lines[0]


def bad_flags():
    """a flag that it does not know, and values that make no sense: one line, exit code 2"""
    refuses("--no_such_flag=1")
    refuses("--port=http")
    for flag, value in (("port", "99999"), ("allocation", "sometimes"), ("threads", "0"),
                        ("address", "not-an-address")):
        line = refuses(f"--{flag}={value}")
        holds(flag in line or value in line, f"'{line}' does not say what is wrong with {flag}")


def missing_root():
    """a root that does not exist: one line, exit code 2"""
    with tempfile.TemporaryDirectory() as top:
        root = os.path.join(top, "missing")
        holds(root in refuses("--port=0", f"--root={root}"), "the line does not name the root")


def taken_port():
    """a port that is taken: one line, exit code 3, which no bad flag has"""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        holds(port in refuses(f"--port={port}", code=3), "the line does not name the port")


# --- What it is told to do


def allocation():
    """--allocation, and HEADRACE_REUSE_FRAMES=0 in the environment, which wins"""
    for flags, environment, expected in (
            ((), {}, "reuse"), (("--allocation=reuse",), {}, "reuse"),
            (("--allocation=fresh",), {}, "fresh"),
            (("--allocation=reuse",), {"HEADRACE_REUSE_FRAMES": "0"}, "fresh"),
            ((), {"HEADRACE_REUSE_FRAMES": "0"}, "fresh"),
            ((), {"HEADRACE_REUSE_FRAMES": "1"}, "reuse")):
        with running(*flags, environment=environment) as server:
            equal(json.loads(curl(server, "/stats"))["allocation"], expected,
                  f"{flags} {environment}")
            equal(len(curl(server, "/bytes/100000")), 100000)


def io():
    """--io: epoll, io_uring, and auto, which says why when it comes to epoll"""
    for name, expected in (("epoll", "epoll"), ("io_uring", "io_uring"), ("auto", "io_uring")):
        with running(f"--io={name}") as server:
            equal(json.loads(curl(server, "/stats"))["io"], expected, name)
    holds("--io" in refuses("--io=kqueue"), "the line does not say what is wrong")
    for reason, words in (("missing", "this kernel has no io_uring"),
                          ("forbidden", "io_uring is forbidden here"),
                          ("enter_forbidden", "io_uring is forbidden here"),
                          ("register_forbidden", "io_uring is forbidden here"),
                          ("only_some", "no memory for an io_uring")):
        flags, runner = ("--threads=16", "--io=auto"), without_io_uring(reason)
        with running(*flags, runner=runner) as server:
            serves(server, "epoll")
            holds(words in server.text(), server.text())
            line = refuses(*flags, "--io=io_uring", runner=runner)
            holds(words in line, f"'{line}' does not say '{words}'")


def serves(server, io):
    """Over `io`, as it has announced, to its graceful end."""
    equal(json.loads(curl(server, "/stats"))["io"], io)
    equal(len(curl(server, "/bytes/100000")), 100000)
    holds(f"io: {io})" in server.text(), server.text())
    equal("going on with epoll" in server.text(), io == "epoll", server.text())
    equal(server.stop(), None)


def little_locked_memory():
    """--io where little memory may be locked: io_uring or epoll, as the kernel counts, but it serves"""
    for kib in (0, 150, 300):
        runner = without_io_uring(f"locked={kib}")
        for flags in ((), ("--threads=4",)):
            with running(*flags, "--io=auto", runner=runner) as server:
                serves(server, json.loads(curl(server, "/stats"))["io"])
                holds("going on" not in server.text() or "ulimit -l" in server.text(), server.text())
            # (What other processes have locked counts too, and what those that have just ended had:
            # whether it can begin is asked once.)
            try:
                with running(*flags, "--io=io_uring", runner=runner) as server:
                    serves(server, "io_uring")
            except NotStarted as refusal:
                equal(refusal.code, 2, "exit code")
                equal(len(refusal.text.split("\n")), 1, f"lines ({refusal.text!r})")
                holds("ulimit -l" in refusal.text, refusal.text)


def io_that_fails():
    """io_uring that fails once it serves: a line that says so, exit code 1"""
    for flags in ((), ("--threads=4",)):
        with running(*flags, "--io=io_uring", runner=without_io_uring("broken")) as server:
            equal(server.process.wait(PATIENCE), 1, "exit code")
            server.reader.join(PATIENCE)
            last = server.text().split("\n")[-1]
            equal(last, "serve: io_uring: Input/output error")


def access_log():
    """--log: a line for every request, none without it"""
    with running("--log") as server:
        for path in ("/bytes/123", "/status/404", "/bytes/123"):
            curl(server, path)
        equal(server.stop(), None)
        lines = server.text()
        equal(lines.count("/bytes/123"), 2, lines)
        equal(lines.count("/status/404"), 1, lines)
        holds("GET" in lines and "200" in lines and "404" in lines, lines)
    with running() as server:
        curl(server, "/bytes/123")
        equal(server.stop(), None)
        holds("/bytes/123" not in server.text(), server.text())


def unread_log():
    """a log that nobody reads any more does not stop it"""
    with tempfile.TemporaryDirectory() as top:
        log = os.path.join(top, "log")
        os.mkfifo(log)
        reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
        with running(f"--log_file={log}") as server:
            peer = connect(server)
            for i in range(3000):  # lines of 50 octets; a pipe holds 65,536
                peer.send_get(2 * i + 1, path="/bytes/1")
                peer.expect_message(2 * i + 1)
            holds(os.read(reader, 1000).count(b"GET /bytes/1 200"), "nothing was logged")
        os.close(reader)


def idle_timeout():
    """--idle_timeout: an idle connection gets GOAWAY NO_ERROR and is closed"""
    with running("--idle_timeout=1s") as server:
        started = time.monotonic()
        peer = connect(server)
        goaway = None
        while (frame := peer.read()) is not None:
            if frame.type == GOAWAY:
                goaway = frame
        holds(goaway is not None and goaway.error == NO_ERROR, f"GOAWAY: {goaway}")
        holds(time.monotonic() - started >= 1, f"after {time.monotonic() - started:.1f} s")


def max_connections():
    """--max_connections=2: a third waits; when one ends there is room again"""
    # (Octets now and then are progress, however busy the machine is.)
    with running("--max_connections=2", "--least_rate=0") as server:
        first, second = connect(server), connect(server)
        for peer in (first, second):
            peer.send_post()
            peer.expect_response()
        with socket.create_connection((server.host, server.port), timeout=PATIENCE) as third:
            third.sendall(transport.client_hello())
            third.setblocking(False)
            for _ in range(10):  # who is being served, and gets on, keeps its place
                for peer in (first, second):
                    peer.send_data(1, b"x", 0)
                    peer.read_until(lambda frame: frame.type == DATA, "DATA")
                time.sleep(0.1)
                try:
                    equal(third.recv(100), "nothing", "the third connection")
                except BlockingIOError:
                    pass
        first.close()
        equal(len(curl(server, "/bytes/10")), 10)
        second.expect_ping_answer()


def giving_way():
    """--max_connections=2: of those that are idle the one that was so for the longest gives way"""
    # (Octets now and then are progress, however busy the machine is.)
    with running("--max_connections=2", "--least_rate=0") as server:
        first, second = connect(server), connect(server)
        equal(json.loads(curl(server, "/stats"))["connections_yielded"], 1)
        goaway = first.read_until(lambda frame: frame.type == GOAWAY, "GOAWAY")
        equal((goaway.last_stream, goaway.error), (0, NO_ERROR), "its GOAWAY")
        first.expect_close()
        second.expect_ping_answer()


def limits():
    """a limit that is reached: counted in /stats, and in the log when it ends a connection"""
    with running("--log") as server:
        peer = connect(server)
        peer.send_settings(*[(INITIAL_WINDOW_SIZE, 1000)] * 33)
        peer.expect_connection_error(ENHANCE_YOUR_CALM)
        hit = json.loads(curl(server, "/stats"))["limits_hit"]
        equal((hit["settings_per_frame"], hit["reset_burst"]), (1, 0), hit)
        equal(server.stop(), None)
        lines = [line for line in server.text().split("\n") if " connection " in line]
        equal(len(lines), 1, lines)
        for words in (" connection ENHANCE_YOUR_CALM: ", "33, limit 32 (settings_per_frame; 64 would"):
            holds(words in lines[0], lines[0])


def threads():
    """--threads=4: a hundred connections"""
    with running("--threads=4") as server:
        peers = [connect(server) for _ in range(100)]
        for peer in peers:
            peer.send_get(1)
        for peer in peers:
            peer.expect_message(1)
        equal(server.stop(), None)


# --- The end


def idle_end():
    """SIGTERM without a connection: exit code 0 at once"""
    with running() as server:
        equal(server.stop(), None)


def graceful_end():
    """SIGTERM under a download: GOAWAY in two phases, the download goes on to its end, exit code 0"""
    with running() as server:
        peer = connect(server, [(INITIAL_WINDOW_SIZE, 20000)])
        peer.send_get(1, path="/bytes/60000")
        peer.read_until(lambda f: f.type == DATA and f.stream == 1, "DATA")
        server.terminate()
        first = peer.read()
        while first is not None and first.type != GOAWAY:
            first = peer.read()
        equal((first.last_stream, first.error), (MAX_WINDOW, NO_ERROR), "the first GOAWAY")
        # A request that was under way when the first GOAWAY was sent is still served.
        peer.send_get(3)
        ended, last = set(), first
        answered = 0
        while (frame := peer.read()) is not None:
            if frame.type == 6 and not frame.flags & 1:
                peer.send_frame(6, 1, 0, frame.payload)
                answered += 1
            elif frame.type == GOAWAY:
                last = frame
                peer.send_window_update(1, 100000)
            elif frame.end_stream:
                ended.add(frame.stream)
        equal((last.last_stream, last.error), (3, NO_ERROR), "the last GOAWAY")
        equal(ended, {1, 3}, "streams that ended")
        equal(answered, 1, "PINGs of the server")
        equal(server.wait(PATIENCE), None)


def graceful_end_of_http1():
    """SIGTERM under a download in HTTP/1.1, whose head did not say close: the connection ends behind it"""
    with running("--grace=0") as server:
        with transport.connect(server.host, server.port, PATIENCE, protocol="http/1.1") as client:
            client.sendall(b"GET /bytes/30000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            octets = client.recv(1000)
            holds(octets.startswith(b"HTTP/1.1 200 ") and b"connection: close" not in octets, octets)
            server.terminate()
            size = len(octets)
            while piece := client.recv(1 << 20):
                size += len(piece)
            holds(size > 30_000_000, size)
        equal(server.wait(PATIENCE), None)


def refused_at_the_end():
    """after SIGTERM nobody can connect"""
    with running() as server:
        peer = connect(server, [(INITIAL_WINDOW_SIZE, 0)])
        peer.send_get(1)
        peer.expect_response(1)
        server.terminate()
        while peer.read().type != GOAWAY:
            pass
        try:
            with socket.create_connection((server.host, server.port), timeout=PATIENCE) as late:
                late.sendall(transport.client_hello())
                equal(late.recv(1), b"", "a late connection")
        except OSError:
            pass
        peer.close()
        equal(server.wait(PATIENCE), None)


def second_signal():
    """a client that never finishes does not keep a terminated server alive for ever"""
    with running() as server:
        peer = connect(server, [(INITIAL_WINDOW_SIZE, 0)])
        peer.send_get(1)
        peer.expect_response(1)
        server.terminate()
        peer.read_until(lambda frame: frame.type == GOAWAY, "GOAWAY")  # it has seen the first
        server.terminate()
        equal(server.wait(PATIENCE), None)
        peer.close()


def graceful_ends():
    """SIGTERM under twenty downloads at once: all of them are whole; over TLS close_notify is the end"""
    with running("--threads=2") as server:
        peers = [connect(server, [(INITIAL_WINDOW_SIZE, 20000)]) for _ in range(20)]
        for peer in peers:
            peer.send_get(1, path="/bytes/60000")
            peer.expect_data(1, 16384)
        server.terminate()
        for peer in peers:
            if is_over_tls():
                peer.socket.suppress_ragged_eofs = False  # without close_notify an end is an error
            size, ended, told = 16384, False, 0
            while (frame := peer.read()) is not None:
                if frame.type == DATA:
                    size, ended = size + len(frame.payload), frame.end_stream
                elif frame.type == 6 and not frame.flags & 1:
                    peer.send_frame(6, 1, 0, frame.payload)
                elif frame.type == GOAWAY:
                    told += 1
                    if told == 1:
                        peer.send_window_update(1, 100000)
            equal(told, 2, "GOAWAYs")
            equal((size, ended), (60000, True))
        equal(server.wait(PATIENCE), None)


def accepted(server, *said):
    """Clients that have connected and said this, each, and a Peer that came behind them."""
    sockets = []
    for octets in said:
        sockets.append(socket.create_connection((server.host, server.port), timeout=PATIENCE))
        sockets[-1].sendall(octets)
    return sockets, connect(server)


def endless_handshakes():
    """SIGTERM while clients shake hands: who goes no further is waited for as long as a handshake may take"""
    with running("--handshake_timeout=1s", "--grace=0") as server:
        hello = transport.client_hello()
        sockets, peer = accepted(server, *[b"", hello[:1], hello[:len(hello) // 2], hello] * 5)
        server.terminate()
        peer.read_until(lambda frame: frame.type == GOAWAY, "GOAWAY")
        equal(server.wait(PATIENCE), None)
        for one in (*sockets, peer):
            one.close()


def late_handshake():
    """SIGTERM while clients shake hands: who goes on is told to go away then"""
    with running("--handshake_timeout=0", "--grace=0") as server:
        (plain,), peer = accepted(server, b"")
        server.terminate()
        peer.read_until(lambda frame: frame.type == GOAWAY, "GOAWAY")
        peer.close()
        secure = transport.secured(plain, server.host, suppress_ragged_eofs=False)
        secure.sendall(PREFACE + Peer.pack(4, 0, 0))
        heard = b""
        while octets := secure.recv(10_000):
            heard += octets
        holds(Peer.pack(GOAWAY, 0, 0, MAX_WINDOW.to_bytes(4, "big") + bytes(4)) in heard, heard)
        secure.close()
        equal(server.wait(PATIENCE), None)


def hangup():
    """SIGHUP without a certificate to read again: a sentence, and it goes on"""
    with running() as server:
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("SIGHUP: nothing is read again")
        curl(server, "/")
        equal(server.stop(), None)


def interrupt():
    """SIGINT ends it as SIGTERM does"""
    with running() as server:
        server.process.send_signal(2)
        equal(server.wait(PATIENCE), None)


CHECKS = [announcement, bad_flags, missing_root, taken_port, allocation, io, little_locked_memory,
          io_that_fails, access_log, unread_log, idle_timeout, max_connections, giving_way, limits,
          threads, idle_end, graceful_end, graceful_ends, graceful_end_of_http1, refused_at_the_end,
          second_signal, interrupt, hangup]
OVER_TLS = [announcement, allocation, io, io_that_fails, access_log, idle_timeout, max_connections, giving_way, limits,
            threads, idle_end, graceful_end, graceful_ends, graceful_end_of_http1, endless_handshakes, late_handshake,
            refused_at_the_end, second_signal]


def main():
    report = Report("lifecycle")
    for check in OVER_TLS if is_over_tls() else CHECKS:
        report.run(check.__doc__, check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
