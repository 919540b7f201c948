// Decodes HTTP/2 that others speak: two files, each with the octets of one direction of a
// connection as they were captured. Frames are printed as lines, with the fields of messages.
//   bazel run //examples:passive_decode -- CLIENT_OCTETS SERVER_OCTETS
// A capture may begin anywhere: each direction is read from where frames begin, and what a field
// refers to in the part of the HPACK table that came before (RFC 7541 §2.3.3) is shown as unknown.
// Nothing is judged as a connection would: that is for the two that speak.

#include <headrace/frame_printer.h>
#include <headrace/hpack/late_decoder.h>
#include <headrace/protocol/frame/frame_reader.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace {

using headrace::hpack::LateDecoder;
using headrace::hpack::SeenField;

// Frames may be as large as the other end allows (RFC 9113 §4.2), which is not known here.
constexpr headrace::FrameReader::Options kOptions{.max_frame_size = (1 << 24) - 1};
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Whether frames begin at the beginning of `octets`: the first ones are well-formed and of known
// types, and three of them are whole, or all that there is.
bool begins_with_frames(std::string_view octets) {
  constexpr int kEnough = 3;
  int frames = 0;
  size_t size = 0;
  headrace::FrameReader reader(kOptions);
  for (headrace::FramePtr frame : reader.read(octets)) {
    if (std::holds_alternative<headrace::UnknownFrame>(*frame)) return false;
    std::visit(
        [&](const auto& any) {
          if constexpr (requires { any.header; }) size += 9 + any.header.length;
        },
        *frame);
    if (++frames == kEnough) return true;
  }
  return !reader.error() && frames > 0 && size == octets.size();
}

// One direction of the connection.
class Direction {
 public:
  // `mark` stands before each line.
  Direction(const char* mark, bool from_beginning) : mark_(mark), decoder_(from_beginning) {}

  // The octets that come next; pieces may be of any size. False: they are no frames.
  bool read(std::string_view octets) {
    for (headrace::FramePtr frame : reader_.read(octets)) {
      std::visit([this](const auto& any) { take(any); }, *frame);
    }
    if (!reader_.error()) return true;
    std::printf("%s these are no frames: %s\n", mark_, describe(*reader_.error()).c_str());
    return false;
  }

 private:
  template <typename T>
  void take(const T& frame) {
    if constexpr (requires { frame.header; }) {
      std::printf("%s %s\n", mark_, headrace::describe_frame(frame.header, {}).c_str());
    }
    if constexpr (requires { frame.fragment; }) {
      block_ += frame.fragment.text();
      if (frame.header.has(headrace::flags::kEndHeaders)) end_block();
    }
  }

  // HEADERS or PUSH_PROMISE, and the CONTINUATION frames behind it.
  void end_block() {
    const LateDecoder::Result result = decoder_.decode(block_);
    block_.clear();
    for (const SeenField& field : result.fields) print(field);
    if (!result.error.empty()) std::printf("%s   unreadable: %s\n", mark_, result.error.c_str());
  }

  void print(const SeenField& field) const {
    const std::string unknown = "(entry " + std::to_string(field.index) + ", from before)";
    const std::string& name = field.name_known ? field.name : unknown;
    const std::string& value = field.value_known ? field.value : unknown;
    std::printf("%s   %s: %s\n", mark_, printable(name).c_str(), printable(value).c_str());
  }

  // Somebody else's text drives no terminal.
  static std::string printable(std::string_view text) {
    std::string shown;
    for (const char c : text) shown += c >= ' ' && c <= '~' ? c : '?';
    return shown;
  }

  const char* const mark_;
  headrace::FrameReader reader_{kOptions};
  LateDecoder decoder_;
  std::string block_;
};

bool decode(const char* path, const char* mark, bool is_client) {
  std::ifstream file(path, std::ios::binary);
  const std::string all(std::istreambuf_iterator<char>(file), {});
  std::string_view octets = all;
  // A client begins with its preface, a server with SETTINGS that acknowledge nothing (§3.4).
  bool from_beginning = octets.size() > 9 && octets[3] == 4 && octets[4] == 0;
  if (is_client) {
    from_beginning = octets.starts_with(kPreface);
    if (from_beginning) octets.remove_prefix(kPreface.size());
  }
  size_t skipped = 0;
  while (!octets.empty() && !begins_with_frames(octets)) {
    octets.remove_prefix(1);
    ++skipped;
  }
  if (skipped > 0) std::printf("%s %zu octets before the first frame\n", mark, skipped);
  return Direction(mark, from_beginning && skipped == 0).read(octets);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3)
    return std::fputs("usage: passive_decode CLIENT_OCTETS SERVER_OCTETS\n", stderr), 2;
  const bool client = decode(argv[1], ">", /*is_client=*/true);
  const bool server = decode(argv[2], "<", /*is_client=*/false);
  return client && server ? 0 : 1;
}
