"""Runs a row of a benchmark under callgrind, and reads what it has counted."""

import collections
import os
import re
import subprocess
import sys
import tempfile

# What the library does: patterns of the functions that begin a stage, without namespaces, results and
# arguments. What these call belongs to it, unless that begins another stage. The first pattern that
# matches counts. (callgrind_test.py sees to it that each of them matches a function of //benchmarks.)
STAGES = [
    ("application", [r"benchmarks::"]),
    ("HPACK decoding", [r"Decoder::", r"FieldReader::"]),
    ("HPACK encoding", [r"Encoder::", r"FieldWriter::", r"\w+::write_field_block$"]),
    ("message rules, inbound", [r"check_(request|response|trailers)$", r"parse_content_length$"]),
    ("message rules, outbound", [r"check_outbound_", r"read_outbound_", r"\w+::check_fields$"]),
    ("streams", [r"Streams::", r"StreamTable::", r"ClosedStreams::", r"\w+::close_stream$"]),
    ("flow control", [r"Credit::"]),
    ("bodies and scheduling", [r"SendBody::", r"PriorityScheduler::", r"RoundRobinScheduler::"]),
    ("events", [r"HandBack::", r"\w+::next_notification$", r"\w+::make_event$"]),
    ("output", [r"Outbox::", r"OutputQueue::", r"\w+::(pending_output|sent|released)$"]),
    ("commands", [r"\w+::submit_\w+$", r"\w+::send_data$"]),
    ("deadlines", [r"Deadlines::"]),
    ("frames", [r"Inbound::", r"\w+::(receive|advance|step|parse)$"]),
]


def stage_of(function):
    """None: of those that call it."""
    name = short(function)
    for stage, patterns in STAGES:
        if any(re.match(pattern, name) for pattern in patterns):
            return stage
    return None


# So that the C library takes the same memcpy() on every machine. (Those that this leaves out count a
# `rep movsb` as an instruction an octet, too.)
ENVIRONMENT = {**os.environ, "GLIBC_TUNABLES": "glibc.cpu.hwcaps="
               "-AVX_Fast_Unaligned_Load,-AVX512F,-AVX512VL,-AVX2,-ERMS"}


def run(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                            universal_newlines=True, env=ENVIRONMENT)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: {result.stderr[-2000:]}")
    return result.stdout + result.stderr


class Profile:
    """A profile in callgrind's format: what each function spends itself, and in what it calls."""

    def __init__(self, path):
        self.spent = collections.Counter()
        self.calls = collections.defaultdict(collections.Counter)  # callee -> caller -> spent
        self.names = {}
        function = callee = None
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                key, _, value = line.rstrip("\n").partition("=")
                if key == "fn":
                    function = self.name(value)
                elif key == "cfn":
                    callee = self.name(value)
                elif key == "calls":
                    self.calls[callee][function] += int(next(lines).split()[1])
                elif re.match(r"[+*-]?\d* ?[+*\d-]", line) and function is not None:
                    self.spent[function] += int(line.split()[1])

    def name(self, value):
        """(7) stands for the name that once followed it."""
        number, _, name = value.partition(" ")
        if name:
            self.names[number] = name
        return self.names[number]

    def stages(self):
        """What is spent, by the stages above. What several call is divided as they call it."""
        shares = {}

        def shares_of(function, seen=()):
            if function in shares:
                return shares[function]
            if stage := stage_of(function):
                result = {stage: 1.0}
            else:
                callers = {caller: spent for caller, spent in self.calls[function].items()
                           if caller not in seen and caller != function}
                result = collections.Counter()
                for caller, spent in callers.items():
                    for stage, share in shares_of(caller, seen + (function,)).items():
                        result[stage] += share * spent / max(1, sum(callers.values()))
            if not seen:
                shares[function] = result
            return result

        result = collections.Counter()
        for function, spent in self.spent.items():
            for stage, share in (shares_of(function) or {"other": 1.0}).items():
                result[stage] += share * spent
        return result


Count = collections.namedtuple("Count", "operations instructions profile")


def count(binary, row, rounds, *flags):
    """Rounds of a row, behind one that is not counted: its Count."""
    with tempfile.NamedTemporaryFile() as file:
        said = run("valgrind", "--tool=callgrind", f"--callgrind-out-file={file.name}",
                   "--toggle-collect=headrace::benchmarks::run_rounds*", binary,
                   f"--workload={row}", f"--rounds={rounds}", *flags)
        operations = int(re.search(r"^operations (\d+)$", said, re.MULTILINE).group(1))
        instructions = int(re.search(r"Collected : (\d+)", said).group(1))
        return Count(operations, instructions, Profile(file.name))


def rows_of(binary):
    return run(binary, "--benchmark_list_tests").split()


def short(function):
    """Without namespaces, arguments, results, and what templates are made of."""
    while True:
        less = re.sub(r"<[^<>]*>", "", function)
        if less == function:
            break
        function = less
    function = re.sub(r"headrace::|plain::|hpack::|\(anonymous namespace\)::|std::", "", function)
    function = re.sub(r"\(.*", "", function)
    # The result of a template, and of what is local to one.
    return re.sub(r"^.* (?=\S+$)(?<!operator )", "", function)
