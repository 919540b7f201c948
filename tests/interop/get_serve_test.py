#!/usr/bin/python3
"""The client against our own server: what people and scripts see of it."""

import json
import os
import pty
import re
import select
import sys
import time

import client
import transport
from checks import SCRATCH, equal, holds, main, make_site
from server import Server

if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} GET SERVE")
get = client.Client(sys.argv[1])
ROOT, FILES = make_site()


def bodies(server):
    """bodies on the standard output, in order"""
    result = get(server.url("/digits.txt"), server.url("/empty.txt"), server.url("/large.bin"),
                 server.url("/digits.txt"))
    holds(result.out == FILES["digits.txt"] + FILES["large.bin"] + FILES["digits.txt"], "they differ")
    equal(result.err, "")


def output_files(server):
    """-o for each URL, the last one for the rest"""
    first, rest = (os.path.join(SCRATCH.name, name) for name in ("first", "rest"))
    get("-o", first, "-o", rest, server.url("/bytes/5"), server.url("/bytes/3"), server.url("/bytes/4"))
    with open(first, "rb") as one, open(rest, "rb") as two:
        equal(one.read(), b"01234")
        equal(two.read(), b"0120123")


def request(server):
    """-X, -H and -d make the request that was asked for"""
    told = json.loads(get("-X", "PUT", "-H", "X-One: 1", "-H", "x-two:  2 ", "-H", "accept:",
                          "-H", "Host: elsewhere", server.url("/headers?a=b")).out)
    equal(told, {":method": "PUT", ":scheme": transport.scheme(), ":authority": "elsewhere",
                 ":path": "/headers?a=b", "user-agent": "headrace-get", "x-one": "1", "x-two": "2"})
    told = json.loads(get("-d", "some text", server.url("/headers")).out)
    equal((told[":method"], told["content-length"]), ("POST", "9"))


def one_connection(server):
    """many requests go over one connection"""
    before = json.loads(get(server.url("/stats")).out)
    get("-n", 500, "-m", 50, server.url("/bytes/10"), server.url("/digits.txt"))
    after = json.loads(get(server.url("/stats")).out)
    equal(after["connections_accepted"] - before["connections_accepted"], 2)  # and the second /stats
    equal(after["requests_received"] - before["requests_received"], 501)


def several_connections(server):
    """--connections deals requests out over so many connections, in either version"""
    for version in "--http=2", "--http=1.1":
        before = json.loads(get(server.url("/stats")).out)
        get(version, "-n", 40, "-m", 8, "--connections=4", server.url("/bytes/10"), server.url("/digits.txt"))
        after = json.loads(get(server.url("/stats")).out)
        equal(after["connections_accepted"] - before["connections_accepted"], 5)  # and the second /stats
        equal(after["requests_received"] - before["requests_received"], 41)


def for_a_while(server):
    """--duration sends requests for so long, --rate so many a second, behind --warm_up"""
    def counted(*arguments):
        said = get(*arguments, server.url("/bytes/10")).out.decode()
        return int(re.match(r"requests  (\d+): \d+ ok, 0 failed\n", said)[1]), said
    count, said = counted("--duration=300ms", "--rate=50", "--connections=2", "--plot")
    holds(1 <= count <= 15, f"{count} requests in 300 ms, at 50 a second")  # one is due at 0 ms, 20 ms, ... 280 ms
    holds(f"status    {count} x 200\n" in said and re.search(r"^ +max +\S+ m?s  #{50}$", said, re.M), said)
    before = json.loads(get(server.url("/stats")).out)
    count, _ = counted("--duration=200ms", "--warm_up=200ms", "-m", "1", "--rate=100")
    after = json.loads(get(server.url("/stats")).out)
    asked = after["requests_received"] - before["requests_received"] - 1
    holds(count < asked <= 40, f"{count} of {asked} were counted")  # the first one is not
    count, _ = counted("-n", 7, "--rate=1000")
    equal(count, 7)


def streamed_input(server):
    """what comes in slowly on the standard input goes out as it comes"""
    read, write = os.pipe()
    out_read, out_write = os.pipe()
    running = get.start("-d", "@-", server.url("/echo"), stdin=read, stdout=out_write)
    os.close(read)
    os.close(out_write)
    for part in (b"first ", b"second ", b"third"):
        os.write(write, part)
        received = b""
        while received != part:
            holds(select.select([out_read], [], [], 20)[0], f"no echo of {part}")
            received += os.read(out_read, 100)
    os.close(write)
    running.finish()
    equal(os.read(out_read, 100), b"")
    os.close(out_read)


def regular_file_as_input(server):
    """a regular file as the standard input, from where it stands"""
    path = os.path.join(SCRATCH.name, "input")
    with open(path, "wb") as out:
        out.write(b"0123456789")
    with open(path, "rb", buffering=0) as source:
        source.seek(4)
        running = get.start("-v", "-d", "@-", server.url("/echo"), stdin=source)
        result = running.finish()
    equal(result.out, b"456789")
    holds("> content-length: 6\n" in result.err, result.err)


def empty_uploads(server):
    """bodies of no octets: a text, a file, a pipe"""
    for arguments, data in ((["-d", ""], None), (["-d", "@" + os.path.join(ROOT, "empty.txt")], None),
                            (["-d", "@-"], b"")):
        result = get("-v", *arguments, server.url("/echo"), data=data)
        equal(result.out, b"")
        holds("< :status: 200" in result.err, result.err)


def head_and_status(server):
    """-I, and --fail"""
    text = get("-I", server.url("/digits.txt")).out.decode()
    holds(text.startswith("HTTP/2 200\nserver: headrace\n"), text)
    holds("\ncontent-length: 1000\n" in text, text)
    equal(get("-I", server.url("/none")).out.decode().split("\n")[0], "HTTP/2 404")
    get("-f", server.url("/status/399"), server.url("/bytes/1"))
    result = get("-f", server.url("/bytes/1"), server.url("/status/503"), server.url("/bytes/2"),
                 code=client.HTTP_STATUS)
    equal(result.out, b"001")
    holds("/status/503: the status is 503" in result.err, result.err)


def summary(server):
    """-n: a summary on the standard output; beside bodies, on the standard error"""
    text = get("-n", 10, server.url("/bytes/100")).out.decode()
    for pattern in (r"^requests  10: 10 ok, 0 failed$", r"^time      .*, [0-9.]+ requests/s$",
                    r"^received  1000 B, .*/s$", r"^status    10 x 200$",
                    r"^latency   min .*, p50 .*, p90 .*, p99 .*, p99\.9 .*, max .*$"):
        holds(re.search(pattern, text, re.M), f"no {pattern} in {text}")
    result = get("-n", 3, "-o", "-", server.url("/bytes/2"))
    equal(result.out, b"010101")
    holds("3 ok, 0 failed" in result.err, result.err)


def reuse_switched_off(server):
    """HEADRACE_REUSE_FRAMES=0 and --allocation=fresh: the same, to the octet"""
    for arguments, environment in ((["--allocation=fresh"], {}), ([], {"HEADRACE_REUSE_FRAMES": "0"})):
        result = get(*arguments, "-d", "@" + os.path.join(ROOT, "large.bin"), server.url("/echo"),
                     environment=environment)
        holds(result.out == FILES["large.bin"], "it differs")


def windows(server):
    """small windows and large ones"""
    for window in (1024, 65535, 16 * 1024 * 1024):
        result = get(f"--window={window}", server.url("/large.bin"))
        holds(result.out == FILES["large.bin"], f"it differs with --window={window}")


def on_terminal(command, is_enough):
    """What a program writes to a terminal as its standard error, whose input ends when it has written
    enough, and how long that took."""
    started = time.monotonic()
    ours, theirs = pty.openpty()
    read, write = os.pipe()
    process = client.subprocess.Popen(command, stdin=read, stdout=client.subprocess.DEVNULL,
                                      stderr=theirs)
    os.close(theirs)
    os.close(read)
    text = b""
    while True:
        if write is not None and is_enough(text, time.monotonic() - started):
            os.close(write)
            write = None
        if not select.select([ours], [], [], 0.1)[0]:
            continue
        try:
            text += os.read(ours, 65536)
        except OSError:  # its last user is gone
            break
    equal(process.wait(60), 0)
    os.close(ours)
    return text.decode(), time.monotonic() - started


def progress(server):
    """a line on a terminal when it takes longer than a second, which is taken away at the end"""
    command = [get.path, "-d", "@-", server.url("/echo")]
    text, _ = on_terminal(command, lambda text, seconds: text.count(b"\r") >= 3 or seconds > 60)
    holds("/s" in text and text.count("\r") >= 3, repr(text))
    holds(text.endswith("\r\x1b[K"), repr(text))
    text, _ = on_terminal(command + ["--no-progress"], lambda text, seconds: seconds > 1.4)
    equal(text, "")
    for _ in range(20):  # until the machine lets it be quick
        text, seconds = on_terminal(command, lambda text, seconds: seconds > 0.2)
        if seconds < 1:
            return equal(text, "")
    return None


def no_progress_elsewhere(server):
    """none where the standard error is no terminal"""
    read, write = os.pipe()
    running = get.start("-d", "@-", server.url("/echo"), stdin=read)
    os.close(read)
    time.sleep(1.3)
    os.close(write)
    equal(running.finish().err, "")


def ipv6_literal(_):
    """an IPv6 address in the URL"""
    six = Server(sys.argv[2], "--address=::1", pattern=r"https?://(\[::1\]):(\d+)")
    try:
        told = json.loads(get(f"{transport.scheme()}://[::1]:{six.port}/headers").out)
        equal(told[":authority"], f"[::1]:{six.port}")
    finally:
        six.kill()


def several_servers(server):
    """URLs of two servers at once"""
    other = Server(sys.argv[2], "--allocation=fresh")
    try:
        urls = [server.url("/bytes/3"), other.url("/bytes/4")] * 20
        equal(get(*urls).out, b"0120123" * 20)
    finally:
        other.kill()


def server_shuts_down(_):
    """a server that ends while requests are under way: what it has is finished, the rest is told"""
    other = Server(sys.argv[2])
    try:
        running = get.start("-n", 200_000, "-m", 50, other.url("/bytes/1000"))
        deadline = time.monotonic() + 60
        while json.loads(get(other.url("/stats")).out)["requests_received"] < 1000:
            holds(time.monotonic() < deadline, "not under way within a minute")
        equal(other.stop(), None)
        result = running.finish(client.NOT_CONNECTED)
    finally:
        other.kill()
    counts = re.search(rb"(\d+) ok, (\d+) failed", result.out)
    holds(int(counts.group(1)) > 0, result.out)
    # Nothing but the new connections fails.
    holds(re.findall(rb"^failed    \d+ x (.*)$", result.out, re.M) ==
          [b"cannot connect: %s:%d: Connection refused" % (other.host.encode(), other.port)],
          result.out)


CHECKS = [bodies, output_files, request, one_connection, several_connections, for_a_while, streamed_input,
          regular_file_as_input,
          empty_uploads, head_and_status, summary, reuse_switched_off, windows, progress,
          no_progress_elsewhere, ipv6_literal, several_servers, server_shuts_down]


if __name__ == "__main__":
    sys.exit(main("get_serve", CHECKS, f"--root={ROOT}", "--diagnostics", program=sys.argv[2]))
