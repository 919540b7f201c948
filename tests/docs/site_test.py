#!/usr/bin/python3
"""The documentation becomes a site, with a reference of the public headers without a warning of Doxygen."""

import html
import os
import re
import subprocess
import sys
import tempfile

import tree

# What pages say: of a document, of a source that one names, of the reference.
SAYS = {
    "index.html": "Headrace is the HTTP engine",
    "docs/guide/server.html": "A complete HTTP/2 server on poll(2)",
    "examples/poll_server.cc.html": "accept4",
    "reference/index.html": "Start with headrace::Connection",
    "reference/classheadrace_1_1Connection.html": "The transport delivered bytes, which must outlive the range.",
    "reference/structheadrace_1_1Limits.html": "Streams that the peer may have open at once",
    "reference/structheadrace_1_1StreamClosed.html": "the request was not processed and may be sent again",
    "reference/namespaceheadrace.html": "the connection has ended (a race, not a mistake)",
}


def run(command):
    return subprocess.run(command, cwd=tree.ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def text_of(page):
    with open(page, encoding="utf-8") as file:
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", file.read())))


def warns(directory):
    """Whether a command that Doxygen does not know makes the reference fail."""
    header = os.path.join(directory, "planted.h")
    with open(header, "w", encoding="utf-8") as file:
        file.write("/** \\nosuchcommand */\nstruct Planted {};\n")
    config = os.path.join(directory, "Doxyfile")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"@INCLUDE = {tree.ROOT}/docs/site/Doxyfile\nINPUT = {header}\nOUTPUT_DIRECTORY = {directory}\n"
                   f"INPUT_FILTER = {tree.ROOT}/docs/site/doc_comments.py\n")
    return run(["doxygen", config]).returncode != 0


def main():
    failures = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as directory:
        site = os.path.join(directory, "site")
        made = run(["tools/site", site])
        print(made.stdout, end="")
        if made.returncode != 0:
            failures.append("tools/site failed")
        for page, text in SAYS.items():
            path = os.path.join(site, page)
            if not os.path.exists(path) or text not in text_of(path):
                failures.append(f"{page} does not say: {text}")
        if not warns(directory):
            failures.append("a warning of Doxygen is no error")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
