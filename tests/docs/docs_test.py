#!/usr/bin/python3
"""What README and docs say is there is there: paths, links, targets, commands, flags, defaults.

A line of a code block whose first word is a program of ours or bazel is a command. Its targets and
files exist, its flags are ones of the program (--help) or of the script; that it works is for the
tests of the programs.
"""

import json
import os
import re
import shlex
import subprocess
import sys

import tree

FILES = tree.tracked()
DIRECTORIES = {path[:at] for path in FILES for at in range(len(path)) if path[at] == "/"}
NAMES = {os.path.basename(path) for path in FILES}
TOP = {path.split("/")[0] for path in FILES}
# Said to the reader, not to us: another program's, or a place-holder's.
FOREIGN = {"curl", "apt-get", "tar", "alias", "taskset", "clang-format", "npx", "strace", "ulimit"}
BAZEL_FLAGS = {"--config", "--copt", "--test_output", "--runs_per_test", "--jobs", "--disk_cache",
               "--test_filter", "--test_arg", "--local_test_jobs", "--test_tag_filters",
               "--build_tests_only", "--benchmark_filter", "--benchmark_format"}
# Numbers in sentences, and where they come from. Both patterns have one group.
NUMBERS = [
    ("docs/memory.md", r"HPACK tables, until they are full \(([\d,]+) octets",
     "protocol/interface/options.h", r"header_table_size = (\d+);"),
    ("docs/memory.md", r"The pool keeps (\d+ KiB)", "memory/block_pool.h", r"kKept = ([^;]+);"),
    ("docs/memory.md", r"none larger than (\d+ KiB)", "memory/block_pool.h", r"kLargest = ([^;]+);"),
    ("docs/memory.md", r"more than (\d+ KiB) of such things", "memory/block_pool.h",
     r"kKept = ([^;]+);"),
    ("docs/memory.md", r"with the first (\d+) of them", "protocol/guard/limits.h",
     r"remembered_streams = (\d+);"),
    ("docs/memory.md", r"an object rests until (\d+) others", "memory/recycler.h",
     r"kQuarantine = [^?]+\? (\d+)"),
    ("docs/guide/server.md", r"the source's first ([\d,]+) octets", "protocol/http2/engine/sending_heads.cc",
     r"kSmallBody = (\d+);"),
    ("docs/guide/server.md", r"sniffing makes of the first (\d+) octets",
     "protocol/message/content_type.h", r"kSniffedOctets = (\d+);"),
    ("docs/guide/README.md", r"at most (\d+ KiB), as iovecs", "protocol/connection/connection.h",
     r"pending_output\(size_t max_bytes = ([^)]+)\)"),
    ("docs/guide/memory.md", r"behind a shut window go after (\d+ s)", "protocol/guard/limits.h",
     r"stream_stall_timeout_under_pressure\{([^}]+)\}"),
    ("docs/architecture.md", r"Sends of (\d+ KiB) and more go without a copy",
     "adapters/io_uring/io_uring_options.h", r"zero_copy_threshold = ([^;]+);"),
    ("docs/architecture.md", r"begins\s+with a send of (\d+) octets", "adapters/io_uring/zero_copy.h",
     r"kQuestion = (\d+);"),
    ("docs/security.md", r"while (\d+) wait nothing is read", "protocol/guard/limits.h",
     r"queued_replies = (\d+);"),
    ("docs/security.md", r"a field costs (\d+) octets of the limit", "hpack/dynamic_table.h",
     r"kEntryOverhead = (\d+);"),
]
# (document, a sentence with a number of instructions, the row of the record that has it): within 1 %, because
# the record is renewed with each gain.
RECORD = "benchmarks/instruction_counts.json"
INSTRUCTIONS = [
    ("docs/performance.md", r"-> ([\d,]+) for W1,", "W1/headrace_reuse"),
    ("docs/performance.md", r"-> ([\d,]+) for its client", "W1_client/headrace_reuse"),
    ("docs/performance.md", r"83,901 -> ([\d,]+) and", "W1_cut_1/headrace_reuse"),
    ("docs/performance.md", r"17,969 -> ([\d,]+) for W1 cut", "W1_cut_9/headrace_reuse"),
    ("docs/performance.md", r"-> ([\d,]+) for W2,", "W2/headrace_reuse"),
    ("docs/performance.md", r"283 -> ([\d,]+) and", "W3_window_connection/headrace_reuse"),
    ("docs/performance.md", r"311 -> ([\d,]+) for", "W3_window_stream/headrace_reuse"),
    ("docs/performance.md", r"590 -> ([\d,]+) for a PING", "W3_ping/headrace_reuse"),
    ("docs/performance.md", r"688 -> ([\d,]+) for SETTINGS", "W3_settings/headrace_reuse"),
    ("docs/performance.md", r"literals it takes ([\d,]+),", "W1b/headrace_reuse"),
    ("docs/performance.md", r"with a prepared head ([\d,]+)\.", "W1_prepared/headrace_reuse"),
    ("docs/performance.md", r"In HTTP/1.1 a head takes ([\d,]+) ", "Http1_parse/headrace"),
    ("docs/performance.md", r"([\d,]+) until the application has it", "Http1_event/headrace"),
    ("docs/performance.md", r"request with its answer takes ([\d,]+)", "Http1_exchange/headrace"),
    ("docs/performance.md", r"TypeLen \| [^|]+ \| ([\d,]+) \|", "Http1_TypeLen/headrace"),
    ("docs/performance.md", r"NoHeader \| [^|]+ \| ([\d,]+) \|", "Http1_NoHeader/headrace"),
    ("docs/flight-recorder.md", r"octets of body \| ([\d,]+) \|", "W1/headrace_reuse"),
    ("docs/flight-recorder.md", r"octets of body \| [\d,]+ \| ([\d,]+) \|", "W1/headrace_recorded"),
    ("docs/flight-recorder.md", r"that comes in \| ([\d,]+) \|", "W2/headrace_reuse"),
    ("docs/flight-recorder.md", r"that comes in \| [\d,]+ \| ([\d,]+),", "W2/headrace_recorded"),
]
failures = []


def fail(document, what):
    failures.append(f"{document}: {what}")


def help_of(*command):
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         check=False, timeout=60)
    return set(re.findall(r"(?<![\w-])--[a-zA-Z][\w-]*", run.stdout))


class Flags:
    """Every flag that something of ours takes."""

    def __init__(self, programs):
        self.of = {os.path.basename(program): help_of(program, "--help") for program in programs}
        self.of["stages"] = help_of("/usr/bin/python3", str(tree.ROOT / ".ci/stages.py"), "--help")
        texts = [tree.read(path) for path in FILES
                 if not path.endswith(".md") and re.search(r"\.(py|sh|bzl|bazelrc)$|^tools/\w+$|^benchmarks/instructions$|/coverage$|/make_\w+$|BUILD\.bazel$|\.cc$", path)]
        self.scripts = set()
        for text in texts:
            self.scripts |= set(re.findall(r"(?<![\w-])--[a-zA-Z][\w-]*", text))
        self.all = set().union(self.scripts, BAZEL_FLAGS, *self.of.values())

    def known(self, flag):
        name = flag.split("=")[0].replace("--no", "--", 1) if flag.startswith("--no") else flag.split("=")[0]
        return name in self.all or flag.split("=")[0] in self.all


def configs():
    return set(re.findall(r"^build:(\w+) ", tree.read(".bazelrc"), re.M))


def stages():
    return set(re.findall(r"^def (\w+)", tree.read(".ci/stages.py"), re.M))


def check_target(document, label):
    """//package:name, //package, //package/... or //package:all."""
    package, _, name = label[2:].partition(":")
    if package.endswith("..."):
        return
    build = (package + "/" if package else "") + "BUILD.bazel"
    if build not in FILES:
        return fail(document, f"{label}: there is no {build}")
    name = name or package.split("/")[-1]
    if name in ("all", "NAME") or "NAME" in name or name + '"' in tree.read(build):
        return
    # Made by a macro or a comprehension: of parts that stand there.
    parts = [part for part in re.split(r"_(?=test$|fuzzer$|regression_test$|over_)", name) if part]
    if not any(f'"{part}"' in tree.read(build) or f'"{part}' in tree.read(build) for part in parts[:1]):
        fail(document, f"{label}: {build} has no such target")


def check_path(document, path):
    path = re.sub(r":\d+(-\d+)?$", "", path).rstrip("/")
    here = os.path.normpath(os.path.join(os.path.dirname(document), path))
    return any(candidate in FILES or candidate in DIRECTORIES for candidate in (path, here))


def check_links(document, text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)  # a lambda looks like a link
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        to = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
        if to not in FILES and to not in DIRECTORIES:
            fail(document, f"a link to {target}, which is not there")
        elif anchor and anchor not in anchors(to):
            fail(document, f"a link to {target}: no heading makes #{anchor}")


def anchors(document):
    headings = re.findall(r"^#+ (.*)$", tree.read(document), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_spans(document, text, flags):
    """What stands in code type in a line."""
    prose = re.sub(r"^( {4}|\t).*$", "", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M), flags=re.M)
    for span in re.findall(r"`([^`\n]+)`", prose):
        for label in re.findall(r"(?<![\w:])//[a-z][\w/.]*(?::[\w.]+)?", span):
            check_target(document, label)
        for flag in re.findall(r"(?<![\w-])--[a-z][\w-]*(?:=\w+)?", span):
            if flag.startswith("--config="):
                if flag[9:] not in configs():
                    fail(document, f"{flag}: .bazelrc has no such configuration")
            elif not flags.known(flag):
                fail(document, f"{flag}: nobody takes this flag")
        if not re.fullmatch(r"[\w./+-]+", span) or "NAME" in span:
            continue
        if "/" in span and span.split("/")[0] in TOP | {"bazel-bin"} and not span.startswith("bazel-bin"):
            if not check_path(document, span):
                fail(document, f"`{span}` is not there")
        elif re.fullmatch(r"[\w-]+\.(h|cc|py|h2t|md|bzl|rec)", span) and span not in NAMES:
            fail(document, f"`{span}`: no file has this name")


def commands(text):
    """The lines of code blocks that a reader types."""
    block = False
    for line in text.split("\n"):
        if line.startswith("```"):
            block = not block and line.strip() in ("```", "```sh")
            continue
        if block or line.startswith("    "):
            line = line.strip()
            first = line.split(" ")[0] if line else ""
            if re.match(r"^(tools/|\.ci/|tests/|fuzz/|bazel$|CC=|get$|taskset$|HEADRACE_\w+=)", first):
                yield line


def check_command(document, line, flags):
    line = line.split(" #")[0].split("    #")[0].rstrip("\\")
    for part in re.split(r"&&|\|(?!\w)|;", line):
        words = shlex.split(part, posix=False)
        while words and ("=" in words[0] and not words[0].startswith("-") or words[0] in ("taskset", "-c", "1")):
            words = words[1:]
        if not words or words[0] in FOREIGN:
            continue
        check_words(document, line, words, flags)


def check_words(document, line, words, flags):
    program = words[0]
    ours = program != "bazel"
    if "/" in program and not program.startswith("bazel-bin") and not check_path(document, program):
        fail(document, f"{line}: {program} is not there")
    if program == ".ci/run":
        for word in words[1:]:
            if not word.startswith("-") and word not in stages():
                fail(document, f"{line}: .ci/run has no stage {word}")
    for word in words[1:]:
        if word == "--":
            ours = True
        elif word.startswith("//"):
            check_target(document, word)
        elif word.startswith("--config="):
            if word[9:] not in configs():
                fail(document, f"{line}: .bazelrc has no configuration {word[9:]}")
        elif word.startswith("--") and not flags.known(word):
            fail(document, f"{line}: nobody takes {word.split('=')[0]}")
        elif word.startswith("--") and not ours and word.split("=")[0] not in BAZEL_FLAGS:
            fail(document, f"{line}: {word} is for the program, behind --")
        elif re.match(r"^(fuzz|tests|docs|examples)/", word) and not check_path(document, word):
            fail(document, f"{line}: {word} is not there")


def check_defaults(document, text):
    """The tables whose head says "default": of Limits, Options and LoopOptions."""
    known = {}
    for path, struct in (("protocol/guard/limits.h", "Limits"),
                         ("protocol/interface/options.h", "Options"),
                         ("adapters/loop/loop_options.h", "LoopOptions")):
        known.update(tree.members(path, struct))
    compared = 0
    column = None
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            column = None
        elif "default" in cells:
            column = cells.index("default")
        elif column is not None and not re.fullmatch(r"[-|: ]+", line):
            name = cells[0].strip("`")
            if name not in known:
                continue
            compared += 1
            if tree.number(cells[column]) != known[name]:
                fail(document, f"the default of {name} is {known[name]}, not {cells[column]}")
    # In a sentence: `name` (1,000)
    for name, value in re.findall(r"`(?:Limits::|Options::|LoopOptions::)?(\w+)` \(([\d,.]+(?: (?:KiB|MiB|s|ms))?)\)", text):
        if name in known:
            compared += 1
            if tree.number(value) != known[name]:
                fail(document, f"the default of {name} is {known[name]}, not {value}")
    return compared


def check_numbers():
    for document, sentence, source, definition in NUMBERS:
        said = re.search(sentence, tree.read(document))
        defined = re.search(definition, tree.read(source))
        if not said or not defined:
            fail(document, f"where is /{sentence if not said else definition}/?")
        elif tree.number(said[1]) != tree.number(defined[1]):
            fail(document, f"says {said[1]} where {source} has {defined[1]}: /{sentence}/")


def check_instructions():
    for compiler, record in json.loads(tree.read(RECORD)).items():
        for document, sentence, row in INSTRUCTIONS:
            said = re.search(sentence, tree.read(document))
            counted = record[row]["instructions"]
            if not said:
                fail(document, f"where is /{sentence}/?")
            elif abs(tree.number(said[1]) - counted) > counted / 100:
                fail(document, f"says {said[1]} where {RECORD} has {counted} for {row} ({compiler})")


def check_every_limit_has_a_row():
    for name in tree.members("protocol/guard/limits.h", "Limits"):
        if f"| `{name}` |" not in tree.read("docs/security.md"):
            fail("docs/security.md", f"has no row for Limits::{name}")


def check_every_public_library_has_a_row(document):
    for name in re.findall(r'^cc_library\(\n    name = "(\w+)"', tree.read("BUILD.bazel"), re.M):
        if f"`//:{name}`" not in tree.read(document):
            fail(document, f"has no row for //:{name}")


def check_lengths(document):
    """CONTRIBUTING's bound on the length of a file, and the exceptions that it lists."""
    text = tree.read(document)
    bound = int(re.search(r"no file above (\d+) lines", text)[1])
    listed = set(re.findall(r"^- `([\w/.]+)`", text, re.M))
    longer = {path for path in FILES
              if re.match(r"^(memory|field|hpack|protocol|websocket|adapters)/.*\.(h|cc)$", path)
              and tree.read(path).count("\n") > bound}
    for path in sorted(longer - listed):
        fail(document, f"{path} is above {bound} lines and not listed")
    for path in sorted(listed - longer):
        fail(document, f"{path} is listed as above {bound} lines, and is not")


def main():
    flags = Flags(sys.argv[1:])
    compared = typed = 0
    documents = tree.documents(FILES)
    for document in documents:
        text = tree.read(document)
        check_links(document, text)
        if document == "CHANGELOG.md":  # of what was
            continue
        check_spans(document, text, flags)
        for line in commands(text):
            typed += 1
            check_command(document, line, flags)
        compared += check_defaults(document, text)
    check_numbers()
    check_instructions()
    check_every_limit_has_a_row()
    check_every_public_library_has_a_row("docs/installing.md")
    check_lengths("CONTRIBUTING.md")
    # The checks have something to look at, or they would be none.
    if compared < 30 or typed < 20:
        failures.append(f"only {compared} defaults and {typed} commands were found")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(documents)} documents, {typed} commands, {compared + len(NUMBERS) + len(INSTRUCTIONS)} numbers: "
          f"{len(failures)} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
