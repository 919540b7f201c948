#!/usr/bin/python3
"""The C++ of docs compiles, block by block. (The README's has a test that runs it: tests/readme.)"""

import re
import subprocess
import sys

import tree

PROLOGUE = """
#include <sys/types.h>
#include <sys/uio.h>

#include <chrono>
#include <string>
#include <vector>

#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <headrace/testing.h>
#include <headrace/prepared_head.h>
#include <headrace/protocol/frame/frame_reader.h>
#include <headrace/protocol/frame/frame_writer.h>
using namespace headrace;
// What a reader has: a connection, bytes, a socket, a page, ...
void handle(const Event& event);
"""
PARAMETERS = """Connection& connection, std::span<const uint8_t> bytes, TimePoint now, int socket,
    StreamId id, const std::string& page, FieldsView received, std::vector<EventPtr>& later"""


def main():
    program, blocks = PROLOGUE, 0
    for document in tree.documents(tree.tracked()):
        if document == "README.md":
            continue
        text = tree.read(document)
        for block in re.finditer(r"^```cpp\n(.*?)^```", text, re.S | re.M):
            line = text.count("\n", 0, block.start()) + 2
            program += f"void block_{blocks}({PARAMETERS}) {{\n#line {line} \"{document}\"\n{block[1]}}}\n"
            blocks += 1
    command = ["g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-unused",
               "-Wno-unused-parameter", "-fsyntax-only", f"-I{tree.ROOT}/include", "-x", "c++", "-"]
    code = subprocess.run(command, input=program, text=True, check=False).returncode
    print(f"{blocks} blocks: {'they compile' if code == 0 else 'not all of them compile'}")
    return 1 if code != 0 or blocks < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
