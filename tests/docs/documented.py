"""What README and docs tell the reader to type, and where each of it is run.

HERE: by commands_test. ALL: by the stage `commands` of `.ci/run --all`, because it builds or measures
for minutes. Any other word is the stage of .ci/run that runs it, or is what it is about. What a
command leaves to the reader (a file, a program), or would take for hours, is filled in.
"""

import re

HERE, ALL = "here", "all"

RUN_BY = {
    # README.md
    "tools/setup && bazel run -c opt //adapters:serve": "serve",
    "tools/setup && bazel test //...": "test",
    "curl http://127.0.0.1:8080/": HERE,
    "curl --http2-prior-knowledge http://127.0.0.1:8080/": HERE,
    "bazel run -c opt //adapters:serve -- --help": HERE,
    "bazel build -c opt //adapters:get && alias get=$PWD/bazel-bin/adapters/get/get": ALL,
    "get http://127.0.0.1:8080/headers http://127.0.0.1:8080/bytes/1000": HERE,
    "get --http=auto http://127.0.0.1:8080/headers": HERE,
    "get -v -H 'x-name: value' -o page.html http://127.0.0.1:8080/": HERE,
    "tar c docs | get -d @- http://127.0.0.1:8080/echo | tar t": HERE,
    "get -n 100000 -m 100 http://127.0.0.1:8080/bytes/1000": HERE,
    "get --duration=2s --warm_up=1s --rate=500 --connections=4 --plot http://127.0.0.1:8080/": HERE,
    "get --cacert=authorities.pem https://localhost:8443/": "test",
    "bazel test //tests/interop:all": "test",
    "get --help": HERE,
    "bazel run //tests:replay -- FILE.h2t": HERE,
    "bazel run //tests:replay -- FILE.record": "test",
    "bazel run -c opt //adapters:dump -- FILE": "test",
    "bazel run //examples:websocket_echo -- 8081": "test",
    "bazel run //tests/conformance": "test",
    "bazel run -c opt //tests/self_play -- --help": HERE,
    # CONTRIBUTING.md
    "tools/setup": "test",  # nothing builds without what it installs
    "bazel test //...": "test",
    "bazel test --config=asan //...": "sanitizers",
    "CC=clang-19 bazel test //...": "sanitizers",
    ".ci/run": "gate",
    ".ci/run formatting test": "gate",
    ".ci/run tsan": "tsan",
    ".ci/run --all": "gate",
    "for i in 1 2 3 4 5 6 7 8; do timeout 3600 sh -c 'while :; do :; done' & done": "repeated",
    "bazel test --runs_per_test=20 --test_tag_filters=real-time --build_tests_only //...": "repeated",
    ".ci/run repeated": "repeated",
    "clang-format -i FILES": "formatting",
    "npx --yes @bazel/buildifier@8.2.1 FILES": "formatting",
    # docs/
    "bazel run -c opt //tests/attacks:instructions_test -- --table": ALL,
    "bazel test //tests/attacks:all": "test",
    "CC=clang-19 bazel build --config=fuzz //fuzz:connection_fuzzer": "fuzz",
    "bazel-bin/fuzz/connection_fuzzer -dict=fuzz/frames.dict NEW_INPUTS fuzz/corpora/connection": "fuzz",
    ".ci/run fuzz": "fuzz",
    "fuzz/run_continuously": ALL,
    "HEADRACE_TELL=1 bazel-bin/fuzz/conversation_fuzzer CASE": ALL,
    "fuzz/coverage [MORE_CORPORA]": ALL,
    "bazel run -c opt //benchmarks:allocation": ALL,
    "taskset -c 1 bazel run -c opt //benchmarks:connection": ALL,
    "benchmarks/instructions W1": ALL,
    "benchmarks/compare HEAD": ALL,
    "taskset -c 1 benchmarks/plot docs/speed.svg": ALL,
    "taskset -c 1 bazel run -c opt //benchmarks:hpack": ALL,
    "benchmarks/instructions --program=hpack W4": ALL,
    "taskset -c 1 bazel run -c opt //benchmarks:http1": ALL,
    "taskset -c 1 bazel run -c opt //benchmarks:http1 -- --benchmark_filter='Http1_(Type|No)[A-Z]' "
    "--benchmark_repetitions=5": ALL,
    "benchmarks/instructions --program=http1": ALL,
    "taskset -c 1 bazel run -c opt //benchmarks:bodies": ALL,
    "taskset -c 1 bazel run -c opt //benchmarks:scheduler": ALL,
    "bazel run -c opt //benchmarks:memory": ALL,
    "taskset -c 1 bazel run -c opt //benchmarks:modes_over_tcp": ALL,
    "bazel run -c opt //benchmarks:end_to_end": ALL,
    "bazel run -c opt //benchmarks:end_to_end -- --instructions": ALL,
    "taskset -c 1 bazel run -c opt //benchmarks:response_head -- --benchmark_repetitions=9 "
    "--benchmark_enable_random_interleaving --benchmark_report_aggregates_only": ALL,
    "cd $(go env GOROOT)/src/net/http && taskset -c 1 go test -run=NONE -bench=ServerHandler "
    "-benchmem .": ALL,
    "bazel run -c opt //benchmarks:end_to_end -- --rounds=1": ALL,
    "bazel run -c opt //benchmarks:end_to_end -- --tls --rounds=2": ALL,
    "bazel run -c opt //benchmarks:end_to_end -- --http1 --rounds=2": ALL,
    "bazel run -c opt //benchmarks/slow_link": ALL,
    "bazel run -c opt //benchmarks:zero_copy_sends": ALL,
    "tools/check_performance": "performance",
    "tests/injected_bugs/find.py tests/injected_bugs/loop_model/*.patch": "sanitizers",
    "bazel test //tests/recordings:recordings_test": "test",
    "tests/recordings/record SERVER-PROGRAM [NAME...]": ALL,
    "tests/harness/python.sh tests/harness/recorder.py 8090 8080 FILE.rec": HERE,
    ".ci/run test fuzz": "gate",
    ".ci/run --help": HERE,
    "tests/coverage": "coverage",
    "tests/coverage --missing hpack/": ALL,
    "tests/mutation/run": "mutation",
    "tests/mutation/run --only=hpack/": ALL,
    "bazel test //tests:transcripts_test": "test",
    "tools/install PREFIX && g++ -std=c++20 program.cc $(pkg-config --cflags --libs headrace)": "installed",
    "tests/installed/check.py --update": "installed",
    "tools/install PREFIX": "installed",
    "tools/debian_packages OUT": "debian",
    "cp -r packaging/debian debian && dpkg-buildpackage -us -uc -b": "debian",
    "tools/install --uninstall PREFIX": "installed",
    "CXXFLAGS=-fsanitize=address tools/install PREFIX": "installed",
    "cmake -S . -B build -DCMAKE_INSTALL_PREFIX=PREFIX && cmake --build build && cmake --install build": "installed",
    "cmake --build build --target uninstall": "installed",
    "g++ -std=c++20 program.cc $(pkg-config --cflags --libs headrace)": "installed",
    "g++ -std=c++20 poll_server.cc $(pkg-config --cflags --libs headrace) -o poll_server": "installed",
    "tests/docs/errors_test.py --update": "test",
    "tools/site OUT": "test",
}

FILLED_IN = {
    "bazel-bin/fuzz/conversation_fuzzer CASE":
        "sh -c 'CC=clang-19 bazel build --config=fuzz //fuzz:conversation_fuzzer && "
        "bazel-bin/fuzz/conversation_fuzzer $(ls -d fuzz/corpora/conversation/* | head -1)'",
    " [MORE_CORPORA]": "",
    # (What it hears goes over the recordings that are there.)
    "tests/recordings/record SERVER-PROGRAM [NAME...]":
        "bazel build -c opt //adapters:serve && "
        "tests/recordings/record bazel-bin/adapters/serve/serve curl-many; "
        "result=$?; git checkout -q tests/recordings; exit $result",
    "fuzz/run_continuously": "fuzz/run_continuously --time=60 hpack_decoder",
    "tests/coverage --missing hpack/": "tests/coverage --only=//tests/hpack:all --missing hpack/",
    "tests/mutation/run --only=hpack/": "tests/mutation/run --only=hpack/ --sample=5 --at_least=0",
}

# The first word of a line that is typed.
TYPED = re.compile(r"^(CXXFLAGS=|tools/|\.ci/|tests/|fuzz/|benchmarks/|bazel-bin/|CC=|HEADRACE_\w+=|"
                   r"(bazel|get|taskset|curl|tar|for|clang-format|npx|cd|cp|cmake|g\+\+) )")


def filled_in(command):
    for what, instead in FILLED_IN.items():
        command = command.replace(what, instead)
    return command


def of(kind):
    return [command for command, run_by in RUN_BY.items() if run_by == kind]


def commands(text):
    """What is typed in a document: lines of code blocks without their comments, and in sentences what
    begins as a command and has an argument."""
    text = re.sub(r"^```c\+\+\n.*?^```", "", text, flags=re.S | re.M)
    text = re.sub(r" *\\\n +", " ", text)
    for block in re.findall(r"^(?: {4}|\t)(\S.*)$", text, re.M):
        command = re.split(r"\s+#\s|\s{3,}", block)[0].strip()
        if TYPED.match(command):
            yield command
    for span in re.findall(r"`([^`]+)`", re.sub(r"^(?: {4}.*|```.*)$", "", text, flags=re.M)):
        span = " ".join(span.split())
        if " " in span and TYPED.match(span) and "<" not in span:
            yield span
