#!/usr/bin/python3
"""serve's files while they change, in HTTP/1.1 and HTTP/2: each change shows in time, and no answer has octets of two
versions.
"""

import http.client
import os
import shutil
import sys
import threading
import time
from collections import namedtuple

from checks import SCRATCH, equal, holds, require
from peer import HEADERS, INITIAL_WINDOW_SIZE, MAX_WINDOW, RST_STREAM, Peer
from report import Report
from server import Server

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else sys.exit(f"usage: {sys.argv[0]} SERVER-PROGRAM")
RECHECK = 0.010               # seconds: the default of --file_recheck
SMALL, LARGE = 1000, 100_000  # octets of a file that is kept in memory, and of one that is not
VERSIONS = 200                # of a file that is replaced while it is asked for
DEADLINE = 120

Target = namedtuple("Target", "host port get_path post_path timeout")
Answer = namedtuple("Answer", "status fields body")


class Http1:
    """HTTP/1.1"""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE)

    def get(self, path, **fields):
        self.connection.request("GET", path, headers={n.replace("_", "-"): v for n, v in fields.items()})
        answer = self.connection.getresponse()
        return Answer(answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read())

    def close(self):
        self.connection.close()


class Http2:
    """HTTP/2"""

    def __init__(self, server):
        self.peer = Peer(Target(server.host, server.port, "/", "/", DEADLINE),
                         settings=[(INITIAL_WINDOW_SIZE, MAX_WINDOW)])
        self.stream = -1

    def get(self, path, **fields):
        self.stream += 2
        self.peer.send_window_update(0, 2 * LARGE)
        self.peer.send_get(self.stream, [(n.replace("_", "-"), v) for n, v in fields.items()], path)
        head = self.peer.read_until(lambda f: f.stream == self.stream and f.type in (HEADERS, RST_STREAM), "an answer")
        holds(head.type == HEADERS, f"{head}")
        fields = dict(self.peer.decode(head))
        body = b"" if head.end_stream else self.peer.expect_body(self.stream)
        self.peer.heard.clear()
        return Answer(int(fields[":status"]), fields, body)

    def close(self):
        self.peer.close()


CLIENTS = (Http1, Http2)


class Site:
    """A directory, served."""

    def __init__(self, name, *flags, runner=()):
        self.root = os.path.join(SCRATCH.name, name)
        os.makedirs(os.path.join(self.root, "dir"))
        os.chmod(SCRATCH.name, 0o755)
        self.flags, self.runner = flags, runner
        self.server = None

    def __enter__(self):
        self.server = Server(PROGRAM, f"--root={self.root}", *self.flags, runner=self.runner)
        return self

    def __exit__(self, kind, *unused):
        try:
            if kind is None:
                equal(self.server.stop(DEADLINE), None)
        finally:
            self.server.kill()
            shutil.rmtree(self.root)

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as out:
            out.write(content)

    def replace(self, name, content):
        self.write("new", content)
        os.rename(self.path("new"), self.path(name))


def whole(answer, content):
    """The answer is this file."""
    equal(answer.status, 200)
    equal(answer.body, content)
    equal(answer.fields["content-length"], str(len(content)))
    return answer.fields["etag"]


def follow_changes(site, client, size):
    def until_it_shows():
        time.sleep(RECHECK)

    etags = []
    site.write("file", b"a" * size)
    etags.append(whole(client.get("/file"), b"a" * size))
    equal(client.get("/file", if_none_match=etags[-1]).status, 304)
    part = client.get("/file", range="bytes=10-19", if_range=etags[-1])
    equal((part.status, part.body, part.fields["etag"]), (206, b"a" * 10, etags[-1]))
    equal(part.fields["content-range"], f"bytes 10-19/{size}")

    site.replace("file", b"b" * size)
    until_it_shows()
    etags.append(whole(client.get("/file"), b"b" * size))
    equal(client.get("/file", if_none_match=etags[0]).status, 200)
    equal(len(client.get("/file", range="bytes=10-19", if_range=etags[0]).body), size)

    with open(site.path("file"), "r+b") as file:
        file.write(b"c" * size)
    until_it_shows()
    etags.append(whole(client.get("/file"), b"c" * size))

    os.truncate(site.path("file"), 5)
    until_it_shows()
    etags.append(whole(client.get("/file"), b"ccccc"))

    with open(site.path("file"), "ab") as file:
        file.write(b"d" * size)
    until_it_shows()
    etags.append(whole(client.get("/file"), b"ccccc" + b"d" * size))
    equal(len(set(etags)), 5, f"{etags}")

    os.remove(site.path("file"))
    until_it_shows()
    equal(client.get("/file").status, 404)

    os.symlink("/etc/passwd", site.path("file"))
    equal(client.get("/file").status, 404, "a link out of the root")
    os.remove(site.path("file"))
    os.mkdir(site.path("file"))
    equal(client.get("/file").status, 301)
    os.rmdir(site.path("file"))

    site.write("dir/file", b"e" * size)
    whole(client.get("/dir/file"), b"e" * size)
    os.rename(site.path("dir"), site.path("away"))
    until_it_shows()
    equal(client.get("/dir/file").status, 404)
    os.rename(site.path("away"), site.path("dir"))
    whole(client.get("/dir/file"), b"e" * size)


def changes(kind, size, *flags):
    with Site("changes", *flags) as site:
        client = kind(site.server)
        for _ in range(3):
            follow_changes(site, client, size)
        client.close()


def at_once(kind):
    """the same with --file_memory_mib=0: every request opens its file"""
    changes(kind, SMALL, "--file_memory_mib=0")


def permissions(kind):
    """a file, or its directory, that becomes unreadable is 403, and comes back"""
    # Root, without the privilege to read everything, if root runs the test.
    runner = (require("unshare"), "--user") if os.getuid() == 0 else ()
    with Site("permissions", runner=runner) as site:
        client = kind(site.server)
        for size in (SMALL, LARGE):
            site.write("dir/file", b"x" * size)
            time.sleep(RECHECK)
            whole(client.get("/dir/file"), b"x" * size)
            for name, allowed in (("dir/file", 0o644), ("dir", 0o755)):
                os.chmod(site.path(name), 0)
                time.sleep(RECHECK)
                equal(client.get("/dir/file").status, 403, name)
                os.chmod(site.path(name), allowed)
                whole(client.get("/dir/file"), b"x" * size)
        client.close()


def replacing(kind):
    """while files are replaced by rename, each answer is one version, with its length and its etag"""
    with Site("replacing") as site:
        versions = {}  # by content
        lock = threading.Lock()
        failures, ends = [], threading.Event()

        def write(name, size, number):
            content = f"{name} {number} ".encode() * (size // 10 + number)
            with lock:
                versions[content] = number
            site.replace(name, content)

        def ask(name):
            client = kind(site.server)
            tags, latest = {}, 0
            try:
                while not ends.is_set():
                    answer = client.get("/" + name)
                    equal(answer.status, 200)
                    equal(answer.fields["content-length"], str(len(answer.body)))
                    with lock:
                        number = versions.get(answer.body)
                    holds(number is not None, f"no version is {answer.body[:40]}...")
                    equal(tags.setdefault(answer.fields["etag"], number), number, answer.fields["etag"])
                    holds(number >= latest, f"version {number} came after {latest}")
                    latest = number
                equal(versions.get(client.get("/" + name).body), VERSIONS - 1)
            except Exception as error:  # pylint: disable=broad-except
                failures.append(f"{name}: {type(error).__name__}: {error}")
            client.close()

        names = (("small", SMALL), ("large", LARGE))
        for name, size in names:
            write(name, size, 0)
        askers = [threading.Thread(target=ask, args=(name,)) for name, _ in names for _ in range(2)]
        for asker in askers:
            asker.start()
        for number in range(1, VERSIONS):
            for name, size in names:
                write(name, size, number)
        time.sleep(RECHECK)
        ends.set()
        for asker in askers:
            asker.join(DEADLINE)
        equal(failures, [])


def deleted(kind):
    """the space of a deleted file becomes free, though it was open for the next request"""
    with Site("deleted") as site:
        client = kind(site.server)
        site.write("file", b"x" * LARGE)
        whole(client.get("/file"), b"x" * LARGE)
        client.close()
        descriptors = f"/proc/{site.server.process.pid}/fd"

        def is_open():
            found = []
            for one in os.listdir(descriptors):
                try:
                    found.append(os.readlink(os.path.join(descriptors, one)))
                except OSError:
                    pass  # it was closed meanwhile
            return any(one.startswith(site.path("file")) for one in found)

        holds(is_open(), "it is not kept open")
        os.remove(site.path("file"))
        deadline = time.monotonic() + DEADLINE
        while is_open():
            holds(time.monotonic() < deadline, "it stays open")
            time.sleep(0.1)


def main():
    report = Report("files")
    for kind in CLIENTS:
        for size in (SMALL, LARGE):
            report.run(f"changes of a file of {size} octets, {kind.__doc__}", changes, kind, size)
        for check in (at_once, permissions, replacing, deleted):
            report.run(f"{check.__doc__}, {kind.__doc__}", check, kind)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
