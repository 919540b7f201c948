"""Bazel as the stages of .ci/run use it: every test case of every target that ran is a check.

A case is a googletest case, a transcript, or a conversation of the interop programs (test.xml). A
target that did not build or crashed counts as a failure.
"""

import json
import os
import re
import tempfile
import urllib.parse
import xml.etree.ElementTree as ElementTree

from runner import run, tail, watch

# Many tests mostly wait (for deadlines, peers, their own load): more of them at once than there are
# processors, while no more is compiled at once than that.
TESTS_AT_ONCE = ("--jobs=4", "--local_test_jobs=4", "--test_timeout=300,300,900,3600")


def bazel(verb, *arguments, environment=None, keep_partial=False):
    return run("bazel", verb, "--curses=no", "--color=no", "--show_progress_rate_limit=5",
               "--nocache_test_results", *arguments,
               environment=environment, tell=progress, keep_partial=keep_partial)


def progress(line):
    """Bazel's own words: how many actions are done of how many, and one that is under way."""
    found = re.match(r"\[([\d,]+ / [\d,]+)\] (.*)", line)
    if found:
        return f"{found.group(1)} actions: {found.group(2)[:120]}"
    if line.startswith(("FAIL: ", "TIMEOUT: ", "ERROR: ")):
        print(f"   {watch.name} {watch.elapsed()}  {line.strip()[:200]}", flush=True)
    return None


def test_cases(path):
    """(name, failure or None) of every case in a test.xml that ran: what only another build can
    show (a stale view under AddressSanitizer, say) is skipped in this one, and not counted."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.get("result") == "skipped" or case.find("skipped") is not None:
            continue
        failure = next((child for child in case if child.tag in ("failure", "error")), None)
        name = ".".join(filter(None, (case.get("classname"), case.get("name"))))
        yield name, None if failure is None else failure.get("message") or "failed"


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


def tests(*arguments, environment=None, targets=("//...",)):
    """Runs `bazel test` and yields every case of every target that it tells of."""
    with tempfile.NamedTemporaryFile(suffix=".json") as events:
        code, output = bazel("test", "--keep_going", f"--build_event_json_file={events.name}",
                             *TESTS_AT_ONCE, *arguments, "--", *targets, environment=environment,
                             keep_partial=True)
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
    watch.check()
    if code != 0:
        print(tail(output))
        if failures == 0:
            yield "bazel test " + " ".join(arguments), f"it ended with {code}"


def with_controls(controls, outcomes):
    """The outcomes, and a failure for every negative control that is not among them."""
    missing = list(controls)
    for name, failure in outcomes:
        if name in missing:
            missing.remove(name)
        yield name, failure
    for name in missing:
        yield name, "this negative control did not run"
