"""What a real gRPC client (its C core, from Python) says to a server whose /echo gives every message
back. Each function has a connection of its own to `port`."""

import os
import threading
import time

import grpc

from checks import equal, holds
from server import is_over_tls

PATIENCE = 120  # seconds


def channel(port, *options):
    # Else channels to the same place share a connection.
    own = ("grpc.use_local_subchannel_pool", 1)
    if not is_over_tls():
        return grpc.insecure_channel(f"127.0.0.1:{port}", options=[own, *options])
    with open(os.environ["SSL_CERT_FILE"], "rb") as authorities:
        trust = grpc.ssl_channel_credentials(authorities.read())
    return grpc.secure_channel(f"localhost:{port}", trust, options=[own, *options])


def unary(port, calls=500):
    """gRPC: unary calls, as many at once as the server allows"""
    with channel(port) as to:
        call = to.unary_unary("/echo")
        pending = [call.future(b"x" * (i % 50)) for i in range(calls)]
        for i, one in enumerate(pending):
            equal(one.result(PATIENCE), b"x" * (i % 50))


def large(port):
    """gRPC: messages of three megabytes"""
    content = bytes(range(256)) * 12000
    with channel(port) as to:
        equal(to.unary_unary("/echo")(content, timeout=PATIENCE), content)
        equal(list(to.stream_stream("/echo")(iter([content] * 3), timeout=PATIENCE)), [content] * 3)


def one_octet_messages(port):
    """gRPC: streams of messages of one octet: one of 1,000, and 100 of 5"""
    with channel(port) as to:
        call = to.stream_stream("/echo")
        for streams, messages in ((1, 1000), (100, 5)):
            for one in [call(iter([b"x"] * messages)) for _ in range(streams)]:
                equal(list(one), [b"x"] * messages)


def cancelled(port):
    """gRPC: 200 streaming calls that are cancelled behind their first answer"""
    with channel(port) as to:
        call = to.stream_stream("/echo")
        more = threading.Event()

        def messages():
            yield b"one"
            more.wait()

        for _ in range(200):
            one = call(messages())
            equal(next(one), b"one")
            one.cancel()
        more.set()


def hedged(port):
    """gRPC: 300 calls that are made twice, of which one is cancelled, and 50 with a short deadline"""
    with channel(port) as to:
        call = to.unary_unary("/echo")
        for _ in range(30):
            pairs = [(call.future(b"x"), call.future(b"x")) for _ in range(10)]
            time.sleep(0.05)
            for first, second in pairs:
                first.cancel()
                equal(second.result(PATIENCE), b"x")
        late = [call.future(b"x", timeout=0.03) for _ in range(50)]
        for one in late:
            holds(one.exception(PATIENCE) is None or
                  one.code() == grpc.StatusCode.DEADLINE_EXCEEDED, one.exception())


def keepalive(port, seconds=10):
    """gRPC: a connection whose keepalive PINGs come as often as they can, with a call now and then"""
    with channel(port, ("grpc.keepalive_time_ms", 10), ("grpc.keepalive_permit_without_calls", 1),
                 ("grpc.http2.max_pings_without_data", 0)) as to:
        call = to.unary_unary("/echo")
        for _ in range(2 * seconds):
            equal(call(b"x", timeout=PATIENCE), b"x")
            time.sleep(0.5)
