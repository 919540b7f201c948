#!/bin/sh
# Runs a Python program of tests/ from the top of the checkout (or of a test's runfiles), with the
# modules of tests/harness and by Debian's Python: it is the one that has python3-h2, whatever else
# stands first on PATH.
PYTHONPATH=$PWD/tests/harness PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$@"
