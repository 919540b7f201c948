"""What the interop programs share: running a peer, and the plain checks."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile

from report import Report
from server import Server


# Where tools/setup puts what comes from npm: puppeteer-core, and `ws`, which that needs.
NODE_MODULES = os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".cache/headrace/npm/node_modules")

# Gone when the program ends.
SCRATCH = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))


def require(tool):
    """The path of a peer's program. Without it nothing can be said, so the test fails."""
    path = shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/bin:/usr/sbin")
    if path is None:
        sys.exit(f"{tool} is not installed; tools/setup installs it")
    return path


def run(*command, timeout=120, binary=False, check=True, **options):
    """Runs a peer to its end; its output, or AssertionError with what it said."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            timeout=timeout, check=False, **options)
    if check and result.returncode != 0:
        raise AssertionError(f"{' '.join(command)[:200]} ended with {result.returncode}: "
                             f"{result.stderr.decode(errors='replace').strip()[-500:]}")
    return result.stdout if binary else result.stdout.decode(errors="replace")


def without_io_uring(reason):
    """The runner of a program for which there is none, as without_io_uring.py says."""
    return ("/usr/bin/python3", os.path.join("tests", "harness", "without_io_uring.py"), reason)


def equal(actual, expected, what=""):
    if actual != expected:
        raise AssertionError(f"{what + ': ' if what else ''}{shorten(actual)} instead of "
                             f"{shorten(expected)}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def shorten(value):
    text = repr(value)
    return text if len(text) < 300 else f"{text[:200]}... ({len(value)} in all)"


def make_site():
    """A directory tree to serve, next to a file that no request may reach."""
    root = os.path.join(SCRATCH.name, "site")
    os.makedirs(os.path.join(root, "sub"))
    files = {
        "index.html": b"<!doctype html><title>interop</title>",
        "digits.txt": b"0123456789" * 100,
        "empty.txt": b"",
        "large.bin": os.urandom(3_000_000),
        "sub/page.html": b"<p>below</p>",
    }
    for name, content in files.items():
        with open(os.path.join(root, name), "wb") as out:
            out.write(content)
    with open(os.path.join(SCRATCH.name, "secret.txt"), "wb") as out:
        out.write(b"SECRET")
    return root, files


def main(name, checks, *flags, program=None, environment=None):
    """Plays `checks` (functions of a running server) against `program`, or the one in argv[1]."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} SERVER-PROGRAM")
    report = Report(name)
    server = Server(program or sys.argv[1], *flags, environment=environment)
    try:
        for check in checks:
            report.run(check.__doc__ or check.__name__, check, server)
        report.add("the server is alive and ends cleanly", server.stop())
    finally:
        server.kill()
    return report.finish()
