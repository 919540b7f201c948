"""Runs the stages of .ci/run one after the other: time limits, progress, and the count.

A stage is a generator of (what was checked, failure or None). It starts its processes by run() or
start(), so that they can be ended when its time is up, and says by doing() what it is at.
"""

import argparse
import collections
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time

HEARTBEAT = 15  # seconds between two lines of progress
# What a process has to end by itself. Bazel's client tells its server to stop what it runs.
SECONDS_TO_END = 30

Stage = collections.namedtuple("Stage", "name title minutes minutes_all in_gate function")
stages = {}


def stage(title, minutes, minutes_all=None, in_gate=True):
    """Registers a stage and its time limit. With --all it may do more, within `minutes_all`.

    A stage with in_gate=False is run by --all only, or by name."""

    def register(function):
        name = function.__name__
        stages[name] = Stage(name, title, minutes, minutes_all or minutes, in_gate, function)
        return function

    return register


class TimeIsUp(Exception):
    """The stage has had its time; what it had started is ended."""


class Watch:
    """Of the stage that is running: its processes, its time, and what it says it is doing."""

    def __init__(self):
        self.lock = threading.Lock()
        self.processes = set()
        self.everything = False  # --all
        self.begin("", 0)

    def begin(self, name, minutes):
        self.name, self.minutes = name, minutes
        self.started = time.monotonic()
        self.is_up = False
        self.what = ""
        self.said = None

    def elapsed(self):
        minutes, seconds = divmod(int(time.monotonic() - self.started), 60)
        return f"{minutes}:{seconds:02}"

    def guard(self, over):
        """A thread's work until `over` is set: a line now and then, and the end when time is up."""
        while not over.wait(HEARTBEAT):
            self.tell()
            if not self.is_up and time.monotonic() - self.started > 60 * self.minutes:
                self.said = f"{self.minutes} min are up while it was at: {self.what}"
                print(f"   {self.name} {self.elapsed()}  {self.said}; ending it", flush=True)
                self.is_up = True
                self.end_processes()

    def tell(self):
        print(f"   {self.name} {self.elapsed()}  {self.what}", flush=True)

    def check(self):
        if self.is_up:
            raise TimeIsUp(self.said)

    def end_processes(self):
        """Asks all that was started to end, and makes them."""
        with self.lock:
            processes = list(self.processes)
        # (Told a third time, Bazel's client ends its server, too.)
        for wait in (SECONDS_TO_END, 1, SECONDS_TO_END):
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGINT)
            deadline = time.monotonic() + wait
            while any(p.poll() is None for p in processes) and time.monotonic() < deadline:
                time.sleep(0.1)
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


watch = Watch()


def everything():
    """Whether --all was given."""
    return watch.everything


def doing(what):
    """What the next line of progress says."""
    watch.what = what


@contextlib.contextmanager
def start(*command, environment=None):
    """A process, and all that it starts, with its output as text: ended with the block, or the stage."""
    watch.check()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace",
                               env={**os.environ, **(environment or {})}, start_new_session=True)
    with watch.lock:
        watch.processes.add(process)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.stdout.close()
        process.wait()
        with watch.lock:
            watch.processes.discard(process)


def run(*command, environment=None, tell=None, keep_partial=False):
    """Exit code and output of a command; `tell` makes of a line of it what is being done, or None.

    A command that the stage's time limit has ended raises TimeIsUp, unless its caller keeps what it
    has done so far (and calls watch.check() afterwards)."""
    if tell is None:
        doing(" ".join(command)[:100])
    output = []
    with start(*command, environment=environment) as process:
        for line in process.stdout:
            output.append(line)
            told = tell(line) if tell else None
            if told:
                doing(told)
        code = process.wait()
    if not keep_partial:
        watch.check()
    return code, "".join(output)


def tail(output, lines=150):
    """The end of a log, without Bazel's chatter."""
    chatter = re.compile(r"INFO:|Loading:|Analyzing:|\[[\d,]+ / [\d,]+\]")
    kept = [line for line in output.splitlines() if not chatter.match(line)]
    return "\n".join("    | " + line for line in kept[-lines:])


# --- The count


def play(one):
    """Runs a stage; how much was right, and a line for each thing that was not."""
    minutes = one.minutes_all if watch.everything else one.minutes
    print(f"== {one.name}: {one.title} (at most {minutes} min)", flush=True)
    watch.begin(one.name, minutes)
    over = threading.Event()
    guard = threading.Thread(target=watch.guard, args=(over,), daemon=True)
    guard.start()
    good, bad = 0, []
    try:
        for checked, failure in one.function():
            if failure is None:
                good += 1
            else:
                bad.append(f"{one.name}: {checked}: {failure}")
                print(f"   {one.name} {watch.elapsed()}  FAILED: {checked}", flush=True)
        watch.check()
    except TimeIsUp as reason:
        bad.append(f"{one.name}: it took longer than its limit: {reason}")
    except Exception as error:  # pylint: disable=broad-except
        bad.append(f"{one.name}: the stage itself broke: {type(error).__name__}: {error}")
    finally:
        over.set()
        guard.join()
    if not good and not bad:
        bad.append(f"{one.name}: nothing ran")
    seconds = time.monotonic() - watch.started
    print(f"   {good} passed, {len(bad)} failed, {seconds:.0f} s", flush=True)
    return good, bad, seconds


def help_text():
    def row(one):
        with_all = f", with --all {one.minutes_all}" if one.minutes_all != one.minutes else ""
        return f"  {one.name:<12} {one.title}\n  {'':<12} (at most {one.minutes} min{with_all})"

    return "\n".join(
        ["The gate, what must pass before a change lands; some stages do more with --all:",
         *[row(one) for one in stages.values() if one.in_gate],
         "", "With --all, too:",
         *[row(one) for one in stages.values() if not one.in_gate]])


def chosen_stages():
    parser = argparse.ArgumentParser(
        prog=".ci/run", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=help_text(),
        description="Runs the checks of a change and prints their counts: N passed, N failed.")
    parser.add_argument("stage", nargs="*", metavar="STAGE", help="run only these")
    parser.add_argument("--all", action="store_true", help="include the checks that take long")
    arguments = parser.parse_args()
    watch.everything = arguments.all
    unknown = [name for name in arguments.stage if name not in stages]
    if unknown:
        parser.error(f"no stage is called {unknown[0]}; there are: {', '.join(stages)}")
    if arguments.stage:
        return [stages[name] for name in arguments.stage]
    return [one for one in stages.values() if one.in_gate or arguments.all]


def interrupted(*unused):
    raise KeyboardInterrupt


def main():
    chosen = chosen_stages()
    signal.signal(signal.SIGTERM, interrupted)
    passed, failed, table = 0, [], []
    try:
        for one in chosen:
            good, bad, seconds = play(one)
            passed += good
            failed += bad
            table.append(f"  {one.name:<12} {good:6} passed {len(bad):4} failed {seconds:6.0f} s")
    except KeyboardInterrupt:
        watch.end_processes()
        failed.append(f"{watch.name}: interrupted")
    print("\n" + "\n".join(table))
    if failed:
        print("\nFailed:")
        for line in failed:
            print("  " + line)
    print(f"\n{passed} passed, {len(failed)} failed")
    return 1 if failed else 0
