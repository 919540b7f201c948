#!/usr/bin/python3
"""examples/proxy.cc: any version in front, any behind. Bodies, trailers, heads, failures and load go through
it as they are; curl and get are the clients, serve, Node and a server that says what it is told stand behind."""

import json
import os
import signal
import socket
import subprocess
import sys

import client
import origins
from checks import SCRATCH, equal, holds, make_site, require, run
from origins import Said
from peer import HEADERS, REFUSED_STREAM, Peer
from report import Report
from scripted_server import ScriptedServer
from server import Server

if len(sys.argv) < 4:
    sys.exit(f"usage: {sys.argv[0]} PROXY GET SERVE")
PROXY = os.path.abspath(sys.argv[1])
get = client.Client(sys.argv[2])
ROOT, FILES = make_site()
FRONTS = ("--http=2", "--http=1.1")


class Proxy:
    """One that runs, before the server at `port`."""

    def __init__(self, port, version):
        self.process = subprocess.Popen([PROXY, "0", "127.0.0.1", str(port), version],
                                        stdout=subprocess.PIPE, text=True)
        self.behind = version
        self.base = self.process.stdout.readline().strip().rstrip("/")
        holds(self.base.startswith("http://127.0.0.1:"), "it says no URL")

    def url(self, path="/"):
        return self.base + path

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


class Target:
    """A proxy, as Peer wants it."""
    get_path, post_path, timeout = "/", "/echo", 60

    def __init__(self, proxy):
        self.host, port = proxy.base[len("http://"):].split(":")
        self.port = int(port)


def bodies(proxy):
    """bodies both ways, large ones and of no known size"""
    path = os.path.join(ROOT, "large.bin")
    for front in FRONTS:
        equal(get(front, proxy.url("/bytes/10")).out, b"0123456789")
        equal(get(front, "-d", "text", proxy.url("/echo")).out, b"text")
        equal(get(front, "-d", "@" + path, proxy.url("/echo")).out, FILES["large.bin"])
        equal(get(front, "-d", "@-", proxy.url("/echo"), data=FILES["large.bin"]).out, FILES["large.bin"])


def heads(proxy):
    """fields, without those about one connection; HEAD and 404"""
    for front in FRONTS:
        version = front.removeprefix("--http=")
        result = get("-v", front, "-H", "x-one: 1", "-H", "te: trailers", proxy.url("/headers?a=b"))
        told = json.loads(result.out)
        equal((told[":path"], told["x-one"], told["te"], told["via"]),
              ("/headers?a=b", "1", "trailers", f"{version} headrace-proxy"))
        holds(f"< via: {proxy.behind} headrace-proxy" in result.err, result.err)
        holds("content-length: 10\n" in get(front, "-I", proxy.url("/bytes/10")).out.decode(), "no length")
        get(front, "-f", proxy.url("/nothing"), code=client.HTTP_STATUS)
    told = json.loads(run(require("curl"), "-s", "-H", "Connection: x-mine", "-H", "X-Mine: 1", "-H",
                          "Upgrade: websocket", proxy.url("/headers")))
    holds("x-mine" not in told and "upgrade" not in told, told)


def smuggling(proxy):
    """connection cannot take away what says where a message ends, or whom it is for"""
    for name in ("content-length", "Host", "cookie"):
        status = run(require("curl"), "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H",
                     f"Connection: {name}", "-d", "x", proxy.url("/echo"))
        equal(status, "400", name)


def told_to_continue(proxy):
    """a client that waits for 100 before its upload gets it"""
    for version in ("--http2-prior-knowledge", "--http1.1"):
        text = run(require("curl"), "-s", version, "-H", "expect: 100-continue", "--expect100-timeout", "120",
                   "--max-time", "60", "-d", "waited", proxy.url("/echo"))
        equal(text, "waited", version)


def trailers(proxy):
    """trailers that would change a message are left out, and it ends (RFC 9110 §6.5.1)"""
    peer = Peer(Target(proxy))
    try:
        for number, name in enumerate(("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range",
                                       "proxy-authorization", "proxy-authenticate", "authorization", "content-length")):
            stream = 2 * number + 1
            peer.send_post(stream)
            peer.send_data(stream, b"text", flags=0)
            peer.send_headers(stream, [(name, "4"), ("x-one", "1")])
            peer.read_until(lambda frame, at=stream: frame.stream == at and frame.end_stream, f"the end behind {name}")
    finally:
        peer.close()


def raw_target(proxy):
    """a target that the version behind does not take is the client's mistake"""
    peer = Peer(Target(proxy))
    try:
        peer.send_get(path=b"/\xc3\xa9")
        head = peer.read_until(lambda frame: frame.type == HEADERS, "a response")
        holds((":status", "400" if proxy.behind == "1.1" else "404") in peer.decode(head), "another status")
    finally:
        peer.close()


def load(proxy):
    """many requests at once"""
    for front in FRONTS:
        text = get(front, "-n", 1000, "-m", 50, proxy.url("/bytes/3000")).out
        holds(b"1000: 1000 ok, 0 failed" in text, text.decode())


def sent_by_the_server(proxy):
    """Octets of content, as serve behind the proxy counts them."""
    counted = json.loads(get("--http=2", proxy.url("/stats")).out)

    def find(tree):
        return tree["data_sent"] if "data_sent" in tree else next(
            (found for part in tree.values() if isinstance(part, dict) and (found := find(part)) is not None), None)

    return find(counted)


def slow_reader(proxy):
    """a client that does not read stops the server: what waits in between is bounded"""
    before = sent_by_the_server(proxy)
    with socket.create_connection(proxy.url()[7:-1].split(":")) as reader:
        reader.sendall(b"GET /bytes/200000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        reader.settimeout(60)
        holds(reader.recv(1000).startswith(b"HTTP/1.1 200"), "no answer")
        sent = before
        while True:  # others are served meanwhile, of 1,000 octets each
            get("--http=2", "-n", 50, proxy.url("/bytes/1000"))
            last, sent = sent, sent_by_the_server(proxy)
            if sent - last < 100_000:  # theirs only: it stands still
                break
        # (Two systems' buffers for sockets, and the windows.)
        holds(sent - before < 40_000_000, f"{sent - before} octets")


def trailers_and_hints(proxy):
    """trailers and interim responses"""
    for front in FRONTS:
        result = get("-v", front, "-d", "text", proxy.url("/echo"))
        equal(result.out, b"text")
        holds("< x-size: 4" in result.err, result.err)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


def sent_again():
    """a request that a kept connection lost goes over another"""
    with Said((OK + b"a\n", b""), OK + b"b\n") as server, Proxy(server.port, "1.1") as proxy:
        equal(get("--http=2", proxy.url("/a")).out, b"a\n")
        equal(get("--http=2", proxy.url("/b")).out, b"b\n")
        equal([text.split()[1] for text in server.heard], [b"/a", b"/b", b"/b"])


def empty_body_again():
    """a request without content, whose end came by itself, is sent again with its end"""
    def refuse(visit):
        for _ in range(2):
            stream, _, ended = visit.expect_request()
            if not ended:
                visit.read_until(lambda frame, at=stream: frame.stream == at and frame.end_stream, "its end")
            if stream == 1:
                visit.send_rst_stream(stream, REFUSED_STREAM)
        visit.respond(stream, b"done")
        visit.drain()

    with ScriptedServer(refuse) as server:
        with Proxy(server.port, "2") as proxy:
            equal(get("--http=2", "-d", "@-", proxy.url(), data=b"").out, b"done")


def completed():
    """a response that is forwarded has a date, and 204 has no length"""
    bare = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nX-One: 1\r\n\r\n"
    with Said(bare, bare) as server, Proxy(server.port, "1.1") as proxy:
        for front in FRONTS:
            head = get("-v", front, proxy.url()).err
            holds("< x-one: 1" in head and "< date: " in head and "content-length" not in head, head)


def empty():
    """a response whose head is its end ends in front"""
    moved = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
    with Said(moved, moved) as server, Proxy(server.port, "1.1") as proxy:
        for front in FRONTS:
            result = get("-v", front, proxy.url())
            holds(result.out == b"" and "< :status: 302" in result.err, result.err)


def hops():
    """max-forwards of OPTIONS counts down, and 0 is for the proxy (RFC 9110 §7.6.2)"""
    with Said(OK + b"a\n") as server, Proxy(server.port, "1.1") as proxy:
        equal(get("-X", "OPTIONS", "-H", "max-forwards: 0", "-f", proxy.url()).out, b"")
        equal(get("-X", "OPTIONS", "-H", "max-forwards: 3", proxy.url()).out, b"a\n")
        equal(len(server.heard), 1)
        holds(b"max-forwards: 2\r\n" in server.heard[0], server.heard)


def cut_off():
    """a response that is cut off is none to the client either, in both versions"""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    with Said(answer, answer) as server, Proxy(server.port, "1.1") as proxy:
        get("--http=2", proxy.url(), code=client.STREAM_RESET)
        get("--http=1.1", proxy.url(), code=client.CONNECTION_LOST)


def no_server():
    """502 without a server, or with one that answers nonsense"""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with Proxy(port, "2") as proxy:
        for front in FRONTS:
            get("-f", front, proxy.url(), code=client.HTTP_STATUS)
    both = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with Said(both) as server, Proxy(server.port, "1.1") as proxy:
        equal(run(require("curl"), "-s", "-o", "/dev/null", "-w", "%{http_code}", proxy.url()), "502")


def main():
    report = Report("proxy")
    server = Server(sys.argv[3])
    try:
        for behind in ("2", "1.1"):
            with Proxy(server.port, behind) as proxy:
                for check in (bodies, heads, smuggling, told_to_continue, trailers, raw_target, load, slow_reader):
                    report.run(f"HTTP/{behind} behind: {check.__doc__}", check, proxy)
        with Proxy(server.port, "1.1") as second, Proxy(second.url().split(":")[2].strip("/"), "2") as first:
            report.run(f"a chain of HTTP/2 and HTTP/1.1: {bodies.__doc__}", bodies, first)
    finally:
        server.stop()
    with origins.Node(ROOT) as node, Proxy(node.port, "2") as proxy:
        report.run(f"node: {trailers_and_hints.__doc__}", trailers_and_hints, proxy)
    for check in (sent_again, empty_body_again, completed, empty, hops, cut_off, no_server):
        report.run(check.__doc__, check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
