"""Bounds what an attack makes the library do: instructions for an octet of input, counted by callgrind.

What is counted is the difference between an attack and one of twice its length, and only the library
with its application, not the peer; so it is the same each time, and quadratic work shows.

    instructions_test.py [--table] PATH_OF_COUNT
"""

import argparse
import glob
import re
import subprocess
import sys
import tempfile

# How much more than the bounds, which are those of optimised builds, others may take.
BUILDS = {"optimised": 1, "plain": 15}


def dumps(program):
    """(the line that the program printed, instructions) of each of callgrind's dumps."""
    with tempfile.TemporaryDirectory() as directory:
        result = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no",
             f"--callgrind-out-file={directory}/out", program],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, universal_newlines=True)
        if result.returncode != 0:
            sys.exit(f"{program}: {result.stderr[-2000:]}")
        lines = result.stdout.splitlines()
        for number, line in enumerate(lines, 1):
            with open(f"{directory}/out.{number}", encoding="utf-8") as file:
                yield line, int(re.search(r"^(?:totals|summary): (\d+)", file.read(),
                                          re.MULTILINE).group(1))
        if len(glob.glob(f"{directory}/out.*")) != len(lines):
            sys.exit("the dumps are not those of the attacks")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("--table", action="store_true", help="print all of them")
    options = parser.parse_args()

    build = subprocess.check_output([options.program, "--build"], universal_newlines=True).strip()
    if build not in BUILDS:
        print(f"callgrind does not run {build} programs")
        return
    rows = [(*line.split("\t"), instructions) for line, instructions in dumps(options.program)]
    if len(rows) < 2:
        sys.exit("nothing was counted")
    failures = 0
    for few, many in zip(rows[::2], rows[1::2]):
        name, _, _, bound, _ = few
        cost = (many[4] - few[4]) / (int(many[2]) - int(few[2]))
        most = int(bound) * BUILDS[build]
        failures += cost > most
        if options.table or cost > most:
            print(f"{cost:8.1f} instructions an octet, at most {most}: {name}")
    print(f"{len(rows) // 2} attacks, {failures} beyond their bound ({build})")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
