"""Results as they come, a count at the end, and JUnit XML where Bazel asks for it."""

import os
import sys
import time
from xml.sax.saxutils import quoteattr


def outcome_of(check, *arguments):
    """None or what is wrong, and the seconds that it took."""
    started = time.monotonic()
    failure = None
    try:
        check(*arguments)
    except Exception as error:  # pylint: disable=broad-except
        failure = str(error) or type(error).__name__
        if not isinstance(error, AssertionError):
            failure = f"{type(error).__name__}: {failure}"
    return failure, time.monotonic() - started


class Report:
    def __init__(self, suite):
        self.suite = suite
        self.results = []

    def add(self, name, failure=None, seconds=0.0):
        """`failure` is None, or a sentence."""
        self.results.append((name, failure, seconds))
        print(f"{'ok    ' if failure is None else 'FAILED'}  {name}", flush=True)
        if failure is not None:
            print(f"        {failure}", flush=True)

    def run(self, name, check, *arguments):
        """Adds the outcome of a function that raises AssertionError when something is wrong."""
        self.add(name, *outcome_of(check, *arguments))

    def finish(self):
        """Prints the count and returns the exit code."""
        failed = sum(1 for _, failure, _ in self.results if failure is not None)
        self.write_xml(failed)
        print(f"{len(self.results) - failed} passed, {failed} failed")
        return 1 if failed or not self.results else 0

    def write_xml(self, failed):
        path = os.environ.get("XML_OUTPUT_FILE")
        if not path:
            return
        with open(path, "w", encoding="utf-8") as out:
            suite = quoteattr(self.suite)
            out.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
            out.write(f'<testsuite name={suite} tests="{len(self.results)}" failures="{failed}">\n')
            for name, failure, seconds in self.results:
                out.write(f'<testcase classname={suite} name={quoteattr(name)} '
                          f'time="{seconds:.3f}">')
                if failure is not None:
                    out.write(f"<failure message={quoteattr(failure)}/>")
                out.write("</testcase>\n")
            out.write("</testsuite>\n</testsuites>\n")


if __name__ == "__main__":
    sys.exit("report.py is a module of the interop and conformance programs")
