#include "headrace/adapters/dump/http2_reader.h"

#include <algorithm>
#include <gsl/span>
#include <utility>

#include "headrace/protocol/frame/client_preface.h"
#include "headrace/protocol/frame/frame_parser.h"
#include "headrace/protocol/interface/frame_text.h"

namespace headrace::dump {
namespace {

// Octets in which frames are searched for before the stream is given up.
constexpr size_t kEnough = 64 * 1024;
constexpr size_t kFramesInARow = 3;

gsl::span<const uint8_t> span_of(std::string_view octets) {
  return {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()};
}

FrameHeader header_at(std::string_view octets, size_t at) {
  return parse_frame_header(span_of(octets).data() + at);
}

// Whether a header can stand there: sizes, streams and flags that RFC 9113 §6 gives its type.
bool makes_sense(std::string_view octets, size_t at) {
  const FrameHeader header = header_at(octets, at);
  if ((octets[at + 5] & 0x80) != 0 || header.length > 1u << 20) return false;
  const bool on_stream = header.stream_id != 0;
  switch (header.type) {
    case FrameType::kData:
    case FrameType::kContinuation:
      return on_stream;
    case FrameType::kHeaders:
    case FrameType::kPushPromise:
      return on_stream && header.length > 0;
    case FrameType::kPriority:
      return on_stream && header.length == 5;
    case FrameType::kRstStream:
      return on_stream && header.length == 4;
    case FrameType::kSettings:
      return !on_stream && header.length % 6 == 0 && (header.flags & ~flags::kAck) == 0;
    case FrameType::kPing:
      return !on_stream && header.length == 8 && (header.flags & ~flags::kAck) == 0;
    case FrameType::kGoaway:
      return !on_stream && header.length >= 8;
    case FrameType::kWindowUpdate:
      return header.length == 4;
    case FrameType::kAltSvc:
      return header.length >= 2;
    case FrameType::kOrigin:
      return !on_stream;
    case FrameType::kPriorityUpdate:
      return !on_stream && header.length >= 4;
    default:
      return false;
  }
}

}  // namespace

std::optional<size_t> find_frames(std::string_view octets) {
  std::optional<size_t> cut;  // a place whose last frame is not whole, which is less certain
  for (size_t begin = 0; begin + FrameHeader::kSize <= octets.size(); ++begin) {
    size_t at = begin;
    size_t frames = 0;
    while (frames < kFramesInARow && at + FrameHeader::kSize <= octets.size() &&
           makes_sense(octets, at)) {
      at += FrameHeader::kSize + header_at(octets, at).length;
      ++frames;
    }
    if (frames == kFramesInARow || (frames > 0 && at == octets.size())) return begin;
    if (!cut && frames > 1 && at > octets.size()) cut = begin;
  }
  return cut;
}

Http2Reader::Http2Reader(const Begin& begin, ItemSink* sink)
    : sink_(*sink),
      preface_(begin.preface),
      begun_(!begin.preface && !begin.late),
      decoder_(!begin.late) {}

void Http2Reader::read(std::string_view octets) {
  buffer_ += octets;
  if (!begun_ && !begin()) return;
  while (read_frame()) {
  }
}

void Http2Reader::end() {
  ended_ = true;
  read("");
  if (!buffer_.empty())
    note("the stream ends within a frame, of which these octets are missing or too many");
}

// Finds the preface, or the place where frames begin. False if more octets are needed.
bool Http2Reader::begin() {
  if (preface_) {
    if (buffer_.size() < kClientPreface.size()) return false;
    Item item;
    item.kind = Item::Kind::kFrame;
    item.size = kClientPreface.size();
    item.name = "PREFACE";
    sink_.take(item);
    buffer_.erase(0, kClientPreface.size());
    offset_ = kClientPreface.size();
    return begun_ = true;
  }
  if (buffer_.size() < kEnough && !ended_) return false;
  const std::optional<size_t> at = find_frames(buffer_);
  if (!at) {
    note("no frames of HTTP/2 are found in " + std::to_string(buffer_.size()) + " octets");
    offset_ += buffer_.size();
    buffer_.clear();
    return false;
  }
  if (*at > 0) note(std::to_string(*at) + " octets before the first whole frame");
  buffer_.erase(0, *at);
  offset_ += *at;
  return begun_ = true;
}

bool Http2Reader::read_frame() {
  if (buffer_.size() < FrameHeader::kSize) return false;
  const FrameHeader header = header_at(buffer_, 0);
  const size_t size = FrameHeader::kSize + header.length;
  if (buffer_.size() < size) return false;
  take(header, std::string_view(buffer_).substr(FrameHeader::kSize, header.length));
  buffer_.erase(0, size);
  offset_ += size;
  return true;
}

void Http2Reader::take(const FrameHeader& header, std::string_view payload) {
  Item item;
  item.kind = Item::Kind::kFrame;
  item.offset = offset_;
  item.size = FrameHeader::kSize + payload.size();
  item.line = describe_frame(header, {span_of(payload).data(), payload.size()});
  item.name = to_string(header.type);
  item.numbers = {{"type", static_cast<uint64_t>(header.type)},
                  {"flags", header.flags},
                  {"stream", header.stream_id},
                  {"length", header.length}};
  switch (header.type) {
    case FrameType::kHeaders:
    case FrameType::kPushPromise:
      block_.emplace();
      [[fallthrough]];
    case FrameType::kContinuation:
      read_block(header, fragment(header, payload, &item), &item);
      break;
    case FrameType::kData:
      item.octets = fragment(header, payload, &item);
      break;
    default:
      item.octets = payload;
  }
  sink_.take(item);
}

// §6.1, §6.2, §6.6
std::string_view Http2Reader::fragment(const FrameHeader& header, std::string_view payload,
                                       Item* item) {
  if (header.type != FrameType::kContinuation && header.has(flags::kPadded)) {
    const size_t padding = payload.empty() ? 1 : static_cast<uint8_t>(payload[0]);
    if (padding + 1 > payload.size()) return {};
    payload = payload.substr(1, payload.size() - 1 - padding);
    item->numbers.emplace_back("padding", padding);
  }
  size_t skipped = 0;
  if (header.type == FrameType::kHeaders && header.has(flags::kPriority)) skipped = 5;
  if (header.type == FrameType::kPushPromise) skipped = 4;
  skipped = std::min(skipped, payload.size());
  if (header.type == FrameType::kPushPromise && skipped == 4) {
    uint64_t promised = 0;
    for (size_t i = 0; i < 4; ++i) promised = promised << 8 | static_cast<uint8_t>(payload[i]);
    item->numbers.emplace_back("promised", promised & 0x7fffffff);
  }
  return payload.substr(skipped);
}

// The fields stand in the item of the frame that ends the block. (What continues a block that began
// before the capture cannot be read, but inserts nothing in front of known entries.)
void Http2Reader::read_block(const FrameHeader& header, std::string_view fragment, Item* item) {
  if (!block_ || lost_) return;
  *block_ += fragment;
  if (!header.has(flags::kEndHeaders)) return;
  hpack::LateDecoder::Result result = decoder_.decode(span_of(*block_));
  item->fields = std::move(result.fields);
  block_.reset();
  if (result.error.empty()) return;
  lost_ = true;
  item->texts.emplace_back(
      "error", "the field block cannot be read: " + result.error + "; nor can those behind it");
}

void Http2Reader::note(std::string text) {
  Item item;
  item.offset = offset_;
  item.size = buffer_.size();
  item.name = std::move(text);
  sink_.take(item);
}

}  // namespace headrace::dump
