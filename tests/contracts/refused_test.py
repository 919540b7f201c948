#!/usr/bin/python3
"""What must not compile does not, and says why; what looks like it does. With g++ and clang.

Each case is the body of a function that has a Connection, the time, and some bytes of each kind.
"""

import os
import re
import subprocess
import sys
import tempfile

INCLUDES = """
#include <array>
#include <gsl/span>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "headrace/headrace.h"
#include "headrace/field/structured_dictionary.h"
#include "headrace/protocol/frame/frame_reader.h"
#include "headrace/protocol/message/forwarding.h"
#include "headrace/websocket.h"
"""
PROLOGUE = """
using namespace headrace;
std::vector<uint8_t> read_some();
std::string render();
std::array<uint8_t, 4> four();
void body(Connection& c, TimePoint now, std::vector<uint8_t>& bytes, std::string& text,
          std::span<const uint8_t> span, std::span<const std::byte> byte_span,
          gsl::span<const uint8_t> gsl_span, std::string_view view, const uint8_t* data,
          const char* chars, size_t size, const Event& event, FrameReader& reader,
          websocket::Endpoint& endpoint) {
"""
EPILOGUE = "\n}\n"

EVERY = ("g++", "clang++-19")
CLANG = ("clang++-19",)  # (g++ does not know lifetimebound)

# name: (body, words of the error, compilers)
REFUSED = {
    "receive a container by value":
        ("for (EventPtr e : c.receive(read_some(), now)) e.reset();",
         ["deleted", "dies_before_it_is_read"], EVERY),
    "receive a text by value":
        ("for (EventPtr e : c.receive(render(), now)) e.reset();",
         ["deleted", "dies_before_it_is_read"], EVERY),
    "receive an array by value":
        ("for (EventPtr e : c.receive(four(), now)) e.reset();",
         ["deleted", "dies_before_it_is_read"], EVERY),
    "read frames out of a container by value":
        ("for (FramePtr f : reader.read(read_some())) f.reset();",
         ["deleted", "dies_before_it_is_read"], EVERY),
    "receive octets of a WebSocket by value":
        ("for (const websocket::Event& e : endpoint.receive(render())) (void)e;",
         ["deleted", "dies_before_it_is_read"], EVERY),
    "an iterator that outlives its range of a WebSocket":
        ("auto it = endpoint.receive(bytes).begin();", ["rvalue|discards qualifiers"], EVERY),
    "a view of a text by value":
        ("(void)c.submit_response(1, {{\":status\", \"200\"}}, Body::view(std::string(\"page\")));",
         ["deleted", "dies_before_it_is_sent"], EVERY),
    "a view of what a function renders":
        ("Body b = Body::view(render());", ["deleted", "dies_before_it_is_sent"], EVERY),
    "a view of a vector by value":
        ("Body b = Body::view(read_some());", ["deleted", "dies_before_it_is_sent"], EVERY),
    "a view of a choice, which is a copy":
        ("Body b = Body::view(size > 1 ? text : \"none\");",
         ["deleted", "dies_before_it_is_sent"], EVERY),
    "a view of what is moved away":
        ("Body b = Body::view(std::move(text));", ["deleted", "dies_before_it_is_sent"], EVERY),
    "a dictionary of a text by value":
        ("StructuredDictionary d(render());", ["deleted", "dies_before_it_is_read"], EVERY),
    "the opening handshake of fields by value":
        ("websocket::ServerHandshake h(OwnedFields{{\"name\", render()}});", ["deleted", "dies_before_it_is_read"], EVERY),
    "the opening handshake of a list that is written out":
        ("websocket::ServerHandshake h({{\":method\", \"GET\"}});", ["deleted", "dies_before_it_is_read"], EVERY),
    "fields that are forwarded with a name by value":
        ("std::vector<Field> out; (void)forward_request({}, \"2 \" + text, &out);",
         ["deleted", "dies_before_it_is_sent"], EVERY),
    "a buffer of char without its size":
        ("char buffer[100] = {}; for (EventPtr e : c.receive(buffer, now)) e.reset();",
         ["deleted", "say_how_many_octets_or_string_view_of_a_literal"], EVERY),
    "a literal to send, whose NUL may be meant":
        ("(void)c.send_data(1, \"text\", true);",
         ["deleted", "say_how_many_octets_or_string_view_of_a_literal"], EVERY),
    "an iterator that outlives its range":
        ("auto it = c.receive(bytes, now).begin();", ["rvalue|discards qualifiers"], EVERY),
    "a handler without const":
        ("std::visit(Overloaded{[&](RequestReceived& r) { (void)r; }, [](const auto&) {}}, event);",
         ["a handler of headrace::Overloaded must take its event by const reference"], EVERY),
    "a handler that would move":
        ("std::visit(Overloaded{[&](DataReceived&& d) { (void)d; }, [](const auto&) {}}, event);",
         ["a handler of headrace::Overloaded must take its event by const reference"], EVERY),
    "a handler by value of what is not copied":
        ("std::visit(Overloaded{[&](RequestReceived r) { (void)r; }, [](const auto&) {}}, event);",
         ["a handler of headrace::Overloaded must take its event by const reference"], EVERY),
    "a mutable handler without const":
        ("std::visit(Overloaded{[n = 0](DataReceived&) mutable { ++n; }, [](const auto&) {}}, event);",
         ["a handler of headrace::Overloaded must take its event by const reference"], EVERY),
    "a view of fields by value":
        ("FieldsView v = OwnedFields{{\"name\", render()}}; (void)v;", ["-W[a-z-]*dangling"], CLANG),
    "a view of a list that is written out":
        ("FieldsView v = {{\"name\", \"value\"}}; (void)v;", ["-W[a-z-]*dangling"], CLANG),
    "a range of a connection by value":
        ("auto&& r = Connection(Role::kServer, Options(), now).receive(bytes, now);"
         " for (EventPtr e : r) e.reset();", ["-W[a-z-]*dangling"], CLANG),
    "a body that is returned with a view of what is local":
        ("auto f = [] { std::string local = \"page\"; return Body::view(local); }; (void)f();",
         ["stack memory|-Wreturn-stack-address"], CLANG),
}

ACCEPTED = """
  for (EventPtr e : c.receive(bytes, now)) e.reset();
  for (EventPtr e : c.receive(text, now)) e.reset();
  for (EventPtr e : c.receive(span, now)) e.reset();
  for (EventPtr e : c.receive(span.first(1), now)) e.reset();
  for (EventPtr e : c.receive(std::span(bytes).first(1), now)) e.reset();
  for (EventPtr e : c.receive(byte_span, now)) e.reset();
  for (EventPtr e : c.receive(gsl_span, now)) e.reset();
  for (EventPtr e : c.receive(gsl_span.first(1), now)) e.reset();
  for (EventPtr e : c.receive(view, now)) e.reset();
  for (EventPtr e : c.receive(std::string_view(text).substr(1), now)) e.reset();
  for (EventPtr e : c.receive({data, size}, now)) e.reset();
  for (EventPtr e : c.receive({chars, size}, now)) e.reset();
  for (EventPtr e : c.receive({}, now)) e.reset();
  uint8_t array[3] = {};
  for (EventPtr e : c.receive(array, now)) e.reset();
  for (EventPtr e : c.receive({array, 2}, now)) e.reset();
  for (FramePtr f : reader.read(bytes)) f.reset();
  for (FramePtr f : reader.read({data, size})) f.reset();
  for (const websocket::Event& e : endpoint.receive(bytes)) (void)e;
  for (const websocket::Event& e : endpoint.receive(view)) (void)e;

  SendResult sent = c.send_data(1, text, false);
  sent = c.send_data(1, render(), false);  // copied
  sent = c.send_data(1, span, false);
  sent = c.send_data(1, {chars, size}, false);
  sent = c.send_data(1, {}, true);
  (void)sent;

  for (const Body& b : {Body::view(bytes)}) (void)b;
  Body bodies[] = {Body::view("literal"), Body::view(text), Body::view(view), Body::view(span),
                   Body::view(gsl_span), Body::view({data, size}), Body::view({chars, size}),
                   Body::view(std::string_view(text).substr(1)), Body::owned(render()),
                   Body::view(size > 1 ? view : "none")};
  (void)bodies;

  // Fields are consumed before the command returns: temporaries are fine there.
  SubmitResult result = c.submit_response(1, {{":status", "200"}, {"n", std::to_string(size)}});
  result = c.submit_response(1, OwnedFields{{":status", std::to_string(size)}});
  std::vector<Field> fields = {{":status", "200"}, {"name", "value", true}};
  result = c.submit_response(1, fields, Body::view("page"));
  OwnedFields owned(FieldsView(fields).size() > 1 ? FieldsView(fields) : FieldsView());
  result = c.submit_response(1, owned);
  (void)result;

  websocket::ServerHandshake handshake(fields);
  websocket::ServerHandshake of_owned(owned);
  (void)forward_request(fields, "2 name", &fields);
  (void)forward_response(fields, text, &fields);

  size_t events = 0;
  std::visit(Overloaded{[&](const RequestReceived& request) { events += request.fields.size(); },
                        [&](StreamClosed closed) { events += closed.stream_id; },  // is copied
                        [events](const DataReceived&) mutable { ++events; },
                        [](const auto&) {}},
             event);
  // A catch-all whose body would not compile for what has a handler of its own.
  std::visit(Overloaded{[](const ConnectionClosed&) {}, [](const StreamIdsExhausted&) {},
                        [](const std::monostate&) {}, [](const SettingsReceived&) {},
                        [](const auto& other) { (void)sizeof(other); }},
             event);
"""


FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-unused"]


class Compiler:
    """A compiler that has read the headers once."""

    def __init__(self, name, directory):
        self.name = name
        header = os.path.join(directory, "prologue.h")
        compiled = f"{header}.{'gch' if name == 'g++' else 'pch'}"
        with open(header, "w", encoding="utf-8") as file:
            file.write(INCLUDES)
        os.symlink(os.getcwd(), os.path.join(directory, "headrace"))  # the prefix
        flags = [*FLAGS, f"-I{directory}"]
        subprocess.run([name, *flags, "-x", "c++-header", header, "-o", compiled], check=True)
        self.command = [name, *flags, "-fsyntax-only"]
        self.command += ["-include", header] if name == "g++" else ["-include-pch", compiled]
        self.command += ["-x", "c++", "-"]

    def compile(self, body):
        run = subprocess.run(self.command, input=PROLOGUE + body + EPILOGUE, text=True,
                             stderr=subprocess.PIPE, check=False)
        return run.returncode, run.stderr


def check_refused(name, compiler):
    body, words, _ = REFUSED[name]
    code, said = compiler.compile(body)
    if code == 0:
        return f"{compiler.name}: {name}: it compiles"
    missing = [word for word in words if not re.search(word, said)]
    if missing:
        return f"{compiler.name}: {name}: no word of {missing} in:\n{said}"
    return None


def check_accepted(compiler):
    code, said = compiler.compile(ACCEPTED)
    return None if code == 0 else f"{compiler.name}: what is right does not compile:\n{said}"


def main():
    failures = []
    checks = 0
    for name in EVERY:
        with tempfile.TemporaryDirectory() as directory:
            compiler = Compiler(name, directory)
            results = [check_accepted(compiler)]
            results += [check_refused(case, compiler) for case in REFUSED if name in REFUSED[case][2]]
        checks += len(results)
        failures += [result for result in results if result is not None]
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{checks - len(failures)} of {checks} as they should be")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
