#!/usr/bin/python3
"""`serve --record` with real clients: each record becomes a transcript that holds, with the same output.

A proxy between the two keeps every octet that the server sends."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import recorder
from checks import equal, holds, main, require, run
from server import Server

CURL = require("curl")
NGHTTP = require("nghttp")
SERVE, REPLAY = sys.argv[1], sys.argv.pop()
MASK = (1 << 64) - 1


def checksum(octets):
    """What docs/flight-recorder.md says of the checksum: FNV-1a of words, folded."""
    prime, value, word = 0x100000001b3, 0xcbf29ce484222325, 0
    whole = len(octets) - len(octets) % 8
    for at in range(0, whole, 8):
        value = (value ^ int.from_bytes(octets[at:at + 8], "little")) * prime & MASK
        value ^= value >> 32
    word = int.from_bytes(octets[whole:], "little")
    return ((value ^ word) * prime & MASK ^ len(octets)) * prime & MASK


class Octets:
    """What a server sends on one connection, through the harness' proxy."""

    def __init__(self, path, header):
        self.path, self.octets = path, b""

    def from_client(self, octets):
        pass

    def from_server(self, octets):
        self.octets += octets

    def unread(self, octets):
        self.octets += octets

    def end(self, by_client):
        pass


class Recorded:
    """A server that records, behind a proxy; what `talk` comes to once both have stopped."""

    def __init__(self, talk, *flags):
        with tempfile.TemporaryDirectory() as directory:
            server = Server(SERVE, f"--record={directory}/records", *flags)
            proxy = recorder.Recorder(server.port, "unused", kind=lambda _: Octets)
            talk(f"http://127.0.0.1:{proxy.port}")
            proxy.stop()
            server.terminate()
            server.process.wait(60)
            self.sent = [one.octets for one in proxy.recordings]
            self.files = sorted(pathlib.Path(directory, "records").glob("*.record"))
            self.transcripts = [self.replay(file, directory) for file in self.files]

    def replay(self, file, directory):
        """The transcript of a record, which holds in both modes, and sends what the server sent."""
        transcript = subprocess.run([REPLAY, file], text=True, check=False, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE)
        equal((transcript.returncode, transcript.stderr), (0, ""))
        kind = re.search(r"\.h[12]t", transcript.stdout)[0]
        path = pathlib.Path(directory, "repeated" + kind)
        path.write_text(transcript.stdout)
        for mode in "reuse", "fresh":
            run(REPLAY, f"--allocation={mode}", path)
        size, said = re.search(r"^\? output (\d+) checksum=(0x[0-9a-f]+)$", transcript.stdout, re.M).groups()
        sums = [checksum(octets) for octets in self.sent if len(octets) == int(size)]
        holds(int(said, 16) in sums, f"no connection has sent these {size} octets: {list(map(len, self.sent))}")
        return transcript.stdout


BODY = os.urandom(300_000)


def curls(version):
    def curl(*arguments, **options):
        return run(CURL, version, "--silent", "--show-error", "--max-time", "60", *arguments, binary=True, **options)

    def talk(url):
        for path in "headers", "bytes/100000", "status/404":
            curl(f"{url}/{path}")
        equal(curl("--data-binary", "@-", f"{url}/echo", input=BODY), BODY)
    return talk


def over_http2(_):
    """curl with prior knowledge: a download, an upload"""
    recorded = Recorded(curls("--http2-prior-knowledge"))
    equal(len(recorded.files), 4)
    holds("\n    (indexed 2)    # :method: GET\n" in recorded.transcripts[0], "fields by their representation")


def over_http1(_):
    """curl with HTTP/1.1, on the same port"""
    recorded = Recorded(curls("--http1.1"))
    equal(len(recorded.files), 4)
    holds("\n< GET /headers HTTP/1.1\n" in recorded.transcripts[0], "messages as text")


def at_once(_):
    """nghttp: twenty streams at once, with priorities and a narrow window"""
    def talk(url):
        run(NGHTTP, "--null-out", "--multiply=20", "--window-bits=12", f"{url}/bytes/50000")
    recorded = Recorded(talk, "--allocation=fresh")
    equal(len(recorded.files), 1)
    equal(recorded.transcripts[0].count("\n= RequestReceived"), 20)


def over_tls(_):
    """what is encrypted on the wire is in clear in the record"""
    with tempfile.TemporaryDirectory() as directory:
        server = Server(SERVE, f"--record={directory}", "--tls")
        run(CURL, "--http2", "--insecure", "--silent", "--show-error", "--max-time", "60",
            f"https://{server.host}:{server.port}/headers")
        server.terminate()
        server.process.wait(60)
        file, = pathlib.Path(directory).iterdir()
        transcript = run(REPLAY, file)
        holds("option secure_transport true\n" in transcript, transcript[:300])
        holds(":path: /headers\n" in transcript, transcript[:900])


def bounded(_):
    """no more files, and no more octets, than the flags say"""
    def talk(url):
        for _ in range(3):
            run(CURL, "--http2-prior-knowledge", "--silent", "--show-error", "--max-time", "60", "--output",
                "/dev/null", "--data-binary", "@-", f"{url}/echo", input=BODY * 8, binary=True)
    with tempfile.TemporaryDirectory() as directory:
        server = Server(SERVE, f"--record={directory}", "--record_files=2", "--record_mib=1")
        talk(server.url().rstrip("/"))
        server.terminate()
        server.process.wait(60)
        files = sorted(pathlib.Path(directory).iterdir())
        equal(len(files), 2)
        for file in files:
            holds(file.stat().st_size <= 1 << 20, "a record is too large")
            holds("# CUT" in run(REPLAY, file), "a record that has come to its bound does not say so")


def refused(_):
    """a directory that cannot be made is a mistake in the command line"""
    done = subprocess.run([SERVE, "--port=0", "--record=/proc/none/such"], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    equal(done.returncode, 2)
    holds(done.stdout.startswith("serve: --record: "), done.stdout)


if __name__ == "__main__":
    sys.exit(main("records", [over_http2, over_http1, at_once, over_tls, bounded, refused]))
