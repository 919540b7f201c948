#!/usr/bin/python3
"""docs/failures.md and the adapters' source say the same: each system call that is made is in a row of the
tables, and each row's calls are made. `failures_test.py --print` prints those that are found.

What a system call is the kernel's own list says (asm/unistd.h), and the table below for what makes one
under another name.
"""

import os
import re
import sys

import tree

SOURCE = re.compile(r"^adapters/(\w+)/.*\.(h|cc)$")
NUMBERS = ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm-generic/unistd.h")
SECTION = re.compile(r"^##+ (.*)$")

# The sections that a folder's calls may be in.
LOOPS, BOTH, SERVE, GET, DUMP = "The loops", "Both", "serve", "get", "dump"
SECTIONS = {
    "loop": (LOOPS,), "epoll": (LOOPS,), "io_uring": (LOOPS,),
    "serve": (BOTH, SERVE), "get": (BOTH, GET), "dump": (BOTH, DUMP), "program": (BOTH, SERVE, GET),
    "tls": (BOTH, SERVE, GET),
    "socket": (LOOPS, SERVE, GET),
}

# Functions that make system calls, by the name that the tables have for what they do.
FUNCTIONS = {
    **{name: name for name in (
        "dup", "eventfd", "fstat", "getaddrinfo", "isatty", "malloc_trim", "opendir", "popen", "pread",
        "pwrite", "raise", "recv", "send", "sendfile", "sigaction", "sigprocmask", "stat", "mkstemp",
        "mkostemp", "realpath", "tcgetattr")},
    "signal": "sigaction",
    "fstatat": "newfstatat",
    "sleep_for": "nanosleep",
    "sleep_until": "nanosleep",
    "random_device": "getrandom",
    "thread": "clone3",
    "now": "clock_gettime",
    "time": "clock_gettime",
    "fopen": "openat",
    "posix_fallocate": "fallocate",
    "fscanf": "read",
    "fread": "read",
    "io_uring_queue_init_params": "io_uring_setup",
    "io_uring_queue_exit": "close",
    **{"io_uring_" + name: "io_uring_register" for name in (
        "register", "register_buf_ring", "register_eventfd", "register_ring_fd", "unregister_buf_ring")},
    **{"io_uring_" + name: "io_uring_enter" for name in (
        "enter", "get_events", "sqring_wait", "submit", "submit_and_get_events", "submit_and_wait",
        "submit_and_wait_timeout")},
}
# Of liburing's what only moves things in memory.
IN_MEMORY = re.compile(r"io_uring_((get_)?[sc]qe|sqe_\w+|[cs]q_\w+|for_each_cqe|buf_ring\w*|buf_reg|params|error"
                       r"|options_?)")
# Ours that have a system call's name.
OURS = {"adapters/serve/front_page.cc": {"link"},
        "adapters/loop/eviction_order.cc": {"time"}, "adapters/loop/connection_record.h": {"socket"},
        "adapters/tls/server.h": {"accept"},
        **{"adapters/serve/" + name: {"send"} for name in ("echo.cc", "websocket.cc", "websocket.h")}}
# Whose argument (the first is 0) says what is asked for: each has its own answer.
WHAT = {"setsockopt": 2, "getsockopt": 2, "ioctl": 1, "fcntl": 1}


def kernel_calls():
    names = set()
    for path in NUMBERS:
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                names |= set(re.findall(r"__NR(?:3264)?_(\w+)", file.read()))
    if len(names) < 300:
        sys.exit(f"{NUMBERS}: no list of system calls; it comes with the C library")
    return names


def without_words(text):
    """Without comments and literals."""
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)


def arguments(text, at):
    depth, begin, found = 0, at + 1, []
    for i in range(at, len(text)):
        depth += (text[i] in "({[") - (text[i] in ")}]")
        if depth == 0:
            return found + [text[begin:i].strip()]
        if text[i] == "," and depth == 1:
            found.append(text[begin:i].strip())
            begin = i + 1
    raise ValueError("a call that does not end")


def is_declared(before):
    """Behind a type, it is a function or a variable of that name."""
    type_name = re.search(r"(\w+|[>*&])\s+$", before)
    return bool(type_name) and type_name[1] not in ("return", "else", "&", "*")


def calls(files):
    """(folder, call as the tables name it) of each, with the files that make it."""
    known = kernel_calls()
    found = {}
    for path in files:
        source = SOURCE.match(path)
        if not source:
            continue
        text = without_words(tree.read(path))
        made = {call[1] for call in re.finditer(r"\bSYS_(\w+)", text)}
        # Of no object and no class of ours: those have methods `read` and `write`.
        for call in re.finditer(r"(?<![\w.>])(?<!\w::)(?<!struct )((?:\w+_clock|std|this_thread|chrono|::)*(?:::)?)"
                                r"(\w+)(\(| \w+;|> \w+;)|\b(io_uring_prep_\w+)", text):
            name = call[2] or call[4]
            if name in OURS.get(path, ()) or IN_MEMORY.fullmatch(name):
                continue
            if call[3] == "(" and is_declared(text[max(0, call.start() - 80):call.start()]):
                continue
            if name in WHAT:
                name += f"({arguments(text, call.end() - 1)[WHAT[name]]})"
            elif name in FUNCTIONS:
                name = FUNCTIONS[name]
            elif name not in known and not name.startswith("io_uring_"):
                continue
            made.add(name)
        for name in made:
            found.setdefault((source[1], name), set()).add(path)
    return found


def rows(document):
    """Section and call of each that is in the first column of a table."""
    section, found = "", set()
    for line in document.split("\n"):
        heading = SECTION.match(line)
        if heading:
            section = heading[1]
        if line.startswith("| ") and not line.startswith("| |"):
            for name in re.findall(r"`([^`]+)`", line.split("|")[1]):
                several = re.fullmatch(r"(\w+)\((.*)\)", name)
                if several and several[1] in WHAT:
                    found |= {(section, f"{several[1]}({one})") for one in several[2].split(", ")}
                elif not name.startswith(("-", "/", "AF_")):
                    found.add((section, several[1] if several else name))
    return found


def main():
    made = calls(tree.tracked())
    if sys.argv[1:] == ["--print"]:
        for (folder, name), paths in sorted(made.items()):
            print(folder, name, *sorted(paths))
        return 0
    listed = rows(tree.read("docs/failures.md"))
    failures = [f"docs/failures.md has no row for {name} of {', '.join(sorted(paths))} in any of {SECTIONS[folder]}"
                for (folder, name), paths in sorted(made.items())
                if not any((section, name) in listed for section in SECTIONS[folder])]
    failures += [f"docs/failures.md has a row for {name} in \"{section}\", which is not called there"
                 for section, name in sorted(listed)
                 if not any(section in SECTIONS[folder] and name == called for folder, called in made)]
    if len(made) < 60:
        failures.append(f"only {len(made)} calls were found")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(made)} calls in {len(listed)} rows: {len(failures)} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
