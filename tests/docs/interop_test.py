#!/usr/bin/python3
"""docs/interop.md has a row for everybody whom the programs of tests/interop meet."""

import importlib.machinery
import importlib.util
import sys

import tree

sys.dont_write_bytecode = True
sys.path.insert(0, str(tree.ROOT / "tests/harness"))

import origins  # pylint: disable=wrong-import-position
import reverse_proxies  # pylint: disable=wrong-import-position


def tool():
    """tools/interop_table as a module."""
    loader = importlib.machinery.SourceFileLoader("interop_table", str(tree.ROOT / "tools/interop_table"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("interop_table", loader))
    loader.exec_module(module)
    return module


def wrong(table):
    beginnings = {}
    for _, _, _, test, beginning in table.PEERS:
        beginnings.setdefault(test, []).append(beginning)
    for path in sorted((tree.ROOT / "tests/interop").glob("*_test.py")):
        program = path.name.removesuffix("_test.py")
        if program not in table.OF_OUR_OWN:
            for test in table.TESTS_OF.get(program, (program,)):
                if test not in beginnings:
                    yield f"{path.name}: tools/interop_table has no row for {test}"
    for test, kinds in (("get_servers", origins.ALL), ("reverse_proxies", reverse_proxies.ALL)):
        for kind in kinds:
            if not any(one.startswith(kind.name) for one in beginnings[test]):
                yield f"tools/interop_table has no row for {kind.name} of {test}"
    lines = [line.split(" | ") for line in tree.read("docs/interop.md").splitlines() if line.startswith("| ")]
    written = {(line[0].removeprefix("| "), line[2]) for line in lines[1:]}
    for who, _, role, _, _ in table.PEERS:
        if (who, role) not in written:
            yield f"docs/interop.md: no row for {who} ({role}); run tools/interop_table"
    for line in lines:
        if line[1] == "?":
            yield f"docs/interop.md: {line[0]} has no version"


def main():
    mistakes = list(wrong(tool()))
    print("\n".join(mistakes) or "ok")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
