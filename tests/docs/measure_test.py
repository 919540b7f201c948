#!/usr/bin/python3
"""The three servers of docs/guide/measure.md do what it says, and have as many lines, casts and rules.

`measure_test.py --update` writes the numbers of its table anew.
"""

import collections
import re
import signal
import socket
import subprocess
import sys
import time

sys.path.append("tests/harness")  # of --update, which runs at the root

import peer  # pylint: disable=wrong-import-position
from checks import equal, holds, run  # pylint: disable=wrong-import-position
from report import Report  # pylint: disable=wrong-import-position

Target = collections.namedtuple("Target", "host port timeout get_path post_path")
DOCUMENT = "docs/guide/measure.md"
SERVERS = {"examples/poll_server.cc": "Headrace", "examples/comparison/nghttp2_server.cc": "libnghttp2",
           "examples/comparison/h2_server.py": "python-h2"}
PATIENCE = 60  # seconds


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def code_of(path):
    """The lines with code."""
    text = read(path)
    if path.endswith(".py"):
        text = re.sub(r'^\s*""".*?"""$', "", text, flags=re.S | re.M)
    comment = r"^\s*#" if path.endswith(".py") else r"^\s*//"
    return [line for line in text.split("\n") if line.strip() and not re.match(comment, line)]


def rules_of(library):
    section = re.search(r"^### %s\n(.*?)(?=^#|\Z)" % library, read(DOCUMENT), re.S | re.M)[1]
    return len(re.findall(r"^\d+\. ", section, re.M))


def measured(path):
    code = code_of(path)
    casts = sum(len(re.findall(r"(?:static|reinterpret|const)_cast<", line)) for line in code)
    return len(code), casts, rules_of(SERVERS[path])


def with_numbers(document):
    for path in SERVERS:
        numbers = " | ".join(str(number) for number in measured(path))
        document = re.sub(r"(\| `%s` \| [^|]+ \|) [^|]+ \| [^|]+ \| [^|]+ \|" % re.escape(path), r"\1 %s |" % numbers, document)
    return document


class Running:
    """A server on a port of its own."""

    def __init__(self, command):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            self.port = holder.getsockname()[1]
        self.process = subprocess.Popen([*command, str(self.port)])
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
                return
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.02)


def serves(server):
    """it answers curl, uploads too, and many requests at once of one connection"""
    url = f"http://127.0.0.1:{server.port}/"
    curl = ["curl", "--http2-prior-knowledge", "-sS", "--max-time", str(PATIENCE)]
    equal(run(*curl, url), "Hello\n")
    for size in (1, 300_000):
        equal(run(*curl, "--data-binary", "@-", url, input=bytes(size)), "Hello\n")
    client = peer.Peer(Target("127.0.0.1", server.port, PATIENCE, "/", "/"))
    for stream in range(1, 101, 2):
        client.send_get(stream)
    bodies = collections.Counter()
    while len(bodies) < 50:
        frame = client.read_until(lambda f: f.type == peer.DATA, "DATA")
        equal(frame.payload, b"Hello\n")
        bodies[frame.stream] += frame.end_stream
    client.close()


def ends(server):
    """what is open when it is told to end is answered as the windows let it through, and then it ends"""
    client = peer.Peer(Target("127.0.0.1", server.port, PATIENCE, "/", "/"), [(peer.INITIAL_WINDOW_SIZE, 0)])
    client.send_get(1)
    client.send_get(3)
    for stream in (1, 3):
        client.expect_response(stream)
    server.process.send_signal(signal.SIGTERM)
    bodies, ended = {1: b"", 3: b""}, 0
    for stream in (1, 3):
        client.send_window_update(stream, 3)
    while (frame := client.read()) is not None:
        if frame.type == peer.PING and not frame.flags & peer.ACK:
            client.send_frame(peer.PING, peer.ACK, 0, frame.payload)
        elif frame.type == peer.DATA:
            bodies[frame.stream] += frame.payload
            ended += frame.end_stream
            if frame.payload == b"Hel":
                client.send_window_update(frame.stream, 3)
    holds(any(frame.type == peer.GOAWAY for frame in client.heard), f"no GOAWAY{client.story()}")
    equal((bodies, ended), ({1: b"Hello\n", 3: b"Hello\n"}, 2))
    equal(server.process.wait(PATIENCE), 0)


def main():
    if sys.argv[1:] == ["--update"]:
        document = with_numbers(read(DOCUMENT))
        with open(DOCUMENT, "w", encoding="utf-8") as file:
            file.write(document)
        return 0
    report = Report("measure")
    poll_server, nghttp2_server = sys.argv[1:3]
    commands = {"Headrace": [poll_server], "libnghttp2": [nghttp2_server],
                "python-h2": ["/usr/bin/python3", "examples/comparison/h2_server.py"]}
    for name, command in commands.items():
        server = Running(command)
        try:
            for check in (serves, ends):
                report.run(f"{name}: {check.__doc__}", check, server)
        finally:
            server.process.kill()
            server.process.wait()
    report.run("the numbers are those of the sources", lambda: equal(read(DOCUMENT), with_numbers(read(DOCUMENT))))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
