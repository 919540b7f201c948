#!/usr/bin/python3
"""Installs the library as a stranger would, and builds the examples against it.

From a copy of the files that git has, without git and network, as a user without rights, into a
directory with a space in its name. Prints a line for each thing that was tried:

    NAME: passed
    NAME: FAILED
      why

--update writes the lists of cmake/symbols anew, from what the public headers declare, and the descriptions of
tests/installed/abi, from the libraries that export these.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import abi
import recipes
import symbols
from strangers import ROOT, Stranger, has_failed, report

sys.path.insert(0, str(ROOT / "tests/harness"))
import certificates  # pylint: disable=wrong-import-position

HERE = pathlib.Path(__file__).resolve().parent
PARTS = {"headrace": "headrace", "headrace-loop": "headrace_loop", "headrace-epoll": "headrace_epoll",
         "headrace-io_uring": "headrace_io_uring", "headrace-tls": "headrace_tls",
         "headrace-websocket": "headrace_websocket"}
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
COMPILERS = ("g++", "clang++-19")
STANDARDS = ("-std=c++20", "-std=c++23")
MODES = {"with exceptions and RTTI": (), "without": ("-fno-exceptions", "-fno-rtti")}
# Compiled quickly: what matters here is how it is put together. (abidw reads types where a debugger does.)
QUICKLY = ("-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g")

# What each example needs, as pkg-config knows it.
EXAMPLES = {
    "asio_server": "headrace",
    "event_server": "headrace libevent",
    "fetch": "headrace",
    "grpc_client": "headrace-epoll headrace-tls",
    "grpc_echo": "headrace-epoll headrace-tls",
    "passive_decode": "headrace",
    "poll_server": "headrace",
    "proxy": "headrace-epoll",
    "retry_client": "headrace",
    "tls_server": "headrace-tls",
    "unit_test": "headrace",
    "upload": "headrace",
    "uring_server": "headrace liburing",
    "uv_server": "headrace libuv",
    "websocket_client": "headrace-websocket",
    "websocket_echo": "headrace-websocket",
    "worker_server": "headrace",
}
ENDING = ("poll_server", "uring_server")  # on SIGTERM
SERVERS = [name for name in EXAMPLES if name.endswith("_server") and name != "tls_server"]
# Debian's Asio has to be told that clang can do coroutines.
OPTIONS = {("asio_server", "clang++-19"): ("-DASIO_HAS_CO_AWAIT=1", "-DASIO_HAS_STD_COROUTINE=1")}


EVERY_WAY = ("fetch", "poll_server", "unit_test")


def is_tried(name, compiler, standard, mode):
    """Some in every combination; the others so that each pair of choices meets. Asio and its coroutines
    want exceptions, and take long to compile."""
    if name == "asio_server":
        return mode == "with exceptions and RTTI" and standard == STANDARDS[0]
    choices = COMPILERS.index(compiler) + STANDARDS.index(standard) + list(MODES).index(mode)
    return name in EVERY_WAY or choices % 2 == 1


# --- The library itself


def check_files(stranger):
    """Exactly the public headers, and the files that documentation names."""
    include = stranger.prefix / "include"
    headers = {str(path.relative_to(include)) for path in include.rglob("*") if path.is_file()}
    listed = set((ROOT / "cmake/public_headers.txt").read_text().split())
    report("the public headers are installed, and no other",
           None if headers == listed else f"missing: {listed - headers}; too many: {headers - listed}")
    version = re.search(r'VERSION_STRING "(.*)"', (ROOT / "version.h").read_text())[1]
    soname = ".".join(version.split(".")[:2])
    for package, name in PARTS.items():
        library = stranger.prefix / f"lib/lib{name}.so.{version}"
        said = subprocess.run(["readelf", "--dynamic", library], text=True, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT).stdout
        report(f"lib{name}.so has its version in its soname",
               None if f"soname: [lib{name}.so.{soname}]" in said else said)
        code, said = stranger.run("pkg-config", "--modversion", package)
        report(f"pkg-config knows {package}", None if code == 0 and said.strip() == version else said)


def symbols_of(stranger):
    """{library: {symbol: demangled}} of what they have to export; and the functions that none of them defines."""
    headers = (ROOT / "cmake/public_headers.txt").read_text().split()
    declared = symbols.Declared(headers, stranger.prefix / "include")
    libraries = {name: stranger.prefix / f"lib/lib{name}.a" for name in PARTS.values()}
    wanted = {}
    for name in PARTS.values():
        needed = set().union(*(symbols.needed_by(path) for other, path in libraries.items() if other != name))
        wanted[name] = symbols.intended(declared, libraries[name], needed)
    known = {symbol for path in libraries.values() for symbol in symbols.defined_in(path)}
    return wanted, [where for symbol, where in declared.symbols.items() if symbol not in known]


def check_symbols(stranger):
    """A shared library exports what the public headers declare, which is what is on record."""
    all_wanted, missing = symbols_of(stranger)
    for name, wanted in all_wanted.items():
        record = ROOT / f"cmake/symbols/{name}.txt"
        listed = {line.split()[0] for line in record.read_text().split("\n") if line}
        exported = symbols.exported_by(stranger.prefix / f"lib/lib{name}.so")
        exported.discard("HEADRACE_0.1")
        problems = [f"{wanted[s]} is public and not in {record.name}" for s in sorted(wanted.keys() - listed)]
        problems += [f"{s} is in {record.name} and not public" for s in sorted(listed - wanted.keys())]
        problems += [f"{s} is in {record.name} and not exported" for s in sorted(listed - exported)]
        problems += [f"{s} is exported and not in {record.name}" for s in sorted(exported - listed)]
        if problems:
            problems.append("tests/installed/check.py --update writes the lists anew; say in the changelog what"
                            " has gone")
        report(f"lib{name}.so exports what is on record", "\n".join(problems) or None)
    report("every function that a public header declares is in a library", "\n".join(missing) or None)


def describe_abi(stranger, directory):
    """Into `directory`: NAME.xml of each shared library."""
    def describe(name):
        abi.describe(stranger.prefix / f"lib/lib{name}.so", stranger.prefix / "include", stranger.source,
                     directory / f"{name}.xml")
    directory.mkdir(exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(describe, PARTS.values()))


def check_abi(stranger):
    """Programs that were linked with what is on record go on with this."""
    found = stranger.home / "abi"
    describe_abi(stranger, found)
    for name in PARTS.values():
        report(f"lib{name}.so has the ABI that is on record", abi.judge(HERE / f"abi/{name}.xml", found / f"{name}.xml"))


def check_planted_change(stranger):
    """A public struct with one member more is found: here the smallest library is compiled with it."""
    header = stranger.source / "adapters/loop/loop_options.h"
    text = header.read_text()
    header.write_text(text.replace("struct LoopOptions {\n", "struct LoopOptions {\n  int planted = 0;\n"))
    library, description = stranger.home / "planted.so", stranger.home / "planted.xml"
    exports = stranger.home / "planted.symbols"
    listed = re.findall(r"^_Z\S+", (ROOT / "cmake/symbols/headrace_epoll.txt").read_text(), re.M)
    exports.write_text("HEADRACE_0.1 { global: %s; local: *; };" % "; ".join(listed))
    if stranger.try_to("a library with another struct: build", "g++", "-std=c++20", "-g", "-shared", "-fPIC",
                       "-Wl,-soname=libheadrace_epoll.so.0.1", f"-Wl,--version-script={exports}",
                       "-I", stranger.source / "include", *sorted(stranger.source.glob("adapters/epoll/*.cc")),
                       "-o", library):
        abi.describe(library, stranger.prefix / "include", stranger.source, description)
        why = abi.judge(HERE / "abi/headrace_epoll.xml", description) or "no difference is found"
        is_found = re.search(r"'int planted'.*would break", why, re.S)
        report("a member that is planted in a public struct is found", None if is_found else why)
    header.write_text(text)


# --- Programs


def compile_example(stranger, name, compiler, standard, mode):
    source = stranger.source / f"examples/{name}.cc"
    program = stranger.home / f"{name} {compiler} {standard} {mode}"
    command = [compiler, standard, *MODES[mode], *WARNINGS, *OPTIONS.get((name, compiler), ()), source,
               "-pthread", "-o", program,
               *stranger.flags(EXAMPLES[name])]
    code, said = stranger.run(*command)
    return (f"{name}: {compiler} {standard} {mode}",
            None if code == 0 else f"$ {shlex.join(map(str, command))}\n{said}")


def check_examples(stranger):
    jobs = [(name, compiler, standard, mode) for name in EXAMPLES for compiler in COMPILERS
            for standard in STANDARDS for mode in MODES if is_tried(name, compiler, standard, mode)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, why in pool.map(lambda job: compile_example(stranger, *job), jobs):
            report(name, why)


def talk(stranger, server, talk_to, *arguments, **variables):
    """What talk_to(port) comes to while the server runs, with its port as the first argument: why it failed, or None."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
    command = [*stranger.as_nobody, server, str(port), *map(str, arguments)]
    with subprocess.Popen(command, env=stranger.environment | variables) as running:
        try:
            for _ in range(6000):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=60):
                    break
                if running.poll() is not None:
                    return f"{server} ended with {running.returncode}"
                time.sleep(0.01)
            why = talk_to(port)
            if why is None and server.name.startswith(ENDING):
                running.terminate()  # it ends by itself
                code = running.wait(60)
                return None if code == 0 else f"after SIGTERM it ended with {code}"
            return why
        finally:
            running.kill()


def check_run(stranger):
    """The examples talk to each other, with the shared library and without it."""
    shared = {"LD_LIBRARY_PATH": str(stranger.prefix / "lib")}

    def program(name):
        mode = "with exceptions and RTTI" if name == "asio_server" else "without"
        return stranger.home / f"{name} g++ -std=c++20 {mode}"

    def client(path, *arguments, says, before=(), **options):
        def talk_to(port):
            code, said = stranger.run(path, *before, "127.0.0.1", port, *arguments, **shared, **options)
            return None if code == 0 and all(part in said for part in says) else f"{code}: {said}"
        return talk_to

    fetch = client(program("fetch"), "/one", "/two", says=("/one: 200", "/two: 200"))
    for name in SERVERS:
        report(f"fetch talks to {name}", talk(stranger, program(name), fetch, **shared))
    report("retry_client talks to poll_server", talk(
        stranger, program("poll_server"),
        client(program("retry_client"), "/one", "/two", says=("/one: 200 after 1 attempts",)), **shared))
    size = 20_000_000
    (stranger.home / "file").write_bytes(bytes(size))
    report("upload talks to event_server", talk(
        stranger, program("event_server"),
        client(program("upload"), "/", says=(f"{size} octets sent, status 200",), stdin=stranger.home / "file"),
        **shared))
    for version in ("http/1.1", "h2"):
        report(f"websocket_client talks to websocket_echo, {version}", talk(
            stranger, program("websocket_echo"),
            client(program("websocket_client"), version, "one", "two", says=("one\ntwo\nclosed: 1000\n",)), **shared))
    report("fetch talks to poll_server through proxy", talk(
        stranger, program("poll_server"),
        lambda port: talk(stranger, program("proxy"), fetch, "127.0.0.1", port, "2", **shared), **shared))
    check_grpc(stranger, program, client, shared)
    stranger.try_to("tls_server serves curl", "/usr/bin/python3", stranger.source / "tests/interop/tls_example_test.py",
                    program("tls_server"), stranger.source / "examples/tls_server.cc", stranger.source / "docs/tls.md",
                    PYTHONPATH=str(stranger.source / "tests/harness"), **shared)
    stranger.try_to("passive_decode knows what it can", "/usr/bin/python3",
                    stranger.source / "tests/interop/passive_example_test.py", program("passive_decode"),
                    PYTHONPATH=str(stranger.source / "tests/harness"), **shared)
    stranger.try_to("unit_test runs", program("unit_test"), **shared)
    static = {name: stranger.home / f"{name} static" for name in ("poll_server", "fetch")}
    for name, path in static.items():
        stranger.try_to(f"{name}: pkg-config --static", "g++", "-std=c++20", "-static",
                        stranger.source / f"examples/{name}.cc", "-o", path, *stranger.flags("headrace", "--static"))
    report("the examples run without the shared library", talk(
        stranger, static["poll_server"], client(static["fetch"], "/one", says=("/one: 200",))))


def check_grpc(stranger, program, client, shared):
    """grpc_client calls grpc_echo: messages both ways, in cleartext and over TLS."""
    (stranger.home / "messages").write_text("one\ntwo\n")
    signer = certificates.authority()
    made = certificates.issue(signer, "grpc")
    os.chmod(pathlib.Path(made.key).parent, 0o755)
    os.chmod(made.key, 0o644)
    for how, server, before in (("in cleartext", (), ()),
                                ("over TLS", (made.certificate, made.key), (f"--authorities={signer.certificate}",))):
        call = client(program("grpc_client"), "/echo.Echo/Echo", before=before, says=("one\ntwo\n",),
                      stdin=stranger.home / "messages")
        report(f"grpc_client talks to grpc_echo, {how}", talk(stranger, program("grpc_echo"), call, *server, **shared))


def check_cmake(stranger):
    """find_package(), with both kinds of library; add_subdirectory()."""
    consumer = stranger.source / "tests/installed/consumer"
    for kind, options in {"shared": (), "static": ("-DHEADRACE_USE_STATIC_LIBS=ON",)}.items():
        build = stranger.home / f"build {kind}"
        if stranger.try_to(f"find_package(headrace), {kind}: configure", "cmake", "-S", consumer, "-B", build,
                           f"-DCMAKE_PREFIX_PATH={stranger.prefix}", *options):
            stranger.try_to(f"find_package(headrace), {kind}: build", "cmake", "--build", build)
            for program in ("engine", "loops", "websocket"):
                stranger.try_to(f"find_package(headrace), {kind}: {program} runs", build / program)
    check_within(stranger, consumer)


def check_within(stranger, consumer):
    """Headrace as a part of the program's project, from a directory and from an archive."""
    archive = stranger.home / "headrace-0.1.0.tar.gz"
    stranger.try_to("an archive of the sources", "tar", "--create", "--gzip", "--file", archive,
                    "--directory", stranger.home, stranger.source.name)
    source = f"-DHEADRACE_SOURCE={stranger.source}"
    for name, options, programs in (
            ("add_subdirectory(headrace)", (source,), ("engine", "loops")),
            ("FetchContent with an archive",
             (f"-DHEADRACE_FETCH=URL;{archive}", "-DBUILD_SHARED_LIBS=ON"), ("engine",)),
            # (What it gives is the first's.)
            ("FetchContent with a directory", (f"-DHEADRACE_FETCH=SOURCE_DIR;{stranger.source}",), ())):
        build = stranger.home / f"build {name}"
        if not stranger.try_to(f"{name}: configure", "cmake", "-S", consumer, "-B", build, *options, network=False):
            continue
        for program in programs:
            if stranger.try_to(f"{name}: {program}", "cmake", "--build", build, "--parallel", os.cpu_count(),
                               "--target", program):
                stranger.try_to(f"{name}: {program} runs", build / program)
        if programs:
            wanted = [".so" if "-DBUILD_SHARED_LIBS=ON" in options else ".a"]
            kinds = [path.suffix for path in build.rglob("libheadrace.*") if path.suffix in (".a", ".so")]
            report(f"{name}: the library is {wanted[0]}", None if kinds == wanted else str(kinds))
        code, said = stranger.run("cmake", "--install", build, "--prefix", stranger.home / "elsewhere")
        report(f"{name}: nothing of Headrace is installed with the program",
               None if code == 0 and not list(stranger.home.glob("elsewhere/**/*headrace*")) else said)


def check_mismatch(stranger):
    """A program of another kind than the library does not link, and the linker says why."""
    program = stranger.home / "mismatch"
    for kind, flags in {"hardened": ("-DHEADRACE_HARDENED=1",),
                        "with_glibcxx_debug": ("-D_GLIBCXX_DEBUG",),
                        "with_address_sanitizer": ("-fsanitize=address",),
                        "hardened_with_address_sanitizer": ("-DHEADRACE_HARDENED=1", "-fsanitize=address")}.items():
        for source, package in (("examples/fetch.cc", "headrace"), ("tests/foreign_workspace/loops_test.cc",
                                                                    "headrace-epoll headrace-io_uring")):
            packages = [flag for part in package.split() for flag in stranger.flags(part)]
            code, said = stranger.run("g++", "-std=c++20", *flags, stranger.source / source, "-o", program, *packages)
            named = re.search(rf"undefined reference to `headrace::\S*{kind}::", said)
            report(f"a program that is {kind} does not link with a library that is not: {source}",
                   None if code != 0 and named else said or "it links")


def update(stranger):
    """Writes the lists and the descriptions. (A shared library exports what its list says, so the lists come first, of
    the static ones.)"""
    build = stranger.home / "build"
    for shared in ("OFF", "ON"):
        for command in (("-S", stranger.source, "-B", build, f"-DCMAKE_INSTALL_PREFIX={stranger.prefix}",
                         f"-DHEADRACE_SHARED={shared}", *QUICKLY),
                        ("--build", build, "--parallel", os.cpu_count()), ("--install", build)):
            if not stranger.try_to(f"cmake {command[0]}, with HEADRACE_SHARED={shared}", "cmake", *command):
                return
        if shared == "OFF":
            for name, wanted in symbols_of(stranger)[0].items():
                record = ROOT / f"cmake/symbols/{name}.txt"
                record.write_text("".join(f"{symbol}  {wanted[symbol]}\n" for symbol in sorted(wanted)))
                shutil.copyfile(record, stranger.source / f"cmake/symbols/{name}.txt")
    describe_abi(stranger, HERE / "abi")


def main():
    with tempfile.TemporaryDirectory(prefix="headrace installed ") as directory:
        os.chmod(directory, 0o755)
        stranger = Stranger(pathlib.Path(directory))
        stranger.unpack()
        if "--update" in sys.argv[1:]:
            update(stranger)
            return 1 if has_failed() else 0
        if not stranger.try_to("tools/install, without a network", stranger.source / "tools/install",
                               stranger.prefix, *QUICKLY, network=False):
            return 1
        check_symbols(stranger)
        check_abi(stranger)
        check_files(stranger)
        check_examples(stranger)
        check_run(stranger)
        check_cmake(stranger)
        check_mismatch(stranger)
        check_planted_change(stranger)
        recipes.check_recipes(stranger.source, stranger.home)
        stranger.try_to("tools/install --uninstall", stranger.source / "tools/install", "--uninstall",
                        stranger.prefix)
        left = [str(path) for path in stranger.prefix.rglob("*") if not path.is_dir()]
        left += [str(path) for path in stranger.prefix.rglob("*headrace*")]
        report("nothing is left", "\n".join(left) or None)
    return 1 if has_failed() else 0


if __name__ == "__main__":
    sys.exit(main())
