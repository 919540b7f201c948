#!/usr/bin/python3
"""What Doxygen reads in place of a header (INPUT_FILTER): comments that are contracts, as Doxygen wants to see them.

The headers' comments are plain: a block of // lines above a declaration is its contract, and what stands behind one on its
line is, too. Here they become /// and ///<. Comments that end in a blank line are about what follows in general, and those in
bodies of functions are nobody's contract: both stay as they are. Of the text, only what is set in `code` is marked up.
"""

import re
import sys

OPENS_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^;()=]*$")


def mark_up(text):
    """A line of a comment without what Doxygen would take for commands and tags."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") and len(part) > 1 else re.sub(r"([@\\<>#&$%])", r"\\\1", part)
                   for part in parts)


def without_literals(code):
    return re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', '""', code)


class Scopes:
    """Whether a line is among declarations, or in the body of a function or an initializer."""

    def __init__(self):
        self.open, self.before = [], ""

    def declarations(self):
        return all(self.open)

    def take(self, code):
        for c in without_literals(code):
            if c == "{":
                self.open.append(bool(OPENS_SCOPE.search(self.before)))
            elif c == "}" and self.open:
                self.open.pop()
            self.before = "" if c in "{};" else self.before + c
        self.before += " "


def blocks(lines):
    """(index of a // line, how many follow one another from there) for each block of comment lines."""
    at = 0
    while at < len(lines):
        size = 0
        while at + size < len(lines) and re.match(r"\s*//", lines[at + size]):
            size += 1
        if size:
            yield at, size
        at += size or 1


def block_comment(lines, marker):
    """The lines of a comment; what is indented in it is code. The number of lines stays, and with it that of what follows."""
    code, out = False, []
    for line in lines:
        indent, text = re.match(r"(\s*)//(?:/|!)? ?(.*)", line).groups()
        shown = text.startswith("  ") and (code or previous_blank(out, marker))
        if shown:
            out.append(f"{indent}{marker}     {text}")  # Markdown's code block
            code = True
        else:
            code = code and not text
            out.append(f"{indent}{marker} {mark_up(text)}")
    return out


def previous_blank(out, marker):
    return not out or not out[-1].strip()[len(marker):].strip()


def trailing(line):
    """The code and the comment of a line that has both."""
    bare = without_literals(line)
    at = bare.find("//")
    if at < 0 or not bare[:at].strip():
        return line, None
    at = line.find("// ", len(line) - (len(bare) - at))
    return (line[:at], line[at + 3:]) if at >= 0 else (line, None)


def filtered(text):
    lines = text.split("\n")
    starts = dict(blocks(lines))
    out, scopes, at, behind = [], Scopes(), 0, False
    while at < len(lines):
        size = starts.get(at, 0)
        if size:
            block = lines[at:at + size]
            following = lines[at + size] if at + size < len(lines) else ""
            is_section = block[0].strip().startswith("// ---")
            if behind and scopes.declarations() and following_of(out, block[0]):
                out += [f"{line[:line.find('//')]}///< {mark_up(line[line.find('//') + 2:].strip())}" for line in block]
            elif scopes.declarations() and following.strip() and not is_section and not following.strip().startswith(("}", "#")):
                out += block_comment(block, "///")
            else:
                out += block
            behind = False
            at += size
            continue
        code, comment = trailing(lines[at])
        scopes.take(code)
        # (of a scope's last line: the scope is closed again, or nothing was opened)
        behind = comment is not None and scopes.declarations() and not code.strip().startswith(("#", "}"))
        behind = behind and not code.strip().endswith("{")
        out.append(f"{code}///< {mark_up(comment)}" if behind else lines[at])
        at += 1
    return "\n".join(out)


def following_of(out, line):
    """Whether a comment line goes on with the one behind the line before: it is aligned with it."""
    return bool(out) and out[-1].find("///<") == line.find("//")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as header:
        sys.stdout.write(filtered(header.read()))
