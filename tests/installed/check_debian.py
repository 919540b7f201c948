#!/usr/bin/python3
"""Builds the Debian packages as a stranger would, lets lintian look at them, and uses what they contain.

As tests/installed/check.py does it: from the files that git has, without git, network and rights. The packages are unpacked
beside each other, and installed on a fresh machine (fresh_machine.py), where the other ways that docs/installing.md names
are gone, too. Prints a line for each thing that was tried.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from fresh_machine import FreshMachine
from strangers import ROOT, Stranger, has_failed, report

# What each package needs of others of ours and of the system's libraries, beside those of the language.
NEEDS = {
    "libheadrace0.1": set(),
    "libheadrace-loop0.1": {"libheadrace0.1"},
    "libheadrace-epoll0.1": {"libheadrace0.1", "libheadrace-loop0.1"},
    "libheadrace-io-uring0.1": {"libheadrace0.1", "libheadrace-loop0.1", "liburing2"},
    "libheadrace-tls0.1": {"libheadrace0.1", "libssl3"},
    "libheadrace-websocket0.1": {"libheadrace0.1"},
    "libheadrace-dev": {"libheadrace0.1", "libheadrace-loop0.1", "libheadrace-epoll0.1", "libheadrace-io-uring0.1",
                        "libheadrace-tls0.1", "libheadrace-websocket0.1", "libssl-dev", "liburing-dev"},
    "headrace-tools": {"libssl3", "liburing2"},
}
LANGUAGE = re.compile(r"libc6|libgcc-s1|libstdc\+\+6|libabsl\w+")
PROGRAMS = ("headrace-serve", "headrace-get", "headrace-dump")
OF_A_PROGRAM = ("bin/{}", "share/man/man1/{}.1.gz", "share/bash-completion/completions/{}",
                "share/zsh/vendor-completions/_{}", "share/fish/vendor_completions.d/{}.fish")


def of_control(package, field):
    return subprocess.run(["dpkg-deb", "--field", package, field], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def check_packages(packages, root):
    """They are the ones that are meant, and fit beside each other."""
    version = re.search(r'VERSION_STRING "(.*)"', (ROOT / "version.h").read_text())[1]
    files, owners = {}, {}
    for path in packages.glob("*.deb"):
        name = of_control(path, "Package")
        if not name.endswith("-dbgsym"):
            files[name] = path
    report("the packages are the ones that are described",
           None if files.keys() == NEEDS.keys() else f"{sorted(files)} in place of {sorted(NEEDS)}")
    problems = []
    for name, path in files.items():
        if of_control(path, "Version").partition("-")[0] != version:
            problems.append(f"{name}: packaging/debian/changelog says {of_control(path, 'Version')}, version.h {version}")
        depends = {re.split(r"[ :]", one)[0] for one in of_control(path, "Depends").split(", ")}
        needs = {one for one in depends if not LANGUAGE.fullmatch(one)}
        if needs != NEEDS.get(name):
            problems.append(f"{name} depends on {sorted(needs)}, and not on {sorted(NEEDS.get(name, ()))}")
        subprocess.run(["dpkg-deb", "--extract", path, root], check=True)
        listed = subprocess.run(["dpkg-deb", "--contents", path], check=True, text=True, stdout=subprocess.PIPE).stdout
        for line in listed.splitlines():
            file = line.split(None, 5)[5].partition(" -> ")[0]
            if not file.endswith("/") and owners.setdefault(file, name) != name:
                problems.append(f"{file} is in {name} and in {owners[file]}")
    report("their versions, dependencies and files fit", "\n".join(problems) or None)
    for program in PROGRAMS:
        missing = [file.format(program) for file in OF_A_PROGRAM if not (root / "usr" / file.format(program)).is_file()]
        report(f"{program} comes with its man page and completions", ", ".join(missing) or None)


def check_use(stranger, root):
    """Programs are compiled with what was unpacked, and run."""
    triplet = subprocess.run(["dpkg-architecture", "--query", "DEB_HOST_MULTIARCH"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.strip()
    libraries = root / "usr/lib" / triplet
    stranger.environment["PKG_CONFIG_PATH"] = str(libraries / "pkgconfig")
    shared = {"LD_LIBRARY_PATH": str(libraries)}
    for source, packages in (("tests/foreign_workspace/engine_test.cc", "headrace"),
                             ("tests/foreign_workspace/loops_test.cc", "headrace-epoll headrace-io_uring"),
                             ("examples/tls_server.cc", "headrace-tls"),
                             ("examples/websocket_client.cc", "headrace-websocket")):
        program = stranger.home / pathlib.Path(source).stem
        if stranger.try_to(f"{source}, by pkg-config", "g++", "-std=c++20", stranger.source / source, "-o", program,
                           *stranger.flags(packages)) and not source.startswith("examples/"):
            stranger.try_to(f"{source} runs", program, **shared)
    build = stranger.home / "build"
    if stranger.try_to("find_package(headrace): configure", "cmake", "-S", stranger.source / "tests/installed/consumer",
                       "-B", build, f"-DCMAKE_PREFIX_PATH={root}/usr"):
        stranger.try_to("find_package(headrace): build", "cmake", "--build", build)
    serve, get = (root / f"usr/bin/{name}" for name in ("headrace-serve", "headrace-get"))
    with subprocess.Popen([*stranger.as_nobody, serve, "--port=0"], env=stranger.environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        url = next((found[0] for line in running.stdout if (found := re.search(r"http://127\S+/", line))), None)
        stranger.try_to("headrace-get talks to headrace-serve", get, f"{url}bytes/1000")
        running.terminate()


# --- On a machine that has nothing

BY_CMAKE = """cmake_minimum_required(VERSION 3.21)
project(program LANGUAGES CXX)
{}
add_executable(server ../server.cc)
target_link_libraries(server PRIVATE headrace::headrace)
"""
FOUND = "find_package(headrace 0.1 REQUIRED)"
FETCHED = """include(FetchContent)
FetchContent_Declare(headrace URL "${CMAKE_CURRENT_SOURCE_DIR}/../headrace-0.1.0.tar.gz")
FetchContent_MakeAvailable(headrace)"""


def check_fresh_machine(stranger, packages):
    """What the documents say, done by somebody who begins with them."""
    machine = FreshMachine(stranger.home / "machine", report)
    if not machine.is_made():
        return
    guide = (ROOT / "docs/guide/server.md").read_text()
    machine.write("server.cc", re.search(r"```c\+\+\n(.*?)```", guide, re.S)[1])
    machine.write("found/CMakeLists.txt", BY_CMAKE.format(FOUND))
    machine.write("fetched/CMakeLists.txt", BY_CMAKE.format(FETCHED))
    for path in packages.glob("*.deb"):
        machine.give(path, f"packages/{path.name}")
    archive = stranger.home / "headrace-0.1.0.tar.gz"
    subprocess.run(["tar", "--create", "--gzip", "--file", archive, "--directory", stranger.home, stranger.source.name],
                   check=True)
    machine.give(archive, archive.name)
    check_installed_packages(machine)
    check_installed_sources(machine)


def check_installed_packages(machine):
    """With what they depend on; and what is left when they go."""
    if not machine.try_to("fresh: apt-get install packages/*.deb",
                          "cd /home/newcomer && apt-get install --yes --no-install-recommends ./packages/*.deb"):
        return
    machine.try_to("fresh: a compiler", "apt-get install --yes --no-install-recommends g++ pkg-config cmake make curl")
    machine.try_to("fresh: the guide's server, by pkg-config",
                   "g++ -std=c++20 server.cc $(pkg-config --cflags --libs headrace) -o server", user="newcomer")
    machine.try_server("fresh: it answers", "./server")
    machine.try_to("fresh: the guide's server, by find_package()", "cmake -S found -B by_cmake && cmake --build by_cmake",
                   user="newcomer")
    machine.try_server("fresh: it answers, too", "by_cmake/server")
    machine.try_to("fresh: headrace-get talks to headrace-serve",
                   "mkfifo said; headrace-serve --port=0 >said & serve=$!\n"
                   "read -r first <said; url=${first#* on }; headrace-get ${url%% *}bytes/10; kill -TERM $serve; wait $serve",
                   user="newcomer", says="0123456789")
    machine.try_to("fresh: apt-get purge", "apt-get purge --yes '*headrace*'")
    report("fresh: nothing is left of the packages", "\n".join(machine.traces()) or None)


def check_installed_sources(machine):
    """From the archive of a release, without git and network."""
    for file in ("server", "by_cmake"):
        subprocess.run(["rm", "-rf", machine.home / file], check=True)
    needs = re.search(r"`apt-get install (cmake [^`]*)` on Debian 12", (ROOT / "docs/installing.md").read_text())[1]
    machine.try_to("fresh: what a build needs, of docs/installing.md",
                   f"apt-get install --yes --no-install-recommends {needs}")
    machine.try_to("fresh: there is no git", "! command -v git")
    prefix = "/home/newcomer/prefix"
    paths = {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig", "CMAKE_PREFIX_PATH": prefix}
    if machine.try_to("fresh: tools/install PREFIX", "tar --extract --file headrace-0.1.0.tar.gz\n"
                      f"headrace-0.1.0/tools/install {prefix}", user="newcomer", network=False):
        machine.try_to("fresh: the guide's server, with PREFIX",
                       "g++ -std=c++20 server.cc $(pkg-config --cflags --libs headrace) -o server", user="newcomer", **paths)
        machine.try_server("fresh: it answers, with the shared library", "./server", LD_LIBRARY_PATH=f"{prefix}/lib")
        machine.try_to("fresh: the guide's server, with PREFIX, by find_package()",
                       "cmake -S found -B by_cmake && cmake --build by_cmake", user="newcomer", **paths)
        machine.try_server("fresh: it answers, with nothing said", "by_cmake/server")
        machine.try_to("fresh: tools/install --uninstall PREFIX", f"headrace-0.1.0/tools/install --uninstall {prefix}",
                       user="newcomer")
        left = [path for path in (machine.home / "prefix").rglob("*") if not path.is_dir() or "headrace" in path.name]
        report("fresh: nothing is left in PREFIX", "\n".join(map(str, left)) or None)
    if machine.try_to("fresh: FetchContent with the archive of a release",
                      "cmake -S fetched -B by_fetch && cmake --build by_fetch --parallel $(nproc)", user="newcomer",
                      network=False):
        machine.try_server("fresh: it answers, as a part of the program", "by_fetch/server")
    if machine.try_to("fresh: cmake, for /usr/local",
                      "cmake -S headrace-0.1.0 -B build -DCMAKE_INSTALL_PREFIX=/usr/local -DCMAKE_BUILD_TYPE=Release\n"
                      "cmake --build build --parallel $(nproc)", user="newcomer", network=False):
        machine.try_to("fresh: cmake --install", "cmake --install /home/newcomer/build && ldconfig")
        machine.try_to("fresh: the guide's server, with what is in /usr/local",
                       "g++ -std=c++20 server.cc $(pkg-config --cflags --libs headrace) -o server", user="newcomer")
        machine.try_server("fresh: it answers, without being told where", "./server")
        machine.try_to("fresh: --target uninstall", "cmake --build /home/newcomer/build --target uninstall && ldconfig")
        report("fresh: nothing is left in /usr/local", "\n".join(machine.traces("usr/local")) or None)


def main():
    # (The compiler is told the directory in its flags, which take no space.)
    with tempfile.TemporaryDirectory(prefix="headrace_debian_") as directory:
        os.chmod(directory, 0o755)
        stranger = Stranger(pathlib.Path(directory))
        stranger.unpack()
        packages, root = stranger.home / "packages", stranger.home / "root"
        if not stranger.try_to("tools/debian_packages, with lintian", stranger.source / "tools/debian_packages", packages,
                               network=False):
            return 1
        check_packages(packages, root)
        check_use(stranger, root)
        check_fresh_machine(stranger, packages)
    return 1 if has_failed() else 0


if __name__ == "__main__":
    sys.exit(main())
