#!/usr/bin/python3
"""The program in docs/tls.md is examples/tls_server.cc, and serves curl, an interrupted handshake and a large
request."""

import os
import re
import socket
import subprocess
import sys

import certificates
from checks import equal, holds, require, run
from report import Report

CURL = require("curl")
if len(sys.argv) < 4:
    sys.exit(f"usage: {sys.argv[0]} TLS_SERVER SOURCE DOCUMENT")


def same():
    """docs/tls.md has the program as it stands"""
    with open(sys.argv[2], encoding="utf-8") as source, open(sys.argv[3], encoding="utf-8") as document:
        equal(re.search(r"```c\+\+\n(// A complete.*?)```", document.read(), re.S)[1], source.read())


def serves():
    """it answers curl, one request after another and after a client that went away"""
    signer = certificates.authority()
    made = certificates.issue(signer, "example")
    process = subprocess.Popen([sys.argv[1], "0", made.certificate, made.key], stdout=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+)/", process.stdout.readline())[1])
        with socket.create_connection(("127.0.0.1", port)) as gone:
            gone.sendall(b"\x16\x03\x01\x00")
        for path in ("/", "/other"):
            said = run(CURL, "-sS", "--max-time", "60", "--cacert", signer.certificate, f"https://localhost:{port}{path}")
            equal(said, "TLSv1.3, TLS_AES_128_GCM_SHA256, for localhost\n")
        code = run(CURL, "-sS", "--max-time", "60", "--cacert", signer.certificate, "--data-binary", "@-", "-o",
                   os.devnull, "-w", "%{http_code} %{http_version}", f"https://localhost:{port}/",
                   input=os.urandom(3_000_000))
        equal(code, "200 2")
        plain = run(CURL, "-sS", "-i", "--max-time", "60", f"http://localhost:{port}/")
        holds(plain.startswith("HTTP/1.1 400"), plain)
        equal(process.poll(), None)
    finally:
        process.kill()


def main():
    report = Report("tls_example")
    for check in (same, serves):
        report.run(check.__doc__, check)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
