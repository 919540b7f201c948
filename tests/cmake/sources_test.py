#!/usr/bin/python3
"""cmake/sources.cmake lists the sources that Bazel's targets have.

Beside the test lie Bazel's own answers, LIST.labels: every .cc file behind the targets that a list
stands for. A file is in the list of the lowest library that has it.
"""

import pathlib
import re
import sys

# From below: what one has is not in those behind it. The programs share the last.
LIBRARIES = ("HEADRACE_SOURCES", "HEADRACE_LOOP_SOURCES", "HEADRACE_EPOLL_SOURCES", "HEADRACE_IO_URING_SOURCES",
             "HEADRACE_TLS_SOURCES", "HEADRACE_WEBSOCKET_SOURCES")
PROGRAMS = ("HEADRACE_SERVE_SOURCES", "HEADRACE_GET_SOURCES", "HEADRACE_DUMP_SOURCES")
SHARED = "HEADRACE_PROGRAM_SOURCES"


def labels(name):
    answer = pathlib.Path(__file__).with_name(name + ".labels").read_text()
    return {label[2:].lstrip(":").replace(":", "/") for label in answer.split()}


def expected():
    lists, below = {}, set()
    for name in LIBRARIES:
        lists[name] = labels(name) - below
        below |= lists[name]
    programs = {name: labels(name) - below for name in PROGRAMS}
    # (What only one of the programs uses today is shared all the same.)
    shared = {path for name, paths in programs.items() for path in paths
              if path.startswith("adapters/program/") or any(path in programs[other] for other in PROGRAMS if other != name)}
    # Of the engine, and not public: a program has it inside.
    lists[SHARED] = shared
    lists.update((name, paths - shared) for name, paths in programs.items())
    return lists


def main():
    text = pathlib.Path("cmake/sources.cmake").read_text()
    listed = {name: files.split() for name, files in re.findall(r"^set\((\w+)\n(.*?)\)", text, re.S | re.M)}
    failures = []
    for name, files in expected().items():
        mine = listed.pop(name, [])
        failures += [f"add {path} to {name} of cmake/sources.cmake" for path in sorted(files - set(mine))]
        failures += [f"take {path} out of {name} of cmake/sources.cmake: Bazel has no such source there"
                     for path in sorted(set(mine) - files)]
        if mine != sorted(set(mine)):
            failures.append(f"sort {name} of cmake/sources.cmake")
    failures += [f"{name} of cmake/sources.cmake is compared with nothing" for name in listed]
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
