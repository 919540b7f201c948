#!/usr/bin/python3
"""Other people's reverse proxies in front of the server: nghttpx, haproxy and nginx, each with HTTP/2 and HTTP/1.1
behind it. get, gRPC and sockets are the clients, in both versions."""

import http.client
import json
import os
import signal
import ssl
import struct
import sys

import client
import grpc_client
import reverse_proxies
import transport
from checks import SCRATCH, equal, holds, make_site
from peer import DATA, END_HEADERS, END_STREAM, HEADERS, Peer
from report import Report
from server import Server, is_over_tls

if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} GET SERVE")
get, SERVE = client.Client(sys.argv[1]), sys.argv[2]

ROOT, FILES = make_site()
LARGE = os.path.join(ROOT, "large.bin")
VERSIONS = ("2", "1.1")
MIB = 1 << 20
PATIENCE = 60  # seconds, which only something that hangs takes


class Cell:
    """A proxy before a server, which is asked for its counters without it."""

    def __init__(self, kind, behind):
        self.server = Server(SERVE, f"--root={ROOT}", "--diagnostics", "--grace=0")  # it ends by itself
        self.proxy = kind(self.server, behind)
        self.behind = behind
        self.watcher = None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.proxy.stop()
        self.server.kill()

    def url(self, path, version="2"):
        return self.proxy.front(version) + path

    def stats(self):
        """Over a connection that stays, so that it counts once."""
        if self.watcher is None:
            where = (self.server.host, self.server.port)
            self.watcher = (http.client.HTTPSConnection(*where, timeout=PATIENCE, context=ssl.create_default_context())
                            if is_over_tls() else http.client.HTTPConnection(*where, timeout=PATIENCE))
        self.watcher.request("GET", "/stats")
        return json.loads(self.watcher.getresponse().read())

    def port(self, version):
        return int(self.proxy.front(version).rsplit(":", 1)[1])

    def peer(self):
        """A client of the proxy that says what it is told."""
        class Target:
            host, port, get_path, post_path, timeout = "127.0.0.1", self.port("2"), "/", "/echo", PATIENCE

        return Peer(Target)


def downloads(cell):
    """files, one after the other and side by side"""
    names = ["digits.txt", "empty.txt", "large.bin", "sub/page.html"] * 3
    outputs = [os.path.join(SCRATCH.name, f"file{i}") for i in range(len(names))]
    for version in VERSIONS:
        for name in ("large.bin", "empty.txt"):
            equal(get(f"--http={version}", cell.url("/" + name, version)).out, FILES[name])
        # (Each into a file of its own: no stream has to wait for another.)
        get(f"--http={version}", *[argument for output in outputs for argument in ("-o", output)],
            *[cell.url("/" + name, version) for name in names])
        for name, output in zip(names, outputs):
            with open(output, "rb") as file:
                holds(file.read() == FILES[name], f"HTTP/{version}: {name} differs")


def heads(cell):
    """the request's fields, HEAD, 404, a condition that holds, a range"""
    for version in VERSIONS:
        ask = lambda *arguments, **options: get(f"--http={version}", *arguments, **options)
        told = json.loads(ask("-H", "x-one: 1", cell.url("/headers?a=b", version)).out)
        equal((told[":path"], told["x-one"]), ("/headers?a=b", "1"))
        head = ask("-I", cell.url("/digits.txt", version)).out.decode()
        if "no length" not in cell.proxy.can:
            holds("content-length: 1000\n" in head.lower(), head)
        ask("-f", cell.url("/nothing", version), code=client.HTTP_STATUS)
        etag = next(line[6:] for line in head.splitlines() if line.lower().startswith("etag: "))
        holds("< :status: 304" in ask("-v", "-H", f"if-none-match: {etag}", cell.url("/digits.txt", version)).err,
              "no 304")
        equal(ask("-H", "range: bytes=10-19", cell.url("/digits.txt", version)).out, b"0123456789")


def uploads(cell):
    """uploads that are echoed, of a size that is known and of one that is not"""
    for version in VERSIONS:
        for arguments in (["-d", "@" + LARGE], ["-d", "@-"]):
            result = get(f"--http={version}", *arguments, cell.url("/echo", version), data=FILES["large.bin"])
            holds(result.out == FILES["large.bin"], f"HTTP/{version}, {arguments}: the echo differs")


def back_pressure(cell):
    """a client that takes its echo slowly holds up its upload; the server's memory stays flat"""
    content = os.urandom(MIB) * 40
    path = os.path.join(SCRATCH.name, "slow")
    with open(path, "wb") as out:
        out.write(content)
    for version in VERSIONS:
        reads, writes = os.pipe()
        running = get.start(f"--http={version}", "-d", "@" + path, cell.url("/echo", version), stdout=writes)
        os.close(writes)
        received, most = b"", 0
        with open(reads, "rb") as pipe:
            while piece := pipe.read(MIB):
                received += piece
                stats = cell.stats()
                # (The system's queues are as long as it likes: tcp(7), tcp_rmem.)
                most = max(most, stats["memory"] - stats["socket_memory"])
        running.finish()
        holds(received == content, f"HTTP/{version}: the echo differs")
        holds(most < 16 * MIB, f"HTTP/{version}: the server held {most} octets")


def load(cell):
    """a thousand requests, fifty at once"""
    for version in VERSIONS:
        text = get(f"--http={version}", "-n", 1000, "-m", 50, cell.url("/bytes/3000", version)).out.decode()
        holds("1000: 1000 ok, 0 failed" in text, text)


def kept(cell):
    """requests that follow each other share connections to the server"""
    for version in VERSIONS:
        before = cell.stats()
        get(f"--http={version}", "-n", 200, "-m", 1, cell.url("/bytes/10", version))
        after = cell.stats()
        equal(after["requests_received"] - before["requests_received"], 201)  # one is for /stats
        made = after["connections_accepted"] - before["connections_accepted"]
        holds(made <= 3, f"HTTP/{version}: {made} connections for 200 requests")


def cancelled(cell):
    """a download that its client leaves ends at the server, too, and others go on"""
    for version in VERSIONS:
        before = cell.stats()
        reads, writes = os.pipe()
        running = get.start(f"--http={version}", cell.url("/bytes/1000000000", version), stdout=writes)
        os.close(writes)
        with open(reads, "rb") as pipe:
            equal(len(pipe.read(3 * MIB)), 3 * MIB)
            running.kill()
        def ended(stats):
            return any(stats[what] > before[what] for what in ("streams_reset_by_peer", "connections_closed",
                                                               "connections_failed"))
        until(lambda: ended(cell.stats()), "the server goes on")
        equal(get(f"--http={version}", cell.url("/digits.txt", version)).out, FILES["digits.txt"])


def until(condition, what):
    deadline = client.time.monotonic() + PATIENCE
    while not condition():
        holds(client.time.monotonic() < deadline, what)


def trailers(cell):
    """trailers of a request, which come back with its echo"""
    peer = cell.peer()
    peer.send_headers(1, peer.post_fields() + [("te", "trailers"), ("trailer", "x-sum")], END_HEADERS)
    peer.send_data(1, b"hello", 0)
    peer.send_headers(1, [("x-sum", "7")], END_STREAM | END_HEADERS)
    peer.expect_response(1)
    body = b""
    while (frame := peer.read_until(lambda f: f.stream == 1 and f.type in (DATA, HEADERS), "trailers")).type == DATA:
        holds(not frame.end_stream, "no trailers")
        body += frame.payload
    equal(body, b"hello")
    equal(dict(peer.decode(frame)).get("x-sum"), "7")
    peer.close()


# RFC 6455: §1.3, and a text frame of 5 octets with its echo (§5.7).
HANDSHAKE = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
ASKED, ECHOED = bytes.fromhex("818537fa213d7f9f4d5158"), b"\x81\x05Hello"
CLOSE, CLOSED = bytes.fromhex("88820000000003e8"), bytes.fromhex("880203e8")


def websocket(cell):
    """a WebSocket by Upgrade: a hundred messages, and its end"""
    with transport.connect("127.0.0.1", cell.port("1.1"), PATIENCE, protocol="http/1.1") as socket:
        socket.sendall(f"GET /ws HTTP/1.1\r\nHost: localhost\r\n{HANDSHAKE}\r\n".encode())
        stream = socket.makefile("rb")
        equal(stream.readline().split()[1], b"101")
        head = b""
        while (line := stream.readline()) != b"\r\n":
            head += line
        holds(ACCEPT in head, head)
        for _ in range(100):
            socket.sendall(ASKED)
            equal(stream.read(len(ECHOED)), ECHOED)
        socket.sendall(CLOSE)
        equal(stream.read(), CLOSED)


def websocket_over_http2(cell):
    """a WebSocket over HTTP/2 (RFC 8441), to the proxy at least"""
    peer = cell.peer()
    peer.send_headers(1, [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", transport.scheme()),
                          (":path", "/ws"), (":authority", "localhost"), ("sec-websocket-version", "13")], END_HEADERS)
    peer.expect_response(1)
    for _ in range(10):
        peer.send_data(1, ASKED, 0)
        received = b""
        while len(received) < len(ECHOED):
            received += peer.read_until(lambda f: f.type == DATA and f.stream == 1, "DATA").payload
        equal(received, ECHOED)
    peer.close()


def shut_down(cell):
    """SIGTERM to the server under a download: the download goes on to its end, and the server ends"""
    reads, writes = os.pipe()
    size = 50 * MIB
    running = get.start(cell.url(f"/bytes/{size}"), stdout=writes)
    os.close(writes)
    with open(reads, "rb") as pipe:
        received = len(pipe.read(MIB))
        cell.server.process.send_signal(signal.SIGTERM)
        while piece := pipe.read(MIB):
            received += len(piece)
    running.finish()
    equal(received, size)
    equal(cell.server.wait(PATIENCE), None)


def no_limit(cell):
    """nothing of this was a limit's or an error's concern"""
    stats = cell.stats()
    equal([name for name, count in stats["limits_hit"].items() if count], [])
    equal(stats["streams_reset_by_us"], 0)


# What needs both the proxy and the version behind it.
CHECKS = [downloads, heads, uploads, back_pressure, load, kept, trailers, websocket, websocket_over_http2]
NEEDS = {back_pressure: "back-pressure", trailers: "trailers", websocket: "websocket", websocket_over_http2: "websocket over HTTP/2"}
GRPC = [grpc_client.unary, grpc_client.large, grpc_client.one_octet_messages, grpc_client.cancelled]


def main():
    report = Report("reverse_proxies")
    for kind in [kind for kind in reverse_proxies.ALL if kind.name in sys.argv[3:] or not sys.argv[3:]]:
        for behind in VERSIONS:
            with Cell(kind, behind) as cell:
                say = f"{kind.name}, HTTP/{behind} behind: ".format
                for check in CHECKS:
                    if check not in NEEDS or NEEDS[check] in cell.proxy.can:
                        report.run(say() + check.__doc__, check, cell)
                for call in GRPC if behind == "2" else ():
                    report.run(say() + call.__doc__, call, cell.port("2"))
                report.run(say() + no_limit.__doc__, no_limit, cell)
                report.run(say() + cancelled.__doc__, cancelled, cell)
            # (nghttpx leaves streams of WebSockets open at the server that have ended.)
            with Cell(kind, behind) as cell:
                report.run(say() + shut_down.__doc__, shut_down, cell)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
