"""Descriptions of what a compiled program relies on in a shared library, by libabigail (abidw, abidiff).

A description has every exported function and variable, and the types that these name, down to their members. abidw
also writes down all that headers define and the compiler puts into the program itself: inline functions, and types that
nothing exported names. That is nine parts of ten, so it is left out: what stands in the tree is 1.3 MB.
"""

import collections
import subprocess
import xml.etree.ElementTree as ElementTree

ABIDW = ("abidw", "--drop-private-types", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed",
         "--no-write-default-sizes", "--no-parameter-names", "--type-id-style", "hash")
ABIDIFF = ("abidiff", "--no-default-suppression", "--leaf-changes-only")
TYPES = {"array-type-def", "class-decl", "enum-decl", "function-type", "pointer-type-def", "qualified-type-def",
         "reference-type-def", "subrange", "type-decl", "typedef-decl", "union-decl"}
SCOPES = {"abi-instr", "namespace-decl"}
SYMBOL = "elf-symbol-id"


def compiler():
    """Layouts of the standard library's types are the compiler's, so a description names it."""
    return "g++ " + subprocess.run(["/usr/bin/g++", "-dumpfullversion"], check=True, text=True,
                                   stdout=subprocess.PIPE).stdout.strip()


def compiler_of(record):
    return ElementTree.parse(record).getroot().get("compiler")


def soname_of(record):
    return ElementTree.parse(record).getroot().get("soname")


def describe(library, include, source, out):
    """Writes to `out` what `library` offers, which has been compiled with -g in the directory `source`. Types of headers that
    are not in `include` are there by their names only."""
    said = subprocess.run([*ABIDW, "--headers-dir", include, library], check=True, stdout=subprocess.PIPE).stdout
    corpus = ElementTree.fromstring(said)
    _drop_inline(corpus)
    _sweep(corpus, _reachable(corpus))
    for unit in corpus.iter("abi-instr"):
        unit.set("path", unit.get("path").removeprefix(f"{source}/"))
    ElementTree.indent(corpus, " ")
    corpus.set("compiler", compiler())
    out.write_bytes(ElementTree.tostring(corpus) + b"\n")


def difference(before, after, *options):
    """What abidiff says of two descriptions; None if a program does not see it."""
    done = subprocess.run([*ABIDIFF, *options, before, after], check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode & 3:  # it did not come to compare
        raise SystemExit(f"abidiff {before} {after}: {done.stdout}")
    return None if done.returncode == 0 else done.stdout


def judge(record, found):
    """Why `found` is not what `record` promises, and what has to be done; or None."""
    changes = difference(record, found)
    if changes is None:
        return None
    soname = soname_of(found)
    if compiler_of(record) != compiler():
        advice = (f"the record was made by {compiler_of(record)}, and this is {compiler()}: look whether the types above are the"
                  " standard library's, and compare with that compiler")
    elif soname_of(record) != soname:
        advice = f"the soname has moved to {soname}, so this may be: record it by tests/installed/check.py --update"
    elif difference(record, found, "--no-added-syms") is None:
        advice = "programs go on as they are: record it by tests/installed/check.py --update"
    else:
        advice = (f"programs that are linked with {soname} would break: where a version with this soname is released,"
                  " take the change back or move the version in version.h, and with it the soname (docs/releasing.md);"
                  " then record it by tests/installed/check.py --update")
    return f"{changes.strip()}\n{advice}"


def _drop_inline(corpus):
    """Members that are no part of an object and that no library exports. (Virtual functions have their place.)"""
    for scope in [found for found in corpus.iter() if found.tag in ("class-decl", "union-decl")]:
        for member in list(scope):
            is_inline = (member.tag == "member-function" and member.get("vtable-offset") is None or
                         member.tag == "data-member" and member.get("static") == "yes")
            if member.tag == "member-template" or is_inline and member[0].get(SYMBOL) is None:
                scope.remove(member)


def _reachable(corpus):
    """The functions, variables and types that what is exported names, and these name, and so on."""
    parents = {child: parent for parent in corpus.iter() for child in parent}
    types = collections.defaultdict(list)
    for found in corpus.iter():
        if found.tag in TYPES and found.get("id"):
            types[found.get("id")].append(found)
    seen, waiting = set(), []

    def mark(found):
        if found not in seen:
            seen.add(found)
            waiting.append(found)

    def mark_named(found):
        for attribute in ("type-id", "naming-typedef-id", "def-of-decl-id"):
            for named in types.get(found.get(attribute), ()):
                mark(named)
        for child in found:
            if child.tag != "member-type":  # only if something names it
                mark_named(child)

    for found in corpus.iter():
        if found.get(SYMBOL):
            mark(found)
    while waiting:
        found = waiting.pop()
        mark_named(found)
        while (found := parents.get(found)) is not None:
            if found.tag in TYPES:
                mark(found)
    return seen


def _sweep(scope, keep):
    for child in list(scope):
        if child.tag == "member-type":
            _sweep(child, keep)
            if len(child) == 0:
                scope.remove(child)
        elif child.tag in SCOPES:
            _sweep(child, keep)
            if len(child) == 0:
                scope.remove(child)
        elif scope.tag in SCOPES | {"member-type"} and child not in keep:
            scope.remove(child)
        elif child.tag in TYPES:
            _sweep(child, keep)
