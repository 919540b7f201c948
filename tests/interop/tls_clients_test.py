#!/usr/bin/python3
"""Clients of other languages over TLS: Go's net/http, Java's HttpClient, Python's httpx. Which of them, the
target says: tls_clients_test.py NAME SERVE."""

import os
import re
import sys

import certificates
import go
from checks import equal, require, run
from report import Report
from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))


def go_client():
    return [go.build(os.path.join(HERE, "go_client.go"))]


def java_client():
    return [require("java"), "-Xshare:auto", "-XX:TieredStopAtLevel=1", os.path.join(HERE, "JavaClient.java")]


def converse(report, server, command):
    """A program of its own prints "ok  NAME" or "FAILED  NAME: WHY" for each conversation, and "done"."""
    text = run(*command, server.url(""), certificates.for_servers_authority().certificate, timeout=300, check=False)
    for outcome, name, failure in re.findall(r"^(ok|FAILED) {2}([^:\n]*)(?:: (.*))?$", text, re.M):
        report.add(name, None if outcome == "ok" else failure)
    report.add("it ran to its end", None if text.rstrip().endswith("done") else text[-500:] or "no output")


def httpx_conversations(server):
    import httpx  # pylint: disable=import-outside-toplevel
    client = httpx.Client(http2=True, base_url=server.url(""), verify=os.environ["SSL_CERT_FILE"], timeout=60)

    def body(response):
        equal((response.http_version, response.status_code), ("HTTP/2", 200))
        return response.content

    def download():
        """three megabytes"""
        equal(len(body(client.get("/bytes/3000000"))), 3_000_000)

    def upload():
        """POST, a megabyte"""
        content = os.urandom(1_000_000)
        equal(body(client.post("/echo", content=content)), content)

    def cancelled():
        """a download that is left"""
        with client.stream("GET", "/bytes/1000000000") as response:
            next(response.iter_raw())
        download()

    return [download, upload, cancelled]


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} go|java|httpx SERVE")
    name = sys.argv[1]
    report = Report(name)
    server = Server(sys.argv[2])
    try:
        if name == "httpx":
            for conversation in httpx_conversations(server):
                report.run(conversation.__doc__, conversation)
        else:
            converse(report, server, {"go": go_client, "java": java_client}[name]())
        report.add("the server is alive and ends cleanly", server.stop())
    finally:
        server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
