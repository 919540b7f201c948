#!/usr/bin/python3
"""Large transfers down and up, and many at a standstill: the server's memory stays flat."""

import argparse
import concurrent.futures
import hashlib
import os
import subprocess
import sys
import threading

from checks import equal, holds, require
from peer import INITIAL_WINDOW_SIZE, MAX_WINDOW, DATA, Peer
from report import Report
from server import Server

CURL = require("curl")
MIB = 1024 * 1024
BLOCK = os.urandom(MIB)


class Target:
    get_path, post_path, timeout = "/bytes/1000", "/echo", 30

    def __init__(self, server):
        self.host, self.port = server.host, server.port


def flat(server, allowed, action):
    """The most that the server held during the action, by its own count; AssertionError above `allowed`."""
    most, over = 0, threading.Event()

    def look():
        nonlocal most
        while not over.wait(0.05):
            most = max(most, server.counted())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        action()
    finally:
        over.set()
        watcher.join()
    print(f"        it held {most / MIB:.1f} MiB at most")
    holds(0 < most <= allowed * MIB, f"the server held {most / MIB:.1f} MiB")


def download(server, version, size):
    text = subprocess.run(
        [CURL, "-sS", version, "--output", "/dev/null",
         "--write-out", "%{http_code} %{size_download}", server.url(f"/bytes/{size}")],
        stdout=subprocess.PIPE, check=True, text=True).stdout
    equal(text, f"200 {size}")


def upload(server, version, size):
    """Through /echo and back: as long, and with the same digest."""
    client = subprocess.Popen(
        [CURL, "-sS", version, "--upload-file", "-", server.url("/echo")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    sent, received = hashlib.sha1(), hashlib.sha1()

    def feed():
        left = size
        while left:
            part = BLOCK[:min(left, MIB)]
            client.stdin.write(part)
            sent.update(part)
            left -= len(part)
        client.stdin.close()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    total = 0
    while part := client.stdout.read(MIB):
        received.update(part)
        total += len(part)
    feeder.join()
    equal(client.wait(), 0, "curl")
    equal((total, received.hexdigest()), (size, sent.hexdigest()))


def standstill(server, all_there):
    """A hundred downloads of 1 GiB on one connection that nobody reads."""
    peer = Peer(Target(server), settings=[(INITIAL_WINDOW_SIZE, MAX_WINDOW)])
    try:
        for stream in range(1, 200, 2):
            peer.send_get(stream, path="/bytes/1073741824")
        peer.read_until(lambda frame: frame.type == DATA, "DATA")
        peer.send_window_update(0, MAX_WINDOW - 65535)
        all_there.wait(120)
        threading.Event().wait(1)  # so that somebody looks
    finally:
        peer.close()


def many_standstills(server):
    count = 51
    all_there = threading.Barrier(count)
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(standstill, server, all_there) for _ in range(count)]:
            done.result()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--size", type=int, default=int(os.environ.get("HEADRACE_TRANSFER_MIB", "256")),
                        help="MiB of each transfer")
    parser.add_argument("--allowed", type=float, default=32, help="MiB that it may hold")
    parser.add_argument("--http1.1", dest="version", action="store_const", const="--http1.1",
                        default="--http2-prior-knowledge", help="the transfers' version")
    arguments = parser.parse_args()
    size, version = arguments.size * MIB, arguments.version

    report = Report("large_transfer")
    server = Server(arguments.program)
    try:
        download(server, version, 10 * MIB)  # warm
        upload(server, version, 10 * MIB)
        report.run(f"{arguments.size} MiB down", flat, server, arguments.allowed,
                   lambda: download(server, version, size))
        report.run(f"{arguments.size} MiB up and back", flat, server, arguments.allowed,
                   lambda: upload(server, version, size))
        report.run("5,100 downloads of 1 GiB at a standstill", flat, server, arguments.allowed,
                   lambda: many_standstills(server))
        report.add("the server is alive and ends cleanly", server.stop())
    finally:
        server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
