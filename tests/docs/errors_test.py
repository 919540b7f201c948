#!/usr/bin/python3
"""docs/errors.md has each result, code and answer once, with its text; docs/rules.md each rule of the source.

`errors_test.py --update` writes docs/rules.md anew.
"""

import re
import sys

import tree

ENUMS = [("SubmitError", "protocol/event/result.h", "protocol/event/result.cc", '"%s"'),
         ("SendError", "websocket/endpoint.h", "websocket/endpoint.cc", '"%s"'),
         ("Blocked", "protocol/event/result.h", "protocol/event/result.cc", '"%s"'),
         ("ErrorCode", "protocol/event/error_code.h", "protocol/event/error_code.cc", "%s")]

SOURCE = re.compile(r"^(memory|field|hpack|protocol|websocket)/.*\.(h|cc)$")
TEXT = r'(?:"(?:[^"\\]|\\.)*"\s*)+'
RULE = re.compile(r"\{\s*(%s),\s*(%s)\}" % (TEXT, TEXT))
SECTION = re.compile(r"^(RFC \d+ §|limits\.h |options\.h |connection\.h |BodySource$)")

# Where a rule stands says what it is about. The first that matches has it.
GROUPS = [
    (r"^hpack/", "Field blocks (HPACK)",
     "The peer's encoder is wrong. The connection ends with COMPRESSION_ERROR, because both tables differ from here on."),
    (r"^protocol/frame/foreign", "Peers that do not speak HTTP/2",
     "Something else is at the other end: TLS without `headrace::tls`, or HTTP/1.x; a server can have `ProtocolVersion::kDetect`."),
    (r"^protocol/frame/settings", "SETTINGS",
     "Received, the connection ends. Given to `submit_settings()` or `Options`, they are refused."),
    (r"^protocol/frame/", "Frames",
     "A frame is malformed. The connection ends; of a PRIORITY's size, a stream that depends on itself and an increment of 0 on a "
     "stream, the stream."),
    (r"^protocol/message/forwarding", "Messages that must not be forwarded",
     "`forward_request()` and `forward_response()` return them: answer 400, or 502, in place of forwarding."),
    (r"^protocol/message/url", "URLs", "`parse_url()` returns them: the text is no URL that a request can be sent to."),
    (r"^protocol/message/", "Messages",
     "Received, the message is malformed: RST_STREAM, PROTOCOL_ERROR, and no event. Submitted, `kInvalidFields`: mend the fields."),
    (r"^protocol/http1/rules", "HTTP/1.1",
     "Received by a server, one response says it ([http1.md](http1.md#what-is-refused)) and the connection ends; by a client, the "
     "connection ends."),
    (r"^protocol/http1/", "HTTP/1.1: commands", "Commands are refused with them."),
    (r"^protocol/interface/common_rules", "Every version of HTTP",
     "Commands are refused with them; a body source that fails costs its stream, input without memory the connection."),
    (r"^protocol/interface/options|^protocol/connection/", "Options and commands",
     "`Options::check()` returns them, and the constructor of a `Connection` stops the program with them."),
    (r"^protocol/http2/engine/(connection_commands|stream_commands|sending_credit|sending_data)", "HTTP/2: commands",
     "Commands are refused with them."),
    (r"^protocol/http2/engine/checking", "HTTP/2: time",
     "The connection ends, or the stream that stalls, when the deadline has passed ([timers](guide/timers.md))."),
    (r"^protocol/", "HTTP/2: streams and the connection",
     "What comes at the wrong time, or more than a limit allows. `limits.h` names the limit: [security.md](security.md#limits) has its "
     "default and its reason; raise it if honest peers reach it."),
    (r"^websocket/", "WebSocket",
     "Of frames, `Failure` has it, and the WebSocket ends with its code; of the opening handshake, `ServerHandshake::error()` and "
     "`ClientHandshake::check()` return it ([WebSocket](guide/websocket.md))."),
]


def text_of(literals):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace('\\"', '"')


def written(files):
    """(path, section, text) of each rule, as often as the source writes it."""
    for path in filter(SOURCE.match, files):
        source = re.sub(r"//[^\n]*", "", tree.read(path))
        for rule in RULE.finditer(source):
            section, text = text_of(rule[1]), text_of(rule[2])
            if SECTION.match(section):
                yield path, section, text


def rules(files):
    """{group: {(section, text)}}"""
    found = {title: set() for _, title, _ in GROUPS}
    for path, section, text in written(files):
        title = next((title for pattern, title, _ in GROUPS if re.match(pattern, path)), None)
        if title is None:
            raise SystemExit(f"{path} is in no group of rules")
        found[title].add((section, text))
    return found


def written_twice(files):
    """A rule has one home: its text, and every place where it is written."""
    places = {}
    for path, _, text in written(files):
        places.setdefault(text, []).append(path)
    return [f'"{text}" is written in {", ".join(paths)}' for text, paths in places.items() if len(paths) > 1]


def rules_page(files):
    lines = ["# Every rule", "",
             "A refusal names the rule that was broken, with the section that has it: `rule` of results, `detail.rule` of events,",
             "`ErrorDetail` of observers, and the line that `describe()` makes. Each is the requirement as it should be kept.",
             "These are all, written by `tests/docs/errors_test.py --update` from the source. [errors.md](errors.md) has the codes."]
    for _, title, what in GROUPS:
        lines += ["", f"## {title}", "", what, "", "| section | rule |", "|---|---|"]
        def order(rule):
            return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", rule[0])], rule[1]
        cells = sorted(rules(files)[title], key=order)
        lines += [f"| {section} | {text} |".replace("*", r"\*") for section, text in cells]
    return "\n".join(lines) + "\n"


def enumerators(name, header):
    body = re.search(r"enum class %s : \w+ \{(.*?)\};" % name, tree.read(header), re.S)[1]
    return re.findall(r"^\s*(k\w+)", re.sub(r"//[^\n]*", "", body), re.M)


def main():
    files = tree.tracked()
    if sys.argv[1:] == ["--update"]:
        (tree.ROOT / "docs/rules.md").write_text(rules_page(files), encoding="utf-8")
        return 0
    failures = written_twice(files)
    if tree.read("docs/rules.md") != rules_page(files):
        failures.append("docs/rules.md is not what the source has: tests/docs/errors_test.py --update")
    document = tree.read("docs/errors.md")
    sections = re.split(r"^## .*$", document, flags=re.M)[1:]
    count = 0
    for (name, header, source, form), section in zip(ENUMS, sections):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
                for line in section.split("\n") if line.startswith("| `k")]
        wanted = enumerators(name, header)
        count += len(wanted)
        texts = dict(re.findall(r'case %s::(k\w+):\s*return "([^"]*)";' % name, tree.read(source)))
        if [row[0].strip("`") for row in rows] != wanted:
            failures.append(f"docs/errors.md does not have the values of {name} in their order: {wanted}")
        for row in rows:
            value = row[0].strip("`")
            if row[1] != form % texts.get(value):
                failures.append(f"docs/errors.md: {value} is {form % texts.get(value)}, not {row[1]}")
            if any(not cell for cell in row[:3]):
                failures.append(f"docs/errors.md: {value} has neither cause nor remedy")
    for failure in failures:
        print(failure, file=sys.stderr)
    total = sum(len(group) for group in rules(files).values())
    print(f"{count} values, {total} rules: {len(failures)} wrong")
    return 1 if failures or count < 30 or total < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
