#!/usr/bin/python3
"""nghttp against the server: frames as another implementation sees them."""

import os
import re
import sys
import tempfile

from checks import SCRATCH, equal, holds, main, make_site, require, run

NGHTTP = require("nghttp")
ROOT, FILES = make_site()


def nghttp(*arguments, **options):
    return run(NGHTTP, "--timeout=30s", *arguments, **options)


def upload_file(size):
    with tempfile.NamedTemporaryFile(delete=False, dir=SCRATCH.name) as out:
        out.write(os.urandom(size))
        return out.name


def verbose(server):
    """-v: SETTINGS both ways, HEADERS with :status 200, END_STREAM, no error"""
    text = nghttp("-v", "-n", "--no-dep", server.url("/digits.txt"))
    for part in (r"recv SETTINGS frame <.*flags=0x00", r"recv SETTINGS frame <.*flags=0x01",
                 r"recv \(stream_id=\d+\) :status: 200", r"recv DATA frame.*flags=0x01"):
        holds(re.search(part, text), f"no '{part}' in: {text[-1500:]}")
    holds("RST_STREAM" not in text, "RST_STREAM")


def priority_tree(server):
    """RFC 7540 priorities, as nghttp sends them before its request"""
    text = nghttp("-v", "-n", "--weight=200", server.url("/digits.txt"))
    holds("send PRIORITY frame" in text, "nghttp sent no PRIORITY")
    holds(":status: 200" in text, text[-1000:])


def download(server):
    """three megabytes"""
    equal(nghttp("--no-dep", server.url("/large.bin"), binary=True), FILES["large.bin"])


def small_windows(server):
    """windows of 2^10 octets for stream and connection"""
    equal(nghttp("-w10", "-W10", server.url("/digits.txt"), binary=True), FILES["digits.txt"])


def upload(server):
    """-d: one megabyte to /echo, back as it was"""
    name = upload_file(1_000_000)
    with open(name, "rb") as content:
        equal(nghttp("-d", name, server.url("/echo"), binary=True), content.read())


def padded_upload(server):
    """--padding: padding on HEADERS and DATA"""
    name = upload_file(100_000)
    with open(name, "rb") as content:
        equal(nghttp("--padding=256", "-d", name, server.url("/echo"), binary=True), content.read())


def trailers(server):
    """--trailer: trailers of the request come back as trailers"""
    name = upload_file(5_000)
    text = nghttp("-v", "-n", "-d", name, "--trailer", "x-checksum: abc123", server.url("/echo"))
    received = [line for line in text.split("\n") if "recv (stream_id" in line]
    holds(any("x-checksum: abc123" in line for line in received), text[-1500:])
    last = [line for line in text.split("\n") if "recv HEADERS frame" in line][-1]
    holds("flags=0x05" in last, f"the trailers' HEADERS: {last}")


def expect_continue(server):
    """--expect-continue: 100, then the upload"""
    name = upload_file(5_000)
    text = nghttp("-v", "-n", "--expect-continue", "-d", name, server.url("/echo"))
    holds(":status: 100" in text and ":status: 200" in text, text[-1500:])


def many_streams(server):
    """-m: a thousand requests of one connection, all answered"""
    text = nghttp("-n", "-m1000", "-s", server.url("/bytes/1000"))
    equal(len(re.findall(r"\s200\s", text)), 1000)


def many_uploads(server):
    """-m -d: a hundred uploads at once"""
    name = upload_file(30_000)
    text = nghttp("-v", "-n", "-m100", "-d", name, server.url("/echo"))
    equal(len(re.findall(r"recv \(stream_id=\d+\) :status: 200", text)), 100)


def header_table(server):
    """--header-table-size: the decoder's table at 0, and at 64 KiB"""
    for size in ("0", "65536"):
        text = nghttp("-v", "-n", "-m5", f"--header-table-size={size}", server.url("/digits.txt"))
        equal(len(re.findall(r":status: 200", text)), 5, size)


def continuation(server):
    """--continuation: a field block of two frames"""
    text = nghttp("-v", "-n", "--continuation", server.url("/digits.txt"))
    # nghttp reports the HEADERS frame together with its CONTINUATION.
    sent = re.search(r"send HEADERS frame <length=(\d+)", text)
    holds(sent and int(sent.group(1)) > 16384, "the block was sent in one frame")
    holds(":status: 200" in text, text[-1500:])


CHECKS = [verbose, priority_tree, download, small_windows, upload, padded_upload, trailers,
          expect_continue, many_streams, many_uploads, header_table, continuation]

if __name__ == "__main__":
    sys.exit(main("nghttp", CHECKS, f"--root={ROOT}", "--diagnostics"))
