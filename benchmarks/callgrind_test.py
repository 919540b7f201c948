#!/usr/bin/python3
"""The stages of callgrind.py, beside the functions that the benchmark has today."""

import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import callgrind  # pylint: disable=wrong-import-position

SHORT = {
    "operator new(unsigned long)": "operator new",
    "void headrace::plain::OutgoingHead::each_field<F>(F const&) const": "OutgoingHead::each_field",
    "std::vector<A, std::allocator<A> > headrace::plain::(anonymous namespace)::make<true>(int)": "make",
    "headrace::plain::HandBack::operator()(headrace::plain::Event const*)": "HandBack::operator",
    "headrace::hpack::Decoder::decode(int)::{lambda(auto:1)#1}::operator()(int) const": "Decoder::decode",
}
# (7) stands for the name that followed it. What helper() spends belongs to those that call it, as they do.
PROFILE = """
fn=(1) headrace::plain::hpack::Decoder::decode(int)
1 100
cfn=(2) helper(int)
calls=3 1
1 30
fn=(2)
1 40
fn=(3) headrace::plain::Credit::receive(int)
+1 5
cfn=(2)
calls=1 1
* 10
"""


def functions(binary):
    said = subprocess.run(["nm", "-C", binary], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {callgrind.short(name) for name in re.findall(r"^[0-9a-f]+ [tTwW] (.*)$", said, re.M)}


def main():
    failures = []
    for function, expected in SHORT.items():
        if callgrind.short(function) != expected:
            failures.append(f"{function}: {callgrind.short(function)} instead of {expected}")
    names = functions(sys.argv[1])
    for stage, patterns in callgrind.STAGES:
        for pattern in patterns:
            if not any(re.match(pattern, name) for name in names):
                failures.append(f"{stage}: no function of the benchmark is called {pattern}")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(PROFILE)
        file.flush()
        stages = callgrind.Profile(file.name).stages()
    if stages != {"HPACK decoding": 130, "flow control": 15}:
        failures.append(f"the profile is divided as {dict(stages)}")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
