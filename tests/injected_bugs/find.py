#!/usr/bin/env python3
"""Puts bugs that this library or others have had into it, one by one, and shows that a test finds
each: tests/injected_bugs/find.py [PATCH...]

The directory of a patch names the test: self_play (//tests/self_play), or loop_model
(//tests/adapters:loop_model_test, with AddressSanitizer). The files that a patch changes are copied and
patched beside the tree, which stays as it is; Bazel takes their packages from there (--package_path)
and builds nothing else anew.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

BUGS = pathlib.Path(__file__).resolve().parent
ROOT = BUGS.parent.parent
STEPS = 10000  # as //tests/self_play:self_play_test
SEEDS = 8


class Missed(Exception):
    pass


def output_of(*command, environment=None):
    """Exit code and output."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **(environment or {})}, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def build(directory, target, *flags, environment=None):
    code, said = output_of("bazel", "build", "--noshow_progress", "--color=no",
                           f"--package_path={directory}:%workspace%", *flags, target,
                           environment=environment)
    if code != 0:
        raise Missed(f"it does not build:\n{said[-3000:]}")


def self_play(directory):
    build(directory, "//tests/self_play")
    code, said = output_of("bazel-bin/tests/self_play/self_play", f"--seeds={SEEDS}",
                           f"--steps={STEPS}")
    stopped = re.search(r"^headrace: (.*)", said, re.MULTILINE)
    if code == -signal.SIGABRT and stopped:  # before self-play has seen what comes of it
        return f"a contract stops the program: {stopped[1]}"
    found = re.findall(r"^ *(seed \d+, .*)", said, re.MULTILINE)
    if code != 1 or not found:
        raise Missed(f"it was not found (exit code {code}):\n{said[-2000:]}")
    return f"{found[0]} (in {len(found)} of {SEEDS} seeds)"


def loop_model(directory):
    # As the gate builds it.
    build(directory, "//tests/adapters:loop_model_test", "--config=asan", "--config=ubsan",
          environment={"CC": "clang-19"})
    code, said = output_of("bazel-bin/tests/adapters/loop_model_test", "--gtest_fail_fast")
    found = re.search(r"ERROR: (AddressSanitizer: .*?) on", said) or re.search(r"^Failed\n(.+)", said, re.MULTILINE)
    if code == 0 or not found:
        raise Missed(f"it was not found (exit code {code}):\n{said[-2000:]}")
    return found[1]


TESTS = {"self_play": self_play, "loop_model": loop_model}


def patched_packages(patch, into):
    """Copies the packages that `patch` changes, and patches the copies."""
    changed = re.findall(r"^\+\+\+ b/(\S+)", patch.read_text(), re.MULTILINE)
    for package in {pathlib.Path(name).parent for name in changed}:
        shutil.copytree(ROOT / package, into / package)
    if subprocess.run(["patch", "--strip=1", "--silent", f"--input={patch}"], cwd=into,
                      check=False).returncode != 0:
        raise Missed("the patch does not apply any more")


def main():
    patches = [pathlib.Path(name).resolve() for name in sys.argv[1:]] or sorted(BUGS.glob("*/*.patch"))
    missed = 0
    for patch in patches:
        with tempfile.TemporaryDirectory() as directory:
            try:
                patched_packages(patch, pathlib.Path(directory))
                said = TESTS[patch.parent.name](directory)
            except Missed as why:
                missed += 1
                said = f"MISSED: {why}"
        print(f"{patch.parent.name}/{patch.stem}: {said}", flush=True)
    return 1 if missed or not patches else 0


if __name__ == "__main__":
    sys.exit(main())
