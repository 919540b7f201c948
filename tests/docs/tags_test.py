#!/usr/bin/python3
"""Indexers find every function: ctags knows each that the sources define or declare.

What is there is read from the layout that clang-format gives the sources: a function outside of a
class begins at the left edge.
"""

import re
import subprocess
import sys

import tree

SOURCES = re.compile(r"(memory|field|hpack|protocol|websocket|adapters)/.*\.(h|cc)")
NO_FUNCTION = "namespace|using|typedef|template|static_assert|return|struct|class|enum|union|extern"
FUNCTION = re.compile(
    rf"^(?!{NO_FUNCTION})[A-Za-z][\w:<>,*&\[\] ]*?[ *&]((?:\w+::)*~?(?!operator)\w+)\(", re.M)
# What a person would ask for by its whole name.
KNOWN = ("headrace::Connection::receive", "headrace::Connection::submit_response",
         "headrace::FieldsView::size", "headrace::hpack::Decoder::decode", "headrace::websocket::Endpoint::send")


def tags(paths):
    """The names that ctags finds, with their paths; qualified ones too."""
    command = ["ctags", "--languages=C++", "--kinds-C++=fp", "--extras=+q", "-f", "-", *paths]
    listed = subprocess.run(command, cwd=tree.ROOT, check=True, text=True, stdout=subprocess.PIPE)
    return {tuple(line.split("\t")[:2]) for line in listed.stdout.splitlines() if line[0] != "!"}


def main():
    paths = [path for path in tree.tracked() if SOURCES.fullmatch(path)]
    found = tags(paths)
    names = {name for name, _ in found}
    functions = [(match[1].split("::")[-1], path)
                 for path in paths for match in FUNCTION.finditer(tree.read(path))]
    hidden = [function for function in functions if function not in found]
    hidden += [(name, "a qualified name") for name in KNOWN if name not in names]
    for name, path in hidden:
        print(f"{path}: ctags does not see {name}()")
    print(f"{len(functions)} functions outside of classes, {len(hidden)} hidden from ctags")
    return 1 if hidden or len(functions) < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
