"""Runs a row of a benchmark under callgrind, and reads what it has counted."""

import collections
import os
import re
import subprocess
import sys
import tempfile

# What the library does, by the functions that begin it; what these call belongs to them, unless it
# begins something else. The first pattern that is found in a function's name counts.
STAGES = [
    ("application", r"benchmarks::"),
    ("HPACK decoding", r"hpack::Decoder::"),
    ("message rules, inbound", r"::check_(request|response|trailers)\("),
    ("message rules, outbound", r"::check_outbound_|read_outbound_|Connection::check_fields"),
    ("HPACK encoding", r"Connection::encode\w*\(|hpack::Encoder::"),
    ("stream table and states", r"StreamTable::|ClosedStreams|::close_stream|::erase_if_done|::on_shown"
                                r"|::receive_on|::uncount|::watch_end|SendQueue|Scheduler"),
    ("events", r"Recycler<|HandBack<|next_notification|LazyRange<"),
    ("submit", r"Connection::submit_|::write_field_block|::start_message|Body|::send_end_or_sched"),
    ("output", r"Connection::(pending_output|sent|cut_\w+|queue|release\w*|write_\w+)\(|OutputQueue::"),
    ("frames and connection", r"Connection::|EventRange"),
]


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
            for stage, pattern in STAGES:
                if re.search(pattern, function):
                    result = {stage: 1.0}
                    break
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
    """Without namespaces, arguments and what templates are made of."""
    while True:
        less = re.sub(r"<[^<>]*>", "", function)
        if less == function:
            break
        function = less
    function = re.sub(r"headrace::|plain::|hpack::|\(anonymous namespace\)::|std::", "", function)
    return re.sub(r"\(.*", "", function)
