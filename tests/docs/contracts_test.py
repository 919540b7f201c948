#!/usr/bin/python3
"""docs/contracts.md and the source say the same: each HEADRACE_EXPECTS is a row, and each row one.

`contracts_test.py --print` prints the rows that the source has.
"""

import re
import sys

import tree

CORE = re.compile(r"^(memory|field|hpack|protocol|websocket)/.*\.(h|cc)$")
EVERY = "every function of `Connection`"  # whose name is an argument


def arguments(text, at):
    """The arguments of a macro's call whose parenthesis opens at `at`, cut at their commas."""
    depth, begin, found, quoted = 0, at + 1, [], False
    for i in range(at, len(text)):
        c = text[i]
        if c == '"' and text[i - 1] != "\\":
            quoted = not quoted
        if quoted:
            continue
        depth += (c in "({[") - (c in ")}]")
        if depth == 0:
            return found + [text[begin:i]]
        if c == "," and depth == 1:
            found.append(text[begin:i])
            begin = i + 1
    raise ValueError("a call that does not end")


def literal(argument):
    """A text of several literals, or None."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', argument)
    rest = re.sub(r'"(?:[^"\\]|\\.)*"|\s', "", argument)
    return "".join(parts) if parts and not rest else None


def contracts(files):
    """Function, rule and facts of each, with the file that it stands in."""
    found = {}
    for path in files:
        if not CORE.match(path):
            continue
        text = re.sub(r"//[^\n]*", "", tree.read(path))
        for call in re.finditer(r"(?<!define )HEADRACE_EXPECTS\(", text):
            parts = arguments(text, call.end() - 1)
            if len(parts) < 3:
                raise SystemExit(f"{path}: a contract without a rule: {parts}")
            function, rule = literal(parts[1]), literal(parts[2])
            if rule is None:
                raise SystemExit(f"{path}: the rule is no literal: {parts[2]}")
            facts = [re.match(r'\s*\{\s*"(\w+)"', fact)[1] for fact in parts[3:]]
            name = EVERY if function is None else f"`{function}`"
            found[(name, rule, ", ".join(f"`{fact}`" for fact in facts))] = path
    return found


def rows(document):
    return {tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
            for line in document.split("\n") if line.startswith("| `") or line.startswith("| every")}


def unguarded(files):
    """Public functions of Connection that do not say when they are entered (EntryGuard)."""
    header = tree.read("protocol/connection/connection.h")
    public = header[header.index(" public:"):header.index(" private:")]
    public = re.sub(r"//[^\n]*", "", public)
    public = re.sub(r" = (\{\}|Body::none\(\))", "", public)  # default arguments
    public = re.sub(r"\{[^{}]*\}", ";", public)  # bodies
    names = set(re.findall(r"\b([a-z_]+)\([^;{}]*\)[^;{}]*[;{]", public))
    source = "\n".join(tree.read(path) for path in files
                       if re.match(r"^protocol/(connection|http2)/.*\.(h|cc)$", path))
    # ledger() is for looking, and the allocator's; the guard itself is no function.
    names -= {"entry", "ledger"}
    return sorted(name for name in names if f'(protocol_->guard, "Connection::{name}()")' not in source), len(names)


def main():
    files = tree.tracked()
    found = contracts(files)
    if sys.argv[1:] == ["--print"]:
        for function, rule, facts in sorted(found):
            print(f"| {function} | {rule} | {facts} |  {found[(function, rule, facts)]}")
        return 0
    document = tree.read("docs/contracts.md")
    listed = rows(document)
    failures = [f"docs/contracts.md has no row for | {' | '.join(row)} | ({found[row]})"
                for row in sorted(set(found) - listed)]
    failures += [f"docs/contracts.md has a row for what is not there: | {' | '.join(row)} |"
                 for row in sorted(listed - set(found))]
    for path in files:
        if CORE.match(path):
            text = tree.read(path)
            if path != "memory/contract.h" and re.search(r"\b(Expects|Ensures)\(|<gsl/assert>", text):
                failures.append(f"{path}: GSL's assertion stops without a word; HEADRACE_EXPECTS")
            for line in re.findall(r'"headrace: ([^"]*?)(?:\\n)?"', text):
                if path not in ("memory/contract.cc", "memory/contract.h") and line not in document:
                    failures.append(f"{path}: docs/contracts.md does not have the line \"{line}\"")
    silent, public = unguarded(files)
    failures += [f"Connection::{name}() does not begin with an EntryGuard::Entry" for name in silent]
    if len(found) < 20 or public < 30:
        failures.append(f"only {len(found)} contracts and {public} functions were found")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(found)} contracts, {public} public functions: {len(failures)} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
