"""Libraries of the system as external repositories."""

def _debian_library_impl(context):
    for file in context.attr.needs:
        if not context.path(file).exists:
            fail("%s is not installed (there is no %s): run tools/setup" %
                 (context.attr.package, file))
    top = context.path(Label("//:WORKSPACE")).dirname
    name = context.name.split("~")[-1].split("+")[-1]  # (modules make it canonical)
    for child in top.get_child("tools").get_child("bazel").get_child(name).readdir():
        context.symlink(child, child.basename)
    for file in context.attr.linked:
        context.symlink(file, file.split("/")[-1])

debian_library = repository_rule(
    doc = "The repository tools/bazel/NAME, whose targets say how to link what the package installs.",
    implementation = _debian_library_impl,
    local = True,
    attrs = {
        "package": attr.string(mandatory = True, doc = "as tools/setup names it"),
        "needs": attr.string_list(mandatory = True, doc = "files that it installs"),
        "linked": attr.string_list(doc = "files of it that are compiled here"),
    },
)
