"""Finds what can be mutated in a C++ file, and writes the file with all of it, chosen at run time.

libclang (Debian's python3-clang-19) finds the expressions. `a < b` becomes

    (headrace_mutation::is(7) ? ((a) <= (b)) : (a < b))

so that the mutants of many files are compiled once. What the compiler evaluates itself (constant
expressions, template arguments, case labels, array bounds, static_assert, the initializers of
constants) cannot be chosen at run time and is left alone: a constant is mutated where it is used. is()
is false in constant evaluation, so constexpr functions are mutated for their calls at run time.
"""

import collections
import hashlib
import re

from clang.cindex import Config, CursorKind, Index, TranslationUnit, TypeKind

Config.set_library_file("/usr/lib/x86_64-linux-gnu/libclang-19.so.1")

FLAGS = ["-x", "c++", "-std=c++20", "-I.", "-Iinclude", "-w"]

# `start` and `end` are offsets in the file's octets; `text` is what stands there instead of them.
Mutant = collections.namedtuple("Mutant", "key file line what start end text contextual")

NEIGHBOURS = {"<": ["<=", "<…+1"], "<=": ["<"], ">": [">=", ">…+1"], ">=": [">"],
              "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"]}
INTEGERS = {TypeKind.CHAR_U, TypeKind.UCHAR, TypeKind.USHORT, TypeKind.UINT, TypeKind.ULONG,
            TypeKind.ULONGLONG, TypeKind.CHAR_S, TypeKind.SCHAR, TypeKind.SHORT, TypeKind.INT,
            TypeKind.LONG, TypeKind.LONGLONG}
# Evaluated by the compiler, or no expressions.
SKIPPED = {CursorKind.STATIC_ASSERT, CursorKind.ENUM_CONSTANT_DECL, CursorKind.TEMPLATE_TYPE_PARAMETER,
           CursorKind.TEMPLATE_NON_TYPE_PARAMETER, CursorKind.TEMPLATE_REF, CursorKind.TYPE_REF,
           CursorKind.ALIGNED_ATTR, CursorKind.CONCEPT_DECL, CursorKind.TYPE_ALIAS_DECL,
           CursorKind.FRIEND_DECL, CursorKind.PARM_DECL}
FUNCTIONS = {CursorKind.FUNCTION_DECL, CursorKind.CXX_METHOD, CursorKind.FUNCTION_TEMPLATE}


class File:
    def __init__(self, path, root="."):
        self.path = path
        with open(f"{root}/{path}", "rb") as source:
            self.source = source.read()
        unit = Index.create().parse(
            path, args=FLAGS, options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        errors = [d for d in unit.diagnostics if d.severity >= 3]
        if errors:
            raise RuntimeError(f"{path}: {errors[0]}")
        self.macros = [(c.extent.start.offset, c.extent.end.offset) for c in unit.cursor.get_children()
                       if c.kind == CursorKind.MACRO_INSTANTIATION and self.is_here(c)]
        self.found = {}
        self.counts = collections.Counter()
        for cursor in unit.cursor.get_children():
            if self.is_here(cursor) and not cursor.kind.is_preprocessing():
                self.visit(cursor, None)

    def mutants(self):
        return sorted(self.found.values(), key=lambda mutant: (mutant.start, -mutant.end, mutant.what))

    def is_here(self, cursor):
        return cursor.location.file is not None and cursor.location.file.name.removeprefix("./") == self.path

    def text(self, start, end):
        return self.source[start:end].decode()

    def add(self, what, start, end, text, contextual=False):
        if any(start < e and s < end for s, e in self.macros):
            return
        if (start, end, what) in self.found:
            return
        line = self.source.count(b"\n", 0, start) + 1
        # It outlives changes elsewhere in the file: the same text mutated the same way, by number.
        self.counts[(self.text(start, end), what)] += 1
        number = self.counts[(self.text(start, end), what)]
        key = hashlib.sha256(f"{self.path}\0{self.text(start, end)}\0{what}\0{number}".encode())
        self.found[(start, end, what)] = Mutant(
            key.hexdigest()[:12], self.path, line, what, start, end, text, contextual)

    # --- Where

    def visit(self, cursor, parent):
        kind = cursor.kind
        if kind in SKIPPED or (kind == CursorKind.VAR_DECL and self.is_constant(cursor)):
            return
        if kind in FUNCTIONS and self.is_consteval(cursor):
            return
        if kind in (CursorKind.BINARY_OPERATOR, CursorKind.CALL_EXPR):
            self.operator(cursor)
        if kind == CursorKind.INTEGER_LITERAL:
            self.constant(cursor, parent)
        if kind == CursorKind.DECL_REF_EXPR and self.is_named_constant(cursor):
            self.constant(cursor, parent)
        children = list(cursor.get_children())
        if kind in (CursorKind.IF_STMT, CursorKind.CONDITIONAL_OPERATOR) and children:
            if children[0].kind in (CursorKind.BINARY_OPERATOR, CursorKind.CALL_EXPR):
                self.operator(children[0])
        if kind in (CursorKind.IF_STMT, CursorKind.CONDITIONAL_OPERATOR):
            self.condition(cursor, children)
        if kind == CursorKind.COMPOUND_STMT:
            for child in children:
                self.statement(child)
        if kind == CursorKind.IF_STMT:
            for child in children[1:]:
                self.statement(child)
        if kind == CursorKind.CASE_STMT:  # its label is for the compiler
            children = children[1:]
        if kind in (CursorKind.VAR_DECL, CursorKind.FIELD_DECL):
            canonical = cursor.type.get_canonical().kind
            if canonical in (TypeKind.CONSTANTARRAY, TypeKind.DEPENDENTSIZEDARRAY) or cursor.is_bitfield():
                children = [c for c in children if c.kind == CursorKind.INIT_LIST_EXPR]
            # What is in front of the name is its type.
            children = [c for c in children if c.extent.start.offset >= cursor.location.offset]
        for child in children:
            self.visit(child, cursor)

    @staticmethod
    def is_constant(cursor):
        """A constant of the program's, or a local one without anything that is known at run time only."""
        tokens = [token.spelling for token in cursor.get_tokens()][:4]
        at_top = cursor.semantic_parent.kind in (
            CursorKind.NAMESPACE, CursorKind.TRANSLATION_UNIT, CursorKind.CLASS_DECL,
            CursorKind.STRUCT_DECL, CursorKind.CLASS_TEMPLATE)
        return at_top or "constexpr" in tokens or "constinit" in tokens or "static" in tokens

    @staticmethod
    def is_consteval(cursor):
        for token in cursor.get_tokens():
            if token.spelling in ("(", "{"):
                return False
            if token.spelling == "consteval":
                return True
        return False

    @staticmethod
    def is_named_constant(cursor):
        target = cursor.referenced
        return (target is not None and target.kind == CursorKind.VAR_DECL
                and re.match(r"k[A-Z]", target.spelling) is not None
                and target.type.get_canonical().kind in INTEGERS)

    # --- What

    def operator(self, cursor):
        children = list(cursor.get_children())
        if cursor.kind == CursorKind.CALL_EXPR:
            if not re.fullmatch(r"operator(<|<=|>|>=|==|!=)", cursor.spelling) or len(children) != 3:
                return
            left, right = sorted((children[0], children[2]), key=lambda c: c.extent.start.offset)
            if left.extent.start.offset == right.extent.start.offset:
                return
        elif len(children) == 2:
            left, right = children
        else:
            return
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        a = (left.extent.start.offset, left.extent.end.offset)
        b = (right.extent.start.offset, right.extent.end.offset)
        if not start == a[0] < a[1] <= b[0] < b[1] == end:
            return  # a macro, or rewritten by the language
        between = re.sub(r"//.*?$|/\*.*?\*/|\s", "", self.text(a[1], b[0]), flags=re.MULTILINE)
        integers = all(side.type.get_canonical().kind in INTEGERS for side in (left, right))
        for neighbour in NEIGHBOURS.get(between, ()):
            if neighbour.endswith("…+1"):
                if not integers:
                    continue
                text = f"({self.text(*a)}) {between} ({self.text(*b)}) + 1"
            else:
                text = f"({self.text(*a)}) {neighbour} ({self.text(*b)})"
            self.add(f"{between} to {neighbour}", start, end, text)

    def constant(self, cursor, parent):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        text = self.text(start, end)
        if not text or parent is None or not re.fullmatch(r"[\w:']+", text):
            return
        if parent.kind in (CursorKind.UNEXPOSED_EXPR,) and parent.type.get_canonical().kind not in INTEGERS | {
                TypeKind.LONG, TypeKind.DEPENDENT}:
            return  # 0 as a pointer, or what becomes something else altogether
        if self.source[end:end + 1].isalnum():
            return  # a literal of the user's own
        self.add("+ 1", start, end, f"{text} + 1")

    def condition(self, cursor, children):
        if not children or not children[0].kind.is_expression():
            return
        start, end = children[0].extent.start.offset, children[0].extent.end.offset
        if (start, end, "== to !=") in self.found or (start, end, "!= to ==") in self.found:
            return  # the same
        if children[0].kind != CursorKind.DECL_STMT and start < end:
            self.add("negated", start, end, f"!({self.text(start, end)})", contextual=True)

    def statement(self, cursor):
        inner = cursor
        while inner.kind == CursorKind.UNEXPOSED_EXPR and len(list(inner.get_children())) == 1:
            inner = next(inner.get_children())
        call = inner.kind == CursorKind.CALL_EXPR and inner.spelling != ""
        assignment = inner.kind == CursorKind.COMPOUND_ASSIGNMENT_OPERATOR
        if not cursor.kind.is_expression() or not (call or assignment):
            return
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        if self.source[end:].lstrip()[:1] != b";" or re.match(r"operator\b", inner.spelling or ""):
            return
        self.add("removed", start, end, "")


PRELUDE = """#ifndef HEADRACE_MUTATION
#define HEADRACE_MUTATION
#include <cstdio>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <unistd.h>
#pragma GCC diagnostic ignored "-Wnarrowing"
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wtype-limits"
#pragma GCC diagnostic ignored "-Wbool-compare"
#pragma GCC diagnostic ignored "-Wunused-value"
#pragma GCC diagnostic ignored "-Wextra"
namespace headrace_mutation {
struct State {
  int chosen = 0;
  unsigned char reached[%(count)d] = {};
  State() {
    if (const char* number = std::getenv("HEADRACE_MUTANT")) chosen = std::atoi(number);
  }
  ~State() {
    const char* directory = std::getenv("HEADRACE_MUTANTS_REACHED");
    if (directory == nullptr) return;
    const std::string path = std::string(directory) + "/" + std::to_string(getpid());
    if (std::FILE* out = std::fopen(path.c_str(), "wb")) {
      std::fwrite(reached, 1, sizeof(reached), out);
      std::fclose(out);
    }
  }
};
inline State state;
inline bool at_run_time(int number) {
  state.reached[number] = 1;
  return state.chosen == number;
}
constexpr bool is(int number) { return !std::is_constant_evaluated() && at_run_time(number); }
}  // namespace headrace_mutation
#endif
#line 1
"""


def on_one_line(text):
    """So that the lines of the file keep their numbers in the compiler's messages."""
    return re.sub(r"//[^\n]*", "", text).replace("\n", " ")


def rewrite(source, numbered, count):
    """`source` with its mutants: (number, mutant) of this file, which nest."""
    numbered = sorted(numbered, key=lambda item: (item[1].start, -item[1].end))

    def text_of(start, end, items):
        """What stands from `start` to `end`, with the mutants in it."""
        out, at, i = [], start, 0
        while i < len(items):
            first = items[i][1]
            same = [item for item in items[i:] if (item[1].start, item[1].end) == (first.start, first.end)]
            inner = [item for item in items[i + len(same):] if item[1].end <= first.end]
            out.append(source[at:first.start].decode())
            text = text_of(first.start, first.end, inner)
            for number, mutant in same:
                choice = f"headrace_mutation::is({number})"
                if mutant.what == "removed":
                    text = f"({choice} ? (void)0 : (void)({text}))"
                elif mutant.contextual:
                    text = f"({choice} ? {on_one_line(mutant.text)} : static_cast<bool>({text}))"
                else:
                    text = f"({choice} ? ({on_one_line(mutant.text)}) : ({text}))"
            out.append(text)
            at = first.end
            i += len(same) + len(inner)
        out.append(source[at:end].decode())
        return "".join(out)

    return (PRELUDE % {"count": count}).encode() + text_of(0, len(source), numbered).encode()
