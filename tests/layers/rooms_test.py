#!/usr/bin/python3
"""A line knows its room: bounds on the core's files and functions, and on how the engine's classes
couple its parts; a header is guarded by its own path.

What a part keeps is private to it, so no function touches the state of two. The functions of the
engine's classes that talk to two parts or more are the places where parts meet: their number may
only fall.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = ["memory", "field", "hpack", "protocol", "websocket"]
LONGEST_FUNCTION = 60
LONGEST_PART_HEADER = 200  # protocol/http[12]/*.h
LONGEST_CLASS = 400        # protocol/http[12]/engine: header and source
MEETINGS = {"http2": 88, "http1": 54}

failures = []


def sources(folder, pattern):
    return sorted((ROOT / folder).rglob(pattern))


def functions(text):
    """(line, lines of its definition) of each function that is defined at column 0."""
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        begins = re.match(r"[A-Za-z][\w:<>,&* ]*\(", lines[i])
        if begins and not re.match(r"(static_assert|HEADRACE|namespace|using)", lines[i]):
            end = i
            while not lines[end].startswith("}") and not (
                    end == i and lines[end].rstrip().endswith(("}", ";"))):
                end += 1
                if end == len(lines):
                    return
            yield i + 1, lines[i:end + 1]
            i = end
        i += 1


def check_functions():
    count = 0
    for folder in CORE:
        for path in sources(folder, "*.cc"):
            for line, body in functions(path.read_text(encoding="utf-8")):
                count += 1
                if len(body) > LONGEST_FUNCTION:
                    failures.append(f"{path.relative_to(ROOT)}:{line}: a function of {len(body)} "
                                    f"lines (at most {LONGEST_FUNCTION})")
    return count


def check_files():
    for path in sorted((ROOT / "protocol").glob("http[12]/*.h")):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > LONGEST_PART_HEADER:
            failures.append(f"{path.relative_to(ROOT)}: {lines} lines (a part's header has at most "
                            f"{LONGEST_PART_HEADER})")
    for path in sorted((ROOT / "protocol").glob("http[12]/engine/*.h")):
        source = path.with_suffix(".cc")
        lines = sum(file.read_text(encoding="utf-8").count("\n")
                    for file in (path, source) if file.exists())
        # (Half of Engine are Protocol's functions, which hand on.)
        if lines > LONGEST_CLASS and path.stem != "engine":
            failures.append(f"{path.relative_to(ROOT)}: a class of {lines} lines (at most "
                            f"{LONGEST_CLASS})")


def check_guards():
    """A header that was moved takes its guard along: two with one guard would hide each other."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.h"], cwd=ROOT,
                            check=True, text=True, stdout=subprocess.PIPE).stdout
    paths = [path for path in listed.split("\n") if (ROOT / path).is_file()]
    for path in paths:
        guard = "HEADRACE_" + re.sub(r"\W", "_", path).upper() + "_"
        lines = (ROOT / path).read_text(encoding="utf-8").rstrip("\n").split("\n")
        directives = [line for line in lines if line.startswith("#")]
        if directives[:2] != [f"#ifndef {guard}", f"#define {guard}"] or lines[-1] != f"#endif  // {guard}":
            failures.append(f"{path}: its guard is {guard}, at #ifndef, #define and #endif")
    return len(paths)


def parts(protocol):
    """The parts by the names that the engine's classes have for them; what is lent to them is none."""
    header = (ROOT / f"protocol/{protocol}/engine/parts.h").read_text(encoding="utf-8")
    if protocol == "http2":  # the accessors of Uses
        found = re.findall(r"& (\w+)\(\) const\s+requires", header)
    else:  # the members that are classes of their own
        found = re.findall(r"^  [A-Z]\w+ (\w+);", header[header.index("connection_life.h"):], re.M)
        found = [name for name in found if name not in ("now", "end_reason", "end_by")]
    return [name for name in found
            if name not in ("blocks", "ledger", "line_memory", "request_memory", "recycler")]


def check_uses():
    """A class names no part that it does not use."""
    header = (ROOT / "protocol/http2/engine/parts.h").read_text(encoding="utf-8")
    accessors = dict(re.findall(r"(\w+)\(\) const\s+requires\(kUses<([\w<>]+)>\)", header))
    for path in sorted((ROOT / "protocol/http2/engine").glob("*.h")):
        text = path.read_text(encoding="utf-8")
        uses = re.search(r"private Uses<(.*?)> \{", text, re.S)
        if not uses:
            continue
        text = text[uses.end():] + path.with_suffix(".cc").read_text(encoding="utf-8")
        for accessor, part in accessors.items():
            named = re.search(rf"(^|[\s,]){re.escape(part)}($|,)", uses[1])
            if named and not re.search(rf"(?<![\w.>]){accessor}\(\)", text):
                failures.append(f"{path.relative_to(ROOT)}: names {part}, and does not use it")


def meetings(protocol):
    named = parts(protocol)
    if len(named) < 12:
        sys.exit(f"only {named} are found in {protocol}/engine/parts.h")
    count = total = 0
    for path in sources(f"protocol/{protocol}/engine", "*.cc"):
        for _, body in functions(path.read_text(encoding="utf-8")):
            text = "\n".join(line for line in body if not line.lstrip().startswith("//"))
            if "::" not in text:
                continue
            total += 1
            used = {name for name in named
                    if re.search(rf"(?<![\w.>]){name}\(\)\.|\b(parts_|p_)\.{name}\b", text)}
            count += len(used) > 1
    return count, total


def main():
    counted = check_functions()
    check_files()
    check_uses()
    headers = check_guards()
    for protocol, most in MEETINGS.items():
        count, total = meetings(protocol)
        print(f"{protocol}: of {total} functions of the engine {count} talk to two parts or more")
        if count > most:
            failures.append(f"{protocol}: {count} functions talk to two parts or more, which may be {most}")
        elif count < most:
            failures.append(f"{protocol}: only {count} functions talk to two parts or more: lower "
                            f"MEETINGS, which is {most}")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{headers} headers; {counted} functions of the core")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
