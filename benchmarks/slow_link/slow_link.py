#!/usr/bin/python3
"""Downloads and uploads over slow and distant links, with receive windows that have to follow the path: `get` and
`serve` beside curl, nghttpd and h2o.

    bazel run -c opt //benchmarks/slow_link -- [--tls] [--rounds 3]

Each row is a client, each column a server behind the same link (tests/slow_link): the seconds of a whole run of the
client, with its connection and handshake, the median of some rounds that take turns. "the link" is what the octets
take on it at its rate, and one round trip. Uploads come back (nghttpd --echo-upload, /echo), both ways at once. What is
slow here is the link, not the machine, as long as nothing else keeps that busy.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, namedtuple

Link = namedtuple("Link", "name delay rate what")  # milliseconds each way, octets a second

LINKS = [
    Link("near", 10, 25_000_000, "20 ms there and back, 200 Mbit/s"),
    Link("far", 50, 12_500_000, "100 ms there and back, 100 Mbit/s"),
    Link("farther", 150, 6_250_000, "300 ms there and back, 50 Mbit/s"),
]


class Across:
    """A server behind a link."""

    def __init__(self, program, link, server, scheme):
        self.server = server
        self.process = subprocess.Popen([program, str(server.port), f"--delay={link.delay}", f"--rate={link.rate}"],
                                        stdout=subprocess.PIPE, text=True)
        self.base = f"{scheme}://127.0.0.1:{int(self.process.stdout.readline())}"

    def stop(self):
        self.process.kill()
        self.process.wait()


def seconds(*command):
    """Of a whole run."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=600)
    return time.monotonic() - began


def clients(arguments, authority):
    """The command of each, for a download and for an upload."""
    curl = ["curl", "--silent", "--fail", "--output", "/dev/null"]
    curl += ["--http2", "--cacert", authority] if authority else ["--http2-prior-knowledge"]
    get = [arguments.get, "-o", "/dev/null", *([f"--cacert={authority}"] if authority else [])]
    return {"curl": (curl, ["--data-binary", "@{}"]), "get": (get, ["-d", "@{}"]),
            "get, tuned": ([*get, "--window=0"], ["-d", "@{}"])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("get", "serve", "link"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--tls", action="store_true", help="over TLS")
    parser.add_argument("--nghttpd_uploads", action="store_true", help="let nghttpd echo uploads, too")
    parser.add_argument("--octets", type=int, default=20_000_000, help="of a transfer (%(default)s)")
    parser.add_argument("--links", default=",".join(link.name for link in LINKS), help="which (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="number of runs of each (%(default)s)")
    arguments = parser.parse_args()
    os.environ["HEADRACE_TEST_TLS"] = "1" if arguments.tls else "0"  # what tests/harness goes by
    # pylint: disable=import-outside-toplevel
    import certificates
    from origins import H2o, Nghttpd
    from server import Server

    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o755)
        file = os.path.join(root, "file")
        with open(file, "wb") as out:
            out.write(os.urandom(arguments.octets))
        os.chmod(file, 0o644)
        servers = {"serve": Server(arguments.serve, f"--root={root}", "--diagnostics"), "nghttpd": Nghttpd(root),
                   "h2o": H2o(root)}
        authority = certificates.for_servers_authority().certificate if arguments.tls else None
        try:
            for link in (one for one in LINKS if one.name in arguments.links.split(",")):
                measure(link, servers, clients(arguments, authority), arguments, file)
        finally:
            servers["serve"].kill()
            for name in ("nghttpd", "h2o"):
                servers[name].stop()
    return 0


def measure(link, servers, programs, arguments, file):
    scheme = "https" if arguments.tls else "http"
    across = {name: Across(arguments.link, link, server, scheme) for name, server in servers.items()}
    found = defaultdict(list)
    try:
        for _ in range(arguments.rounds):
            for client, (command, upload) in programs.items():
                for server, behind in across.items():
                    found["down", client, server].append(seconds(*command, behind.base + "/file"))
                    if server == "serve" or (server == "nghttpd" and arguments.nghttpd_uploads):
                        found["up", client, server].append(
                            seconds(*command, *(part.format(file) for part in upload), behind.base + "/echo"))
    finally:
        for behind in across.values():
            behind.stop()
    ideal = arguments.octets / link.rate + 2 * link.delay / 1000
    print(f"\n{link.name}: {link.what}; {arguments.octets:,} octets; the link: {ideal:.2f} s")
    print(f"{'':<26}" + "".join(f"{name:>10}" for name in across))
    for way, what in (("down", "download"), ("up", "upload, back")):
        for client in programs:
            cells = [f"{statistics.median(found[way, client, server]):>8.2f} s" if (way, client, server) in found
                     else f"{'-':>10}" for server in across]
            print(f"{client + ', ' + what:<26}" + "".join(cells), flush=True)


if __name__ == "__main__":
    sys.exit(main())
