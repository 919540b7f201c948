"""Tests whether the tests detect wrong limits and comparisons (docs/testing.md).

    tests/mutation/run                              # 300 mutants, chosen by seed 1
    tests/mutation/run --sample=20 --seed=7 --sources
    tests/mutation/run --only=hpack/dynamic_table   # only files whose path begins like this
    tests/mutation/run --list --only=memory/        # lists the possible mutants

Comparisons are moved by one, constants and bounds by one, conditions negated, calls removed, in memory/,
hpack/, protocol/, websocket/ and adapters/loop. All chosen mutants are compiled once, into a copy of the checkout
(~/.cache/headrace-mutation); each is then enabled by HEADRACE_MUTANT=N, and the tests that execute
it are run, the quickest first, until one fails. A test that takes ten times as long as without the
mutant counts as failed. An interrupted run continues, unless a file has changed.

Surviving mutants are printed. The exit code is 1 if less than --at_least percent are killed, not counting
survivors that tests/mutation/survivors explains.
"""

import argparse
import concurrent.futures
import ctypes
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree

from mutants import File, Mutant, rewrite

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                     "headrace-mutation")
TREE = os.path.join(CACHE, "tree")
MUTATED = ("memory", "hpack", "protocol", "websocket", "adapters/loop")
# What plays them. (Tests of documents say nothing about code; what talks to other programs is slow.)
TESTS = ('kind(cc_test, //tests/... + //fuzz/...) - //tests/readme/... - //tests/guard/...'
         ' - //tests:musts_table_test - //tests/attacks:security_table_test')
LEAST_SECONDS = 20  # for a test that takes a moment when nothing is wrong


def say(text):
    print(text, flush=True)


def output_of(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, **options).stdout.decode()


# --- The mutants


def all_mutants(paths):
    found = []
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for path, outcome in zip(paths, pool.map(mutants_of, paths)):
            if isinstance(outcome, str):
                sys.exit(f"mutation: {outcome}")
            found += outcome
    return found


def mutants_of(path):
    """As found before, while the file and the finder are what they were."""
    digest = hashlib.sha256(path.encode())
    for part in (path, "tests/mutation/mutants.py"):
        with open(part, "rb") as source:
            digest.update(source.read())
    kept = os.path.join(CACHE, "found", digest.hexdigest()[:16])
    try:
        with open(kept, encoding="utf-8") as found:
            return [Mutant(*fields) for fields in json.load(found)]
    except (OSError, ValueError):
        pass
    try:
        found = File(path).mutants()
    except RuntimeError as error:
        return str(error)
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    with open(kept, "w", encoding="utf-8") as out:
        json.dump(found, out)
    return found


def sample(found, count, seed):
    """The same choice as long as they are there: others come and go beside them."""
    def rank(mutant):
        return hashlib.sha256(f"{seed} {mutant.key}".encode()).digest()
    return sorted(found, key=rank)[:count]


# --- The copy that has them


def copy_tree(rewritten):
    """Of what git knows, with the files of `rewritten` in their place. What is as it was stays untouched,
    so that Bazel builds no more than it has to."""
    wanted = set(output_of("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"))
    wanted = {path for path in wanted if path and os.path.isfile(path)}
    for directory, _, names in os.walk(TREE):
        for name in names:
            path = os.path.relpath(os.path.join(directory, name), TREE)
            if path not in wanted:
                os.remove(os.path.join(directory, name))
    for path in wanted:
        if path in rewritten:
            content = rewritten[path]
        else:
            with open(path, "rb") as source:
                content = source.read()
        target = os.path.join(TREE, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        try:
            with open(target, "rb") as old:
                if old.read() == content:
                    continue
        except OSError:
            pass
        with open(target, "wb") as out:
            out.write(content)
        shutil.copymode(path, target)
    with open(os.path.join(TREE, "user.bazelrc"), "w", encoding="ascii") as out:
        out.write("startup --host_jvm_args=-Xmx1200m\n")


def build(chosen, tests):
    """Compiles them; those that the compiler took. Number 0 is none."""
    numbers = {mutant.key: number for number, mutant in enumerate(chosen, 1)}
    left = list(chosen)
    while True:
        by_file = {}
        for mutant in left:
            by_file.setdefault(mutant.file, []).append((numbers[mutant.key], mutant))
        rewritten = {}
        for path, numbered in by_file.items():
            with open(path, "rb") as source:
                rewritten[path] = rewrite(source.read(), numbered, len(chosen) + 1)
        copy_tree(rewritten)
        result = subprocess.run(["bazel", "build", "--noshow_progress", "--color=no", "--keep_going",
                                 *tests], cwd=TREE,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if result.returncode == 0:
            return numbers, left
        output = re.sub(r"\x1b\[[0-9;]*[mK]", "", result.stdout.decode(errors="replace"))
        refused = refused_by_compiler(output, left)
        if not refused:
            sys.exit("mutation: the copy does not build:\n" + output[-5000:])
        for mutant in refused:
            say(f"   not compiled: {describe(mutant)}")
        left = [mutant for mutant in left if mutant not in refused]


def refused_by_compiler(output, left):
    refused = set()
    for path, line in re.findall(r"^(?:\./)?([\w/.]+):(\d+):\d+: (?:fatal )?error", output, re.MULTILINE):
        here = [mutant for mutant in left if mutant.file == path]
        near = [mutant for mutant in here if abs(mutant.line - int(line)) <= 1]
        refused.update(near or here)
    return refused


def describe(mutant):
    with open(mutant.file, "rb") as source:
        text = source.read()[mutant.start:mutant.end].decode()
    text = re.sub(r"\s+", " ", text)
    return f"{mutant.key} {mutant.file}:{mutant.line}: {mutant.what}: {text[:70]}"


# --- The tests


class Test:
    def __init__(self, label, arguments, environment=()):
        self.environment = dict(environment)
        package, name = label.removeprefix("//").split(":")
        self.label = label
        self.directory = os.path.join(TREE, "bazel-bin", package, name + ".runfiles", "headrace")
        self.command = [os.path.join(TREE, "bazel-bin", package, name), *arguments]
        self.seconds, self.reached = 0.0, bytes()

    def run(self, number, timeout, scratch, reached=None):
        """None when it passes, else how it failed."""
        environment = {"PATH": os.environ["PATH"], "HOME": scratch, "TEST_TMPDIR": scratch,
                       "TEST_SRCDIR": os.path.dirname(self.directory), "TEST_WORKSPACE": "headrace",
                       "GTEST_FAIL_FAST": "1", "HEADRACE_MUTANT": str(number), **self.environment}
        if reached:
            environment["HEADRACE_MUTANTS_REACHED"] = reached
        process = subprocess.Popen(self.command, cwd=self.directory, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True,
                                   preexec_fn=confine)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = "time"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        return None if code == 0 else f"{code}"

    def look(self, count):
        """Runs it without a mutant: how long it takes, and which mutants it comes by."""
        with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory() as reached:
            started = time.monotonic()
            failure = self.run(0, 900, scratch, reached)
            self.seconds = time.monotonic() - started
            if failure is not None:
                return failure
            marks = bytearray(count)
            for name in os.listdir(reached):
                with open(os.path.join(reached, name), "rb") as written:
                    for i, mark in enumerate(written.read()):
                        marks[i] |= mark
            self.reached = bytes(marks)
        return None


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def confine():
    """A mutant that allocates without end is no reason to take the machine along, and none outlives us."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# Each of its transcripts at a hundred cuts; at two of them it takes seconds, and finds nearly as much.
TRANSCRIPTS = "//tests:transcripts_test"
FEW_CUTS = {"HEADRACE_TRANSCRIPT_CUTS": "few"}


def find_tests(quick):
    rules = ElementTree.fromstring(output_of("bazel", "query", "--noshow_progress", "--output=xml", TESTS,
                                             stderr=subprocess.DEVNULL))
    tests = [Test(rule.get("name"), [value.get("value") for value in rule.findall("list[@name='args']/string")])
             for rule in rules.findall("rule") if not quick or rule.get("name") != TRANSCRIPTS]
    return tests + [Test(TRANSCRIPTS, [], FEW_CUTS)]


def judge(mutant, number, tests):
    """(mutant, the test that noticed or None, why)."""
    candidates = [test for test in tests if number < len(test.reached) and test.reached[number]]
    with tempfile.TemporaryDirectory() as scratch:
        for test in candidates:
            failure = test.run(number, max(LEAST_SECONDS, 10 * test.seconds), scratch)
            if failure is not None:
                return mutant, test.label, failure
    return mutant, None, "noticed by none of " + str(len(candidates)) if candidates else "reached by no test"


# --- All of it


def explained():
    reasons = {}
    with open("tests/mutation/survivors", encoding="utf-8") as table:
        for line in table:
            key, _, reason = line.strip().partition(" ")
            if key and not key.startswith("#"):
                reasons[key] = reason
    return reasons


def state_of(chosen):
    """The file that keeps what was found out with these sources, tests and mutants."""
    digest = hashlib.sha256(repr(sorted(mutant.key for mutant in chosen)).encode())
    for path in output_of("git", "ls-files", "-z", "memory", "field", "hpack", "protocol", "adapters", "tests",
                          "fuzz").split("\0"):
        if os.path.isfile(path) and path.endswith((".h", ".cc", ".h1t", ".h2t", ".bazel", ".py")):
            with open(path, "rb") as source:
                digest.update(path.encode() + b"\0" + source.read())
    return os.path.join(CACHE, digest.hexdigest()[:16] + ".jsonl")


def read_state(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as lines:
        return {entry["key"]: entry for entry in map(json.loads, lines)}


def parse():
    parser = argparse.ArgumentParser(prog="tests/mutation/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300, help="number of mutants; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], metavar="PATH", help="only files whose path begins so")
    parser.add_argument("--sources", action="store_true",
                        help="exclude headers, for which nearly all files would be compiled again")
    parser.add_argument("--list", action="store_true", help="list the possible mutants and exit")
    parser.add_argument("--quick", action="store_true", help="play transcripts with a few cuts only")
    parser.add_argument("--at_least", type=float, default=97, metavar="PERCENT")
    parser.add_argument("--minutes", type=float, default=0, help="stop after this time; the next run continues")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def main():
    arguments = parse()
    for reason in (signal.SIGINT, signal.SIGTERM):  # what was found out is written already
        signal.signal(reason, lambda *unused: os._exit(130))
    deadline = time.monotonic() + 60 * arguments.minutes if arguments.minutes else None
    paths = [path for path in output_of("git", "ls-files", "-z", *MUTATED).split("\0")
             if path.endswith((".cc",) if arguments.sources else (".cc", ".h"))]
    if arguments.only:
        paths = [path for path in paths if path.startswith(tuple(arguments.only))]
    found = all_mutants(paths)
    if arguments.list:
        for mutant in found:
            say(describe(mutant))
        return 0
    chosen = sample(found, arguments.sample or len(found), 0 if arguments.only else arguments.seed)
    say(f"{len(chosen)} of {len(found)} mutants in {len(paths)} files")
    os.makedirs(TREE, exist_ok=True)
    state = state_of(chosen)
    done = read_state(state)

    tests = find_tests(arguments.quick)
    say(f"building {len(tests)} tests")
    numbers, taken = build(chosen, [test.label for test in tests])
    say("running them without a mutant")
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for test, failure in zip(tests, pool.map(lambda test: test.look(len(chosen) + 1), tests)):
            if failure is not None:
                say(f"   left out: {test.label} fails without a mutant ({failure})")
    tests = [test for test in tests if test.reached]
    tests.sort(key=lambda test: test.seconds)
    say(f"they take {sum(test.seconds for test in tests):.0f} s; the longest: " +
        ", ".join(f"{test.label} {test.seconds:.0f} s" for test in tests[-5:]))

    lock = threading.Lock()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool, open(
            state, "a", encoding="utf-8") as out:
        def one(mutant):
            if deadline and time.monotonic() > deadline:
                return
            _, by, why = judge(mutant, numbers[mutant.key], tests)
            with lock:
                done[mutant.key] = {"key": mutant.key, "by": by, "why": why}
                out.write(json.dumps(done[mutant.key]) + "\n")
                out.flush()
                say(f"{len(done):4} {'killed  ' if by else 'SURVIVES'} {describe(mutant)}  [{by or why}]")

        list(pool.map(one, [mutant for mutant in taken if mutant.key not in done]))
    subprocess.run(["bazel", "shutdown"], cwd=TREE, check=False)
    return report(taken, done, arguments.at_least)


def report(taken, done, at_least):
    played = [mutant for mutant in taken if mutant.key in done]
    survivors = [mutant for mutant in played if done[mutant.key]["by"] is None]
    reasons = explained()
    open_questions = 0
    for mutant in survivors:
        reason = reasons.get(mutant.key)
        open_questions += reason is None
        say(f"survives: {describe(mutant)}\n          {reason or 'NOT EXPLAINED: ' + done[mutant.key]['why']}")
    killed = len(played) - len(survivors)
    say(f"mutation: {killed} of {len(played)} killed ({100 * killed / max(1, len(played)):.1f} %), "
        f"{len(survivors) - open_questions} explained, {open_questions} not; "
        f"{len(taken) - len(played)} not played")
    enough = 100 * killed >= at_least * (killed + open_questions)
    return 0 if enough and played and len(played) == len(taken) else 1


if __name__ == "__main__":
    sys.exit(main())
