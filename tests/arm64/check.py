#!/usr/bin/python3
"""The engine and WebSockets on another architecture: cross-compiled for 64-bit ARM, and run by qemu-user.

What is different there: no SSE, so that the portable ways run (field/octet_block.h); char is unsigned. Every
transcript is played in both allocation modes, and the unit tests of UNIT_TESTS run. Prints a line for each thing that
was tried:

    NAME: passed
    NAME: FAILED
      why
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILER = "aarch64-linux-gnu-g++"
QEMU = "qemu-aarch64"
GTEST = pathlib.Path("/usr/src/googletest/googletest")
FLAGS = ("-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-psabi")
# What plays transcripts, beside the library.
REPLAY = ("tests/replay.cc", "adapters/program/printable.cc", "tests/transcript", "tests/flight_recorder",
          "tests/reference/frames.cc", "tests/reference/hpack.cc", "tests/reference/hpack_tables.cc")
UNIT_TESTS = ("tests/field", "tests/hpack", "tests/websocket")
# They compare with libnghttp2, OpenSSL and wslay, which are of the other architecture here, or count allocations.
NOT_HERE = ("tests/hpack/differential_test.cc", "tests/websocket/endpoint_allocations_test.cc",
            "tests/websocket/handshake_test.cc", "tests/websocket/wslay_test.cc")

failed = False


def report(name, why=None):
    global failed  # pylint: disable=global-statement
    failed = failed or why is not None
    print(f"{name}: {'passed' if why is None else 'FAILED'}", flush=True)
    if why is not None:
        print("  " + why.strip()[-3000:].replace("\n", "\n  "), flush=True)


def library():
    text = (ROOT / "cmake/sources.cmake").read_text()
    return [path for part in ("HEADRACE_SOURCES", "HEADRACE_WEBSOCKET_SOURCES")
            for path in re.search(r"set\(%s\n(.*?)\)" % part, text, re.S)[1].split()]


def sources(paths, tests):
    """Files as they are; of directories the tests, or all but those."""
    for path in paths:
        if path.endswith(".cc"):
            yield path
            continue
        for file in sorted((ROOT / path).glob("*.cc")):
            name = str(file.relative_to(ROOT))
            if file.stem.endswith("_test") == tests and name not in NOT_HERE:
                yield name


class Build:
    """Object files in a directory."""

    def __init__(self, out):
        self.out = out
        (out / "include").mkdir()
        (out / "include/gsl").symlink_to("/usr/include/gsl")  # headers only
        self.include = ("-I.", "-Iinclude", "-isystem", str(out / "include"), "-isystem", str(GTEST / "include"), f"-I{GTEST}")

    def compile(self, source):
        target = self.out / (str(source).strip("/").replace("/", "_") + ".o")
        done = subprocess.run([COMPILER, *FLAGS, *self.include, "-c", source, "-o", target], cwd=ROOT, check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return target, None if done.returncode == 0 else done.stdout

    def compile_all(self, what, paths):
        """The object files, or None."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            done = list(pool.map(self.compile, paths))
        wrong = [said for _, said in done if said is not None]
        report(f"{what} compiles", "\n".join(wrong) or None)
        return None if wrong else [target for target, _ in done]

    def link(self, what, objects):
        """A program that needs nothing of the system that it runs on."""
        program = self.out / what
        done = subprocess.run([COMPILER, "-static", *objects, "-o", program, "-lpthread"], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        report(f"{what} links", None if done.returncode == 0 else done.stdout)
        return program if done.returncode == 0 else None


def run(what, *command):
    done = subprocess.run([QEMU, *command], cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    report(what, None if done.returncode == 0 else done.stdout[-1000:] + done.stderr[-1500:])
    return done.stdout


def play(program):
    files = sorted(str(path.relative_to(ROOT)) for kind in ("*.h1t", "*.h2t")
                   for path in (ROOT / "tests/transcripts").rglob(kind))
    for mode in "reuse", "fresh":
        for cut in "whole", "octets":
            run(f"{len(files)} transcripts, {mode}, {cut}", program, f"--allocation={mode}", f"--cut={cut}", *files)


def main():
    os.environ["LC_ALL"] = "C.UTF-8"
    with tempfile.TemporaryDirectory() as directory:
        build = Build(pathlib.Path(directory))
        engine = build.compile_all("the library", library())
        player = build.compile_all("what plays transcripts", list(sources(REPLAY, tests=False)))
        tests = build.compile_all("unit tests", [*sources(UNIT_TESTS, tests=True), GTEST / "src/gtest-all.cc",
                                                 GTEST / "src/gtest_main.cc"])
        if engine is None:
            return 1
        if player is not None and (program := build.link("replay", engine + player)):
            play(program)
        if player is not None and tests is not None:
            helpers = [path for path in player if not path.name.startswith("tests_replay")]
            if program := build.link("unit_tests", engine + helpers + tests):
                said = run("the unit tests", program)
                found = re.search(r"\[  PASSED  \] (\d+) tests", said)
                report("there are some hundred of them", None if found and int(found[1]) > 100 else said[-500:])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
