#!/usr/bin/python3
"""docs/states.svg is drawn from the state table as it is."""

import subprocess
import sys

import tree

if __name__ == "__main__":
    sys.exit(subprocess.run(["tools/draw_states", "--check"], cwd=tree.ROOT, check=False).returncode)
