#!/usr/bin/python3
"""Plays every case of the suite against an HTTP/2 server (cleartext, prior knowledge).

The server must answer GET on --get-path with 200 and at least 20 octets, and POST on --post-path
with 200 while the request's body is still open (an echo).
"""

import argparse
import os
import sys
import time
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))  # not its target: a test's runfiles are links
sys.path[:0] = [HERE, os.path.join(HERE, "..", "harness")]

import suite
from peer import Departure
from report import Report
from server import Server

import cases.connection  # noqa: F401
import cases.fields  # noqa: F401
import cases.flow_control  # noqa: F401
import cases.frames  # noqa: F401
import cases.messages  # noqa: F401
import cases.streams  # noqa: F401

Target = namedtuple("Target", "host port get_path post_path timeout")


def section_key(case):
    number = case.rfc.split()[-1]
    return ("7541" in case.rfc, [int(part) for part in number.split(".")])


def play(case, target):
    """None when the server did what is expected, else a sentence."""
    try:
        case.run(target)
    except Departure as departure:
        return str(departure)
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0],
                                     epilog=__doc__.split("\n\n")[1])
    parser.add_argument("--serve", metavar="PROGRAM", help="start this server for the suite")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--case", metavar="TEXT",
                        help="only cases with this text in their section or title")
    parser.add_argument("--list", action="store_true", help="print the cases without playing them")
    parser.add_argument("--get-path", default="/bytes/1000")
    parser.add_argument("--post-path", default="/echo")
    parser.add_argument("--timeout", type=float, default=5, help="seconds to wait for a reply")
    arguments = parser.parse_args()

    chosen = sorted(suite.cases, key=section_key)
    if arguments.case:
        chosen = [c for c in chosen if arguments.case in f"{c.rfc} {c.title}"]
        if not chosen:
            parser.error(f"no case has '{arguments.case}' in its section or title")
    if arguments.list:
        for case in chosen:
            print(f"{case.rfc}  {case.title}: {case.expected}")
        return 0

    server = Server(arguments.serve, "--http=2", "--log") if arguments.serve else None
    host, port = (server.host, server.port) if server else (arguments.host, arguments.port)
    target = Target(host, port, arguments.get_path, arguments.post_path, arguments.timeout)
    report = Report("conformance")
    try:
        for case in chosen:
            started = time.monotonic()
            departure = play(case, target)
            detail = departure and f"expected {case.expected}; {departure}"
            if departure and server:
                detail += f"; the log of the server ends with {server.text().splitlines()[-3:]}"
            report.add(f"{case.rfc}  {case.title}", detail, time.monotonic() - started)
        if server:
            report.add("the server is alive and ends cleanly", server.stop())
    finally:
        if server:
            server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
