#!/usr/bin/python3
"""examples/passive_decode reads captured octets of each direction, from the beginning and from the middle. The field blocks
are those of RFC 7541, Appendices C.4 and C.6."""

import os
import random
import struct
import subprocess
import sys
import tempfile

from checks import equal
from report import Report

if len(sys.argv) < 2:
    sys.exit(f"usage: {sys.argv[0]} PASSIVE_DECODE")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
REQUESTS = ("828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
            "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf")
RESPONSE = ("488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff"
            "6e919d29ad171863c78f0b97c8e9ae82ae43d3")


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def block(stream, text):
    """A whole field block, cut: HEADERS with END_STREAM, and CONTINUATION with END_HEADERS."""
    octets = bytes.fromhex(text)
    return frame(1, 1, stream, octets[:5]) + frame(9, 4, stream, octets[5:])


FIRST, SECOND, THIRD = (block(2 * at + 1, text) for at, text in enumerate(REQUESTS))
SETTINGS = frame(4, 0, 0)
CLIENT = PREFACE + SETTINGS + FIRST + SECOND + THIRD
# The table of C.6 has 256 octets, which the encoder says first (§6.3).
SERVER = SETTINGS + frame(4, 1, 0) + frame(1, 5, 1, bytes.fromhex("3fe101" + RESPONSE))


def decode(client, server, code=0):
    """The lines of each direction: ([...], [...])"""
    with tempfile.TemporaryDirectory() as directory:
        paths = [os.path.join(directory, name) for name in ("client", "server")]
        for path, octets in zip(paths, (client, server)):
            with open(path, "wb") as file:
                file.write(octets)
        done = subprocess.run([sys.argv[1], *paths], check=False, text=True, stdout=subprocess.PIPE)
    equal(done.returncode, code)
    lines = done.stdout.splitlines()
    return [[line[2:] for line in lines if line.startswith(mark)] for mark in "><"]


def head(scheme, path, authority, *others):
    return ["  :method: GET", f"  :scheme: {scheme}", f"  :path: {path}", f"  :authority: {authority}",
            *(f"  {other}" for other in others)]


def whole():
    """both directions, from the beginning"""
    client, server = decode(CLIENT, SERVER)
    host = "www.example.com"
    equal(client, ["SETTINGS", "HEADERS 1 END_STREAM (5)", "CONTINUATION 1 END_HEADERS (12)", *head("http", "/", host),
                   "HEADERS 3 END_STREAM (5)", "CONTINUATION 3 END_HEADERS (7)",
                   *head("http", "/", host, "cache-control: no-cache"),
                   "HEADERS 5 END_STREAM (5)", "CONTINUATION 5 END_HEADERS (19)",
                   *head("https", "/index.html", host, "custom-key: custom-value")])
    equal(server[:2], ["SETTINGS", "SETTINGS ACK"])
    equal(server[3:], ["  :status: 302", "  cache-control: private", "  date: Mon, 21 Oct 2013 20:13:21 GMT",
                       "  location: https://www.example.com"])


def late():
    """a client whose first request was not captured: what it refers to is unknown, and what comes then is not"""
    unknown = "(entry 62, from before)"
    client, _ = decode(FIRST[-3:] + SECOND + THIRD, SERVER)
    equal(client[:3], ["3 octets before the first frame", "HEADERS 3 END_STREAM (5)", "CONTINUATION 3 END_HEADERS (7)"])
    equal(client[3:8], ["  :method: GET", "  :scheme: http", "  :path: /", f"  {unknown}: {unknown}",
                        "  cache-control: no-cache"])
    unknown = "(entry 63, from before)"  # the same, behind what was inserted
    equal(client[13:], [f"  {unknown}: {unknown}", "  custom-key: custom-value"])


def cut():
    """captures that end within their second frame"""
    client, server = decode(PREFACE + SETTINGS + FIRST[:-3], SETTINGS + frame(1, 5, 1, b"\x88")[:-1])
    equal(client, ["SETTINGS", "HEADERS 1 END_STREAM (5)"])
    equal(server, ["SETTINGS"])


def within():
    """captures that begin within a frame of many octets, and with the rest of a field block"""
    content = frame(0, 0, 1, random.Random(1).randbytes(16_384)) * 100
    client, _ = decode(content[100:], SERVER)
    equal(client[0], "16293 octets before the first frame")
    equal(client[1:], ["DATA 1 (16384)"] * 99)
    client, _ = decode(FIRST[-21:] + SECOND + THIRD, SERVER)
    equal(client[0], "CONTINUATION 1 END_HEADERS (12)")
    equal(client[1:4], ["HEADERS 3 END_STREAM (5)", "CONTINUATION 3 END_HEADERS (7)", "  :method: GET"])


def broken():
    """an index that the table of a whole connection does not have; octets that are no frames"""
    client, _ = decode(PREFACE + SETTINGS + frame(1, 5, 1, b"\xbe"), SERVER)
    equal(client[-1], "  unreadable, as all blocks behind it: index 62 is behind the table")
    client, server = decode(CLIENT, SERVER + frame(6, 0, 0, b"short") + b"and more", code=1)
    equal(server[-1].partition(":")[0], "these are no frames")
    equal(client[0], "SETTINGS")


def main():
    report = Report("passive_example")
    for check in (whole, late, cut, within, broken):
        report.run(check.__doc__, check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
