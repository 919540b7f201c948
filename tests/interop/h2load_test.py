#!/usr/bin/python3
"""h2load against the server in both versions of HTTP: under load every response is a 2xx."""

import os
import re
import sys
import tempfile

from checks import equal, holds, main, require, run

H2LOAD = require("h2load")
# The acceptance load is 200000; a sanitizer's build takes a tenth.
REQUESTS = int(os.environ.get("HEADRACE_H2LOAD_REQUESTS", "20000"))


def load(server, path, *arguments, requests=REQUESTS):
    text = run(H2LOAD, f"-n{requests}", *arguments, server.url(path), timeout=600)
    done = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", text)
    codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
    holds(done and codes, text)
    equal(done.groups(), (str(requests), "0", "0", "0"), "succeeded, failed, errored, timeout")
    equal(codes.groups(), (str(requests), "0", "0", "0"), "2xx, 3xx, 4xx, 5xx")
    rate = re.search(r"finished in (\S+), (\S+) req/s", text)
    print(f"        {path}: {rate.group(0)}")


def pages(server):
    """-c20 -m100 of the site's page"""
    load(server, "/", "-c20", "-m100")


def kilobytes(server):
    """-c20 -m100 of 1,000 octets each"""
    load(server, "/bytes/1000", "-c20", "-m100")


def bodies(server):
    """-c10 -m10 of 100,000 octets each"""
    load(server, "/bytes/100000", "-c10", "-m10", requests=max(100, REQUESTS // 20))


def uploads(server):
    """-d: uploads of 10,000 octets"""
    with tempfile.NamedTemporaryFile(dir=os.environ.get("TEST_TMPDIR")) as body:
        body.write(os.urandom(10000))
        body.flush()
        load(server, "/echo", "-c10", "-m20", "-d", body.name, requests=max(100, REQUESTS // 10))


def many_connections(server):
    """-c500: five hundred connections"""
    load(server, "/bytes/100", "-c500", "-m4", requests=max(1000, REQUESTS // 4))


def tiny_windows(server):
    """-w12 -W14: windows that are always full"""
    load(server, "/bytes/20000", "-c5", "-m10", "-w12", "-W14", requests=max(100, REQUESTS // 40))


def http1(server):
    """HTTP/1.1, -c20 of 1,000 octets each"""
    load(server, "/bytes/1000", "--h1", "-c20")


def http1_pipelined(server):
    """HTTP/1.1, -c20 -m4: four requests at a time"""
    load(server, "/bytes/1000", "--h1", "-c20", "-m4")


def http1_bodies(server):
    """HTTP/1.1, -c10 of 100,000 octets each"""
    load(server, "/bytes/100000", "--h1", "-c10", requests=max(100, REQUESTS // 20))


CHECKS = [pages, kilobytes, bodies, uploads, many_connections, tiny_windows, http1, http1_pipelined, http1_bodies]

if __name__ == "__main__":
    sys.exit(main("h2load", CHECKS, *sys.argv[2:]))
