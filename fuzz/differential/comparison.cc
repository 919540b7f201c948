#include "fuzz/differential/comparison.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "fuzz/differential/ours.h"
#include "fuzz/differential/theirs.h"
#include "fuzz/require.h"

namespace headrace::fuzz {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 §3.4
constexpr size_t kLargestInput = 8 * 1024;  // octets; below what rates answer to

// The next frame, of which the end may not be there.
reference::Frame take_frame(std::string_view* input) {
  size_t position = 0;
  if (std::optional<reference::Frame> frame = reference::parse(*input, &position)) {
    input->remove_prefix(position);
    return *std::move(frame);
  }
  constexpr size_t kHeaderSize = 9;
  std::string header(input->substr(0, kHeaderSize));
  header.resize(kHeaderSize);
  std::fill_n(header.begin(), 3, '\0');  // its length: what is there
  position = 0;
  reference::Frame frame = *reference::parse(header, &position);
  frame.payload = input->substr(std::min(kHeaderSize, input->size()));
  // (Of a header that is not all there any length will do.)
  frame.length = input->size() < kHeaderSize
                     ? 0xffffff
                     : static_cast<uint32_t>(reference::number(input->substr(0, 3)));
  *input = {};
  return frame;
}

std::vector<reference::Frame> take_step(std::string_view* input) {
  std::vector<reference::Frame> frames = {take_frame(input)};
  const reference::Frame& first = frames.front();
  if (first.type != reference::HEADERS && first.type != reference::PUSH_PROMISE) return frames;
  const uint32_t stream_id = first.stream_id;
  while ((frames.back().flags & reference::END_HEADERS) == 0 && !input->empty()) {
    frames.push_back(take_frame(input));
    const reference::Frame& last = frames.back();
    if (last.type != reference::CONTINUATION || last.stream_id != stream_id) break;
  }
  return frames;
}

std::set<uint32_t> own_streams(Role role) {
  std::set<uint32_t> ids;
  for (uint32_t i = 0; role == Role::kClient && i < requests().size(); ++i) ids.insert(2 * i + 1);
  return ids;
}

// Of the peer's streams by what it sends.
void note_use(const reference::Frame& frame, std::set<uint32_t>* used) {
  if (frame.type == reference::HEADERS) used->insert(frame.stream_id);
  if (frame.type != reference::PUSH_PROMISE) return;
  const size_t at = (frame.flags & reference::PADDED) != 0 ? 1 : 0;
  if (frame.payload.size() < at + 4) return;
  used->insert(static_cast<uint32_t>(reference::number(frame.payload.substr(at, 4))) & 0x7fffffff);
}

// Heads of messages, by stream.
void note_heads(const Observed& observed, std::map<uint32_t, std::string>* heads) {
  for (const auto& [id, messages] : observed.streams) {
    for (const std::string& message : messages) {
      if (message.starts_with("head ")) (*heads)[id] = message;
    }
  }
}

const Difference* explanation(const Step& step) {
  for (const Difference& difference : differences()) {
    if (difference.explains(step)) return &difference;
  }
  for (const reference::Frame& frame : step.frames) {
    std::fprintf(stderr, "frame: type %u, flags %02x, stream %u, %zu octets of %u\n", frame.type,
                 frame.flags, frame.stream_id, frame.payload.size(), frame.length);
  }
  std::fprintf(stderr, "ours:\n%snghttp2's:\n%s", to_string(step.ours).c_str(),
               to_string(step.theirs).c_str());
  require(false, "nghttp2 differs, and nothing explains it");
  return nullptr;
}

}  // namespace

const Difference* compare(Role role, std::string_view input) {
  if (input.empty() || input.size() > kLargestInput) return nullptr;
  const Setup setup(role, static_cast<uint8_t>(input.front()));
  input.remove_prefix(1);
  Ours reusing(setup, Allocation::kReuse);
  Ours fresh(setup, Allocation::kFresh);
  Theirs theirs(setup);
  std::string octets(role == Role::kServer ? kPreface : "");
  std::set<uint32_t> used = own_streams(role);
  std::set<uint32_t> reset;
  std::map<uint32_t, std::string> heads;
  while (!input.empty()) {
    const std::string_view before = input;
    std::vector<reference::Frame> frames = take_step(&input);
    octets += before.substr(0, before.size() - input.size());
    const uint32_t stream_id = frames.front().stream_id;
    const bool is_used = used.count(stream_id) != 0;
    note_use(frames.front(), &used);
    Step step{role,
              std::move(frames),
              is_used,
              reset.count(stream_id) != 0,
              heads[stream_id],
              reusing.feed(octets, octets.size()),
              theirs.feed(octets)};
    require(fresh.feed(octets, 1) == step.ours, "the modes or the cuts differ");
    if (reusing.limited()) return nullptr;
    if (step.ours != step.theirs) return explanation(step);
    for (const auto& [id, code] : step.ours.resets) reset.insert(id);
    note_heads(step.ours, &heads);
    if (step.ours.error.has_value() || !theirs.reads()) return nullptr;
    octets.clear();
  }
  return nullptr;
}

}  // namespace headrace::fuzz
