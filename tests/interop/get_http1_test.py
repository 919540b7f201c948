#!/usr/bin/python3
"""The client in HTTP/1.1: against our own server, nginx, Apache httpd, h2o, Node, Go, h11, Python's http.server, and
a server that says what a test tells it. curl says what is right where it can."""

import fcntl
import json
import os
import signal
import socket
import struct
import sys
import termios
import time

import client
import origins
from checks import SCRATCH, equal, holds, make_site, require, run
from origins import Said
from report import Report
from server import Server, is_over_tls

if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} GET SERVE")
get = client.Client(sys.argv[1])
ROOT, FILES = make_site()


class Nginx(origins.Nginx):
    name = "nginx"

    def command(self, root):
        command = super().command(root)
        config = os.path.join(self.scratch, "nginx.conf")
        with open(config, encoding="ascii") as file:
            text = file.read()
        with open(config, "w", encoding="ascii") as file:
            file.write(text.replace(" http2;", ";"))
        return command


class Node(origins.Origin):
    name = "node"
    can = frozenset({"files", "echo", "trailers", "hints"})
    PROGRAM = """
const http = require(process.argv[3] ? 'https' : 'http'), fs = require('fs');
const tls = process.argv[3] ? {cert: fs.readFileSync(process.argv[3]), key: fs.readFileSync(process.argv[4])} : {};
http.createServer(tls, (request, response) => {
  if (request.method === 'POST') {
    response.setHeader('trailer', 'x-after');
    request.on('data', (piece) => response.write(piece));
    request.on('end', () => { response.addTrailers({'x-after': 'the body'}); response.end(); });
    return;
  }
  response.writeEarlyHints && response.writeEarlyHints({link: '</a>; rel=preload'});
  fs.createReadStream(process.argv[2] + request.url)
      .on('error', () => { response.statusCode = 404; response.end(); }).pipe(response);
}).listen(parseInt(process.argv[1]), '127.0.0.1');
"""

    def command(self, root):
        return [require("node"), "-e", self.PROGRAM, "--", str(self.port), root, *self.files()]


class Python(origins.Origin):
    name = "http.server"
    can = frozenset({"files"})

    def command(self, root):
        return ["/usr/bin/python3", "-m", "http.server", "--protocol", "HTTP/1.1", "--bind", "127.0.0.1",
                "--directory", root, str(self.port)]


class Python10(Python):
    name = "http.server of HTTP/1.0"

    def command(self, root):
        return [argument.replace("HTTP/1.1", "HTTP/1.0") for argument in super().command(root)]


class H11(origins.Origin):
    """A plain server on python3-h11, whose state machine judges what the client says."""
    name = "h11"
    can = frozenset({"files", "echo", "trailers"})
    PROGRAM = """
import os, socket, sys, threading
import h11
def serve(client):
    state = h11.Connection(h11.SERVER)
    def event():
        while (one := state.next_event()) is h11.NEED_DATA:
            state.receive_data(client.recv(65536))
        return one
    def send(one):
        client.sendall(state.send(one) or b"")
    while not isinstance(request := event(), h11.ConnectionClosed):
        body = b""
        while not isinstance(one := event(), h11.EndOfMessage):
            body += one.data
        path = os.path.join(sys.argv[2], request.target.decode().lstrip("/"))
        is_post = request.method == b"POST"
        status = 200 if is_post or os.path.isfile(path) else 404
        if status == 200 and not is_post:
            with open(path, "rb") as file:
                body = file.read()
        length = [] if is_post else [("Content-Length", str(len(body)))]
        send(h11.InformationalResponse(status_code=103, headers=[("Link", "</a>")]))
        send(h11.Response(status_code=status, headers=[("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), *length]))
        for at in range(0, len(body) if request.method != b"HEAD" else 0, 50_000):
            send(h11.Data(data=body[at:at + 50_000]))
        send(h11.EndOfMessage(headers=[("X-After", "the body")] if is_post else []))
        if state.our_state is h11.MUST_CLOSE:
            break
        state.start_next_cycle()
    client.close()
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""

    def command(self, root):
        return ["/usr/bin/python3", "-c", self.PROGRAM, str(self.port), root]


# --- A server of files.

def files(origin):
    """a file, an empty one, a larger one, as curl gets them"""
    for name in ("digits.txt", "empty.txt", "large.bin", "sub/page.html"):
        body = get("--http1.1", origin.url("/" + name)).out
        equal(body, FILES[name], name)
        equal(run(require("curl"), "--http1.1", "-s", origin.url("/" + name), binary=True), body, name)


def many(origin):
    """many requests one after the other, in their order"""
    names = ["digits.txt", "large.bin", "empty.txt", "sub/page.html"] * 5
    result = get("--http=1.1", *[origin.url("/" + name) for name in names])
    holds(result.out == b"".join(FILES[name] for name in names), "the bodies are not in order")
    text = get("-n", 200, "--http1.1", origin.url("/digits.txt")).out
    holds(b"200: 200 ok, 0 failed" in text, text.decode())


def head(origin):
    """-I: the head, no body"""
    text = get("-I", "--http1.1", origin.url("/digits.txt")).out.decode()
    holds(text.startswith("HTTP/1.1 200\n") and "date: " in text.lower() and text.endswith("\n\n"), text)


def not_found(origin):
    """404 with --fail"""
    get("-f", "--http1.1", origin.url("/nothing"), code=client.HTTP_STATUS)


def falls_back(origin):
    """--http=auto: HTTP/1.1 with a server that has nothing else; without it this is said"""
    equal(get("--http=auto", origin.url("/digits.txt"), origin.url("/large.bin")).out,
          FILES["digits.txt"] + FILES["large.bin"])
    if not is_over_tls():
        result = get(origin.url("/digits.txt"), code=client.PROTOCOL_ERROR)
        holds("--http=auto" in result.err, result.err)


def echo(origin):
    """-d: of a known size, and from a pipe in chunks"""
    equal(get("--http1.1", "-d", "@" + os.path.join(ROOT, "large.bin"), origin.url("/echo")).out,
          FILES["large.bin"])
    equal(get("--http1.1", "-d", "@-", origin.url("/echo"), data=FILES["large.bin"]).out,
          FILES["large.bin"])


def verbose(origin):
    """-v tells of trailers"""
    result = get("-v", "--http1.1", "-d", "text", origin.url("/echo"))
    equal(result.out, b"text")
    holds("< x-after: the body" in result.err or "< x-size: 4" in result.err, result.err)


# --- Our own.

def of_ours(server):
    """every version is spoken by serve"""
    equal(get("--http1.1", server.url("/bytes/10")).out, b"0123456789")
    equal(get("--http=auto", server.url("/bytes/10")).out, b"0123456789")
    holds(get("--http=auto", "-I", server.url("/")).out.startswith(b"HTTP/2 200"), "auto is not HTTP/2")
    told = json.loads(get("--http1.1", "-H", "X-One: 1", "-H", "te: trailers", server.url("/headers?a=b")).out)
    equal((told[":path"], told["x-one"], told["te"], told["connection"]), ("/headers?a=b", "1", "trailers", "te"))
    equal(get("--http1.1", "-d", "@-", server.url("/echo"), data=FILES["large.bin"]).out, FILES["large.bin"])


def until_close():
    """content that ends with the connection is whole"""
    with Said(b"HTTP/1.1 200 OK\r\n\r\nhello") as server:
        equal(get("--http1.1", server.url()).out, b"hello")


def cut_off():
    """content of a length, or chunks, that is cut off is an error"""
    for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
                   b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"):
        with Said(answer) as server:
            result = get("--http1.1", server.url(), code=client.CONNECTION_LOST)
            holds("the connection ended before the response did" in result.err, result.err)


def acknowledged(connection):
    """Once the client's system has all that was sent."""
    unsent = bytearray(4)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        fcntl.ioctl(connection, termios.TIOCOUTQ, unsent)
        if not any(unsent):
            return
        time.sleep(0.001)
    raise AssertionError("it does not get there")


def held_up(reset, *upload):
    """The server has sent all of it and gone before get reads, and the output takes little at a time."""
    body = b"0123456789abcdef" * 3_500
    out, into = os.pipe()
    fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, 4096)
    with socket.create_server(("127.0.0.1", 0)) as listener, open(out, "rb") as pipe:
        running = get.start("--http1.1", "--window=16384", *upload, f"http://127.0.0.1:{listener.getsockname()[1]}/", stdout=into)
        os.close(into)
        connection, _ = listener.accept()
        connection.recv(65536)
        running.process.send_signal(signal.SIGSTOP)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        acknowledged(connection)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        running.process.send_signal(signal.SIGCONT)
        time.sleep(0.2)  # so that it can make a mistake
        written = pipe.read()
        running.finish(client.OK, 60)
    holds(written == body, f"{len(written)} of {len(body)} octets")


def closed_early():
    """a server that closes while the output is held up: nothing is lost"""
    held_up(reset=False)


def reset_early():
    """nor if it resets the connection, once all has come"""
    held_up(reset=True)


def answered_early():
    """nor if it closes without reading an upload, of which more is to be sent"""
    held_up(False, "-d", "@" + os.path.join(ROOT, "large.bin"))


def refused_upload():
    """an upload that is refused by a server that keeps the connection and reads no more"""
    listener = socket.create_server(("127.0.0.1", 0))
    running = get.start("--http1.1", "-d", "@" + os.path.join(ROOT, "large.bin"),
                        "http://127.0.0.1:%d/" % listener.getsockname()[1])
    connection, _ = listener.accept()
    with connection:
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\n\r\ntoo much")
        equal(running.finish(client.OK, 60).out, b"too much")


def asked_again():
    """a kept connection that ends before an answer: GET goes over a new one"""
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    with Said((ok + b"a\n", b""), ok + b"b\n") as server:
        equal(get("--http1.1", server.url("/a"), server.url("/b")).out, b"a\nb\n")
        equal([text.split()[1] for text in server.heard], [b"/a", b"/b", b"/b"])


def not_asked_again():
    """POST does not"""
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    with Said((ok + b"a\n", b""), ok + b"b\n") as server:
        get("--http1.1", "-d", "x", server.url("/a"), server.url("/b"), code=client.CONNECTION_LOST)
        equal(len(server.heard), 2)


def required():
    """HTTP_1_1_REQUIRED: --http=auto sends the request again in HTTP/1.1; without it this is said"""
    settings, reset = bytes.fromhex("000000040000000000"), bytes.fromhex("00000403000000000100000" "00d")
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na\n"
    with Said(settings + reset, ok) as server:
        equal(get("--http=auto", "-d", "x", server.url("/a")).out, b"a\n")
        holds(server.heard[1].startswith(b"POST /a HTTP/1.1\r\n"), server.heard[1])
        equal(server.protocols, ["h2", "http/1.1"] if is_over_tls() else [])
    with Said(settings + reset) as server:
        result = get(server.url("/a"), code=client.STREAM_RESET)
        holds("HTTP_1_1_REQUIRED" in result.err, result.err)


def smuggled():
    """a response with two lengths is an error that names the rule"""
    with Said(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") as server:
        result = get("--http1.1", server.url(), code=client.PROTOCOL_ERROR)
        holds("content-length or transfer-encoding, not both (RFC 9112 §6.3)" in result.err, result.err)


# The same server speaks both, so that nothing has to fall back.
HAVE_HTTP2 = (origins.Apache, origins.H2o, origins.Go)


def main():
    report = Report("get_http1")
    for kind in (Nginx, Node, *HAVE_HTTP2, *(() if is_over_tls() else (H11, Python, Python10))):
        with kind(ROOT) as origin:
            for check in (files, many, head, not_found):
                report.run(f"{origin.name}: {check.__doc__}", check, origin)
            if kind not in HAVE_HTTP2:
                report.run(f"{origin.name}: {falls_back.__doc__}", falls_back, origin)
            if "echo" in origin.can:
                report.run(f"{origin.name}: {echo.__doc__}", echo, origin)
                report.run(f"{origin.name}: {verbose.__doc__}", verbose, origin)
    server = Server(sys.argv[2])
    try:
        report.run(of_ours.__doc__, of_ours, server)
    finally:
        server.stop()
    report.run(required.__doc__, required)
    if not is_over_tls():
        for check in (until_close, cut_off, closed_early, reset_early, answered_early, refused_upload, asked_again, not_asked_again, smuggled):
            report.run(check.__doc__, check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
