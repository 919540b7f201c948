#!/usr/bin/python3
"""The C++ of docs compiles, block by block. (That of the guide runs, too: guide_test; the README's: tests/readme.) What is shown
whole is what stands in examples/."""

import re
import subprocess
import sys

import snippets
import tree

WHOLE = {"docs/guide/server.md": "examples/poll_server.cc"}


def main():
    program, count, failures = snippets.PROLOGUE, 0, []
    for document in tree.documents(tree.tracked()):
        if document == "README.md":
            continue
        for line, code in snippets.blocks(document, tree.read(document)):
            program += snippets.function(f"block_{count}", document, line, code)
            count += 1
    command = ["g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-unused",
               "-Wno-unused-parameter", "-fsyntax-only", f"-I{tree.ROOT}/include", "-x", "c++", "-"]
    code = subprocess.run(command, input=program, text=True, check=False).returncode
    print(f"{count} blocks: {'they compile' if code == 0 else 'not all of them compile'}")
    for document, example in WHOLE.items():
        if f"```c++\n{tree.read(example)}```\n" not in tree.read(document):
            failures.append(f"{document} does not have {example} as it stands")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if code != 0 or failures or count < 25 else 0


if __name__ == "__main__":
    sys.exit(main())
