#!/usr/bin/python3
"""Every command of README and docs is run: those that are quick here, as they stand; what a stage of
.ci/run runs is only looked up (documented.py)."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "harness"))

import documented
import tree
from server import Server

PATIENCE = 300  # seconds
SERVE, GET, REPLAY, SELF_PLAY = (os.path.abspath(program) for program in sys.argv[1:5])
PROGRAMS = {"//adapters:serve": SERVE, "//tests:replay": REPLAY, "//tests/self_play": SELF_PLAY}
TRANSCRIPT = "tests/transcripts/rfc9113-5.1/late-data-costs-the-stream.h2t"
failures = []


def fail(command, what):
    failures.append(f"{command}: {what}")


def shell(command, directory):
    """What it says, both ways; everything in the pipe has to end well."""
    try:
        run = subprocess.run(
            ["bash", "-c", f'set -o pipefail; get() {{ "{GET}" "$@"; }}\n{command}'], cwd=directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return None, "it does not end"
    return run.returncode, run.stdout


def free_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def run_recorder(command, server, directory):
    """The proxy writes down what curl says."""
    port, file = free_port(), os.path.join(directory, "curl.rec")
    line = command.replace("8090", str(port)).replace("8080", str(server.port)).replace("FILE.rec", file)
    with subprocess.Popen(line.split(), cwd=tree.ROOT, stdout=subprocess.DEVNULL) as recorder:
        deadline = time.monotonic() + PATIENCE
        while recorder.poll() is None and not connects(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        code, said = shell(f"curl -sS --http2-prior-knowledge http://127.0.0.1:{port}/", directory)
        if code != 0:
            fail(command, said[-500:])
        while not os.path.exists(file) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not os.path.exists(file):
            fail(command, "it has written nothing")
        recorder.terminate()


# What each has to say; what is missing here says something.
SAYS = {
    "--help": r"(?i)usage|stages|--\w+",
    "curl": r"(?i)<html",
    "/headers": r":authority|:method",
    "tar": r"^docs/architecture\.md$",
    "-n 100000": r"100,?000 ok",
    "--duration": r"(?s)^requests  [1-9]\d*: \d+ ok, 0 failed$.*^ +max +\S+ \S+  #{50}$",
    "replay": r"RequestReceived .*\n +:method: ",
    "-o page.html": r":status: 200",
}


def run(command, server, directory):
    if "recorder.py" in command:
        return run_recorder(command, server, directory)
    line = command.replace("127.0.0.1:8080", f"{server.host}:{server.port}")
    line = line.replace("FILE.h2t", str(tree.ROOT / TRANSCRIPT))
    program = re.match(r"bazel run (?:-c opt )?(\S+)(?: --)?", line)
    if program:
        line = PROGRAMS[program[1]] + line[program.end():]
    code, said = shell(line, tree.ROOT if line.startswith(".ci/") else directory)
    if code != 0:
        return fail(command, f"ended with {code}: {said[-500:]}")
    pattern = next(pattern for word, pattern in SAYS.items() if word in command)
    if not re.search(pattern, said, re.M):
        fail(command, f"no /{pattern}/ in {said[-500:]!r}")
    if "page.html" in line and not os.path.getsize(os.path.join(directory, "page.html")):
        fail(command, "the page is empty")
    return None


def main():
    found = {}
    for document in tree.documents(tree.tracked()):
        if document != "CHANGELOG.md":
            found.update((command, document) for command in documented.commands(tree.read(document)))
    for command in sorted(found.keys() - documented.RUN_BY.keys()):
        fail(found[command], f"nobody runs: {command}")
    for command in sorted(documented.RUN_BY.keys() - found.keys()):
        fail("documented.py", f"no document has: {command}")
    stages = set(re.findall(r"^def (\w+)", tree.read(".ci/stages.py"), re.M))
    for command, run_by in documented.RUN_BY.items():
        if run_by not in stages | {documented.HERE, documented.ALL}:
            fail(command, f".ci/run has no stage {run_by}")
    if "commands" not in stages:
        fail("documented.py", ".ci/run has no stage commands")

    here = documented.of(documented.HERE)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as directory:
        shutil.copytree(tree.ROOT / "docs", os.path.join(directory, "docs"))
        server = Server(SERVE)
        try:
            for command in here:
                run(command, server, directory)
        finally:
            server.kill()
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(found)} commands, {len(here)} of them run here: {len(failures)} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
