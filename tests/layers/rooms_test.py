#!/usr/bin/python3
"""A line knows its room: bounds on the core's files and functions, and on how the engine's classes
couple its parts; a header is guarded by its own path.

What a part keeps is private to it, so no function touches the state of two. The functions of the
engine's classes that talk to two parts or more are the places where parts meet: their number may
only fall.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = ["memory", "field", "hpack", "protocol", "websocket"]
LONGEST_FUNCTION = 60
LONGEST_PART_HEADER = 199  # protocol/http[12]/*.h, and what else they have as parts
LONGEST_CLASS = 400        # protocol/http[12]/engine: header and source
LONGEST_SECOND_PROTOCOL = 200  # behind the face
MEETINGS = {"http2": 111, "http1": 55}

failures = []


def sources(folder, pattern):
    return sorted((ROOT / folder).rglob(pattern))


def functions(paths):
    """(path, name, lines of its definition) of each function that these files define, as ctags sees them."""
    listed = subprocess.run(["ctags", "--languages=C++", "--language-force=C++", "--output-format=json",
                             "--fields=+neS", "--kinds-C++=f", "-f", "-", *map(str, paths)],
                            check=True, text=True, stdout=subprocess.PIPE).stdout
    texts = {}
    for tag in map(json.loads, listed.splitlines()):
        path = pathlib.Path(tag["path"])
        if path not in texts:
            texts[path] = path.read_text(encoding="utf-8").split("\n")
        if not tag["name"].startswith("__anon"):
            yield path, tag["name"], texts[path][tag["line"] - 1:tag.get("end", tag["line"])]


def check_functions():
    count = 0
    for path, name, body in functions(path for folder in CORE for pattern in ("*.h", "*.cc")
                                      for path in sources(folder, pattern)):
        count += 1
        if len(body) > LONGEST_FUNCTION:
            failures.append(f"{path.relative_to(ROOT)}: {name}() has {len(body)} lines (at most "
                            f"{LONGEST_FUNCTION})")
    return count


def check_files():
    bounds = {path: LONGEST_PART_HEADER for path in [*(ROOT / "protocol").glob("http[12]/*.h"),
                                                     ROOT / "protocol/frame/inbound.h"]}
    bounds[ROOT / "tests/connection/line_protocol.h"] = LONGEST_SECOND_PROTOCOL
    for path, most in sorted(bounds.items()):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > most:
            failures.append(f"{path.relative_to(ROOT)}: {lines} lines (at most {most})")
    for path in sorted((ROOT / "protocol").glob("http[12]/engine/*.cc")):
        if not path.with_suffix(".h").exists():
            failures.append(f"{path.relative_to(ROOT)}: a source has a header of its own, so that a class is "
                            "measured whole")
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


CALLS = r"\b(Receiving\w*|Sending\w+|\w+Commands|CheckingDeadlines|Prioritizing|Ending|WritingFrames|FindingStreams)\(parts\(\)\)"


def check_calls():
    """docs/architecture.md says which class of the engine calls which."""
    told = {name: set(re.findall(r"`(\w+)`", calls)) for name, calls in re.findall(
        r"^\| `(\w+)` \| [^|]* \|([^|]*)\|$", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.M)}
    for path in sorted((ROOT / "protocol/http2/engine").glob("*.h")):
        text = "".join(file.read_text(encoding="utf-8") for file in (path, path.with_suffix(".cc")) if file.exists())
        name = re.search(r"^class (\w+) : private Uses<", text, re.M)
        if not name:
            continue
        calls = set(re.findall(CALLS, text))
        if told.get(name[1]) != calls:
            failures.append(f"docs/architecture.md: {name[1]} calls {', '.join(sorted(calls)) or 'none'}")


def meetings(protocol):
    named = parts(protocol)
    if len(named) < 12:
        sys.exit(f"only {named} are found in {protocol}/engine/parts.h")
    count = total = 0
    engine = [path for pattern in ("*.h", "*.cc") for path in sources(f"protocol/{protocol}/engine", pattern)]
    for _, _, body in functions(engine):
        text = "\n".join(line for line in body if not line.lstrip().startswith("//"))
        total += 1
        used = {name for name in named
                if re.search(rf"(?<![\w.>]){name}\(\)\.|\b(parts_|p_)\.{name}\b", text)}
        count += len(used) > 1
    return count, total


def main():
    counted = check_functions()
    check_files()
    check_uses()
    check_calls()
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
