#!/usr/bin/python3
"""The C++ of docs: blocks of ```cpp are bodies of functions, with what a reader has as arguments. A block that begins with
#include is a file of its own.

`snippets.py PAGE...` prints a program that runs the blocks of these pages, each on a connection of its own.
"""

import re
import sys

PROLOGUE = """
#undef NDEBUG
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <headrace/forwarding.h>
#include <headrace/headrace.h>
#include <headrace/http_date.h>
#include <headrace/posix.h>
#include <headrace/prepared_head.h>
#include <headrace/protocol/frame/frame_reader.h>
#include <headrace/protocol/frame/frame_writer.h>
#include <headrace/reason_phrase.h>
#include <headrace/recording.h>
#include <headrace/testing.h>
#include <headrace/uri.h>
#include <headrace/websocket.h>
using namespace headrace;
// What a reader has: a connection, bytes, a socket, a page, ...
void handle(const Event& event);
void log(std::string_view line);
void sink(std::span<const uint8_t> bytes);
"""

PARAMETERS = """[[maybe_unused]] Connection& connection, [[maybe_unused]] Connection& client,
    [[maybe_unused]] std::span<const uint8_t> bytes, [[maybe_unused]] TimePoint now, [[maybe_unused]] int socket,
    [[maybe_unused]] StreamId id, [[maybe_unused]] const std::string& page, [[maybe_unused]] FieldsView received,
    [[maybe_unused]] std::vector<EventPtr>& later"""

# Each block has a pair of connections, with a request open and a part of its body under way.
RUNNER = """
size_t handled = 0;
void handle(const Event& event) { handled += !event_name(event) ? 0 : 1; }
void log(std::string_view line) { assert(line.data() != nullptr); }
void sink(std::span<const uint8_t> bytes) { handled += bytes.size(); }

using Block = void (*)(Connection&, Connection&, std::span<const uint8_t>, TimePoint, int, StreamId, const std::string&,
                       FieldsView, std::vector<EventPtr>&);

void run(const char* name, Block block) {
  std::printf("%s\\n", name);
  std::fflush(stdout);
  ConnectionPair pair;
  std::vector<EventPtr> later;
  const RequestResult request = pair.client().submit_request(
      {{":method", "POST"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", "/"}}, Body::stream());
  pair.run();
  const SendResult sent = pair.client().send_data(request.stream_id, std::string_view("octets"), false);
  assert(request.ok() && sent.ok());
  std::vector<uint8_t> bytes;
  for (const ConstBuffer& buffer : pair.client().pending_output()) {
    bytes.insert(bytes.end(), buffer.data, buffer.data + buffer.size);
  }
  const std::string page(10'000, 'x');
  const Field field{"x-name", "value"};
  int sockets[2];
  const int made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets);
  assert(made == 0);
  block(pair.server(), pair.client(), bytes, pair.now(), sockets[0], request.stream_id, page, FieldsView(&field, 1), later);
  close(sockets[0]);
  close(sockets[1]);
}
"""


def blocks(document, text):
    """(line, code) of each block that is the body of a function."""
    for block in re.finditer(r"^```cpp\n(.*?)^```", text, re.S | re.M):
        if not re.match(r"(//[^\n]*\n)*\s*#include", block[1]):
            yield text.count("\n", 0, block.start()) + 2, block[1]


def function(name, document, line, code):
    return f'void {name}({PARAMETERS}) {{\n  {{\n#line {line} "{document}"\n{code}  }}\n}}\n'


def main():
    pages = {path: open(path, encoding="utf-8").read() for path in sys.argv[1:]}
    found = [(path, line, code) for path, text in sorted(pages.items()) for line, code in blocks(path, text)]
    print(PROLOGUE + RUNNER)
    for i, (path, line, code) in enumerate(found):
        print(function(f"block_{i}", path, line, code))
    print("int main() {")
    for i, (path, line, _) in enumerate(found):
        print(f'  run("{path}:{line}", block_{i});')
    print(f'  std::printf("{len(found)} blocks ran\\n");\n  return handled > 0 ? 0 : 1;\n}}')


if __name__ == "__main__":
    main()
