#!/usr/bin/python3
"""Every public header is listed, includable as <headrace/...>, and by nothing else.

Public are those that programs include (ROOTS) and what these include. Beside the test, Bazel compiles
an include of each. What a program gets that includes <headrace/headrace.h> is measured.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, "tests/docs")
import tree  # pylint: disable=wrong-import-position

INCLUDE = tree.ROOT / "include"
LIST = "cmake/public_headers.txt"
FACE = "#include <headrace/headrace.h>\n"
ROOTS = (
    "headrace/forwarding.h",
    "headrace/frame_printer.h",
    "headrace/headrace.h",
    "headrace/http_date.h",
    "headrace/posix.h",
    "headrace/prepared_head.h",
    "headrace/qlog_writer.h",
    "headrace/reason_phrase.h",
    "headrace/recording.h",
    "headrace/uri.h",
    "headrace/version.h",
    "headrace/adapters/epoll/epoll_loop.h",
    "headrace/adapters/io_uring/io_uring_loop.h",
    "headrace/adapters/loop/loop.h",
    "headrace/adapters/socket/connector.h",
    "headrace/adapters/socket/listener.h",
    "headrace/adapters/tls/client.h",
    "headrace/adapters/tls/server.h",
    "headrace/field/structured_dictionary.h",
    "headrace/hpack/decoder.h",
    "headrace/hpack/encoder.h",
    "headrace/hpack/late_decoder.h",
    "headrace/protocol/frame/frame_reader.h",
    "headrace/protocol/frame/frame_writer.h",
    "headrace/protocol/interface/padding_policy.h",
    "headrace/protocol/stream/scheduler.h",
    "headrace/testing.h",
    "headrace/websocket.h",
)
# Of ours, behind <headrace/headrace.h>: the most that it may come to.
HEADERS, LINES = 33, 2599
# What compiling it takes, beside the standard headers that ours include. (In g++'s memory: it repeats, and
# the ratio of instructions is the same.)
COST = 1.25
# What says the version, too.
VERSIONS = {
    "MODULE.bazel": r'^    version = "(.*)",$',
    "packaging/conan/conanfile.py": r'^    version = "(.*)"$',
    "packaging/debian/changelog": r"\Aheadrace \((.*)-\w+\) ",
    "packaging/vcpkg/headrace/vcpkg.json": r'^  "version": "(.*)",$',
}
# What no program needs that uses a Connection: it has public headers of its own.
FORBIDDEN = re.compile(r"/headrace/(hpack/|protocol/frame/frame_(parser|reader|writer|layout)"
                       r"|protocol/stream/stream_table)|/(gsl|absl)/")


def compile_text(text, *flags, compiler="g++"):
    return subprocess.run([compiler, "-fsyntax-only", "-x", "c++", *flags, "-"], input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def brought_by(paths):
    """What includes of these bring along, as g++ finds it."""
    text = "".join(f"#include <{path}>\n" for path in paths)
    said = subprocess.run(["g++", "-std=c++20", f"-I{INCLUDE}", "-M", "-x", "c++", "-"], input=text, text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    return re.findall(r"\S+/\S+", said)


def own(paths):
    """headrace/..."""
    return {path.removeprefix(f"{INCLUDE}/") for path in paths if path.startswith(f"{INCLUDE}/")}


def check_list():
    public = own(brought_by(ROOTS))
    listed = pathlib.Path(LIST).read_text().split()
    for path in sorted(public - set(listed)):
        yield f"add {path} to {LIST}, because it is public"
    for path in sorted(set(listed) - public):
        yield f"take {path} out of {LIST}, because it is not public"
    if listed != sorted(listed):
        yield f"{LIST} is not sorted"


def check_what_they_need():
    """A program that is compiled against the library has neither GSL nor abseil."""
    for path in brought_by(ROOTS):
        if re.search(r"/(gsl|absl)/", path):
            yield f"a public header brings {path}"


def check_own_headers_do_not_collide():
    """An application has a header of the path that ours has behind the prefix."""
    with tempfile.TemporaryDirectory() as application:
        for path in tree.tracked():
            if path.endswith(".h") and not path.startswith(("tests/", "fuzz/", "benchmarks/")):
                trap = pathlib.Path(application, path)
                trap.parent.mkdir(parents=True, exist_ok=True)
                trap.write_text(f'#error "{path} is the application\'s own"\n')
        flags = ("-std=c++20", "-Wall", "-Wextra", "-Werror", f"-iquote{application}", f"-I{application}")
        every = "".join(f"#include <{path}>\n" for path in pathlib.Path(LIST).read_text().split())
        for compiler in ("g++", "clang++-19"):
            said = compile_text(every, *flags, f"-I{INCLUDE}", compiler=compiler)
            if said.returncode != 0:
                yield f"{compiler}: {said.stdout[-2000:]}"


def check_older_standards():
    said = compile_text(FACE, "-std=c++17", f"-I{INCLUDE}")
    if said.returncode == 0 or "Headrace needs C++20" not in said.stdout.split("error:")[1]:
        yield f"with -std=c++17 the first error is another one: {said.stdout[:500]}"


def version_of(*parts):
    return ".".join(re.search(rf"_{part} (\d+)$", tree.read("version.h"), re.M)[1] for part in parts)


def check_version():
    version = version_of("MAJOR", "MINOR", "PATCH")
    text = "#include <headrace/version.h>\n" + """
        static_assert(HEADRACE_VERSION == HEADRACE_VERSION_MAJOR * 10000 + HEADRACE_VERSION_MINOR * 100 +
                      HEADRACE_VERSION_PATCH);
        #if HEADRACE_VERSION < 100
        #error
        #endif
        #include <string_view>
        static_assert(std::string_view(HEADRACE_VERSION_STRING) == "%s");
        """ % version
    said = compile_text(text, "-std=c++20", f"-I{INCLUDE}")
    if said.returncode != 0:
        yield said.stdout
    for path, pattern in VERSIONS.items():
        found = re.search(pattern, tree.read(path), re.M)
        if found is None or found[1] != version:
            yield f"{path} has another version than version.h: {found and found[1]}"


def check_debian_packages():
    """Every shared library has one, of the name that its soname asks for."""
    names = {path.stem.replace("_", "-") for path in (tree.ROOT / "cmake/symbols").glob("*.txt")}
    wanted = {f"lib{name}{version_of('MAJOR', 'MINOR')}" for name in names}
    described = set(re.findall(r"^Package: (libheadrace.*\d)$", tree.read("packaging/debian/control"), re.M))
    for name in sorted(wanted ^ described):
        yield f"{name} is {'not in packaging/debian/control' if name in wanted else 'no library (version.h, cmake/symbols)'}"
    for name in sorted(wanted):
        for kind in ("install", "symbols"):
            if not (tree.ROOT / f"packaging/debian/{name}.{kind}").is_file():
                yield f"there is no packaging/debian/{name}.{kind}"


def check_weight():
    """What comes with <headrace/headrace.h>."""
    paths = brought_by(["headrace/headrace.h"])
    ours = own(paths)
    lines = sum(len((INCLUDE / path).read_text().splitlines()) for path in ours)
    forbidden = {path.rpartition("/include/")[2] for path in paths if FORBIDDEN.search(path)}
    print(f"<headrace/headrace.h> brings {len(ours)} headers of ours with {lines} lines")
    for path in sorted(forbidden):
        yield f"it brings {path}, too"
    if len(ours) > HEADERS or lines > LINES:
        yield f"that is more than {HEADERS} headers or {LINES} lines"


def memory_to_compile(text):
    """MB that g++ allocates."""
    said = compile_text(text, "-std=c++20", f"-I{INCLUDE}", "-ftime-report").stdout
    return int(re.search(r"^ TOTAL .* (\d+)M$", said, re.M)[1])


def check_cost():
    ours = own(brought_by(["headrace/headrace.h"]))
    standard = {path for header in ours
                for path in re.findall(r"^#include <([a-z_]+(?:\.h)?)>", (INCLUDE / header).read_text(), re.M)}
    alone = memory_to_compile("".join(f"#include <{path}>\n" for path in sorted(standard)))
    cost = memory_to_compile(FACE) / alone
    print(f"compiling <headrace/headrace.h> takes {cost:.2f} of what its {len(standard)} standard headers take")
    if cost > COST:
        yield f"that is more than {COST}"


def main():
    failures = []
    for check in (check_list, check_what_they_need, check_own_headers_do_not_collide, check_older_standards, check_version,
                  check_debian_packages, check_weight, check_cost):
        failures += [f"{check.__name__}: {failure}" for failure in check()]
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
