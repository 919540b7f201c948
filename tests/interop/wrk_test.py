#!/usr/bin/python3
"""wrk against the server, in HTTP/1.1: under load every response is a 2xx, on connections that stay open."""

import os
import re
import sys

from checks import SCRATCH, holds, main, require, run

WRK = require("wrk")
CONNECTIONS = 20
PATHS = 4  # what a pipeline asks for

PIPELINE = f"""
init = function(arguments)
  local requests = {{}}
  for i = 1, {PATHS} do requests[i] = wrk.format("GET", "/bytes/" .. i * 1000) end
  pipeline = table.concat(requests)
end
request = function() return pipeline end
"""
UPLOAD = """
wrk.method = "POST"
wrk.body = string.rep("0123456789", 1000)
"""


def load(server, path, *arguments, script=None):
    """A second of it."""
    if script is not None:
        name = os.path.join(SCRATCH.name, "script.lua")
        with open(name, "w", encoding="ascii") as out:
            out.write(script)
        arguments += ("-s", name)
    before = server.counted("connections_accepted")
    text = run(WRK, "--duration=1s", "--threads=1", "--timeout=60s", *arguments, server.url(path))
    holds("Socket errors" not in text and "Non-2xx" not in text, text)
    done = re.search(r"(\d+) requests in \S+, (\S+?)([KMG]?B) read", text)
    holds(done and int(done[1]) > 0, text)
    connections = server.counted("connections_accepted") - before
    holds(connections <= CONNECTIONS + 3, f"{connections} connections")  # those that ask, and wrk's first
    print(f"        {path}: {done[0]}")


def pages(server):
    """-c20 of the site's page"""
    load(server, "/", f"-c{CONNECTIONS}")


def bodies(server):
    """-c20 of 100,000 octets each"""
    load(server, "/bytes/100000", f"-c{CONNECTIONS}")


def pipelined(server):
    """-c20, four requests at a time"""
    load(server, "/", f"-c{CONNECTIONS}", script=PIPELINE)


def uploads(server):
    """-c20: uploads of 10,000 octets"""
    load(server, "/echo", f"-c{CONNECTIONS}", script=UPLOAD)


CHECKS = [pages, bodies, pipelined, uploads]

if __name__ == "__main__":
    sys.exit(main("wrk", CHECKS))
