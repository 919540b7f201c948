"""A fuzzer and the test that replays its corpus."""

def fuzz_target(name, srcs, deps, corpus, dictionary = None, random_inputs = 0):
    """Declares :NAME_fuzzer and :NAME_regression_test.

    The fuzzer is built on demand, with `CC=clang-19 bazel build --config=fuzz`. The test runs the
    same code over every file of the corpus with any compiler; a crash that was fixed stays in the
    corpus as a file named after what it broke.

    Args:
      name: of the target, without "_fuzzer".
      srcs: where LLVMFuzzerTestOneInput() is defined.
      deps: of the sources.
      corpus: the directory with the inputs, in this package.
      dictionary: a file for libFuzzer's -dict.
      random_inputs: how many inputs of random octets, the same each time, the test tries besides.
    """
    native.cc_binary(
        name = name + "_fuzzer",
        testonly = True,
        srcs = srcs,
        data = [dictionary] if dictionary else [],
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = deps,
    )
    native.cc_test(
        name = name + "_regression_test",
        size = "small",
        srcs = srcs + ["replay_main.cc"],
        args = ["--random=%d" % random_inputs, "fuzz/" + corpus],
        data = native.glob([corpus + "/**"]),
        deps = deps,
    )
