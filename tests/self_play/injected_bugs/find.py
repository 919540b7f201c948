#!/usr/bin/env python3
"""Puts bugs of kinds that other libraries have had into this one, one by one, and shows that
self-play finds each: tests/self_play/injected_bugs/find.py [PATCH...]

The files that a patch changes are copied and patched beside the tree, which stays as it is; Bazel
takes their packages from there (--package_path) and builds nothing else anew.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BUGS = pathlib.Path(__file__).resolve().parent
ROOT = BUGS.parent.parent.parent
STEPS = 10000  # as //tests/self_play:self_play_test
SEEDS = 8


def patched_packages(patch, into):
    """Copies the packages that `patch` changes, and patches the copies."""
    changed = re.findall(r"^\+\+\+ b/(\S+)", patch.read_text(), re.MULTILINE)
    for package in {pathlib.Path(name).parent for name in changed}:
        shutil.copytree(ROOT / package, into / package)
    subprocess.run(["patch", "--strip=1", "--silent", f"--input={patch}"], cwd=into, check=True)


def look_for(patch):
    """(what self-play says, failure or None)."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            patched_packages(patch, pathlib.Path(directory))
        except subprocess.CalledProcessError:
            return "", "the patch does not apply any more"
        built = subprocess.run(
            ["bazel", "build", "--noshow_progress", "--color=no",
             f"--package_path={directory}:%workspace%", "//tests/self_play"],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if built.returncode != 0:
            return "", "it does not build:\n" + built.stdout.decode(errors="replace")[-3000:]
        played = subprocess.run(
            ["bazel-bin/tests/self_play/self_play", f"--seeds={SEEDS}", f"--steps={STEPS}"],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = played.stdout.decode(errors="replace")
    found = re.findall(r"^ *(seed \d+, step .*)", said, re.MULTILINE)
    if played.returncode != 1 or not found:
        return "", f"it was not found (exit code {played.returncode}):\n{said[-2000:]}"
    return f"{found[0]} (in {len(found)} of {SEEDS} seeds)", None


def main():
    patches = [pathlib.Path(name).resolve() for name in sys.argv[1:]] or sorted(BUGS.glob("*.patch"))
    missed = 0
    for patch in patches:
        said, failure = look_for(patch)
        missed += failure is not None
        print(f"{patch.stem}: {said if failure is None else 'MISSED: ' + failure}", flush=True)
    return 1 if missed or not patches else 0


if __name__ == "__main__":
    sys.exit(main())
