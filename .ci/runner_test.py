"""What .ci/run promises: a stage that hangs is ended at its limit, and the others are run and counted."""

import contextlib
import io
import os
import re
import sys
import tempfile
import time
import unittest

import runner


def play(*arguments, **functions):
    """Runs stages with a limit of three seconds; the exit code and what was printed."""
    runner.stages.clear()
    for name, function in functions.items():
        function.__name__ = name
        runner.stage(f"title of {name}", 0.05, in_gate=name != "long")(function)
    sys.argv = [".ci/run", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = runner.main()
    return code, out.getvalue()


def good():
    yield "one", None
    yield "two", None


def bad():
    yield "three", "it is wrong"


def broken():
    yield "four", None
    raise ValueError("no such thing")


class RunnerTest(unittest.TestCase):
    def setUp(self):
        runner.HEARTBEAT, runner.SECONDS_TO_END = 0.5, 1

    def last_line(self, out):
        return out.splitlines()[-1]

    def test_counts(self):
        self.assertEqual(self.last_line(play(good=good)[1]), "2 passed, 0 failed")
        code, out = play(bad=bad, broken=broken, good=good)
        self.assertEqual((code, self.last_line(out)), (1, "3 passed, 2 failed"))
        self.assertIn("broken: the stage itself broke: ValueError: no such thing", out)

    def test_nothing_that_ran_is_a_failure(self):
        self.assertEqual(self.last_line(play(empty=lambda: iter(()))[1]), "0 passed, 1 failed")

    def test_ends_what_hangs_and_goes_on(self):
        with tempfile.TemporaryDirectory() as top:
            pids = os.path.join(top, "pids")

            def hangs():
                yield "before", None
                # A shell and its child, both of which will not listen.
                runner.run("sh", "-c", f"trap '' INT TERM; sleep 100 & echo $$ $! > {pids}; wait; sleep 100",
                           tell=lambda line: None)
                yield "never", None

            def cannot_start():  # its time is not up
                code, output = runner.run("echo", "hello")
                yield "echo", None if (code, output) == (0, "hello\n") else output

            started = time.monotonic()
            code, out = play(hangs=hangs, next=cannot_start)
            self.assertLess(time.monotonic() - started, 60)
            self.assertEqual((code, self.last_line(out)), (1, "2 passed, 1 failed"))
            self.assertRegex(out, r"hangs: it took longer than its limit: 0.05 min are up while")
            with open(pids, encoding="ascii") as written:
                for pid in written.read().split():
                    self.assertFalse(self.lives(pid), f"{pid} goes on")

    @staticmethod
    def lives(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                return stat.read().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    def test_says_what_it_is_doing(self):
        def slow():
            runner.run("sh", "-c", "echo building x; sleep 1.5", tell=str.strip)
            yield "slow", None

        self.assertRegex(play(slow=slow)[1], re.compile(r"^   slow 0:0\d  building x$", re.MULTILINE))

    def test_all(self):
        def long():
            yield "long", None if runner.everything() else "--all is not known"

        self.assertEqual(self.last_line(play(good=good, long=long)[1]), "2 passed, 0 failed")
        self.assertEqual(self.last_line(play("--all", good=good, long=long)[1]), "3 passed, 0 failed")


if __name__ == "__main__":
    unittest.main()
