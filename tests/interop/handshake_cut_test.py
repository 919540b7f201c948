#!/usr/bin/python3
"""Connections that are lost within a TLS handshake, behind every octet that a peer sends in it, by FIN or by RST in
turn, in TLS 1.3 and 1.2: `serve` forgets each of them and goes on, and `get` ends with a sentence and its exit code. The peers
are Python's (OpenSSL's, but nothing of the library under test)."""

import concurrent.futures
import itertools
import json
import socket
import ssl
import struct
import sys

import certificates
import client
from checks import equal, holds
from report import Report
from server import Server

if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} GET SERVE")
get, SERVE = client.Client(sys.argv[1]), sys.argv[2]
PATIENCE = 60  # seconds, which only something that hangs takes
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST
VERSIONS = {"1.3": ssl.TLSVersion.TLSv1_3, "1.2": ssl.TLSVersion.TLSv1_2}
AT_ONCE = 8


class Half:
    """One end of a handshake, whose octets we carry."""

    def __init__(self, context, **how):
        self.into, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.end = context.wrap_bio(self.into, self.out, **how)

    def step(self, received=b""):
        """Takes octets; what it says to them, and whether it has finished."""
        self.into.write(received)
        try:
            self.end.do_handshake()
            return self.out.read(), True
        except ssl.SSLWantReadError:
            return self.out.read(), False


class Cut:
    """The first `left` octets of what is sent over a socket go out, and then its end."""

    def __init__(self, plain, left, by_reset):
        self.plain, self.left, self.by_reset = plain, left, by_reset
        plain.settimeout(PATIENCE)

    def send(self, octets):
        """False: cut."""
        self.plain.sendall(octets[:self.left])
        whole = len(octets) <= self.left
        self.left -= len(octets)
        return whole

    def end(self):
        if self.by_reset:
            self.plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        else:
            self.plain.shutdown(socket.SHUT_WR)
            while self.plain.recv(1 << 16):  # until the other end has closed, too
                pass
        self.plain.close()


def converse(half, cut):
    """A handshake up to the cut; True: it came to its end before."""
    received = b""
    while True:
        said, finished = half.step(received)
        # (What a server says when it has finished are tickets in TLS 1.3: the client is through already.)
        if finished and half.end.server_side and half.end.version() == "TLSv1.3":
            return True
        if not cut.send(said):
            return False
        if finished:
            return True
        received = cut.plain.recv(1 << 16)
        if not received:
            return False


# --- `serve`, and clients that go


def client_context(version):
    context = ssl.create_default_context(cafile=certificates.for_servers_authority().certificate)
    context.set_alpn_protocols(["h2", "http/1.1"])
    context.maximum_version = version
    return context


def stats(server):
    return json.loads(get(f"--cacert={certificates.for_servers_authority().certificate}", server.url("/stats")).out)


def clients_that_go(version):
    pair = certificates.for_servers()
    server = Server(SERVE, "--tls_cert=" + pair[0].certificate, "--tls_key=" + pair[0].key)
    server.url = lambda path: f"https://{server.host}:{server.port}{path}"
    context = client_context(version)

    def play(size):
        with socket.create_connection((server.host, server.port), PATIENCE) as plain:
            cut = Cut(plain, size, by_reset=size % 2 == 1)
            finished = converse(Half(context, server_hostname="localhost"), cut)
            cut.end()
            return finished

    try:
        memory = stats(server)["memory"]
        size = 0
        while not play(size):
            size += 1
        holds(size > 300, f"the client's part of a handshake has {size} octets")
        # A reset may come to the server later than our question.
        for _ in range(1000):
            after = stats(server)
            if after["connections_open"] == 1 and after["memory"] <= memory:
                break
        equal((after["connections_open"], after["memory"] <= memory), (1, True), "what stays")
        equal(after["handshakes_failed"], size)
        equal(server.stop(), None)
    finally:
        server.kill()


# --- `get`, and servers that go


def servers_that_go(version):
    made = certificates.issue(certificates.for_servers_authority(), "going")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    context.set_alpn_protocols(["h2"])
    context.maximum_version = version

    def check(size):
        """False if the handshake came to its end."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(PATIENCE)
            running = get.start(f"--cacert={certificates.for_servers_authority().certificate}",
                                f"https://localhost:{listener.getsockname()[1]}/")
            try:
                cut = Cut(listener.accept()[0], size, by_reset=size % 2 == 1)
                finished = converse(Half(context, server_side=True), cut)
                listener.close()  # nobody is there any more
                if not finished:
                    cut.end()
                    said = running.finish(client.TLS, PATIENCE).err
                    holds(said.count("\n") == 1 and "TLS" in said, f"behind {size} octets, {said!r}")
                return not finished
            finally:
                running.kill()

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for first in itertools.count(0, 64):
            if not all(pool.map(check, range(first, first + 64))):
                break
    holds(first > 500, f"the server's part of a handshake has about {first} octets")


def main():
    report = Report("handshake_cut")
    for name, version in VERSIONS.items():
        report.run(f"TLS {name}: serve, and clients that go behind every octet", clients_that_go, version)
        report.run(f"TLS {name}: get, and servers that go behind every octet", servers_that_go, version)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
