"""What the public headers declare and do not define: all that a program can need of a library."""

import re
import subprocess

from clang.cindex import AccessSpecifier, Config, CursorKind, Diagnostic, Index

Config.set_library_file("/usr/lib/x86_64-linux-gnu/libclang-19.so.1")

FUNCTIONS = {CursorKind.FUNCTION_DECL, CursorKind.CXX_METHOD, CursorKind.CONSTRUCTOR, CursorKind.DESTRUCTOR,
             CursorKind.CONVERSION_FUNCTION}
SCOPES = {CursorKind.NAMESPACE, CursorKind.CLASS_DECL, CursorKind.STRUCT_DECL}
USES = {CursorKind.CALL_EXPR, CursorKind.DECL_REF_EXPR, CursorKind.MEMBER_REF_EXPR}


def _is_elsewhere(function):
    """Whether its definition stands in no header."""
    return not (function.get_definition() is not None or function.is_pure_virtual_method()
                or function.is_deleted_method() or function.is_default_method())


def _is_inherited(function):
    """Whether a class that derives from its own has it in its table."""
    children = function.semantic_parent.get_children()
    return function.is_virtual_method() and all(child.kind != CursorKind.CXX_FINAL_ATTR for child in children)


def _has_friends(function):
    return any(child.kind == CursorKind.FRIEND_DECL for child in function.semantic_parent.get_children())


def _scope(symbol):
    """Of a member's symbol, the class: `8headrace7Session` of `_ZN8headrace7SessionD1Ev`."""
    rest = re.match(r"_ZNK?", symbol).end()
    begins = []
    while (length := re.match(r"\d+", symbol[rest:])) is not None:
        begins.append(rest)
        rest += length.end() + int(length[0])
    is_special = symbol[rest] in "CD"  # a constructor or destructor has no name of its own
    return symbol[begins[0]:rest if is_special else begins[-1]]


class Declared:
    """Of these headers, which are found in the directory `include`."""

    def __init__(self, headers, include):
        self.symbols = {}  # each with "header: function"
        self.templates = set()  # whose instances are made by the library: their names
        self.tables = set()  # of polymorphic classes, which stand where their first function does
        self._private = []
        self._used = set()
        self._used_names = set()  # by templates, of a type that is not known there
        # (All of them define more than the one that programs include.)
        for some in (headers, ["headrace/headrace.h"]):
            self._read(some, include)
        # A program calls no private function, unless one that stands in a header does.
        for function in self._private:
            if function.get_usr() in self._used or (function.spelling in self._used_names and _has_friends(function)):
                self._add(function)

    def _read(self, headers, include):
        text = "".join(f"#include <{header}>\n" for header in headers)
        unit = Index.create().parse("all.cc", args=["-std=c++20", f"-I{include}"],
                                    unsaved_files=[("all.cc", text)])
        errors = [str(found) for found in unit.diagnostics if found.severity >= Diagnostic.Error]
        if errors:
            raise SystemExit("\n".join(errors))
        for child in unit.cursor.get_children():
            if child.location.file is not None and "/headrace/" in child.location.file.name:
                self._visit(child)

    def _add(self, function):
        header = function.location.file.name.rpartition("/headrace/")[2]
        self.symbols[function.mangled_name] = f"{header}: {function.displayname}"

    def _visit(self, cursor):
        if cursor.kind in FUNCTIONS:
            if cursor.semantic_parent.kind == CursorKind.CLASS_TEMPLATE:
                return
            if _is_elsewhere(cursor):
                if cursor.access_specifier == AccessSpecifier.PRIVATE and not _is_inherited(cursor):
                    self._private.append(cursor)
                else:
                    self._add(cursor)
            else:
                self._note_uses(cursor)
        elif cursor.kind == CursorKind.FUNCTION_TEMPLATE:
            is_free = cursor.semantic_parent.kind == CursorKind.NAMESPACE and "<" not in cursor.spelling
            if is_free and _is_elsewhere(cursor):
                self.templates.add(cursor.spelling)
            self._note_uses(cursor)
        elif cursor.kind == CursorKind.CLASS_TEMPLATE:
            for child in cursor.get_children():
                if child.kind in FUNCTIONS and _is_elsewhere(child):
                    self.templates.add(cursor.spelling)
            self._note_uses(cursor)
        elif cursor.kind in SCOPES:
            for child in cursor.get_children():
                self._visit(child)
            self._note_tables(cursor)

    def _note_tables(self, scope):
        virtual = [child for child in scope.get_children()
                   if child.kind in FUNCTIONS and child.is_virtual_method()]
        key = next((child for child in virtual if _is_elsewhere(child)), None)
        if key is not None:
            self.tables |= {f"_ZT{table}N{_scope(key.mangled_name)}E" for table in "VIS"}

    def _note_uses(self, cursor):
        for part in cursor.walk_preorder():
            if part.kind in USES and part.referenced is not None:
                self._used.add(part.referenced.get_usr())
            elif part.kind in USES:
                self._used_names |= {token.spelling for token in part.get_tokens()}


def defined_in(static_library):
    """{symbol: demangled} of what a static library defines for others."""
    said = subprocess.run(["nm", "--defined-only", "--extern-only", static_library], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    symbols = sorted({line.split()[2] for line in said.split("\n") if re.match(r"\S+ [A-Zu] _Z", line)})
    names = subprocess.run(["c++filt"], input="\n".join(symbols), check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split("\n")
    return dict(zip(symbols, names))


def exported_by(shared_library):
    said = subprocess.run(["nm", "--dynamic", "--defined-only", shared_library], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return {line.split()[2].partition("@")[0] for line in said.split("\n")
            if line and line.split()[1] not in "Aa"}


def kinds_in(static_library):
    said = subprocess.run(["nm", "--defined-only", "--extern-only", static_library], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return {symbol: kind for kind, symbol in re.findall(r" ([A-Zu]) (_Z\S+)$", said, re.M)}


def needed_by(static_library):
    """What it leaves to others to define."""
    said = subprocess.run(["nm", "--undefined-only", static_library], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return set(re.findall(r" [Uvw] (_Z\S+)$", said, re.M))


def intended(declared, static_library, needed):
    """{symbol: demangled} of what a library has to export: what is declared, in all the variants that a
    compiler makes of a constructor or destructor, tables and instances of templates; and what its other
    parts need of it."""
    def base(symbol):
        return re.sub(r"(?<=[a-z])([CD])[0-4](?=E)", r"\1", symbol)

    wanted = {base(symbol) for symbol in declared.symbols}
    instances = re.compile(r"_ZNK?8headrace5plain(%s)I" % "|".join(
        f"{len(name)}{name}" for name in sorted(declared.templates)))
    found = {}
    names, kinds = defined_in(static_library), kinds_in(static_library)
    for symbol, name in names.items():
        is_public = base(symbol) in wanted or symbol in declared.tables or instances.match(symbol)
        # (What a header defines is defined by each part for itself.)
        if is_public or (symbol in needed and kinds[symbol] in "TDRB"):
            found[symbol] = name
    return found
