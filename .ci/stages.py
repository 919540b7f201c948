"""The stages of .ci/run, in the order in which they run. Each goes on after the failure of another,
so that the count is whole. runner.py keeps their time and counts; bazel.py runs tests.

A test target whose tag is `all` runs with --all only, in the stages that it would be part of.
"""

import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

from bazel import bazel, tests, with_controls
from runner import doing, everything, main, run, stage, start, tail

CLANG = {"CC": "clang-19"}
BUILDIFIER = "@bazel/buildifier@8.2.1"
FUZZ_SECONDS, FUZZ_SECONDS_ALL = 5, 60  # for each of about a dozen, two side by side
# With the seed the same cases on every machine: to look for new ones is fuzz/run_continuously's.
FUZZ_RUNS = 2000
SELF_PLAY_SEEDS, SELF_PLAY_SEEDS_ALL = 6, 30
MUTANTS, MUTANTS_ALL = 20, 300
SOAK_SECONDS = 600


def short():
    """Leaves out what is too long for the gate. (A tag filter holds for timeouts too: `long` is one.)"""
    return () if everything() else ("--test_tag_filters=-all",)


def told_by(program):
    """What a program says by lines of `NAME: passed` and `NAME: FAILED`, the latter with the reason below."""
    code, output = run(program)
    found = re.findall(r"^(.+): (passed|FAILED)$((?:\n  .*)*)", output, re.MULTILINE)
    for what, outcome, why in found:
        yield what, None if outcome == "passed" else tail(why, 40)
    if code != 0 and all(outcome == "passed" for _, outcome, _ in found) or not found:
        yield program, tail(output, 40)


# What looks at an event or a frame after its turn, on purpose: a detector that says nothing fails
# the test, and a build that does not have it skips the test, which is no better here.
STALE_VIEWS = tuple(
    [f"//tests/connection:stale_event_test StaleEventDeathTest.{kind}"
     for kind in ("TheFirstOfMany", "ViewsFromBeforeKeep")] +
    [f"//tests/connection:stale_event_test Modes/StaleEventDeathTest.{kind}/{mode}"
     for kind in ("DataBytes", "HeaderFields", "EventObject") for mode in ("reuse", "fresh")] +
    [f"//tests/frame:stale_frame_test StaleFrameDeathTest.{kind}"
     for kind in ("DataBytes", "ViewsFromBeforeKeep", "FrameObject")] +
    ["//tests/websocket:stale_event_test StaleEventDeathTest.Octets"])
# The oracle of the fuzzers that counts their allocations.
BALANCED = tuple(f"//fuzz:balanced_test {case}" for case in (
    "BalancedDeathTest.WhatStaysIsReportedReachableOrNot",
    "BalancedTest.WhatOtherThreadsHoldIsNotTheCases"))
STALE_ACCESSORS = (
    "//tests/connection:stale_event_test StaleAccessorDeathTest.DataBytes",
    "//tests/connection:stale_event_test StaleAccessorDeathTest.HeaderFields",
    "//tests/connection:stale_event_test StaleAccessorDeathTest.StreamOfAStaleEvent",
    "//tests/connection:stale_event_test StaleEvent.MembersOfAStaleEventAreNobodys",
    "//tests/frame:stale_frame_test StaleFrameDeathTest.Accessor",
    "//tests/websocket:stale_event_test StaleAccessorDeathTest.InTheNextStep",
    "//tests/websocket:stale_event_test StaleAccessorDeathTest.Octets")


# What reads the sources, or what the compiler says of them: the same in every build.
READ = ("-//tests/docs/...", "//tests/docs:guide_test", "-//tests/layers/...",
        "-//tests/headers/...", "-//tests/cmake/...",
        "-//tests/contracts:refused_test")


# --- The stages, in this order


@stage("README: bazel test //...; with --all every peer over both loops", 35, 50)
def test():
    yield from tests(*short())


@stage("README: bazel run -c opt //adapters:serve, and its curl line", 10)
def serve():
    doing("building serve")
    with start("bazel", "run", "-c", "opt", "--color=no", "//adapters:serve", "--",
               "--port=0") as server:
        said, curl = [], None
        for line in server.stdout:
            said.append(line)
            found = re.search(r"curl --http2-prior-knowledge \S+", line)
            if found:
                curl = found.group(0)
                break
        if curl is None:
            yield "it prints a curl line", tail("".join(said))
            return
        yield "it prints a curl line", None
        code, page = run(*curl.split(), "--silent", "--show-error", "--max-time", "60")
        yield curl, None if code == 0 and page else f"curl ended with {code}: {page}"


@stage("a workspace elsewhere that depends on the engine, HPACK, frames, WebSockets and both loops", 10)
def foreign_workspace():
    code, output = run("sh", "-c", "cd tests/foreign_workspace && bazel test --color=no "
                       "--noshow_progress --test_output=errors //...; result=$?; bazel shutdown; exit $result")
    yield "tests/foreign_workspace", None if code == 0 else tail(output, 40)


@stage("the library installed by CMake: what it exports, its ABI, and the examples against it", 15)
def installed():
    yield from told_by("tests/installed/check.py")


@stage("optimised: real peers at full size, and what attacks cost", 15, 20)
def optimised():
    yield from tests("-c", "opt", "--test_env=HEADRACE_H2LOAD_REQUESTS=200000",
                     "--test_env=HEADRACE_TRANSFER_MIB=1024", "--local_test_jobs=1", *short(),
                     targets=[f"//tests/interop:{program}{adapter}"
                              for program in ("get_servers_test", "h2load_test",
                                              "large_transfer_test")
                              for adapter in ("", "_over_io_uring")] +
                             ["//tests/attacks:instructions_test"])


@stage("instructions that the main rows of //benchmarks take, beside those on record", 10)
def performance():
    code, output = run("tools/check_performance")
    rows = re.findall(r"^(\S+/\S+): .*, (passed|FAILED)", output, re.MULTILINE)
    for row, outcome in rows:
        yield row, None if outcome == "passed" else tail(output, 40)
    if code != 0 and all(outcome == "passed" for _, outcome in rows):
        yield "tools/check_performance", tail(output, 40)
    code, output = run("tools/check_performance", "--no_build", "--planted_slowdown", "W3_ping")
    found = re.search(r"FAILED: it is dearer\n +\+\S+  (benchmarks::)?planted_slowdown ", output)
    yield "a planted slowdown is found", None if code == 1 and found else tail(output, 40)


@stage(f"self-play: {SELF_PLAY_SEEDS} seeds of 100,000 steps (--all: {SELF_PLAY_SEEDS_ALL}), optimised;"
       " bugs that it has to find", 15, 30)
def self_play():
    count = SELF_PLAY_SEEDS_ALL if everything() else SELF_PLAY_SEEDS
    code, output = run("bazel", "run", "-c", "opt", "--noshow_progress", "--color=no",
                       "//tests/self_play", "--", f"--seeds={count}")
    seeds = re.findall(r"^(seed \d+) .*: (passed|FAILED)", output, re.MULTILINE)
    for seed, outcome in seeds:
        yield seed, None if outcome == "passed" else tail(output, 20)
    if code != 0 and all(outcome == "passed" for _, outcome in seeds):
        yield "self_play", tail(output, 40)
    yield from injected_bugs("self_play")


def injected_bugs(test):
    for patch in sorted(glob.glob(f"tests/injected_bugs/{test}/*.patch")):
        code, output = run("tests/injected_bugs/find.py", patch)
        yield patch, None if code == 0 else "it was not found:\n" + tail(output)


# A build of everything takes minutes on two cores, so what can be looked for in one is.


# (Clang compiles it in half the time. The fuzzers have a stage of their own.)
# (Not where descriptors, memory and time are short on purpose, nor where system calls fail: what a
# sanitizer takes of them, and which it makes, is its own.)
@stage("clang-19, AddressSanitizer and UndefinedBehaviorSanitizer; a bug that it has to find", 40, 60)
def sanitizers():
    yield from with_controls(STALE_VIEWS + BALANCED,
                             tests("--config=asan", "--config=ubsan", *short(), environment=CLANG,
                                   targets=("//...", "-//benchmarks/...", *READ,
                                            "-//fuzz/...", "//fuzz:balanced_test",
                                            "-//tests/attacks:instructions_test",
                                            *[f"-//tests/interop:{program}{transport}{adapter}"
                                              for program, transport in (("faults_test", ""),
                                                                         ("faults_test", "_over_tls"),
                                                                         ("faults_each_test", ""),
                                                                         ("scarcity_test", ""),
                                                                         ("scarcity_test", "_over_tls"))
                                              for adapter in ("", "_over_io_uring")])))
    yield from injected_bugs("loop_model")


@stage("g++, AddressSanitizer: stale views", 10)
def asan():
    yield from with_controls(STALE_VIEWS, tests(
        "--config=asan", targets=("//tests/connection:stale_event_test", "//tests/event/...",
                                  "//tests/frame/...", "//tests/memory/...",
                                  "//tests/websocket:stale_event_test")))


@stage("g++, ThreadSanitizer: what threads meet in", 10)
def tsan():
    yield from with_controls(
        ("//tests/connection:hand_over_test HandOverDeathTest.WithoutTheGateIsReported",),
        tests("--config=tsan", "--test_tag_filters=threads" + ("" if everything() else ",-all"),
              "--build_tests_only"))


@stage("clang-19, hardened, the core without exceptions and RTTI", 15)
def hardened():
    yield from with_controls(STALE_ACCESSORS, tests(
        "--config=hardened", "--config=noexcept", *short(), environment=CLANG,
        targets=("//...", "-//adapters/...", "-//benchmarks/...", "-//fuzz/...", *READ,
                 "-//tests/adapters/...", "-//tests/attacks:instructions_test",
                 "-//tests/conformance/...", "-//tests/interop/...")))


@stage(f"libFuzzer, {FUZZ_SECONDS} s each (--all: {FUZZ_SECONDS_ALL} s): with AddressSanitizer, and HPACK"
       " with MemorySanitizer", 15, 30)
def fuzz():
    for config in ("fuzz", "msan"):
        code, output = run("bazel", "query", "--noshow_progress",
                           f"attr(tags, '\\b{config}\\b', kind(cc_binary, //fuzz:all))")
        fuzzers = re.findall(r"^//fuzz:(\w+_fuzzer)$", output, re.MULTILINE)
        if code != 0 or not fuzzers:
            yield f"bazel query: {config}", tail(output) or "no fuzz target was found"
            continue
        code, output = bazel("build", f"--config={config}", "--keep_going",
                             *[f"//fuzz:{fuzzer}" for fuzzer in fuzzers], environment=CLANG)
        if code != 0:
            yield f"bazel build --config={config}", tail(output)
            continue
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from pool.map(lambda fuzzer: try_fuzzer(fuzzer, config), fuzzers)


def try_fuzzer(fuzzer, config):
    seconds = FUZZ_SECONDS_ALL if everything() else FUZZ_SECONDS
    runs = () if everything() else ("-seed=1", f"-runs={FUZZ_RUNS}")
    with tempfile.TemporaryDirectory() as new:
        code, output = run(f"bazel-bin/fuzz/{fuzzer}", f"-max_total_time={seconds}", *runs,
                           f"-artifact_prefix={new}/", "-print_final_stats=1", new,
                           f"fuzz/corpora/{fuzzer.removesuffix('_fuzzer')}")
    return f"{fuzzer}, {config}", None if code == 0 else tail(output, 40)


@stage(f"{MUTANTS} mutants chosen by seed (--all: {MUTANTS_ALL}): whether the tests notice", 20, 120,
       in_gate=False)
def mutation():
    code, output = run("tests/mutation/run", "--seed=1", *(
        (f"--sample={MUTANTS_ALL}",) if everything() else
        # (Headers are in nearly everything that would be compiled; one of twenty is no percentage.)
        (f"--sample={MUTANTS}", "--sources", "--quick", "--at_least=90")),
                       tell=str.strip)
    killed = re.search(r"^mutation: (\d+) of (\d+) killed", output, re.MULTILINE)
    yield (killed.group(0) if killed else "mutation"), None if code == 0 else tail(output, 60)


@stage("another architecture: cross-compiled for 64-bit ARM, transcripts and unit tests under qemu-user", 60, in_gate=False)
def arm64():
    yield from told_by("tests/arm64/check.py")


@stage("Debian packages: built from a clean checkout, lintian, a program compiled with what they contain; every way of installing"
       " on a fresh machine", 45, in_gate=False)
def debian():
    yield from told_by("tests/installed/check_debian.py")


@stage("clang-19, coverage: 98 % of the core's lines, 90 % of its branches and of the adapters' lines", 90,
       in_gate=False)
def coverage():
    code, output = run("tests/coverage", "--all")
    print(tail(output, 40))
    yield "tests/coverage", None if code == 0 else "too little is reached, or a test failed"


@stage(f"{SOAK_SECONDS // 60} minutes of connections that come and go, over both loops, with one thread and"
       " four: optimised, and with sanitizers", 120, in_gate=False)
def soak():
    for flags, environment in ((("-c", "opt"), None), (("--config=asan", "--config=ubsan"), CLANG)):
        yield from tests(*flags, f"--test_env=HEADRACE_STORM_SECONDS={SOAK_SECONDS}",
                         "--test_timeout=3600", environment=environment,
                         targets=[f"//tests/interop:storm_test{adapter}"
                                  for adapter in ("", "_over_io_uring")])


@stage("what README and docs tell to type and no other stage runs", 180, in_gate=False)
def commands():
    sys.path.insert(0, "tests/docs")
    import documented  # pylint: disable=import-outside-toplevel,import-error
    for command in documented.of(documented.ALL):
        doing(command)
        code, output = run("bash", "-c", documented.filled_in(command))
        yield command, None if code == 0 else tail(output, 20)


# (Hours on few processors. A run that has passed is not repeated as long as the sources are the same,
# so that what was ended goes on where it was.)
@stage("CONTRIBUTING: what needs sockets, processes or time, 20 times beside eight busy processes; goes on"
       " where it was ended", 240, in_gate=False)
def repeated():
    busy = [subprocess.Popen(["timeout", "14400", "sh", "-c", "while :; do :; done"])
            for _ in range(8)]
    try:
        yield from tests("--runs_per_test=20", "--cache_test_results=yes", "--test_tag_filters=real-time",
                         "--build_tests_only")
    finally:
        for process in busy:
            process.terminate()
            process.wait()


@stage("this program: limits, progress, the count", 5)
def gate():
    code, output = run("/usr/bin/python3", ".ci/runner_test.py")
    yield "runner_test", None if code == 0 else tail(output)


@stage("clang-format, buildifier", 5)
def formatting():
    files = subprocess.run(["git", "ls-files", "-z"], stdout=subprocess.PIPE, check=True).stdout
    files = files.decode().split("\0")
    code, output = run("clang-format", "--dry-run", "-Werror",
                       *[f for f in files if f.endswith((".h", ".cc"))])
    yield "clang-format", None if code == 0 else tail(output, 40)
    code, output = run("npx", "--yes", BUILDIFIER, "-mode=check", "-lint=off",
                       *[f for f in files if re.search(r"(\.bazel|\.BUILD|\.bzl|WORKSPACE)$", f)])
    yield "buildifier", None if code == 0 else tail(output, 40)


if __name__ == "__main__":
    sys.exit(main())
