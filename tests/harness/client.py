"""Runs the client under test."""

import os
import subprocess
import tempfile
import threading
import time
from collections import namedtuple

from server import io_flags

Result = namedtuple("Result", "code out err")

# The exit codes that `get --help` documents.
OK, INTERNAL, USAGE, NOT_CONNECTED, CONNECTION_LOST, PROTOCOL_ERROR = 0, 1, 2, 3, 4, 5
STREAM_RESET, TIMEOUT, HTTP_STATUS, WRITE_ERROR, READ_ERROR, TLS = 6, 7, 8, 9, 10, 11


class Client:
    """The program at `path`. `runner`: a command that the program's own is an argument of."""

    def __init__(self, path, runner=()):
        self.path = path
        self.runner = runner

    def __call__(self, *arguments, code=OK, data=None, timeout=120, environment=None):
        """Runs it to its end, which must come with `code`. `data`: its standard input."""
        running = self.start(*arguments, data=data, environment=environment)
        return running.finish(code, timeout)

    def start(self, *arguments, data=None, environment=None, stdin=None, stdout=None):
        return Running([*self.runner, self.path, *io_flags(self.path), *map(str, arguments)], data, environment, stdin, stdout)


class Running:
    """One that runs. What it writes is collected, unless `stdout` says where it goes."""

    def __init__(self, command, data, environment, stdin, stdout):
        self.command = command
        self.errors = tempfile.TemporaryFile(dir=os.environ.get("TEST_TMPDIR"))
        source = subprocess.PIPE if data is not None else stdin or subprocess.DEVNULL
        self.process = subprocess.Popen(
            command, stdin=source, stdout=stdout or subprocess.PIPE, stderr=self.errors,
            env={**os.environ, **(environment or {})})
        self.chunks = []
        self.threads = []
        if stdout is None:
            self.threads.append(threading.Thread(target=self._read, daemon=True))
        if data is not None:
            self.threads.append(threading.Thread(target=self._write, args=(data,), daemon=True))
        for thread in self.threads:
            thread.start()

    def _read(self):
        for chunk in iter(lambda: self.process.stdout.read1(1 << 20), b""):
            self.chunks.append(chunk)

    def _write(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def out(self):
        """What it has written so far."""
        return b"".join(self.chunks)

    def err(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def finish(self, code=OK, timeout=120):
        """Its end; AssertionError when that is not the one."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"{self} did not end within {timeout} s: {self.err()[-500:]}")
            time.sleep(0.005)
        for thread in self.threads:
            thread.join(60)
        if self.process.returncode != code:
            raise AssertionError(f"{self} ended with {self.process.returncode} instead of {code}: "
                                 f"{self.err().strip()[-500:]}")
        return Result(code, self.out(), self.err())

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __str__(self):
        return " ".join(["get", *self.command[1:]])[:200]
