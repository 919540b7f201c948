#!/usr/bin/python3
"""examples/websocket_client and npm's `ws` (websocket_client.js) against examples/websocket_echo, and the client
against a server that refuses."""

import os
import re
import socket
import subprocess
import sys
import threading

from checks import NODE_MODULES, equal, holds, require, run
from report import Report

if len(sys.argv) < 3:
    sys.exit(f"usage: {sys.argv[0]} WEBSOCKET_ECHO WEBSOCKET_CLIENT")
ECHO, CLIENT = sys.argv[1:3]
WS_CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "websocket_client.js")


def talk(port, version, *messages):
    """Exit code and output of the client."""
    done = subprocess.run([CLIENT, "127.0.0.1", str(port), version, *messages], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False)
    return done.returncode, done.stdout.decode()


def both_ways(port):
    """the client's messages come back over HTTP/1.1 and over HTTP/2"""
    long = "h\u00e9 \u65e5\u672c \U0001f600 " * 5_000
    for version in ("http/1.1", "h2"):
        code, said = talk(port, version, "Hello", "", long)
        holds((code, said) == (0, f"Hello\n\n{long}\nclosed: 1000\n"), f"{version}: {code}, {said[:100]}")


def refused(_):
    """the client says why, where a server answers an upgrade with something else"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with listener.accept()[0] as accepted:
                while not accepted.recv(65536).endswith(b"\r\n\r\n"):
                    pass
                accepted.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
                                 b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
                accepted.recv(65536)
        server = threading.Thread(target=serve, daemon=True)
        server.start()
        code, said = talk(listener.getsockname()[1], "http/1.1", "Hello")
        equal((code, said), (1, "status 101: sec-websocket-accept is the hash of sec-websocket-key\n"))


def no_websocket(port):
    """another request gets 404"""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
        holds(client.recv(65536).startswith(b"HTTP/1.1 404 "), "it was answered otherwise")


def conversations(report, port):
    text = run(require("node"), WS_CLIENT, f"ws://127.0.0.1:{port}/", timeout=120, check=False,
               env={**os.environ, "NODE_PATH": NODE_MODULES})
    for outcome, name, failure in re.findall(r"^(ok|FAILED) {2}([^:\n]*(?:: [^:\n]*)?)(?:: (.*))?$", text, re.M):
        report.add(name, None if outcome == "ok" else failure)
    report.add("it ran to its end", None if text.rstrip().endswith("done") else text[-500:] or "no output")


def main():
    report = Report("websocket_example")
    with subprocess.Popen([ECHO, "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(re.search(r":(\d+)/", process.stdout.readline())[1])
            for check in (both_ways, refused, no_websocket):
                report.run(check.__doc__, check, port)
            conversations(report, port)
            report.add("the server is alive", None if process.poll() is None else f"exit code {process.poll()}")
        finally:
            process.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
