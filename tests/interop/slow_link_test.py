#!/usr/bin/python3
"""Over links that are slow and far away, stand still for a while, cut octets apart or bring them all at once
(tests/slow_link): curl and `get` against `serve` lose nothing, over TLS where the target says so."""

import os
import subprocess
import sys

import certificates
import client
from checks import SCRATCH, equal, holds, require, run
from report import Report
from server import Server, is_over_tls

if len(sys.argv) < 4:
    sys.exit(f"usage: {sys.argv[0]} GET SERVE SLOW_LINK")
get, SERVE, SLOW_LINK = client.Client(sys.argv[1]), sys.argv[2], os.path.abspath(sys.argv[3])
CURL = require("curl")


class Link:
    """The way to a server; `base` begins its URLs."""

    def __init__(self, server, *options):
        self.process = subprocess.Popen([SLOW_LINK, str(server.port), *options], stdout=subprocess.PIPE, text=True)
        self.base = f"{'https' if is_over_tls() else 'http'}://127.0.0.1:{int(self.process.stdout.readline())}"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()


def fetch(url, *how):
    return get(*how, url).out


def curl(url, *how):
    return run(CURL, "--silent", "--show-error", "--max-time", "100", "--http2-prior-knowledge" if not is_over_tls() else
               "--http2", *how, url, binary=True)


def transfers(server, size, *options):
    """Down, up and back, by both; and a hundred at once."""
    content = os.urandom(size)
    path = os.path.join(SCRATCH.name, "content")
    with open(path, "wb") as out:
        out.write(content)
    counted = (b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n" * (size // 64 + 1))[:size]
    with Link(server, *options) as link:
        for program, upload in ((curl, "--data-binary"), (fetch, "-d")):
            name = program.__name__
            holds(program(f"{link.base}/bytes/{size}") == counted, f"{name}: a download differs")
            holds(program(f"{link.base}/echo", upload, "@" + path) == content, f"{name}: an echo differs")
        equal(get(*[f"{link.base}/bytes/{size // 100}"] * 100).out, counted[:size // 100] * 100)


def slow(server):
    """a slow link far away: 80 ms there and back, 8 MB a second"""
    transfers(server, 2_000_000, "--delay=40", "--rate=8000000")


def narrow(server):
    """a link whose queue holds a segment, so that its ends feel every octet"""
    transfers(server, 500_000, "--delay=2", "--rate=2000000", "--queue=1460")


def bursts(server):
    """octets that come in bursts of 100,000"""
    transfers(server, 1_000_000, "--delay=20", "--rate=4000000", "--burst=100000")


def octet_by_octet(server):
    """segments of one octet, both ways"""
    transfers(server, 20_000, "--segment=1")


def odd_segments(server):
    """segments of 7 octets, which end within headers, and of 1,000, which end within records"""
    transfers(server, 100_000, "--segment=7")
    transfers(server, 500_000, "--segment=1000")


def all_at_once(server):
    """what is said in a fifth of a second arrives at once"""
    transfers(server, 300_000, "--delay=1", "--stall=1", "--stall_for=200")


def stalls(server):
    """a link that stands still, each way, at the beginning, in a handshake, in the middle, and goes on: nothing is lost"""
    for octets in (10, 1_000, 100_000, 400_000):
        transfers(server, 500_000, "--delay=5", f"--stall={octets}", "--stall_for=700")


CHECKS = [slow, narrow, bursts, octet_by_octet, odd_segments, all_at_once, stalls]


def main():
    report = Report("slow_link")
    if is_over_tls():
        certificates.for_servers()
    server = Server(SERVE)
    try:
        for check in CHECKS:
            report.run(check.__doc__, check, server)
        report.add("the server is alive and ends cleanly", server.stop())
    finally:
        server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
