#!/usr/bin/python3
"""Tries every layer: what Bazel lets its targets depend on lies in it or below it.

Beside the test lie Bazel's own answers, LAYER.visible: the library's targets that are visible to
a target of the layer; and LIBRARY.needs: those that it depends on, among which is no adapter.
"""

import pathlib
import sys

# From below. What stands in one line is one layer.
ORDER = [
    ["memory"],
    ["field"],
    ["hpack"],
    ["protocol/guard"],
    ["protocol/message"],
    ["protocol/event", "protocol/frame", "protocol/stream"],
    ["protocol/interface"],
    ["protocol/http1", "protocol/http2"],
    ["protocol/http1/engine", "protocol/http2/engine"],
    ["protocol/connection"],
]
# What stands beside the layers, sees these and is seen by none.
BESIDE = {"websocket": {"memory", "field"}}
# The versions of HTTP know nothing of each other.
VERSIONS = ["protocol/http1", "protocol/http2"]
RANK = {package: rank for rank, packages in enumerate(ORDER) for package in packages}


def packages_in(answer):
    return {label[2:].partition(":")[0] for label in pathlib.Path(__file__).with_name(answer).read_text().split()}


def seen_by(package):
    """The packages whose targets a target of `package` may depend on."""
    return packages_in(package.replace("/", "_") + ".visible")


def version_of(package):
    return next((version for version in VERSIONS if package.startswith(version)), None)


def main():
    failures = []
    packages = list(RANK)
    for package in packages:
        seen = seen_by(package)
        seen.discard("")  # //:headrace is everybody's; an arrow to it would be a circle
        beside = sorted(seen & BESIDE.keys())
        if beside:
            failures.append(f"//{package} may depend on {beside}, which is no layer")
        seen -= BESIDE.keys()
        above = sorted(other for other in seen if RANK[other] > RANK[package])
        if above:
            failures.append(f"//{package} may depend on {above}, which lie above it")
        own = version_of(package)
        foreign = sorted(other for other in seen if own and version_of(other) not in (None, own))
        if foreign:
            failures.append(f"//{package} may depend on {foreign}, another version of HTTP")
        # The answer is one about layers at all: what lies below is seen.
        below = [other for other in packages if RANK[other] < RANK[package]
                 and (own is None or version_of(other) in (None, own))]
        unseen = [other for other in below if other not in seen]
        if unseen:
            failures.append(f"//{package} does not see {unseen}, which lie below it")
    for package, wanted in BESIDE.items():
        seen = seen_by(package) - {"", package}
        if seen != wanted:
            failures.append(f"//{package} may depend on {sorted(seen)}, which is not {sorted(wanted)}")
    for library, others in {"headrace": RANK.keys(), "websocket": {"websocket", *BESIDE["websocket"]}}.items():
        needed = packages_in(library + ".needs") - {""}
        if not needed <= set(others):
            failures.append(f"//:{library} depends on {sorted(needed - set(others))}")
        if len(needed) < 3:
            failures.append(f"//:{library} depends on {sorted(needed)} only: the question was wrong")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(packages)} layers, {len(failures)} arrows that may run back")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
