"""The stages of .ci/run. Each goes on after the failure of another, so that the count is whole.

A stage counts checks: every test case in the test.xml of every target that ran (a googletest case,
a transcript, a conversation of the interop programs), and one for each thing that is checked
without Bazel. A target that did not build or crashed counts as a failure.
"""

import argparse
import concurrent.futures
import glob
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

CLANG = {"CC": "clang-19"}
BUILDIFIER = "@bazel/buildifier@8.2.1"
FUZZ_SECONDS = 5  # a minute in all
# With the seed the same cases on every machine: to look for new ones is fuzz/run_continuously's.
FUZZ_RUNS = 2000
SELF_PLAY_SEEDS = 10
# Many tests mostly wait (for deadlines, peers, their own load): more of them at once than there are
# processors, while no more is compiled at once than that.
TESTS_AT_ONCE = ("--jobs=4", "--local_test_jobs=4", "--test_timeout=300,300,900,3600")

stages = {}


def stage(title):
    """Registers a function that yields (what was checked, failure or None)."""

    def register(function):
        stages[function.__name__] = (title, function)
        return function

    return register


def run(*command, environment=None, timeout=None):
    """Exit code and output of a command."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                            env={**os.environ, **(environment or {})}, timeout=timeout)
    return result.returncode, result.stdout.decode(errors="replace")


# --- Bazel


# What was compiled once is not compiled again in the next clean checkout. Tests always run.
DISK_CACHE = os.path.expanduser("~/.cache/headrace")


def bazel(verb, *arguments, environment=None):
    return run("bazel", verb, "--noshow_progress", "--color=no", f"--disk_cache={DISK_CACHE}",
               "--nocache_test_results", *arguments, environment=environment)


def test_cases(path):
    """(name, failure or None) of every case in a test.xml that ran: what only another build can
    show (a stale view under AddressSanitizer, say) is skipped in this one, and not counted."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.get("result") == "skipped" or case.find("skipped") is not None:
            continue
        failure = next((child for child in case if child.tag in ("failure", "error")), None)
        name = ".".join(filter(None, (case.get("classname"), case.get("name"))))
        yield name, None if failure is None else failure.get("message") or "failed"


def tests(*arguments, environment=None, targets=("//...",)):
    """Runs `bazel test` and yields every case of every target that it tells of."""
    with tempfile.NamedTemporaryFile(suffix=".json") as events:
        code, output = bazel("test", "--keep_going", f"--build_event_json_file={events.name}",
                             *TESTS_AT_ONCE, *arguments, "--", *targets, environment=environment)
        failures = 0
        for line in events.read().decode().splitlines():
            event = json.loads(line)
            if "testResult" in event:
                for outcome in test_result(event["id"]["testResult"]["label"],
                                           event["testResult"]):
                    failures += outcome[1] is not None
                    yield outcome
            elif "targetCompleted" in event["id"] and not event.get("completed", {}).get("success"):
                if "completed" in event:
                    failures += 1
                    yield event["id"]["targetCompleted"]["label"], "it does not build"
    if code != 0:
        print(tail(output))
        if failures == 0:
            yield "bazel test " + " ".join(arguments), f"it ended with {code}"


# What looks at an event or a frame after its turn, on purpose: a detector that says nothing fails
# the test, and a build that does not have it skips the test, which is no better here.
STALE_VIEWS = tuple(
    [f"//tests/connection:stale_event_test StaleEventDeathTest.{kind}"
     for kind in ("TheFirstOfMany", "ViewsFromBeforeKeep")] +
    [f"//tests/connection:stale_event_test Modes/StaleEventDeathTest.{kind}/{mode}"
     for kind in ("DataBytes", "HeaderFields", "EventObject") for mode in ("reuse", "fresh")] +
    [f"//tests/frame:stale_frame_test StaleFrameDeathTest.{kind}"
     for kind in ("DataBytes", "ViewsFromBeforeKeep", "FrameObject")])
STALE_ACCESSORS = (
    "//tests/connection:stale_event_test StaleAccessorDeathTest.DataBytes",
    "//tests/connection:stale_event_test StaleAccessorDeathTest.HeaderFields",
    "//tests/connection:stale_event_test StaleAccessorDeathTest.StreamOfAStaleEvent",
    "//tests/connection:stale_event_test StaleEvent.MembersOfAStaleEventAreNobodys",
    "//tests/frame:stale_frame_test StaleFrameDeathTest.Accessor")


def with_controls(controls, outcomes):
    """The outcomes, and a failure for every negative control that is not among them."""
    missing = list(controls)
    for name, failure in outcomes:
        if name in missing:
            missing.remove(name)
        yield name, failure
    for name in missing:
        yield name, "this negative control did not run"


def test_result(label, result):
    failed = result["status"] not in ("PASSED", "FLAKY")
    cases = []
    for output in result.get("testActionOutput", []):
        if output["name"] == "test.xml":
            path = urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)
            try:
                cases = [(f"{label} {name}", failure) for name, failure in test_cases(path)]
            except (OSError, ElementTree.ParseError) as error:
                cases = [(label, f"its test.xml cannot be read: {error}")]
    if failed and all(failure is None for _, failure in cases):
        cases.append((label, result["status"].lower()))
    # A test without cases of its own counts as one; Bazel writes a case for it into its test.xml.
    return cases


def tail(output, lines=150):
    """The end of a log, without Bazel's chatter."""
    kept = [line for line in output.splitlines() if not line.startswith(("INFO:", "Loading:"))]
    return "\n".join("    | " + line for line in kept[-lines:])


# --- The stages, in this order


@stage("README: bazel test //...")
def test():
    yield from tests()


@stage("README: bazel run -c opt //adapters:serve, and its curl line")
def serve():
    server = subprocess.Popen(["bazel", "run", "-c", "opt", "//adapters:serve", "--", "--port=0"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              start_new_session=True)
    said, curl = [], None
    try:
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
        code, page = run(*curl.split(), "--silent", "--show-error", "--max-time", "10")
        yield curl, None if code == 0 and page else f"curl ended with {code}: {page}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.stdout.close()
        server.wait()


@stage("optimised: real peers at full size, and what attacks cost")
def optimised():
    yield from tests("-c", "opt", "--test_env=HEADRACE_H2LOAD_REQUESTS=200000",
                     "--test_env=HEADRACE_TRANSFER_MIB=1024", "--local_test_jobs=1",
                     targets=[f"//tests/interop:{program}{adapter}"
                              for program in ("get_servers_test", "h2load_test",
                                              "large_transfer_test")
                              for adapter in ("", "_over_io_uring")] +
                             ["//tests/attacks:instructions_test"])


@stage(f"self-play: {SELF_PLAY_SEEDS} seeds of 100,000 steps, optimised; bugs that it has to find")
def self_play():
    code, output = run("bazel", "run", "-c", "opt", "--noshow_progress", "--color=no",
                       "//tests/self_play", "--", f"--seeds={SELF_PLAY_SEEDS}")
    seeds = re.findall(r"^(seed \d+) .*: (passed|FAILED)", output, re.MULTILINE)
    for seed, outcome in seeds:
        yield seed, None if outcome == "passed" else tail(output, 20)
    if code != 0 and all(outcome == "passed" for _, outcome in seeds):
        yield "self_play", tail(output, 40)
    for patch in sorted(glob.glob("tests/self_play/injected_bugs/*.patch")):
        code, output = run("tests/self_play/injected_bugs/find.py", patch)
        print(tail(output))
        yield patch, None if code == 0 else "it was not found"


# A build of everything takes minutes on two cores, so what can be looked for in one is.


# (Clang compiles it in half the time.)
@stage("clang-19, AddressSanitizer and UndefinedBehaviorSanitizer")
def sanitizers():
    yield from with_controls(STALE_VIEWS,
                             tests("--config=asan", "--config=ubsan", environment=CLANG,
                                   targets=("//...", "-//benchmarks/...",
                                            "-//tests/attacks:instructions_test")))


@stage("g++, AddressSanitizer: stale views")
def asan():
    yield from with_controls(STALE_VIEWS, tests(
        "--config=asan", targets=("//tests/connection/...", "//tests/event/...",
                                  "//tests/frame/...", "//tests/memory/...")))


@stage("g++, ThreadSanitizer: what threads meet in")
def tsan():
    yield from with_controls(
        ("//tests/connection:hand_over_test HandOverDeathTest.WithoutTheGateIsReported",),
        tests("--config=tsan", "--test_tag_filters=threads", "--build_tests_only"))


@stage("clang-19, hardened, the core without exceptions and RTTI")
def hardened():
    yield from with_controls(STALE_ACCESSORS, tests(
        "--config=hardened", "--config=noexcept", environment=CLANG,
        targets=("//...", "-//adapters/...", "-//benchmarks/...", "-//fuzz/...",
                 "-//tests/adapters/...", "-//tests/attacks:instructions_test",
                 "-//tests/conformance/...", "-//tests/interop/...", "-//tests/self_play/...")))


@stage(f"libFuzzer, {FUZZ_SECONDS} s each: with AddressSanitizer, and HPACK with MemorySanitizer")
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
    with tempfile.TemporaryDirectory() as new:
        code, output = run(f"bazel-bin/fuzz/{fuzzer}", f"-max_total_time={FUZZ_SECONDS}", "-seed=1",
                           f"-runs={FUZZ_RUNS}",
                           f"-artifact_prefix={new}/", "-print_final_stats=1", new,
                           f"fuzz/corpora/{fuzzer.removesuffix('_fuzzer')}")
    return f"{fuzzer}, {config}", None if code == 0 else tail(output, 40)


@stage("formatting")
def formatting():
    files = subprocess.run(["git", "ls-files", "-z"], stdout=subprocess.PIPE, check=True).stdout
    files = files.decode().split("\0")
    code, output = run("clang-format", "--dry-run", "-Werror",
                       *[f for f in files if f.endswith((".h", ".cc"))])
    yield "clang-format", None if code == 0 else tail(output, 40)
    code, output = run("npx", "--yes", BUILDIFIER, "-mode=check", "-lint=off",
                       *[f for f in files if re.search(r"(\.bazel|\.BUILD|\.bzl|WORKSPACE)$", f)])
    yield "buildifier", None if code == 0 else tail(output, 40)


# --- The count


def main():
    parser = argparse.ArgumentParser(prog=".ci/run", description=__doc__.split("\n\n")[0])
    parser.add_argument("stage", nargs="*", metavar="STAGE",
                        help="run only these: " + ", ".join(stages))
    chosen = parser.parse_args().stage or list(stages)
    unknown = [name for name in chosen if name not in stages]
    if unknown:
        parser.error(f"no stage is called {unknown[0]}; there are: {', '.join(stages)}")

    passed, failed = 0, []
    for name in chosen:
        title, function = stages[name]
        print(f"== {name}: {title}", flush=True)
        started = time.monotonic()
        good, bad = 0, []
        try:
            for checked, failure in function():
                if failure is None:
                    good += 1
                else:
                    bad.append(f"{name}: {checked}: {failure}")
        except Exception as error:  # pylint: disable=broad-except
            bad.append(f"{name}: the stage itself broke: {type(error).__name__}: {error}")
        if not good and not bad:
            bad.append(f"{name}: nothing ran")
        print(f"   {good} passed, {len(bad)} failed, {time.monotonic() - started:.0f} s",
              flush=True)
        passed += good
        failed += bad

    if failed:
        print("\nFailed:")
        for line in failed:
            print("  " + line)
    print(f"\n{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
