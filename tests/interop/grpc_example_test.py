#!/usr/bin/python3
"""gRPC's C core, from Python, against examples/grpc_echo, in cleartext and over TLS: all four kinds of calls,
deadlines, cancellation, a status in trailers only, messages of 64 MB, keepalive."""

import re
import subprocess
import sys
import threading
import time

import grpc

import certificates
from checks import equal, holds
from report import Report

PATIENCE = 120  # seconds, which only something that hangs takes
if len(sys.argv) < 2:
    sys.exit(f"usage: {sys.argv[0]} GRPC_ECHO")


class running:
    """The program, and a channel to it."""

    def __init__(self, tls):
        self.signer = certificates.authority() if tls else None
        made = certificates.issue(self.signer, "grpc") if tls else None
        self.process = subprocess.Popen(
            [sys.argv[1], "0", *([made.certificate, made.key] if tls else [])], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)\n", self.process.stdout.readline())[1])

    def channel(self, *options):
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1),
                   ("grpc.max_send_message_length", -1), *options]
        if self.signer is None:
            return grpc.insecure_channel(f"localhost:{self.port}", options)
        with open(self.signer.certificate, "rb") as authority:
            return grpc.secure_channel(f"localhost:{self.port}", grpc.ssl_channel_credentials(authority.read()), options)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()


def unary(server):
    """unary calls, a thousand, as many at once as the server allows"""
    with server.channel() as to:
        pending = [to.unary_unary("/echo.Echo/Unary").future(b"x" * (n % 300)) for n in range(1000)]
        for number, one in enumerate(pending):
            equal(one.result(PATIENCE), b"x" * (number % 300))


def server_streaming(server):
    """a stream of responses"""
    with server.channel() as to:
        equal(list(to.unary_stream("/echo.Echo/Repeat")(b"again", timeout=PATIENCE)), [b"again"] * 10)


def client_streaming(server):
    """a stream of requests"""
    with server.channel() as to:
        messages = (b"m" * (n % 3000) for n in range(500))
        equal(to.stream_unary("/echo.Echo/Count")(messages, timeout=PATIENCE), b"\x0a\x03500")


def both_ways(server):
    """a conversation: each message waits for the answer to the one before"""
    with server.channel() as to:
        answered = threading.Semaphore(1)

        def messages():
            for number in range(100):
                answered.acquire()
                yield b"%d" % number

        for number, answer in enumerate(to.stream_stream("/echo.Echo/Echo")(messages(), timeout=PATIENCE)):
            equal(answer, b"%d" % number)
            answered.release()
        equal(number, 99)


def deadline(server):
    """a deadline that passes, and the connection goes on"""
    with server.channel() as to:
        over = threading.Event()

        def nothing():
            over.wait(PATIENCE)
            yield b""

        try:
            list(to.stream_stream("/echo.Echo/Echo")(nothing(), timeout=0.3))
            raise AssertionError("it was answered")
        except grpc.RpcError as error:
            equal(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        finally:
            over.set()
        equal(to.unary_unary("/echo.Echo/Unary")(b"on", timeout=PATIENCE), b"on")


def cancellation(server):
    """calls that are cancelled behind their first answer"""
    with server.channel() as to:
        over = threading.Event()

        def messages():
            yield b"one"
            over.wait(PATIENCE)

        for _ in range(100):
            one = to.stream_stream("/echo.Echo/Echo")(messages())
            equal(next(one), b"one")
            one.cancel()
        over.set()
        equal(to.unary_unary("/echo.Echo/Unary")(b"on", timeout=PATIENCE), b"on")


def statuses(server):
    """errors: in trailers only, and behind a response that has begun"""
    with server.channel() as to:
        for method, content, code, details in (
                ("/echo.Echo/Nothing", b"", grpc.StatusCode.UNIMPLEMENTED, "there is no such method"),
                ("/echo.Echo/Repeat", bytes(100_000), grpc.StatusCode.RESOURCE_EXHAUSTED,
                 "the message is too long to be repeated")):
            try:
                list(to.unary_stream(method)(content, timeout=PATIENCE))
                raise AssertionError("it was answered")
            except grpc.RpcError as error:
                equal((error.code(), error.details()), (code, details))


def large(server):
    """a message of 64 MB, there and back"""
    content = bytes(range(256)) * 250_000
    with server.channel() as to:
        holds(to.unary_unary("/echo.Echo/Unary")(content, timeout=PATIENCE) == content, "it differs")


def keepalive(server):
    """the client's PINGs within a call are answered"""
    with server.channel(("grpc.keepalive_time_ms", 100), ("grpc.keepalive_timeout_ms", 10_000),
                        ("grpc.http2.max_pings_without_data", 0)) as to:
        answered = threading.Semaphore(1)

        def messages():
            for _ in range(4):
                answered.acquire()
                time.sleep(0.25)  # what is slow here is the client
                yield b"now"

        for answer in to.stream_stream("/echo.Echo/Echo")(messages(), timeout=PATIENCE):
            equal(answer, b"now")
            answered.release()


def main():
    report = Report("grpc_example")
    for tls in (False, True):
        with running(tls) as server:
            for check in (unary, server_streaming, client_streaming, both_ways, deadline, cancellation, statuses, large,
                          keepalive):
                report.run(f"{'TLS' if tls else 'cleartext'}: {check.__doc__}", check, server)
            report.add("the server is alive", None if server.process.poll() is None else "it has ended")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
