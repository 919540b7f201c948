#!/usr/bin/python3
"""serve over both adapters beside other servers: what a request costs the server.

    bazel run -c opt //benchmarks:end_to_end -- [--servers epoll,h2o] [--workloads busy] [--rounds 5]
    bazel run -c opt //benchmarks:end_to_end -- --instructions [--servers epoll,h2o]

The server is pinned to one CPU and the load (h2load) to another. CPU time is the server's own, as
the kernel accounts for it; system calls are counted in a round of their own, with strace. Rounds
are interleaved, and the figures are medians: on a shared machine trust CPU time and system calls
more than rates. "null" reads and writes as many octets as serve does, with a load of its own, and
parses nothing: it is what the kernel's part costs.

--instructions counts those of user code a request with callgrind instead, in the first workload: the
difference of two runs, divided by that of their requests. They depend on the binaries only, and the
least that h2load sends at once.

--http1: HTTP/1.1, one request at a time on each connection, without nghttpd, which does not speak it.

--tls: over TLS 1.3 with the same certificate (ECDSA, P-256) and cipher (AES-128-GCM) for all, without "null".
"""

import argparse
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, namedtuple

from checks import require, run
from origins import H2o, Nghttpd, Nginx, free_port
from server import Server, is_over_tls

Workload = namedtuple("Workload", "name path connections at_once requests flags what")

WORKLOADS = [
    Workload("busy", "/1k", 10, 100, 200_000, [], "1 KiB file, 10 connections, 100 requests at once"),
    Workload("alone", "/1k", 100, 1, 60_000, [], "1 KiB file, 100 connections, 1 request at once"),
    Workload("large", "/64m", 1, 1, 16, ["-w", "24", "-W", "26"], "64 MiB file, one after the other"),
]
# (What is in the pipeline at once is h2load's matter, whom few clients follow.)
HTTP1_WORKLOADS = [
    Workload("busy", "/1k", 10, 1, 100_000, ["--h1"], "1 KiB file, 10 connections, 1 request at once"),
    Workload("alone", "/1k", 100, 1, 60_000, ["--h1"], "1 KiB file, 100 connections, 1 request at once"),
    Workload("large", "/64m", 1, 1, 16, ["--h1"], "64 MiB file, one after the other"),
]
TICKS = os.sysconf("SC_CLK_TCK")


def progress(text):
    print(text, file=sys.stderr, flush=True)


def pin(pid, cpu):
    run("taskset", "-a", "-p", "-c", str(cpu), str(pid))


def cpu_seconds(pid):
    """(user, system), of all threads."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS


# --- Instructions

# (Valgrind's own io_uring is not the kernel's.)
COUNTED = ["epoll", "nghttpd", "h2o"]
COUNTS = 10_000, 40_000  # requests of the two runs
# What callgrind.py tells of it.
LIBRARY = ("glibc.cpu.hwcaps=-AVX_Fast_Unaligned_Load,-AVX512F,-AVX512VL,-AVX2,-ERMS")


def callgrind(out):
    return ("env", f"GLIBC_TUNABLES={LIBRARY}", require("valgrind"), "--quiet", "--tool=callgrind",
            "--trace-children=yes", f"--callgrind-out-file={out}/%p")


def counted(origin):
    """Somebody else's server, under callgrind."""
    class Counted(origin):
        def command(self, root):
            self.counts = os.path.join(self.scratch, "counts")
            os.mkdir(self.counts)
            os.chmod(self.counts, 0o777)
            return [*callgrind(self.counts), *super().command(root)]

    return Counted


def instructions_of(make, workload, requests):
    """All instructions of a server that answers so many requests and ends."""
    server = make()
    try:
        run(*load(server, workload, requests), timeout=600)
        server.end()
        total = 0
        for one in os.listdir(server.counts):
            with open(os.path.join(server.counts, one), encoding="utf-8", errors="replace") as out:
                total += int(re.search(r"^(?:totals|summary): (\d+)", out.read(), re.MULTILINE).group(1))
        return total
    finally:
        server.stop()


def print_instructions(makers, workload):
    print(f"\n{workload.name}: {workload.what}; instructions of user code a request")
    for name, make in makers.items():
        progress(f"{workload.name}: {name}, instructions")
        few, many = (instructions_of(make, workload, requests) for requests in COUNTS)
        print(f"{name:<16}{(many - few) / (COUNTS[1] - COUNTS[0]):>10,.0f}", flush=True)


# --- What is measured: each with pid, url(path), stop()


class Serve:
    """serve with --io=..."""

    def __init__(self, program, root, io, counts=None):
        self.counts = counts
        self.server = Server(program, f"--io={io}", f"--root={root}", "--diagnostics",
                             runner=callgrind(counts) if counts else ())
        self.pid = self.server.process.pid
        self.url = self.server.url

    def end(self):
        self.server.stop(60)

    def stop(self):
        self.server.kill()


class Other:
    """Somebody else's, from the interop tests."""

    def __init__(self, origin, root):
        self.origin = origin(root)
        self.pid = self.origin.process.pid
        self.url = self.origin.url

    @property
    def counts(self):
        return self.origin.counts

    def end(self):
        self.origin.process.terminate()
        self.origin.process.wait(60)

    def stop(self):
        self.origin.stop()


class PatientNginx(Nginx):
    """nginx closes a connection after 1,000 requests, unless it is told not to. In cleartext it speaks one version."""

    version = " http2"

    def command(self, root):
        command = super().command(root)
        path = os.path.join(self.scratch, "nginx.conf")
        with open(path, encoding="ascii") as config:
            text = config.read()
        with open(path, "w", encoding="ascii") as config:
            config.write(text.replace("http {", "http {\n  keepalive_requests 1000000000;", 1)
                         .replace(" http2;", f"{self.version};", 1))
        return command


class Http1Nginx(PatientNginx):
    version = ""


class Null:
    """Octets without meaning."""

    def __init__(self, program, sizes):
        self.program, self.sizes, self.port = program, [str(size) for size in sizes], free_port()
        self.process = subprocess.Popen([program, "serve", str(self.port), *self.sizes])
        self.pid = self.process.pid
        time.sleep(0.2)

    def load(self, workload, requests):
        return [self.program, "load", str(self.port), *self.sizes, str(workload.connections),
                str(workload.at_once), str(requests)]

    def stop(self):
        self.process.kill()
        self.process.wait()


# The only one that h2load offers.
CIPHER = ["--tls13-ciphers=TLS_AES_128_GCM_SHA256"]


def load(server, workload, requests):
    """The command that loads a server with so many requests."""
    if isinstance(server, Null):
        return server.load(workload, requests)
    return [require("h2load"), *(CIPHER if is_over_tls() else []), "-c", str(workload.connections), "-m", str(workload.at_once),
            "-n", str(requests), *workload.flags, server.url(workload.path)]


def play(server, workload, requests, cpu):
    """Loads it; seconds that it took."""
    began = time.monotonic()
    output = run("taskset", "-c", str(cpu), *load(server, workload, requests), timeout=600)
    seconds = time.monotonic() - began
    found = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored", output)
    if found and (int(found.group(1)) != requests or found.group(2) != "0"):
        raise RuntimeError(f"not every request was answered: {found.group(0)}")
    return seconds


def measure(server, workload, requests, cpus):
    pin(server.pid, cpus[0])
    play(server, workload, max(workload.connections, requests // 10), cpus[1])  # warm
    user, system = cpu_seconds(server.pid)
    seconds = play(server, workload, requests, cpus[1])
    user_after, system_after = cpu_seconds(server.pid)
    return {"user": (user_after - user) / requests, "system": (system_after - system) / requests,
            "rate": requests / seconds}


def count_calls(server, workload, requests, cpus):
    """System calls of the server, a request."""
    with tempfile.NamedTemporaryFile("r") as out:
        tracer = subprocess.Popen([require("strace"), "-f", "-c", "-qq", "-U", "calls,name",
                                   "-o", out.name, "-p", str(server.pid)], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        play(server, workload, requests, cpus[1])
        tracer.send_signal(signal.SIGINT)
        tracer.wait(30)
        found = re.findall(r"^\s*(\d+)\s+(\w+)\s*$", out.read(), re.MULTILINE)
    return sum(int(count) for count, name in found if name != "total") / requests


def sizes_of(program, root, workload, requests):
    """Octets of a request and a response, by serve's own count."""
    server = Serve(program, root, "epoll")
    try:
        run(*load(server, workload, requests))
        curl = [require("curl"), "-sS", "--http2-prior-knowledge", server.url("/stats")]
        stats = json.loads(run(*curl))
        return (max(1, stats["bytes_received"] // stats["requests_received"]),
                stats["bytes_sent"] // stats["requests_received"])
    finally:
        server.stop()


# --- The table


def facts():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = re.search(r"model name\s*: (.*)", info.read())
    versions = [run(require(tool), flag, check=False).split("\n")[0]
                for tool, flag in (("nghttpd", "--version"), ("h2o", "--version"))]
    return (f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} CPUs, Linux "
            f"{platform.release()}; {'; '.join(versions)}; nginx from the same archive")


def write_table(workload, requests, results, calls):
    unit = requests and ("a GiB" if workload.name == "large" else "a request")
    scale, name = (16 * 1e3, "ms") if workload.name == "large" else (1e6, "us")
    calls_scale = 16 if workload.name == "large" else 1
    print(f"\n{workload.name}: {workload.what}; CPU time and system calls {unit}")
    print(f"{'server':<16}{'user':>10}{'system':>10}{'both':>10}{'calls':>10}{'rate':>12}")
    for server, rounds in results.items():
        user, system, rate = (statistics.median(one[key] for one in rounds)
                              for key in ("user", "system", "rate"))
        rate_text = f"{rate / 16:.2f} GiB/s" if workload.name == "large" else f"{rate:,.0f}/s"
        print(f"{server:<16}{user * scale:>7.2f} {name}{system * scale:>7.2f} {name}"
              f"{(user + system) * scale:>7.2f} {name}{calls[server] * calls_scale:>10.3f}{rate_text:>12}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--null", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--servers", default="epoll,io_uring,nghttpd,h2o,nginx,null",
                        help="which, separated by commas (%(default)s)")
    parser.add_argument("--tls", action="store_true", help="over TLS")
    parser.add_argument("--http1", action="store_true", help="in HTTP/1.1")
    parser.add_argument("--workloads", default=",".join(w.name for w in WORKLOADS),
                        help="which, separated by commas (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="number of runs of each (%(default)s)")
    parser.add_argument("--requests", type=int, help="number of requests, instead of each workload's own")
    parser.add_argument("--instructions", action="store_true", help="count instructions instead")
    parser.add_argument("--cpus", default="0,1", help="CPUs of the server and of the load (%(default)s)")
    arguments = parser.parse_args()
    cpus = arguments.cpus.split(",")
    names = arguments.servers.split(",")
    if arguments.tls:
        os.environ["HEADRACE_TEST_TLS"] = "1"  # what tests/harness goes by
        names = [name for name in names if name != "null"]

    workloads = HTTP1_WORKLOADS if arguments.http1 else WORKLOADS
    if arguments.http1:
        names = [name for name in names if name != "nghttpd"]

    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o755)
        for file, size in (("1k", 1 << 10), ("64m", 64 << 20)):
            with open(os.path.join(root, file), "wb") as out:
                out.write(os.urandom(1 << 10) * (size >> 10))
        print(facts())
        if arguments.instructions:
            def counted_serve():
                return Serve(arguments.serve, root, "epoll", tempfile.mkdtemp(dir=root))

            makers = {"epoll": counted_serve, "nghttpd": lambda: Other(counted(Nghttpd), root),
                      "h2o": lambda: Other(counted(H2o), root)}
            wanted = [name for name in COUNTED if name in names]
            print_instructions({name: makers[name] for name in wanted}, workloads[0])
            return 0
        for workload in (w for w in workloads if w.name in arguments.workloads.split(",")):
            requests = arguments.requests or workload.requests
            few = max(workload.connections, requests // 10)
            sizes = sizes_of(arguments.serve, root, workload, few) if "null" in names else (0, 0)
            makers = {"epoll": lambda: Serve(arguments.serve, root, "epoll"),
                      "io_uring": lambda: Serve(arguments.serve, root, "io_uring"),
                      "nghttpd": lambda: Other(Nghttpd, root), "h2o": lambda: Other(H2o, root),
                      "nginx": lambda: Other(Http1Nginx if arguments.http1 else PatientNginx, root),
                      "null": lambda: Null(arguments.null, sizes)}
            unknown = [name for name in names if name not in makers]
            if unknown:
                parser.error(f"no server is called {unknown[0]}; there are: {', '.join(makers)}")
            results, calls = defaultdict(list), {}
            for number in range(arguments.rounds + 1):
                for name in names:
                    counts = number == arguments.rounds
                    progress(f"{workload.name}: {name}, "
                             f"{'system calls' if counts else f'round {number + 1}'}")
                    server = makers[name]()
                    try:
                        if counts:
                            calls[name] = count_calls(server, workload, few, cpus)
                        else:
                            results[name].append(measure(server, workload, requests, cpus))
                    finally:
                        server.stop()
            write_table(workload, requests, results, calls)
    return 0


if __name__ == "__main__":
    sys.exit(main())
