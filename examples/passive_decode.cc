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
constexpr size_t kHeaderSize = 9;
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// SETTINGS (4) without ACK on stream 0, behind the length (RFC 9113 §4.1).
constexpr std::string_view kSettingsHeader("\4\0\0\0\0\0", 6);

// The size of the first three frames of `octets`, or of all if there are fewer; 0: they are cut.
size_t size_of_frames(std::string_view octets) {
  size_t at = 0;
  for (int frames = 0; frames < 3 && at < octets.size(); ++frames) {
    if (octets.size() - at < kHeaderSize) return 0;
    const auto octet = [&](size_t i) { return size_t{static_cast<uint8_t>(octets[at + i])}; };
    at += kHeaderSize + (octet(0) << 16 | octet(1) << 8 | octet(2));
    if (at > octets.size()) return 0;
  }
  return at;
}

// Whether frames begin at the beginning of `octets`: the first ones are well-formed and of known
// types. (The reader is given these alone, and all are read, so that it copies nothing.)
bool begins_with_frames(std::string_view octets) {
  const size_t size = size_of_frames(octets);
  bool known = size > 0;
  headrace::FrameReader reader(kOptions);
  for (headrace::FramePtr frame : reader.read(octets.substr(0, size))) {
    known &= !std::holds_alternative<headrace::UnknownFrame>(*frame);
  }
  return known && !reader.error();
}

// Octets before the first frame, in a capture that began late; all of them if there is none.
size_t find_frames(std::string_view octets) {
  size_t at = 0;
  while (at < octets.size() && !begins_with_frames(octets.substr(at))) ++at;
  return at;
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
      take_fragment(frame.header, frame.fragment.text());
    }
  }

  // Of HEADERS, PUSH_PROMISE or CONTINUATION.
  void take_fragment(const headrace::FrameHeader& header, std::string_view fragment) {
    if (header.type != headrace::FrameType::kContinuation) block_.emplace();
    if (!block_) return;  // the block began before the capture
    *block_ += fragment;
    if (!header.has(headrace::flags::kEndHeaders)) return;
    if (readable_) end_block(*block_);
    block_.reset();
  }

  void end_block(std::string_view block) {
    const LateDecoder::Result result = decoder_.decode(block);
    for (const SeenField& field : result.fields) print(field);
    readable_ = result.error.empty();
    if (readable_) return;
    std::printf("%s   unreadable, as all blocks behind it: %s\n", mark_, result.error.c_str());
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
  bool readable_ = true;
  std::optional<std::string> block_;  // of frames without END_HEADERS
};

bool decode(const char* path, const char* mark, bool is_client) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::perror(path), false;
  const std::string all(std::istreambuf_iterator<char>(file), {});
  std::string_view octets = all;
  // RFC 9113 §3.4: a client begins with its preface, a server with SETTINGS.
  const bool from_beginning = is_client ? octets.starts_with(kPreface)
                                        : octets.substr(0, kHeaderSize).ends_with(kSettingsHeader);
  const size_t skipped = from_beginning ? 0 : find_frames(octets);
  if (skipped > 0) std::printf("%s %zu octets before the first frame\n", mark, skipped);
  octets.remove_prefix(from_beginning && is_client ? kPreface.size() : skipped);
  return Direction(mark, from_beginning).read(octets);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3)
    return std::fputs("usage: passive_decode CLIENT_OCTETS SERVER_OCTETS\n", stderr), 2;
  const bool client = decode(argv[1], ">", /*is_client=*/true);
  const bool server = decode(argv[2], "<", /*is_client=*/false);
  return client && server ? 0 : 1;
}
