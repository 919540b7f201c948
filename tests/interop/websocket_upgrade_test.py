#!/usr/bin/python3
"""WebSockets by Upgrade in HTTP/1.1 (RFC 6455 §4) against the server's echo at /ws: npm's `ws` is the client
(websocket_client.js), and a socket says what no client would."""

import os
import re
import sys

import transport
from checks import NODE_MODULES, equal, holds, require, run
from report import Report
from server import Server

CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "websocket_client.js")

# RFC 6455 §1.3
KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
HANDSHAKE = {"Host": "example.org", "Connection": "keep-alive, Upgrade", "Upgrade": "websocket",
             "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13"}
# A Close frame that is masked, and what answers it (RFC 6455 §5.5.1).
CLOSE, CLOSED = b"\x88\x82\x01\x02\x03\x04\x02\xea", b"\x88\x02\x03\xe8"


def ask(server, line="GET /ws HTTP/1.1", behind=b"", **changes):
    """Status, fields and what follows the head, up to the end of the connection if it is told to end."""
    fields = {**HANDSHAKE, **{name.replace("_", "-"): value for name, value in changes.items()}}
    text = line + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    with transport.connect(server.host, server.port, 60, protocol="http/1.1") as client:
        client.sendall(text.encode() + b"\r\n" + behind)
        answer = b""
        while b"\r\n\r\n" not in answer or behind:
            octets = client.recv(65536)
            if not octets:
                break
            answer += octets
    head, _, rest = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), dict(one.lower().split(": ", 1) for one in lines[1:]), rest


def handshake(server):
    """the handshake of RFC 6455's example, with frames right behind it; a Close frame ends the connection"""
    status, fields, rest = ask(server, behind=CLOSE)
    equal((status, rest), (101, CLOSED))
    equal((fields["upgrade"], fields["connection"], fields["sec-websocket-accept"]),
          ("websocket", "upgrade", ACCEPT.lower()))
    equal(ask(server, behind=CLOSE, Upgrade="h2c, WebSocket", Connection="UPGRADE")[0], 101)


def refusals(server):
    """426 without an offer or of another version, 400 for a key that is none, 405 for other methods"""
    for changes in ({"Upgrade": None}, {"Connection": None}, {"Connection": "keep-alive"}, {"Upgrade": "h2c"},
                    {"Sec_WebSocket_Version": "8"}, {"Sec_WebSocket_Version": None}):
        status, fields, _ = ask(server, **changes)
        equal((status, fields["upgrade"], fields["sec-websocket-version"]), (426, "websocket", "13"), changes)
    equal(ask(server, line="GET /ws HTTP/1.0")[0], 426)
    for key in (None, "", "x", KEY[:-2]):
        equal(ask(server, Sec_WebSocket_Key=key)[0], 400, key)
    status, fields, _ = ask(server, line="POST /ws HTTP/1.1", Content_Length="0")
    equal((status, fields["allow"]), (405, "get"))
    equal(ask(server, line="GET /other HTTP/1.1")[0], 404)


def conversations(report, server):
    url = server.url("/ws").replace("http", "ws", 1)
    text = run(require("node"), CLIENT, url, timeout=120, check=False,
               env={**os.environ, "NODE_PATH": NODE_MODULES, "NODE_TLS_REJECT_UNAUTHORIZED": "0"})
    for outcome, name, failure in re.findall(r"^(ok|FAILED) {2}([^:\n]*(?:: [^:\n]*)?)(?:: (.*))?$", text, re.M):
        report.add(name, None if outcome == "ok" else failure)
    report.add("it ran to its end", None if text.rstrip().endswith("done") else text[-500:] or "no output")


def switched_off(_):
    """--nowebsocket: there is none"""
    off = Server(sys.argv[1], "--nowebsocket")
    try:
        equal(ask(off)[0], 404)
    finally:
        off.kill()


def main():
    report = Report("websocket by Upgrade")
    server = Server(sys.argv[1])
    try:
        conversations(report, server)
        for check in (handshake, refusals, switched_off):
            report.run(check.__doc__, check, server)
        holds(server.counted() < 1 << 20, "it holds what nobody needs")
        report.add("the server is alive and ends cleanly", server.stop())
    finally:
        server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
