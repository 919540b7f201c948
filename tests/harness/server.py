"""Starts the server under test, knows its address and its memory, and stops it."""

import json
import os
import re
import signal
import subprocess
import threading
import time

import certificates

# A sanitizer's build starts slowly, and several tests share the machine.
START_SECONDS = 60


def io_flags(program):
    """How the program under test is to move bytes, where a test target says so (its BUILD file)."""
    wanted = os.environ.get("HEADRACE_TEST_IO")
    return [f"--io={wanted}"] if wanted and os.path.basename(program) in ("serve", "get") else []


def is_over_tls():
    """Whether `serve` is to speak TLS, where a test target says so (its BUILD file)."""
    return os.environ.get("HEADRACE_TEST_TLS") == "1"


def tls_flags(program):
    """Certificates of both kinds, whose authority the peers trust."""
    if not is_over_tls() or os.path.basename(program) != "serve":
        return []
    pair = certificates.for_servers()
    return ["--tls_cert=" + ",".join(one.certificate for one in pair),
            "--tls_key=" + ",".join(one.key for one in pair)]


class NotStarted(RuntimeError):
    """It has ended, with `code`, or hung, instead of saying what it serves; `text` is what it said."""

    def __init__(self, program, code, text):
        super().__init__(f"{program} printed no URL within {START_SECONDS} s: {text}")
        self.code, self.text = code, text


class Server:
    """`program` with --port=0 and `flags`; waits until it has printed the URL that it serves.

    `runner`: a command that the program's own is an argument of."""

    def __init__(self, program, *flags, environment=None, pattern=r"https?://([0-9.]+):(\d+)",
                 runner=()):
        self.pattern = pattern
        self.process = subprocess.Popen(
            [*runner, program, "--port=0", *io_flags(program), *tls_flags(program), *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})}, text=True, errors="replace")
        self.output = []
        self.announced = threading.Event()
        self.host, self.port = None, None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.announced.wait(START_SECONDS)
        if self.port is None:
            code = self.process.wait(START_SECONDS) if self.announced.is_set() else None
            self.kill()
            raise NotStarted(program, code, self.text())

    def _read(self):
        for line in self.process.stdout:
            self.output.append(line)
            url = re.search(self.pattern, line)
            if url and self.port is None:
                self.host, self.port = url.group(1), int(url.group(2))
                self.announced.set()
        self.announced.set()

    def text(self):
        return "".join(self.output).strip()

    def wait_for(self, pattern):
        """What of its text matches the pattern, once it is there."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = re.search(pattern, self.text())
            if found:
                return found.group(0)
            time.sleep(0.01)
        raise RuntimeError(f"it did not print {pattern} within {START_SECONDS} s: {self.text()}")

    def url(self, path="/"):
        return f"{'https' if is_over_tls() else 'http'}://{self.host}:{self.port}{path}"

    def counted(self, what="memory"):
        """One of its counters, as /stats tells them: "memory" is what its clients make it hold, in
        octets."""
        answer = subprocess.run(
            ["curl", "-sS", "--http2-prior-knowledge", "--max-time", "60", self.url("/stats")],
            stdout=subprocess.PIPE, check=True).stdout
        return json.loads(answer)[what]

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds=60):
        """SIGTERM; None when it exits with 0 in time, else a sentence."""
        if self.process.poll() is not None:
            return f"the server had ended with {self.process.returncode}: {self.text()}"
        self.terminate()
        return self.wait(seconds)

    def wait(self, seconds):
        started = time.monotonic()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"the server did not end within {seconds} s of SIGTERM"
        self.reader.join(seconds)
        if code != 0:
            return f"the server ended with {code} after {time.monotonic() - started:.1f} s: {self.text()}"
        return None

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
