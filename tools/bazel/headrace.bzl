"""Libraries of Headrace."""

def cc_library(name, hdrs = [], **kwargs):
    """A cc_library whose headers are included by their path from the root behind `headrace/`.

    So they cannot be mistaken for an application's own field/field.h.
    """
    native.cc_library(
        name = name,
        hdrs = hdrs,
        include_prefix = "headrace/" + native.package_name() if native.package_name() else "headrace",
        **kwargs
    )
