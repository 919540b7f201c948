#!/usr/bin/python3
"""The client against other people's servers: nghttpd, h2o, nginx, Apache httpd, Node and Go."""

import os
import select
import sys

import client
import origins
from checks import SCRATCH, equal, holds, make_site
from report import Report

get = client.Client(sys.argv[1]) if len(sys.argv) > 1 else sys.exit(f"usage: {sys.argv[0]} GET")
MIB = int(os.environ.get("HEADRACE_TRANSFER_MIB", "128"))

ROOT, FILES = make_site()
LARGE = os.path.join(ROOT, "huge.bin")


def make_large_file():
    block = os.urandom(1 << 20)
    with open(LARGE, "wb") as out:
        for number in range(MIB):
            out.write(number.to_bytes(8, "big") + block[8:])


def same_content(path, expected):
    with open(path, "rb") as left, open(expected, "rb") as right:
        while True:
            a, b = left.read(1 << 20), right.read(1 << 20)
            holds(a == b, f"{path} differs from {expected}")
            if not a:
                return


def files(origin):
    """a file, an empty one, a larger one"""
    for name in ("digits.txt", "empty.txt", "large.bin"):
        equal(get(origin.url("/" + name)).out, FILES[name], name)


def many_urls(origin):
    """many URLs at once, written in their order"""
    names = ["digits.txt", "large.bin", "empty.txt", "sub/page.html"] * 10
    if origin.name == "nginx":
        # 1.22 ends an empty file twice, by HEADERS and by DATA, when its output is held up.
        names = [name for name in names if name != "empty.txt"]
    result = get(*[origin.url("/" + name) for name in names])
    holds(result.out == b"".join(FILES[name] for name in names), "the bodies are not in order")


def counted(origin):
    """-n 1000 -m 100"""
    text = get("-n", 1000, "-m", 100, origin.url("/digits.txt"), origin.url("/empty.txt")).out
    holds(b"requests  1000: 1000 ok, 0 failed" in text, text.decode())
    holds(b"1000 x 200" in text, text.decode())


def head(origin):
    """-I: the head, no body"""
    text = get("-I", origin.url("/digits.txt")).out.decode()
    holds(text.startswith("HTTP/2 200\n"), text)
    holds("content-length: 1000\n" in text, text)
    holds(text.endswith("\n\n"), text)


def not_found(origin):
    """404: an answer, and a failure with --fail"""
    holds(get(origin.url("/none")).out != b"", "no body")
    result = get("--fail", origin.url("/none"), code=client.HTTP_STATUS)
    equal(result.out, b"", "the body with --fail")
    holds("404" in result.err, result.err)


def download(origin):
    """a large file"""
    target = os.path.join(SCRATCH.name, "download")
    get("-o", target, origin.url("/huge.bin"))
    same_content(target, LARGE)


def upload(origin):
    """a large file sent and echoed"""
    target = os.path.join(SCRATCH.name, "echo")
    get("-d", "@" + LARGE, "-o", target, origin.url("/echo"))
    same_content(target, LARGE)


def upload_from_pipe(origin):
    """the standard input, whose size nobody knows"""
    content = os.urandom(5_000_000)
    equal(get("-d", "@-", origin.url("/echo"), data=content).out, content)


def uploads(origin):
    """a file sent by many requests at once"""
    path = os.path.join(ROOT, "large.bin")
    text = get("-n", 40, "-m", 20, "-d", "@" + path, origin.url("/echo")).out
    holds(b"40 ok, 0 failed" in text, text.decode())


def trailers(origin):
    """trailers, with -v"""
    path = "/digits.txt" if origin.name == "nghttpd" else "/echo"
    expected = "x-after: the body" if origin.name == "nghttpd" else "x-size: 4"
    arguments = ["-v"] + ([] if path == "/digits.txt" else ["-d", "body"])
    text = get(*arguments, origin.url(path)).err
    holds(f"< {expected}\n" in text, text)


def hints(origin):
    """103 Early Hints before the answer"""
    result = get("-v", origin.url("/hints"))
    equal(result.out, b"after the hints")
    at = result.err.index("< :status: 103")
    holds("< link: </style.css>; rel=preload" in result.err[at:], result.err)
    holds("< :status: 200" in result.err[at:], result.err)


def verbose(origin):
    """-v: frames in both directions, heads, timing"""
    text = get("-v", origin.url("/digits.txt")).err
    for expected in ("--> SETTINGS ENABLE_PUSH=0", "<-- SETTINGS", "--> HEADERS 1 END_STREAM",
                     "<-- HEADERS 1", "<-- DATA 1", "> :method: GET", "< :status: 200",
                     "* round trip ", "first byte after ", "1000 B received"):
        holds(expected in text, f"no {expected!r} in {text}")


def killed(origin):
    """the server is killed in the middle of the body"""
    fifo = os.path.join(SCRATCH.name, "fifo-" + origin.name)
    os.mkfifo(fifo)
    # Nobody reads until the server is gone, so that is in the middle for sure.
    reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    running = get.start("-o", fifo, origin.url("/huge.bin"))
    try:
        holds(select.select([reader], [], [], 30)[0], "nothing came")
        origin.kill()
        while running.process.poll() is None:
            if select.select([reader], [], [], 0.05)[0]:
                os.read(reader, 1 << 20)
        running.finish(client.CONNECTION_LOST)
    finally:
        running.kill()
        os.close(reader)
    holds("the connection ended" in running.err(), running.err())


CHECKS = {
    "files": [files, many_urls, counted, head, not_found, verbose, download],
    "echo": [upload, upload_from_pipe, uploads],
    "trailers": [trailers],
    "hints": [hints],
}


def main():
    report = Report("get_servers")
    make_large_file()
    for kind in origins.ALL:
        with kind(ROOT) as origin:
            for feature, checks in CHECKS.items():
                for check in checks if feature in origin.can else ():
                    report.run(f"{origin.name}: {check.__doc__}", check, origin)
            report.run(f"{origin.name}: {killed.__doc__}", killed, origin)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
