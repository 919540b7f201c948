#!/usr/bin/python3
"""A browser without a window on a page of the server: browser_test.py chrome|firefox SERVE. Its screenshot is
kept beside the test's other outputs."""

import os
import re
import sys
import tempfile

from checks import NODE_MODULES, SCRATCH, holds, require, run
from report import Report
from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = {"chrome": "chromium", "firefox": "firefox-esr"}

def make_page():
    root = os.path.join(SCRATCH.name, "page")
    os.makedirs(root)
    for number in range(100):
        with open(os.path.join(root, f"{number}.svg"), "w", encoding="ascii") as out:
            out.write('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
                      f'<rect width="40" height="20" fill="hsl({number * 3.6:.0f} 70% 60%)"/></svg>')
    with open(os.path.join(root, "script.js"), "w", encoding="ascii") as out:
        out.write("window.scriptRan = true;\n")
    with open(os.path.join(root, "index.html"), "w", encoding="ascii") as out:
        out.write('<!doctype html><meta charset="utf-8"><title>interop</title><link rel="icon" href="0.svg">'
                  '<script src="script.js"></script><h1>Headrace</h1>'
                  + "".join(f'<img src="{number}.svg">' for number in range(100)))
    return root


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in PROGRAMS:
        sys.exit(f"usage: {sys.argv[0]} chrome|firefox SERVE")
    kind, program = sys.argv[1], require(PROGRAMS[sys.argv[1]])
    if not os.path.isdir(os.path.join(NODE_MODULES, "puppeteer-core")):
        sys.exit(f"there is no puppeteer-core in {NODE_MODULES}; tools/setup installs it")
    outputs = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR", SCRATCH.name)
    report = Report(kind)
    server = Server(sys.argv[2], f"--root={make_page()}", "--diagnostics")
    try:
        screenshot = os.path.join(outputs, f"{kind}.png")
        with tempfile.TemporaryDirectory(dir=SCRATCH.name, ignore_cleanup_errors=True) as home:
            text = run(require("node"), os.path.join(HERE, "browser.js"), kind, program, server.url(), screenshot,
                       os.path.join(home, "profile"), timeout=240, check=False,
                       env={**os.environ, "NODE_PATH": NODE_MODULES, "HOME": home, "XDG_RUNTIME_DIR": home})
        for outcome, name, failure in re.findall(r"^(ok|FAILED) {2}([^:\n]*)(?:: (.*))?$", text, re.M):
            report.add(name, None if outcome == "ok" else failure)
        report.add("it ran to its end", None if text.rstrip().endswith("done") else text[-500:] or "no output")
        report.run("there is a screenshot", lambda: holds(os.path.getsize(screenshot) > 1000, "it is empty"))
        report.add("the server is alive and ends cleanly", server.stop())
    finally:
        server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
