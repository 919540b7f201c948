"""A fuzzer and the test that replays its corpus."""

def fuzz_target(
        name,
        srcs,
        deps,
        corpus,
        dictionary = None,
        random_inputs = 0,
        memory_sanitizer = False):
    """Declares :NAME_fuzzer and :NAME_regression_test.

    The fuzzer is built on demand, with `CC=clang-19 bazel build --config=fuzz`; its tags say with
    which configurations it works. The test runs the same code over every file of the corpus with
    any compiler; a crash that was fixed stays in the corpus as a file named after what it broke.

    Args:
      name: of the target, without "_fuzzer".
      srcs: where LLVMFuzzerTestOneInput() is defined.
      deps: of the sources.
      corpus: the directory with the inputs, in this package.
      dictionary: a file for libFuzzer's -dict.
      random_inputs: how many inputs of random octets, the same each time, the test tries besides.
      memory_sanitizer: it works with --config=msan too, for then it links with nothing that was
        built without it.
    """
    case = "lib%s_case.so" % name
    native.cc_binary(
        name = name + "_fuzzer",
        testonly = True,
        srcs = select({
            "//fuzz:msan": [case],
            "//conditions:default": srcs,
        }) if memory_sanitizer else srcs,
        data = [dictionary] if dictionary else [],
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["fuzz", "manual"] + (["msan"] if memory_sanitizer else []),
        deps = select({
            "//fuzz:msan": [],
            "//conditions:default": deps,
        }) if memory_sanitizer else deps,
    )
    if memory_sanitizer:
        # libFuzzer, which MemorySanitizer does not see into, would share what both have of the
        # standard library's templates; so they are kept apart.
        native.cc_binary(
            name = case,
            testonly = True,
            srcs = srcs,
            linkopts = ["-Wl,--version-script=$(location :case.lds)"],
            linkshared = True,
            tags = ["manual"],
            deps = deps + [":case.lds"],
        )
    native.cc_test(
        name = name + "_regression_test",
        size = "small",
        srcs = srcs + ["replay_main.cc"],
        args = ["--random=%d" % random_inputs, "fuzz/" + corpus],
        data = native.glob([corpus + "/**"]),
        deps = deps,
    )
