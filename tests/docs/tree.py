"""The checkout that a test of the documentation is about, and what is in it."""

import os
import pathlib
import re
import subprocess

# The test's data are links to the files of the checkout.
ROOT = pathlib.Path(os.path.realpath("README.md")).parent


def tracked():
    """Every file that git knows or would add, by its path from the root."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    return [path for path in listed.stdout.split("\n") if path and (ROOT / path).exists()]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def documents(files):
    """What is written for people."""
    return [path for path in files if path.endswith(".md")]


def number(text):
    """The number that a default of the source or a cell of a table says, or the text as it is.

    Sizes are octets, times are milliseconds: `64 * 1024`, `64 KiB`, `std::chrono::seconds(10)`,
    `10 s`, `1'000`, `1,000`, `off` (a duration of zero).
    """
    text = text.strip().strip("`")
    if text in ("on", "true"):
        return 1
    if text in ("off", "false", "std::chrono::milliseconds(0)", "std::chrono::seconds(0)", "{}"):
        return 0
    plain = re.sub(r"(?<=\d)[',](?=\d)", "", text)
    units = {"KiB": 1024, "MiB": 1 << 20, "s": 1000, "ms": 1, "minutes": 60000, "hours": 3600000}
    spoken = re.fullmatch(r"([\d.]+) (KiB|MiB|s|ms)", plain)
    if spoken:
        return round(float(spoken[1]) * units[spoken[2]])
    duration = re.fullmatch(r"(?:std::chrono::)?(seconds|milliseconds|minutes|hours)[({](\d+)[)}]",
                            plain)
    if duration:
        return int(duration[2]) * {"seconds": 1000, "milliseconds": 1}.get(
            duration[1], units.get(duration[1]))
    if re.fullmatch(r"[\d*+<() u-]+", plain):
        return int(eval(plain.replace("u", ""), {"__builtins__": {}}))  # digits and operators only
    return text


def members(path, struct):
    """The members of a struct with their defaults, as `number()` reads them."""
    body = re.search(r"struct %s \{(.*?)\n\};" % struct, read(path), re.S)[1]
    found = re.findall(r"^  [\w:<>* ]+[ *&](\w+) = ([^;]+);", body, re.M)
    found += [(name, "{}") for name in re.findall(r"^  std::chrono::milliseconds (\w+)\{\};", body, re.M)]
    found += re.findall(r"^  std::chrono::milliseconds (\w+)\{([^}]+)\};", body, re.M)
    return {name: number(value) for name, value in found}
