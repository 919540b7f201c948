#!/usr/bin/python3
"""docs/porting-nghttp2.md has every public function of libnghttp2 once, and what it names of Headrace is
there."""

import collections
import re
import sys

import tree

HEADER = "/usr/include/nghttp2/nghttp2.h"
DOCUMENT = "docs/porting-nghttp2.md"


def exported():
    with open(HEADER, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    return re.findall(r"NGHTTP2_EXTERN[^;]*?\b(nghttp2_\w+)\(", text)


def main():
    failures = []
    rows = [line.strip().strip("|").split(" | ") for line in tree.read(DOCUMENT).split("\n")
            if line.startswith("| `nghttp2_")]
    listed = collections.Counter(name for row in rows for name in re.findall(r"`(nghttp2_\w+)`", row[0]))
    functions = set(exported())
    failures += [f"{name} is not in {DOCUMENT}" for name in sorted(functions - listed.keys())]
    failures += [f"{name} is in {DOCUMENT}, and not in nghttp2.h" for name in sorted(listed.keys() - functions)]
    failures += [f"{name} is in {DOCUMENT} {count} times" for name, count in listed.items() if count > 1]
    ours = "".join(tree.read(header.removeprefix("headrace/"))
                   for header in tree.read("cmake/public_headers.txt").split())
    for row in rows:
        if len(row) != 2:
            failures.append(f"a row of {len(row)} cells: {row}")
            continue
        for span in re.findall(r"`([^`<]+)`", row[1]):
            for name in re.findall(r"[A-Za-z_]\w+", span):
                if not re.search(rf"\b{name}\b", ours):
                    failures.append(f"{DOCUMENT}: no public header has {name}")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(functions)} functions of libnghttp2 in {len(rows)} rows: {len(failures)} mistakes")
    return 1 if failures or len(functions) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
