"""Builds Go programs, with the packages that Debian has."""

import os
import subprocess
import tempfile

from checks import require

ENVIRONMENT = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
               "GOCACHE": os.path.join(tempfile.gettempdir(), "headrace-go-cache"), "GOTOOLCHAIN": "local"}


def build(source):
    """The program that is made of the file."""
    program = os.path.join(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")), "program")
    subprocess.run([require("go"), "build", "-o", program, source], env=ENVIRONMENT, check=True, timeout=300)
    return program
