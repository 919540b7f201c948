#!/usr/bin/python3
"""docs/porting-nghttp2.md has every public function of libnghttp2 once, docs/porting-h2.md every public name of python-h2; and
what they and docs/porting-beast.md name of Headrace is there."""

import collections
import inspect
import re
import sys

import h2.config
import h2.connection
import h2.events
import h2.exceptions

import tree

HEADER = "/usr/include/nghttp2/nghttp2.h"


def nghttp2_functions():
    with open(HEADER, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    return set(re.findall(r"NGHTTP2_EXTERN[^;]*?\b(nghttp2_\w+)\(", text))


def h2_names():
    found = {name for owner in (h2.connection.H2Connection, h2.config.H2Configuration) for name in dir(owner)}
    found |= {name for module, base in ((h2.events, h2.events.Event), (h2.exceptions, Exception))
              for name, what in vars(module).items() if inspect.isclass(what) and issubclass(what, base) and what is not base}
    return {name for name in found if not name.startswith("_")}


def rows_of(document):
    """The cells of each row of the tables below a heading: the table in front of them is about ideas."""
    text = tree.read(document)
    text = text[text.index("\n## "):]
    return [line.strip().strip("|").split(" | ") for line in text.split("\n")
            if line.startswith("| ") and not line.endswith("| Headrace |")]


def check(document, names, ours):
    """`names`: of the other library, or None. The mistakes."""
    rows = rows_of(document)
    failures = [f"{document}: a row of {len(row)} cells: {row}" for row in rows if len(row) != 2]
    if names is not None:
        listed = collections.Counter(name for row in rows for name in re.findall(r"`(\w+)`", row[0]))
        failures += [f"{name} is not in {document}" for name in sorted(names - listed.keys())]
        failures += [f"{name} is in {document}, and not in the library" for name in sorted(listed.keys() - names)]
        failures += [f"{name} is in {document} {count} times" for name, count in listed.items() if count > 1]
    for row in rows:
        for span in re.findall(r"`([^`<]+)`", row[-1]):
            for name in re.findall(r"[A-Za-z_]\w+", re.sub(r'"[^"]*"', "", span)):
                if not re.search(rf"\b{name}\b", ours):
                    failures.append(f"{document}: no public header has {name}")
    return len(rows), failures


def main():
    ours = "".join(tree.read(header.removeprefix("headrace/"))
                   for header in tree.read("cmake/public_headers.txt").split())
    count, failures = 0, []
    functions, names = nghttp2_functions(), h2_names()
    for document, theirs in (("docs/porting-nghttp2.md", functions), ("docs/porting-h2.md", names),
                             ("docs/porting-beast.md", None)):
        rows, wrong = check(document, theirs, ours)
        count += rows
        failures += wrong
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(functions)} functions of libnghttp2, {len(names)} names of python-h2, {count} rows: {len(failures)} mistakes")
    return 1 if failures or len(functions) < 100 or len(names) < 60 else 0


if __name__ == "__main__":
    sys.exit(main())
