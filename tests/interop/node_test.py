#!/usr/bin/python3
"""Node's HTTP/2 client against the server; the conversations are in node_client.js."""

import os
import re
import sys

from checks import require, run
from report import Report
from server import Server

NODE = require("node")
CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node_client.js")


def main():
    report = Report("node")
    server = Server(sys.argv[1])
    try:
        text = run(NODE, CLIENT, server.url(""), timeout=120, check=False)
        for outcome, name, failure in re.findall(r"^(ok|FAILED) {2}([^:\n]*)(?:: (.*))?$", text, re.M):
            report.add(name, None if outcome == "ok" else failure)
        if not text.rstrip().endswith("done"):
            report.add("node_client.js ran to its end", text[-500:] or "no output")
        report.add("the server is alive and ends cleanly", server.stop())
    finally:
        server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
