#!/usr/bin/python3
"""Editors understand the sources: clangd parses a file of each layer by compile_flags.txt, without an error."""

import subprocess
import sys

import tree

FILES = ("headrace.h", "memory/lazy_range.h", "hpack/decoder.cc", "protocol/http2/credit.h",
         "protocol/connection/connection.cc", "adapters/loop/loop.h")


def main():
    failures = []
    for path in FILES:
        said = subprocess.run(["clangd", f"--check={path}"], cwd=tree.ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if said.returncode != 0 or "All checks completed, 0 errors" not in said.stdout:
            failures.append(f"{path}: {said.stdout[-1500:]}")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
