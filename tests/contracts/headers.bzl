"""The headers of C++ libraries as files, for a test that runs compilers itself."""

def _headers_impl(ctx):
    contexts = [dep[CcInfo].compilation_context for dep in ctx.attr.deps]
    return [DefaultInfo(runfiles = ctx.runfiles(
        transitive_files = depset(transitive = [context.headers for context in contexts]),
    ))]

headers = rule(
    implementation = _headers_impl,
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
)
