#!/usr/bin/python3
"""gRPC's C++ library as a client of examples/grpc_echo, and as a server, beside Python's, for
examples/grpc_client: all four kinds of calls, deadlines, cancellation, a status in trailers only, messages of 64 MB,
keepalive. Over TLS where the target says so."""

import concurrent.futures
import os
import queue
import re
import signal
import subprocess
import sys
import threading

import grpc

import certificates
from checks import equal, holds, run
from report import Report
from server import is_over_tls

if len(sys.argv) < 4:
    sys.exit(f"usage: {sys.argv[0]} GRPC_ECHO GRPC_CLIENT GRPC_PEER")
GRPC_ECHO, GRPC_CLIENT, GRPC_PEER = map(os.path.abspath, sys.argv[1:4])
PATIENCE = 120  # seconds, which only something that hangs takes
AUTHORITY = certificates.authority() if is_over_tls() else None
MADE = certificates.issue(AUTHORITY, "grpc") if is_over_tls() else None
FILES = [MADE.certificate, MADE.key] if is_over_tls() else []


class Program:
    """A server whose first line ends with its port; the lines behind it are in `lines`."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r"(\d+)\n", self.process.stdout.readline())[1])
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def next_cancelled(self):
        equal(self.lines.get(timeout=PATIENCE), "cancelled")

    def is_alive(self):
        return self.process.poll() is None

    def stop(self):
        self.process.kill()
        self.process.wait()


class OfPython:
    """The same service from Python's library. Messages are bytes, whose coding is not looked at."""

    def __init__(self):
        self.lines = queue.Queue()
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), handlers=(self,),
                                  options=[("grpc.max_receive_message_length", -1),
                                           ("grpc.max_send_message_length", -1),
                                           ("grpc.http2.max_ping_strikes", 0)])
        if is_over_tls():
            with open(FILES[0], "rb") as certificate, open(FILES[1], "rb") as key:
                how = grpc.ssl_server_credentials([(key.read(), certificate.read())])
            self.port = self.server.add_secure_port("127.0.0.1:0", how)
        else:
            self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def service(self, details):
        """What the library asks for a method."""
        return {"/echo.Echo/Unary": grpc.unary_unary_rpc_method_handler(lambda message, _: message),
                "/echo.Echo/Echo": grpc.stream_stream_rpc_method_handler(self.echo),
                "/echo.Echo/Repeat": grpc.unary_stream_rpc_method_handler(self.repeat),
                "/echo.Echo/Count": grpc.stream_unary_rpc_method_handler(self.count)}.get(details.method)

    def echo(self, messages, context):
        context.add_callback(lambda: self.lines.put(context.code() or "cancelled"))
        yield from messages

    @staticmethod
    def repeat(message, context):
        if len(message) > 4096:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "the message is too long to be repeated")
        return iter([message] * 10)

    @staticmethod
    def count(messages, _):
        count = str(sum(1 for _ in messages)).encode()
        return b"\x0a" + bytes([len(count)]) + count

    def next_cancelled(self):
        self.lines.get(timeout=PATIENCE)

    @staticmethod
    def is_alive():
        return True

    def stop(self):
        self.server.stop(None)


# --- Our client.


def client(server, method, *options):
    trust = [f"--authorities={AUTHORITY.certificate}"] if is_over_tls() else []
    return [GRPC_CLIENT, *trust, *options, "127.0.0.1", str(server.port), f"/echo.Echo/{method}"]


def call(server, method, messages, *options):
    """The answers, the exit code, and what it says of the status."""
    done = subprocess.run(client(server, method, *options), input=b"".join(one + b"\n" for one in messages),
                          capture_output=True, timeout=PATIENCE, check=False)
    return done.stdout.splitlines(), done.returncode, done.stderr.decode().strip()


class Talking:
    """A call that is in progress."""

    def __init__(self, server, method, *options):
        self.process = subprocess.Popen(client(server, method, *options), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ask(self, message):
        self.process.stdin.write(message + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip(b"\n")

    def end(self):
        """The exit code, and what it says of the status. Its input stays open if it has ended by itself."""
        code = self.process.wait(PATIENCE)
        said = self.process.stderr.read().decode().strip()
        self.process.communicate()
        return code, said


def unary(server):
    """unary calls, messages of every size around those of frames and their length's octets"""
    for size in (0, 1, 127, 128, 16_379, 16_384, 65_536, 1_000_000):
        equal(call(server, "Unary", [b"u" * size]), ([b"u" * size], 0, "status 0"))


def server_streaming(server):
    """a stream of responses"""
    equal(call(server, "Repeat", [b"again"]), ([b"again"] * 10, 0, "status 0"))


def client_streaming(server):
    """a stream of requests"""
    equal(call(server, "Count", [b"m" * (n % 3000) for n in range(500)]), ([b"500"], 0, "status 0"))


def both_ways(server):
    """a conversation: each message waits for the answer to the one before"""
    talking = Talking(server, "Echo")
    for number in range(100):
        equal(talking.ask(b"%d" % number), b"%d" % number)
    talking.process.stdin.close()
    talking.process.stdin = None
    equal(talking.end(), (0, "status 0"))


def deadline(server):
    """a deadline that passes"""
    talking = Talking(server, "Echo", "--timeout=400")
    code, said = talking.end()
    equal(code, 4)
    holds("deadline" in said.lower(), said)  # whoever of the two was first
    server.next_cancelled()


def cancellation(server):
    """a call that is cancelled behind its first answer, of which the server hears"""
    talking = Talking(server, "Echo", "--answers=1")
    equal(talking.ask(b"one"), b"one")
    equal(talking.end(), (1, "status 1: enough"))
    server.next_cancelled()


def trailers_only(server):
    """a status in trailers only"""
    answers, code, said = call(server, "Nothing", [b"content"])
    equal((answers, code), ([], 12))
    holds(said.startswith("status 12"), said)


def status_with_a_message(server):
    """a status with a message"""
    equal(call(server, "Repeat", [b"r" * 100_000]),
          ([], 8, "status 8: the message is too long to be repeated"))


def large(server):
    """a message of 64 MB, there and back"""
    content = b"l" * 64_000_000
    answers, code, said = call(server, "Unary", [content])
    equal((code, said), (0, "status 0"))
    holds(answers == [content], "it differs")


def keepalive(server):
    """PINGs within a call are answered"""
    talking = Talking(server, "Echo", "--keepalive=50")
    for _ in range(3):
        equal(talking.ask(b"now"), b"now")
        threading.Event().wait(0.3)  # what is slow here is the client
    talking.process.stdin.close()
    talking.process.stdin = None
    equal(talking.end(), (0, "status 0"))


def silent():
    """a server that falls silent: PINGs are not answered, so the call ends as UNAVAILABLE"""
    server = Program(GRPC_PEER, "server", *FILES)
    try:
        talking = Talking(server, "Echo", "--keepalive=50", "--patience=200")
        equal(talking.ask(b"one"), b"one")
        server.process.send_signal(signal.SIGSTOP)
        code, said = talking.end()
        equal(code, 14)
        holds(said.startswith("status 14: "), said)
    finally:
        server.stop()


def nobody():
    """a port on which nobody listens: UNAVAILABLE"""
    class Nowhere:
        port = 1

    answers, code, said = call(Nowhere, "Unary", [b"x"])
    equal((answers, code), ([], 14))
    holds(said.startswith("status 14: "), said)


CALLS = (unary, server_streaming, client_streaming, both_ways, deadline, cancellation, trailers_only,
         status_with_a_message, large, keepalive)


def converse(report):
    """C++'s client, which prints "ok  NAME" or "FAILED  NAME: WHY" for each conversation, and "done"."""
    server = Program(GRPC_ECHO, "0", *FILES)
    try:
        trust = [AUTHORITY.certificate] if is_over_tls() else []
        text = run(GRPC_PEER, "client", f"localhost:{server.port}", *trust, timeout=300, check=False)
        for outcome, name, failure in re.findall(r"^(ok|FAILED) {2}([^:\n]*)(?:: (.*))?$", text, re.M):
            report.add(f"C++ client: {name}", None if outcome == "ok" else failure)
        ended = text.rstrip().endswith("done") and server.is_alive()
        report.add("C++ client: it runs to its end, and the server is alive", None if ended else text[-500:] or "no output")
    finally:
        server.stop()


def main():
    report = Report("grpc_calls")
    converse(report)
    for name, start in (("C++", lambda: Program(GRPC_PEER, "server", *FILES)), ("Python", OfPython)):
        server = start()
        try:
            for check in CALLS:
                report.run(f"{name} server: {check.__doc__}", check, server)
            report.add(f"{name} server: it is alive", None if server.is_alive() else "it has ended")
        finally:
            server.stop()
    for check in (silent, nobody):
        report.run(f"C++ server: {check.__doc__}", check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
